/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Count what could not be recorded, by cause
 */
#ifndef _HEADROOM_DROPPED_H
#define _HEADROOM_DROPPED_H

#include <linux/percpu.h>
#include <linux/types.h>

/**
 * struct hr_dropped - what could not be recorded; see the specification
 * @table_full: entries of the nonresident table replaced by newer ones
 * @table_busy: evictions not remembered because another CPU was writing the bucket
 * @cgroup_unknown: events charged to an ancestor because no spare record was left
 * @distance_unknown: refaults whose victim is gone, scaled
 * @stall_slots: stalls not measured because too many were open
 * @reclaim_slots: reclaims not followed because too many were open
 * @histograms: values in no histogram because no spare one was left
 * @notifications: notifications that were never sent
 * @resized: entries of a nonresident table that was replaced
 * @direct_writes: pages that direct writes replaced and that were not looked up
 */
struct hr_dropped {
	u64 table_full;
	u64 table_busy;
	u64 cgroup_unknown;
	u64 distance_unknown;
	u64 stall_slots;
	u64 reclaim_slots;
	u64 histograms;
	u64 notifications;
	u64 resized;
	u64 direct_writes;
};

/* Per CPU, since a full nonresident table drops an entry at every eviction */
DECLARE_PER_CPU(struct hr_dropped, hr_dropped);

/* Count @n of what could not be recorded. Context: any. */
#define hr_drop(cause, n)	this_cpu_add(hr_dropped.cause, n)

void hr_dropped_read(struct hr_dropped *dropped);

#endif /* _HEADROOM_DROPPED_H */
