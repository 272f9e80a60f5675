/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Read a clock of the kernel
 *
 * Internal to the library.
 */
#ifndef HEADROOM_NANOSECONDS_H
#define HEADROOM_NANOSECONDS_H

#include <stdint.h>
#include <time.h>

/** clock_ns - time of the clock @id, such as CLOCK_MONOTONIC, in nanoseconds */
static inline uint64_t clock_ns(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

#endif /* HEADROOM_NANOSECONDS_H */
