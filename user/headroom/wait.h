/* SPDX-License-Identifier: GPL-2.0 */
/* Waiting: for a moment, for something to read, until somebody has had enough */
#ifndef WAIT_H
#define WAIT_H

#include <stdbool.h>
#include <stdint.h>

/** Seconds and nanoseconds */
#define NS_PER_S	1000000000ull
/** A moment that never comes */
#define WAIT_NEVER	UINT64_MAX

/** wait_now - CLOCK_MONOTONIC, nanoseconds */
uint64_t wait_now(void);
/** wait_after - the moment @seconds after @start */
uint64_t wait_after(uint64_t start, double seconds);
/**
 * wait_for - wait
 * @fd: what may become readable; -1 for nothing
 * @until: CLOCK_MONOTONIC, nanoseconds
 *
 * From the first call on SIGINT and SIGTERM end a wait, this one or the next, so that
 * lines are printed whole; but where a reader that does not read keeps us from the next,
 * the process dies of them. When nobody reads standard output any more it ends as by
 * writing to it: whoever has had enough need not wait for the next line.
 */
void wait_for(int fd, uint64_t until);
/**
 * wait_stopped - whether SIGINT or SIGTERM has come
 * @count: how often the command was to do what it does; 0: for ever
 *
 * It is how that ends which goes on for ever. Of any other the process dies, since
 * whoever waits for it must not take it for done.
 */
bool wait_stopped(unsigned long count);
/** wait_until - wait for a moment; false when wait_stopped() */
bool wait_until(uint64_t until, unsigned long count);

#endif /* WAIT_H */
