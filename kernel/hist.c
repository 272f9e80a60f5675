// SPDX-License-Identifier: GPL-2.0
/*
 * Map values to the buckets of a histogram
 *
 * A reader knows only the bounds of a value's bucket. The buckets are a quarter of an
 * octave wide, so that the bounds are within 25 % of the value at any size. The two bits
 * below the highest set bit select one of the four buckets of an octave.
 *
 *	units	0 1 2 3   4 5 6 7   8-9 10-11 12-13 14-15   16-19 20-23 ...
 *	index	0 1 2 3   4 5 6 7    8    9    10    11      12    13
 *
 * A unit is 2^shift of the quantity: distances use a shift of 0, times a shift that
 * spends no buckets on nanoseconds. The last bucket has no upper bound.
 */
#include <linux/limits.h>
#include <linux/minmax.h>

#include "hist.h"

/**
 * hr_hist_index - the bucket that a value falls into
 * @value: the value
 * @shift: log2 of the histogram's unit
 *
 * Context: any.
 * Return: an index below HR_HIST_BUCKETS.
 */
unsigned int hr_hist_index(u64 value, unsigned int shift)
{
	return hr_hist_index32(min_t(u64, value >> shift, U32_MAX));
}

/**
 * hr_hist_low - the smallest value that falls into a bucket
 * @index: the bucket
 * @shift: log2 of the histogram's unit
 *
 * Context: any.
 */
u64 hr_hist_low(unsigned int index, unsigned int shift)
{
	if (index < 4)
		return (u64)index << shift;
	return (4 + (u64)(index & 3)) << (index / 4 - 1 + shift);
}

/**
 * hr_hist_high - the largest value that falls into a bucket
 * @index: the bucket
 * @shift: log2 of the histogram's unit
 *
 * Context: any.
 */
u64 hr_hist_high(unsigned int index, unsigned int shift)
{
	if (index >= HR_HIST_BUCKETS - 1)
		return U64_MAX;
	return hr_hist_low(index + 1, shift) - 1;
}
