/* SPDX-License-Identifier: GPL-2.0 */
/* A FIFO whose reader is woken by a byte */
#ifndef HEADROOMD_FIFO_H
#define HEADROOMD_FIFO_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * fifo_open - open a FIFO to write, and create it unless there is one
 * @mode: permissions of the file; the reader needs both
 * @user: name or number of its owner; NULL for that of the daemon
 * @group: name or number of its group; NULL to leave it
 *
 * Return: a descriptor; -EEXIST if the file is no FIFO; -ESRCH if there is no such user or group; or
 * another negative errno.
 */
int fifo_open(const char *path, unsigned int mode, const char *user, const char *group);
/** fifo_wake - have the reader see that there is something to read; it need not be there */
bool fifo_wake(int fd);

#endif /* HEADROOMD_FIFO_H */
