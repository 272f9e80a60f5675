/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_HISTPOOL_H
#define _HEADROOM_HISTPOOL_H

#include <linux/atomic.h>
#include <linux/types.h>

#include "hist.h"
#include "snapshot.h"

/**
 * struct headroom_hist - a histogram as it is counted
 * @bucket: values in each bucket; the unit is its owner's
 * @first: the lowest bucket that was not empty when somebody looked last
 * @end: behind the highest one; 0 if all were
 *
 * What stands behind @bucket belongs to the registry's mutex: see
 * headroom_hist_bound().
 */
struct headroom_hist {
	atomic64_t bucket[HEADROOM_HIST_BUCKETS];
	u8 first;
	u8 end;
};

void headroom_histpool_init(void);
void headroom_histpool_exit(void);
void headroom_histpool_fill(void);
u64 headroom_histpool_used(void);
void headroom_hist_add(struct headroom_hist **where, unsigned int index, u64 n);
void headroom_hist_bound(struct headroom_hist *hist);
u64 headroom_hist_sum(const struct headroom_hist *hist);
int headroom_hist_copy(struct headroom_hist **to, const struct headroom_hist *from);
void headroom_hist_clear(struct headroom_hist *hist);
void headroom_hist_move(struct headroom_hist **to, struct headroom_hist **from);
void headroom_hist_free(struct headroom_hist **where);

#endif /* _HEADROOM_HISTPOOL_H */
