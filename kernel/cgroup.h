/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Map each memory cgroup to its record
 */
#ifndef _HEADROOM_CGROUP_H
#define _HEADROOM_CGROUP_H

#include <linux/list.h>
#include <linux/llist.h>
#include <linux/memcontrol.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/types.h>

#include "attention_types.h"
#include "blame_types.h"
#include "rollup_types.h"
#include "share_types.h"
#include "stats.h"
#include "task_slots_types.h"

struct hr_poll;

/**
 * struct hr_cgroup - the record of one cgroup
 * @memcg: the memory cgroup; a reference is held while the record is in a slot
 * @key: names this record in the nonresident table: slot in the low 16 bits,
 *	birth number in the high 16, never 0
 * @level: levels below the root
 * @dead: the cgroup is going away; late events belong to @parent
 * @dying: in the registry's list of records to bury
 * @charged: the record's own memory is charged to a memory cgroup
 * @adopted: a probe gave this record, so it may be charged to another one
 * @ref: one for the registry, one for each child and each open stall
 * @attention: its part in the wake-up of the trigger poller
 * @rollup: its part in the rollup to readers and ancestors
 * @share: its part in the division of the nonresident table
 * @local: statistics of the cgroup itself
 * @target: statistics of reclaim from it and its descendants as a whole
 * @origin: its pages that were evicted from outside, on their way into the rollup
 * @blame: its top evictors
 * @held_slots: its part in the division of the slots of tasks
 * @id: cgroup id
 * @parent: nearest ancestor with a record; NULL for the root and for a newborn
 * @by_id: in the registry's list of all records, in order of @id
 * @siblings: in @parent's @children
 * @children: records directly below
 * @todo: in the list of newborn records, or of unused ones
 * @to_bury: in the list of records to bury, which then holds a reference
 * @gone: statistics of removed descendants; NULL until the first is removed
 * @poll: its part in polling, or NULL; belongs to trigger_poll.c
 * @rcu: to free it
 *
 * The owner of a part describes it. The types of parts have headers of their own, since
 * the record contains the parts, and their owners in turn work on records. Probes find a
 * record by its slot, under RCU, and write only to @attention, to the mark in @rollup, to
 * @dying and @to_bury, and to @local, @target, @origin, @blame and @held_slots. The registry lock
 * protects everything else; @parent is written once, before @dead can be set.
 */
struct hr_cgroup {
	struct mem_cgroup *memcg;
	u32 key;
	unsigned int level;
	bool dead;
	bool dying;
	bool charged;
	bool adopted;
	refcount_t ref;
	struct hr_attention attention;
	struct hr_rollup rollup;
	struct hr_share share;
	struct hr_stats local;
	struct hr_target_stats target;
	struct hr_origin_stats origin;
	struct hr_blame blame;
	struct hr_held_slots held_slots;

	u64 id;
	struct hr_cgroup *parent;
	struct list_head by_id;
	struct list_head siblings;
	struct list_head children;
	struct llist_node todo;
	struct llist_node to_bury;
	struct hr_stats *gone;
	struct hr_poll *poll;
	struct rcu_head rcu;
};

extern struct hr_cgroup __rcu **hr_cgroup_slot;

int hr_cgroup_init(void);
int hr_cgroup_init_root(void);
void hr_cgroup_exit(void);
void hr_cgroup_fill_spares(void);
void hr_cgroup_ensure(struct mem_cgroup *memcg, bool wait);
void hr_cgroup_charge_adopted(struct hr_cgroup *cg);
struct hr_cgroup *hr_cgroup_existing(struct mem_cgroup *memcg);
struct llist_node *hr_cgroup_take_newborn(void);
void hr_cgroup_defer_newborn(struct hr_cgroup *cg);
void hr_cgroup_bury(struct hr_cgroup *cg);
void hr_cgroup_free_unused(void);
struct hr_cgroup *hr_cgroup_of_slow(struct mem_cgroup *memcg);
struct hr_cgroup *hr_cgroup_of_current(void);
struct hr_cgroup *hr_cgroup_root(void);
struct hr_cgroup *hr_cgroup_alive(struct hr_cgroup *cg);
struct hr_cgroup *hr_cgroup_parent(struct hr_cgroup *cg);
bool hr_cgroup_is_within(const struct hr_cgroup *cg, const struct hr_cgroup *top);
unsigned int hr_cgroup_origin(const struct hr_cgroup *victim, const struct hr_cgroup *evictor,
			      const struct hr_cgroup *target);
void hr_cgroup_unused(struct hr_cgroup *cg);

/* Whether a cgroup's memory controller is on, and the cgroup is not being removed */
static inline bool hr_css_alive(const struct cgroup_subsys_state *css)
{
	/* Pairs with the kernel's online_css(), offline_css() and kill_css(); needs no order */
	return (READ_ONCE(css->flags) & (CSS_ONLINE | CSS_DYING)) == CSS_ONLINE;
}

/* The record in a slot, or NULL. Probes run with preemption off, which includes RCU. */
static inline struct hr_cgroup *hr_cgroup_in_slot(u16 slot)
{
	/* Pairs with rcu_assign_pointer() in record_publish() */
	return rcu_dereference_sched(hr_cgroup_slot[slot]);
}

/**
 * hr_cgroup_of - find the record that events of a memory cgroup are charged to
 * @memcg: the memory cgroup; NULL for the root
 *
 * Context: any, under RCU, with preemption off. Takes a lock only at the first contact
 * with a cgroup.
 * Return: its record, or that of the nearest ancestor that has one; never NULL.
 */
static inline struct hr_cgroup *hr_cgroup_of(struct mem_cgroup *memcg)
{
	struct hr_cgroup *cg;

	if (likely(memcg)) {
		cg = hr_cgroup_in_slot(hr_memcg_number(memcg));
		if (likely(cg && cg->memcg == memcg))
			return cg;
	}
	return hr_cgroup_of_slow(memcg);
}

/**
 * hr_cgroup_by_key - find the record that a key names
 * @key: its @key in struct hr_cgroup
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
 * hr_cgroup_outside - the counters of a victim's pages with an origin
 * @victim: record of the victim, or of its nearest living ancestor
 * @origin: from hr_cgroup_origin()
 *
 * Context: any, under RCU.
 * Return: the counters; NULL if the evictor is the victim or below it.
 */
static inline struct hr_page_stats *hr_cgroup_outside(struct hr_cgroup *victim,
						      unsigned int origin)
{
	if (origin >= HR_NR_ORIGINS || origin > victim->level || !victim->level)
		return NULL;
	return &victim->origin.pages[origin];
}

/**
 * hr_cgroup_get - take a reference on a record
 * @cg: a record that the caller found under RCU, which it still holds
 *
 * Context: any.
 */
static inline void hr_cgroup_get(struct hr_cgroup *cg)
{
	refcount_inc(&cg->ref);
}

/**
 * hr_cgroup_put - put a reference on a record
 * @cg: a record from hr_cgroup_get(); NULL is allowed
 *
 * Context: any, also below the run-queue lock.
 */
static inline void hr_cgroup_put(struct hr_cgroup *cg)
{
	if (cg && refcount_dec_and_test(&cg->ref))
		hr_cgroup_unused(cg);
}

#endif /* _HEADROOM_CGROUP_H */
