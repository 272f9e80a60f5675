/* SPDX-License-Identifier: GPL-2.0 */
/* Resolve the cgroup that limits a report to a subtree */
#ifndef SUBTREE_H
#define SUBTREE_H

#include "headroom.h"

/**
 * find_top - resolve a cgroup of the command line, or print why that failed
 * @name: as for cgroup_find(); NULL for all cgroups
 * @top: result, the path; "/" for all cgroups. The caller frees it
 *
 * Return: the exit code.
 */
int find_top(struct headroom *h, const char *name, char **top);

#endif /* SUBTREE_H */
