/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_CGROUPFS_H
#define HEADROOMD_CGROUPFS_H

#include <stdbool.h>
#include <stdint.h>

/* The value that cgroup files spell "max" */
#define CGROUPFS_MAX	UINT64_MAX

/*
 * @root is the path of the cgroup root, @path a cgroup below it ("/a/b"). Each returns
 * 0 or a negative errno; -ENOENT when the cgroup or the file does not exist.
 */

/** cgroupfs_id - get the id of a cgroup */
int cgroupfs_id(const char *root, const char *path, uint64_t *id);
/** cgroupfs_read - read a file that holds one number or "max" */
int cgroupfs_read(const char *root, const char *path, const char *file,
		  uint64_t *value);
/** cgroupfs_read_key - read one number of a file of "key number" lines */
int cgroupfs_read_key(const char *root, const char *path, const char *file,
		      const char *key, uint64_t *value);
/** cgroupfs_write - write a number, or "max", to a file */
int cgroupfs_write(const char *root, const char *path, const char *file,
		   uint64_t value);
/**
 * struct cgroupfs_memory - a cgroup's memory, from its files
 * @id: its id
 * @current: memory.current
 * @limit: memory.max, or memory.high if less
 * @limit_hits: how often it reached one of the two itself; cumulative
 * @breaches: how often the kernel reclaimed from it below memory.low; cumulative
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
