/* SPDX-License-Identifier: GPL-2.0 */
/* Loads whose page cache and swap traffic is known, and their building blocks */
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
 * @passes: number of sequential passes
 * @from: byte at which each pass starts
 * @size: bytes of each pass; 0: up to the end of the file
 * @single: passes without readahead, so that no page comes in a large folio
 * @random: number of reads of one page each at random places, without readahead,
 *	instead of passes; 0: none
 * @seed: of the random places
 * @pages: result, shared with the child: pages that came from the disk
 *
 * A task that moves to another CPU leaves pages behind that are on no LRU list yet and
 * cannot be evicted: the expected counts would not be exact.
 */
struct read_job {
	const char *path;
	int passes;
	off_t from;
	off_t size;
	bool single;
	long random;
	unsigned int seed;
	int64_t *pages;
};

int read_file(void *job);
/* A new file, on the disk and not in memory */
int create_file(const char *path, off_t size);
/* A file without blocks: its pages are in the page cache but never come from a disk */
int create_hole(const char *path, off_t size);
/* Returns the pages of a file that are not in memory; -1 on failure */
int64_t absent_pages(const char *path);
/* Truncates the file and writes it again */
int write_file_again(const char *path, off_t size);
int drop_caches(void);
/* Returns a page of zeros that this process shares with its children; NULL on failure */
int64_t *shared_counter(void);
/* Returns the pages that this process caused to be read from the disk; -1 on failure */
int64_t disk_pages(void);

int pin_to_cpu(pid_t pid, int cpu);
/* Returns anonymous memory without huge pages, or NULL */
void *map_memory(size_t size);
/* Writes to each page, a value that is not 0 and not the same in all of them */
void fill_memory(volatile void *memory, size_t size);
/* The kernel kills no task of which this is called: it has it try again */
int forbid_oom_kill(void);

uint64_t monotonic_ns(void);
/* Checks every 20 ms whether @condition(@arg) holds, for up to @seconds; returns it */
bool wait_until(bool (*condition)(void *arg), void *arg, int seconds);

/**
 * struct anon_job - write to each page of anonymous memory, again and again
 * @size: bytes
 * @passes: number of passes
 * @cpu: CPU to run on, -1 for any
 */
struct anon_job {
	size_t size;
	int passes;
	int cpu;
};

int touch_memory(void *job);

/**
 * struct memory_job - use memory that has to be swapped, on one CPU
 * @path: a file on tmpfs to read and write; NULL: use mapped memory
 * @shared: map shared memory instead of anonymous memory
 * @size: bytes
 * @writes: passes that write to each page; the first one fills it
 * @reads: passes after them that only read
 * @seed: of the content
 *
 * No page is all zeros or one repeated value, which some kinds of swap space do not
 * store; each compresses well. Each pass compares the pages with what was written.
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

/* Returns a counter of /proc/vmstat; -1 if there is none of that name */
int64_t vmstat(const char *name);
/* Sets /proc/sys/@name unless @value is -1; returns the old value, -1 on failure */
int64_t set_sysctl(const char *name, int64_t value);
/* Whether the kernel has MGLRU and uses it; its working sets differ */
bool lru_is_mglru(void);

#endif /* _SELFTESTS_WORKLOAD_H */
