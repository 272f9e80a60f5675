// SPDX-License-Identifier: GPL-2.0
/*
 * Stalls: time that tasks spend waiting for memory, by cause
 *
 * A stall is an interval between two events of the same task: it begins when
 * the task has to do something for memory before it can go on, and ends when
 * that is done. It is booked when it ends, to the cgroup that the task was in
 * when it began, as one value of that cause's latency histogram.
 *
 * Intervals that are open stand in a table, found by the address of the task.
 * Nobody but the task itself writes its slot, so a slot needs claiming but no
 * lock. The task may sleep, move to another CPU or another cgroup in between;
 * it cannot exit. An open interval holds a reference on its cgroup's record; if
 * the cgroup dies first, its nearest living ancestor gets the stall.
 *
 * Reclaim is a stall only if the kernel says so: psi_memstall_enter() marks the
 * task before it reclaims for an allocation or a charge, while a write to
 * memory.reclaim or to a limit reclaims without the mark. That is work that
 * somebody asked for. Where PSI is off the mark is never set, and the two cannot
 * be told apart.
 */
#include <linux/hash.h>
#include <linux/workqueue.h>	/* which psi.h uses and does not include */
#include <linux/psi.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>

#include "registry.h"
#include "stall.h"

#define SLOT_BITS	12
#define WAYS		8
#define SLOTS		((1U << SLOT_BITS) + WAYS - 1)

/**
 * struct open_stall - a stall that has not ended
 * @task: who is stalled; NULL if the slot is free
 * @cg: where the stall will be booked; holds a reference
 * @begin: ktime_get_mono_fast_ns() at its begin
 * @cause: enum headroom_stall_cause
 */
struct open_stall {
	struct task_struct *task;
	struct headroom_cgroup *cg;
	u64 begin;
	u32 cause;
};

static struct {
	struct open_stall *slot;
	bool told_apart;
} stalls __read_mostly;

/* A task may stand in its home slot, or in one of the next WAYS - 1 */
static struct open_stall *home_slot(const struct task_struct *task)
{
	return &stalls.slot[hash_ptr(task, SLOT_BITS)];
}

static bool in_memstall(void)
{
#ifdef CONFIG_PSI
	return current->in_memstall;
#else
	return false;
#endif
}

static struct open_stall *slot_claim(void)
{
	struct open_stall *slot = home_slot(current);
	int i;

	for (i = 0; i < WAYS; i++, slot++)
		if (!READ_ONCE(slot->task) && !cmpxchg(&slot->task, NULL, current))
			return slot;
	return NULL;
}

static struct open_stall *slot_find(void)
{
	struct open_stall *slot = home_slot(current);
	int i;

	for (i = 0; i < WAYS; i++, slot++)
		if (READ_ONCE(slot->task) == current)
			return slot;
	return NULL;
}

/**
 * headroom_stall_marked - whether the running task is in a memory stall
 *
 * Context: any.
 * Return: true also where the kernel does not mark such tasks.
 */
bool headroom_stall_marked(void)
{
	return !stalls.told_apart || in_memstall();
}

/**
 * headroom_stall_begin - the running task begins to reclaim
 * @cause: for what
 *
 * Does nothing if that is no stall. A stall within another is part of it.
 *
 * Context: any but interrupts; preemption off.
 */
void headroom_stall_begin(enum headroom_stall_cause cause)
{
	struct open_stall *slot;

	if (!headroom_stall_marked() || slot_find())
		return;
	slot = slot_claim();
	if (!slot) {
		headroom_lose(stall_slots, 1);
		return;
	}
	slot->cg = headroom_cgroup_of_current();
	headroom_cgroup_get(slot->cg);
	slot->cause = cause;
	slot->begin = ktime_get_mono_fast_ns();
}

/**
 * headroom_stall_end - the running task is done with reclaim
 * @cause: for what
 *
 * Does nothing without the begin: that was no stall, or happened before the
 * module was there.
 *
 * Context: any but interrupts; preemption off.
 */
void headroom_stall_end(enum headroom_stall_cause cause)
{
	struct open_stall *slot = slot_find();
	struct headroom_cgroup *cg;
	s64 ns;

	if (!slot || slot->cause != cause)
		return;
	ns = ktime_get_mono_fast_ns() - slot->begin;
	cg = slot->cg;
	/* The slot was read; whoever claims it next may write to it */
	smp_store_release(&slot->task, NULL);
	headroom_count_stall(&headroom_cgroup_alive(cg)->local, cause, max(ns, 0));
	headroom_cgroup_put(cg);
}

/**
 * headroom_stall_told_apart - whether stalls can be told from other reclaim
 *
 * Context: any.
 */
bool headroom_stall_told_apart(void)
{
	return stalls.told_apart;
}

/* Whether the kernel marks tasks in memory stalls: enter one and look */
static bool psi_marks(void)
{
	unsigned long flags;
	bool marks;

	psi_memstall_enter(&flags);
	marks = in_memstall();
	psi_memstall_leave(&flags);
	return marks;
}

/**
 * headroom_stall_init - make the table of open stalls
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int headroom_stall_init(void)
{
	stalls.slot = vzalloc(array_size(SLOTS, sizeof(*stalls.slot)));
	if (!stalls.slot)
		return -ENOMEM;
	stalls.told_apart = psi_marks();
	return 0;
}

/**
 * headroom_stall_exit - drop the stalls that are still open
 *
 * Context: process; no probe runs any more.
 */
void headroom_stall_exit(void)
{
	unsigned int i;

	for (i = 0; i < SLOTS; i++)
		if (stalls.slot[i].task)
			headroom_cgroup_put(stalls.slot[i].cg);
	vfree(stalls.slot);
	stalls.slot = NULL;
}
