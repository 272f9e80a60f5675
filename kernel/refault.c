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
#include <linux/preempt.h>

#include "changes.h"
#include "refault.h"
#include "trigger.h"

/* No folio on an LRU list has this in its memcg_data */
#define NO_MEMCG	1UL

DEFINE_PER_CPU_ALIGNED(struct headroom_route, headroom_route) = {
	.memcg_data = NO_MEMCG,
};

/* Sampling needs to know how large the sample was; without it all is known */
static void remember_sampled(struct headroom_batch *batch, enum headroom_page_kind kind,
			     struct headroom_page_name name)
{
	unsigned int group;

	if (!headroom_nonresident_sampled(name))
		return;
	if (headroom_nonresident_shift()) {
		group = headroom_nonresident_group(headroom_nonresident_hash(kind, name));
		atomic64_inc(&batch->victim->local.group[group].evictions);
	}
	headroom_remember(batch, kind, name);
}

/**
 * headroom_evicted_slow - as headroom_evicted()
 * @kind: what it holds
 * @folio: the folio, still charged to its cgroup
 * @inode: in the name of its first page
 * @file: the same
 * @index: the same
 *
 * A large folio, one that begins a batch, or one that only looks like an eviction:
 * drop_caches and fadvise() freeze pages as well. Inside of reclaim, as far as it is
 * known, all frozen pages are evicted.
 *
 * Context: any but interrupts, under RCU; preemption off.
 */
noinline void headroom_evicted_slow(enum headroom_page_kind kind, struct folio *folio,
				    const struct inode *inode, u64 file, u64 index)
{
	struct headroom_page_name name = { .inode = inode, .file = file, .index = index };
	unsigned long nr = folio_nr_pages(folio);
	struct headroom_batch *batch;

	if (!(current->flags & PF_MEMALLOC))
		return;
	batch = headroom_reclaim_evict(folio, kind, nr);
	batch->page.clocks -= nr * HEADROOM_TICK;
	for (; nr; nr--, name.index++) {
		batch->page.clocks += HEADROOM_TICK;
		remember_sampled(batch, kind, name);
	}
}

/**
 * headroom_evicted_sampled - as headroom_evicted(), when it is known to be sampled
 * @kind: what it holds
 * @batch: the batch that counts it
 * @inode: in its name
 * @file: the same
 * @index: the same
 *
 * Context: any but interrupts, under RCU; preemption off.
 */
noinline void headroom_evicted_sampled(enum headroom_page_kind kind,
				       struct headroom_batch *batch,
				       const struct inode *inode, u64 file, u64 index)
{
	struct headroom_page_name name = { .inode = inode, .file = file, .index = index };

	headroom_reclaim_sync(batch);
	remember_sampled(batch, kind, name);
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
static void book_distance(struct headroom_cgroup *loser, struct headroom_cgroup *target,
			  u64 weight, const struct headroom_nonresident *page)
{
	u32 distance;

	if (!advanced(&loser->local.counter[HEADROOM_EVICTIONS], page->clock,
		      &distance)) {
		headroom_lose(distance_unknown, weight);
		return;
	}
	headroom_count_distance(&loser->local.distance, distance, weight);
	headroom_count_age(&loser->local, headroom_age(page->when), weight);
	headroom_changed(loser);
	if (!target || !advanced(&target->target.evictions, page->target_clock,
				 &distance))
		return;
	headroom_count_distance(&target->target.distance, distance, weight);
	headroom_changed(target);
}

/*
 * Keeps the way for pages like this one: if it ends in histograms, those of a target,
 * too, and if the reader has a record of its own, so that the address of its memory
 * cgroup stays what it is.
 */
static void keep_route(struct folio *folio, struct headroom_route *new,
		       const struct headroom_cgroup *target)
{
	struct headroom_route *route = this_cpu_ptr(&headroom_route);

	/* An interrupt may come in the middle of this, and is not in the middle of it */
	if (!in_task() || !target || new->reader->memcg != folio_memcg(folio))
		return;
	new->distance = READ_ONCE(new->loser->local.distance);
	new->age = READ_ONCE(new->loser->local.age);
	new->target_distance = READ_ONCE(target->target.distance);
	if (!new->distance || !new->age || !new->target_distance)
		return;
	new->target_clock = &target->target.evictions;
	new->memcg_data = READ_ONCE(folio->memcg_data);
	*route = *new;
	/* Either this sees that one died, or headroom_refault_forget() comes later */
	smp_mb();
	if (READ_ONCE(new->reader->dead) || READ_ONCE(new->loser->dead) ||
	    READ_ONCE(target->dead))
		WRITE_ONCE(route->memcg_data, NO_MEMCG);
}

/* What is the reader's; it stands in the route where that is */
static void book_reader(struct headroom_route *route, struct headroom_cgroup *reader,
			u64 hash, const struct headroom_nonresident *page)
{
	route->reader = reader;
	route->keys = page->keys;
	route->why = page->why;
	route->refaults =
		&reader->local.pages[headroom_pages_index(page->kind, page->reason)].refaults;
	atomic64_add(headroom_nonresident_table.weight, route->refaults);
	if (!page->owner)
		route->loser = reader;
	else
		route->loser = headroom_cgroup_by_key(page->owner);
	route->more = route->loser != reader || headroom_nonresident_shift();
	if (route->more)
		headroom_refaulted_more(route, hash);
	headroom_changed(reader);
	headroom_trigger_touch(reader);
}

static void book(struct folio *folio, u64 hash, const struct headroom_nonresident *page)
{
	u64 weight = headroom_nonresident_table.weight;
	struct headroom_cgroup *target;
	struct headroom_route route;

	book_reader(&route, headroom_cgroup_of(folio_memcg(folio)), hash, page);
	if (!page->owner)
		return;
	if (!route.loser) {
		headroom_lose(distance_unknown, weight);
		return;
	}
	target = headroom_reclaim_target(route.loser, page->reason, page->up);
	book_distance(route.loser, target, weight, page);
	route.blamed = headroom_blame_refault(&headroom_cgroup_alive(route.loser)->blame,
					      headroom_cgroup_by_key(page->evictor),
					      page->reason, weight,
					      &route.blame_generation);
	keep_route(folio, &route, target);
}

/**
 * headroom_refaulted - a page that was evicted has come back
 * @hash: its hash, which must be sampled
 * @folio: the folio that it came back in, charged to its reader
 * @page: what was remembered of it; an owner of 0 says that nothing was
 *
 * Context: any, under RCU; preemption off.
 */
void headroom_refaulted(u64 hash, struct folio *folio,
			const struct headroom_nonresident *page)
{
	const struct headroom_route *route = this_cpu_ptr(&headroom_route);

	if (in_task() && headroom_route_fits(route, folio, page))
		headroom_refaulted_again(route, folio, hash, page->when, page->clocks);
	else
		book(folio, hash, page);
}

/**
 * headroom_refaulted_anew - book a refault whose clocks say something unusual
 * @hash: the page's hash
 * @folio: the folio that the page came back in
 * @route: where the last one on this CPU was booked, which it is like
 * @when: what was remembered of the page
 * @clocks: the same
 *
 * Context: process, under RCU; preemption off.
 */
void headroom_refaulted_anew(u64 hash, struct folio *folio,
			     const struct headroom_route *route, u32 when, u64 clocks)
{
	const struct headroom_nonresident page = {
		.keys = route->keys, .when = when, .why = route->why, .clocks = clocks,
	};

	book(folio, hash, &page);
}

/**
 * headroom_refaulted_more - count that it was somebody else's page, or sampled
 * @route: where the refault is booked
 * @hash: the page's hash
 *
 * Context: any, under RCU.
 */
void headroom_refaulted_more(const struct headroom_route *route, u64 hash)
{
	struct headroom_stats *stats = &route->reader->local;

	if (route->loser != route->reader)
		headroom_count(stats, HEADROOM_REFAULTS_SHARED,
			       headroom_nonresident_table.weight);
	if (headroom_nonresident_shift())
		atomic64_inc(&stats->group[headroom_nonresident_group(hash)].refaults);
	headroom_changed(route->reader);
}

/**
 * headroom_refault_forget - find the ways of refaults anew, since records have died
 *
 * From a grace period later on, none leads to a record that is dead.
 *
 * Context: process; @dead was set in those records.
 */
void headroom_refault_forget(void)
{
	int cpu;

	/* Pairs with the barrier in keep_route() */
	smp_mb();
	for_each_possible_cpu(cpu)
		WRITE_ONCE(per_cpu(headroom_route, cpu).memcg_data, NO_MEMCG);
}
