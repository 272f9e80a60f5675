/* SPDX-License-Identifier: GPL-2.0 */
/* Relate the monotonic clock to the wall clock and to this boot */
#ifndef WALL_CLOCK_H
#define WALL_CLOCK_H

#include <stdint.h>

/**
 * wall_clock_ns - nanoseconds since 1970 at a moment of CLOCK_MONOTONIC
 * @time: the moment, nanoseconds
 *
 * Computed from the current difference of the two clocks. Consecutive calls with the same
 * @time return the same value.
 */
uint64_t wall_clock_ns(uint64_t time);
/** wall_clock_boot_id - the kernel's id of this boot; NULL if it cannot be read */
const char *wall_clock_boot_id(void);

#endif /* WALL_CLOCK_H */
