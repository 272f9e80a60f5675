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

struct headroom_watched;
struct netlink_ext_ack;

/**
 * enum headroom_attention - who watches for what happens to a cgroup; see watcher.c
 * @HEADROOM_ATTENTION_NONE: whoever finds it so wakes the worker
 * @HEADROOM_ATTENTION_ACTIVE: the worker looks at it
 * @HEADROOM_ATTENTION_IGNORED: nobody does
 */
enum headroom_attention {
	HEADROOM_ATTENTION_NONE,
	HEADROOM_ATTENTION_ACTIVE,
	HEADROOM_ATTENTION_IGNORED,
};

/**
 * struct headroom_cgroup - the record of one cgroup
 * @memcg: the memory cgroup; a reference is held while the record is in a slot
 * @key: names this record in the nonresident table: slot in the low 16 bits,
 *	birth number in the high 16, never 0
 * @dead: the cgroup is going away; late events belong to @parent
 * @changed: something was counted since readers looked last; see changes.c
 * @attention: enum headroom_attention
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
 * @watched: what triggers know of it, or NULL; belongs to watcher.c
 * @rcu: for freeing
 *
 * Probes reach a record by its slot, under RCU, and touch only what stands
 * before @id. The rest belongs to the registry's mutex; @parent is written
 * once, before @dead can be.
 */
struct headroom_cgroup {
	struct mem_cgroup *memcg;
	u32 key;
	bool dead;
	bool changed;
	int attention;
	refcount_t ref;
	struct headroom_stats local;
	struct headroom_target_stats target;
	struct headroom_blame blame;
	struct llist_node change;
	struct llist_node activated;

	u64 id;
	struct headroom_cgroup *parent;
	struct list_head by_id;
	struct list_head siblings;
	struct list_head children;
	struct llist_node todo;
	struct headroom_stats *gone;
	u64 generation;
	struct list_head order;
	struct headroom_summary own;
	struct headroom_summary below;
	struct headroom_stats *sum;
	u64 summed;
	struct headroom_watched *watched;
	struct rcu_head rcu;
};

int headroom_registry_init(void);
void headroom_registry_exit(void);

extern struct headroom_cgroup __rcu **headroom_cgroup_slot;

struct headroom_cgroup *headroom_cgroup_of_slow(struct mem_cgroup *memcg);
struct headroom_cgroup *headroom_cgroup_of_current(void);
struct headroom_cgroup *headroom_cgroup_root(void);
struct headroom_cgroup *headroom_cgroup_alive(struct headroom_cgroup *cg);
struct headroom_cgroup *headroom_cgroup_parent(struct headroom_cgroup *cg);
void headroom_cgroup_unused(struct headroom_cgroup *cg);

/* Probes run with preemption off, which is RCU enough */
static inline struct headroom_cgroup *headroom_cgroup_in_slot(u16 slot)
{
	return rcu_dereference_sched(headroom_cgroup_slot[slot]);
}

/**
 * headroom_cgroup_of - the record that events of a memory cgroup go to
 * @memcg: the memory cgroup; NULL stands for the root
 *
 * Context: any, under RCU, with preemption off. Takes no lock unless it meets the
 * cgroup for the first time.
 * Return: its record, or that of the nearest ancestor that has one; never
 * NULL.
 */
static inline struct headroom_cgroup *headroom_cgroup_of(struct mem_cgroup *memcg)
{
	struct headroom_cgroup *cg;

	if (likely(memcg)) {
		cg = headroom_cgroup_in_slot(memcg->id.id);
		if (likely(cg && cg->memcg == memcg))
			return cg;
	}
	return headroom_cgroup_of_slow(memcg);
}

/**
 * headroom_cgroup_by_key - the record that a key names
 * @key: what its @key was
 *
 * Context: any, under RCU, with preemption off.
 * Return: the record; NULL if the cgroup is gone.
 */
static inline struct headroom_cgroup *headroom_cgroup_by_key(u32 key)
{
	struct headroom_cgroup *cg = headroom_cgroup_in_slot(key);

	return cg && cg->key == key ? cg : NULL;
}

/**
 * headroom_cgroup_get - hold a record beyond RCU
 * @cg: a record found under RCU, which is still held
 *
 * Context: any.
 */
static inline void headroom_cgroup_get(struct headroom_cgroup *cg)
{
	refcount_inc(&cg->ref);
}

/**
 * headroom_cgroup_put - release a record
 * @cg: what headroom_cgroup_get() was called on; NULL is allowed
 *
 * Context: any, also below the run-queue lock.
 */
static inline void headroom_cgroup_put(struct headroom_cgroup *cg)
{
	if (cg && refcount_dec_and_test(&cg->ref))
		headroom_cgroup_unused(cg);
}

void headroom_registry_kick(bool now);
void headroom_registry_lock(void);
void headroom_registry_unlock(void);
void headroom_registry_sync(void);
void headroom_registry_announce(void);
void headroom_registry_sync_announced(void);
struct headroom_cgroup *headroom_registry_find(unsigned long id);
struct headroom_cgroup *headroom_registry_from(unsigned long id);
struct headroom_cgroup *headroom_registry_next(struct headroom_cgroup *cg);
bool headroom_registry_blame(unsigned long *id,
			     struct headroom_blame_totals *blame, bool exact);
unsigned int headroom_registry_epoch(void);
void headroom_registry_rescale(unsigned int from, unsigned int to);
unsigned int headroom_registry_cgroups(void);

#endif /* _HEADROOM_REGISTRY_H */
