/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_BLAME_H
#define _HEADROOM_BLAME_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "stats.h"

struct headroom_cgroup;

/**
 * struct headroom_blame_slot - a cgroup that took pages, for one reason
 * @evictor: that cgroup; holds a reference. NULL if the slot is free
 * @reason: enum headroom_reason
 * @pages: what it took since it has the slot, and what of that came back: which is
 *	added to without the lock
 * @error: upper bound of the pages that it took before
 */
struct headroom_blame_slot {
	struct headroom_cgroup *evictor;
	u32 reason;
	struct headroom_page_stats pages;
	u64 error;
};

/**
 * struct headroom_blame - who took a cgroup's pages
 * @lock: raw and a leaf, since probes take it below locks of the page cache
 * @generation: changes when a slot gets another evictor
 * @slot: those who took most
 * @dropped: the most that anybody without a slot can have taken
 * @others: pages taken by those
 */
struct headroom_blame {
	raw_spinlock_t lock;
	u32 generation;
	struct headroom_blame_slot slot[HEADROOM_NR_EVICTORS];
	u64 dropped;
	struct headroom_page_stats others;
};

void headroom_blame_init(struct headroom_blame *blame);
void headroom_blame_add(struct headroom_blame *blame,
			struct headroom_cgroup *evictor,
			enum headroom_reason reason, u64 evictions);
atomic64_t *headroom_blame_refault(struct headroom_blame *blame,
				   const struct headroom_cgroup *evictor,
				   enum headroom_reason reason, u64 refaults,
				   u32 *generation);
void headroom_blame_promote(struct headroom_blame *blame);
void headroom_blame_move(struct headroom_blame *to, struct headroom_blame *from);
void headroom_blame_clear(struct headroom_blame *blame);
void headroom_blame_read(struct headroom_blame_totals *to,
			 struct headroom_blame *blame);

#endif /* _HEADROOM_BLAME_H */
