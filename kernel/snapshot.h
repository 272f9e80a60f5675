/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the core hands to netlink: plain numbers read at one moment.
 */
#ifndef _HEADROOM_SNAPSHOT_H
#define _HEADROOM_SNAPSHOT_H

#include <linux/bits.h>
#include <linux/types.h>
#include <uapi/linux/headroom.h>

#include "hist.h"

/*
 * The list of counters. Name, unit and meaning of each stand in the
 * specification, as the documentation of the attribute that carries it.
 */
enum headroom_counter {
	HEADROOM_EVICTIONS,
	HEADROOM_REFAULTS_SHARED,
	HEADROOM_NR_COUNTERS
};

/* What is reported of all statistics, whatever else is not */
enum headroom_sum {
	HEADROOM_SUM_EVICTIONS,
	HEADROOM_SUM_REFAULTS,
	HEADROOM_SUM_REFAULTS_SHARED,
	HEADROOM_SUM_REFAULT_SAMPLES,
	HEADROOM_SUM_RETURNED,
	HEADROOM_SUM_STALL_TOTAL,
	HEADROOM_NR_SUMS
};

/* What counts from 1 on the wire counts from 0 in arrays */
#define HEADROOM_NR_CAUSES	HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM
#define HEADROOM_NR_KINDS	HEADROOM_PAGE_KIND_SHMEM
#define HEADROOM_NR_REASONS	HEADROOM_REASON_UNKNOWN

/* Groups of sampled pages: enough for a variance with 14 degrees of freedom */
#define HEADROOM_GROUP_BITS	4
#define HEADROOM_NR_GROUPS	BIT(HEADROOM_GROUP_BITS)

/* Evictors that a victim knows by name */
#define HEADROOM_NR_EVICTORS	16

/*
 * Histograms of distances count pages; those of latencies, units of 256 ns; those
 * of ages, units of about 1.05 ms
 */
#define HEADROOM_DISTANCE_SHIFT	0
#define HEADROOM_LATENCY_SHIFT	8
#define HEADROOM_AGE_SHIFT	20

/**
 * struct headroom_pages - evictions and refaults
 * @evictions: pages lost
 * @refaults: pages that came back
 */
struct headroom_pages {
	u64 evictions;
	u64 refaults;
};

/**
 * struct headroom_summary - what statistics amount to
 * @sum: by enum headroom_sum
 * @pages: kinds and reasons with evictions or refaults, a bit for each; see
 *	headroom_pages_index()
 * @stalls: causes with stalls, a bit for each, the first cause at 0
 */
struct headroom_summary {
	u64 sum[HEADROOM_NR_SUMS];
	u32 pages;
	u16 stalls;
};

/**
 * struct headroom_evictor - one cgroup that took pages for one reason, read
 * @id: cgroup id
 * @reason: enum headroom_reason
 * @pages: what it took, and what of that came back, scaled
 * @error: upper bound of the pages that it took before it had a place here
 */
struct headroom_evictor {
	u64 id;
	u32 reason;
	struct headroom_pages pages;
	u64 error;
};

/**
 * struct headroom_blame_totals - who took a cgroup's pages, read
 * @id: id of the cgroup that lost them
 * @nr: evictors known by name
 * @evictor: these
 * @others: all others together
 */
struct headroom_blame_totals {
	u64 id;
	unsigned int nr;
	struct headroom_evictor evictor[HEADROOM_NR_EVICTORS];
	struct headroom_pages others;
};

/**
 * struct headroom_lost - what could not be recorded; see the specification
 * @table_full: entries of the nonresident table pushed out by others
 * @table_busy: evictions not remembered, the bucket being written elsewhere
 * @cgroup_unknown: events booked to an ancestor for want of a record
 * @distance_unknown: refaults of pages lost by a cgroup that is gone, scaled
 * @stall_slots: stalls not measured, too many being in flight
 * @reclaim_slots: reclaims not followed, too many being in flight
 * @histograms: values in no histogram, none being at hand
 * @notifications: notifications that were never sent
 * @resized: entries of a nonresident table that was replaced
 */
struct headroom_lost {
	u64 table_full;
	u64 table_busy;
	u64 cgroup_unknown;
	u64 distance_unknown;
	u64 stall_slots;
	u64 reclaim_slots;
	u64 histograms;
	u64 notifications;
	u64 resized;
};

#endif /* _HEADROOM_SNAPSHOT_H */
