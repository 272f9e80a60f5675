// SPDX-License-Identifier: GPL-2.0
/*
 * Statistics: add to them, read them
 *
 * Every word is an atomic of its own: writers on different CPUs lose nothing
 * and wait for nobody, and a reader sees each word at a slightly different
 * moment. Words that are shared between CPUs are those of one cgroup.
 */
#include <linux/build_bug.h>
#include <linux/cpumask.h>
#include <linux/mmzone.h>

#include "stats.h"

DEFINE_PER_CPU(struct headroom_lost, headroom_lost);

/**
 * headroom_count_distance - book refaults at a distance
 * @hist: histogram of the cgroup that lost the pages, or of a target
 * @distance: what its clock advanced by between eviction and return
 * @n: number of refaults
 *
 * Context: any, under RCU.
 */
void headroom_count_distance(struct headroom_hist **hist, u32 distance, u64 n)
{
	headroom_hist_add(hist, headroom_hist_index(distance, HEADROOM_DISTANCE_SHIFT), n);
}

/**
 * headroom_count_age - book refaults after a time away
 * @stats: statistics of the cgroup that lost the pages
 * @age: time between eviction and return, in units of 2^HEADROOM_AGE_SHIFT ns
 * @n: number of refaults
 *
 * Context: any, under RCU.
 */
void headroom_count_age(struct headroom_stats *stats, u32 age, u64 n)
{
	headroom_hist_add(&stats->age, headroom_hist_index(age, 0), n);
}

/**
 * headroom_count_reclaim - book a batch of work of reclaim
 * @target: the cgroup that it is done for
 * @reason: why
 * @scanned: pages that it looked at
 * @reclaimed: pages that it freed
 * @priority: its priority
 *
 * Context: any.
 */
void headroom_count_reclaim(struct headroom_target_stats *target,
			    enum headroom_reason reason, u64 scanned,
			    u64 reclaimed, int priority)
{
	atomic_t *most = &target->reclaim[reason - 1].effort;
	int effort = DEF_PRIORITY - priority;
	int before = atomic_read(most);

	atomic64_add(scanned, &target->reclaim[reason - 1].scanned);
	atomic64_add(reclaimed, &target->reclaim[reason - 1].reclaimed);
	while (effort > before && !atomic_try_cmpxchg(most, &before, effort))
		;
}

/**
 * headroom_count_stall - book a stall that ended
 * @stats: statistics of the cgroup whose task was stalled
 * @cause: what for
 * @ns: how long it took
 *
 * Context: any, under RCU.
 */
void headroom_count_stall(struct headroom_stats *stats,
			  enum headroom_stall_cause cause, u64 ns)
{
	struct headroom_stall_stats *stall = &stats->stall[cause - 1];
	s64 longest = atomic64_read(&stall->longest);

	atomic64_inc(&stall->count);
	atomic64_add(ns, &stall->total);
	headroom_hist_add(&stall->latency,
			  headroom_hist_index(ns, HEADROOM_LATENCY_SHIFT), 1);
	while ((s64)ns > longest &&
	       !atomic64_try_cmpxchg(&stall->longest, &longest, ns))
		;
}

/**
 * headroom_stats_refaults - refaults of all kinds and for all reasons
 * @stats: what to read
 *
 * Context: any.
 */
u64 headroom_stats_refaults(const struct headroom_stats *stats)
{
	unsigned int kind, reason;
	u64 refaults = 0;

	for (kind = 0; kind < HEADROOM_NR_KINDS; kind++)
		for (reason = 0; reason < HEADROOM_NR_REASONS; reason++)
			refaults += atomic64_read(&stats->pages[kind][reason].refaults);
	return refaults;
}

static void pages_add(struct headroom_pages *to,
		      const struct headroom_page_stats *from, unsigned int nr)
{
	for (; nr; nr--, to++, from++) {
		to->evictions += atomic64_read(&from->evictions);
		to->refaults += atomic64_read(&from->refaults);
	}
}

static void stall_add(struct headroom_stall_totals *to,
		      const struct headroom_stall_stats *from)
{
	to->count += atomic64_read(&from->count);
	to->total += atomic64_read(&from->total);
	to->longest = max_t(u64, to->longest, atomic64_read(&from->longest));
	headroom_hist_read(&to->latency, &from->latency);
}

/**
 * headroom_stats_add - read statistics and add them to a sum
 * @to: the sum
 * @stats: what to add
 *
 * Context: process; @to is the caller's, the record does not go away.
 */
void headroom_stats_add(struct headroom_totals *to,
			const struct headroom_stats *stats)
{
	unsigned int i;

	for (i = 0; i < HEADROOM_NR_COUNTERS; i++)
		to->counter[i] += atomic64_read(&stats->counter[i]);
	for (i = 0; i < HEADROOM_NR_KINDS; i++)
		pages_add(to->pages[i], stats->pages[i], HEADROOM_NR_REASONS);
	pages_add(to->group, stats->group, HEADROOM_NR_GROUPS);
	to->then.refaults += stats->then.refaults;
	to->then.samples += stats->then.samples;
	headroom_hist_read(&to->distance, &stats->distance);
	headroom_hist_read(&to->age, &stats->age);
	for (i = 0; i < HEADROOM_NR_CAUSES; i++)
		stall_add(&to->stall[i], &stats->stall[i]);
}

static void pages_move(struct headroom_page_stats *to,
		       const struct headroom_page_stats *from, unsigned int nr)
{
	for (; nr; nr--, to++, from++) {
		atomic64_add(atomic64_read(&from->evictions), &to->evictions);
		atomic64_add(atomic64_read(&from->refaults), &to->refaults);
	}
}

static void stall_move(struct headroom_stall_stats *to, struct headroom_stall_stats *from)
{
	atomic64_add(atomic64_read(&from->count), &to->count);
	atomic64_add(atomic64_read(&from->total), &to->total);
	atomic64_set(&to->longest, max(atomic64_read(&to->longest),
				       atomic64_read(&from->longest)));
	headroom_hist_move(&to->latency, &from->latency);
}

/**
 * headroom_stats_move - add statistics to others
 * @to: those that stay; no probe writes to them
 * @from: those that go, which nobody writes to any more; without histograms
 *	afterwards
 *
 * Context: process.
 */
void headroom_stats_move(struct headroom_stats *to, struct headroom_stats *from)
{
	unsigned int i;

	for (i = 0; i < HEADROOM_NR_COUNTERS; i++)
		atomic64_add(atomic64_read(&from->counter[i]), &to->counter[i]);
	for (i = 0; i < HEADROOM_NR_KINDS; i++)
		pages_move(to->pages[i], from->pages[i], HEADROOM_NR_REASONS);
	pages_move(to->group, from->group, HEADROOM_NR_GROUPS);
	to->then.refaults += from->then.refaults;
	to->then.samples += from->then.samples;
	to->then.evictions += from->then.evictions;
	headroom_hist_move(&to->distance, &from->distance);
	headroom_hist_move(&to->age, &from->age);
	for (i = 0; i < HEADROOM_NR_CAUSES; i++)
		stall_move(&to->stall[i], &from->stall[i]);
}

/* A counter of each group at a time; what rounding leaves goes to the next one */
struct share {
	u64 left;	/* not tracked by groups: each gets an equal part */
	u64 carry;
};

static void group_rescale(atomic64_t *counter, unsigned int groups, struct share *share,
			  unsigned int from, unsigned int to)
{
	u64 part = share->left / groups;

	share->left -= part;
	share->carry += (atomic64_read(counter) << from) + part;
	atomic64_set(counter, share->carry >> to);
	share->carry -= share->carry >> to << to;
}

/**
 * headroom_stats_rescale - restate what depends on the sampling factor
 * @stats: the statistics
 * @from: log2 of the factor up to now
 * @to: log2 of the factor from now on
 *
 * Refaults are scaled when they are counted, and stay. The groups are counted in
 * samples: those of a group become as many as would stand for the same pages with the
 * new factor. While all pages are tracked the groups are not counted; what happened
 * then is dealt out evenly, which adds nothing to their differences, as it had no error.
 * So the sums agree with evictions and refaults as well as they did before, and what
 * they tell is right for everything since the module was loaded. Two readings with
 * different factors cannot be subtracted.
 *
 * Context: process; registry.mutex held; no page is tracked.
 */
void headroom_stats_rescale(struct headroom_stats *stats, unsigned int from,
			    unsigned int to)
{
	struct share evictions = {}, refaults = {};
	u64 evicted, refaulted = headroom_stats_refaults(stats);
	unsigned int i;

	evicted = atomic64_read(&stats->counter[HEADROOM_EVICTIONS]);
	if (!from) {
		evictions.left = evicted - stats->then.evictions;
		refaults.left = refaulted - stats->then.refaults;
	}
	for (i = HEADROOM_NR_GROUPS; i; i--) {
		group_rescale(&stats->group[i - 1].evictions, i, &evictions, from, to);
		group_rescale(&stats->group[i - 1].refaults, i, &refaults, from, to);
	}
	stats->then.samples += (refaulted - stats->then.refaults) >> from;
	stats->then.refaults = refaulted;
	stats->then.evictions = evicted;
}

/**
 * headroom_stats_free - free the histograms of statistics
 * @stats: the statistics; nobody uses them any more
 *
 * Context: any.
 */
void headroom_stats_free(struct headroom_stats *stats)
{
	unsigned int i;

	headroom_hist_free(&stats->distance);
	headroom_hist_free(&stats->age);
	for (i = 0; i < HEADROOM_NR_CAUSES; i++)
		headroom_hist_free(&stats->stall[i].latency);
}

/**
 * headroom_totals_init - a sum of nothing
 * @totals: the sum
 *
 * Context: any.
 */
void headroom_totals_init(struct headroom_totals *totals)
{
	unsigned int i;

	memset(totals, 0, offsetof(struct headroom_totals, distance));
	totals->distance.used = false;
	totals->age.used = false;
	for (i = 0; i < HEADROOM_NR_CAUSES; i++) {
		totals->stall[i].count = 0;
		totals->stall[i].total = 0;
		totals->stall[i].longest = 0;
		totals->stall[i].latency.used = false;
	}
}

/**
 * headroom_target_read - read a cgroup as the target of reclaim
 * @to: result
 * @target: what to read
 *
 * Context: any; @to is the caller's.
 */
void headroom_target_read(struct headroom_target_totals *to,
			  const struct headroom_target_stats *target)
{
	unsigned int i;

	to->evictions = atomic64_read(&target->evictions);
	to->distance.used = false;
	headroom_hist_read(&to->distance, &target->distance);
	for (i = 0; i < HEADROOM_NR_REASONS; i++)
		to->reclaim[i] = (struct headroom_reclaim_totals){
			.scanned = atomic64_read(&target->reclaim[i].scanned),
			.reclaimed = atomic64_read(&target->reclaim[i].reclaimed),
			.lowest_priority = DEF_PRIORITY -
				atomic_read(&target->reclaim[i].effort),
		};
}

/**
 * headroom_lost_read - sum the losses of all CPUs
 * @lost: result
 *
 * Context: any.
 */
void headroom_lost_read(struct headroom_lost *lost)
{
	int cpu;

	*lost = (struct headroom_lost){};
	for_each_possible_cpu(cpu) {
		const struct headroom_lost *one = per_cpu_ptr(&headroom_lost, cpu);

		lost->table_full += READ_ONCE(one->table_full);
		lost->table_busy += READ_ONCE(one->table_busy);
		lost->cgroup_unknown += READ_ONCE(one->cgroup_unknown);
		lost->distance_unknown += READ_ONCE(one->distance_unknown);
		lost->stall_slots += READ_ONCE(one->stall_slots);
		lost->reclaim_slots += READ_ONCE(one->reclaim_slots);
		lost->histograms += READ_ONCE(one->histograms);
		lost->notifications += READ_ONCE(one->notifications);
		lost->resized += READ_ONCE(one->resized);
	}
}
