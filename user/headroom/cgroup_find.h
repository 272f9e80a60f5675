/* SPDX-License-Identifier: GPL-2.0 */
/* Find the cgroup that the command line names */
#ifndef CGROUP_FIND_H
#define CGROUP_FIND_H

#include <stdbool.h>
#include <stdint.h>

#include "headroom.h"

/**
 * cgroup_find - find a cgroup, or print why that failed
 * @name: path or id, as for headroom_cgroup_id(); the last components of a path, such as
 *	"redis.service"; or a pattern of either, in which "*" stands for a part of a component
 *
 * The last components and a pattern name the one cgroup that they match. If there are several, the
 * message lists them. Of a path from the root and the last components of another one, the former
 * is meant.
 *
 * Return: the exit code.
 */
int cgroup_find(struct headroom *h, const char *name, uint64_t *id);

/**
 * cgroup_find_charged - find the cgroup that the memory of a cgroup is charged to
 * @path: path of the latter
 *
 * It is the cgroup itself or the nearest ancestor of which there are statistics, which is printed on
 * stderr. cgroup_find() calls this for the cgroup of a process.
 *
 * Return: 0, -ENOENT if there is no cgroup at @path, or another negative errno.
 */
int cgroup_find_charged(struct headroom *h, const char *path, uint64_t *id);

/**
 * cgroup_matches - whether a path is that of a name or a pattern
 * @name: a path, or its last components
 */
bool cgroup_matches(const char *name, const char *path);

#endif /* CGROUP_FIND_H */
