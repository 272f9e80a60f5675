/* SPDX-License-Identifier: GPL-2.0 */
/* Sum up what each cgroup took from others */
#ifndef BLAME_SUM_H
#define BLAME_SUM_H

#include <stdbool.h>

#include "headroom.h"

/**
 * blame_sum - pages of others that each cgroup evicted and that were read again
 * @taken: the blame of an interval
 * @now: the snapshot at its end
 * @partial: it has only a subtree: a victim that is not in it is outside, and not one that was
 *	removed
 *
 * A cgroup counts with all below it, and so do the victims: what a cgroup takes from another one
 * in the same subtree is not taken from others for the subtree.
 *
 * Return: a sum for each cgroup of @now, in its order, to be freed with free(); NULL if out of
 * memory.
 */
double *blame_sum(const struct headroom_blame *taken, const struct headroom_snapshot *now,
		  bool partial);

#endif /* BLAME_SUM_H */
