/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Cache the paths of cgroups
 *
 * Internal to the library. Looking up a path takes four system calls, and its result stays
 * valid: the kernel does not reuse ids, and a cgroup v2 cannot be renamed. Snapshots share
 * the paths instead of copying them: each holds a reference to the list that has them.
 */
#ifndef HEADROOM_PATHS_H
#define HEADROOM_PATHS_H

#include <stdint.h>
#include "headroom.h"

struct paths;

/**
 * paths_name - set the paths of the cgroups in a snapshot
 * @h: handle that owns the cache
 * @s: snapshot, in order of id
 * @held: result: the list that has the paths; release it with paths_put()
 *
 * The path of a cgroup removed since the dump is NULL.
 *
 * Return: 0 or a negative errno with headroom_error() set.
 */
int paths_name(struct headroom *h, struct headroom_snapshot *s, struct paths **held);
/** paths_put - release a list, or NULL */
void paths_put(struct paths *paths);
/** headroom_forget_paths - release the handle's list of paths */
void headroom_forget_paths(struct headroom *h);

#endif /* HEADROOM_PATHS_H */
