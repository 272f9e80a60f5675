// SPDX-License-Identifier: GPL-2.0
/*
 * Registry: cgroup to record
 *
 * A record exists for each cgroup whose memory controller is on.
 *
 * Birth. Nothing announces all cgroups: cgroup_mkdir fires for some, nothing
 * does when the controller is switched on later. So a probe that meets a
 * memory cgroup without a record adopts it on the spot, with a record from the
 * pool; and the worker, as well as everybody who is about to read, walks the
 * hierarchy and gives a record to those that nothing has happened to yet.
 *
 * Lookup. The kernel numbers its memory cgroups with 16 bits and reuses the
 * numbers. A record in the slot of that number is the right one if it has the
 * right memcg, which cannot be another one at the same address, since the
 * record holds a reference. That reference is what keeps a dying memcg's
 * structure alive, until the worker comes round: a tenth of a second after a rmdir,
 * else within SWEEP_SECONDS.
 *
 *	slot[memcg id] --> record --> parent --> ... --> root
 *
 * Death. The record leaves its slot; after a grace period nobody adds to it any
 * more, and its totals move to the nearest living ancestor's @gone, so that
 * the subtree's numbers never go back. Pages of a dead cgroup that still are
 * in memory, and stalls that began in it, count for that ancestor itself. What it
 * was blamed for, and whom it blamed, is that ancestor's too.
 *
 * Locks, outermost first:
 *	params_mutex	the parameters, while they are changed
 *	hooks_mutex	which probe is attached
 *	registry.mutex	the tree, the index, birth and death; held by readers and
 *			by the worker, never by a probe
 *	hr_triggers_mutex
 *			what is watched; never held by a probe
 *	notify.mutex	sending, in the order of the numbers
 *	pool.lock	slots and the pool; raw and a leaf, since probes take it with
 *			interrupts off below any lock of the page cache
 */
#include <linux/cgroup.h>
#include <linux/irq_work.h>
#include <linux/lockdep.h>
#include <linux/memcontrol.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "rollup.h"
#include "effort.h"
#include "notify.h"
#include "reclaim.h"
#include "refault.h"
#include "registry.h"

#define SLOTS		(U16_MAX + 1)
#define POOL_SIZE	16
#define SWEEP_SECONDS	2

/* By the number that the kernel gives to a memory cgroup */
struct hr_cgroup __rcu **hr_cgroup_slot __read_mostly;

static struct {
	struct hr_cgroup *root;
	struct kmem_cache *cache;
	struct mutex mutex;		/* down to @epoch, and the tree */
	struct xarray index;		/* by cgroup id */
	struct list_head all;		/* the same, for walking: ids are far apart */
	unsigned int cgroups;
	unsigned int epoch;		/* counts births and deaths */
	bool announced;			/* there was one that nobody has looked for */
	bool closing;
	bool now;			/* the sweep is urgent */
	bool due;			/* it will run within a tenth of a second */
	struct irq_work kick;
	struct delayed_work sweep;
} registry;

static struct {
	raw_spinlock_t lock;		/* all here, and the slots */
	unsigned int nr;
	struct hr_cgroup *record[POOL_SIZE];
	u16 births;
	struct llist_head newborn;
	struct llist_head unused;	/* nobody refers to them any more */
} pool;

static bool css_alive(const struct cgroup_subsys_state *css)
{
	return (READ_ONCE(css->flags) & (CSS_ONLINE | CSS_DYING)) == CSS_ONLINE;
}

static struct hr_cgroup *record_alloc(void)
{
	struct hr_cgroup *cg = kmem_cache_zalloc(registry.cache, GFP_KERNEL);

	if (cg)
		hr_blame_init(&cg->blame);
	return cg;
}

/* Publishes @cg as the record of @memcg. Returns false if it is dying. */
static bool record_publish(struct hr_cgroup *cg, struct mem_cgroup *memcg)
{
	u16 slot = mem_cgroup_id(memcg);

	lockdep_assert_held(&pool.lock);
	if (!slot || !css_alive(&memcg->css) || !css_tryget(&memcg->css))
		return false;
	cg->memcg = memcg;
	cg->id = cgroup_id(memcg->css.cgroup);
	pool.births++;
	cg->key = slot | (u32)pool.births << 16;
	refcount_set(&cg->ref, 1);
	INIT_LIST_HEAD(&cg->siblings);
	INIT_LIST_HEAD(&cg->children);
	llist_add(&cg->todo, &pool.newborn);
	rcu_assign_pointer(hr_cgroup_slot[slot], cg);
	return true;
}

/* As hr_cgroup_in_slot(), but for the writer, too */
static __always_inline struct hr_cgroup *slot_read(u16 slot)
{
	return rcu_dereference_check(hr_cgroup_slot[slot],
				     rcu_read_lock_sched_held() ||
				     lockdep_is_held(&pool.lock));
}

static __always_inline struct hr_cgroup *record_in_slot(struct mem_cgroup *memcg)
{
	struct hr_cgroup *cg;

	cg = slot_read(mem_cgroup_id(memcg));
	return cg && cg->memcg == memcg ? cg : NULL;
}

/* A record for @memcg, on the spot. NULL if it is dying or the pool is empty. */
static noinline struct hr_cgroup *record_adopt(struct mem_cgroup *memcg)
{
	struct hr_cgroup *cg;
	unsigned long flags;

	if (!css_alive(&memcg->css))
		return NULL;
	raw_spin_lock_irqsave(&pool.lock, flags);
	cg = record_in_slot(memcg);
	if (!cg && pool.nr) {
		cg = pool.record[pool.nr - 1];
		if (record_publish(cg, memcg))
			pool.nr--;
		else
			cg = NULL;
	}
	if (pool.nr < POOL_SIZE / 2)
		hr_registry_kick(true);
	raw_spin_unlock_irqrestore(&pool.lock, flags);
	return cg;
}

/**
 * hr_cgroup_of_slow - as hr_cgroup_of()
 * @memcg: the memory cgroup, which has no record yet; or NULL
 *
 * Context: any, under RCU.
 */
struct hr_cgroup *hr_cgroup_of_slow(struct mem_cgroup *memcg)
{
	struct hr_cgroup *cg = registry.root;
	bool passed_over = false;

	for (; memcg; memcg = parent_mem_cgroup(memcg)) {
		cg = record_in_slot(memcg);
		if (!cg)
			cg = record_adopt(memcg);
		if (likely(cg))
			break;
		passed_over |= css_alive(&memcg->css);
	}
	if (unlikely(passed_over))
		hr_drop(cgroup_unknown, 1);
	return cg ?: registry.root;
}

/**
 * hr_cgroup_of_current - the record that the running task's events go to
 *
 * Context: any, under RCU.
 * Return: never NULL.
 */
struct hr_cgroup *hr_cgroup_of_current(void)
{
	return hr_cgroup_of(mem_cgroup_from_task(current));
}

/**
 * hr_cgroup_root - the record of the root, which never dies
 *
 * Context: any.
 */
struct hr_cgroup *hr_cgroup_root(void)
{
	return registry.root;
}

/**
 * hr_cgroup_alive - who counts for a record that may have died
 * @cg: a record on which the caller holds a reference
 *
 * Context: any, under RCU, which must be held until the result was used.
 * Return: @cg, or its nearest ancestor that is not dead.
 */
struct hr_cgroup *hr_cgroup_alive(struct hr_cgroup *cg)
{
	/* Pairs with the release in record_bury() */
	while (smp_load_acquire(&cg->dead))
		cg = cg->parent;
	return cg;
}

/**
 * hr_cgroup_parent - the record above
 * @cg: a record on which the caller holds a reference
 *
 * Also of one that is not linked yet: then the nearest one that there is now.
 *
 * Context: any, under RCU, which must be held until the result was used.
 * Return: the record; NULL above the root.
 */
struct hr_cgroup *hr_cgroup_parent(struct hr_cgroup *cg)
{
	struct hr_cgroup *parent = READ_ONCE(cg->parent);
	struct mem_cgroup *memcg;

	if (parent || cg == registry.root)
		return parent;
	/* It is not dead, which only linked ones can be */
	memcg = parent_mem_cgroup(cg->memcg);
	for (; memcg && !parent; memcg = parent_mem_cgroup(memcg))
		parent = record_in_slot(memcg);
	return parent;
}

static void record_free_rcu(struct rcu_head *rcu)
{
	struct hr_cgroup *cg = container_of(rcu, struct hr_cgroup, rcu);

	hr_stats_free(&cg->local);
	hr_hist_free(&cg->target.distance);
	kfree(cg->watched);
	kmem_cache_free(registry.cache, cg);
}

/* Context: process; what is on the list since has a grace period before it */
static void free_unused(void)
{
	struct hr_cgroup *cg, *next;

	llist_for_each_entry_safe(cg, next, llist_del_all(&pool.unused), todo)
		call_rcu(&cg->rcu, record_free_rcu);
}

/**
 * hr_cgroup_unused - the last reference to a record was put
 * @cg: the record
 *
 * Context: any, also below the run-queue lock: the worker does the rest.
 */
void hr_cgroup_unused(struct hr_cgroup *cg)
{
	do {
		struct hr_cgroup *parent = cg->parent;

		llist_add(&cg->todo, &pool.unused);
		hr_registry_kick(false);
		cg = parent;
	} while (cg && refcount_dec_and_test(&cg->ref));
}

/* Fills the pool. Context: may sleep. */
static void pool_fill(void)
{
	struct hr_cgroup *cg;

	while (READ_ONCE(pool.nr) < POOL_SIZE) {
		cg = record_alloc();
		if (!cg)
			return;
		raw_spin_lock_irq(&pool.lock);
		if (pool.nr < POOL_SIZE) {
			pool.record[pool.nr++] = cg;
			cg = NULL;
		}
		raw_spin_unlock_irq(&pool.lock);
		if (cg)
			kmem_cache_free(registry.cache, cg);
	}
}

/* Gives a record to @memcg if it has none. Context: may sleep. */
static void record_ensure(struct mem_cgroup *memcg)
{
	struct hr_cgroup *cg = record_alloc();

	lockdep_assert_held(&registry.mutex);
	if (!cg)
		return;
	raw_spin_lock_irq(&pool.lock);
	if (!record_in_slot(memcg) && record_publish(cg, memcg))
		cg = NULL;
	raw_spin_unlock_irq(&pool.lock);
	if (cg)
		kmem_cache_free(registry.cache, cg);
}

/*
 * Walks the hierarchy, parents first, for cgroups without a record. Returns whether
 * there are records that it has not met, whose cgroups are going away.
 */
static bool find_cgroups(void)
{
	struct cgroup_subsys_state *root, *css;
	struct hr_cgroup *cg;
	struct mem_cgroup *memcg;
	unsigned int met = 0;

	lockdep_assert_held(&registry.mutex);
	rcu_read_lock();
	root = rcu_dereference(cgrp_dfl_root.cgrp.subsys[memory_cgrp_id]);
	css_for_each_descendant_pre(css, root) {
		if (!css_alive(css))
			continue;
		memcg = mem_cgroup_from_css(css);
		cg = record_in_slot(memcg);
		if (likely(cg)) {
			met += cg->generation != 0;
			continue;
		}
		if (!css_tryget(css))
			continue;
		rcu_read_unlock();
		record_ensure(memcg);
		rcu_read_lock();
		css_put(css);
	}
	rcu_read_unlock();
	return met != registry.cgroups;
}

/*
 * The parent of a newborn: its nearest ancestor that is not going away. A probe
 * may have adopted a cgroup before anybody has met those above, so they get their
 * records first. Returns false if one cannot be had now.
 */
static bool record_parent(struct hr_cgroup *cg, struct hr_cgroup **parent)
{
	struct mem_cgroup *memcg = cg->memcg;

	/* Ancestors are pinned by @cg's own reference on its memcg */
	do
		memcg = parent_mem_cgroup(memcg);
	while (memcg && !css_alive(&memcg->css) && memcg->css.parent);
	*parent = NULL;
	if (!memcg)
		return true;
	rcu_read_lock();
	*parent = record_in_slot(memcg);
	rcu_read_unlock();
	if (!*parent) {
		record_ensure(memcg);
		rcu_read_lock();
		*parent = record_in_slot(memcg);
		rcu_read_unlock();
	}
	return *parent;
}

/* Mostly it is the youngest, and has the largest id */
static void link_by_id(struct hr_cgroup *cg)
{
	struct hr_cgroup *next = NULL;
	unsigned long id = cg->id;

	if (!list_empty(&registry.all) &&
	    list_last_entry(&registry.all, struct hr_cgroup, by_id)->id > id)
		next = xa_find_after(&registry.index, &id, ULONG_MAX, XA_PRESENT);
	list_add_tail(&cg->by_id, next ? &next->by_id : &registry.all);
}

/*
 * Links the newborn into the tree and the index. A parent may be a newborn
 * itself; it need not be linked before its children.
 */
static void link_newborn(void)
{
	struct hr_cgroup *cg, *next, *parent;

	lockdep_assert_held(&registry.mutex);
	llist_for_each_entry_safe(cg, next, llist_del_all(&pool.newborn), todo) {
		/*
		 * There is no memory, or the index still has the record from
		 * before the controller was switched off and on. This record
		 * goes on counting, and is linked by a later sweep.
		 */
		if (!record_parent(cg, &parent) ||
		    xa_insert(&registry.index, cg->id, cg, GFP_KERNEL)) {
			llist_add(&cg->todo, &pool.newborn);
			continue;
		}
		if (parent) {
			hr_cgroup_get(parent);
			list_add_tail(&cg->siblings, &parent->children);
		}
		link_by_id(cg);
		hr_rollup_birth(cg, parent);
		WRITE_ONCE(cg->parent, parent);
		registry.cgroups++;
		registry.epoch++;
		hr_notify_born(cg);
	}
}

static void link_all(void)
{
	link_newborn();
	link_newborn();		/* the parents that the first pass had to make */
}

/*
 * Takes a record out of its slot and the index. It may still be written to. The
 * slot may have a new owner already: the kernel reuses a number while the memcg
 * that had it is still referred to.
 */
static void record_bury(struct hr_cgroup *cg)
{
	struct hr_cgroup __rcu **slot;

	lockdep_assert_held(&registry.mutex);
	slot = &hr_cgroup_slot[cg->key & (SLOTS - 1)];
	raw_spin_lock_irq(&pool.lock);
	if (rcu_access_pointer(*slot) == cg)
		RCU_INIT_POINTER(*slot, NULL);
	raw_spin_unlock_irq(&pool.lock);
	/* Pairs with the acquire in hr_cgroup_alive() */
	smp_store_release(&cg->dead, true);
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

/* Moves what a buried record counted to @parent, and lets go of it. */
static void record_fold(struct hr_cgroup *cg, struct hr_cgroup *parent)
{
	lockdep_assert_held(&registry.mutex);
	hr_stats_move(parent->gone, &cg->local);
	if (cg->gone)
		hr_stats_move(parent->gone, cg->gone);
	stats_drop(&cg->gone);
	stats_drop(&cg->sum);
	hr_rollup_death(cg, parent);
	hr_blame_move(&parent->blame, &cg->blame);
	hr_notify_gone(cg, parent);
	list_del_init(&cg->siblings);
	css_put(&cg->memcg->css);
	hr_cgroup_put(cg);
}

static struct hr_cgroup *living_ancestor(struct hr_cgroup *cg)
{
	do
		cg = cg->parent;
	while (cg->dead);
	return cg;
}

/*
 * Buries the records of cgroups that are going away and have no record below
 * any more; their parents are then next. One whose totals would find no room
 * waits for a later sweep. Returns whether any was found.
 */
static bool bury_leaves(struct list_head *dead)
{
	struct hr_cgroup *cg, *next, *parent;
	bool found = false;

	list_for_each_entry_safe(cg, next, &registry.all, by_id) {
		if (likely(css_alive(&cg->memcg->css)) ||
		    !list_empty(&cg->children) || cg == registry.root)
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

	lockdep_assert_held(&registry.mutex);
	while (bury_leaves(&dead))
		;
	if (list_empty(&dead))
		return;
	hr_reclaim_forget();
	hr_refault_forget();
	synchronize_rcu();
	/* The last that was counted for them; nobody marks them any more */
	hr_rollup_collect();
	list_for_each_entry_safe(cg, next, &dead, siblings)
		record_fold(cg, living_ancestor(cg));
	list_for_each_entry(cg, &registry.all, by_id)
		hr_blame_promote(&cg->blame);
}

/**
 * hr_registry_sync - bring the records up to date
 *
 * Context: process, may sleep; hr_registry_lock() held.
 */
void hr_registry_sync(void)
{
	unsigned int ooms = hr_notify_waiting();

	lockdep_assert_held(&registry.mutex);
	/* What is announced later than this need not be met */
	xchg(&registry.announced, false);
	pool_fill();
	hr_hist_alloc_fill();
	/* So that nobody is gone, or killed, whose birth was not told of */
	link_all();
	hr_notify_ooms(ooms);
	if (find_cgroups())
		bury_dead();
	link_all();
	free_unused();
}

/**
 * hr_registry_announce - a cgroup was made or is being removed
 *
 * Context: any.
 */
void hr_registry_announce(void)
{
	/* Whoever takes this away sees the cgroup as it is now */
	smp_store_release(&registry.announced, true);
}

/**
 * hr_registry_sync_announced - bring the records up to date if there is cause
 *
 * Costs nothing while no cgroup comes or goes. One whose memory controller was switched
 * on or off is no event, and is left to the worker.
 *
 * Context: process, may sleep; hr_registry_lock() held.
 */
void hr_registry_sync_announced(void)
{
	lockdep_assert_held(&registry.mutex);
	if (READ_ONCE(registry.announced))
		hr_registry_sync();
	else
		link_all();
}

/**
 * hr_registry_lock - keep the tree as it is
 *
 * Context: process, may sleep. No probe waits for this lock.
 */
void hr_registry_lock(void)
{
	mutex_lock(&registry.mutex);
}

/**
 * hr_registry_unlock - let the tree go
 */
void hr_registry_unlock(void)
{
	mutex_unlock(&registry.mutex);
}

/**
 * hr_registry_find - the record of a cgroup
 * @id: the cgroup's id
 *
 * Context: process; hr_registry_lock() held.
 * Return: the record; NULL if there is none.
 */
struct hr_cgroup *hr_registry_find(unsigned long id)
{
	lockdep_assert_held(&registry.mutex);
	return xa_load(&registry.index, id);
}

/**
 * hr_registry_from - the record with the smallest id that is not below another
 * @id: the other
 *
 * Context: process; hr_registry_lock() held.
 * Return: the record; NULL if there is none.
 */
struct hr_cgroup *hr_registry_from(unsigned long id)
{
	lockdep_assert_held(&registry.mutex);
	return xa_find(&registry.index, &id, ULONG_MAX, XA_PRESENT);
}

/**
 * hr_registry_next - the record with the next larger id
 * @cg: a record in the tree
 *
 * Context: process; hr_registry_lock() held.
 * Return: the record; NULL if there is none.
 */
struct hr_cgroup *hr_registry_next(struct hr_cgroup *cg)
{
	lockdep_assert_held(&registry.mutex);
	return list_is_last(&cg->by_id, &registry.all) ? NULL :
							 list_next_entry(cg, by_id);
}

/**
 * hr_registry_blame - read who took a cgroup's pages
 * @id: cgroup id to read; becomes the id that was read
 * @blame: result
 * @exact: only this id; otherwise the next higher one will do, for walking
 *
 * Context: process; hr_registry_lock() held.
 * Return: whether there was one.
 */
bool hr_registry_blame(unsigned long *id,
		       struct hr_blame_totals *blame, bool exact)
{
	struct hr_cgroup *cg;

	lockdep_assert_held(&registry.mutex);
	cg = xa_find(&registry.index, id, exact ? *id : ULONG_MAX, XA_PRESENT);
	if (!cg)
		return false;
	blame->id = cg->id;
	hr_blame_read(blame, &cg->blame);
	return true;
}

/**
 * hr_registry_rescale - restate what depends on the sampling factor
 * @from: log2 of the factor up to now
 * @to: log2 of the factor from now on
 *
 * Context: process; hr_registry_lock() held; no page is tracked.
 */
void hr_registry_rescale(unsigned int from, unsigned int to)
{
	struct llist_node *newborn = llist_del_all(&pool.newborn);
	struct hr_cgroup *cg, *next;

	lockdep_assert_held(&registry.mutex);
	list_for_each_entry(cg, &registry.all, by_id) {
		hr_stats_rescale(&cg->local, from, to);
		cg->summed = 0;
		hr_rollup_mark(cg);
		if (cg->gone)
			hr_stats_rescale(cg->gone, from, to);
	}
	llist_for_each_entry_safe(cg, next, newborn, todo) {
		hr_stats_rescale(&cg->local, from, to);
		llist_add(&cg->todo, &pool.newborn);
	}
}

/**
 * hr_registry_epoch - changes when a cgroup comes or goes
 *
 * Context: process; hr_registry_lock() held.
 * Return: never 0, which netlink takes for a dump that has just begun.
 */
unsigned int hr_registry_epoch(void)
{
	lockdep_assert_held(&registry.mutex);
	return registry.epoch ?: 1;
}

/**
 * hr_registry_cgroups - number of records
 *
 * Context: process; hr_registry_lock() held.
 */
unsigned int hr_registry_cgroups(void)
{
	lockdep_assert_held(&registry.mutex);
	return registry.cgroups;
}

/**
 * hr_registry_kick - have the worker look for births and deaths soon
 * @now: a probe is about to find a pool empty; otherwise a tenth of a second will
 *	do, in which many cgroups can come and go
 *
 * Context: any.
 */
void hr_registry_kick(bool now)
{
	if (READ_ONCE(registry.closing))
		return;
	if (now)
		WRITE_ONCE(registry.now, true);
	irq_work_queue(&registry.kick);
}

/* Once something is due, the next kick has nothing to add; but for a first one to hurry */
static void kick(struct irq_work *work)
{
	bool now = xchg(&registry.now, false);

	if (!xchg(&registry.due, true) || now)
		mod_delayed_work(system_wq, &registry.sweep, now ? 0 : HZ / 10);
}

static void sweep(struct work_struct *work)
{
	u64 begin = ktime_get_ns();

	WRITE_ONCE(registry.due, false);
	hr_registry_lock();
	hr_registry_sync();
	hr_registry_unlock();
	queue_delayed_work(system_wq, &registry.sweep, SWEEP_SECONDS * HZ);
	hr_effort_add(&hr_effort.work, begin);
}

static int registry_populate(void)
{
	struct cgroup_subsys_state *css;

	hr_registry_lock();
	hr_registry_sync();
	hr_registry_unlock();

	rcu_read_lock();
	css = rcu_dereference(cgrp_dfl_root.cgrp.subsys[memory_cgrp_id]);
	registry.root = record_in_slot(mem_cgroup_from_css(css));
	rcu_read_unlock();
	return registry.root && pool.nr ? 0 : -ENOMEM;
}

/**
 * hr_registry_init - find the cgroups that exist
 *
 * Context: process, may sleep; before any probe runs.
 * Return: 0; -ENODEV without the memory controller on cgroup v2; -ENOMEM.
 */
int hr_registry_init(void)
{
	int err;

	if (mem_cgroup_disabled() ||
	    !rcu_access_pointer(cgrp_dfl_root.cgrp.subsys[memory_cgrp_id])) {
		pr_err("the memory controller is not on cgroup v2; boot without cgroup_disable=memory, and mount no cgroup v1 memory hierarchy\n");
		return -ENODEV;
	}
	mutex_init(&registry.mutex);
	xa_init(&registry.index);
	INIT_LIST_HEAD(&registry.all);
	hr_rollup_init();
	raw_spin_lock_init(&pool.lock);
	init_llist_head(&pool.newborn);
	init_llist_head(&pool.unused);
	hr_hist_alloc_init();
	init_irq_work(&registry.kick, kick);
	INIT_DELAYED_WORK(&registry.sweep, sweep);
	registry.cache = KMEM_CACHE(hr_cgroup, SLAB_HWCACHE_ALIGN);
	if (!registry.cache)
		return -ENOMEM;
	hr_cgroup_slot = vzalloc(array_size(SLOTS, sizeof(*hr_cgroup_slot)));
	err = hr_cgroup_slot ? registry_populate() : -ENOMEM;
	if (err) {
		hr_registry_exit();
		return err;
	}
	queue_delayed_work(system_wq, &registry.sweep, SWEEP_SECONDS * HZ);
	return 0;
}

static void record_free(struct hr_cgroup *cg)
{
	stats_drop(&cg->gone);
	stats_drop(&cg->sum);
	css_put(&cg->memcg->css);
	hr_cgroup_put(cg);
}

/* Lets go of all records at once. No probe runs, no stall or reclaim is open. */
static void free_all(void)
{
	struct llist_node *newborn = llist_del_all(&pool.newborn);
	struct hr_cgroup *cg, *next;
	unsigned long id;

	/* Those who blame each other would keep each other */
	xa_for_each(&registry.index, id, cg)
		hr_blame_clear(&cg->blame);
	llist_for_each_entry(cg, newborn, todo)
		hr_blame_clear(&cg->blame);
	xa_for_each(&registry.index, id, cg)
		record_free(cg);
	xa_destroy(&registry.index);
	llist_for_each_entry_safe(cg, next, newborn, todo)
		record_free(cg);
	while (pool.nr)
		kmem_cache_free(registry.cache, pool.record[--pool.nr]);
	hr_hist_alloc_exit();
}

/**
 * hr_registry_exit - forget all cgroups
 *
 * Context: process, may sleep; no probe and no reader runs any more, and no
 * stall is open.
 */
void hr_registry_exit(void)
{
	WRITE_ONCE(registry.closing, true);
	irq_work_sync(&registry.kick);
	cancel_delayed_work_sync(&registry.sweep);
	free_all();
	free_unused();
	rcu_barrier();
	vfree(hr_cgroup_slot);
	hr_cgroup_slot = NULL;
	kmem_cache_destroy(registry.cache);
}
