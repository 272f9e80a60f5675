/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of a record that blame.c owns
 */
#ifndef _HEADROOM_BLAME_TYPES_H
#define _HEADROOM_BLAME_TYPES_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "counters.h"
#include "stats.h"

struct hr_cgroup;

/**
 * struct hr_blame_slot - one evictor for one reason
 * @evictor: the evictor; holds a reference. NULL if the slot is free
 * @reason: enum headroom_reason
 * @merged: @pages are also those of descendants of the evictor that have no slot
 * @pages: pages that it evicted since it got the slot, and their refaults, which are
 *	added without the lock
 * @error: upper bound of the pages that it evicted before, or that one of these descendants did
 */
struct hr_blame_slot {
	struct hr_cgroup *evictor;
	u32 reason;
	bool merged;
	struct hr_page_stats pages;
	u64 error;
};

/**
 * struct hr_blame - the top evictors of a victim
 * @lock: raw and a leaf, since probes take it below locks of the page cache
 * @generation: changes when a slot gets another evictor
 * @slot: the evictors with the most pages
 * @dropped: upper bound of the pages that one evictor without a slot took
 * @others: pages of all evictors without a slot
 */
struct hr_blame {
	raw_spinlock_t lock;
	u32 generation;
	struct hr_blame_slot slot[HR_NR_EVICTORS];
	u64 dropped;
	struct hr_page_stats others;
};

/**
 * hr_blame_init - initialise an empty list
 * @blame: the list, all zero
 *
 * Context: any.
 */
static inline void hr_blame_init(struct hr_blame *blame)
{
	raw_spin_lock_init(&blame->lock);
}

#endif /* _HEADROOM_BLAME_TYPES_H */
