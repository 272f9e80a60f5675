/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_LOSSES_H
#define HEADROOMD_LOSSES_H

#include <stddef.h>
#include <headroom.h>

struct view;

/**
 * struct loss - what a cgroup lost between two frames
 * @cgroup: its index in the later frame
 * @victim: the pages that were evicted from it, by evictor
 * @by: index of each evictor in the later frame; FRAME_NONE for those that have none
 */
struct loss {
	size_t cgroup;
	const struct headroom_victim *victim;
	const size_t *by;
};

/**
 * struct losses - what all cgroups lost between two frames; all zero before it is read
 * @why: why that is unknown; NULL if it is known, or was not read
 * @delta: the difference of blame; NULL if that was not read
 * @nr: number of victims
 * @loss: them, in the order of the later frame
 * @by: private: all indices of evictors
 */
struct losses {
	const char *why;
	struct headroom_blame *delta;
	size_t nr;
	struct loss *loss;
	size_t *by;
};

/**
 * losses_below - what the cgroups of a subtree lost
 * @view: the cgroup, with @view->losses, which the first call for a pair of frames reads
 * @cgroup: index in the later frame of the subtree's top
 * @loss: result: in the order of the frame; valid until losses_clear()
 * @nr: result: their number; 0 on failure
 *
 * Return: NULL, or why that is unknown.
 */
const char *losses_below(const struct view *view, size_t cgroup, const struct loss **loss,
			 size_t *nr);
/** losses_clear - free what was read, for the next pair of frames */
void losses_clear(struct losses *losses);

#endif /* HEADROOMD_LOSSES_H */
