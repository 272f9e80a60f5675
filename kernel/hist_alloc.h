/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Allocate a histogram when its first value comes
 */
#ifndef _HEADROOM_HIST_ALLOC_H
#define _HEADROOM_HIST_ALLOC_H

#include <linux/atomic.h>
#include <linux/types.h>

#include "hist.h"

/**
 * struct hr_hist - a histogram
 * @bucket: number of values in each bucket; its user defines the unit
 * @first: the lowest bucket that was not empty at the last hr_hist_bound()
 * @end: one after the highest such bucket; 0 if all were empty
 *
 * Probes write to @bucket; the registry lock protects the rest.
 */
struct hr_hist {
	atomic64_t bucket[HR_HIST_BUCKETS];
	u8 first;
	u8 end;
};

void hr_hist_alloc_exit(void);
void hr_hist_alloc_fill(void);
u64 hr_hist_alloc_used(void);
void hr_hist_add(struct hr_hist **where, unsigned int index, u64 n);
void hr_hist_bound(struct hr_hist *hist);
u64 hr_hist_sum(const struct hr_hist *hist);
int hr_hist_copy(struct hr_hist **to, const struct hr_hist *from);
void hr_hist_clear(struct hr_hist *hist);
void hr_hist_move(struct hr_hist **to, struct hr_hist **from);
void hr_hist_free(struct hr_hist **where);

#endif /* _HEADROOM_HIST_ALLOC_H */
