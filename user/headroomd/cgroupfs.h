/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_CGROUPFS_H
#define HEADROOMD_CGROUPFS_H

#include <stdbool.h>
#include <stdint.h>

/* The value that cgroup files spell "max" */
#define CGROUPFS_MAX	UINT64_MAX

/**
 * cgroupfs_open - open a cgroup's directory
 * @root: path of the cgroup root
 * @path: the cgroup below it, such as "/a/b"
 * @id: result: id of the cgroup, the inode number of its directory
 *
 * Another cgroup may get the same path, but not this descriptor.
 *
 * Return: a descriptor for the functions below; or a negative errno, -ENOENT if the cgroup
 * does not exist.
 */
int cgroupfs_open(const char *root, const char *path, uint64_t *id);

/*
 * Each of the following returns 0 or a negative errno: -ENOENT if the cgroup of @dir was removed
 * or has no such file, -EBADMSG if the file holds no number.
 */

/** cgroupfs_read - read a file that holds one number or "max" */
int cgroupfs_read(int dir, const char *file, uint64_t *value);
/**
 * cgroupfs_read_key - read the number of a key from a file of "key number" lines
 *
 * Return: as above; -ENODATA if there is no such key.
 */
int cgroupfs_read_key(int dir, const char *file, const char *key, uint64_t *value);
/** cgroupfs_write - write a number to a file, CGROUPFS_MAX as "max" */
int cgroupfs_write(int dir, const char *file, uint64_t value);
/**
 * struct cgroupfs_memory - memory and limits of a cgroup
 * @current: memory.current, bytes
 * @limit: memory.max, or memory.high if that is less; bytes
 * @limit_hits: how often the cgroup itself, not a descendant, reached one of the two;
 *	cumulative
 * @breaches: how often the kernel reclaimed from it below memory.low; cumulative
 */
struct cgroupfs_memory {
	uint64_t current;
	uint64_t limit;
	uint64_t limit_hits;
	uint64_t breaches;
};

int cgroupfs_read_memory(int dir, struct cgroupfs_memory *m);
/** cgroupfs_path_valid - check that @path names a cgroup below the root, without ".." */
bool cgroupfs_path_valid(const char *path);

#endif /* HEADROOMD_CGROUPFS_H */
