// SPDX-License-Identifier: GPL-2.0
/*
 * Map each memory cgroup to its record
 *
 * Lookup. The kernel numbers its memory cgroups with 16 bits and reuses the numbers. The
 * record in the slot of a number is the right one if it has the right memcg. No other
 * memcg can have the same address, since the record holds a reference.
 *
 *	slot[memcg id] --> record --> parent --> ... --> root
 *
 * First contact. No event announces every cgroup: cgroup_mkdir fires when a cgroup is
 * created, but no event fires when its controller is switched on later. So a probe that
 * meets a memory cgroup without a record gives it one of the spare records at once. The
 * registry links such newborn records into its tree later.
 *
 * Memory. A container may create cgroups by the thousand, so the record of a cgroup is charged
 * to its parent, as the kernel does with its own structures. A probe cannot allocate: the
 * record that it takes is charged to another cgroup, or to none. For that, the parent of its
 * cgroup is charged for a record that becomes a spare one. So each cgroup pays for as many
 * records as there are below it, if not for the same ones. The kernel charges the root nothing.
 *
 * References. An open stall, a blame slot and a child hold references on a record. The
 * last reference may be put below a run-queue lock, so that only adds the record to a
 * list; the sweep frees it after a grace period.
 *
 * spare.lock protects the slots and the spare records. It is raw and a leaf, since probes
 * take it with interrupts off below any lock of the page cache.
 */
#include <linux/cgroup.h>
#include <linux/lockdep.h>
#include <linux/memcontrol.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "cgroup.h"
#include "dropped.h"
#include "holder.h"
#include "registry_lock.h"
#include "worker.h"

#define SLOTS		(U16_MAX + 1)
#define SPARES		16

/* By the number that the kernel gives to a memory cgroup */
struct hr_cgroup __rcu **hr_cgroup_slot __read_mostly;

static struct {
	struct hr_cgroup *root;
	struct kmem_cache *cache;
} records;

static struct {
	raw_spinlock_t lock;		/* protects the next three members and the slots */
	unsigned int nr;
	struct hr_cgroup *record[SPARES];
	u16 births;
	struct llist_head newborn;	/* records to link into the tree */
	struct llist_head unused;	/* records without references */
} spare = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(spare.lock),
	.newborn = LLIST_HEAD_INIT(spare.newborn),
	.unused = LLIST_HEAD_INIT(spare.unused),
};

/*
 * Allocate a record, charged to @payer unless that is NULL. A charge takes the payer beyond its
 * limit, if need be, and reclaims nothing: else this would wait for the payer's pages, and
 * count as their evictor. So it waits for no memory either, not even for the machine's.
 */
static struct hr_cgroup *record_alloc(struct mem_cgroup *payer, gfp_t gfp)
{
	struct mem_cgroup *before;
	struct hr_cgroup *cg;

	if (payer) {
		before = set_active_memcg(payer);
		cg = kmem_cache_zalloc(records.cache, GFP_ATOMIC | __GFP_NOWARN | __GFP_ACCOUNT);
		set_active_memcg(before);
	} else {
		cg = kmem_cache_zalloc(records.cache, gfp);
	}
	if (!cg)
		return NULL;
	cg->charged = payer;
	hr_blame_init(&cg->blame);
	return cg;
}

/* Publish @cg as the record of @memcg. Returns false if the cgroup is dying. */
static bool record_publish(struct hr_cgroup *cg, struct mem_cgroup *memcg)
{
	struct mem_cgroup *parent = parent_mem_cgroup(memcg);
	u16 slot = hr_memcg_number(memcg);

	lockdep_assert_held(&spare.lock);
	if (!slot || !hr_css_alive(&memcg->css) || !css_tryget(&memcg->css))
		return false;
	cg->memcg = memcg;
	cg->id = cgroup_id(memcg->css.cgroup);
	cg->level = memcg->css.cgroup->level;
	spare.births++;
	cg->key = slot | (u32)spare.births << 16;
	hr_holder_birth(cg->key, parent ? hr_memcg_number(parent) : 0);
	refcount_set(&cg->ref, 1);
	INIT_LIST_HEAD(&cg->siblings);
	INIT_LIST_HEAD(&cg->children);
	llist_add(&cg->todo, &spare.newborn);
	/* Pairs with rcu_dereference_sched() in hr_cgroup_in_slot() */
	rcu_assign_pointer(hr_cgroup_slot[slot], cg);
	return true;
}

/* As hr_cgroup_in_slot(), but also under spare.lock */
static __always_inline struct hr_cgroup *slot_read(u16 slot)
{
	/* Pairs with rcu_assign_pointer() in record_publish() */
	return rcu_dereference_check(hr_cgroup_slot[slot],
				     rcu_read_lock_sched_held() ||
				     lockdep_is_held(&spare.lock));
}

static __always_inline struct hr_cgroup *record_in_slot(struct mem_cgroup *memcg)
{
	struct hr_cgroup *cg;

	cg = slot_read(hr_memcg_number(memcg));
	return cg && cg->memcg == memcg ? cg : NULL;
}

/* Give @memcg a spare record. Returns NULL if it is dying or no spare is left. */
static noinline struct hr_cgroup *record_adopt(struct mem_cgroup *memcg)
{
	struct hr_cgroup *cg;
	unsigned long flags;

	if (!hr_css_alive(&memcg->css))
		return NULL;
	raw_spin_lock_irqsave(&spare.lock, flags);
	cg = record_in_slot(memcg);
	if (!cg && spare.nr) {
		cg = spare.record[spare.nr - 1];
		if (record_publish(cg, memcg)) {
			spare.nr--;
			cg->adopted = true;
		} else {
			cg = NULL;
		}
	}
	if (spare.nr < SPARES / 2)
		hr_worker_kick(true);
	raw_spin_unlock_irqrestore(&spare.lock, flags);
	return cg;
}

/**
 * hr_cgroup_of_slow - hr_cgroup_of() for a memory cgroup that has no record yet
 * @memcg: the memory cgroup; NULL for the root
 *
 * Context: any, under RCU.
 * Return: as hr_cgroup_of().
 */
struct hr_cgroup *hr_cgroup_of_slow(struct mem_cgroup *memcg)
{
	struct hr_cgroup *cg = records.root;
	bool passed_over = false;

	for (; memcg; memcg = parent_mem_cgroup(memcg)) {
		cg = record_in_slot(memcg);
		if (!cg)
			cg = record_adopt(memcg);
		if (likely(cg))
			break;
		passed_over |= hr_css_alive(&memcg->css);
	}
	if (unlikely(passed_over))
		hr_drop(cgroup_unknown, 1);
	return cg ?: records.root;
}

/**
 * hr_cgroup_of_current - the record that the running task's events are charged to
 *
 * A kernel thread has no demand of its own. While it works for a cgroup, as that of a loop
 * device and that of writeback do, the kernel names the cgroup in active_memcg. For other
 * tasks, active_memcg is the cgroup that pays for memory, and not the one that demands it.
 *
 * Context: task, under RCU.
 * Return: never NULL.
 */
struct hr_cgroup *hr_cgroup_of_current(void)
{
	if (unlikely(current->flags & PF_KTHREAD && current->active_memcg))
		return hr_cgroup_of(current->active_memcg);
	return hr_cgroup_of(mem_cgroup_from_task(current));
}

/**
 * hr_cgroup_root - the record of the root, which never dies
 *
 * Context: any.
 */
struct hr_cgroup *hr_cgroup_root(void)
{
	return records.root;
}

/**
 * hr_cgroup_existing - find the record of a memory cgroup without giving it one
 * @memcg: the memory cgroup
 *
 * Context: any, under RCU.
 * Return: the record or NULL.
 */
struct hr_cgroup *hr_cgroup_existing(struct mem_cgroup *memcg)
{
	return record_in_slot(memcg);
}

/**
 * hr_cgroup_alive - find the record to charge in place of one that may have died
 * @cg: a record on which the caller holds a reference
 *
 * Context: any, under RCU, which the caller holds until it has used the result.
 * Return: @cg, or its nearest ancestor that is not dead.
 */
struct hr_cgroup *hr_cgroup_alive(struct hr_cgroup *cg)
{
	/* Pairs with the release in hr_cgroup_bury() */
	while (smp_load_acquire(&cg->dead))
		cg = cg->parent;
	return cg;
}

/**
 * hr_cgroup_parent - find the record above
 * @cg: a record on which the caller holds a reference
 *
 * A newborn has no parent yet: for it, this finds the nearest ancestor with a record.
 *
 * Context: any, under RCU, which the caller holds until it has used the result.
 * Return: the record; NULL above the root.
 */
struct hr_cgroup *hr_cgroup_parent(struct hr_cgroup *cg)
{
	/* Pairs with WRITE_ONCE() in link_newborn() */
	struct hr_cgroup *parent = READ_ONCE(cg->parent);
	struct mem_cgroup *memcg;

	if (parent || cg == records.root)
		return parent;
	/* @cg is alive: only linked records die */
	memcg = parent_mem_cgroup(cg->memcg);
	for (; memcg && !parent; memcg = parent_mem_cgroup(memcg))
		parent = record_in_slot(memcg);
	return parent;
}

/**
 * hr_cgroup_is_within - whether a cgroup is another one or below it
 * @cg: record of the cgroup; alive
 * @top: record of the other; alive
 *
 * Context: any, under RCU or with the registry lock held.
 */
bool hr_cgroup_is_within(const struct hr_cgroup *cg, const struct hr_cgroup *top)
{
	return cgroup_is_descendant(cg->memcg->css.cgroup, top->memcg->css.cgroup);
}

/**
 * hr_cgroup_origin - where the demand comes from that evicts a page, as its victim sees it
 * @victim: record of the victim; alive
 * @evictor: record of the evictor; alive
 * @target: record of the target of reclaim; NULL if it has none
 *
 * That is the evictor's place. But a limit concerns those below it: reclaim for it is never
 * from outside as its cgroup sees it, even if a task elsewhere lowered the limit.
 *
 * The place stays the same when the evictor is removed: the lowest cgroup that has both
 * below it lives as long as the victim. Compares HR_NR_ORIGINS levels at most.
 *
 * Context: any, under RCU.
 * Return: the origin, up to HR_NR_ORIGINS; see there.
 */
unsigned int hr_cgroup_origin(const struct hr_cgroup *victim, const struct hr_cgroup *evictor,
			      const struct hr_cgroup *target)
{
	unsigned int level = min3(victim->level, evictor->level, HR_NR_ORIGINS - 1U);
	unsigned int limited = target ? min(target->level, HR_NR_ORIGINS - 1U) : 0;

	if (evictor != victim && evictor == records.root && !limited)
		return HR_ORIGIN_MACHINE;
	while (level > limited && cgroup_ancestor(victim->memcg->css.cgroup, level) !=
				  cgroup_ancestor(evictor->memcg->css.cgroup, level))
		level--;
	return max(level, limited) + 1;
}

/**
 * hr_cgroup_take_newborn - take all newborn records, which the caller then links
 *
 * Context: process; the registry.
 * Return: list of struct hr_cgroup by @todo.
 */
struct llist_node *hr_cgroup_take_newborn(void)
{
	return llist_del_all(&spare.newborn);
}

/**
 * hr_cgroup_defer_newborn - put back a record that could not be linked yet
 * @cg: a record from hr_cgroup_take_newborn()
 *
 * Context: process; the registry.
 */
void hr_cgroup_defer_newborn(struct hr_cgroup *cg)
{
	llist_add(&cg->todo, &spare.newborn);
}

/**
 * hr_cgroup_bury - take the record of a dying cgroup out of its slot
 * @cg: the record; has no living children
 *
 * Probes may write to @cg for a grace period. After that they charge late events to its
 * nearest living ancestor. The slot may already have another record: the kernel reuses the
 * number of a memcg that still has references.
 *
 * Context: process; registry lock held.
 */
void hr_cgroup_bury(struct hr_cgroup *cg)
{
	struct hr_cgroup __rcu **slot = &hr_cgroup_slot[cg->key & (SLOTS - 1)];

	hr_registry_assert_locked();
	raw_spin_lock_irq(&spare.lock);
	/* Pairs with rcu_dereference_sched() in hr_cgroup_in_slot(); NULL needs no order */
	if (rcu_access_pointer(*slot) == cg)
		RCU_INIT_POINTER(*slot, NULL);
	hr_holder_death(cg->key);
	raw_spin_unlock_irq(&spare.lock);
	/*
	 * Pairs with the acquire in hr_cgroup_alive() and in path_of() of notify.c: what a
	 * dead record has, its parent above all, was written before
	 */
	smp_store_release(&cg->dead, true);
}

static void record_free_rcu(struct rcu_head *rcu)
{
	struct hr_cgroup *cg = container_of(rcu, struct hr_cgroup, rcu);

	hr_stats_free(&cg->local);
	hr_target_stats_free(&cg->target);
	kfree(cg->poll);
	kmem_cache_free(records.cache, cg);
}

/**
 * hr_cgroup_free_unused - free records without references after a grace period
 *
 * Context: process.
 */
void hr_cgroup_free_unused(void)
{
	struct hr_cgroup *cg, *next;

	llist_for_each_entry_safe(cg, next, llist_del_all(&spare.unused), todo)
		call_rcu(&cg->rcu, record_free_rcu);
}

/**
 * hr_cgroup_unused - hand a record without references to the sweep
 * @cg: the record
 *
 * Its reference on its parent is put, too.
 *
 * Context: any, also below the run-queue lock.
 */
void hr_cgroup_unused(struct hr_cgroup *cg)
{
	do {
		struct hr_cgroup *parent = cg->parent;

		llist_add(&cg->todo, &spare.unused);
		hr_worker_kick(false);
		cg = parent;
	} while (cg && refcount_dec_and_test(&cg->ref));
}

/**
 * hr_cgroup_fill_spares - replace the spare records that probes have taken
 *
 * Context: process, may sleep.
 */
void hr_cgroup_fill_spares(void)
{
	struct hr_cgroup *cg;

	/* A hint, checked again below. Pairs with the update under the lock in record_adopt() */
	while (READ_ONCE(spare.nr) < SPARES) {
		cg = record_alloc(NULL, GFP_KERNEL);
		if (!cg)
			return;
		raw_spin_lock_irq(&spare.lock);
		if (spare.nr < SPARES) {
			spare.record[spare.nr++] = cg;
			cg = NULL;
		}
		raw_spin_unlock_irq(&spare.lock);
		if (cg)
			kmem_cache_free(records.cache, cg);
	}
}

/* Put a charged record among the spare ones, if one of them is not charged. Returns that one. */
static struct hr_cgroup *replace_uncharged(struct hr_cgroup *charged)
{
	unsigned int i;

	lockdep_assert_held(&spare.lock);
	for (i = 0; i < spare.nr; i++)
		if (!spare.record[i]->charged) {
			swap(spare.record[i], charged);
			break;
		}
	return charged;
}

/**
 * hr_cgroup_charge_adopted - charge a spare record to the parent of a newborn's cgroup
 * @cg: the newborn; nothing is charged if no probe gave it
 *
 * See the head of this file. Without memory no cgroup is charged.
 *
 * Context: process; registry lock held. Does not wait for memory.
 */
void hr_cgroup_charge_adopted(struct hr_cgroup *cg)
{
	struct mem_cgroup *payer = parent_mem_cgroup(cg->memcg);
	struct hr_cgroup *charged;

	hr_registry_assert_locked();
	if (!cg->adopted || !payer)
		return;
	charged = record_alloc(payer, 0);
	if (!charged)
		return;
	raw_spin_lock_irq(&spare.lock);
	if (spare.nr < SPARES) {
		spare.record[spare.nr++] = charged;
		charged = NULL;
	} else {
		charged = replace_uncharged(charged);
	}
	raw_spin_unlock_irq(&spare.lock);
	if (charged)
		kmem_cache_free(records.cache, charged);
}

/**
 * hr_cgroup_ensure - give a memory cgroup a record if it has none
 * @memcg: the memory cgroup; the caller holds a reference
 * @wait: wait for memory, if need be; the record is then charged to no cgroup
 *
 * Does nothing if the cgroup is dying or memory is short.
 *
 * Context: process; may sleep if @wait is set.
 */
void hr_cgroup_ensure(struct mem_cgroup *memcg, bool wait)
{
	struct mem_cgroup *payer = parent_mem_cgroup(memcg);
	struct hr_cgroup *cg = payer ? record_alloc(payer, 0) : NULL;

	if (!cg)
		cg = record_alloc(NULL, wait ? GFP_KERNEL : GFP_NOWAIT | __GFP_NOWARN);
	if (!cg)
		return;
	raw_spin_lock_irq(&spare.lock);
	if (!record_in_slot(memcg) && record_publish(cg, memcg))
		cg = NULL;
	raw_spin_unlock_irq(&spare.lock);
	if (cg)
		kmem_cache_free(records.cache, cg);
}

/**
 * hr_cgroup_init_root - find the record of the root
 *
 * Context: process; the registry has given a record to each cgroup.
 * Return: 0, or -ENOMEM if it or the spare records could not be allocated.
 */
int hr_cgroup_init_root(void)
{
	struct cgroup_subsys_state *css;

	rcu_read_lock();
	css = rcu_dereference(cgrp_dfl_root.cgrp.subsys[memory_cgrp_id]);
	records.root = record_in_slot(mem_cgroup_from_css(css));
	rcu_read_unlock();
	return records.root && spare.nr ? 0 : -ENOMEM;
}

/**
 * hr_cgroup_init - allocate the slots
 *
 * Context: process, may sleep; before any probe runs.
 * Return: 0; -ENODEV if the memory controller is not on cgroup v2; -ENOMEM.
 */
int hr_cgroup_init(void)
{
	if (mem_cgroup_disabled() ||
	    !rcu_access_pointer(cgrp_dfl_root.cgrp.subsys[memory_cgrp_id])) {
		pr_err("the memory controller is not on cgroup v2; boot without cgroup_disable=memory, and mount no cgroup v1 memory hierarchy\n");
		return -ENODEV;
	}
	records.cache = kmem_cache_create("headroom_cgroup", sizeof(struct hr_cgroup), 0,
					  SLAB_HWCACHE_ALIGN, NULL);
	if (!records.cache)
		return -ENOMEM;
	hr_cgroup_slot = vzalloc(array_size(SLOTS, sizeof(*hr_cgroup_slot)));
	if (!hr_cgroup_slot)
		goto err_cache;
	if (hr_holder_init())
		goto err_slots;
	return 0;

err_slots:
	vfree(hr_cgroup_slot);
err_cache:
	kmem_cache_destroy(records.cache);
	return -ENOMEM;
}

/**
 * hr_cgroup_exit - free the slots and all records without references
 *
 * Context: process, may sleep; no probe and no sweep runs any more, and no record has a
 * reference.
 */
void hr_cgroup_exit(void)
{
	while (spare.nr)
		kmem_cache_free(records.cache, spare.record[--spare.nr]);
	hr_cgroup_free_unused();
	rcu_barrier();
	hr_holder_exit();
	vfree(hr_cgroup_slot);
	hr_cgroup_slot = NULL;
	kmem_cache_destroy(records.cache);
}
