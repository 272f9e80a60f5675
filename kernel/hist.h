/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_HIST_H
#define _HEADROOM_HIST_H

#include <linux/types.h>

/* Buckets of a histogram: enough for values below 2^32 units */
#define HEADROOM_HIST_BUCKETS	124

unsigned int headroom_hist_index(u64 value, unsigned int shift);
u64 headroom_hist_low(unsigned int index, unsigned int shift);
u64 headroom_hist_high(unsigned int index, unsigned int shift);

#endif /* _HEADROOM_HIST_H */
