// SPDX-License-Identifier: GPL-2.0
/*
 * Map tasks to slots, in hash tables that grow with the number of tasks
 *
 * Reclaim and stalls are intervals between two events of one task. A probe cannot allocate,
 * so the state of an open interval is in a slot of an array, a segment. A task may use the
 * slot that the hash of its address selects, or one of the next HR_TASK_WAYS - 1.
 *
 *	claim	compare-and-exchange of the pointer to the task: tasks compete only for free
 *		slots
 *	find	no barrier: a task finds only the slot that it has claimed itself
 *	release	store with release: the task has read the slot before another one can
 *		claim it
 *
 * A slot is a structure whose first member is a pointer to its task, NULL if it is free.
 * Probes find a slot at each event, so what concerns the first segment is inline, and the size
 * of a slot is a constant.
 *
 * Growth. A claim that finds most of its ways taken in the newest segment, or gets no slot,
 * requests another segment, and the worker allocates it with twice as many slots. There are
 * HR_TASK_SEGMENTS at most, 61,468 slots. A segment is not freed before the module is unloaded.
 * A claim goes to the first segment with room. So a lookup compares 8 pointers while the first
 * segment suffices, also after a crowd has gone, and HR_TASK_SEGMENTS times as many at most.
 * Each segment has another hash, so that tasks that collide in one do not in the next.
 *
 * Limits. The first segment is open to all. One cgroup could fill it, and with it all segments
 * together, so those behind it, the shared ones, are rationed. Each cgroup counts the shared
 * slots that its tasks and those of its descendants hold. A claim succeeds as long as more slots
 * are free than the task's cgroup and its ancestors below the root hold, added up:
 *
 *	free = shared - used  >  held(cgroup) + held(parent) + ... + held(child of the root)
 *
 * One cgroup that is d levels below the root then holds 1 / (d + 1) of the slots at most. Its
 * children, which count in it, have no more. Others always find some free: a sibling gets 1 /
 * (d + 1)^2 at least. Each holder that joins reduces what all may hold, and takes nothing from
 * those that hold less. Claims on several CPUs at a time can exceed this by one for each.
 *
 * A newborn has no parent yet, so it counts alone until the sweep links it. The slot remembers
 * how many records were charged: the same ones are uncharged, since a parent never changes.
 *
 * A task that gets no slot is not followed. The caller counts that as dropped.
 */
#include <linux/cgroup.h>
#include <linux/mutex.h>
#include <linux/swab.h>
#include <linux/vmalloc.h>

#include "cgroup.h"
#include "task_slots.h"
#include "worker.h"

/**
 * struct charge - what the holder of a shared slot was charged to
 * @cg: the task's cgroup when it claimed the slot; holds a reference
 * @levels: @cg and its ancestors that were charged
 *
 * A shared segment has one for each slot, behind the slots. The task of the slot writes it.
 */
struct charge {
	struct hr_cgroup *cg;
	unsigned int levels;
};

static struct {
	struct mutex mutex;		/* segments come and go */
	struct hr_task_slots *slots[HR_NR_INTERVALS];
} growth = {
	.mutex = __MUTEX_INITIALIZER(growth.mutex),
};

/* The first slot that a task may use in a segment. Each segment makes the next one's hash. */
static void *first_way(const struct hr_task_slots *slots, void *segment, unsigned int nr, u64 *hash)
{
	*hash = swab64(*hash * GOLDEN_RATIO_64) * GOLDEN_RATIO_64;
	return segment + (*hash >> (64 - HR_TASK_SLOT_BITS - nr)) * slots->size;
}

/**
 * hr_task_slot_find_shared - find the slot of a task in the shared segments
 * @slots: the slots
 * @task: as for hr_task_slot_find()
 *
 * Context: any; preemption off.
 * Return: the slot, or NULL.
 */
void *hr_task_slot_find_shared(const struct hr_task_slots *slots, const struct task_struct *task)
{
	u64 hash = (unsigned long)task;
	void *segment, *slot;
	unsigned int nr;
	int i;

	for (nr = 1; nr < HR_TASK_SEGMENTS; nr++) {
		/* Pairs with the release in add_segment() */
		segment = smp_load_acquire(&slots->segment[nr]);
		if (!segment)
			break;
		slot = first_way(slots, segment, nr, &hash);
		/* Pairs with cmpxchg() in claim_in(), by the same task */
		for (i = 0; i < HR_TASK_WAYS; i++, slot += slots->size)
			if (READ_ONCE(*(struct task_struct **)slot) == task)
				return slot;
	}
	return NULL;
}

/**
 * hr_task_slots_crowded - request another segment, unless all exist
 * @slots: the slots
 *
 * Context: any, also below the run-queue lock.
 */
void hr_task_slots_crowded(struct hr_task_slots *slots)
{
	/* Pairs with the release in add_segment() */
	if (READ_ONCE(slots->segment[HR_TASK_SEGMENTS - 1]))
		return;
	/* Pairs with WRITE_ONCE() in add_segment(), which serves all requests until it ends */
	if (READ_ONCE(slots->wanted))
		return;
	WRITE_ONCE(slots->wanted, true);
	/* Pairs with WRITE_ONCE() in add_segment(): without memory it tries ten times a second */
	hr_worker_kick(!READ_ONCE(slots->failed));
}

/* The cgroup and its ancestors that have a limit. The root, at level 0, has none. */
#define for_each_limited(cg)	for (; (cg) && (cg)->level; (cg) = parent_of(cg))

static struct hr_cgroup *parent_of(const struct hr_cgroup *cg)
{
	/* Pairs with WRITE_ONCE() in link_newborn(); the record holds a reference on it */
	return READ_ONCE(cg->parent);
}

static bool may_claim(const struct hr_task_slots *slots, struct hr_cgroup *cg)
{
	/* Pairs with WRITE_ONCE() in add_segment(), after the segment exists */
	int room = READ_ONCE(slots->shared);

	/* Pairs with the atomic changes by other CPUs; each may miss one of each of them */
	room -= atomic_read(&slots->used);
	for_each_limited(cg)
		room -= atomic_read(&cg->held_slots.nr[slots->interval]);
	return room > 0;
}

static struct charge *charge_of(const struct hr_task_slots *slots, void *segment, unsigned int nr,
				const void *slot)
{
	struct charge *charge = segment + HR_TASK_SLOTS(nr) * slots->size;

	return charge + (slot - segment) / slots->size;
}

/* Find a free way in a shared segment. Claims for a task that has no other slot. */
static void *claim_in(struct hr_task_slots *slots, void *slot, bool newest)
{
	struct task_struct **task;
	int i;

	for (i = 0; i < HR_TASK_WAYS; i++, slot += slots->size) {
		task = slot;
		/* Pairs with the release in hr_task_slot_release() */
		if (READ_ONCE(*task) || cmpxchg(task, NULL, current))
			continue;
		if (i >= HR_TASK_CROWDED && newest)
			hr_task_slots_crowded(slots);
		return slot;
	}
	return NULL;
}

static void charge_slot(struct hr_task_slots *slots, struct hr_cgroup *cg, struct charge *charge)
{
	hr_cgroup_get(cg);
	charge->cg = cg;
	charge->levels = 0;
	/* Pairs with the reads in may_claim() */
	for_each_limited(cg) {
		atomic_inc(&cg->held_slots.nr[slots->interval]);
		charge->levels++;
	}
	atomic_inc(&slots->used);
}

static void *claim_shared(struct hr_task_slots *slots, struct hr_cgroup *cg)
{
	u64 hash = (unsigned long)current;
	void *segment, *slot;
	unsigned int nr;
	bool newest;

	for (nr = 1; nr < HR_TASK_SEGMENTS; nr++) {
		/* Pairs with the release in add_segment() */
		segment = smp_load_acquire(&slots->segment[nr]);
		if (!segment)
			break;
		/* The same; the next segment is only tested */
		newest = nr + 1 < HR_TASK_SEGMENTS && !READ_ONCE(slots->segment[nr + 1]);
		slot = claim_in(slots, first_way(slots, segment, nr, &hash), newest);
		if (slot) {
			charge_slot(slots, cg, charge_of(slots, segment, nr, slot));
			return slot;
		}
	}
	return NULL;
}

/**
 * hr_task_slot_claim_shared - claim a slot of a shared segment for the running task
 * @slots: the slots
 *
 * Context: any but interrupts, under RCU; preemption off.
 * Return: the slot, or NULL if there is none for this task.
 */
void *hr_task_slot_claim_shared(struct hr_task_slots *slots)
{
	struct hr_cgroup *cg = hr_cgroup_of_current();
	void *slot = may_claim(slots, cg) ? claim_shared(slots, cg) : NULL;

	if (!slot)
		hr_task_slots_crowded(slots);
	return slot;
}

/**
 * hr_task_slot_uncharge - give back what the holder of a slot was charged
 * @slots: the slots
 * @slot: a slot that its task is about to release; nothing is done unless it is a shared one
 *
 * Context: any.
 */
void hr_task_slot_uncharge(struct hr_task_slots *slots, const void *slot)
{
	struct hr_cgroup *cg;
	struct charge *charge;
	void *segment;
	unsigned int nr, level;

	for (nr = 1; nr < HR_TASK_SEGMENTS; nr++) {
		/* Pairs with the release in add_segment() */
		segment = smp_load_acquire(&slots->segment[nr]);
		if (!segment)
			return;
		if (slot >= segment && slot < segment + HR_TASK_SLOTS(nr) * slots->size)
			break;
	}
	if (nr == HR_TASK_SEGMENTS)
		return;
	charge = charge_of(slots, segment, nr, slot);
	cg = charge->cg;
	/* Pairs with the reads in may_claim() */
	for (level = 0; level < charge->levels; level++, cg = parent_of(cg))
		atomic_dec(&cg->held_slots.nr[slots->interval]);
	hr_cgroup_put(charge->cg);
	atomic_dec(&slots->used);
}

/**
 * hr_task_slot_at_shared - walk the slots of the shared segments
 * @slots: the slots
 * @i: as for hr_task_slot_at()
 *
 * Context: any.
 * Return: the slot, free or not; NULL if no slot from there on is in use.
 */
void *hr_task_slot_at_shared(const struct hr_task_slots *slots, unsigned int i)
{
	unsigned int nr;
	void *segment;

	/* Pairs with the atomic changes by tasks: a slot that is claimed now may be missed */
	if (!atomic_read(&slots->used))
		return NULL;
	i -= HR_TASK_SLOTS(0);
	for (nr = 1; nr < HR_TASK_SEGMENTS; i -= HR_TASK_SLOTS(nr), nr++) {
		/* Pairs with the release in add_segment() */
		segment = smp_load_acquire(&slots->segment[nr]);
		if (!segment)
			break;
		if (i < HR_TASK_SLOTS(nr))
			return segment + i * slots->size;
	}
	return NULL;
}

/* The memory is not charged to a cgroup, and no task is killed for it */
static void add_segment(struct hr_task_slots *slots)
{
	unsigned int nr = 1;
	void *segment;

	lockdep_assert_held(&growth.mutex);
	while (nr < HR_TASK_SEGMENTS && slots->segment[nr])
		nr++;
	if (nr < HR_TASK_SEGMENTS) {
		segment = __vmalloc(HR_TASK_SLOTS(nr) * (slots->size + sizeof(struct charge)),
				    GFP_KERNEL | __GFP_ZERO | __GFP_NORETRY | __GFP_NOWARN);
		/* Pairs with READ_ONCE() in hr_task_slots_crowded(); needs no order */
		WRITE_ONCE(slots->failed, !segment);
		/* Pairs with the acquires of probes, which find the segment empty */
		smp_store_release(&slots->segment[nr], segment);
		/* Pairs with READ_ONCE() in may_claim(); a claim without a segment fails */
		if (segment)
			WRITE_ONCE(slots->shared, slots->shared + HR_TASK_SLOTS(nr));
	}
	/* Pairs with READ_ONCE() in hr_task_slots_crowded(): from here on another is needed */
	WRITE_ONCE(slots->wanted, false);
}

/**
 * hr_task_slots_grow - allocate the segments that probes have requested
 *
 * Context: process, may sleep.
 */
void hr_task_slots_grow(void)
{
	struct hr_task_slots *slots;
	unsigned int i;

	mutex_lock(&growth.mutex);
	for (i = 0; i < HR_NR_INTERVALS; i++) {
		slots = growth.slots[i];
		/* Pairs with WRITE_ONCE() in hr_task_slots_crowded() */
		if (slots && READ_ONCE(slots->wanted))
			add_segment(slots);
	}
	mutex_unlock(&growth.mutex);
}

/**
 * hr_task_slots_init - allocate the first segment
 * @slots: the slots
 * @size: bytes of a slot, a multiple of the size of a pointer
 * @interval: what the slots are for
 *
 * Context: process, may sleep; before any probe runs.
 * Return: 0 or -ENOMEM.
 */
int hr_task_slots_init(struct hr_task_slots *slots, size_t size, enum hr_interval interval)
{
	slots->size = size;
	slots->interval = interval;
	slots->segment[0] = vzalloc(array_size(HR_TASK_SLOTS(0), size));
	if (!slots->segment[0])
		return -ENOMEM;
	mutex_lock(&growth.mutex);
	growth.slots[interval] = slots;
	mutex_unlock(&growth.mutex);
	return 0;
}

/**
 * hr_task_slots_exit - free all segments
 * @slots: the slots, all of which are free
 *
 * Context: process, may sleep; no probe and no reader runs any more. The worker may.
 */
void hr_task_slots_exit(struct hr_task_slots *slots)
{
	unsigned int nr;

	mutex_lock(&growth.mutex);
	growth.slots[slots->interval] = NULL;
	mutex_unlock(&growth.mutex);
	for (nr = 0; nr < HR_TASK_SEGMENTS; nr++) {
		vfree(slots->segment[nr]);
		slots->segment[nr] = NULL;
	}
}
