/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Define the counters, and plain numbers read from them
 */
#ifndef _HEADROOM_COUNTERS_H
#define _HEADROOM_COUNTERS_H

#include <linux/bits.h>
#include <linux/types.h>
#include <uapi/linux/headroom.h>

#include "hist.h"

/*
 * The netlink specification has name, unit and meaning of each counter, in the
 * documentation of its attribute.
 */
enum hr_counter {
	HR_EVICTIONS,
	HR_REFAULTS_SHARED,
	HR_OVERWRITTEN,
	HR_FORGOTTEN,
	HR_DISPLACED,
	HR_RECLAIMS_DROPPED,
	HR_STALLS_DROPPED,
	HR_NR_COUNTERS
};

/* The sums that are reported at any detail */
enum hr_sum {
	HR_SUM_EVICTIONS,
	HR_SUM_REFAULTS,
	HR_SUM_REFAULTS_SHARED,
	HR_SUM_REFAULT_SAMPLES,
	HR_SUM_RETURNED,
	HR_SUM_STALL_TOTAL,
	HR_SUM_OVERWRITTEN,
	HR_SUM_EVICTIONS_OUTSIDE,
	HR_SUM_RETURNED_OUTSIDE,
	HR_SUM_EVICTIONS_MACHINE,
	HR_SUM_RETURNED_MACHINE,
	HR_SUM_FORGOTTEN,
	HR_SUM_DISPLACED,
	HR_SUM_RECLAIMS_DROPPED,
	HR_SUM_STALLS_DROPPED,
	HR_NR_SUMS
};

/* Enums start at 1 on the wire, and arrays at 0. Integers, because two enums are multiplied */
#define HR_NR_CAUSES	HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM
#define HR_NR_KINDS	((int)HEADROOM_PAGE_KIND_SHMEM)
#define HR_NR_REASONS	((int)HEADROOM_REASON_UNKNOWN)

/* Groups of sampled pages: enough for a variance with 14 degrees of freedom */
#define HR_GROUP_BITS	4
#define HR_NR_GROUPS	BIT(HR_GROUP_BITS)

/*
 * Origins of an eviction, the place of its evictor as the victim sees it. 0: the root. From
 * 1 on, one more than the level of the lowest cgroup that has both below it, or of the target
 * if that is lower; the root has level 0. HR_NR_ORIGINS: that cgroup is the victim, or deeper
 * than the origins tell apart.
 */
#define HR_ORIGIN_MACHINE	0
#define HR_NR_ORIGINS		15

/* Evictors that a victim counts separately */
#define HR_NR_EVICTORS	16

/* log2 of the unit of a histogram: 1 page, 256 ns, and about 1.05 ms */
#define HR_DISTANCE_SHIFT	0
#define HR_LATENCY_SHIFT	8
#define HR_AGE_SHIFT	20

/**
 * struct hr_pages - evictions and refaults
 * @evictions: evicted pages
 * @refaults: evicted pages that were read back
 */
struct hr_pages {
	u64 evictions;
	u64 refaults;
};

/**
 * struct hr_summary - the sums of statistics
 * @sum: by enum hr_sum
 * @pages: one bit for each kind and reason with evictions or refaults; see
 *	hr_pages_index()
 * @stalls: one bit for each cause with stalls; the first cause has bit 0
 */
struct hr_summary {
	u64 sum[HR_NR_SUMS];
	u32 pages;
	u16 stalls;
};

/**
 * struct hr_evictor - an evictor and reason, as read from a victim
 * @id: cgroup id of the evictor
 * @reason: enum headroom_reason
 * @merged: @pages are also those of descendants that are not counted separately
 * @pages: pages that it evicted, and those that were read back; scaled
 * @error: upper bound of the pages that it, or any of these descendants together, evicted
 *	and that are counted elsewhere
 */
struct hr_evictor {
	u64 id;
	u32 reason;
	bool merged;
	struct hr_pages pages;
	u64 error;
};

/**
 * struct hr_blame_totals - the evictors of a victim, as read
 * @id: cgroup id of the victim
 * @nr: number of entries in @evictor
 * @evictor: evictors that the victim counts separately
 * @others: all other evictors together
 */
struct hr_blame_totals {
	u64 id;
	unsigned int nr;
	struct hr_evictor evictor[HR_NR_EVICTORS];
	struct hr_pages others;
};

#endif /* _HEADROOM_COUNTERS_H */
