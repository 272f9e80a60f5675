/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Charge evictions and refaults to cgroups
 */
#ifndef _HEADROOM_REFAULT_H
#define _HEADROOM_REFAULT_H

#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/types.h>
#include <uapi/linux/headroom.h>

#include "attention.h"
#include "cgroup.h"
#include "hist.h"
#include "nonresident.h"
#include "reclaim.h"
#include "rollup.h"

/**
 * struct hr_route - the counters that a refault is charged to
 * @owner: address of the reader's memory cgroup
 * @keys: victim and evictor of the page
 * @why: its kind, origin, reason and levels up to the target
 * @blame_generation: that of @victim's list of evictors
 * @more: reader and victim differ, pages are sampled, or the evictor is outside the victim:
 *	call hr_refaulted_more()
 * @reader: the cgroup that reads the page back
 * @victim: the cgroup that it was evicted from
 * @target_clock: eviction clock of the target
 * @refaults: counter of @reader
 * @blamed: counter of an evictor in @victim's list
 * @outside: counter of @victim by origin; NULL if the evictor is not outside it
 * @distance: @victim's histogram of distances
 * @age: @victim's histogram of ages
 * @target_distance: the target's histogram of distances
 *
 * Consecutive refaults on a CPU mostly agree in the first three members. The rest is the
 * result of the lookups for the last refault. It is valid while none of the records is
 * dead and @blame_generation is current.
 */
struct hr_route {
	unsigned long owner;
	u64 keys;
	u32 why;
	u32 blame_generation;
	bool more;
	struct hr_cgroup *reader;
	struct hr_cgroup *victim;
	const atomic64_t *target_clock;
	atomic64_t *refaults;
	atomic64_t *blamed;
	atomic64_t *outside;
	struct hr_hist *distance;
	struct hr_hist *age;
	struct hr_hist *target_distance;
};

DECLARE_PER_CPU_ALIGNED(struct hr_route, hr_route);

void hr_remember_slow(struct hr_batch *batch, enum headroom_page_kind kind, u64 hash);
void hr_evicted_slow(enum headroom_page_kind kind, struct folio *folio,
		     const struct inode *inode, u64 file, u64 index);
void hr_evicted_sampled(enum headroom_page_kind kind, struct hr_batch *batch,
			const struct inode *inode, u64 file, u64 index);
void hr_refaulted(u64 hash, struct folio *folio,
		  const struct hr_nonresident *page);
void hr_refaulted_block(u64 hash, struct folio *folio,
			const struct hr_nonresident *page, unsigned int nr);
void hr_refaulted_slow(u64 hash, struct folio *folio, const struct hr_route *route,
		       u32 when, u64 clocks, unsigned int nr);
void hr_refaulted_more(const struct hr_route *route, u64 hash, unsigned int nr);
void hr_refault_forget(void);

/* folio_test_large() with one instruction less */
static __always_inline bool hr_folio_large(const struct folio *folio)
{
	/* The flag does not change while the folio is locked */
	return data_race(hr_folio_flags(folio)) & BIT(PG_head);
}

/* Remember a page. The caller has set the clocks in @batch->page. */
static __always_inline void hr_remember(struct hr_batch *batch,
					enum headroom_page_kind kind,
					struct hr_page_name name)
{
	u64 hash = hr_nonresident_hash(kind, name);

	if (kind == HEADROOM_PAGE_KIND_FILE)
		hash = hr_nonresident_tell_apart(hash, name.inode);
	if (kind == HEADROOM_PAGE_KIND_FILE && likely(hr_nonresident_insert(hash, &batch->page)))
		batch->remembered++;
	else
		hr_remember_slow(batch, kind, hash);
}

/**
 * hr_evicted - charge a folio that reclaim takes, and remember its pages
 * @folio: the folio, still charged to its cgroup
 * @kind: what it holds
 * @name: the name of its first page
 *
 * The clocks count all pages, tracked or not. In the common case, one more page of a
 * batch, this calls no function and saves no register.
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
 * Compute how far a clock has advanced since @then. Returns false if it seems to have gone
 * backwards or to have begun later: see advanced() in refault.c.
 */
static __always_inline bool hr_advanced(const atomic64_t *clock, u32 then,
					u64 *distance)
{
	u64 now = atomic64_read(clock);

	*distance = (u64)(u32)(now - then + HR_BATCH_MAX) - HR_BATCH_MAX;
	return *distance <= now;
}

/* The time since an eviction, in units of 2^HR_AGE_SHIFT ns. Wraps after 52 days. */
static __always_inline u32 hr_age(u32 when)
{
	return (u64)(hr_reclaim_now() - when) * TICK_NSEC >> HR_AGE_SHIFT;
}

/**
 * hr_route_fits - whether a refault goes to the same counters as the last one on this CPU
 * @route: route of the last one
 * @folio: the folio that the page came back in
 * @page: what the nonresident table has of the page
 *
 * Context: process, under RCU; preemption off.
 */
static __always_inline bool
hr_route_fits(const struct hr_route *route, const struct folio *folio,
	      const struct hr_nonresident *page)
{
	/*
	 * The generation pairs with WRITE_ONCE() in slot_assign() of blame.c. The page races
	 * with hr_nonresident_fill(): the caller checks its tag afterwards. The route races with
	 * hr_refault_forget(), which then waits for this probe. The folio stays charged, if
	 * only to the parent once its cgroup is removed.
	 */
	return data_race(route->owner) == hr_folio_owner(folio) &&
	       route->keys == READ_ONCE(page->keys) && route->why == READ_ONCE(page->why) &&
	       route->blame_generation == READ_ONCE(route->victim->blame.generation);
}

/**
 * hr_refaulted_again - charge refaults to the same counters as the last one on this CPU
 * @route: route of the last one
 * @folio: the folio that the pages came back in
 * @hash: the page's hash
 * @when: time of the eviction, see struct hr_nonresident
 * @clocks: clocks at the eviction, see struct hr_nonresident
 * @nr: pages: one, or those of a block
 *
 * Writes five words, which CPUs share if they have the same reader or victim.
 *
 * Context: process, under RCU; preemption off.
 */
static __always_inline void
hr_refaulted_again(const struct hr_route *route, struct folio *folio,
		   u64 hash, u32 when, u64 clocks, unsigned int nr)
{
	const atomic64_t *clock = &route->victim->local.counter[HR_EVICTIONS];
	u64 distance, target_distance, weight = hr_nonresident_table.weight * (u64)nr;
	unsigned int bucket;

	if (unlikely(!hr_advanced(clock, clocks, &distance) ||
		     !hr_advanced(route->target_clock, clocks >> 32, &target_distance))) {
		hr_refaulted_slow(hash, folio, route, when, clocks, nr);
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
	hr_rollup_mark(&route->victim->rollup);
	if (unlikely(route->more))
		hr_refaulted_more(route, hash, nr);
	hr_attention_touch(&route->reader->attention);
}

#endif /* _HEADROOM_REFAULT_H */
