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
 * Context: any.
 */
void headroom_count_distance(atomic64_t *hist, u32 distance, u64 n)
{
	atomic64_add(n, &hist[headroom_hist_index(distance, HEADROOM_DISTANCE_SHIFT)]);
}

/**
 * headroom_count_age - book refaults after a time away
 * @stats: statistics of the cgroup that lost the pages
 * @age: time between eviction and return, in units of 2^HEADROOM_AGE_SHIFT ns
 * @n: number of refaults
 *
 * Context: any.
 */
void headroom_count_age(struct headroom_stats *stats, u32 age, u64 n)
{
	atomic64_add(n, &stats->age[headroom_hist_index(age, 0)]);
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
 * @cause: enum headroom_stall_cause
 * @ns: how long it took
 *
 * Context: any.
 */
void headroom_count_stall(struct headroom_stats *stats, unsigned int cause,
			  u64 ns)
{
	struct headroom_stall_stats *stall = &stats->stall[cause - 1];
	s64 longest = atomic64_read(&stall->longest);

	atomic64_add(ns, &stall->total);
	atomic64_inc(&stall->latency[headroom_hist_index(ns, HEADROOM_LATENCY_SHIFT)]);
	while ((s64)ns > longest &&
	       !atomic64_try_cmpxchg(&stall->longest, &longest, ns))
		;
}

static void pages_add(struct headroom_pages *to,
		      const struct headroom_page_stats *from, unsigned int nr)
{
	for (; nr; nr--, to++, from++) {
		to->evictions += atomic64_read(&from->evictions);
		to->refaults += atomic64_read(&from->refaults);
	}
}

/**
 * headroom_stats_add - read statistics and add them to a sum
 * @to: the sum
 * @stats: what to add
 *
 * Context: any; @to is the caller's.
 */
void headroom_stats_add(struct headroom_totals *to,
			const struct headroom_stats *stats)
{
	unsigned int i, cause, kind;

	for (i = 0; i < HEADROOM_NR_COUNTERS; i++)
		to->counter[i] += atomic64_read(&stats->counter[i]);
	for (kind = 0; kind < HEADROOM_NR_KINDS; kind++)
		pages_add(to->pages[kind], stats->pages[kind], HEADROOM_NR_REASONS);
	pages_add(to->group, stats->group, HEADROOM_NR_GROUPS);
	for (i = 0; i < HEADROOM_HIST_BUCKETS; i++) {
		to->distance[i] += atomic64_read(&stats->distance[i]);
		to->age[i] += atomic64_read(&stats->age[i]);
	}
	for (cause = 0; cause < HEADROOM_NR_CAUSES; cause++) {
		const struct headroom_stall_stats *from = &stats->stall[cause];
		struct headroom_stall_totals *sum = &to->stall[cause];

		sum->total += atomic64_read(&from->total);
		sum->longest = max_t(u64, sum->longest,
				     atomic64_read(&from->longest));
		for (i = 0; i < HEADROOM_HIST_BUCKETS; i++)
			sum->latency[i] += atomic64_read(&from->latency[i]);
	}
}

static void page_totals_add(struct headroom_pages *to,
			    const struct headroom_pages *from, unsigned int nr)
{
	for (; nr; nr--, to++, from++) {
		to->evictions += from->evictions;
		to->refaults += from->refaults;
	}
}

/**
 * headroom_totals_add - add one sum to another
 * @to: the sum
 * @from: what to add
 *
 * Context: any; both are the caller's.
 */
void headroom_totals_add(struct headroom_totals *to,
			 const struct headroom_totals *from)
{
	unsigned int i, cause, kind;

	for (i = 0; i < HEADROOM_NR_COUNTERS; i++)
		to->counter[i] += from->counter[i];
	for (kind = 0; kind < HEADROOM_NR_KINDS; kind++)
		page_totals_add(to->pages[kind], from->pages[kind],
				HEADROOM_NR_REASONS);
	page_totals_add(to->group, from->group, HEADROOM_NR_GROUPS);
	for (i = 0; i < HEADROOM_HIST_BUCKETS; i++) {
		to->distance[i] += from->distance[i];
		to->age[i] += from->age[i];
	}
	for (cause = 0; cause < HEADROOM_NR_CAUSES; cause++) {
		const struct headroom_stall_totals *add = &from->stall[cause];
		struct headroom_stall_totals *sum = &to->stall[cause];

		sum->total += add->total;
		sum->longest = max(sum->longest, add->longest);
		for (i = 0; i < HEADROOM_HIST_BUCKETS; i++)
			sum->latency[i] += add->latency[i];
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
	for (i = 0; i < HEADROOM_HIST_BUCKETS; i++)
		to->distance[i] = atomic64_read(&target->distance[i]);
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
	}
}
