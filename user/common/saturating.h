/* SPDX-License-Identifier: GPL-2.0 OR LGPL-2.1 */
/* Arithmetic that stops at the end of a type instead of wrapping around */
#ifndef COMMON_SATURATING_H
#define COMMON_SATURATING_H

#include <stdint.h>

/** saturating_sub - @a less @b; 0 if @b is larger */
static inline uint64_t saturating_sub(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/** saturating_add - @a and @b; the largest number if the sum is larger */
static inline uint64_t saturating_add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/** saturating_whole - @value rounded down; 0 below that and for no number, the largest number above it */
static inline uint64_t saturating_whole(double value)
{
	if (!(value > 0))
		return 0;
	return value < 0x1p64 ? (uint64_t)value : UINT64_MAX;
}

#endif /* COMMON_SATURATING_H */
