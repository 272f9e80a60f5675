/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Count the statistics of a cgroup, and sum them up
 */
#ifndef _HEADROOM_STATS_H
#define _HEADROOM_STATS_H

#include <linux/atomic.h>
#include <linux/types.h>

#include "hist_alloc.h"
#include "counters.h"

/**
 * struct hr_stall_stats - counters of one cause of stalls
 * @count: stalls that ended
 * @total: time in them, ns
 * @longest: the longest of them, ns
 * @latency: histogram in units of 2^HR_LATENCY_SHIFT ns; NULL while empty
 */
struct hr_stall_stats {
	atomic64_t count;
	atomic64_t total;
	atomic64_t longest;
	struct hr_hist *latency;
};

/**
 * struct hr_page_stats - counters of evictions and refaults
 * @evictions: evicted pages
 * @refaults: evicted pages that were read back
 */
struct hr_page_stats {
	atomic64_t evictions;
	atomic64_t refaults;
};

/* Counters by kind of page and by reason of the eviction */
#define HR_NR_PAGES	(HR_NR_KINDS * HR_NR_REASONS)

/* Index of their counter in struct hr_stats; the first kind and reason have index 0 */
static __always_inline unsigned int hr_pages_index(enum headroom_page_kind kind,
						   enum headroom_reason reason)
{
	return (kind - 1) * HR_NR_REASONS + reason - 1;
}

/**
 * struct hr_stats - the statistics of one cgroup
 * @counter: by enum hr_counter
 * @pages: by kind and reason, see hr_pages_index(); refaults are scaled
 * @group: by group of sampled pages; counts samples, not scaled
 * @distance: histogram of refault distances, in pages; scaled
 * @age: histogram of times from eviction to refault, in units of 2^HR_AGE_SHIFT ns; scaled
 * @forgotten_distance: the same distance for pages that the nonresident table forgot
 * @forgotten_age: the same time for these pages
 * @stall: by cause; the first cause has index 0
 * @then: counters when the sampling factor was last changed: refaults, the samples
 *	behind them, and evictions; protected by the registry lock
 *
 * Probes write to all but @then without a lock, from any context, on any CPU. Counters
 * only grow, except in hr_stats_rescale().
 */
struct hr_stats {
	atomic64_t counter[HR_NR_COUNTERS];
	struct hr_page_stats pages[HR_NR_PAGES];
	struct hr_page_stats group[HR_NR_GROUPS];
	struct hr_hist *distance;
	struct hr_hist *age;
	struct hr_hist *forgotten_distance;
	struct hr_hist *forgotten_age;
	struct hr_stall_stats stall[HR_NR_CAUSES];
	struct {
		u64 refaults;
		u64 samples;
		u64 evictions;
	} then;
};

/**
 * struct hr_target_stats - the statistics of a cgroup as the target of reclaim
 * @evictions: pages that reclaim for this target evicted: the target's clock
 * @distance: histogram of refault distances by that clock, in pages; scaled
 * @reclaim: work of reclaim by reason; the first reason has index 0
 *
 * Probes write to it as to struct hr_stats.
 */
struct hr_target_stats {
	atomic64_t evictions;
	struct hr_hist *distance;
	struct {
		atomic64_t scanned;
		atomic64_t reclaimed;
		atomic_t effort;	/* DEF_PRIORITY less the lowest priority */
	} reclaim[HR_NR_REASONS];
};

/**
 * struct hr_origin_stats - pages of a cgroup that the demand of others evicted
 * @pages: by origin, see HR_NR_ORIGINS; since the last hr_origin_take()
 *
 * Probes write to it as to struct hr_stats.
 */
struct hr_origin_stats {
	struct hr_page_stats pages[HR_NR_ORIGINS];
};

/**
 * hr_count - add to a counter
 * @stats: statistics of a cgroup
 * @counter: the counter
 * @n: number to add
 *
 * Context: any.
 * Return: the counter's new value.
 */
static inline u64 hr_count(struct hr_stats *stats,
			   enum hr_counter counter, u64 n)
{
	return atomic64_add_return(n, &stats->counter[counter]);
}

/* The total leaves out causes that are part of another cause, or that are no stall */
static inline bool hr_in_stall_total(unsigned int cause)
{
	return cause < HEADROOM_STALL_CAUSE_THROTTLED_WRITEBACK;
}

void hr_count_distance(struct hr_hist **hist, u32 distance, u64 n);
void hr_count_age(struct hr_hist **hist, u32 age, u64 n);
void hr_count_reclaim(struct hr_target_stats *target,
		      enum headroom_reason reason, u64 scanned,
		      u64 reclaimed, int priority);
void hr_count_stall(struct hr_stats *stats,
		    enum headroom_stall_cause cause, u64 ns);
u64 hr_stats_refaults(const struct hr_stats *stats);
void hr_stats_summarise(struct hr_summary *to, const struct hr_stats *stats,
			unsigned int shift);
int hr_stats_add(struct hr_stats *to, const struct hr_stats *stats,
		 const struct hr_summary *summary, unsigned int shift);
void hr_stats_clear(struct hr_stats *stats);
void hr_stats_move(struct hr_stats *to, struct hr_stats *from);
void hr_stats_rescale(struct hr_stats *stats, unsigned int from,
		      unsigned int to);
void hr_origin_take(struct hr_pages *sum, struct hr_origin_stats *origin);
void hr_origin_add(struct hr_summary *to, const struct hr_pages *sum, unsigned int level);
void hr_stats_free(struct hr_stats *stats);
void hr_target_stats_free(struct hr_target_stats *target);

#endif /* _HEADROOM_STATS_H */
