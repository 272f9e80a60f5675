/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_REFAULT_H
#define _HEADROOM_REFAULT_H

#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/types.h>
#include <uapi/linux/headroom.h>

#include "changes.h"
#include "hist.h"
#include "nonresident.h"
#include "reclaim.h"
#include "registry.h"
#include "trigger.h"

/**
 * struct headroom_route - where a refault is booked
 * @memcg_data: the folio's, which stands for the reader's memory cgroup
 * @keys: owner and evictor of the page
 * @why: its kind, reason and levels up to the target
 * @blame_generation: that of @loser's list of evictors
 * @more: reader and loser are different, or pages are sampled: there is more to count
 * @reader: who waited for the page
 * @loser: who lost it
 * @target_clock: of the cgroup whose reclaim it was
 * @refaults: among @reader's counters
 * @blamed: among those of @loser's evictors
 * @distance: @loser's histogram
 * @age: the same
 * @target_distance: that of the cgroup whose reclaim it was
 *
 * Pages mostly come back as they went, many of them with the first three the same; the
 * rest is what it took to find out for the last one on this CPU, and is right as long
 * as none of the records is dead and @blame_generation is what it was.
 */
struct headroom_route {
	unsigned long memcg_data;
	u64 keys;
	u32 why;
	u32 blame_generation;
	bool more;
	struct headroom_cgroup *reader;
	struct headroom_cgroup *loser;
	const atomic64_t *target_clock;
	atomic64_t *refaults;
	atomic64_t *blamed;
	struct headroom_hist *distance;
	struct headroom_hist *age;
	struct headroom_hist *target_distance;
};

DECLARE_PER_CPU_ALIGNED(struct headroom_route, headroom_route);

void headroom_evicted_slow(enum headroom_page_kind kind, struct folio *folio,
			   const struct inode *inode, u64 file, u64 index);
void headroom_evicted_sampled(enum headroom_page_kind kind, struct headroom_batch *batch,
			      const struct inode *inode, u64 file, u64 index);
void headroom_refaulted(u64 hash, struct folio *folio,
			const struct headroom_nonresident *page);
void headroom_refaulted_anew(u64 hash, struct folio *folio,
			     const struct headroom_route *route, u32 when, u64 clocks);
void headroom_refaulted_more(const struct headroom_route *route, u64 hash);
void headroom_refault_forget(void);

/* folio_test_large(), but for an instruction */
static __always_inline bool headroom_folio_large(const struct folio *folio)
{
	/* This flag of a folio that is locked stays as it is */
	return data_race(folio->flags) & BIT(PG_head);
}

/* @page of the batch has the clocks of the page in question */
static __always_inline void headroom_remember(const struct headroom_batch *batch,
					      enum headroom_page_kind kind,
					      struct headroom_page_name name)
{
	u64 hash = headroom_nonresident_hash(kind, name);

	if (kind == HEADROOM_PAGE_KIND_FILE)
		headroom_nonresident_insert(hash, &batch->page);
	else
		headroom_nonresident_replace(hash, &batch->page);
}

/**
 * headroom_evicted - reclaim takes a folio
 * @folio: the folio, still charged to its cgroup
 * @kind: what it holds
 * @name: the name of its first page
 *
 * The clocks count all pages, tracked or not. In the common case, one more page of a
 * batch, nothing is called and no register saved.
 *
 * Context: any but interrupts, under RCU; preemption off.
 */
static __always_inline void headroom_evicted(struct folio *folio,
					     enum headroom_page_kind kind,
					     struct headroom_page_name name)
{
	struct headroom_batch *batch = this_cpu_read(headroom_last_batch);

	if (unlikely(headroom_folio_large(folio) ||
		     !headroom_reclaim_next(batch, folio, kind)))
		goto slow;
	if (static_branch_unlikely(&headroom_nonresident_sampling)) {
		if (likely(!headroom_nonresident_sampled(name)))
			return;
		headroom_evicted_sampled(kind, batch, name.inode, name.file, name.index);
	} else {
		batch->page.clocks += HEADROOM_TICK;
		headroom_remember(batch, kind, name);
	}
	return;
slow:
	headroom_evicted_slow(kind, folio, name.inode, name.file, name.index);
}

/*
 * What a clock advanced by since then. Returns false if it seems to go backwards, or
 * to have begun later: see advanced() in refault.c.
 */
static __always_inline bool headroom_advanced(const atomic64_t *clock, u32 then,
					      u64 *distance)
{
	u64 now = atomic64_read(clock);

	*distance = (u64)(u32)(now - then + HEADROOM_BATCH_MAX) - HEADROOM_BATCH_MAX;
	return *distance <= now;
}

/* The time away, in units of 2^HEADROOM_AGE_SHIFT ns. Longer than 52 days seem less. */
static __always_inline u32 headroom_age(u32 when)
{
	return (u64)(headroom_reclaim_now() - when) * TICK_NSEC >> HEADROOM_AGE_SHIFT;
}

/**
 * headroom_route_fits - whether a refault is like the last one on this CPU
 * @route: where that one was booked
 * @folio: the folio that the page came back in
 * @page: what is remembered of the page
 *
 * Context: process, under RCU; preemption off.
 */
static __always_inline bool
headroom_route_fits(const struct headroom_route *route, const struct folio *folio,
		    const struct headroom_nonresident *page)
{
	return route->memcg_data == READ_ONCE(folio->memcg_data) &&
	       route->keys == READ_ONCE(page->keys) && route->why == READ_ONCE(page->why) &&
	       route->blame_generation == READ_ONCE(route->loser->blame.generation);
}

/**
 * headroom_refaulted_again - book a refault that is like the last one on this CPU
 * @route: where that one was booked
 * @folio: the folio that the page came back in
 * @hash: the page's hash
 * @when: what was remembered of the page
 * @clocks: the same
 *
 * Writes five words, which CPUs share as far as they read for, or lost pages of, the
 * same cgroup.
 *
 * Context: process, under RCU; preemption off.
 */
static __always_inline void
headroom_refaulted_again(const struct headroom_route *route, struct folio *folio,
			 u64 hash, u32 when, u64 clocks)
{
	const atomic64_t *clock = &route->loser->local.counter[HEADROOM_EVICTIONS];
	u64 distance, target_distance, weight = headroom_nonresident_table.weight;
	unsigned int bucket;

	if (unlikely(!headroom_advanced(clock, clocks, &distance) ||
		     !headroom_advanced(route->target_clock, clocks >> 32,
					&target_distance))) {
		headroom_refaulted_anew(hash, folio, route, when, clocks);
		return;
	}
	atomic64_add(weight, route->refaults);
	bucket = headroom_hist_index32(distance);
	atomic64_add(weight, &route->distance->bucket[bucket]);
	if (target_distance != distance)
		bucket = headroom_hist_index32(target_distance);
	atomic64_add(weight, &route->target_distance->bucket[bucket]);
	atomic64_add(weight, &route->age->bucket[headroom_hist_index32(headroom_age(when))]);
	atomic64_add(weight, route->blamed);
	/* The target is above the loser, or the loser itself */
	headroom_changed(route->loser);
	if (unlikely(route->more))
		headroom_refaulted_more(route, hash);
	headroom_trigger_touch(route->reader);
}

#endif /* _HEADROOM_REFAULT_H */
