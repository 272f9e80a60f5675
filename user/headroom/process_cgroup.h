/* SPDX-License-Identifier: GPL-2.0 */
/* The cgroup of a process */
#ifndef PROCESS_CGROUP_H
#define PROCESS_CGROUP_H

#include <stdbool.h>

/**
 * process_cgroup - look up the cgroup of a process now
 * @pid: decimal number, or "self"
 * @path: result, its path; to be freed with free()
 *
 * Return: 0; -ESRCH if there is no such process; -ENOENT if it is in no cgroup of version 2, or
 * outside of this cgroup namespace; or another negative errno.
 */
int process_cgroup(const char *pid, char **path);

/** process_cgroup_is - whether @path is the string that process_cgroup() returned, which is not freed */
bool process_cgroup_is(const char *path);

#endif /* PROCESS_CGROUP_H */
