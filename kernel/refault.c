// SPDX-License-Identifier: GPL-2.0
/*
 * Charge evictions and refaults to cgroups
 *
 * A probe reports what happened to which page. An eviction is
 *
 *	- added to a batch, see reclaim.c. The batch advances the clocks of the victim, the
 *	  cgroup that the page was charged to, and of the target of reclaim; it counts the
 *	  eviction by kind and by reason, and charges it to the evictor,
 *	- remembered in the nonresident table.
 *
 * A refault is charged to the reader, which waited for it, by kind and by the reason of
 * the eviction. Its distance, its age, its evictor and its origin are recorded with the
 * victim: with that much more memory the page would not have been evicted. Reader and
 * victim are mostly the same cgroup; if they differ, the refault is a shared one.
 */
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/preempt.h>

#include "blame.h"
#include "dropped.h"
#include "refault.h"

/* No memory cgroup has this address */
#define NO_MEMCG	1UL

DEFINE_PER_CPU_ALIGNED(struct hr_route, hr_route) = {
	.owner = NO_MEMCG,
};

/*
 * Compute how far a clock has advanced since a page was evicted: by 0 if the page is of a
 * batch that is not counted yet. Returns false if it cannot be the same clock: keys repeat
 * after 65536 births, and a younger cgroup may not have evicted so many pages.
 */
static bool advanced(atomic64_t *clock, u32 then, u32 *distance)
{
	u64 now = atomic64_read(clock);

	*distance = now - then;
	if (-*distance <= HR_BATCH_MAX)
		*distance = 0;
	return *distance <= now;
}

/* Distance and age are recorded for one forgotten page in this many */
#define FORGOTTEN_SAMPLE	16

/* Record distance and age of pages that the table forgot */
static void record_forgotten(struct hr_cgroup *victim, const struct hr_nonresident *page, u64 nr)
{
	u64 weight = nr * hr_nonresident_table.weight;
	u32 distance;

	if (!advanced(&victim->local.counter[HR_EVICTIONS], page->clock, &distance))
		return;
	hr_count_distance(&victim->local.forgotten_distance, distance, weight);
	hr_count_age(&victim->local.forgotten_age, hr_age(page->when), weight);
	hr_rollup_mark(&victim->rollup);
}

/*
 * Count an entry that the table forgot for one of @batch. A full table forgets one for each
 * insertion, mostly of the same cgroup: the batch counts these. Pages of removed cgroups are not
 * counted. A block stands for a sample of its pages.
 */
static void count_forgotten(struct hr_batch *batch, const struct hr_forgotten *forgotten)
{
	const struct hr_nonresident *page = &forgotten->page;
	bool other = page->victim != batch->page.victim;
	bool sampled = forgotten->block || page->clock % FORGOTTEN_SAMPLE == 0;
	struct hr_cgroup *victim;

	if (!other)
		batch->forgotten += forgotten->pages;
	if (!other && !sampled)
		return;
	victim = hr_cgroup_by_key(page->victim);
	if (!victim)
		return;
	if (other) {
		batch->displaced += forgotten->pages;
		hr_count(&victim->local, HR_FORGOTTEN,
			 forgotten->pages * hr_nonresident_table.weight);
		hr_rollup_mark(&victim->rollup);
	}
	if (sampled)
		record_forgotten(victim, page,
				 forgotten->block ? forgotten->pages : FORGOTTEN_SAMPLE);
}

/**
 * hr_remember_slow - remember a page whose bucket is full, or that may have an entry
 * @batch: its batch
 * @kind: what it holds
 * @hash: its hash, which must be sampled
 *
 * Context: any but interrupts, under RCU; preemption off.
 */
noinline void hr_remember_slow(struct hr_batch *batch, enum headroom_page_kind kind, u64 hash)
{
	struct hr_forgotten forgotten;
	bool remembered;

	if (kind == HEADROOM_PAGE_KIND_FILE)
		remembered = hr_nonresident_insert_slow(hash, &batch->page, &forgotten);
	else
		remembered = hr_nonresident_replace(hash, &batch->page, &forgotten);
	batch->remembered += remembered;
	if (forgotten.pages)
		count_forgotten(batch, &forgotten);
}

/* Remember a large folio by its blocks. The clocks in @batch->page are those before it. */
static void remember_blocks(struct hr_batch *batch, enum headroom_page_kind kind,
			    struct hr_page_name name, unsigned long nr)
{
	u64 hash = hr_nonresident_hash(kind, name), apart = 0;
	struct hr_forgotten forgotten;

	if (kind == HEADROOM_PAGE_KIND_FILE) {
		apart = hash ^ hr_nonresident_tell_apart(hash, name.inode);
		hr_nonresident_expect_blocks();
	}
	hash = hr_nonresident_block_hash(hash, name.index);
	for (; nr; nr -= HR_BLOCK_PAGES, hash += hr_nonresident_table.key.hash_index) {
		batch->page.clocks += HR_BLOCK_PAGES * HR_TICK;
		if (hr_nonresident_replace_block(hash ^ apart, &batch->page, &forgotten)) {
			batch->remembered++;
			batch->blocks++;
		}
		if (forgotten.pages)
			count_forgotten(batch, &forgotten);
	}
}

/* Whether a folio is remembered by blocks: file systems and swap align large ones */
static bool has_blocks(struct hr_page_name name, unsigned long nr)
{
	return nr >= HR_BLOCK_PAGES && !((name.index | nr) % HR_BLOCK_PAGES) &&
	       !static_branch_unlikely(&hr_nonresident_sampling);
}

/* With sampling, the evictions in each group show how large the sample is */
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
 * hr_evicted_slow - hr_evicted() for a folio that is not one more page of a batch
 * @kind: what it holds
 * @folio: the folio, still charged to its cgroup
 * @inode: part of the name of its first page
 * @file: part of the name
 * @index: part of the name
 *
 * The folio is large, begins a batch, or is not evicted at all: drop_caches and fadvise()
 * freeze pages, too. Within known reclaim, every frozen page is evicted.
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
	if (has_blocks(name, nr)) {
		remember_blocks(batch, kind, name, nr);
		return;
	}
	for (; nr; nr--, name.index++) {
		batch->page.clocks += HR_TICK;
		remember_sampled(batch, kind, name);
	}
}

/**
 * hr_evicted_sampled - hr_evicted() for a page that is sampled
 * @kind: what it holds
 * @batch: the batch that counts it
 * @inode: part of its name
 * @file: part of its name
 * @index: part of its name
 *
 * Context: any but interrupts, under RCU; preemption off.
 */
noinline void hr_evicted_sampled(enum headroom_page_kind kind, struct hr_batch *batch,
				 const struct inode *inode, u64 file, u64 index)
{
	struct hr_page_name name = { .inode = inode, .file = file, .index = index };

	hr_reclaim_sync(batch);
	remember_sampled(batch, kind, name);
}

/* Record distance and age of refaults */
static void charge_distance(struct hr_cgroup *victim, struct hr_cgroup *target,
			    u64 weight, const struct hr_nonresident *page)
{
	u32 distance;

	if (!advanced(&victim->local.counter[HR_EVICTIONS], page->clock,
		      &distance)) {
		hr_drop(distance_unknown, weight);
		return;
	}
	hr_count_distance(&victim->local.distance, distance, weight);
	hr_count_age(&victim->local.age, hr_age(page->when), weight);
	hr_rollup_mark(&victim->rollup);
	if (!target || !advanced(&target->target.evictions, page->target_clock,
				 &distance))
		return;
	hr_count_distance(&target->target.distance, distance, weight);
	hr_rollup_mark(&target->rollup);
}

/*
 * Keep the route for the next refault, if it has all three histograms and the reader has a
 * record of its own, which keeps the address of the memory cgroup from being reused
 */
static void keep_route(struct folio *folio, struct hr_route *new,
		       const struct hr_cgroup *target)
{
	struct hr_route *route = this_cpu_ptr(&hr_route);

	/* An interrupt may come while a task writes the route, so it leaves the route alone */
	if (!in_task() || !target || new->reader->memcg != hr_folio_memcg(folio))
		return;
	/* Pairs with the release in adopt() of hist_alloc.c */
	new->distance = READ_ONCE(new->victim->local.distance);
	new->age = READ_ONCE(new->victim->local.age);
	new->target_distance = READ_ONCE(target->target.distance);
	if (!new->distance || !new->age || !new->target_distance)
		return;
	new->target_clock = &target->target.evictions;
	/* Not that of the folio, which may have moved to the parent since */
	new->owner = (unsigned long)new->reader->memcg;
	*route = *new;
	/*
	 * Pairs with smp_mb() in hr_refault_forget(): either this sees that a record died, or
	 * hr_refault_forget() clears the route that was just written
	 */
	smp_mb();
	if (READ_ONCE(new->reader->dead) || READ_ONCE(new->victim->dead) ||
	    READ_ONCE(target->dead))
		WRITE_ONCE(route->owner, NO_MEMCG);
}

/* Charge the reader, and fill its part of the route */
static void charge_reader(struct hr_route *route, struct hr_cgroup *reader, u64 hash,
			  const struct hr_nonresident *page, unsigned int nr)
{
	struct hr_page_stats *outside;

	route->reader = reader;
	route->keys = page->keys;
	route->why = page->why;
	route->refaults =
		&reader->local.pages[hr_pages_index(page->kind, page->reason)].refaults;
	atomic64_add(hr_nonresident_table.weight * (u64)nr, route->refaults);
	route->victim = page->victim ? hr_cgroup_by_key(page->victim) : reader;
	outside = page->victim && route->victim ?
		  hr_cgroup_outside(route->victim, page->origin) : NULL;
	route->outside = outside ? &outside->refaults : NULL;
	route->more = route->victim != reader || hr_nonresident_shift() || outside;
	if (route->more)
		hr_refaulted_more(route, hash, nr);
	hr_rollup_mark(&reader->rollup);
	hr_attention_touch(&reader->attention);
}

static void charge(struct folio *folio, u64 hash, const struct hr_nonresident *page,
		   unsigned int nr)
{
	u64 weight = hr_nonresident_table.weight * (u64)nr;
	struct hr_cgroup *target;
	struct hr_route route;

	charge_reader(&route, hr_cgroup_of(hr_folio_memcg(folio)), hash, page, nr);
	if (!page->victim)
		return;
	if (!route.victim) {
		hr_drop(distance_unknown, weight);
		return;
	}
	target = hr_reclaim_target(route.victim, page->reason, page->up);
	charge_distance(route.victim, target, weight, page);
	route.blamed = hr_blame_refault(&hr_cgroup_alive(route.victim)->blame,
					hr_cgroup_by_key(page->evictor),
					page->reason, weight,
					&route.blame_generation);
	keep_route(folio, &route, target);
}

/**
 * hr_refaulted - charge an evicted page that has come back
 * @hash: its hash, which must be sampled
 * @folio: the folio that it came back in, charged to its reader
 * @page: what the nonresident table remembered of it; victim 0 if nothing
 *
 * Context: any, under RCU; preemption off.
 */
void hr_refaulted(u64 hash, struct folio *folio,
		  const struct hr_nonresident *page)
{
	const struct hr_route *route = this_cpu_ptr(&hr_route);

	if (in_task() && hr_route_fits(route, folio, page))
		hr_refaulted_again(route, folio, hash, page->when, page->clocks, 1);
	else
		charge(folio, hash, page, 1);
}

/**
 * hr_refaulted_block - charge evicted pages of a block that have come back
 * @hash: hash of one of them
 * @folio: as for hr_refaulted()
 * @page: as for hr_refaulted()
 * @nr: pages; they share distance and age
 *
 * Context: any, under RCU; preemption off.
 */
void hr_refaulted_block(u64 hash, struct folio *folio,
			const struct hr_nonresident *page, unsigned int nr)
{
	const struct hr_route *route = this_cpu_ptr(&hr_route);

	if (in_task() && hr_route_fits(route, folio, page))
		hr_refaulted_again(route, folio, hash, page->when, page->clocks, nr);
	else
		charge(folio, hash, page, nr);
}

/**
 * hr_refaulted_slow - charge refaults that fit the route except for their clocks
 * @hash: the page's hash
 * @folio: the folio that the page came back in
 * @route: route of the last refault on this CPU
 * @when: time of the eviction, see struct hr_nonresident
 * @clocks: clocks at the eviction, see struct hr_nonresident
 * @nr: pages: one, or those of a block
 *
 * Context: process, under RCU; preemption off.
 */
void hr_refaulted_slow(u64 hash, struct folio *folio, const struct hr_route *route,
		       u32 when, u64 clocks, unsigned int nr)
{
	const struct hr_nonresident page = {
		.keys = route->keys, .when = when, .why = route->why, .clocks = clocks,
	};

	charge(folio, hash, &page, nr);
}

/**
 * hr_refaulted_more - count refaults as shared, in their group of samples, or by origin
 * @route: route of the refaults
 * @hash: the page's hash
 * @nr: pages: one, or those of a block
 *
 * Context: any, under RCU.
 */
void hr_refaulted_more(const struct hr_route *route, u64 hash, unsigned int nr)
{
	u64 weight = hr_nonresident_table.weight * (u64)nr;
	struct hr_stats *stats = &route->reader->local;

	if (route->victim != route->reader)
		hr_count(stats, HR_REFAULTS_SHARED, weight);
	if (hr_nonresident_shift())
		atomic64_add(nr, &stats->group[hr_nonresident_group(hash)].refaults);
	hr_rollup_mark(&route->reader->rollup);
	if (!route->outside)
		return;
	atomic64_add(weight, route->outside);
	hr_rollup_mark(&route->victim->rollup);
}

/**
 * hr_refault_forget - clear the route of each CPU after records have died
 *
 * After a grace period no route leads to a dead record.
 *
 * Context: process; @dead is set in those records.
 */
void hr_refault_forget(void)
{
	int cpu;

	/* Pairs with smp_mb() in keep_route() */
	smp_mb();
	for_each_possible_cpu(cpu)
		WRITE_ONCE(per_cpu(hr_route, cpu).owner, NO_MEMCG);
}
