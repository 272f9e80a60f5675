// SPDX-License-Identifier: GPL-2.0
/*
 * Count the statistics of a cgroup, and sum them up
 *
 * Each counter is an atomic word. Writers on different CPUs lose no update and do not wait
 * for each other; a reader sees the words at slightly different times. Two CPUs write to
 * the same word only when they count for the same cgroup.
 */
#include <linux/bits.h>
#include <linux/bitmap.h>
#include <linux/minmax.h>
#include <linux/mmzone.h>
#include <linux/string.h>

#include "registry_lock.h"
#include "stats.h"

/**
 * hr_count_distance - count pages at a distance
 * @hist: histogram of the victim or of a target
 * @distance: advance of its clock since the eviction, in pages
 * @n: number of pages
 *
 * Context: any, under RCU.
 */
void hr_count_distance(struct hr_hist **hist, u32 distance, u64 n)
{
	hr_hist_add(hist, hr_hist_index(distance, HR_DISTANCE_SHIFT), n);
}

/**
 * hr_count_age - count pages by the time since the eviction
 * @hist: histogram of the victim
 * @age: the time, in units of 2^HR_AGE_SHIFT ns
 * @n: number of pages
 *
 * Context: any, under RCU.
 */
void hr_count_age(struct hr_hist **hist, u32 age, u64 n)
{
	hr_hist_add(hist, hr_hist_index(age, 0), n);
}

/**
 * hr_count_reclaim - count a batch of reclaim
 * @target: statistics of the target
 * @reason: reason of the reclaim
 * @scanned: scanned pages
 * @reclaimed: freed pages
 * @priority: scan priority, from DEF_PRIORITY down
 *
 * Context: any.
 */
void hr_count_reclaim(struct hr_target_stats *target,
		      enum headroom_reason reason, u64 scanned,
		      u64 reclaimed, int priority)
{
	atomic_t *most = &target->reclaim[reason - 1].effort;
	int effort = DEF_PRIORITY - priority;
	int before = atomic_read(most);

	atomic64_add(scanned, &target->reclaim[reason - 1].scanned);
	atomic64_add(reclaimed, &target->reclaim[reason - 1].reclaimed);
	/* Pairs with the same on other CPUs: the largest effort remains */
	while (effort > before && !atomic_try_cmpxchg(most, &before, effort))
		;
}

/**
 * hr_count_stall - count a stall that ended
 * @stats: statistics of the stalled task's cgroup
 * @cause: cause of the stall
 * @ns: duration
 *
 * Context: any, under RCU.
 */
void hr_count_stall(struct hr_stats *stats,
		    enum headroom_stall_cause cause, u64 ns)
{
	struct hr_stall_stats *stall = &stats->stall[cause - 1];
	s64 longest = atomic64_read(&stall->longest);

	atomic64_inc(&stall->count);
	atomic64_add(ns, &stall->total);
	hr_hist_add(&stall->latency,
		    hr_hist_index(ns, HR_LATENCY_SHIFT), 1);
	/* Pairs with the same on other CPUs: the longest stall remains */
	while ((s64)ns > longest &&
	       !atomic64_try_cmpxchg(&stall->longest, &longest, ns))
		;
}

/**
 * hr_stats_refaults - sum the refaults of all kinds and reasons
 * @stats: statistics, which probes may write to
 *
 * Context: any.
 * Return: refaults, scaled.
 */
u64 hr_stats_refaults(const struct hr_stats *stats)
{
	unsigned int i;
	u64 refaults = 0;

	for (i = 0; i < HR_NR_PAGES; i++)
		refaults += atomic64_read(&stats->pages[i].refaults);
	return refaults;
}

static void summarise_pages(struct hr_summary *to, const struct hr_stats *stats)
{
	u64 evictions, refaults;
	unsigned int i;

	for (i = 0; i < HR_NR_PAGES; i++) {
		evictions = atomic64_read(&stats->pages[i].evictions);
		refaults = atomic64_read(&stats->pages[i].refaults);
		to->sum[HR_SUM_REFAULTS] += refaults;
		if (evictions | refaults)
			to->pages |= BIT(i);
	}
}

/**
 * hr_stats_summarise - compute the sums of statistics
 * @to: result
 * @stats: statistics, which probes may write to
 * @shift: log2 of the pages that a sample stands for
 *
 * Also updates the bounds of the histograms: see hr_hist_bound(). The sums by origin are 0:
 * see hr_origin_add().
 *
 * Context: process; registry lock held.
 */
void hr_stats_summarise(struct hr_summary *to, const struct hr_stats *stats,
			unsigned int shift)
{
	const struct hr_stall_stats *stall = stats->stall;
	unsigned int cause;

	hr_registry_assert_locked();
	*to = (struct hr_summary){};
	to->sum[HR_SUM_EVICTIONS] =
		atomic64_read(&stats->counter[HR_EVICTIONS]);
	to->sum[HR_SUM_REFAULTS_SHARED] =
		atomic64_read(&stats->counter[HR_REFAULTS_SHARED]);
	to->sum[HR_SUM_OVERWRITTEN] = atomic64_read(&stats->counter[HR_OVERWRITTEN]);
	to->sum[HR_SUM_FORGOTTEN] = atomic64_read(&stats->counter[HR_FORGOTTEN]);
	to->sum[HR_SUM_DISPLACED] = atomic64_read(&stats->counter[HR_DISPLACED]);
	to->sum[HR_SUM_RECLAIMS_DROPPED] = atomic64_read(&stats->counter[HR_RECLAIMS_DROPPED]);
	to->sum[HR_SUM_STALLS_DROPPED] = atomic64_read(&stats->counter[HR_STALLS_DROPPED]);
	summarise_pages(to, stats);
	to->sum[HR_SUM_REFAULT_SAMPLES] = stats->then.samples +
		((to->sum[HR_SUM_REFAULTS] - stats->then.refaults) >> shift);
	/* Pairs with the release in adopt() of hist_alloc.c */
	hr_hist_bound(READ_ONCE(stats->distance));
	hr_hist_bound(READ_ONCE(stats->age));
	hr_hist_bound(READ_ONCE(stats->forgotten_distance));
	hr_hist_bound(READ_ONCE(stats->forgotten_age));
	to->sum[HR_SUM_RETURNED] = hr_hist_sum(READ_ONCE(stats->distance));
	for (cause = 1; cause <= HR_NR_CAUSES; cause++, stall++) {
		if (!atomic64_read(&stall->count))
			continue;
		to->stalls |= BIT(cause - 1);
		hr_hist_bound(READ_ONCE(stall->latency));
		if (hr_in_stall_total(cause))
			to->sum[HR_SUM_STALL_TOTAL] += atomic64_read(&stall->total);
	}
}

/**
 * hr_origin_take - take what was counted by origin out of its counters
 * @sum: result, HR_NR_ORIGINS sums: the pages with at most that origin
 * @origin: the counters, zero afterwards
 *
 * Context: process; registry lock held.
 */
void hr_origin_take(struct hr_pages *sum, struct hr_origin_stats *origin)
{
	struct hr_pages all = {};
	unsigned int i;

	hr_registry_assert_locked();
	for (i = 0; i < HR_NR_ORIGINS; i++) {
		/* Pairs with the atomic additions of probes: none is missed */
		all.evictions += atomic64_xchg(&origin->pages[i].evictions, 0);
		all.refaults += atomic64_xchg(&origin->pages[i].refaults, 0);
		sum[i] = all;
	}
}

/**
 * hr_origin_add - add the pages whose evictor is outside a cgroup
 * @to: summary of the cgroup, which is the victim or above it
 * @sum: from hr_origin_take() on the victim
 * @level: level of the cgroup
 *
 * The evictor is outside if the lowest cgroup above both it and the victim is above this
 * one. Nothing is outside the root.
 *
 * Context: process; registry lock held.
 */
void hr_origin_add(struct hr_summary *to, const struct hr_pages *sum, unsigned int level)
{
	const struct hr_pages *outside = &sum[min(level, HR_NR_ORIGINS - 1U)];
	const struct hr_pages *machine = &sum[HR_ORIGIN_MACHINE];

	hr_registry_assert_locked();
	if (!level)
		return;
	to->sum[HR_SUM_EVICTIONS_OUTSIDE] += outside->evictions;
	to->sum[HR_SUM_RETURNED_OUTSIDE] += outside->refaults;
	to->sum[HR_SUM_EVICTIONS_MACHINE] += machine->evictions;
	to->sum[HR_SUM_RETURNED_MACHINE] += machine->refaults;
}

/* @to has no other writer, so it needs no atomic addition */
static void word_add(atomic64_t *to, const atomic64_t *from)
{
	atomic64_set(to, atomic64_read(to) + atomic64_read(from));
}

static void pages_add(struct hr_page_stats *to, const struct hr_page_stats *from)
{
	word_add(&to->evictions, &from->evictions);
	word_add(&to->refaults, &from->refaults);
}

static int stall_add(struct hr_stall_stats *to, const struct hr_stall_stats *from)
{
	word_add(&to->count, &from->count);
	word_add(&to->total, &from->total);
	atomic64_set(&to->longest, max(atomic64_read(&to->longest),
				       atomic64_read(&from->longest)));
	/* Pairs with the release in adopt() of hist_alloc.c */
	return hr_hist_copy(&to->latency, READ_ONCE(from->latency));
}

/**
 * hr_stats_add - add statistics to a sum
 * @to: the sum, which has no other writer; its @counter is not changed
 * @stats: statistics to add, which probes may write to
 * @summary: the summary of @stats
 * @shift: log2 of the pages that a sample stands for
 *
 * Context: process; registry lock held. Does not wait for memory.
 * Return: 0 or -ENOMEM.
 */
int hr_stats_add(struct hr_stats *to, const struct hr_stats *stats,
		 const struct hr_summary *summary, unsigned int shift)
{
	unsigned long pages = summary->pages, stalls = summary->stalls;
	unsigned int i;
	int err;

	hr_registry_assert_locked();
	for_each_set_bit(i, &pages, HR_NR_PAGES)
		pages_add(&to->pages[i], &stats->pages[i]);
	for (i = 0; shift && i < HR_NR_GROUPS; i++)
		pages_add(&to->group[i], &stats->group[i]);
	/* Pairs with the release in adopt() of hist_alloc.c */
	err = hr_hist_copy(&to->distance, READ_ONCE(stats->distance)) ?:
	      hr_hist_copy(&to->age, READ_ONCE(stats->age)) ?:
	      hr_hist_copy(&to->forgotten_distance, READ_ONCE(stats->forgotten_distance)) ?:
	      hr_hist_copy(&to->forgotten_age, READ_ONCE(stats->forgotten_age));
	for_each_set_bit(i, &stalls, HR_NR_CAUSES)
		err = err ?: stall_add(&to->stall[i], &stats->stall[i]);
	return err;
}

/**
 * hr_stats_clear - reset a sum to zero
 * @stats: the sum, which has no other writer
 *
 * Context: process; registry lock held.
 */
void hr_stats_clear(struct hr_stats *stats)
{
	struct hr_stall_stats *stall;

	hr_registry_assert_locked();
	memset(stats->pages, 0, sizeof(stats->pages));
	memset(stats->group, 0, sizeof(stats->group));
	hr_hist_clear(stats->distance);
	hr_hist_clear(stats->age);
	hr_hist_clear(stats->forgotten_distance);
	hr_hist_clear(stats->forgotten_age);
	for (stall = stats->stall; stall < stats->stall + HR_NR_CAUSES; stall++) {
		atomic64_set(&stall->count, 0);
		atomic64_set(&stall->total, 0);
		atomic64_set(&stall->longest, 0);
		hr_hist_clear(stall->latency);
	}
}

static void pages_move(struct hr_page_stats *to,
		       const struct hr_page_stats *from, unsigned int nr)
{
	for (; nr; nr--, to++, from++) {
		atomic64_add(atomic64_read(&from->evictions), &to->evictions);
		atomic64_add(atomic64_read(&from->refaults), &to->refaults);
	}
}

static void stall_move(struct hr_stall_stats *to, struct hr_stall_stats *from)
{
	atomic64_add(atomic64_read(&from->count), &to->count);
	atomic64_add(atomic64_read(&from->total), &to->total);
	atomic64_set(&to->longest, max(atomic64_read(&to->longest),
				       atomic64_read(&from->longest)));
	hr_hist_move(&to->latency, &from->latency);
}

/**
 * hr_stats_move - move the statistics of a dead cgroup to others
 * @to: statistics to add to; no probe writes to them
 * @from: statistics without a writer; their histograms are moved or freed
 *
 * Context: process; registry lock held.
 */
void hr_stats_move(struct hr_stats *to, struct hr_stats *from)
{
	unsigned int i;

	hr_registry_assert_locked();
	for (i = 0; i < HR_NR_COUNTERS; i++)
		atomic64_add(atomic64_read(&from->counter[i]), &to->counter[i]);
	pages_move(to->pages, from->pages, HR_NR_PAGES);
	pages_move(to->group, from->group, HR_NR_GROUPS);
	to->then.refaults += from->then.refaults;
	to->then.samples += from->then.samples;
	to->then.evictions += from->then.evictions;
	hr_hist_move(&to->distance, &from->distance);
	hr_hist_move(&to->age, &from->age);
	hr_hist_move(&to->forgotten_distance, &from->forgotten_distance);
	hr_hist_move(&to->forgotten_age, &from->forgotten_age);
	for (i = 0; i < HR_NR_CAUSES; i++)
		stall_move(&to->stall[i], &from->stall[i]);
}

/* For one counter of all groups in turn */
struct share {
	u64 left;	/* counted while pages were not sampled; split among the groups */
	u64 carry;	/* rounding remainder of the previous group */
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
 * hr_stats_rescale - convert statistics to another sampling factor
 * @stats: the statistics
 * @from: log2 of the factor up to now
 * @to: log2 of the factor from now on
 *
 * Refaults are scaled when they are counted, and do not change. The groups count samples:
 * each group gets the number of samples that stands for the same pages with the new
 * factor. The groups do not count while all pages are tracked; the evictions and refaults
 * of that time are split evenly among them. They had no sampling error, and an even split
 * adds nothing to the differences between groups. The sums of the groups therefore agree
 * with evictions and refaults as well as before, and an estimate from them holds for all
 * the time since the module was loaded. Two readings with different factors cannot be
 * subtracted.
 *
 * Context: process; registry lock held; no page is tracked.
 */
void hr_stats_rescale(struct hr_stats *stats, unsigned int from,
		      unsigned int to)
{
	struct share evictions = {}, refaults = {};
	u64 evicted, refaulted = hr_stats_refaults(stats);
	unsigned int i;

	hr_registry_assert_locked();
	evicted = atomic64_read(&stats->counter[HR_EVICTIONS]);
	if (!from) {
		evictions.left = evicted - stats->then.evictions;
		refaults.left = refaulted - stats->then.refaults;
	}
	for (i = HR_NR_GROUPS; i; i--) {
		group_rescale(&stats->group[i - 1].evictions, i, &evictions, from, to);
		group_rescale(&stats->group[i - 1].refaults, i, &refaults, from, to);
	}
	stats->then.samples += (refaulted - stats->then.refaults) >> from;
	stats->then.refaults = refaulted;
	stats->then.evictions = evicted;
}

/**
 * hr_stats_free - free the histograms of statistics
 * @stats: statistics without a user
 *
 * Context: any.
 */
void hr_stats_free(struct hr_stats *stats)
{
	unsigned int i;

	hr_hist_free(&stats->distance);
	hr_hist_free(&stats->age);
	hr_hist_free(&stats->forgotten_distance);
	hr_hist_free(&stats->forgotten_age);
	for (i = 0; i < HR_NR_CAUSES; i++)
		hr_hist_free(&stats->stall[i].latency);
}

/**
 * hr_target_stats_free - free the histograms of a target
 * @target: its statistics, without a user
 *
 * Context: any.
 */
void hr_target_stats_free(struct hr_target_stats *target)
{
	hr_hist_free(&target->distance);
}
