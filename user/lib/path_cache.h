/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Paths of cgroups that were looked up before
 *
 * Internal to the library. To look up a path takes four system calls, and once is
 * enough: the kernel uses no id twice, and a cgroup v2 cannot be renamed. Snapshots do
 * not copy the paths but share them: each holds the list that they are from.
 */
#ifndef HEADROOM_PATHS_H
#define HEADROOM_PATHS_H

#include <stdint.h>
#include "headroom.h"

struct paths;

/**
 * paths_name - name the cgroups of a snapshot
 * @h: handle, whose list it is
 * @s: snapshot, in order of id
 * @held: result: the list that the paths are from; paths_put() it
 *
 * A cgroup that was removed meanwhile has no path.
 *
 * Return: 0 or a negative errno, and then headroom_error() is set.
 */
int paths_name(struct headroom *h, struct headroom_snapshot *s, struct paths **held);
/** paths_put - the paths are no longer used; NULL is allowed */
void paths_put(struct paths *paths);

#endif /* HEADROOM_PATHS_H */
