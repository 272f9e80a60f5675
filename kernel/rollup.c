// SPDX-License-Identifier: GPL-2.0
/*
 * Roll up what was counted for a cgroup to its ancestors and to readers
 *
 * A host has thousands of cgroups, and most of them are idle. A program that reads them
 * at intervals should pay only for those in which something happens.
 *
 *	probe			counts, then marks the record and adds it to a list,
 *				unless it is marked already
 *	reader			takes the whole list, clears each mark, and reads the
 *				counters
 *
 * The reader adds the growth of each counter to the sums of all ancestors. So the sums of
 * a whole subtree are ready, and agree with those of its parts, as of the last collection.
 * Kinds, reasons, causes and histograms of a subtree are summed up only on request, from
 * those of the cgroups directly below, and kept until the subtree changes.
 *
 * Each record that changed, and each of its ancestors, gets a new generation, a number
 * that no other record ever had, and moves to the end of a list in order of generation.
 * The records that changed since a generation are therefore at the end of that list.
 * Generations begin with the nanoseconds since boot, so that they continue those of an
 * earlier load of the module: a reader that passes an older one misses nothing.
 *
 * The registry lock protects everything but the mark. A record in the list of marked ones
 * is alive: a grace period after a record's death no probe counts for it, and then the
 * list is emptied before the record is dropped.
 */
#include <linux/ktime.h>
#include <linux/llist.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "cgroup.h"
#include "hist_alloc.h"
#include "nonresident.h"
#include "registry_lock.h"
#include "rollup.h"

static struct {
	struct llist_head marked;	/* no lock */
	struct list_head order;		/* all records, by generation */
	u64 generation;			/* the last one assigned */
} rollup;

/**
 * hr_rollup_note - mark a record that is not marked
 * @of: the record's part; the record is alive
 *
 * Context: any, under RCU.
 */
noinline void hr_rollup_note(struct hr_rollup *of)
{
	/* Pairs with WRITE_ONCE() in hr_rollup_collect(); the first of several CPUs adds it */
	if (!xchg(&of->marked, true))
		llist_add(&of->node, &rollup.marked);
}

/* Give a record a new generation */
static void renew(struct hr_cgroup *cg)
{
	hr_registry_assert_locked();
	cg->rollup.generation = ++rollup.generation;
	/* Pairs with the release in adopt() of hist_alloc.c */
	hr_hist_bound(READ_ONCE(cg->target.distance));
	list_move_tail(&cg->rollup.order, &rollup.order);
}

/* Renew @cg and its ancestors, up to the first that was renewed after @before */
static void renew_chain(struct hr_cgroup *cg, u64 before)
{
	/* A parent that is a newborn itself, without a generation, is renewed at its birth */
	for (; cg && cg->rollup.generation && cg->rollup.generation <= before; cg = cg->parent)
		renew(cg);
}

/* Add the growth from @then, or from zero if that is NULL, to @now */
static void summary_add(struct hr_summary *to, const struct hr_summary *now,
			const struct hr_summary *then)
{
	unsigned int i;

	for (i = 0; i < HR_NR_SUMS; i++)
		to->sum[i] += now->sum[i] - (then ? then->sum[i] : 0);
	to->pages |= now->pages;
	to->stalls |= now->stalls;
}

/* Add the growth of @cg to its own sums and to those of its ancestors, except by origin */
static void collect_one(struct hr_cgroup *cg)
{
	struct hr_summary now;
	struct hr_cgroup *above;
	unsigned int i;

	hr_registry_assert_locked();
	hr_stats_summarise(&now, &cg->local, hr_nonresident_shift());
	for (i = HR_SUM_EVICTIONS_OUTSIDE; i <= HR_SUM_RETURNED_MACHINE; i++)
		now.sum[i] = cg->rollup.own.sum[i];
	for (above = cg; above; above = above->parent)
		summary_add(&above->rollup.below, &now, &cg->rollup.own);
	cg->rollup.own = now;
}

/*
 * The same by origin: an evictor outside of @cg need not be outside of @parent and of those
 * above. If one of these is a newborn that does not know its parent yet, this waits for that.
 */
static void collect_origins(struct hr_cgroup *cg, struct hr_cgroup *parent)
{
	struct hr_pages sum[HR_NR_ORIGINS];
	struct hr_cgroup *above = parent;

	hr_registry_assert_locked();
	while (above && above->parent)
		above = above->parent;
	if (above && above != hr_cgroup_root()) {
		hr_rollup_mark(&cg->rollup);
		return;
	}
	hr_origin_take(sum, &cg->origin);
	hr_origin_add(&cg->rollup.own, sum, cg->level);
	hr_origin_add(&cg->rollup.below, sum, cg->level);
	for (above = parent; above; above = above->parent)
		hr_origin_add(&above->rollup.below, sum, above->level);
}

/**
 * hr_rollup_collect - roll up what was counted since the last collection
 *
 * Context: process; registry lock held.
 */
void hr_rollup_collect(void)
{
	u64 before = rollup.generation;
	struct hr_cgroup *cg, *next;

	hr_registry_assert_locked();
	llist_for_each_entry_safe(cg, next, llist_del_all(&rollup.marked), rollup.node) {
		WRITE_ONCE(cg->rollup.marked, false);
		/*
		 * Pairs with the barrier in hr_rollup_mark(): a count that this misses
		 * marks the record again
		 */
		smp_mb();
		/* hr_rollup_birth() collects newborns */
		if (!cg->rollup.generation)
			continue;
		collect_one(cg);
		collect_origins(cg, cg->parent);
		renew_chain(cg, before);
	}
}

/**
 * hr_rollup_birth - roll up a record that is being linked into the tree
 * @cg: the record; its parent is not set yet
 * @parent: its parent; NULL for the root
 *
 * Context: process; registry lock held.
 */
void hr_rollup_birth(struct hr_cgroup *cg, struct hr_cgroup *parent)
{
	u64 before = rollup.generation;
	struct hr_cgroup *above;

	hr_registry_assert_locked();
	collect_one(cg);
	INIT_LIST_HEAD(&cg->rollup.order);
	renew(cg);
	for (above = parent; above; above = above->parent)
		summary_add(&above->rollup.below, &cg->rollup.below, NULL);
	collect_origins(cg, parent);
	if (cg->rollup.below.pages | cg->rollup.below.stalls)
		renew_chain(parent, before);
}

/**
 * hr_rollup_death - drop a record that has left the tree
 * @cg: the record; no probe counts for it any more
 * @parent: the record that its totals were moved to
 *
 * The sums of the ancestors already contain these totals.
 *
 * Context: process; registry lock held.
 */
void hr_rollup_death(struct hr_cgroup *cg, struct hr_cgroup *parent)
{
	hr_registry_assert_locked();
	list_del_init(&cg->rollup.order);
	if (parent->rollup.generation)
		renew(parent);
}

/**
 * hr_rollup_generation - the largest generation so far
 *
 * Context: process; registry lock held.
 */
u64 hr_rollup_generation(void)
{
	hr_registry_assert_locked();
	return rollup.generation;
}

/**
 * hr_rollup_since - find the first record that changed after a generation
 * @generation: the generation
 *
 * Walks all records that did, from the end of the list.
 *
 * Context: process; registry lock held.
 * Return: the record; NULL if there is none.
 */
struct hr_cgroup *hr_rollup_since(u64 generation)
{
	struct hr_cgroup *cg, *found = NULL;

	hr_registry_assert_locked();
	list_for_each_entry_reverse(cg, &rollup.order, rollup.order) {
		if (cg->rollup.generation <= generation)
			break;
		found = cg;
	}
	return found;
}

/**
 * hr_rollup_next - find the record with the next larger generation
 * @cg: a record in the tree
 *
 * Context: process; registry lock held.
 * Return: the record; NULL if there is none.
 */
struct hr_cgroup *hr_rollup_next(struct hr_cgroup *cg)
{
	hr_registry_assert_locked();
	if (list_is_last(&cg->rollup.order, &rollup.order))
		return NULL;
	return list_next_entry(cg, rollup.order);
}

/**
 * hr_rollup_has_below - whether a cgroup has, or had, descendants with records
 * @cg: its record
 *
 * Context: process; registry lock held.
 */
bool hr_rollup_has_below(const struct hr_cgroup *cg)
{
	hr_registry_assert_locked();
	return cg->gone || !list_empty(&cg->children);
}

static bool is_stale(const struct hr_cgroup *cg)
{
	const struct hr_rollup *of = &cg->rollup;

	return hr_rollup_has_below(cg) && (!of->sum || of->summed != of->generation);
}

/* Sum up the cgroup itself and its children, whose sums are up to date */
static int sum_up(struct hr_cgroup *cg)
{
	unsigned int shift = hr_nonresident_shift();
	struct hr_cgroup *child;
	int err;

	hr_registry_assert_locked();
	if (cg->rollup.sum)
		hr_stats_clear(cg->rollup.sum);
	else
		cg->rollup.sum = kzalloc(sizeof(*cg->rollup.sum), GFP_NOWAIT | __GFP_NOWARN);
	if (!cg->rollup.sum)
		return -ENOMEM;
	cg->rollup.summed = 0;
	err = hr_stats_add(cg->rollup.sum, &cg->local, &cg->rollup.own, shift);
	/* @below has the kinds and causes of removed descendants, too */
	if (!err && cg->gone)
		err = hr_stats_add(cg->rollup.sum, cg->gone, &cg->rollup.below,
				   shift);
	list_for_each_entry(child, &cg->children, siblings) {
		if (err)
			return err;
		if (child->rollup.below.pages | child->rollup.below.stalls)
			err = hr_stats_add(cg->rollup.sum, child->rollup.sum ?: &child->local,
					   &child->rollup.below, shift);
		cond_resched();
	}
	if (!err)
		cg->rollup.summed = cg->rollup.generation;
	return err;
}

/* The first child of @cg with a stale sum, after @child if that is not NULL */
static struct hr_cgroup *next_stale(struct hr_cgroup *cg,
				    struct hr_cgroup *child)
{
	hr_registry_assert_locked();
	child = list_prepare_entry(child, &cg->children, siblings);
	list_for_each_entry_continue(child, &cg->children, siblings)
		if (is_stale(child))
			return child;
	return NULL;
}

/**
 * hr_rollup_sum - bring the sums of a subtree up to date
 * @top: the cgroup
 *
 * Visits each of its cgroups that changed, and the children of these. Waits for no memory,
 * since everybody else would wait, too. Without memory, the caller unlocks the records, calls
 * hr_rollup_wait() and tries again: what is summed up already is kept.
 *
 * Context: process, may sleep; registry lock held.
 * Return: 0 or -ENOMEM.
 */
int hr_rollup_sum(struct hr_cgroup *top)
{
	struct hr_cgroup *cg = top, *done = NULL, *next;
	int err;

	hr_registry_assert_locked();
	while (is_stale(top)) {
		next = next_stale(cg, done);
		if (next) {
			cg = next;
			done = NULL;
			continue;
		}
		err = sum_up(cg);
		if (err)
			return err;
		done = cg;
		cg = cg->parent;
	}
	return 0;
}

/**
 * hr_rollup_wait - wait until there is memory for hr_rollup_sum()
 *
 * It may find none when it is called after that, but mostly does: the allocator keeps what is
 * freed here.
 *
 * Context: process, may sleep; registry lock not held.
 * Return: false if there is none, or the task is being killed.
 */
bool hr_rollup_wait(void)
{
	struct hr_stats *stats = kmalloc(sizeof(*stats), GFP_KERNEL);
	struct hr_hist *hist = kmalloc(sizeof(*hist), GFP_KERNEL);
	bool found = stats && hist;

	kfree(stats);
	kfree(hist);
	return found && !fatal_signal_pending(current);
}

/**
 * hr_rollup_init - begin with no record marked
 *
 * Context: process; before any probe runs.
 */
void hr_rollup_init(void)
{
	init_llist_head(&rollup.marked);
	INIT_LIST_HEAD(&rollup.order);
	rollup.generation = ktime_get_boottime_ns();
}
