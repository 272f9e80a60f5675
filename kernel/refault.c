// SPDX-License-Identifier: GPL-2.0
/*
 * Evictions and refaults: to whom they are booked
 *
 * A probe says what happened to which page. An eviction
 *
 *	- is one more of a batch, see reclaim.c; which ticks the clocks of the cgroup
 *	  that the page was charged to, and of the reclaim's target, counts it by kind
 *	  and by reason, and puts it on the evictor's account,
 *	- is remembered in the nonresident table.
 *
 * A refault is its reader's, who waited for it: it is counted there by kind and by
 * the reason of the eviction. How far away the page was, for how long, and who had
 * evicted it is the loser's: with so much more memory, it would not have lost the
 * page. Mostly the two are the same; if not, the refault is a shared one.
 */
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/timekeeping.h>

#include "changes.h"
#include "reclaim.h"
#include "refault.h"
#include "registry.h"
#include "trigger.h"

static u32 age_now(void)
{
	return ktime_get_mono_fast_ns() >> HEADROOM_AGE_SHIFT;
}

static struct headroom_page_stats *group_of(struct headroom_cgroup *cg, u64 hash)
{
	return &cg->local.group[headroom_nonresident_group(hash)];
}

/*
 * @page of the batch has the clocks of the page in question. Sampling needs to know
 * how large the sample was; without it all is known.
 */
static __always_inline void remember(struct headroom_batch *batch,
				     enum headroom_page_kind kind, u64 file, u64 index)
{
	u64 hash = headroom_nonresident_hash(file, index);

	if (!headroom_nonresident_sampled(hash))
		return;
	if (unlikely(headroom_nonresident_shift()))
		atomic64_inc(&group_of(batch->victim, hash)->evictions);
	if (kind == HEADROOM_PAGE_KIND_FILE)
		headroom_nonresident_insert(hash, &batch->page);
	else
		headroom_nonresident_replace(hash, &batch->page);
}

/* A large folio, or one that begins a batch */
static noinline void evicted_slow(struct folio *folio, enum headroom_page_kind kind,
				  u64 file, u64 index)
{
	unsigned long nr = folio_nr_pages(folio);
	struct headroom_batch *batch = headroom_reclaim_evict(folio, kind, nr);
	u64 last = batch->page.clocks;

	batch->page.clocks -= nr * HEADROOM_TICK;
	while (batch->page.clocks != last) {
		batch->page.clocks += HEADROOM_TICK;
		remember(batch, kind, file, index++);
	}
}

/**
 * headroom_evicted - reclaim takes a folio
 * @folio: the folio, still charged to its cgroup
 * @kind: what it holds
 * @file: what tells its file from all others
 * @index: offset of the first page in the file, in pages
 *
 * The clocks count all pages, tracked or not. Written so that the common case, one
 * more page of a batch, calls nothing before its end, and saves no registers.
 *
 * Context: any but interrupts, under RCU; preemption off.
 */
void headroom_evicted(struct folio *folio, enum headroom_page_kind kind,
		      u64 file, u64 index)
{
	struct headroom_batch *batch = this_cpu_read(headroom_last_batch);

	if (unlikely(folio_test_large(folio) ||
		     !headroom_reclaim_fits(batch, folio, kind))) {
		evicted_slow(folio, kind, file, index);
		return;
	}
	batch->left--;
	batch->page.clocks += HEADROOM_TICK;
	remember(batch, kind, file, index);
}

/*
 * What a clock advanced by since a page was evicted. The page may be of a batch that
 * is not counted yet: then that is nothing. Returns false if the clock is not the
 * one of then: keys repeat after 65536 births, and this one has lost less.
 */
static bool advanced(atomic64_t *clock, u32 then, u32 *distance)
{
	u64 now = atomic64_read(clock);

	*distance = now - then;
	if (-*distance <= HEADROOM_BATCH_MAX)
		*distance = 0;
	return *distance <= now;
}

/* What a refault says of the memory that would have saved it */
static void book_distance(struct headroom_cgroup *loser, u64 weight,
			  const struct headroom_nonresident *page)
{
	struct headroom_cgroup *target;
	u32 distance;

	if (!loser || !advanced(&loser->local.counter[HEADROOM_EVICTIONS],
				page->clock, &distance)) {
		headroom_lose(distance_unknown, weight);
		return;
	}
	headroom_count_distance(&loser->local.distance, distance, weight);
	headroom_count_age(&loser->local, age_now() - page->when, weight);
	target = headroom_reclaim_target(loser, page->reason, page->up);
	headroom_changed(loser);
	if (!target || !advanced(&target->target.evictions, page->target_clock,
				 &distance))
		return;
	headroom_count_distance(&target->target.distance, distance, weight);
	headroom_changed(target);
}

static void book_blame(struct headroom_cgroup *loser, u64 weight,
		       const struct headroom_nonresident *page)
{
	const struct headroom_pages pages = { .refaults = weight };

	if (!loser)
		return;
	headroom_blame_add(&headroom_cgroup_alive(loser)->blame,
			   headroom_cgroup_by_key(page->evictor), page->reason,
			   &pages);
}

/**
 * headroom_refaulted - a page that was evicted has come back
 * @memcg: the cgroup that it is charged to now
 * @hash: its hash, which must be sampled
 * @page: what was remembered of it; an owner of 0 says that nothing was
 *
 * Context: any, under RCU.
 */
void headroom_refaulted(struct mem_cgroup *memcg, u64 hash,
			const struct headroom_nonresident *page)
{
	struct headroom_cgroup *reader = headroom_cgroup_of(memcg);
	u64 weight = 1ULL << headroom_nonresident_shift();
	struct headroom_cgroup *loser;

	atomic64_add(weight,
		     &reader->local.pages[page->kind - 1][page->reason - 1].refaults);
	headroom_trigger_touch(reader);
	if (headroom_nonresident_shift())
		atomic64_inc(&group_of(reader, hash)->refaults);
	if (!page->owner)
		goto out;
	loser = headroom_cgroup_by_key(page->owner);
	if (loser != reader)
		headroom_count(&reader->local, HEADROOM_REFAULTS_SHARED, weight);
	book_distance(loser, weight, page);
	book_blame(loser, weight, page);
out:
	headroom_changed(reader);
}
