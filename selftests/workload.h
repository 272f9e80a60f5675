/* SPDX-License-Identifier: GPL-2.0 */
/* Work whose page cache and swap traffic is known */
#ifndef _SELFTESTS_WORKLOAD_H
#define _SELFTESTS_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define MIB	(1024L * 1024)
#define SCRATCH	"/scratch"

/**
 * struct read_job - read a file, on one CPU
 * @path: the file
 * @passes: how often, from its begin to its end
 * @from: begin there instead, in bytes
 * @size: read so many bytes instead; 0: up to its end
 * @random: instead, so many reads of one page each at random places, no
 *	readahead
 * @seed: for @random
 * @pages: result, shared with the child: pages that came from the disk
 *
 * A task that moves to another CPU leaves pages behind that are not on any LRU
 * list yet, and thus cannot be evicted: the truth would not be known.
 */
struct read_job {
	const char *path;
	int passes;
	off_t from;
	off_t size;
	long random;
	unsigned int seed;
	int64_t *pages;
};

int read_file(void *job);
int create_file(const char *path, off_t size);
/* The same without content: it reads as zeros, from page cache but no disk */
int create_hole(const char *path, off_t size);
/* Pages of a file that are not in memory; -1 */
int64_t absent_pages(const char *path);
int write_file_again(const char *path, off_t size);
int drop_caches(void);
int64_t *shared_counter(void);

/**
 * struct anon_job - touch memory again and again
 * @size: bytes
 * @passes: how often
 * @cpu: pin to this CPU, -1 for none
 */
struct anon_job {
	size_t size;
	int passes;
	int cpu;
};

int touch_memory(void *job);

/**
 * struct memory_job - use memory that has to be swapped, on one CPU
 * @path: a file on tmpfs, read and written as files are; NULL: mapped memory
 * @shared: for mapped memory, shared instead of anonymous
 * @size: bytes
 * @writes: passes that write to each page, of which the first one fills it
 * @reads: passes after them that only read
 * @seed: of the content
 *
 * No page is all zeros or one repeated value, for which swap space of some kinds
 * has short cuts; and each compresses well. What is read is compared with what
 * was written.
 */
struct memory_job {
	const char *path;
	bool shared;
	size_t size;
	int writes;
	int reads;
	uint64_t seed;
};

int use_memory(void *job);

/* A counter of /proc/vmstat; -1 when there is none of that name */
int64_t vmstat(const char *name);
/* Sets /proc/sys/@name, or leaves it if @value is -1; returns what it was, -1 */
int64_t set_sysctl(const char *name, int64_t value);

#endif /* _SELFTESTS_WORKLOAD_H */
