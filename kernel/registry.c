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
 * Death. A probe notes the record of a removed cgroup, and the walk notes those whose
 * controller was switched off. The record leaves its slot. After a grace period no probe
 * adds to it any more. Its totals then move to @gone of the nearest living ancestor, so that
 * the numbers of a subtree never decrease. That ancestor itself is charged for pages of the
 * dead cgroup that are still in memory and for stalls that began in it, and takes its place
 * as victim and as evictor. Until the sweep has run, the record's reference keeps the
 * structure of a removed memcg alive: for a tenth of a second after a rmdir, otherwise for up
 * to two seconds.
 *
 * Bounds. A death costs the same however many cgroups there are. Blame lists that still
 * have the dead as an evictor are searched in the background, PROMOTED of them in each
 * sweep; a reader brings the list that it reads up to date.
 *
 * Memory. The walk needs no lock and may wait for memory. Nothing does that under the
 * registry lock: it would keep everybody else waiting, just when memory is short. What
 * finds no memory there is left to the next sweep, or the caller waits without the lock.
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
#include "nonresident.h"
#include "notify.h"
#include "reclaim.h"
#include "refault.h"
#include "overwrite.h"
#include "registry.h"
#include "rollup.h"
#include "share.h"
#include "task_slots.h"
#include "worker.h"

/* The worker walks the hierarchy so often: it finds controllers that are switched on or off */
#define WALK_INTERVAL	(2 * HZ)

/* Blame lists that a sweep searches for evictors that died */
#define PROMOTED	4096U

/* Protected by the registry lock */
static struct {
	struct xarray index;		/* records by cgroup id */
	struct list_head all;		/* the same in a list, for walking: ids are far apart */
	unsigned int cgroups;
	unsigned int epoch;		/* counts births and deaths */
	unsigned long promoted;		/* promote_some() continues after this id */
	unsigned int to_promote;	/* number of records that it has not visited yet */
	struct llist_head dying;	/* records to bury; no lock */
	atomic_t born;			/* cgroups created, as events tell; no lock */
	int walked;			/* @born before the last walk that has ended */
	unsigned long next_walk;	/* jiffies when the worker walks; only it uses this */
} registry = {
	.index = XARRAY_INIT(registry.index, 0),
	.all = LIST_HEAD_INIT(registry.all),
	.dying = LLIST_HEAD_INIT(registry.dying),
};

/* Note that a record has to be buried. Context: any, under RCU; the record is not freed. */
static void note_dying(struct hr_cgroup *cg)
{
	/* Pairs with xchg() in bury_dying(); the first of several callers adds it */
	if (xchg(&cg->dying, true))
		return;
	hr_cgroup_get(cg);
	llist_add(&cg->to_bury, &registry.dying);
}

/*
 * Note the record of a memory cgroup that is going away. The kernel may have taken its number
 * away already, but the record still has the same id.
 */
static void find_dying(struct cgroup_subsys_state *css)
{
	struct hr_cgroup *cg = xa_load(&registry.index, cgroup_id(css->cgroup));

	/* Pairs with the release in hr_cgroup_bury(): bury_dying() checks it again */
	if (cg && &cg->memcg->css == css && !READ_ONCE(cg->dead))
		note_dying(cg);
}

/*
 * Walk the hierarchy, parents first. Give records to cgroups without one, and note those of
 * dying ones. A record holds a reference, so the walk also visits a cgroup that is dying.
 */
static void find_cgroups(void)
{
	struct cgroup_subsys_state *root, *css;
	struct mem_cgroup *memcg;

	rcu_read_lock();
	root = rcu_dereference(cgrp_dfl_root.cgrp.subsys[memory_cgrp_id]);
	css_for_each_descendant_pre(css, root) {
		memcg = NULL;
		if (!hr_css_alive(css))
			find_dying(css);
		else if (!hr_cgroup_existing(mem_cgroup_from_css(css)))
			memcg = mem_cgroup_from_css(css);
		/* The reference keeps the place in the walk while RCU is not held */
		if ((!memcg && !need_resched()) || !css_tryget(css))
			continue;
		rcu_read_unlock();
		if (memcg)
			hr_cgroup_ensure(memcg, true);
		cond_resched();
		rcu_read_lock();
		css_put(css);
	}
	rcu_read_unlock();
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
		hr_cgroup_ensure(memcg, false);
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
		cond_resched();
		/*
		 * There is no memory; or the controller was switched off and on, and the
		 * index still has the earlier record. The newborn counts all the same, and
		 * a later sweep links it.
		 */
		if (!record_parent(cg, &parent) ||
		    xa_insert(&registry.index, cg->id, cg, GFP_NOWAIT | __GFP_NOWARN)) {
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
		hr_cgroup_charge_adopted(cg);
		hr_notify_born(cg);
	}
}

static void link_all(void)
{
	link_newborn();
	link_newborn();		/* the parents that the first pass made */
}

/*
 * Take a record out of its slot and the index, and move it to @dead. Probes may write to it
 * for a grace period. Returns false without memory for its totals.
 */
static bool record_bury(struct hr_cgroup *cg, struct list_head *dead)
{
	/* It has this child, so it is not dead */
	struct hr_cgroup *parent = cg->parent;

	hr_registry_assert_locked();
	if (!parent->gone)
		parent->gone = kzalloc(sizeof(*parent->gone), GFP_NOWAIT | __GFP_NOWARN);
	if (!parent->gone)
		return false;
	hr_cgroup_bury(cg);
	xa_erase(&registry.index, cg->id);
	list_del_init(&cg->by_id);
	list_move_tail(&cg->siblings, dead);
	registry.cgroups--;
	registry.epoch++;
	return true;
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
 * Bury the record of a dying cgroup, and then those of its ancestors that are dying, too. One
 * with children is buried with the last of these. Returns a record that has to wait for a
 * later sweep: it is not linked yet, or there is no memory for its totals; mostly NULL.
 */
static struct hr_cgroup *bury_chain(struct hr_cgroup *cg, struct list_head *dead)
{
	struct hr_cgroup *parent;

	hr_registry_assert_locked();
	for (; cg && !cg->dead && list_empty(&cg->children); cg = parent) {
		parent = cg->parent;
		if (hr_css_alive(&cg->memcg->css) || cg == hr_cgroup_root())
			break;
		if (!parent || !record_bury(cg, dead))
			return cg;
	}
	return NULL;
}

/*
 * Search all blame lists for evictors that died, in the sweeps to come, if anything still
 * refers to one of the dead but the registry. Open stalls and reclaim do so, too.
 */
static void search_for(const struct hr_cgroup *dead)
{
	hr_registry_assert_locked();
	if (refcount_read(&dead->ref) > 1)
		registry.to_promote = registry.cgroups;
}

/* Bury the records that were noted as dying. Costs as much as died. */
static void bury_dying(void)
{
	struct hr_cgroup *cg, *next, *waits;
	LIST_HEAD(dead);

	hr_registry_assert_locked();
	llist_for_each_entry_safe(cg, next, llist_del_all(&registry.dying), to_bury) {
		/* Pairs with xchg() in note_dying(): from here on it may be added again */
		xchg(&cg->dying, false);
		waits = bury_chain(cg, &dead);
		if (waits)
			note_dying(waits);
		hr_cgroup_put(cg);
		cond_resched();
	}
	if (list_empty(&dead))
		return;
	hr_reclaim_forget();
	hr_refault_forget();
	synchronize_rcu();
	/* Roll up their last events; no probe marks them any more */
	hr_rollup_collect();
	list_for_each_entry_safe(cg, next, &dead, siblings) {
		search_for(cg);
		record_fold(cg, living_ancestor(cg));
		cond_resched();
	}
}

/* Replace evictors that died in the next PROMOTED blame lists, while any may have one */
static void promote_some(void)
{
	unsigned int n = min(registry.to_promote, PROMOTED);
	struct hr_cgroup *cg;

	hr_registry_assert_locked();
	registry.to_promote -= n;
	for (; n; n--) {
		cg = hr_registry_from(registry.promoted + 1) ?: hr_registry_from(0);
		if (!cg)
			break;
		hr_blame_promote(&cg->blame);
		registry.promoted = cg->id;
	}
	if (registry.to_promote)
		hr_worker_kick(false);
}

/* Bring the tree up to date with what was found before. Waits for no memory. */
static void settle(void)
{
	bool ooms = hr_notify_prepare_ooms();

	hr_registry_assert_locked();
	/* Notify of a birth before the OOM kills and the end of its cgroup */
	link_all();
	if (ooms)
		hr_notify_ooms();
	bury_dying();
	promote_some();
	hr_cgroup_free_unused();
}

/**
 * hr_registry_lock_synced - bring the records up to date, and lock them
 *
 * Context: process, may sleep; may wait for memory, before it takes the lock.
 */
void hr_registry_lock_synced(void)
{
	/* Pairs with the release in hr_registry_announce(): the walk finds those cgroups */
	int born = atomic_read_acquire(&registry.born);

	hr_cgroup_fill_spares();
	hr_hist_alloc_fill();
	find_cgroups();
	hr_registry_lock();
	/* Walks overlap, and end in any order. Pairs with hr_registry_lock_announced() */
	if (born - registry.walked > 0)
		WRITE_ONCE(registry.walked, born);
	settle();
}

/**
 * hr_registry_lock_announced - lock the records, up to date as far as events tell
 *
 * Walks the hierarchy only if a cgroup was created. Switching a memory controller on or off
 * fires no event; the worker's next sweep finds that.
 *
 * Context: as hr_registry_lock_synced().
 */
void hr_registry_lock_announced(void)
{
	/* Pairs with WRITE_ONCE() in hr_registry_lock_synced(): after it, that walk has ended */
	if (atomic_read(&registry.born) != READ_ONCE(registry.walked)) {
		hr_registry_lock_synced();
		return;
	}
	hr_registry_lock();
	settle();
}

/**
 * hr_registry_announce - note that a cgroup was created
 *
 * Context: any.
 */
void hr_registry_announce(void)
{
	/* Pairs with the acquire in hr_registry_lock_synced() */
	atomic_inc_return_release(&registry.born);
}

/**
 * hr_registry_announce_death - note that a cgroup is being removed
 * @cgrp: the cgroup; the kernel has marked its controllers as dying
 *
 * Context: any, under RCU; preemption off.
 */
void hr_registry_announce_death(struct cgroup *cgrp)
{
	struct cgroup_subsys_state *css;
	struct hr_cgroup *cg;

	/* Pairs with the kernel's offline_css(), which cannot run before the event returns */
	css = rcu_dereference_sched(cgrp->subsys[memory_cgrp_id]);
	cg = css ? hr_cgroup_existing(mem_cgroup_from_css(css)) : NULL;
	if (cg)
		note_dying(cg);
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
	hr_blame_promote(&cg->blame);
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

/* Returns the time until the next sweep, in jiffies */
static unsigned long sweep(void)
{
	hr_task_slots_grow();
	hr_overwrite_settle();
	if (time_before(jiffies, registry.next_walk)) {
		/* Even if a reader, which may wait for its CPU, holds the lock */
		hr_cgroup_fill_spares();
		hr_hist_alloc_fill();
		hr_registry_lock_announced();
	} else {
		registry.next_walk = jiffies + WALK_INTERVAL;
		hr_registry_lock_synced();
		hr_share_divide(&registry.all);
	}
	hr_registry_unlock();
	hr_nonresident_forget_file_systems();
	return max_t(long, registry.next_walk - jiffies, 1);
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

	llist_for_each_entry_safe(cg, next, llist_del_all(&registry.dying), to_bury)
		hr_cgroup_put(cg);
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

	registry.next_walk = jiffies;
	hr_registry_lock_synced();
	hr_registry_unlock();
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
