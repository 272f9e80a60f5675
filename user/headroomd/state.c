// SPDX-License-Identifier: GPL-2.0
/*
 * What was changed, and has to be restored
 *
 * A change is on the disk before it is in the cgroup, so that a daemon that is
 * killed at any moment can undo it at its next start. Since it may have been
 * killed between the two, a line has both the value that was about to be written
 * and the one before:
 *
 *	<cgroup id> <file> <original> <written> <previous> <path>
 *
 * What is found in the cgroup and is neither of the two was set by somebody else,
 * and is left alone; so is a cgroup that has the path, but another id.
 *
 * A lock beside the file tells a daemon that crashed from one that is alive, whose
 * changes are not to be undone.
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
#include "state.h"

/* The files that may be changed: a state file must not name any other */
static const char *const known_files[] = { "memory.low" };

static const char *known_file(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(known_files) / sizeof(known_files[0]); i++)
		if (!strcmp(known_files[i], name))
			return known_files[i];
	return NULL;
}

static struct change *find(const struct state *state, const char *path,
			   const char *file)
{
	size_t i;

	for (i = 0; i < state->nr; i++)
		if (!strcmp(state->change[i].path, path) &&
		    !strcmp(state->change[i].file, file))
			return &state->change[i];
	return NULL;
}

const struct change *state_find(const struct state *state, const char *path,
				const char *file)
{
	return find(state, path, file);
}

static struct change *add(struct state *state, const char *path, const char *file,
			  uint64_t id, uint64_t original)
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
		.path = copy, .file = file, .id = id, .original = original,
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

		if (fprintf(f, "%" PRIu64 " %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %s\n",
			    c->id, c->file, c->original, c->written, c->previous,
			    c->path) < 0)
			return -EIO;
	}
	return fflush(f) || fsync(fileno(f)) ? -errno : 0;
}

/* Replaces the file in one step, by one that is complete; none if all is undone */
static int save(const struct state *state)
{
	char tmp[PATH_MAX];
	FILE *f;
	int err;

	if (state->dry_run)
		return 0;
	if (!state->nr)
		return unlink(state->file) && errno != ENOENT ? -errno : 0;
	err = make_parent(state->file);
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
	char name[32];
	const char *file;
	struct change *c;
	int path = 0;

	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, "%" SCNu64 " %31s %" SCNu64 " %" SCNu64 " %" SCNu64 " %n",
		   &id, name, &original, &written, &previous, &path) != 5 || !path ||
	    !cgroupfs_path_valid(line + path))
		return -EBADMSG;
	file = known_file(name);
	if (!file)
		return -EBADMSG;
	c = add(state, line + path, file, id, original);
	if (!c)
		return -ENOMEM;
	c->written = written;
	c->previous = previous;
	return 0;
}

static int load(struct state *state)
{
	FILE *f = fopen(state->file, "re");
	char *line = NULL;
	size_t size = 0;
	int err = 0;

	if (!f)
		return errno == ENOENT ? 0 : -errno;
	while (!err && getline(&line, &size, f) > 0)
		err = parse_line(state, line);
	if (!err && ferror(f))
		err = -EIO;
	free(line);
	fclose(f);
	return err;
}

/* The kernel lets go of it when the daemon dies, however it dies */
static int lock(struct state *state)
{
	char name[PATH_MAX];
	int err = make_parent(state->file);

	if (err)
		return err;
	if (snprintf(name, sizeof(name), "%s.lock", state->file) >= (int)sizeof(name))
		return -ENAMETOOLONG;
	state->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (state->lock < 0)
		return -errno;
	if (!flock(state->lock, LOCK_EX | LOCK_NB))
		return 0;
	return errno == EWOULDBLOCK ? -EBUSY : -errno;
}

int state_open(struct state *state, const char *file, const char *root, bool dry_run)
{
	int err;

	*state = (struct state){ .root = root, .dry_run = dry_run, .lock = -1 };
	state->file = strdup(file);
	if (!state->file)
		return -ENOMEM;
	if (dry_run)
		return 0;
	err = lock(state);
	return err ? err : load(state);
}

void state_close(struct state *state)
{
	while (state->nr)
		forget(state, &state->change[state->nr - 1]);
	free(state->change);
	free(state->file);
	if (state->lock >= 0)
		close(state->lock);
	*state = (struct state){ .lock = -1 };
}

/* Whether what is found is what the daemon wrote, or was about to write */
static bool still_ours(const struct state *state, const struct change *c,
		       uint64_t id, uint64_t found)
{
	if (c->id != id)
		return false;
	if (state->dry_run)
		return found == c->original;
	return found == c->written || found == c->previous;
}

static void drop(struct state *state, struct change *c, const char *why)
{
	int err;

	journal(LOG_NOTICE, "forgetting the change of %s of %s: %s", c->file, c->path, why);
	forget(state, c);
	err = save(state);
	if (err)	/* harmless: the line applies to nothing any more */
		journal(LOG_WARNING, "cannot write %s: %s", state->file, strerror(-err));
}

bool seen_same(const struct seen *a, const struct seen *b)
{
	return a->id == b->id && a->value == b->value && a->original == b->original;
}

int state_read(struct state *state, const char *path, const char *file,
	       struct seen *seen)
{
	struct change *c = find(state, path, file);
	int err = cgroupfs_id(state->root, path, &seen->id);

	if (!err)
		err = cgroupfs_read(state->root, path, file, &seen->value);
	if (c && err == -ENOENT) {
		drop(state, c, "the cgroup is gone");
		return err;
	}
	if (err)
		return err;
	if (c && !still_ours(state, c, seen->id, seen->value)) {
		drop(state, c, c->id == seen->id ? "somebody else has set it, and that value stays" :
		     "another cgroup has that path now");
		c = NULL;
	}
	seen->original = c ? c->original : seen->value;
	if (c && state->dry_run)
		seen->value = c->written;
	return 0;
}

int state_write(struct state *state, const char *path, const char *file,
		const struct seen *seen, uint64_t value)
{
	struct change *c;
	struct seen now;
	int saved, err = state_read(state, path, file, &now);

	if (!err && !seen_same(&now, seen))
		err = -EAGAIN;
	if (err)
		return err;
	c = find(state, path, file);
	if (!c)
		c = add(state, path, file, now.id, now.original);
	if (!c)
		return -ENOMEM;
	c->previous = now.value;
	c->written = value;
	err = save(state);
	if (err == -ENOENT)	/* of the directory, not of the cgroup */
		err = -ENOTDIR;
	if (!err && !state->dry_run)
		err = cgroupfs_write(state->root, path, file, value);
	if (err)
		c->written = now.value;
	else	/* on the disk it stays: only who died in between has to know */
		c->previous = value;
	if (c->written != c->original)
		return err;
	forget(state, c);
	saved = save(state);
	return err ? err : saved;
}

static int restore(const struct state *state, const struct change *c)
{
	char was[32], is[32];
	uint64_t id, now;
	int err = cgroupfs_id(state->root, c->path, &id);

	if (!err)
		err = cgroupfs_read(state->root, c->path, c->file, &now);
	if (err == -ENOENT || (!err && id != c->id))
		return 0;	/* gone, and the change with it */
	if (!err && now == c->original)
		return 0;
	if (!err && !still_ours(state, c, id, now)) {
		journal(LOG_NOTICE, "left %s of %s at %s: somebody else has set it",
			c->file, c->path, journal_size(is, sizeof(is), now));
		return 0;
	}
	if (!err)
		err = cgroupfs_write(state->root, c->path, c->file, c->original);
	journal_size(was, sizeof(was), c->original);
	if (err)
		journal(LOG_ERR, "cannot restore %s of %s to %s: %s", c->file, c->path,
			was, strerror(-err));
	else
		journal(LOG_INFO, "restored %s of %s from %s to %s", c->file, c->path,
			journal_size(is, sizeof(is), now), was);
	return err;
}

int state_restore(struct state *state)
{
	int first = 0, err;
	size_t i;

	/* Children first: at no moment do they have more than their parents */
	for (i = state->nr; i > 0; i--) {
		err = state->dry_run ? 0 : restore(state, &state->change[i - 1]);
		if (!err)
			forget(state, &state->change[i - 1]);
		else if (!first)
			first = err;
	}
	err = save(state);
	if (err)
		journal(LOG_ERR, "cannot write %s: %s", state->file, strerror(-err));
	return first ? first : err;
}
