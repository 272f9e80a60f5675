/* SPDX-License-Identifier: GPL-2.0 */
/* Create, configure and enter the cgroups of a test, all below /sys/fs/cgroup/headroom-test */
#ifndef _SELFTESTS_CGROUP_H
#define _SELFTESTS_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CGROUP_ROOT	"/sys/fs/cgroup"
#define CGROUP_TEST	CGROUP_ROOT "/headroom-test"

/* Each returns 0, or -1 after printing on stderr what failed */
int cgroup_setup(void);
/* Kills all tasks below the test's cgroup and removes it */
void cgroup_cleanup(void);
int cgroup_create(const char *name);
/* Children of the new cgroup have the memory controller */
int cgroup_create_parent(const char *name);
/* New cgroups below the test's have the controller "io" as well, until cgroup_cleanup() */
int cgroup_enable_io(void);
/* The same with the controller "cpu" */
int cgroup_enable_cpu(void);
/* Sets memory.max of the new cgroup to @limit */
int cgroup_create_limited(const char *name, const char *limit);
/* Waits up to 10 s for tasks that are still exiting */
int cgroup_remove(const char *name);
/* @nr cgroups, named @prefix and a number from 0 */
int cgroup_create_numbered(const char *prefix, int nr);
int cgroup_remove_numbered(const char *prefix, int nr);
int cgroup_write(const char *name, const char *file, const char *value);
int cgroup_enter(const char *name);

/* Returns the number in a file, or the one after @key in a file of pairs; -1 on failure */
int64_t cgroup_read(const char *name, const char *file, const char *key);
/* Returns the total of the "some" or "full" line of memory.pressure in ns; -1 on failure */
int64_t cgroup_pressure(const char *name, const char *line);
/*
 * Returns the pages that reclaim took from the cgroup, as the kernel counts; -1 on failure.
 * The last ones, up to 64 for each CPU, may be missing until the kernel sums up, as it does
 * every two seconds. So waits until it has counted @awaited, a minute at most.
 */
int64_t cgroup_pgsteal(const char *name, int64_t awaited);
/* In a test: reclaim took that many pages from the cgroup */
#define EXPECT_PGSTEAL(name, pages)						\
	do {									\
		int64_t _pages = pages;						\
										\
		EXPECT_EQ(cgroup_pgsteal(name, _pages), _pages);		\
	} while (0)

/* Returns 0 if the cgroup does not exist */
uint64_t cgroup_id(const char *name);

/* Waits, four minutes at most, until the kernel has freed all removed cgroups; 0 or -1 */
int cgroup_wait_freed(void);

/* Runs @work(@arg) in a child in that cgroup; returns its exit status, or -1 */
int cgroup_run(const char *name, int (*work)(void *arg), void *arg);
/* Starts the same without waiting for it; returns the pid, or -1 */
pid_t cgroup_start(const char *name, int (*work)(void *arg), void *arg);
/* Returns the exit status; -1 if the child was killed, or is none */
int wait_child(pid_t pid);
/* Kills a child and waits for it */
void end_child(pid_t pid);

/**
 * struct cgroup_setting - a value to write to a file of a cgroup, from a task of another one
 * @cgroup: the cgroup
 * @file: its file
 * @value: what to write
 */
struct cgroup_setting {
	const char *cgroup;
	const char *file;
	const char *value;
};

int cgroup_apply(void *setting);

#endif /* _SELFTESTS_CGROUP_H */
