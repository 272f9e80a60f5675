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
 */
struct headroom_hist {
	atomic64_t bucket[HEADROOM_HIST_BUCKETS];
};

void headroom_histpool_init(void);
void headroom_histpool_exit(void);
void headroom_histpool_fill(void);
u64 headroom_histpool_used(void);
void headroom_hist_add(struct headroom_hist **where, unsigned int index, u64 n);
void headroom_hist_read(struct headroom_hist_totals *to,
			struct headroom_hist *const *where);
void headroom_hist_move(struct headroom_hist **to, struct headroom_hist **from);
void headroom_hist_free(struct headroom_hist **where);

#endif /* _HEADROOM_HISTPOOL_H */
