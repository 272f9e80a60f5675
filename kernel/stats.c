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

#include "stats.h"

DEFINE_PER_CPU(struct headroom_lost, headroom_lost);

/**
 * headroom_count_distance - book refaults at a distance
 * @stats: statistics of the cgroup that lost the pages
 * @distance: pages it lost between their eviction and their return
 * @n: number of refaults
 *
 * Context: any.
 */
void headroom_count_distance(struct headroom_stats *stats, u32 distance, u64 n)
{
	unsigned int i = headroom_hist_index(distance, HEADROOM_DISTANCE_SHIFT);

	atomic64_add(n, &stats->distance[i]);
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
	unsigned int i, cause;

	for (i = 0; i < HEADROOM_NR_COUNTERS; i++)
		to->counter[i] += atomic64_read(&stats->counter[i]);
	for (i = 0; i < HEADROOM_HIST_BUCKETS; i++)
		to->distance[i] += atomic64_read(&stats->distance[i]);
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
	unsigned int i, cause;

	for (i = 0; i < HEADROOM_NR_COUNTERS; i++)
		to->counter[i] += from->counter[i];
	for (i = 0; i < HEADROOM_HIST_BUCKETS; i++)
		to->distance[i] += from->distance[i];
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
	}
}
