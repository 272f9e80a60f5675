/* SPDX-License-Identifier: GPL-2.0 */
/* What happened between two snapshots */
#ifndef INTERVAL_H
#define INTERVAL_H

#include "headroom.h"

/* The share of refaults that extra memory is asked to save */
#define SAVED_SHARE	0.9

/**
 * struct activity - what happened in one cgroup
 * @cgroup: as the later snapshot has it
 * @local: in the cgroup itself
 * @subtree: in it and below it
 * @target: reclaim from it and all below it; the lowest priorities are those since
 *	the module was loaded
 * @extra_local: pages that would have saved SAVED_SHARE of its refaults
 * @extra_subtree: the same for each cgroup of the subtree, added up: a distance
 *	counts evictions of one cgroup, and the distances of two say nothing
 *	about the memory for both
 * @psi_some: how much the kernel's own total of "some" grew, nanoseconds; since the
 *	cgroup was made, where there is no earlier snapshot
 * @psi_full: the same of "full"
 */
struct activity {
	const struct headroom_cgroup *cgroup;
	struct headroom_stats local;
	struct headroom_stats subtree;
	struct headroom_target target;
	uint64_t extra_local;
	uint64_t extra_subtree;
	uint64_t psi_some;
	uint64_t psi_full;
};

/**
 * struct interval - what happened between two snapshots
 * @time: CLOCK_MONOTONIC, nanoseconds, when it ended
 * @seconds: how long it was; 0 when it began with the load of the module
 * @consistent: whether both snapshots are
 * @nr: number of cgroups
 * @delta: owns what the activities share
 * @activity: by cgroup, in the order of the later snapshot
 */
struct interval {
	uint64_t time;
	double seconds;
	bool consistent;
	size_t nr;
	struct headroom_snapshot_delta *delta;
	struct activity *activity;
};

/**
 * interval_new - subtract two snapshots
 * @now: the later one, which must outlive the interval
 * @before: the earlier one; NULL for all since the module was loaded
 *
 * A cgroup that is not in @before counts from zero.
 */
struct interval *interval_new(const struct headroom_snapshot *now,
			      const struct headroom_snapshot *before);
void interval_free(struct interval *interval);

/** is_in_subtree - whether @id is @top or below it */
bool is_in_subtree(const struct headroom_snapshot *s, uint64_t id, uint64_t top);
/** is_idle - nothing was counted */
bool is_idle(const struct headroom_stats *stats);

#endif /* INTERVAL_H */
