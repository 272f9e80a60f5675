// SPDX-License-Identifier: GPL-2.0
/* Read the monotonic clock, and compute moments on it */

#include "clock.h"
#include "saturating.h"

uint64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

uint64_t clock_after(uint64_t start, double seconds)
{
	return start + (uint64_t)(seconds * NS_PER_S);
}

struct timespec clock_left(uint64_t moment)
{
	uint64_t left = saturating_sub(moment, clock_now());

	return (struct timespec){ left / NS_PER_S, left % NS_PER_S };
}
