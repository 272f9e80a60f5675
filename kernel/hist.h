/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Map values to the buckets of a histogram
 */
#ifndef _HEADROOM_HIST_H
#define _HEADROOM_HIST_H

#include <linux/bitops.h>
#include <linux/types.h>

/* Buckets of a histogram: enough for values below 2^32 units */
#define HR_HIST_BUCKETS	124

/**
 * hr_hist_index32 - the bucket that a value falls into
 * @units: the value, in units of the histogram
 *
 * Shifts the value down until only its highest bit and the two bits below it are left, a
 * number from 4 to 7; values below 4 are not shifted.
 *
 * Context: any.
 * Return: an index below HR_HIST_BUCKETS.
 */
static __always_inline unsigned int hr_hist_index32(u32 units)
{
	unsigned int cut = __fls(units | 4) - 2;

	return 4 * cut + (units >> cut);
}

unsigned int hr_hist_index(u64 value, unsigned int shift);
u64 hr_hist_low(unsigned int index, unsigned int shift);
u64 hr_hist_high(unsigned int index, unsigned int shift);

#endif /* _HEADROOM_HIST_H */
