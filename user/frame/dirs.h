/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Open directories of cgroups, by id
 *
 * A path may lead to another cgroup from one moment to the next, since cgroups are removed and
 * created again. So a path is followed once, to open the directory, and the id is checked on the
 * descriptor. It leads to the same cgroup for as long as it is open: after the cgroup was removed,
 * it opens no file.
 */
#ifndef FRAME_DIRS_H
#define FRAME_DIRS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct dirs;

/**
 * dirs_new - begin without directories
 * @root: path of the cgroup root; copied
 *
 * Raises the number of files that the process may have open to the most that it is allowed.
 *
 * Return: NULL if out of memory; free with dirs_free().
 */
struct dirs *dirs_new(const char *root);
void dirs_free(struct dirs *dirs);
/** dirs_root - path of the cgroup root */
const char *dirs_root(const struct dirs *dirs);
/**
 * dirs_open - descriptor of a cgroup's directory
 * @id: id of the cgroup
 * @path: its path, followed only if the directory is not open yet
 *
 * Return: an O_PATH descriptor that belongs to @dirs; -ENOENT if the cgroup was removed or another
 * one has this path; or another negative errno.
 */
int dirs_open(struct dirs *dirs, uint64_t id, const char *path);
/** dirs_id - id of the cgroup that a path leads to now; 0 and errno if there is none */
uint64_t dirs_id(const struct dirs *dirs, const char *path);
/** dirs_begin_round - begin a round: directories that it does not use are closed by its end */
void dirs_begin_round(struct dirs *dirs);
/** dirs_end_round - close the directories that were not used since the round began */
void dirs_end_round(struct dirs *dirs);

/**
 * dirs_read - read a file of a cgroup
 * @dir: from dirs_open()
 * @buf: result, not terminated
 *
 * Return: bytes; -ENOENT if the cgroup was removed or has no such file; or another negative errno.
 */
ssize_t dirs_read(int dir, const char *file, char *buf, size_t size);
/** dirs_write - write a text to a file of a cgroup; returns 0 or an errno as dirs_read() */
int dirs_write(int dir, const char *file, const char *text);

#endif /* FRAME_DIRS_H */
