/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_STATE_H
#define HEADROOMD_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct change - one memory.low that the daemon changed
 * @path: the cgroup
 * @id: its id: another cgroup may come to have the same path
 * @original: what the value was before
 * @written: what it is now, or is about to be
 * @previous: what it was before that
 */
struct change {
	char *path;
	uint64_t id;
	uint64_t original;
	uint64_t written;
	uint64_t previous;
};

/**
 * struct state - all that has to be restored
 * @file: where it is kept
 * @root: the cgroup root
 * @nr: number of changes
 * @change: the changes, those of parents before those of their children
 */
struct state {
	const char *file;
	const char *root;
	size_t nr;
	struct change *change;
};

/** state_load - read what an earlier run left; none is no error */
int state_load(struct state *state);
/** state_find - what was changed in a cgroup; NULL if nothing was */
struct change *state_find(const struct state *state, const char *path);
/**
 * state_write - change a cgroup's memory.low, written down first
 *
 * A value that somebody else has set in the meantime becomes the new original.
 * Writing the original value forgets the change.
 *
 * Return: 0 or a negative errno; -ENOENT when the cgroup is gone, and then it is
 * forgotten.
 */
int state_write(struct state *state, const char *path, uint64_t low);
/** state_restore - undo everything, but what somebody else has set since */
void state_restore(struct state *state);
void state_clear(struct state *state);

#endif /* HEADROOMD_STATE_H */
