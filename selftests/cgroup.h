/* SPDX-License-Identifier: GPL-2.0 */
/* Cgroups of a test: all below /sys/fs/cgroup/headroom-test */
#ifndef _SELFTESTS_CGROUP_H
#define _SELFTESTS_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CGROUP_ROOT	"/sys/fs/cgroup"
#define CGROUP_TEST	CGROUP_ROOT "/headroom-test"

/* Each returns 0, or -1 after saying on stderr what failed */
int cgroup_setup(void);
void cgroup_cleanup(void);
int cgroup_create(const char *name);
int cgroup_remove(const char *name);
int cgroup_write(const char *name, const char *file, const char *value);
int cgroup_enter(const char *name);

/* Value of a file that holds a number, or of @key in a file of pairs; -1 */
int64_t cgroup_read(const char *name, const char *file, const char *key);
/* The "some" or "full" total of memory.pressure, ns; -1 */
int64_t cgroup_pressure(const char *name, const char *line);
/* Cgroup id; 0 when there is no such cgroup */
uint64_t cgroup_id(const char *name);

/* Runs @work(@arg) in a child in that cgroup; returns its exit status, -1 */
int cgroup_run(const char *name, int (*work)(void *arg), void *arg);
/* The same without waiting; returns the pid */
pid_t cgroup_start(const char *name, int (*work)(void *arg), void *arg);
int wait_child(pid_t pid);

#endif /* _SELFTESTS_CGROUP_H */
