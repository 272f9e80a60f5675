/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_STATE_H
#define HEADROOMD_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct change - one file of a cgroup that the daemon changed
 * @path: the cgroup
 * @file: the file in it
 * @id: the cgroup's id: another cgroup may come to have the same path
 * @original: what the value was before
 * @written: what it is now, or is about to be
 * @previous: what it may still be, if it was not written: the value before that
 */
struct change {
	char *path;
	const char *file;
	uint64_t id;
	uint64_t original;
	uint64_t written;
	uint64_t previous;
};

/**
 * struct state - all that has to be restored
 * @file: where it is kept
 * @root: the cgroup root; the caller's
 * @dry_run: nothing is written anywhere; changes are only imagined
 * @lock: descriptor that keeps others from using @file, or -1
 * @nr: number of changes
 * @change: the changes, those of parents before those of their children
 */
struct state {
	char *file;
	const char *root;
	bool dry_run;
	int lock;
	size_t nr;
	struct change *change;
};

/**
 * state_open - claim a state file, and read what an earlier run left in it
 *
 * A dry run claims and reads nothing.
 *
 * Return: 0; -EBUSY when another daemon has it; -EBADMSG when it makes no sense;
 * or another negative errno. Call state_close() in every case.
 */
int state_open(struct state *state, const char *file, const char *root, bool dry_run);
/** state_close - let go of the file; what is in it stays there */
void state_close(struct state *state);
/** state_find - what was changed; NULL if nothing was */
const struct change *state_find(const struct state *state, const char *path,
				const char *file);
/**
 * struct seen - a value at one moment
 * @id: the cgroup's id
 * @value: what it was; in a dry run, what it would have been
 * @original: what it would have been without the daemon
 */
struct seen {
	uint64_t id;
	uint64_t value;
	uint64_t original;
};

/** seen_same - whether nothing has changed between the two */
bool seen_same(const struct seen *a, const struct seen *b);
/**
 * state_read - a value, and what it would be without the daemon
 *
 * A change of which nothing is left, because somebody else has set another value
 * or the cgroup is gone, is forgotten.
 *
 * Return: 0 or a negative errno; -ENOENT when there is no such cgroup.
 */
int state_read(struct state *state, const char *path, const char *file,
	       struct seen *seen);
/**
 * state_write - change a value, written down first
 * @seen: what the new value was chosen for
 *
 * Writing the original value forgets the change.
 *
 * Return: 0 or a negative errno; -ENOENT when there is no such cgroup; -EAGAIN when
 * it is not as it was seen.
 */
int state_write(struct state *state, const char *path, const char *file,
		const struct seen *seen, uint64_t value);
/**
 * state_restore - undo everything, but what somebody else has set since
 *
 * Return: 0, or the first error; what could not be undone is still remembered.
 */
int state_restore(struct state *state);

#endif /* HEADROOMD_STATE_H */
