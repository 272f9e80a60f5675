/* SPDX-License-Identifier: GPL-2.0 */
/* Waiting: for a moment, for something to read, until somebody has had enough */
#ifndef PACE_H
#define PACE_H

#include <stdint.h>

/** Seconds and nanoseconds */
#define NS_PER_S	1000000000ull
/** A moment that never comes */
#define PACE_NEVER	UINT64_MAX

/**
 * enum pace - why a wait ended
 * @PACE_TIME: the moment has come
 * @PACE_READY: there is something to read
 * @PACE_STOP: SIGINT or SIGTERM
 */
enum pace { PACE_TIME, PACE_READY, PACE_STOP };

/** pace_now - CLOCK_MONOTONIC, nanoseconds */
uint64_t pace_now(void);
/** pace_after - the moment @seconds after @start */
uint64_t pace_after(uint64_t start, double seconds);
/**
 * pace_wait - wait
 * @fd: what may become readable; -1 for nothing
 * @until: CLOCK_MONOTONIC, nanoseconds
 *
 * From the first call on SIGINT and SIGTERM do nothing but end a wait, so that none
 * comes between two of them. When nobody reads standard output any more the process
 * ends as by writing to it: whoever has had enough need not wait for the next line.
 */
enum pace pace_wait(int fd, uint64_t until);

#endif /* PACE_H */
