// SPDX-License-Identifier: GPL-2.0
/*
 * Changes: what was counted since somebody looked
 *
 * A host has thousands of cgroups, and in most nothing happens. Who reads them again
 * and again should pay for those in which something does.
 *
 *	probe			counts, then marks the record and puts it into a list,
 *				unless it is marked already
 *	reader			takes all from the list, takes the mark away, and looks
 *				at what was counted
 *
 * What a reader finds new is added to the sums of all cgroups above. So the counters of
 * a whole subtree are at hand, and agree with those of its parts, as of the last time
 * that anybody looked. Kinds, reasons, causes and histograms of a subtree are summed up
 * when they are asked for, from those of the cgroups directly below, and kept until
 * something changes.
 *
 * Each record that changed, and all above, get a new generation, a number that no other
 * ever had, and move to the end of a list that is in order of it. What has changed since
 * a generation is the end of that list. Generations go on where those of an earlier
 * load of the module ended, so that nobody who asks with one of these misses anything:
 * they begin with the nanoseconds since boot.
 *
 * All but the mark belongs to the registry's mutex. A record in the list of changes is
 * alive: nobody counts for a dead one after a grace period, and then the list is emptied
 * before the record is let go.
 */
#include <linux/ktime.h>
#include <linux/llist.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "rollup.h"

static struct {
	struct llist_head marked;
	struct list_head order;
	u64 generation;		/* the last one that was given */
} changes;

/**
 * hr_rollup_note - put a record into the list of changes
 * @cg: the record, which is alive
 *
 * Context: any, under RCU.
 */
noinline void hr_rollup_note(struct hr_cgroup *cg)
{
	if (!xchg(&cg->changed, true))
		llist_add(&cg->change, &changes.marked);
}

static void renew(struct hr_cgroup *cg)
{
	cg->generation = ++changes.generation;
	hr_hist_bound(READ_ONCE(cg->target.distance));
	list_move_tail(&cg->order, &changes.order);
}

/* Those at and above @cg that have had no new generation since @before */
static void renew_chain(struct hr_cgroup *cg, u64 before)
{
	/* The parent of a newborn may be one itself, whose turn comes later */
	for (; cg && cg->generation && cg->generation <= before; cg = cg->parent)
		renew(cg);
}

/* Adds to @to what @now is more than @then; a NULL is nothing */
static void summary_add(struct hr_summary *to, const struct hr_summary *now,
			const struct hr_summary *then)
{
	unsigned int i;

	for (i = 0; i < HR_NR_SUMS; i++)
		to->sum[i] += now->sum[i] - (then ? then->sum[i] : 0);
	to->pages |= now->pages;
	to->stalls |= now->stalls;
}

/* Looks at what was counted for @cg, for itself and all above */
static void look(struct hr_cgroup *cg)
{
	struct hr_summary now;
	struct hr_cgroup *above;

	hr_stats_summarise(&now, &cg->local);
	for (above = cg; above; above = above->parent)
		summary_add(&above->below, &now, &cg->own);
	cg->own = now;
}

/**
 * hr_rollup_collect - look at all that was counted since the last time
 *
 * Context: process; hr_registry_lock() held.
 */
void hr_rollup_collect(void)
{
	u64 before = changes.generation;
	struct hr_cgroup *cg, *next;

	llist_for_each_entry_safe(cg, next, llist_del_all(&changes.marked), change) {
		WRITE_ONCE(cg->changed, false);
		/* What is counted from here on marks the record again */
		smp_mb();
		/* hr_rollup_birth() looks at newborns */
		if (!cg->generation)
			continue;
		look(cg);
		renew_chain(cg, before);
	}
}

/**
 * hr_rollup_birth - a record is linked into the tree
 * @cg: the record; its parent is not set yet
 * @parent: its parent; NULL for the root
 *
 * Context: process; hr_registry_lock() held.
 */
void hr_rollup_birth(struct hr_cgroup *cg, struct hr_cgroup *parent)
{
	u64 before = changes.generation;
	struct hr_cgroup *above;

	look(cg);
	INIT_LIST_HEAD(&cg->order);
	renew(cg);
	for (above = parent; above; above = above->parent)
		summary_add(&above->below, &cg->below, NULL);
	if (cg->below.pages | cg->below.stalls)
		renew_chain(parent, before);
}

/**
 * hr_rollup_death - a record has left the tree
 * @cg: the record, which nobody counts for any more
 * @parent: who has its totals now
 *
 * Those above have had them all the time.
 *
 * Context: process; hr_registry_lock() held.
 */
void hr_rollup_death(struct hr_cgroup *cg, struct hr_cgroup *parent)
{
	list_del_init(&cg->order);
	if (parent->generation)
		renew(parent);
}

/**
 * hr_rollup_generation - the largest generation so far
 *
 * Context: process; hr_registry_lock() held.
 */
u64 hr_rollup_generation(void)
{
	return changes.generation;
}

/**
 * hr_rollup_since - the first record with a larger generation
 * @generation: than this
 *
 * Costs as much as there are such records.
 *
 * Context: process; hr_registry_lock() held.
 * Return: the record; NULL if there is none.
 */
struct hr_cgroup *hr_rollup_since(u64 generation)
{
	struct hr_cgroup *cg, *found = NULL;

	list_for_each_entry_reverse(cg, &changes.order, order) {
		if (cg->generation <= generation)
			break;
		found = cg;
	}
	return found;
}

/**
 * hr_rollup_next - the record with the next larger generation
 * @cg: a record in the tree
 *
 * Context: process; hr_registry_lock() held.
 * Return: the record; NULL if there is none.
 */
struct hr_cgroup *hr_rollup_next(struct hr_cgroup *cg)
{
	if (list_is_last(&cg->order, &changes.order))
		return NULL;
	return list_next_entry(cg, order);
}

static bool is_stale(const struct hr_cgroup *cg)
{
	return hr_has_below(cg) && (!cg->sum || cg->summed != cg->generation);
}

/* Sums up the cgroup itself and those directly below, whose sums are not stale */
static int sum_up(struct hr_cgroup *cg)
{
	struct hr_cgroup *child;
	int err;

	if (cg->sum)
		hr_stats_clear(cg->sum);
	else
		cg->sum = kzalloc(sizeof(*cg->sum), GFP_KERNEL);
	if (!cg->sum)
		return -ENOMEM;
	cg->summed = 0;
	err = hr_stats_add(cg->sum, &cg->local, &cg->own);
	/* What is gone had all kinds and causes that the subtree has, or some */
	if (!err && cg->gone)
		err = hr_stats_add(cg->sum, cg->gone, &cg->below);
	list_for_each_entry(child, &cg->children, siblings) {
		if (err)
			return err;
		if (child->below.pages | child->below.stalls)
			err = hr_stats_add(cg->sum, child->sum ?: &child->local,
					   &child->below);
		cond_resched();
	}
	if (!err)
		cg->summed = cg->generation;
	return err;
}

/* The first below @cg whose sum is stale, behind @child if that is not NULL */
static struct hr_cgroup *next_stale(struct hr_cgroup *cg,
				    struct hr_cgroup *child)
{
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
 * Costs as much as there are cgroups in it that changed, and directly below these.
 *
 * Context: process, may sleep; hr_registry_lock() held.
 * Return: 0 or -ENOMEM.
 */
int hr_rollup_sum(struct hr_cgroup *top)
{
	struct hr_cgroup *cg = top, *done = NULL, *next;
	int err;

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
 * hr_rollup_init - nothing has changed yet
 *
 * Context: process; before any probe runs.
 */
void hr_rollup_init(void)
{
	init_llist_head(&changes.marked);
	INIT_LIST_HEAD(&changes.order);
	changes.generation = ktime_get_boottime_ns();
}
