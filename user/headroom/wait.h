/* SPDX-License-Identifier: GPL-2.0 */
/* Wait for time, input, or a signal that ends the command */
#ifndef WAIT_H
#define WAIT_H

#include <stdbool.h>
#include <stdint.h>

/** Deadline of a wait without a time limit */
#define WAIT_NEVER	UINT64_MAX

/**
 * wait_for - wait until @fd is readable, @until has passed, or a signal arrives
 * @fd: file descriptor; -1 for none
 * @until: CLOCK_MONOTONIC in nanoseconds
 *
 * From the first call on, SIGINT and SIGTERM end this wait or the next one, so that lines
 * are printed whole. If blocked output prevents the next wait, the process dies of the
 * signal. If the reader of standard output has exited, the process dies of SIGPIPE here
 * instead of at its next line.
 *
 * Return: the exit code. A failure has been printed.
 */
int wait_for(int fd, uint64_t until);
/**
 * wait_stopped - whether SIGINT or SIGTERM has arrived
 * @count: number of repetitions the user asked for; 0 for no limit
 *
 * Without a limit, the signal is the normal end of the command. With one, the process
 * dies of the signal, so that its parent does not take it for complete.
 */
bool wait_stopped(unsigned long count);

#endif /* WAIT_H */
