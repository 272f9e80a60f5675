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
 * evicted it is the victim's: with so much more memory, it would not have lost the
 * page. Mostly the two are the same; if not, the refault is a shared one.
 */
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/preempt.h>

#include "rollup.h"
#include "refault.h"
#include "trigger.h"

/* No folio on an LRU list has this in its memcg_data */
#define NO_MEMCG	1UL

DEFINE_PER_CPU_ALIGNED(struct hr_route, hr_route) = {
	.memcg_data = NO_MEMCG,
};

/* Sampling needs to know how large the sample was; without it all is known */
static void remember_sampled(struct hr_batch *batch, enum headroom_page_kind kind,
			     struct hr_page_name name)
{
	unsigned int group;

	if (!hr_nonresident_sampled(name))
		return;
	if (hr_nonresident_shift()) {
		group = hr_nonresident_group(hr_nonresident_hash(kind, name));
		atomic64_inc(&batch->victim->local.group[group].evictions);
	}
	hr_remember(batch, kind, name);
}

/**
 * hr_evicted_slow - as hr_evicted()
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
noinline void hr_evicted_slow(enum headroom_page_kind kind, struct folio *folio,
				    const struct inode *inode, u64 file, u64 index)
{
	struct hr_page_name name = { .inode = inode, .file = file, .index = index };
	unsigned long nr = folio_nr_pages(folio);
	struct hr_batch *batch;

	if (!(current->flags & PF_MEMALLOC))
		return;
	batch = hr_reclaim_evict(folio, kind, nr);
	batch->page.clocks -= nr * HR_TICK;
	for (; nr; nr--, name.index++) {
		batch->page.clocks += HR_TICK;
		remember_sampled(batch, kind, name);
	}
}

/**
 * hr_evicted_sampled - as hr_evicted(), when it is known to be sampled
 * @kind: what it holds
 * @batch: the batch that counts it
 * @inode: in its name
 * @file: the same
 * @index: the same
 *
 * Context: any but interrupts, under RCU; preemption off.
 */
noinline void hr_evicted_sampled(enum headroom_page_kind kind,
				       struct hr_batch *batch,
				       const struct inode *inode, u64 file, u64 index)
{
	struct hr_page_name name = { .inode = inode, .file = file, .index = index };

	hr_reclaim_sync(batch);
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
	if (-*distance <= HR_BATCH_MAX)
		*distance = 0;
	return *distance <= now;
}

/* What a refault says of the memory that would have saved it */
static void book_distance(struct hr_cgroup *victim, struct hr_cgroup *target,
			  u64 weight, const struct hr_nonresident *page)
{
	u32 distance;

	if (!advanced(&victim->local.counter[HR_EVICTIONS], page->clock,
		      &distance)) {
		hr_drop(distance_unknown, weight);
		return;
	}
	hr_count_distance(&victim->local.distance, distance, weight);
	hr_count_age(&victim->local, hr_age(page->when), weight);
	hr_rollup_mark(victim);
	if (!target || !advanced(&target->target.evictions, page->target_clock,
				 &distance))
		return;
	hr_count_distance(&target->target.distance, distance, weight);
	hr_rollup_mark(target);
}

/*
 * Keeps the way for pages like this one: if it ends in histograms, those of a target,
 * too, and if the reader has a record of its own, so that the address of its memory
 * cgroup stays what it is.
 */
static void keep_route(struct folio *folio, struct hr_route *new,
		       const struct hr_cgroup *target)
{
	struct hr_route *route = this_cpu_ptr(&hr_route);

	/* An interrupt may come in the middle of this, and is not in the middle of it */
	if (!in_task() || !target || new->reader->memcg != folio_memcg(folio))
		return;
	new->distance = READ_ONCE(new->victim->local.distance);
	new->age = READ_ONCE(new->victim->local.age);
	new->target_distance = READ_ONCE(target->target.distance);
	if (!new->distance || !new->age || !new->target_distance)
		return;
	new->target_clock = &target->target.evictions;
	new->memcg_data = READ_ONCE(folio->memcg_data);
	*route = *new;
	/* Either this sees that one died, or hr_refault_forget() comes later */
	smp_mb();
	if (READ_ONCE(new->reader->dead) || READ_ONCE(new->victim->dead) ||
	    READ_ONCE(target->dead))
		WRITE_ONCE(route->memcg_data, NO_MEMCG);
}

/* What is the reader's; it stands in the route where that is */
static void book_reader(struct hr_route *route, struct hr_cgroup *reader,
			u64 hash, const struct hr_nonresident *page)
{
	route->reader = reader;
	route->keys = page->keys;
	route->why = page->why;
	route->refaults =
		&reader->local.pages[hr_pages_index(page->kind, page->reason)].refaults;
	atomic64_add(hr_nonresident_table.weight, route->refaults);
	if (!page->victim)
		route->victim = reader;
	else
		route->victim = hr_cgroup_by_key(page->victim);
	route->more = route->victim != reader || hr_nonresident_shift();
	if (route->more)
		hr_refaulted_more(route, hash);
	hr_rollup_mark(reader);
	hr_trigger_touch(reader);
}

static void book(struct folio *folio, u64 hash, const struct hr_nonresident *page)
{
	u64 weight = hr_nonresident_table.weight;
	struct hr_cgroup *target;
	struct hr_route route;

	book_reader(&route, hr_cgroup_of(folio_memcg(folio)), hash, page);
	if (!page->victim)
		return;
	if (!route.victim) {
		hr_drop(distance_unknown, weight);
		return;
	}
	target = hr_reclaim_target(route.victim, page->reason, page->up);
	book_distance(route.victim, target, weight, page);
	route.blamed = hr_blame_refault(&hr_cgroup_alive(route.victim)->blame,
					hr_cgroup_by_key(page->evictor),
					      page->reason, weight,
					      &route.blame_generation);
	keep_route(folio, &route, target);
}

/**
 * hr_refaulted - a page that was evicted has come back
 * @hash: its hash, which must be sampled
 * @folio: the folio that it came back in, charged to its reader
 * @page: what was remembered of it; an victim of 0 says that nothing was
 *
 * Context: any, under RCU; preemption off.
 */
void hr_refaulted(u64 hash, struct folio *folio,
		  const struct hr_nonresident *page)
{
	const struct hr_route *route = this_cpu_ptr(&hr_route);

	if (in_task() && hr_route_fits(route, folio, page))
		hr_refaulted_again(route, folio, hash, page->when, page->clocks);
	else
		book(folio, hash, page);
}

/**
 * hr_refaulted_anew - book a refault whose clocks say something unusual
 * @hash: the page's hash
 * @folio: the folio that the page came back in
 * @route: where the last one on this CPU was booked, which it is like
 * @when: what was remembered of the page
 * @clocks: the same
 *
 * Context: process, under RCU; preemption off.
 */
void hr_refaulted_anew(u64 hash, struct folio *folio,
		       const struct hr_route *route, u32 when, u64 clocks)
{
	const struct hr_nonresident page = {
		.keys = route->keys, .when = when, .why = route->why, .clocks = clocks,
	};

	book(folio, hash, &page);
}

/**
 * hr_refaulted_more - count that it was somebody else's page, or sampled
 * @route: where the refault is booked
 * @hash: the page's hash
 *
 * Context: any, under RCU.
 */
void hr_refaulted_more(const struct hr_route *route, u64 hash)
{
	struct hr_stats *stats = &route->reader->local;

	if (route->victim != route->reader)
		hr_count(stats, HR_REFAULTS_SHARED,
			 hr_nonresident_table.weight);
	if (hr_nonresident_shift())
		atomic64_inc(&stats->group[hr_nonresident_group(hash)].refaults);
	hr_rollup_mark(route->reader);
}

/**
 * hr_refault_forget - find the ways of refaults anew, since records have died
 *
 * From a grace period later on, none leads to a record that is dead.
 *
 * Context: process; @dead was set in those records.
 */
void hr_refault_forget(void)
{
	int cpu;

	/* Pairs with the barrier in keep_route() */
	smp_mb();
	for_each_possible_cpu(cpu)
		WRITE_ONCE(per_cpu(hr_route, cpu).memcg_data, NO_MEMCG);
}
