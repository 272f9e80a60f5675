/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the core hands to netlink: plain numbers read at one moment.
 */
#ifndef _HEADROOM_COUNTERS_H
#define _HEADROOM_COUNTERS_H

#include <linux/bits.h>
#include <linux/types.h>
#include <uapi/linux/headroom.h>

#include "hist.h"

/*
 * The list of counters. Name, unit and meaning of each stand in the
 * specification, as the documentation of the attribute that carries it.
 */
enum hr_counter {
	HR_EVICTIONS,
	HR_REFAULTS_SHARED,
	HR_NR_COUNTERS
};

/* What is reported of all statistics, whatever else is not */
enum hr_sum {
	HR_SUM_EVICTIONS,
	HR_SUM_REFAULTS,
	HR_SUM_REFAULTS_SHARED,
	HR_SUM_REFAULT_SAMPLES,
	HR_SUM_RETURNED,
	HR_SUM_STALL_TOTAL,
	HR_NR_SUMS
};

/* What counts from 1 on the wire counts from 0 in arrays */
#define HR_NR_CAUSES	HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM
#define HR_NR_KINDS	HEADROOM_PAGE_KIND_SHMEM
#define HR_NR_REASONS	HEADROOM_REASON_UNKNOWN

/* Groups of sampled pages: enough for a variance with 14 degrees of freedom */
#define HR_GROUP_BITS	4
#define HR_NR_GROUPS	BIT(HR_GROUP_BITS)

/* Evictors that a victim knows by name */
#define HR_NR_EVICTORS	16

/*
 * Histograms of distances count pages; those of latencies, units of 256 ns; those
 * of ages, units of about 1.05 ms
 */
#define HR_DISTANCE_SHIFT	0
#define HR_LATENCY_SHIFT	8
#define HR_AGE_SHIFT	20

/**
 * struct hr_pages - evictions and refaults
 * @evictions: pages lost
 * @refaults: pages that came back
 */
struct hr_pages {
	u64 evictions;
	u64 refaults;
};

/**
 * struct hr_summary - what statistics amount to
 * @sum: by enum hr_sum
 * @pages: kinds and reasons with evictions or refaults, a bit for each; see
 *	hr_pages_index()
 * @stalls: causes with stalls, a bit for each, the first cause at 0
 */
struct hr_summary {
	u64 sum[HR_NR_SUMS];
	u32 pages;
	u16 stalls;
};

/**
 * struct hr_evictor - one cgroup that took pages for one reason, read
 * @id: cgroup id
 * @reason: enum headroom_reason
 * @pages: what it took, and what of that came back, scaled
 * @error: upper bound of the pages that it took before it had a place here
 */
struct hr_evictor {
	u64 id;
	u32 reason;
	struct hr_pages pages;
	u64 error;
};

/**
 * struct hr_blame_totals - who took a cgroup's pages, read
 * @id: id of the cgroup that lost them
 * @nr: evictors known by name
 * @evictor: these
 * @others: all others together
 */
struct hr_blame_totals {
	u64 id;
	unsigned int nr;
	struct hr_evictor evictor[HR_NR_EVICTORS];
	struct hr_pages others;
};

#endif /* _HEADROOM_COUNTERS_H */
