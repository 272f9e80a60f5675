/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Map tasks to slots, in hash tables that grow with the number of tasks
 */
#ifndef _HEADROOM_TASK_SLOTS_H
#define _HEADROOM_TASK_SLOTS_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/hash.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "task_slots_types.h"

/*
 * log2 of the slots of the first segment; each further segment has twice as many. With fewer bits,
 * KCFLAGS=-DHR_TASK_SLOT_BITS=3, a test of growth needs few tasks.
 */
#ifndef HR_TASK_SLOT_BITS
#define HR_TASK_SLOT_BITS	12
#endif
#define HR_TASK_SEGMENTS	4
#define HR_TASK_WAYS		8
/* A claim that finds this many of its ways taken in the newest segment requests another one */
#define HR_TASK_CROWDED		6

/* The slots of a segment */
#define HR_TASK_SLOTS(segment)	((1U << (HR_TASK_SLOT_BITS + (segment))) + HR_TASK_WAYS - 1)

/**
 * struct hr_task_slots - the slots of one kind of interval
 * @segment: arrays of slots, the oldest first; NULL from the first one on that does not exist
 * @size: bytes of a slot
 * @interval: what the slots are for
 * @shared: slots in all segments but the first
 * @wanted: a probe has requested another segment
 * @failed: there was no memory for the last one
 * @used: of the shared slots, those that tasks hold
 *
 * Probes read @segment and @used, and set @wanted. task_slots.c owns everything else.
 */
struct hr_task_slots {
	void *segment[HR_TASK_SEGMENTS];
	size_t size;
	enum hr_interval interval;
	unsigned int shared;
	bool wanted;
	bool failed;
	atomic_t used ____cacheline_aligned_in_smp;
};

int hr_task_slots_init(struct hr_task_slots *slots, size_t size, enum hr_interval interval);
void hr_task_slots_exit(struct hr_task_slots *slots);
void hr_task_slots_grow(void);
void hr_task_slots_crowded(struct hr_task_slots *slots);
void *hr_task_slot_find_shared(const struct hr_task_slots *slots, const struct task_struct *task);
void *hr_task_slot_claim_shared(struct hr_task_slots *slots);
void hr_task_slot_uncharge(struct hr_task_slots *slots, const void *slot);
void *hr_task_slot_at_shared(const struct hr_task_slots *slots, unsigned int i);

/**
 * hr_task_slot_find - find the slot of a task
 * @slots: the slots
 * @size: bytes of a slot, a constant
 * @task: the running task, or the one that this CPU is about to switch to
 *
 * Context: any; preemption off.
 * Return: the slot, or NULL.
 */
static __always_inline void *hr_task_slot_find(const struct hr_task_slots *slots, size_t size,
					       const struct task_struct *task)
{
	void *slot = slots->segment[0] + hash_ptr(task, HR_TASK_SLOT_BITS) * size;
	int i;

	/* Pairs with cmpxchg() in hr_task_slot_claim(), by the same task */
	for (i = 0; i < HR_TASK_WAYS; i++, slot += size)
		if (READ_ONCE(*(struct task_struct **)slot) == task)
			return slot;
	/* Pairs with atomic_inc() in hr_task_slot_claim_shared(), by the same task */
	if (likely(!atomic_read(&slots->used)))
		return NULL;
	return hr_task_slot_find_shared(slots, task);
}

/**
 * hr_task_slot_claim - claim a slot for the running task
 * @slots: the slots
 * @size: bytes of a slot, a constant
 *
 * Context: any but interrupts, under RCU; preemption off. The task has no slot.
 * Return: the slot, or NULL if there is none for this task.
 */
static __always_inline void *hr_task_slot_claim(struct hr_task_slots *slots, size_t size)
{
	void *slot = slots->segment[0] + hash_ptr(current, HR_TASK_SLOT_BITS) * size;
	struct task_struct **task;
	int i;

	for (i = 0; i < HR_TASK_WAYS; i++, slot += size) {
		task = slot;
		/* Pairs with the release in hr_task_slot_release() */
		if (READ_ONCE(*task) || cmpxchg(task, NULL, current))
			continue;
		/* Pairs with the release in add_segment() */
		if (i >= HR_TASK_CROWDED && !READ_ONCE(slots->segment[1]))
			hr_task_slots_crowded(slots);
		return slot;
	}
	return hr_task_slot_claim_shared(slots);
}

/**
 * hr_task_slot_release - free a slot
 * @slots: the slots
 * @task: the first member of the slot
 *
 * Context: any; the caller does not use the slot afterwards.
 */
static __always_inline void hr_task_slot_release(struct hr_task_slots *slots,
						 struct task_struct **task)
{
	/* Pairs with atomic_inc() in hr_task_slot_claim_shared(), by the task of the slot */
	if (unlikely(atomic_read(&slots->used)))
		hr_task_slot_uncharge(slots, task);
	/* Pairs with cmpxchg() in hr_task_slot_claim() */
	smp_store_release(task, NULL);
}

/**
 * hr_task_slot_at - walk the slots
 * @slots: the slots
 * @size: bytes of a slot, a constant
 * @i: 0, 1, and so on
 *
 * Context: any.
 * Return: the slot, free or not; NULL if no slot from there on is in use.
 */
static __always_inline void *hr_task_slot_at(const struct hr_task_slots *slots, size_t size,
					     unsigned int i)
{
	if (likely(i < HR_TASK_SLOTS(0)))
		return slots->segment[0] + i * size;
	return hr_task_slot_at_shared(slots, i);
}

#endif /* _HEADROOM_TASK_SLOTS_H */
