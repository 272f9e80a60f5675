/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_KILLING_H
#define HEADROOMD_KILLING_H

#include <stddef.h>

/**
 * killing_run - kill all tasks of a cgroup and of those below it, and wait for their end
 * @dir: the cgroup's directory
 * @path: its path, for the text
 * @text: result: what came of it, with the pids, in a sentence
 *
 * It takes up to ten seconds.
 *
 * Return: 0; -ETIMEDOUT if some task has not ended; -ENOENT if the cgroup was removed; or another
 * negative errno.
 */
int killing_run(int dir, const char *path, char *text, size_t size);

#endif /* HEADROOMD_KILLING_H */
