// SPDX-License-Identifier: GPL-2.0
/*
 * What was changed, and has to be restored
 *
 * A change is on the disk before it is in the cgroup, so that a daemon that is
 * killed at any moment can undo it at its next start. Since it may have been
 * killed between the two, a line has both the value that was about to be written
 * and the one before:
 *
 *	<cgroup id> <original> <written> <previous> <path>
 *
 * What is found in the cgroup and is neither of the two was set by somebody else,
 * and is left alone; so is a cgroup that has the path, but another id.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroupfs.h"
#include "journal.h"
#include "state.h"

#define LOW	"memory.low"

struct change *state_find(const struct state *state, const char *path)
{
	size_t i;

	for (i = 0; i < state->nr; i++)
		if (!strcmp(state->change[i].path, path))
			return &state->change[i];
	return NULL;
}

static struct change *add(struct state *state, const char *path, uint64_t id,
			  uint64_t original)
{
	struct change *all = reallocarray(state->change, state->nr + 1, sizeof(*all));
	char *copy = strdup(path);

	if (all)
		state->change = all;
	if (!all || !copy) {
		free(copy);
		return NULL;
	}
	all[state->nr] = (struct change){
		.path = copy, .id = id, .original = original,
		.written = original, .previous = original,
	};
	return &all[state->nr++];
}

static void forget(struct state *state, struct change *change)
{
	size_t i = change - state->change;

	free(change->path);
	state->nr--;
	memmove(change, change + 1, (state->nr - i) * sizeof(*change));
}

static int make_parent(const char *file)
{
	char dir[PATH_MAX], *slash;

	snprintf(dir, sizeof(dir), "%s", file);
	slash = strrchr(dir, '/');
	if (!slash || slash == dir)
		return 0;
	*slash = '\0';
	return mkdir(dir, 0755) && errno != EEXIST ? -errno : 0;
}

static int write_all(const struct state *state, FILE *f)
{
	size_t i;

	for (i = 0; i < state->nr; i++) {
		const struct change *c = &state->change[i];

		if (fprintf(f, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %s\n",
			    c->id, c->original, c->written, c->previous, c->path) < 0)
			return -EIO;
	}
	return fflush(f) || fsync(fileno(f)) ? -errno : 0;
}

/* Replaces the file in one step, by one that is complete */
static int save(const struct state *state)
{
	char tmp[PATH_MAX];
	FILE *f;
	int err = make_parent(state->file);

	if (err)
		return err;
	if (snprintf(tmp, sizeof(tmp), "%s.new", state->file) >= (int)sizeof(tmp))
		return -ENAMETOOLONG;
	f = fopen(tmp, "we");
	if (!f)
		return -errno;
	err = write_all(state, f);
	if (fclose(f) && !err)
		err = -errno;
	if (!err && rename(tmp, state->file))
		err = -errno;
	if (err)
		unlink(tmp);
	return err;
}

static int parse_line(struct state *state, char *line)
{
	uint64_t id, original, written, previous;
	struct change *c;
	int path = 0;

	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, "%" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %n",
		   &id, &original, &written, &previous, &path) != 4 || !path ||
	    !cgroupfs_path_valid(line + path))
		return -EBADMSG;
	c = add(state, line + path, id, original);
	if (!c)
		return -ENOMEM;
	c->written = written;
	c->previous = previous;
	return 0;
}

int state_load(struct state *state)
{
	FILE *f = fopen(state->file, "re");
	char *line = NULL;
	size_t size = 0;
	int err = 0;

	if (!f)
		return errno == ENOENT ? 0 : -errno;
	while (!err && getline(&line, &size, f) > 0)
		err = parse_line(state, line);
	free(line);
	fclose(f);
	return err;
}

/* The change of a cgroup as it is now; one that somebody else changed is new */
static struct change *current_change(struct state *state, const char *path,
				     uint64_t id, uint64_t low)
{
	struct change *c = state_find(state, path);

	if (c && (c->id != id || (c->written != low && c->previous != low))) {
		journal(LOG_NOTICE, "%s of %s is no longer what headroomd set; taking what is there as the original value",
			LOW, path);
		forget(state, c);
		c = NULL;
	}
	return c ? c : add(state, path, id, low);
}

int state_write(struct state *state, const char *path, uint64_t low)
{
	struct change *c;
	uint64_t id, now;
	int err = cgroupfs_id(state->root, path, &id);

	if (!err)
		err = cgroupfs_read(state->root, path, LOW, &now);
	if (err == -ENOENT) {
		c = state_find(state, path);
		if (c)
			forget(state, c);
		return err;
	}
	if (err)
		return err;
	c = current_change(state, path, id, now);
	if (!c)
		return -ENOMEM;
	c->previous = now;
	c->written = low;
	err = save(state);
	if (!err)
		err = cgroupfs_write(state->root, path, LOW, low);
	if (err)
		c->written = now;
	if (c->written == c->original) {
		forget(state, c);
		save(state);
	}
	return err;
}

static void restore(const struct state *state, const struct change *c)
{
	char was[32], is[32];
	uint64_t id, now;
	int err = cgroupfs_id(state->root, c->path, &id);

	if (!err)
		err = cgroupfs_read(state->root, c->path, LOW, &now);
	if (err == -ENOENT || (!err && id != c->id))
		return;		/* gone, and the protection with it */
	if (!err && now == c->original)
		return;
	if (!err && now != c->written && now != c->previous) {
		journal(LOG_NOTICE, "left %s of %s at %s: somebody else has set it",
			LOW, c->path, journal_size(is, sizeof(is), now));
		return;
	}
	if (!err)
		err = cgroupfs_write(state->root, c->path, LOW, c->original);
	if (err)
		journal(LOG_ERR, "cannot restore %s of %s to %s: %s", LOW, c->path,
			journal_size(was, sizeof(was), c->original), strerror(-err));
	else
		journal(LOG_INFO, "restored %s of %s from %s to %s", LOW, c->path,
			journal_size(is, sizeof(is), now),
			journal_size(was, sizeof(was), c->original));
}

void state_restore(struct state *state)
{
	size_t i;

	for (i = state->nr; i > 0; i--)
		restore(state, &state->change[i - 1]);
	state_clear(state);
	if (unlink(state->file) && errno != ENOENT)
		journal(LOG_ERR, "cannot remove %s: %m", state->file);
}

void state_clear(struct state *state)
{
	while (state->nr)
		forget(state, &state->change[state->nr - 1]);
	free(state->change);
	state->change = NULL;
}
