/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_CGROUPFS_H
#define HEADROOMD_CGROUPFS_H

#include <stdbool.h>
#include <stdint.h>

/* What the files call "max" */
#define CGROUPFS_MAX	UINT64_MAX

/*
 * @root is where the cgroups are, @path a cgroup below it ("/a/b"). Each returns
 * 0 or a negative errno; -ENOENT when there is no such cgroup, or no such file.
 */

/** cgroupfs_id - the id of a cgroup */
int cgroupfs_id(const char *root, const char *path, uint64_t *id);
/** cgroupfs_read - a file that holds one number or "max" */
int cgroupfs_read(const char *root, const char *path, const char *file,
		  uint64_t *value);
/** cgroupfs_read_key - one number of a file of "key number" lines */
int cgroupfs_read_key(const char *root, const char *path, const char *file,
		      const char *key, uint64_t *value);
/** cgroupfs_write - write a number, or "max", to a file */
int cgroupfs_write(const char *root, const char *path, const char *file,
		   uint64_t value);
/**
 * struct cgroupfs_memory - what the files say about a cgroup's memory
 * @id: its id
 * @current: memory.current
 * @limit: memory.max, or memory.high if less
 * @limit_hits: how often it ran into one of them itself; only grows
 * @breaches: how often the kernel reclaimed from it below memory.low; only grows
 */
struct cgroupfs_memory {
	uint64_t id;
	uint64_t current;
	uint64_t limit;
	uint64_t limit_hits;
	uint64_t breaches;
};

int cgroupfs_read_memory(const char *root, const char *path, struct cgroupfs_memory *m);
/** cgroupfs_path_valid - whether @path names a cgroup below the root */
bool cgroupfs_path_valid(const char *path);

#endif /* HEADROOMD_CGROUPFS_H */
