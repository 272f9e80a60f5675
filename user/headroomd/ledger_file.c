// SPDX-License-Identifier: GPL-2.0
/*
 * The ledger's file: claims as lines, each followed by its demands
 *
 *	headroom-ledger 2
 *	claim ID KNOB ORIGINAL WRITTEN PREVIOUS PATH
 *	demand VALUE RULE
 *	end
 *
 * Path and rule are last, since they may contain blanks; the kernel allows no line end in the name
 * of a cgroup. A file that differs in any way is damaged: a path that was cut would seem to be that
 * of a removed cgroup, and its claim would be lost.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledger_file.h"
#include "parent.h"

static const char first_line[] = "headroom-ledger 2\n";
static const char last_line[] = "end\n";

/* A file that was renamed, or removed, is so on disk once its directory is synced */
static int sync_parent(const char *file)
{
	char dir[PATH_MAX];
	int fd, err;

	parent_of(dir, sizeof(dir), file);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = fsync(fd) ? -errno : 0;
	close(fd);
	return err;
}

/* The error of a stream: the disk may be full when the buffer is written, long before it is flushed */
static int stream_error(void)
{
	return errno ? -errno : -EIO;
}

static int write_claim(FILE *f, const struct claim *c)
{
	int n = fprintf(f, "claim %" PRIu64 " %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %s\n", c->id,
			knob_name(c->knob), c->original, c->written, c->previous, c->path);

	for (size_t i = 0; n > 0 && i < c->nr; i++)
		n = fprintf(f, "demand %" PRIu64 " %s\n", c->demand[i].value, c->demand[i].rule);
	return n > 0 ? 0 : stream_error();
}

static int write_all(FILE *f, const struct claim *claim, size_t nr)
{
	int err;

	errno = 0;
	err = fputs(first_line, f) < 0 ? stream_error() : 0;
	for (size_t i = 0; !err && i < nr; i++)
		err = write_claim(f, &claim[i]);
	if (!err && fputs(last_line, f) < 0)
		err = stream_error();
	if (!err && (fflush(f) || fsync(fileno(f))))
		err = -errno;
	return err;
}

static int remove_file(const char *file)
{
	if (unlink(file))
		return errno == ENOENT ? 0 : -errno;
	return sync_parent(file);
}

int ledger_file_save(const char *file, const struct claim *claim, size_t nr)
{
	char tmp[PATH_MAX];
	FILE *f;
	int err;

	if (!nr)
		return remove_file(file);
	err = parent_make(file);
	if (err)
		return err;
	if (snprintf(tmp, sizeof(tmp), "%s.new", file) >= (int)sizeof(tmp))
		return -ENAMETOOLONG;
	f = fopen(tmp, "we");
	if (!f)
		return -errno;
	err = write_all(f, claim, nr);
	if (fclose(f) && !err)
		err = -errno;
	if (!err && rename(tmp, file))
		err = -errno;
	if (err)
		unlink(tmp);
	return err ? err : sync_parent(file);
}

/* Parse a number and the blank behind it */
static bool take_number(const char **line, uint64_t *value)
{
	char *end;

	/* strtoull() also accepts blanks and a sign */
	if (!isdigit((unsigned char)**line))
		return false;
	errno = 0;
	*value = strtoull(*line, &end, 10);
	if (errno || *end != ' ')
		return false;
	*line = end + 1;
	return true;
}

/* Parse the name of a knob and the blank behind it */
static bool take_knob(const char **line, enum knob *knob)
{
	size_t n = strcspn(*line, " ");
	char name[32];

	if (n >= sizeof(name) || (*line)[n] != ' ')
		return false;
	memcpy(name, *line, n);
	name[n] = '\0';
	*knob = knob_find(name);
	*line += n + 1;
	return *knob < KNOBS;
}

/* Whether a path is one below the cgroup root that leads nowhere else */
static bool path_is_valid(const char *path)
{
	size_t n;

	for (; *path == '/'; path += n) {
		path++;
		n = strcspn(path, "/");
		if (!n || (n <= 2 && strncmp(path, "..", n) == 0))
			return false;
		if (!path[n])
			return true;
	}
	return false;
}

static int parse_claim(const char *line, struct claim **claim, size_t *nr)
{
	uint64_t id, original, written, previous;
	enum knob knob;
	struct claim *c;

	if (!take_number(&line, &id) || !id || !take_knob(&line, &knob) ||
	    !take_number(&line, &original) || !take_number(&line, &written) ||
	    !take_number(&line, &previous) || !path_is_valid(line))
		return -EBADMSG;
	c = claim_add(claim, nr, id, knob, line);
	if (!c)
		return -ENOMEM;
	c->original = original;
	c->written = written;
	c->previous = previous;
	return 0;
}

static int parse_demand(const char *line, struct claim *claim)
{
	struct demand *demand;
	uint64_t value;

	if (!take_number(&line, &value) || !*line)
		return -EBADMSG;
	demand = claim_add_demand(claim, line);
	if (!demand)
		return -ENOMEM;
	demand->value = value;
	return 0;
}

static int parse_line(const char *line, struct claim **claim, size_t *nr)
{
	if (!strncmp(line, "claim ", 6))
		return parse_claim(line + 6, claim, nr);
	if (!strncmp(line, "demand ", 7) && *nr)
		return parse_demand(line + 7, &(*claim)[*nr - 1]);
	return -EBADMSG;
}

/* Read a line, which keeps its end. Returns -EBADMSG if there is none, or it is no text. */
static int read_line(FILE *f, char **line, size_t *size)
{
	ssize_t n;

	errno = 0;
	n = getline(line, size, f);
	if (n < 0)
		return feof(f) && !ferror(f) ? -EBADMSG : stream_error();
	return strlen(*line) == (size_t)n ? 0 : -EBADMSG;
}

static int parse(FILE *f, struct claim **claim, size_t *nr)
{
	char *line = NULL;
	size_t size = 0;
	int err = read_line(f, &line, &size);

	if (!err && strcmp(line, first_line))
		err = -EBADMSG;
	while (!err) {
		err = read_line(f, &line, &size);
		if (err || strcmp(line, last_line) == 0)
			break;
		line[strlen(line) - 1] = '\0';
		err = parse_line(line, claim, nr);
	}
	if (!err && getc(f) != EOF)
		err = -EBADMSG;
	free(line);
	return err;
}

int ledger_file_load(const char *file, struct claim **claim, size_t *nr)
{
	FILE *f = fopen(file, "re");
	int err;

	*claim = NULL;
	*nr = 0;
	if (!f)
		return errno == ENOENT ? 0 : -errno;
	err = parse(f, claim, nr);
	fclose(f);
	return err;
}
