/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the core hands to netlink: plain numbers read at one moment.
 */
#ifndef _HEADROOM_SNAPSHOT_H
#define _HEADROOM_SNAPSHOT_H

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
	HEADROOM_REFAULTS,
	HEADROOM_REFAULTS_SHARED,
	HEADROOM_REFAULT_SAMPLES,
	HEADROOM_NR_COUNTERS
};

/* Causes count from 1 on the wire and from 0 in arrays */
#define HEADROOM_NR_CAUSES	HEADROOM_STALL_CAUSE_MEMCG_RECLAIM

/* Histograms of distances count pages; those of times, units of 256 ns */
#define HEADROOM_DISTANCE_SHIFT	0
#define HEADROOM_LATENCY_SHIFT	8

/**
 * struct headroom_stall_totals - one cause of stalls
 * @total: nanoseconds
 * @longest: nanoseconds
 * @latency: histogram; unit 2^HEADROOM_LATENCY_SHIFT ns
 */
struct headroom_stall_totals {
	u64 total;
	u64 longest;
	u64 latency[HEADROOM_HIST_BUCKETS];
};

/**
 * struct headroom_totals - statistics, read
 * @counter: by enum headroom_counter
 * @distance: histogram of refault distances, in pages, scaled
 * @stall: by cause, the first cause at 0
 */
struct headroom_totals {
	u64 counter[HEADROOM_NR_COUNTERS];
	u64 distance[HEADROOM_HIST_BUCKETS];
	struct headroom_stall_totals stall[HEADROOM_NR_CAUSES];
};

/**
 * struct headroom_snapshot - one cgroup, read
 * @id: cgroup id
 * @parent_id: id of the parent, 0 for the root
 * @local: its own statistics
 * @subtree: the cgroup, all below it, and what was removed below it
 */
struct headroom_snapshot {
	u64 id;
	u64 parent_id;
	struct headroom_totals local;
	struct headroom_totals subtree;
};

/**
 * struct headroom_lost - what could not be recorded; see the specification
 * @table_full: entries of the nonresident table pushed out by others
 * @table_busy: evictions not remembered, the bucket being written elsewhere
 * @cgroup_unknown: events booked to an ancestor for want of a record
 * @distance_unknown: refaults of pages lost by a cgroup that is gone, scaled
 * @stall_slots: stalls not measured, too many being in flight
 */
struct headroom_lost {
	u64 table_full;
	u64 table_busy;
	u64 cgroup_unknown;
	u64 distance_unknown;
	u64 stall_slots;
};

#endif /* _HEADROOM_SNAPSHOT_H */
