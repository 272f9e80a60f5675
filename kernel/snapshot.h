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
 * specification, as the documentation of the attribute that carries it; the
 * table in netlink.c pairs the two.
 */
enum headroom_counter {
	HEADROOM_EVICTIONS,
	HEADROOM_REFAULTS_SHARED,
	HEADROOM_NR_COUNTERS
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
 * struct headroom_hist_totals - a histogram, read
 * @used: it has values; if not, @bucket is not set
 * @bucket: the values
 *
 * Most are not used, and take no time then.
 */
struct headroom_hist_totals {
	bool used;
	u64 bucket[HEADROOM_HIST_BUCKETS];
};

/**
 * struct headroom_stall_totals - one cause of stalls
 * @count: stalls that ended
 * @total: nanoseconds
 * @longest: nanoseconds
 * @latency: histogram; unit 2^HEADROOM_LATENCY_SHIFT ns
 */
struct headroom_stall_totals {
	u64 count;
	u64 total;
	u64 longest;
	struct headroom_hist_totals latency;
};

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
 * struct headroom_totals - statistics, read
 * @counter: by enum headroom_counter
 * @pages: by kind and reason, the first of each at 0; refaults are scaled
 * @group: by group of sampled pages; not scaled
 * @then: refaults, and the samples behind them, when the factor was changed last
 * @distance: histogram of refault distances, in pages, scaled
 * @age: histogram of the times that refaulted pages were away, scaled; unit
 *	2^HEADROOM_AGE_SHIFT ns
 * @stall: by cause, the first cause at 0
 */
struct headroom_totals {
	u64 counter[HEADROOM_NR_COUNTERS];
	struct headroom_pages pages[HEADROOM_NR_KINDS][HEADROOM_NR_REASONS];
	struct headroom_pages group[HEADROOM_NR_GROUPS];
	struct {
		u64 refaults;
		u64 samples;
	} then;
	struct headroom_hist_totals distance;
	struct headroom_hist_totals age;
	struct headroom_stall_totals stall[HEADROOM_NR_CAUSES];
};

/**
 * struct headroom_reclaim_totals - the work of reclaim for one reason
 * @scanned: pages looked at on the inactive lists
 * @reclaimed: of them, pages freed
 * @lowest_priority: lowest reached, from DEF_PRIORITY down to 0
 */
struct headroom_reclaim_totals {
	u64 scanned;
	u64 reclaimed;
	u32 lowest_priority;
};

/**
 * struct headroom_target_totals - a cgroup as the target of reclaim, read
 * @evictions: pages taken on its behalf from itself and those below
 * @distance: histogram of their refault distances, on that clock, scaled
 * @reclaim: by reason, the first at 0
 */
struct headroom_target_totals {
	u64 evictions;
	struct headroom_hist_totals distance;
	struct headroom_reclaim_totals reclaim[HEADROOM_NR_REASONS];
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
 * struct headroom_snapshot - one cgroup, read
 * @id: cgroup id
 * @parent_id: id of the parent, 0 for the root
 * @local: its own statistics
 * @subtree: the cgroup, all below it, and what was removed below it
 * @target: reclaim from it and all below it as a whole
 * @psi: the kernel has totals of its own
 * @psi_some: that of "some", ns
 * @psi_full: that of "full", ns
 */
struct headroom_snapshot {
	u64 id;
	u64 parent_id;
	struct headroom_totals local;
	struct headroom_totals subtree;
	struct headroom_target_totals target;
	bool psi;
	u64 psi_some;
	u64 psi_full;
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
