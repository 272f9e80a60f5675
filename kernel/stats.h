/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_STATS_H
#define _HEADROOM_STATS_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include "histpool.h"
#include "snapshot.h"

/**
 * struct headroom_stall_stats - one cause of stalls, as it is counted
 * @count: stalls that ended
 * @total: nanoseconds
 * @longest: nanoseconds
 * @latency: histogram; unit 2^HEADROOM_LATENCY_SHIFT ns
 */
struct headroom_stall_stats {
	atomic64_t count;
	atomic64_t total;
	atomic64_t longest;
	struct headroom_hist *latency;
};

/**
 * struct headroom_page_stats - evictions and refaults, as they are counted
 * @evictions: pages lost
 * @refaults: pages that came back
 */
struct headroom_page_stats {
	atomic64_t evictions;
	atomic64_t refaults;
};

/* Kinds of pages by reasons of their eviction */
#define HEADROOM_NR_PAGES	(HEADROOM_NR_KINDS * HEADROOM_NR_REASONS)

/* Where these are counted, the first of each at 0 */
static __always_inline unsigned int headroom_pages_index(enum headroom_page_kind kind,
							 enum headroom_reason reason)
{
	return (kind - 1) * HEADROOM_NR_REASONS + reason - 1;
}

/**
 * struct headroom_stats - the statistics of one cgroup, as they are counted
 * @counter: by enum headroom_counter
 * @pages: by kind and reason, see headroom_pages_index(); refaults are scaled
 * @group: by group of sampled pages; not scaled
 * @distance: histogram of refault distances, in pages, scaled
 * @age: histogram of times away, in units of 2^HEADROOM_AGE_SHIFT ns, scaled
 * @stall: by cause, the first cause at 0
 * @then: what had been counted when the sampling factor was changed last: refaults,
 *	the samples behind them, and evictions; belongs to the registry's mutex
 *
 * Written by probes without a lock, from any context, on any CPU. Only grows; but see
 * headroom_stats_rescale().
 */
struct headroom_stats {
	atomic64_t counter[HEADROOM_NR_COUNTERS];
	struct headroom_page_stats pages[HEADROOM_NR_PAGES];
	struct headroom_page_stats group[HEADROOM_NR_GROUPS];
	struct headroom_hist *distance;
	struct headroom_hist *age;
	struct headroom_stall_stats stall[HEADROOM_NR_CAUSES];
	struct {
		u64 refaults;
		u64 samples;
		u64 evictions;
	} then;
};

/**
 * struct headroom_target_stats - a cgroup as the target of reclaim
 * @evictions: the target's clock: pages taken on its behalf
 * @distance: histogram of their refault distances, scaled
 * @reclaim: the work of reclaim by reason, the first at 0
 *
 * Written as struct headroom_stats is.
 */
struct headroom_target_stats {
	atomic64_t evictions;
	struct headroom_hist *distance;
	struct {
		atomic64_t scanned;
		atomic64_t reclaimed;
		atomic_t effort;	/* DEF_PRIORITY less the lowest priority */
	} reclaim[HEADROOM_NR_REASONS];
};

/**
 * headroom_count - add to a counter
 * @stats: statistics of a cgroup
 * @counter: which
 * @n: how much
 *
 * Context: any.
 * Return: the counter's new value.
 */
static inline u64 headroom_count(struct headroom_stats *stats,
				 enum headroom_counter counter, u64 n)
{
	return atomic64_add_return(n, &stats->counter[counter]);
}

/* Losses, by cause; per CPU, since a full table loses at every eviction */
DECLARE_PER_CPU(struct headroom_lost, headroom_lost);

/* Count @n of what could not be recorded. Context: any. */
#define headroom_lose(cause, n)	this_cpu_add(headroom_lost.cause, n)

/* Those that are part of others, or are no stalls, are not in the total */
static inline bool headroom_in_stall_total(unsigned int cause)
{
	return cause < HEADROOM_STALL_CAUSE_THROTTLED_WRITEBACK;
}

void headroom_count_distance(struct headroom_hist **hist, u32 distance, u64 n);
void headroom_count_age(struct headroom_stats *stats, u32 age, u64 n);
void headroom_count_reclaim(struct headroom_target_stats *target,
			    enum headroom_reason reason, u64 scanned,
			    u64 reclaimed, int priority);
void headroom_count_stall(struct headroom_stats *stats,
			  enum headroom_stall_cause cause, u64 ns);
u64 headroom_stats_refaults(const struct headroom_stats *stats);
void headroom_stats_summarise(struct headroom_summary *to,
			      const struct headroom_stats *stats);
int headroom_stats_add(struct headroom_stats *to, const struct headroom_stats *stats,
		       const struct headroom_summary *summary);
void headroom_stats_clear(struct headroom_stats *stats);
void headroom_stats_move(struct headroom_stats *to, struct headroom_stats *from);
void headroom_stats_rescale(struct headroom_stats *stats, unsigned int from,
			    unsigned int to);
void headroom_stats_free(struct headroom_stats *stats);
void headroom_lost_read(struct headroom_lost *lost);

#endif /* _HEADROOM_STATS_H */
