// SPDX-License-Identifier: GPL-2.0
/*
 * Keep the tree of records in step with the tree of cgroups
 *
 * Each cgroup whose memory controller is on has a record; cgroup.c maps memory cgroups to
 * records. The records form a tree of their own, which readers walk.
 *
 * Birth. A probe gives a record to a cgroup that it meets. The sweep, which the worker and
 * every reader run, walks the hierarchy, gives records to the cgroups that no probe has
 * met yet, and links all newborn records into the tree.
 *
 * Death. The record leaves its slot. After a grace period no probe adds to it any more.
 * Its totals then move to @gone of the nearest living ancestor, so that the numbers of a
 * subtree never decrease. That ancestor itself is charged for pages of the dead cgroup
 * that are still in memory and for stalls that began in it, and takes its place as victim
 * and as evictor. Until the sweep has run, the record's reference keeps the structure of
 * a removed memcg alive: for a tenth of a second after a rmdir, otherwise for up to two
 * seconds.
 *
 * Locks, outermost first. Probes take only the last:
 *	params_mutex	the parameters, while they are changed
 *	hooks_mutex	which probes are attached
 *	hr_registry_mutex
 *			the tree, the index, births and deaths, rollup; held by readers
 *			and by the sweep
 *	hr_triggers_mutex
 *			triggers and the records that they cover
 *	notify.mutex	sending, in the order of the sequence numbers
 *	spare.lock	slots and spare records, see cgroup.c; raw and a leaf
 */
#include <linux/cgroup.h>
#include <linux/memcontrol.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "blame.h"
#include "cgroup.h"
#include "hist_alloc.h"
#include "notify.h"
#include "reclaim.h"
#include "refault.h"
#include "registry.h"
#include "rollup.h"
#include "worker.h"

/* Protected by the registry lock */
static struct {
	struct xarray index;		/* records by cgroup id */
	struct list_head all;		/* the same in a list, for walking: ids are far apart */
	unsigned int cgroups;
	unsigned int epoch;		/* counts births and deaths */
	bool announced;			/* a cgroup came or went since the last sweep; no lock */
} registry = {
	.index = XARRAY_INIT(registry.index, 0),
	.all = LIST_HEAD_INIT(registry.all),
};

/*
 * Walk the hierarchy, parents first, and give records to cgroups without one. Returns
 * whether the walk missed linked records: their cgroups are dying.
 */
static bool find_cgroups(void)
{
	struct cgroup_subsys_state *root, *css;
	struct hr_cgroup *cg;
	struct mem_cgroup *memcg;
	unsigned int met = 0;

	hr_registry_assert_locked();
	rcu_read_lock();
	root = rcu_dereference(cgrp_dfl_root.cgrp.subsys[memory_cgrp_id]);
	css_for_each_descendant_pre(css, root) {
		if (!hr_css_alive(css))
			continue;
		memcg = mem_cgroup_from_css(css);
		cg = hr_cgroup_existing(memcg);
		if (likely(cg)) {
			met += cg->rollup.generation != 0;
			continue;
		}
		if (!css_tryget(css))
			continue;
		rcu_read_unlock();
		hr_cgroup_ensure(memcg);
		rcu_read_lock();
		css_put(css);
	}
	rcu_read_unlock();
	return met != registry.cgroups;
}

/*
 * Find the parent of a newborn: its nearest ancestor that is not dying. A probe may have
 * met a cgroup before its ancestors, so this gives the ancestor a record if it has none.
 * Returns false without memory for that.
 */
static bool record_parent(struct hr_cgroup *cg, struct hr_cgroup **parent)
{
	struct mem_cgroup *memcg = cg->memcg;

	hr_registry_assert_locked();
	/* The reference of @cg on its memcg also pins the ancestors */
	do
		memcg = parent_mem_cgroup(memcg);
	while (memcg && !hr_css_alive(&memcg->css) && memcg->css.parent);
	*parent = NULL;
	if (!memcg)
		return true;
	rcu_read_lock();
	*parent = hr_cgroup_existing(memcg);
	rcu_read_unlock();
	if (!*parent) {
		hr_cgroup_ensure(memcg);
		rcu_read_lock();
		*parent = hr_cgroup_existing(memcg);
		rcu_read_unlock();
	}
	return *parent;
}

/* Insert a record into the list. It mostly belongs at the end: the youngest has the largest id */
static void link_by_id(struct hr_cgroup *cg)
{
	struct hr_cgroup *next = NULL;
	unsigned long id = cg->id;

	hr_registry_assert_locked();
	if (!list_empty(&registry.all) &&
	    list_last_entry(&registry.all, struct hr_cgroup, by_id)->id > id)
		next = xa_find_after(&registry.index, &id, ULONG_MAX, XA_PRESENT);
	list_add_tail(&cg->by_id, next ? &next->by_id : &registry.all);
}

/*
 * Link the newborn records into the tree and the index. A parent may itself be newborn; it
 * need not be linked before its children.
 */
static void link_newborn(void)
{
	struct hr_cgroup *cg, *next, *parent;

	hr_registry_assert_locked();
	llist_for_each_entry_safe(cg, next, hr_cgroup_take_newborn(), todo) {
		/*
		 * There is no memory; or the controller was switched off and on, and the
		 * index still has the earlier record. The newborn counts all the same, and
		 * a later sweep links it.
		 */
		if (!record_parent(cg, &parent) ||
		    xa_insert(&registry.index, cg->id, cg, GFP_KERNEL)) {
			hr_cgroup_defer_newborn(cg);
			continue;
		}
		if (parent) {
			hr_cgroup_get(parent);
			list_add_tail(&cg->siblings, &parent->children);
		}
		link_by_id(cg);
		hr_rollup_birth(cg, parent);
		/* Pairs with READ_ONCE() in hr_cgroup_parent() */
		WRITE_ONCE(cg->parent, parent);
		registry.cgroups++;
		registry.epoch++;
		hr_notify_born(cg);
	}
}

static void link_all(void)
{
	link_newborn();
	link_newborn();		/* the parents that the first pass made */
}

/* Take a record out of its slot and the index. Probes may write to it for a grace period. */
static void record_bury(struct hr_cgroup *cg)
{
	hr_registry_assert_locked();
	hr_cgroup_bury(cg);
	xa_erase(&registry.index, cg->id);
	list_del_init(&cg->by_id);
	registry.cgroups--;
	registry.epoch++;
}

static void stats_drop(struct hr_stats **stats)
{
	if (*stats)
		hr_stats_free(*stats);
	kfree(*stats);
	*stats = NULL;
}

/* Move the totals of a buried record to @parent, and drop the record */
static void record_fold(struct hr_cgroup *cg, struct hr_cgroup *parent)
{
	hr_registry_assert_locked();
	hr_stats_move(parent->gone, &cg->local);
	if (cg->gone)
		hr_stats_move(parent->gone, cg->gone);
	stats_drop(&cg->gone);
	stats_drop(&cg->rollup.sum);
	hr_rollup_death(cg, parent);
	hr_blame_move(&parent->blame, &cg->blame);
	hr_notify_gone(cg, parent);
	list_del_init(&cg->siblings);
	css_put(&cg->memcg->css);
	hr_cgroup_put(cg);
}

static struct hr_cgroup *living_ancestor(struct hr_cgroup *cg)
{
	hr_registry_assert_locked();
	do
		cg = cg->parent;
	while (cg->dead);
	return cg;
}

/*
 * Bury the records of dying cgroups without children, and move them to @dead. Without
 * memory for its totals, a record waits for a later sweep. Returns whether any was buried:
 * then its parent may be without children.
 */
static bool bury_leaves(struct list_head *dead)
{
	struct hr_cgroup *cg, *next, *parent;
	bool found = false;

	hr_registry_assert_locked();
	list_for_each_entry_safe(cg, next, &registry.all, by_id) {
		if (likely(hr_css_alive(&cg->memcg->css)) ||
		    !list_empty(&cg->children) || cg == hr_cgroup_root())
			continue;
		parent = living_ancestor(cg);
		if (!parent->gone)
			parent->gone = kzalloc(sizeof(*parent->gone), GFP_KERNEL);
		if (!parent->gone)
			continue;
		record_bury(cg);
		list_move_tail(&cg->siblings, dead);
		found = true;
	}
	return found;
}

static void bury_dead(void)
{
	struct hr_cgroup *cg, *next;
	LIST_HEAD(dead);

	hr_registry_assert_locked();
	while (bury_leaves(&dead))
		;
	if (list_empty(&dead))
		return;
	hr_reclaim_forget();
	hr_refault_forget();
	synchronize_rcu();
	/* Roll up their last events; no probe marks them any more */
	hr_rollup_collect();
	list_for_each_entry_safe(cg, next, &dead, siblings)
		record_fold(cg, living_ancestor(cg));
	list_for_each_entry(cg, &registry.all, by_id)
		hr_blame_promote(&cg->blame);
}

/**
 * hr_registry_sync - bring the records up to date
 *
 * Context: process, may sleep; registry lock held.
 */
void hr_registry_sync(void)
{
	unsigned int ooms = hr_notify_waiting();

	hr_registry_assert_locked();
	/*
	 * A later announcement requests another sweep. Pairs with the release in
	 * hr_registry_announce(): the walk below finds the cgroup of an earlier one.
	 */
	xchg(&registry.announced, false);
	hr_cgroup_fill_spares();
	hr_hist_alloc_fill();
	/* Notify of a birth before the OOM kills and the end of its cgroup */
	link_all();
	hr_notify_ooms(ooms);
	if (find_cgroups())
		bury_dead();
	link_all();
	hr_cgroup_free_unused();
}

/**
 * hr_registry_announce - note that a cgroup was created or is being removed
 *
 * Context: any.
 */
void hr_registry_announce(void)
{
	/* Pairs with xchg() in hr_registry_sync() */
	smp_store_release(&registry.announced, true);
}

/**
 * hr_registry_sync_announced - bring the records up to date if a cgroup came or went
 *
 * Costs nothing while no cgroup comes or goes. Switching a memory controller on or off
 * fires no event; the worker's next sweep finds that.
 *
 * Context: process, may sleep; registry lock held.
 */
void hr_registry_sync_announced(void)
{
	hr_registry_assert_locked();
	/* Pairs with the release in hr_registry_announce(); xchg() in the sweep orders it */
	if (READ_ONCE(registry.announced))
		hr_registry_sync();
	else
		link_all();
}

/**
 * hr_registry_find - find the record of a cgroup
 * @id: the cgroup's id
 *
 * Context: process; registry lock held.
 * Return: the record; NULL if there is none.
 */
struct hr_cgroup *hr_registry_find(unsigned long id)
{
	hr_registry_assert_locked();
	return xa_load(&registry.index, id);
}

/**
 * hr_registry_from - find the first record in order of id
 * @id: skip records with smaller ids
 *
 * Context: process; registry lock held.
 * Return: the record; NULL if there is none.
 */
struct hr_cgroup *hr_registry_from(unsigned long id)
{
	hr_registry_assert_locked();
	return xa_find(&registry.index, &id, ULONG_MAX, XA_PRESENT);
}

/**
 * hr_registry_next - find the record with the next larger id
 * @cg: a record in the tree
 *
 * Context: process; registry lock held.
 * Return: the record; NULL if there is none.
 */
struct hr_cgroup *hr_registry_next(struct hr_cgroup *cg)
{
	hr_registry_assert_locked();
	return list_is_last(&cg->by_id, &registry.all) ? NULL :
							 list_next_entry(cg, by_id);
}

/**
 * hr_registry_blame - read a cgroup's evictors
 * @id: cgroup id to read; becomes the id that was read
 * @blame: result
 * @exact: only this id; otherwise the smallest id from @id on, for walking
 *
 * Context: process; registry lock held.
 * Return: whether there is such a cgroup.
 */
bool hr_registry_blame(unsigned long *id,
		       struct hr_blame_totals *blame, bool exact)
{
	struct hr_cgroup *cg;

	hr_registry_assert_locked();
	cg = xa_find(&registry.index, id, exact ? *id : ULONG_MAX, XA_PRESENT);
	if (!cg)
		return false;
	blame->id = cg->id;
	hr_blame_read(blame, &cg->blame);
	return true;
}

/**
 * hr_registry_rescale - convert statistics that depend on the sampling factor
 * @from: log2 of the factor up to now
 * @to: log2 of the factor from now on
 *
 * Context: process; registry lock held; no page is tracked.
 */
void hr_registry_rescale(unsigned int from, unsigned int to)
{
	struct llist_node *newborn = hr_cgroup_take_newborn();
	struct hr_cgroup *cg, *next;

	hr_registry_assert_locked();
	list_for_each_entry(cg, &registry.all, by_id) {
		hr_stats_rescale(&cg->local, from, to);
		cg->rollup.summed = 0;
		hr_rollup_mark(&cg->rollup);
		if (cg->gone)
			hr_stats_rescale(cg->gone, from, to);
	}
	llist_for_each_entry_safe(cg, next, newborn, todo) {
		hr_stats_rescale(&cg->local, from, to);
		hr_cgroup_defer_newborn(cg);
	}
}

/**
 * hr_registry_epoch - a number that changes when a cgroup comes or goes
 *
 * Context: process; registry lock held.
 * Return: never 0, which netlink reads as a dump that has just begun.
 */
unsigned int hr_registry_epoch(void)
{
	hr_registry_assert_locked();
	return registry.epoch ?: 1;
}

/**
 * hr_registry_cgroups - number of records
 *
 * Context: process; registry lock held.
 */
unsigned int hr_registry_cgroups(void)
{
	hr_registry_assert_locked();
	return registry.cgroups;
}

static void sweep(void)
{
	hr_registry_lock();
	hr_registry_sync();
	hr_registry_unlock();
}

static void record_free(struct hr_cgroup *cg)
{
	stats_drop(&cg->gone);
	stats_drop(&cg->rollup.sum);
	css_put(&cg->memcg->css);
	hr_cgroup_put(cg);
}

/* Free all records. No probe runs, and no stall or reclaim is open. */
static void free_all(void)
{
	struct llist_node *newborn = hr_cgroup_take_newborn();
	struct hr_cgroup *cg, *next;
	unsigned long id;

	/* Cgroups that blame each other hold references on each other */
	xa_for_each(&registry.index, id, cg)
		hr_blame_clear(&cg->blame);
	llist_for_each_entry(cg, newborn, todo)
		hr_blame_clear(&cg->blame);
	xa_for_each(&registry.index, id, cg)
		record_free(cg);
	xa_destroy(&registry.index);
	llist_for_each_entry_safe(cg, next, newborn, todo)
		record_free(cg);
}

/**
 * hr_registry_init - give records to the cgroups that exist, and start the sweep
 *
 * Context: process, may sleep; before any probe runs.
 * Return: 0 or -ENOMEM.
 */
int hr_registry_init(void)
{
	int err;

	sweep();
	err = hr_cgroup_init_root();
	if (err)
		free_all();
	else
		hr_worker_start(sweep);
	return err;
}

/**
 * hr_registry_exit - drop the records of all cgroups
 *
 * Context: process, may sleep; no probe and no reader runs any more, and no stall or
 * reclaim is open.
 */
void hr_registry_exit(void)
{
	hr_worker_stop();
	free_all();
}
