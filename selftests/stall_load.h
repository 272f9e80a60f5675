/* SPDX-License-Identifier: GPL-2.0 */
/* Work that stalls for one reason only */
#ifndef _SELFTESTS_STALL_LOAD_H
#define _SELFTESTS_STALL_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* To CPU 0; 0 is the caller */
int pin_to_first(pid_t pid);

/**
 * struct rounds_job - memory that somebody evicts parts of, used again
 * @path: a file; NULL: anonymous memory
 * @read: the file is read, not mapped
 * @size: bytes
 * @rounds: how often it is used, at most
 * @used: tells the other side that it was
 * @evicted: and is told that pages were evicted
 *
 * On CPU 0.
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
 * The other side: evicts @amount from @cgroup after each round, until it is @enough;
 * 0 or -1. From the first time on @io_max is its io.max, so that reading takes long.
 */
int evict_in_rounds(struct rounds_job *job, const char *cgroup, const char *amount,
		    const char *io_max, bool (*enough)(void));

/**
 * struct random_job - fill memory, then use a part of it at random
 * @size: bytes
 * @part: the first bytes of them
 * @touches: how often a page of it is used
 */
struct random_job {
	size_t size;
	size_t part;
	long touches;
};

int touch_at_random(void *job);

/* Uses a MiB again and again, with rests: many tasks can do so on few CPUs */
int touch_and_rest(void *unused);

/**
 * struct crowd_job - many tasks that do the same
 * @work: what, without an argument
 * @nr: number of tasks
 * @pid: who they are, in memory shared with the parent, 0 until they are there
 *
 * Entering a cgroup takes long, and only one task can do it at a time: they are
 * forked inside. Until the last of them is gone.
 */
struct crowd_job {
	int (*work)(void *arg);
	int nr;
	volatile pid_t *pid;
};

int work_in_crowd(void *job);

/* Whether there is a MGLRU, and it is on: it knows other working sets */
bool lru_is_mglru(void);

/* "MAJOR:MINOR" of the disk @path, or of the one that the file @path is on; or "" */
const char *disk_number(const char *path);

/* Sets the readahead of the disk at /scratch, in KiB; returns what it was, or -1 */
int scratch_readahead(int kib);

/**
 * struct short_job - take memory until the machine has to be reclaimed from
 * @enough: stop when tasks have reclaimed so many pages themselves
 * @most: or when it has taken so many bytes
 *
 * On CPU 0, which it shares with kswapd, and has almost all of.
 */
struct short_job {
	long enough;
	size_t most;
};

int take_memory(void *job);
/* Hands kswapd back to all CPUs */
int let_in_kswapd(void);
pid_t find_kswapd(void);

/**
 * struct hold_job - hold memory, so that less is free
 * @leave: bytes to leave free
 * @holes: then give up again seven pages of eight
 * @done: told when it is so
 */
struct hold_job {
	size_t leave;
	bool holes;
	int done[2];
};

/* Until it is killed */
int hold_memory(void *job);

/**
 * struct gate_job - work that has to wait until it may begin
 * @go: read from before
 * @work: what it is, and its argument
 */
struct gate_job {
	int go[2];
	int (*work)(void *arg);
	void *arg;
};

int work_behind_gate(void *job);

#endif /* _SELFTESTS_STALL_LOAD_H */
