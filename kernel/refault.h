/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_REFAULT_H
#define _HEADROOM_REFAULT_H

#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/types.h>
#include <uapi/linux/headroom.h>

#include "rollup.h"
#include "hist.h"
#include "nonresident.h"
#include "reclaim.h"
#include "registry.h"
#include "trigger.h"

/**
 * struct hr_route - where a refault is booked
 * @memcg_data: the folio's, which stands for the reader's memory cgroup
 * @keys: victim and evictor of the page
 * @why: its kind, reason and levels up to the target
 * @blame_generation: that of @victim's list of evictors
 * @more: reader and victim are different, or pages are sampled: there is more to count
 * @reader: who waited for the page
 * @victim: who lost it
 * @target_clock: of the cgroup whose reclaim it was
 * @refaults: among @reader's counters
 * @blamed: among those of @victim's evictors
 * @distance: @victim's histogram
 * @age: the same
 * @target_distance: that of the cgroup whose reclaim it was
 *
 * Pages mostly come back as they went, many of them with the first three the same; the
 * rest is what it took to find out for the last one on this CPU, and is right as long
 * as none of the records is dead and @blame_generation is what it was.
 */
struct hr_route {
	unsigned long memcg_data;
	u64 keys;
	u32 why;
	u32 blame_generation;
	bool more;
	struct hr_cgroup *reader;
	struct hr_cgroup *victim;
	const atomic64_t *target_clock;
	atomic64_t *refaults;
	atomic64_t *blamed;
	struct hr_hist *distance;
	struct hr_hist *age;
	struct hr_hist *target_distance;
};

DECLARE_PER_CPU_ALIGNED(struct hr_route, hr_route);

void hr_evicted_slow(enum headroom_page_kind kind, struct folio *folio,
		     const struct inode *inode, u64 file, u64 index);
void hr_evicted_sampled(enum headroom_page_kind kind, struct hr_batch *batch,
			const struct inode *inode, u64 file, u64 index);
void hr_refaulted(u64 hash, struct folio *folio,
		  const struct hr_nonresident *page);
void hr_refaulted_anew(u64 hash, struct folio *folio,
		       const struct hr_route *route, u32 when, u64 clocks);
void hr_refaulted_more(const struct hr_route *route, u64 hash);
void hr_refault_forget(void);

/* folio_test_large(), but for an instruction */
static __always_inline bool hr_folio_large(const struct folio *folio)
{
	/* This flag of a folio that is locked stays as it is */
	return data_race(folio->flags) & BIT(PG_head);
}

/* @page of the batch has the clocks of the page in question */
static __always_inline void hr_remember(const struct hr_batch *batch,
					enum headroom_page_kind kind,
					      struct hr_page_name name)
{
	u64 hash = hr_nonresident_hash(kind, name);

	if (kind == HEADROOM_PAGE_KIND_FILE)
		hr_nonresident_insert(hash, &batch->page);
	else
		hr_nonresident_replace(hash, &batch->page);
}

/**
 * hr_evicted - reclaim takes a folio
 * @folio: the folio, still charged to its cgroup
 * @kind: what it holds
 * @name: the name of its first page
 *
 * The clocks count all pages, tracked or not. In the common case, one more page of a
 * batch, nothing is called and no register saved.
 *
 * Context: any but interrupts, under RCU; preemption off.
 */
static __always_inline void hr_evicted(struct folio *folio,
				       enum headroom_page_kind kind,
					     struct hr_page_name name)
{
	struct hr_batch *batch = this_cpu_read(hr_last_batch);

	if (unlikely(hr_folio_large(folio) ||
		     !hr_reclaim_next(batch, folio, kind)))
		goto slow;
	if (static_branch_unlikely(&hr_nonresident_sampling)) {
		if (likely(!hr_nonresident_sampled(name)))
			return;
		hr_evicted_sampled(kind, batch, name.inode, name.file, name.index);
	} else {
		batch->page.clocks += HR_TICK;
		hr_remember(batch, kind, name);
	}
	return;
slow:
	hr_evicted_slow(kind, folio, name.inode, name.file, name.index);
}

/*
 * What a clock advanced by since then. Returns false if it seems to go backwards, or
 * to have begun later: see advanced() in refault.c.
 */
static __always_inline bool hr_advanced(const atomic64_t *clock, u32 then,
					u64 *distance)
{
	u64 now = atomic64_read(clock);

	*distance = (u64)(u32)(now - then + HR_BATCH_MAX) - HR_BATCH_MAX;
	return *distance <= now;
}

/* The time away, in units of 2^HR_AGE_SHIFT ns. Longer than 52 days seem less. */
static __always_inline u32 hr_age(u32 when)
{
	return (u64)(hr_reclaim_now() - when) * TICK_NSEC >> HR_AGE_SHIFT;
}

/**
 * hr_route_fits - whether a refault is like the last one on this CPU
 * @route: where that one was booked
 * @folio: the folio that the page came back in
 * @page: what is remembered of the page
 *
 * Context: process, under RCU; preemption off.
 */
static __always_inline bool
hr_route_fits(const struct hr_route *route, const struct folio *folio,
	      const struct hr_nonresident *page)
{
	return route->memcg_data == READ_ONCE(folio->memcg_data) &&
	       route->keys == READ_ONCE(page->keys) && route->why == READ_ONCE(page->why) &&
	       route->blame_generation == READ_ONCE(route->victim->blame.generation);
}

/**
 * hr_refaulted_again - book a refault that is like the last one on this CPU
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
hr_refaulted_again(const struct hr_route *route, struct folio *folio,
		   u64 hash, u32 when, u64 clocks)
{
	const atomic64_t *clock = &route->victim->local.counter[HR_EVICTIONS];
	u64 distance, target_distance, weight = hr_nonresident_table.weight;
	unsigned int bucket;

	if (unlikely(!hr_advanced(clock, clocks, &distance) ||
		     !hr_advanced(route->target_clock, clocks >> 32,
					&target_distance))) {
		hr_refaulted_anew(hash, folio, route, when, clocks);
		return;
	}
	atomic64_add(weight, route->refaults);
	bucket = hr_hist_index32(distance);
	atomic64_add(weight, &route->distance->bucket[bucket]);
	if (target_distance != distance)
		bucket = hr_hist_index32(target_distance);
	atomic64_add(weight, &route->target_distance->bucket[bucket]);
	atomic64_add(weight, &route->age->bucket[hr_hist_index32(hr_age(when))]);
	atomic64_add(weight, route->blamed);
	/* The target is above the victim, or the victim itself */
	hr_rollup_mark(route->victim);
	if (unlikely(route->more))
		hr_refaulted_more(route, hash);
	hr_trigger_touch(route->reader);
}

#endif /* _HEADROOM_REFAULT_H */
