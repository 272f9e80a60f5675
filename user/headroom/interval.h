/* SPDX-License-Identifier: GPL-2.0 */
/* Compute the activity of cgroups between two snapshots */
#ifndef INTERVAL_H
#define INTERVAL_H

#include "headroom.h"

/* Share of the refaults that "extra memory" would have saved */
#define SAVED_SHARE	0.9

/*
 * More memory gains little for a cgroup with fewer refaults per second, or, up to the second
 * rate, with fewer refaults than this share of its evictions
 */
#define LEAST_RATE	1
#define MODERATE_RATE	100
#define LEAST_SHARE	0.01

/**
 * struct activity - activity of one cgroup during an interval
 * @cgroup: the cgroup in the later snapshot
 * @local: statistics of the cgroup itself
 * @subtree: statistics of the cgroup and all below it
 * @target: reclaim from the cgroup and all below it; lowest priorities are since the
 *	module was loaded
 * @extra_local: extra memory in pages that would have saved SAVED_SHARE of its refaults;
 *	all zero if they are so few that more memory would gain little
 * @extra_subtree: sum of @extra_local over the subtree. A refault distance counts the
 *	evictions of one cgroup, so distances of different cgroups cannot be combined
 * @psi_some: growth of "some" in memory.pressure, nanoseconds; without an earlier
 *	snapshot, the total since the cgroup was created
 * @psi_full: the same for "full"
 */
struct activity {
	const struct headroom_cgroup *cgroup;
	struct headroom_stats local;
	struct headroom_stats subtree;
	struct headroom_target target;
	struct headroom_extra extra_local;
	struct headroom_extra extra_subtree;
	uint64_t psi_some;
	uint64_t psi_full;
};

/**
 * struct interval - activity between two snapshots
 * @time: end of the interval, CLOCK_MONOTONIC in nanoseconds
 * @seconds: length; 0 if the interval starts when the module was loaded
 * @consistent: whether both snapshots are consistent
 * @nr: number of cgroups
 * @delta: owns the memory that @activity points to
 * @activity: one per cgroup, in the order of the later snapshot
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
 * @now: later snapshot; must outlive the interval
 * @before: earlier snapshot; NULL for since the module was loaded
 * @sample_shift: from struct headroom_status
 * @interval: result; free it with interval_free(); NULL after a failure
 *
 * The counters of a cgroup that is not in @before start at zero.
 *
 * Return: 0 or -ENOMEM.
 */
int interval_new(const struct headroom_snapshot *now, const struct headroom_snapshot *before,
		 uint32_t sample_shift, struct interval **interval);
void interval_free(struct interval *interval);

/** is_in_subtree - whether @id is @top or below it */
bool is_in_subtree(const struct headroom_snapshot *s, uint64_t id, uint64_t top);
/**
 * refaults_matter - whether more memory would gain something
 * @evictions: from the same pages
 * @seconds: length of the interval; 0 if the rate is unknown
 */
bool refaults_matter(double refaults, double evictions, double seconds);
/** is_idle - whether all counters are zero */
bool is_idle(const struct headroom_stats *stats);

#endif /* INTERVAL_H */
