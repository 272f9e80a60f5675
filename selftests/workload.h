/* SPDX-License-Identifier: GPL-2.0 */
/* Work whose page cache traffic is known */
#ifndef _SELFTESTS_WORKLOAD_H
#define _SELFTESTS_WORKLOAD_H

#include <stdint.h>
#include <sys/types.h>

#define MIB	(1024L * 1024)
#define SCRATCH	"/scratch"

/**
 * struct read_job - read a file, on one CPU
 * @path: the file
 * @passes: how often, from its begin to its end
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
	long random;
	unsigned int seed;
	int64_t *pages;
};

int read_file(void *job);
int create_file(const char *path, off_t size);
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

#endif /* _SELFTESTS_WORKLOAD_H */
