/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Map tasks to slots, in a hash table
 *
 * Reclaim and stalls are intervals between two events of one task. A probe cannot
 * allocate, so the state of an open interval is in a slot of an array of fixed size. A
 * task may use the slot that the hash of its address selects, or one of the next
 * HR_TASK_WAYS - 1. If all are taken, the caller does not follow the interval and counts it
 * as dropped.
 *
 *	claim	cmpxchg() of the pointer to the task: tasks compete only for free slots
 *	find	no barrier: a task finds only the slot that it has claimed itself
 *	release	store with release: the task has read the slot before another one can
 *		claim it
 *
 * A slot is a structure whose first member is a pointer to its task, NULL if it is free.
 * Probes find a slot at each event, so all is inline, and the size of a slot is a constant.
 */
#ifndef _HEADROOM_TASK_SLOTS_H
#define _HEADROOM_TASK_SLOTS_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/hash.h>
#include <linux/sched.h>
#include <linux/types.h>

#define HR_TASK_SLOT_BITS	12
#define HR_TASK_WAYS		8
#define HR_TASK_SLOTS		((1U << HR_TASK_SLOT_BITS) + HR_TASK_WAYS - 1)

/**
 * hr_task_slot_find - find the slot of a task
 * @slots: HR_TASK_SLOTS slots
 * @size: bytes of a slot, a constant
 * @task: the running task, or the one that this CPU is about to switch to
 *
 * Context: any; preemption off.
 * Return: the slot, or NULL.
 */
static __always_inline void *hr_task_slot_find(void *slots, size_t size,
					       const struct task_struct *task)
{
	void *slot = slots + hash_ptr(task, HR_TASK_SLOT_BITS) * size;
	int i;

	/* Pairs with cmpxchg() in hr_task_slot_claim(), by the same task */
	for (i = 0; i < HR_TASK_WAYS; i++, slot += size)
		if (READ_ONCE(*(struct task_struct **)slot) == task)
			return slot;
	return NULL;
}

/**
 * hr_task_slot_claim - claim a slot for the running task
 * @slots: HR_TASK_SLOTS slots
 * @size: bytes of a slot, a constant
 *
 * Context: any but interrupts; preemption off. The task has no slot.
 * Return: the slot, or NULL if all are taken.
 */
static __always_inline void *hr_task_slot_claim(void *slots, size_t size)
{
	void *slot = slots + hash_ptr(current, HR_TASK_SLOT_BITS) * size;
	struct task_struct **task;
	int i;

	for (i = 0; i < HR_TASK_WAYS; i++, slot += size) {
		task = slot;
		/* Pairs with the release in hr_task_slot_release() */
		if (!READ_ONCE(*task) && !cmpxchg(task, NULL, current))
			return slot;
	}
	return NULL;
}

/**
 * hr_task_slot_release - free a slot
 * @task: the first member of the slot
 *
 * Context: any; the caller does not use the slot afterwards.
 */
static __always_inline void hr_task_slot_release(struct task_struct **task)
{
	/* Pairs with cmpxchg() in hr_task_slot_claim() */
	smp_store_release(task, NULL);
}

#endif /* _HEADROOM_TASK_SLOTS_H */
