/* SPDX-License-Identifier: GPL-2.0 */
/* Sum up the evictors of each victim at a level of the hierarchy */
#ifndef BLAME_LEVEL_H
#define BLAME_LEVEL_H

#include "headroom.h"

/**
 * blame_level_sum - replace evictors below a level by their ancestors at that level
 * @blame: the reading to change
 * @level: levels below the root, at least 1
 *
 * An entry above @level stays. The error of a sum counts the others, and what merged entries
 * above it may contain of it.
 *
 * Return: 0 or a negative errno; unless that is -ENOMEM, headroom_error() has the message.
 */
int blame_level_sum(struct headroom *h, struct headroom_blame *blame, unsigned long level);
/**
 * blame_level_beside - the level at which evictors beside a cgroup are summed up
 * @path: path of an evictor
 * @around: path of the cgroup
 *
 * Evictors in @around and below it are one, which is @around. Any other belongs to the cgroup
 * directly below the lowest one that has it and @around below it: a sibling of @around, or of one
 * of its ancestors. For the root these are its children.
 *
 * Return: the level of the cgroup that @path belongs to; more than @path has if it stays as it is.
 */
unsigned long blame_level_beside(const char *path, const char *around);
/**
 * blame_level_sum_beside - replace each evictor by the cgroup beside @around that it is part of
 * @blame: the reading to change
 *
 * Return: as blame_level_sum().
 */
int blame_level_sum_beside(struct headroom *h, struct headroom_blame *blame, const char *around);

#endif /* BLAME_LEVEL_H */
