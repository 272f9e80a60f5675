/* SPDX-License-Identifier: GPL-2.0 */
/* Read the monotonic clock, and compute moments on it */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdint.h>
#include <time.h>

/** Nanoseconds per second */
#define NS_PER_S	1000000000ull

/** clock_now - CLOCK_MONOTONIC in nanoseconds */
uint64_t clock_now(void);
/** clock_after - the moment @seconds after @start, in nanoseconds */
uint64_t clock_after(uint64_t start, double seconds);
/** clock_left - time left until @moment; 0 if it has passed */
struct timespec clock_left(uint64_t moment);

#endif /* COMMON_CLOCK_H */
