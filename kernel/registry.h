/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_REGISTRY_H
#define _HEADROOM_REGISTRY_H

#include <linux/list.h>
#include <linux/llist.h>
#include <linux/memcontrol.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/types.h>

#include "blame.h"
#include "stats.h"

struct hr_trigger_polled;
struct netlink_ext_ack;

/**
 * enum hr_attention - who watches for what happens to a cgroup; see trigger_poll.c
 * @HR_ATTENTION_NONE: whoever finds it so wakes the worker
 * @HR_ATTENTION_ACTIVE: the worker looks at it
 * @HR_ATTENTION_IGNORED: nobody does
 */
enum hr_attention {
	HR_ATTENTION_NONE,
	HR_ATTENTION_ACTIVE,
	HR_ATTENTION_IGNORED,
};

/**
 * struct hr_cgroup - the record of one cgroup
 * @memcg: the memory cgroup; a reference is held while the record is in a slot
 * @key: names this record in the nonresident table: slot in the low 16 bits,
 *	birth number in the high 16, never 0
 * @dead: the cgroup is going away; late events belong to @parent
 * @changed: something was counted since readers looked last; see rollup.c
 * @attention: enum hr_attention
 * @ref: one for the registry, one for each child and each open stall
 * @local: statistics of the cgroup itself
 * @target: reclaim from it and all below it as a whole
 * @blame: who took its pages
 * @change: in the list of those with @changed
 * @activated: in the trigger worker's list of those that became active
 * @id: cgroup id
 * @parent: nearest ancestor with a record; NULL for the root and for a newborn
 * @by_id: in the list of all in order of @id
 * @siblings: in @parent's @children
 * @children: records below
 * @todo: in one of the worker's lists: to be linked, or to be freed
 * @gone: statistics of what was removed below; NULL while there was nothing
 * @generation: grows when anything is counted here or below; 0 for a newborn
 * @order: in the list of all by @generation
 * @own: what @local amounted to when readers looked last
 * @below: the same of the cgroup, all below, and @gone
 * @sum: statistics of those together; NULL while nobody wanted them
 * @summed: the @generation that they are of
 * @watched: what triggers know of it, or NULL; belongs to trigger_poll.c
 * @rcu: for freeing
 *
 * Probes reach a record by its slot, under RCU, and touch only what stands
 * before @id. The rest belongs to the registry's mutex; @parent is written
 * once, before @dead can be.
 */
struct hr_cgroup {
	struct mem_cgroup *memcg;
	u32 key;
	bool dead;
	bool changed;
	int attention;
	refcount_t ref;
	struct hr_stats local;
	struct hr_target_stats target;
	struct hr_blame blame;
	struct llist_node change;
	struct llist_node activated;

	u64 id;
	struct hr_cgroup *parent;
	struct list_head by_id;
	struct list_head siblings;
	struct list_head children;
	struct llist_node todo;
	struct hr_stats *gone;
	u64 generation;
	struct list_head order;
	struct hr_summary own;
	struct hr_summary below;
	struct hr_stats *sum;
	u64 summed;
	struct hr_trigger_polled *watched;
	struct rcu_head rcu;
};

int hr_registry_init(void);
void hr_registry_exit(void);

extern struct hr_cgroup __rcu **hr_cgroup_slot;

struct hr_cgroup *hr_cgroup_of_slow(struct mem_cgroup *memcg);
struct hr_cgroup *hr_cgroup_of_current(void);
struct hr_cgroup *hr_cgroup_root(void);
struct hr_cgroup *hr_cgroup_alive(struct hr_cgroup *cg);
struct hr_cgroup *hr_cgroup_parent(struct hr_cgroup *cg);
void hr_cgroup_unused(struct hr_cgroup *cg);

/* Probes run with preemption off, which is RCU enough */
static inline struct hr_cgroup *hr_cgroup_in_slot(u16 slot)
{
	return rcu_dereference_sched(hr_cgroup_slot[slot]);
}

/**
 * hr_cgroup_of - the record that events of a memory cgroup go to
 * @memcg: the memory cgroup; NULL stands for the root
 *
 * Context: any, under RCU, with preemption off. Takes no lock unless it meets the
 * cgroup for the first time.
 * Return: its record, or that of the nearest ancestor that has one; never
 * NULL.
 */
static inline struct hr_cgroup *hr_cgroup_of(struct mem_cgroup *memcg)
{
	struct hr_cgroup *cg;

	if (likely(memcg)) {
		cg = hr_cgroup_in_slot(memcg->id.id);
		if (likely(cg && cg->memcg == memcg))
			return cg;
	}
	return hr_cgroup_of_slow(memcg);
}

/**
 * hr_cgroup_by_key - the record that a key names
 * @key: what its @key was
 *
 * Context: any, under RCU, with preemption off.
 * Return: the record; NULL if the cgroup is gone.
 */
static inline struct hr_cgroup *hr_cgroup_by_key(u32 key)
{
	struct hr_cgroup *cg = hr_cgroup_in_slot(key);

	return cg && cg->key == key ? cg : NULL;
}

/**
 * hr_cgroup_get - hold a record beyond RCU
 * @cg: a record found under RCU, which is still held
 *
 * Context: any.
 */
static inline void hr_cgroup_get(struct hr_cgroup *cg)
{
	refcount_inc(&cg->ref);
}

/**
 * hr_cgroup_put - release a record
 * @cg: what hr_cgroup_get() was called on; NULL is allowed
 *
 * Context: any, also below the run-queue lock.
 */
static inline void hr_cgroup_put(struct hr_cgroup *cg)
{
	if (cg && refcount_dec_and_test(&cg->ref))
		hr_cgroup_unused(cg);
}

void hr_registry_kick(bool now);
void hr_registry_lock(void);
void hr_registry_unlock(void);
void hr_registry_sync(void);
void hr_registry_announce(void);
void hr_registry_sync_announced(void);
struct hr_cgroup *hr_registry_find(unsigned long id);
struct hr_cgroup *hr_registry_from(unsigned long id);
struct hr_cgroup *hr_registry_next(struct hr_cgroup *cg);
bool hr_registry_blame(unsigned long *id,
		       struct hr_blame_totals *blame, bool exact);
unsigned int hr_registry_epoch(void);
void hr_registry_rescale(unsigned int from, unsigned int to);
unsigned int hr_registry_cgroups(void);

#endif /* _HEADROOM_REGISTRY_H */
