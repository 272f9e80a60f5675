/* SPDX-License-Identifier: GPL-2.0 */
/* Loads that stall for one reason only */
#ifndef _SELFTESTS_STALL_LOAD_H
#define _SELFTESTS_STALL_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * struct rounds_job - use memory again and again, after another process evicted parts of it
 * @path: a file; NULL: anonymous memory
 * @read: read the file instead of mapping it
 * @size: bytes
 * @rounds: number of rounds, at most
 * @used: pipe to the other process: a byte after each round
 * @evicted: pipe from the other process: a byte after each eviction
 *
 * Runs on CPU 0.
 */
struct rounds_job {
	const char *path;
	bool read;
	size_t size;
	int rounds;
	int used[2];
	int evicted[2];
};

int use_in_rounds(void *job);
/*
 * The other process: evicts @amount from @cgroup after each round, until @enough returns
 * true; 0 or -1. Sets io.max of the cgroup to @io_max after the first round, so that
 * reading the pages back takes long.
 */
int evict_in_rounds(struct rounds_job *job, const char *cgroup, const char *amount,
		    const char *io_max, bool (*enough)(void));

/**
 * struct random_job - fill memory, then use a part of it at random
 * @size: bytes
 * @part: the bytes used afterwards, from the first one
 * @touches: number of times a page of it is used
 */
struct random_job {
	size_t size;
	size_t part;
	long touches;
};

int touch_at_random(void *job);

/* Uses a MiB again and again, with pauses, so that few CPUs are enough for many tasks */
int touch_and_rest(void *unused);

/**
 * struct crowd - many tasks that run the same load
 * @work: the load; it is called without an argument
 * @nr: number of tasks
 * @pid: their pids, in memory shared with the parent; 0 until the task exists
 * @first: the task that forks them and waits for them
 *
 * Entering a cgroup takes long, and only one task can do it at a time. One task enters
 * and forks the others, which start to work when the last of them exists.
 */
struct crowd {
	int (*work)(void *arg);
	int nr;
	volatile pid_t *pid;
	pid_t first;
};

/* Returns when all tasks exist, within four minutes; 0 or -1 */
int crowd_start(struct crowd *crowd, const char *cgroup);
/* Kills all tasks and waits for them; 0 or -1 */
int crowd_end(struct crowd *crowd);

/* Returns "MAJOR:MINOR" of the disk @path, or of the disk of the file @path; "" on failure */
const char *disk_number(const char *path);

/* Sets the readahead of the disk of /scratch in KiB; returns the old value, or -1 */
int scratch_readahead(int kib);

/*
 * Moves this process and kswapd to CPU 0 and gives this process almost all of it. It does
 * not become a real-time task: such a task may take more memory before it has to reclaim,
 * and then has to wait for kswapd. 0 or -1.
 */
int starve_kswapd(void);
/* Gives kswapd back to all CPUs; 0 or -1 */
int restore_kswapd(void);
pid_t find_kswapd(void);

/**
 * struct short_job - allocate until the machine is short of memory, with kswapd starved
 * @enough: stop when tasks have reclaimed this many pages themselves
 * @most: bytes to take at most
 */
struct short_job {
	long enough;
	size_t most;
};

int take_memory(void *job);

/**
 * struct hold_job - hold memory until killed, so that less is free
 * @leave: bytes to leave free
 * @holes: then free seven pages of each eight
 * @done: pipe to the parent: a byte when the memory is held
 */
struct hold_job {
	size_t leave;
	bool holes;
	int done[2];
};

int hold_memory(void *job);

/**
 * struct gate_job - run a load when the parent says so
 * @go: pipe from the parent: a byte starts it
 * @work: the load
 * @arg: its argument
 */
struct gate_job {
	int go[2];
	int (*work)(void *arg);
	void *arg;
};

int work_behind_gate(void *job);

#endif /* _SELFTESTS_STALL_LOAD_H */
