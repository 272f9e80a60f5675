// SPDX-License-Identifier: GPL-2.0
/* Compute the activity of cgroups between two snapshots */

#include <errno.h>
#include <stdlib.h>

#include "interval.h"

bool refaults_matter(double refaults, double evictions, double seconds)
{
	if (refaults < LEAST_RATE * seconds)
		return false;
	return refaults >= LEAST_SHARE * evictions ||
	       (seconds > 0 && refaults >= MODERATE_RATE * seconds);
}

static void add(struct headroom_extra *sum, const struct headroom_extra *extra)
{
	sum->value += extra->value;
	sum->low += extra->low;
	sum->high += extra->high;
}

/* Add the extra memory of a cgroup to itself and to its ancestors. */
static int add_extra(struct interval *interval, const struct headroom_snapshot *now, size_t i,
		     uint32_t sample_shift)
{
	const struct headroom_stats *local = &interval->activity[i].local;
	const struct headroom_cgroup *cgroup = &now->cgroup[i];
	const struct headroom_pool pool = headroom_pool_of(local, NULL, cgroup->local.evictions,
							   sample_shift);
	struct headroom_extra *extra = &interval->activity[i].extra_local;
	uint64_t refaults = headroom_histogram_count(&local->refault_distance);
	int err;

	if (!refaults || !refaults_matter(refaults, local->evictions, interval->seconds))
		return 0;
	err = headroom_extra_memory(&pool, SAVED_SHARE, extra);
	/* bound the walk, in case the parents form a cycle */
	for (size_t depth = 0; !err && cgroup && depth < now->nr; depth++) {
		add(&interval->activity[cgroup - now->cgroup].extra_subtree, extra);
		cgroup = headroom_snapshot_find(now, cgroup->parent_id);
	}
	return err;
}

static int subtract(struct interval *interval, const struct headroom_snapshot *now,
		    const struct headroom_snapshot *before, uint32_t sample_shift)
{
	int err = headroom_snapshot_delta(now, before, &interval->delta);

	if (err < 0)
		return err;
	interval->activity = calloc(now->nr ? now->nr : 1, sizeof(*interval->activity));
	if (!interval->activity)
		return -ENOMEM;
	for (size_t i = 0; i < now->nr; i++) {
		const struct headroom_cgroup *change = &interval->delta->cgroup[i];

		interval->activity[i] = (struct activity){
			.cgroup = &now->cgroup[i],
			.local = change->local, .subtree = change->subtree,
			.target = change->target,
			.psi_some = change->psi_some, .psi_full = change->psi_full,
		};
	}
	for (size_t i = 0; !err && i < now->nr; i++)
		err = add_extra(interval, now, i, sample_shift);
	return err;
}

int interval_new(const struct headroom_snapshot *now, const struct headroom_snapshot *before,
		 uint32_t sample_shift, struct interval **result)
{
	struct interval *interval = calloc(1, sizeof(*interval));
	int err;

	*result = NULL;
	if (!interval)
		return -ENOMEM;
	interval->nr = now->nr;
	interval->time = now->time;
	interval->seconds = before ? (now->time - before->time) / 1e9 : 0;
	interval->consistent = now->consistent && (!before || before->consistent);
	err = subtract(interval, now, before, sample_shift);
	if (err < 0)
		interval_free(interval);
	else
		*result = interval;
	return err;
}

void interval_free(struct interval *interval)
{
	if (!interval)
		return;
	headroom_snapshot_delta_free(interval->delta);
	free(interval->activity);
	free(interval);
}

bool is_in_subtree(const struct headroom_snapshot *s, uint64_t id, uint64_t top)
{
	const struct headroom_cgroup *cgroup = headroom_snapshot_find(s, id);

	for (size_t depth = 0; cgroup && depth < s->nr; depth++) {
		if (cgroup->id == top)
			return true;
		cgroup = headroom_snapshot_find(s, cgroup->parent_id);
	}
	return false;
}

bool is_idle(const struct headroom_stats *stats)
{
	const struct headroom_counter *counter;

	for (counter = headroom_counters(HEADROOM_COUNTERS_STATS); counter->name; counter++)
		if (headroom_counter_value(counter, stats))
			return false;
	for (size_t i = 0; i < stats->nr_stalls; i++)
		if (stats->stall[i].count || stats->stall[i].total)
			return false;
	return true;
}
