// SPDX-License-Identifier: GPL-2.0
/*
 * The ledger of claims: every cgroup file that the daemon has changed, with the
 * value to restore
 *
 * A claim reaches the disk before the new value reaches the cgroup, so that a
 * daemon that is killed at any moment can undo it at its next start. The kill may
 * fall between these two writes. Therefore each line of the ledger file holds both
 * the value that was about to be written and the one before it:
 *
 *	<cgroup id> <file> <original> <written> <previous> <path>
 *
 * A cgroup file that holds neither of the two was changed outside of the daemon and
 * stays as it is. So does a cgroup that has the same path but another id.
 *
 * A lock beside the ledger file distinguishes a daemon that crashed from one that is
 * still running, whose claims must not be undone.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroupfs.h"
#include "journal.h"
#include "ledger.h"

/* The files that may be claimed: a ledger file that names another is refused */
static const char *const known_files[] = { "memory.low" };

static const char *known_file(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(known_files) / sizeof(known_files[0]); i++)
		if (!strcmp(known_files[i], name))
			return known_files[i];
	return NULL;
}

static struct claim *find(const struct ledger *ledger, const char *path,
			   const char *file)
{
	size_t i;

	for (i = 0; i < ledger->nr; i++)
		if (!strcmp(ledger->claim[i].path, path) &&
		    !strcmp(ledger->claim[i].file, file))
			return &ledger->claim[i];
	return NULL;
}

const struct claim *ledger_find(const struct ledger *ledger, const char *path,
				const char *file)
{
	return find(ledger, path, file);
}

static struct claim *add(struct ledger *ledger, const char *path, const char *file,
			 uint64_t id, uint64_t original)
{
	struct claim *all = reallocarray(ledger->claim, ledger->nr + 1, sizeof(*all));
	char *copy = strdup(path);

	if (all)
		ledger->claim = all;
	if (!all || !copy) {
		free(copy);
		return NULL;
	}
	all[ledger->nr] = (struct claim){
		.path = copy, .file = file, .id = id, .original = original,
		.written = original, .previous = original,
	};
	return &all[ledger->nr++];
}

static void forget(struct ledger *ledger, struct claim *claim)
{
	size_t i = claim - ledger->claim;

	free(claim->path);
	ledger->nr--;
	memmove(claim, claim + 1, (ledger->nr - i) * sizeof(*claim));
}

/* The directory of a file */
static void parent_of(char *dir, size_t size, const char *file)
{
	char *slash;

	snprintf(dir, size, "%s", file);
	slash = strrchr(dir, '/');
	if (!slash)
		snprintf(dir, size, ".");
	else
		slash[slash == dir] = '\0';
}

static int make_parent(const char *file)
{
	char dir[PATH_MAX];

	parent_of(dir, sizeof(dir), file);
	return mkdir(dir, 0755) && errno != EEXIST ? -errno : 0;
}

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

static int write_all(const struct ledger *ledger, FILE *f)
{
	size_t i;

	for (i = 0; i < ledger->nr; i++) {
		const struct claim *c = &ledger->claim[i];

		if (fprintf(f, "%" PRIu64 " %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %s\n",
			    c->id, c->file, c->original, c->written, c->previous,
			    c->path) < 0)
			return -EIO;
	}
	return fflush(f) || fsync(fileno(f)) ? -errno : 0;
}

/* Replace the ledger file atomically; remove it when no claim is left */
static int save(const struct ledger *ledger)
{
	char tmp[PATH_MAX];
	FILE *f;
	int err;

	if (ledger->dry_run)
		return 0;
	if (!ledger->nr) {
		if (unlink(ledger->file))
			return errno == ENOENT ? 0 : -errno;
		return sync_parent(ledger->file);
	}
	err = make_parent(ledger->file);
	if (err)
		return err;
	if (snprintf(tmp, sizeof(tmp), "%s.new", ledger->file) >= (int)sizeof(tmp))
		return -ENAMETOOLONG;
	f = fopen(tmp, "we");
	if (!f)
		return -errno;
	err = write_all(ledger, f);
	if (fclose(f) && !err)
		err = -errno;
	if (!err && rename(tmp, ledger->file))
		err = -errno;
	if (err)
		unlink(tmp);
	return err ? err : sync_parent(ledger->file);
}

static int parse_line(struct ledger *ledger, char *line)
{
	uint64_t id, original, written, previous;
	char name[32];
	const char *file;
	struct claim *c;
	int path = 0;

	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, "%" SCNu64 " %31s %" SCNu64 " %" SCNu64 " %" SCNu64 " %n",
		   &id, name, &original, &written, &previous, &path) != 5 || !path ||
	    !cgroupfs_path_valid(line + path))
		return -EBADMSG;
	file = known_file(name);
	if (!file)
		return -EBADMSG;
	c = add(ledger, line + path, file, id, original);
	if (!c)
		return -ENOMEM;
	c->written = written;
	c->previous = previous;
	return 0;
}

static int load(struct ledger *ledger)
{
	FILE *f = fopen(ledger->file, "re");
	char *line = NULL;
	size_t size = 0;
	int err = 0;

	if (!f)
		return errno == ENOENT ? 0 : -errno;
	while (!err && getline(&line, &size, f) > 0)
		err = parse_line(ledger, line);
	if (!err && ferror(f))
		err = -EIO;
	free(line);
	fclose(f);
	return err;
}

/* The kernel releases this lock when the daemon ends, in whatever way */
static int lock(struct ledger *ledger)
{
	char name[PATH_MAX];
	int err = make_parent(ledger->file);

	if (err)
		return err;
	if (snprintf(name, sizeof(name), "%s.lock", ledger->file) >= (int)sizeof(name))
		return -ENAMETOOLONG;
	ledger->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (ledger->lock < 0)
		return -errno;
	if (!flock(ledger->lock, LOCK_EX | LOCK_NB))
		return 0;
	return errno == EWOULDBLOCK ? -EBUSY : -errno;
}

int ledger_open(struct ledger *ledger, const char *file, const char *root, bool dry_run)
{
	int err;

	*ledger = (struct ledger){ .root = root, .dry_run = dry_run, .lock = -1 };
	ledger->file = strdup(file);
	if (!ledger->file)
		return -ENOMEM;
	if (dry_run)
		return 0;
	err = lock(ledger);
	return err ? err : load(ledger);
}

void ledger_close(struct ledger *ledger)
{
	while (ledger->nr)
		forget(ledger, &ledger->claim[ledger->nr - 1]);
	free(ledger->claim);
	free(ledger->file);
	if (ledger->lock >= 0)
		close(ledger->lock);
	*ledger = (struct ledger){ .lock = -1 };
}

/* Whether the file holds what the daemon wrote, or the value before an interrupted write */
static bool claim_holds(const struct ledger *ledger, const struct claim *c,
			uint64_t id, uint64_t found)
{
	if (c->id != id)
		return false;
	if (ledger->dry_run)
		return found == c->original;
	return found == c->written || found == c->previous;
}

static void drop(struct ledger *ledger, struct claim *c, const char *why)
{
	int err;

	journal(LOG_NOTICE, "dropped the claim on %s of %s: %s", c->file, c->path, why);
	forget(ledger, c);
	err = save(ledger);
	if (err)	/* harmless: the stale line no longer matches any cgroup file */
		journal(LOG_WARNING, "cannot write %s: %s", ledger->file, strerror(-err));
}

bool knob_same(const struct knob *a, const struct knob *b)
{
	return a->id == b->id && a->value == b->value && a->original == b->original;
}

/* Read a file of the cgroup @dir, whose id the caller has stored in @knob */
static int read_knob(struct ledger *ledger, int dir, const char *path, const char *file,
		     struct knob *knob)
{
	struct claim *c = find(ledger, path, file);
	int err = cgroupfs_read(dir, file, &knob->value);

	if (err)
		return err;
	if (c && !claim_holds(ledger, c, knob->id, knob->value)) {
		drop(ledger, c, c->id == knob->id ? "it was changed outside of headroomd and stays as it is" :
		     "another cgroup has this path now");
		c = NULL;
	}
	knob->original = c ? c->original : knob->value;
	if (c && ledger->dry_run)
		knob->value = c->written;
	return 0;
}

/* Open the cgroup at @path, and read one of its files. Returns its descriptor. */
static int open_knob(struct ledger *ledger, const char *path, const char *file, struct knob *knob)
{
	int dir = cgroupfs_open(ledger->root, path, &knob->id);
	int err = dir < 0 ? dir : read_knob(ledger, dir, path, file, knob);
	struct claim *c;

	if (!err)
		return dir;
	if (dir >= 0)
		close(dir);
	c = find(ledger, path, file);
	if (c && err == -ENOENT)
		drop(ledger, c, "the cgroup was removed");
	return err;
}

int ledger_read(struct ledger *ledger, const char *path, const char *file,
		struct knob *knob)
{
	int dir = open_knob(ledger, path, file, knob);

	if (dir < 0)
		return dir;
	close(dir);
	return 0;
}

/* Record a claim, then write the file of the cgroup @dir, which reads as in @now */
static int claim_and_write(struct ledger *ledger, int dir, const char *path, const char *file,
			   const struct knob *now, uint64_t value)
{
	struct claim *c = find(ledger, path, file);
	int saved, err;

	if (!c)
		c = add(ledger, path, file, now->id, now->original);
	if (!c)
		return -ENOMEM;
	c->previous = now->value;
	c->written = value;
	err = save(ledger);
	if (err == -ENOENT)	/* the directory of the ledger is missing, not the cgroup */
		err = -ENOTDIR;
	if (!err && !ledger->dry_run)
		err = cgroupfs_write(dir, file, value);
	if (err)
		c->written = now->value;
	else	/* in memory only: on disk, the value before must stay valid for a restart */
		c->previous = value;
	if (c->written != c->original)
		return err;
	forget(ledger, c);
	saved = save(ledger);
	return err ? err : saved;
}

int ledger_write(struct ledger *ledger, const char *path, const char *file,
		 const struct knob *knob, uint64_t value)
{
	struct knob now;
	int err, dir = open_knob(ledger, path, file, &now);

	if (dir < 0)
		return dir;
	err = knob_same(&now, knob) ? claim_and_write(ledger, dir, path, file, &now, value) :
	      -EAGAIN;
	close(dir);
	return err;
}

/* Log that a file was restored to its original from @now, or why not */
static void log_restore(const struct claim *c, uint64_t now, int err)
{
	char was[32], is[32];

	journal_size(was, sizeof(was), c->original);
	if (err)
		journal(LOG_ERR, "cannot restore %s of %s to %s: %s", c->file, c->path,
			was, strerror(-err));
	else
		journal(LOG_INFO, "restored %s of %s from %s to %s", c->file, c->path,
			journal_size(is, sizeof(is), now), was);
}

static int restore_in(const struct ledger *ledger, const struct claim *c, int dir)
{
	char is[32];
	uint64_t now;
	int err = cgroupfs_read(dir, c->file, &now);

	if (!err && now == c->original)
		return 0;
	if (!err && !claim_holds(ledger, c, c->id, now)) {
		journal(LOG_NOTICE, "left %s of %s at %s: it was changed outside of headroomd",
			c->file, c->path, journal_size(is, sizeof(is), now));
		return 0;
	}
	if (!err)
		err = cgroupfs_write(dir, c->file, c->original);
	if (err != -ENOENT)
		log_restore(c, now, err);
	return err;
}

static int restore(const struct ledger *ledger, const struct claim *c)
{
	uint64_t id;
	int dir = cgroupfs_open(ledger->root, c->path, &id);
	int err = dir < 0 ? dir : id == c->id ? restore_in(ledger, c, dir) : -ENOENT;

	if (dir >= 0)
		close(dir);
	else if (err != -ENOENT)
		log_restore(c, 0, err);
	/* The claim ended with its cgroup */
	return err == -ENOENT ? 0 : err;
}

int ledger_undo(struct ledger *ledger)
{
	int first = 0, err;
	size_t i;

	/* Descendants first, so that ancestors always cover them */
	for (i = ledger->nr; i > 0; i--) {
		err = ledger->dry_run ? 0 : restore(ledger, &ledger->claim[i - 1]);
		if (!err)
			forget(ledger, &ledger->claim[i - 1]);
		else if (!first)
			first = err;
	}
	err = save(ledger);
	if (err)
		journal(LOG_ERR, "cannot write %s: %s", ledger->file, strerror(-err));
	return first ? first : err;
}
