// SPDX-License-Identifier: GPL-2.0
/*
 * Stalls: time that tasks spend waiting for memory, by cause
 *
 * A stall is an interval between two events of the same task: it begins when
 * the task has to do something for memory before it can go on, and ends when
 * that is done. It is booked when it ends, to the cgroup that the task was in
 * when it began, as one value of that cause's latency histogram.
 *
 *	reclaim, compaction	a pair of tracepoints, in the task
 *	waits			the task leaves the CPU and comes back to it
 *	throttled		inside reclaim or compaction; told when it is over
 *
 * Only the outermost interval is a stall: a task that sleeps inside reclaim is in
 * reclaim all the time. Throttling is booked under its own name besides, and not
 * part of the total.
 *
 * What the kernel takes for a memory stall, psi_memstall_enter(), marks the task.
 * A wait is a stall only with the mark. So is reclaim: a write to memory.reclaim or
 * to a limit reclaims without it, which is work that somebody asked for, and booked
 * apart. Where PSI is off the mark is never set: waits are not seen, and reclaim on
 * request cannot be told from a stall.
 *
 * Intervals that are open stand in a table, found by the address of the task.
 * Nobody but the task itself writes its slot, or the CPU that switches to or from
 * it, so a slot needs claiming but no lock. The task may sleep, move to another CPU
 * or another cgroup in between; it cannot exit. An open interval holds a reference
 * on its cgroup's record; if the cgroup dies first, its nearest living ancestor gets
 * the stall.
 *
 *	slot.cause	0 while the slot is being written: readers look away
 */
#include <linux/bits.h>
#include <linux/jiffies.h>
#include <linux/workqueue.h>	/* which psi.h uses and does not include */
#include <linux/psi.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>

#include "rollup.h"
#include "registry.h"
#include "stall.h"
#include "task_slots.h"
#include "trigger.h"

/**
 * struct open_stall - a stall that has not ended
 * @task: who is stalled; NULL if the slot is free
 * @cg: where the stall will be booked; holds a reference
 * @begin: ktime_get_mono_fast_ns() at its begin
 * @left: the same when the task went to sleep, inside the stall; 0 once it is awake
 * @slept: nanoseconds that it slept then
 * @cause: enum headroom_stall_cause, or 0
 * @pid: the task's
 * @wait: it is over when the task is back on a CPU; no event ends it
 */
struct open_stall {
	struct task_struct *task;
	struct hr_cgroup *cg;
	u64 begin;
	u64 left;
	u64 slept;
	u32 cause;
	u32 pid;
	bool wait;
};

/* See task_slots.h */
static_assert(!offsetof(struct open_stall, task));

static struct {
	struct open_stall *slot;
	bool told_apart;
	bool tracked;
} stalls __read_mostly;

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
	struct open_stall *slot = hr_task_slot_claim(stalls.slot, sizeof(*slot));

	if (!slot)
		hr_drop(stall_slots, 1);
	return slot;
}

static struct open_stall *slot_find(const struct task_struct *task)
{
	return hr_task_slot_find(stalls.slot, sizeof(struct open_stall), task);
}

static void open_stall(enum headroom_stall_cause cause, bool wait)
{
	struct open_stall *slot = slot_claim();

	if (!slot)
		return;
	slot->cg = hr_cgroup_of_current();
	hr_cgroup_get(slot->cg);
	slot->pid = current->pid;
	slot->wait = wait;
	slot->slept = 0;
	slot->begin = ktime_get_mono_fast_ns();
	slot->left = 0;
	/* Pairs with the acquire in hr_stall_next() */
	smp_store_release(&slot->cause, cause);
	hr_trigger_touch(slot->cg);
}

/* Who gets the cause out of the slot closes it: see hr_stall_track() */
static void close_stall(struct open_stall *slot)
{
	s64 ns = ktime_get_mono_fast_ns() - slot->begin;
	struct hr_cgroup *held = slot->cg, *cg = held;
	u32 cause = xchg(&slot->cause, 0);

	if (!cause)
		return;
	hr_task_slot_release(&slot->task);
	cg = hr_cgroup_alive(cg);
	hr_count_stall(&cg->local, cause, max(ns, 0));
	hr_rollup_mark(cg);
	hr_trigger_touch(cg);
	hr_cgroup_put(held);
}

/**
 * hr_stall_marked - whether the running task is in a memory stall
 *
 * Context: any.
 * Return: true also where the kernel does not mark such tasks.
 */
bool hr_stall_marked(void)
{
	return !stalls.told_apart || in_memstall();
}

/**
 * hr_stall_begin - the running task begins to reclaim, or to compact
 * @cause: for what
 *
 * A stall within another is part of it, and does nothing.
 *
 * Context: any but interrupts, under RCU; preemption off.
 */
void hr_stall_begin(enum headroom_stall_cause cause)
{
	if (READ_ONCE(stalls.tracked) && !slot_find(current))
		open_stall(cause, false);
}

/**
 * hr_stall_end - the running task is done with that
 * @causes: for what: bits of the causes that the event may end
 *
 * Does nothing without the begin: that was part of another stall, or happened
 * before the module was there.
 *
 * Context: any but interrupts, under RCU; preemption off.
 */
void hr_stall_end(unsigned long causes)
{
	struct open_stall *slot = slot_find(current);

	if (slot && BIT(slot->cause) & causes)
		close_stall(slot);
}

/**
 * hr_stall_throttled - the running task was throttled inside a stall
 * @cause: why
 * @ns: how long, as far as the kernel knows, which counts in ticks
 *
 * Context: any but interrupts, under RCU; preemption off.
 */
void hr_stall_throttled(enum headroom_stall_cause cause, u64 ns)
{
	struct open_stall *slot = slot_find(current);
	struct hr_cgroup *cg;

	cg = slot ? hr_cgroup_alive(slot->cg) : hr_cgroup_of_current();
	/* What it slept last, unless that was before, and this was no sleep at all */
	if (slot && slot->slept) {
		ns = min(slot->slept, ns + TICK_NSEC);
		slot->slept = 0;
	}
	hr_count_stall(&cg->local, cause, ns);
	hr_rollup_mark(cg);
	hr_trigger_touch(cg);
}

/**
 * hr_stall_sleep - the running task, in a memory stall, leaves the CPU
 *
 * Context: below the run-queue lock.
 * Return: whether its stall is open already. If not, it is this wait.
 */
bool hr_stall_sleep(void)
{
	struct open_stall *slot = slot_find(current);

	if (slot)
		slot->left = ktime_get_mono_fast_ns();
	return slot;
}

/**
 * hr_stall_wait - the running task leaves the CPU to wait for memory
 * @cause: for what
 *
 * Context: below the run-queue lock, under RCU.
 */
void hr_stall_wait(enum headroom_stall_cause cause)
{
	open_stall(cause, true);
}

/**
 * hr_stall_wake - a task in a memory stall comes back to the CPU
 * @task: the task, which this CPU is about to switch to
 *
 * Context: below the run-queue lock, under RCU.
 */
void hr_stall_wake(struct task_struct *task)
{
	struct open_stall *slot = slot_find(task);

	if (!slot)
		return;
	if (slot->wait) {
		close_stall(slot);
	} else if (slot->left) {
		slot->slept = ktime_get_mono_fast_ns() - slot->left;
		slot->left = 0;
	}
}

/**
 * hr_stall_next - walk the tasks that are in a stall
 * @i: where to go on, 0 to begin
 * @stalled: the task
 *
 * Context: process, under RCU. Stalls begin and end meanwhile.
 * Return: where to go on the next time; 0 if there was none.
 */
unsigned int hr_stall_next(unsigned int i, struct hr_stalled *stalled)
{
	struct task_struct *task;
	struct open_stall *slot;
	u64 begin;

	for (; i < HR_TASK_SLOTS; i++) {
		slot = &stalls.slot[i];
		task = READ_ONCE(slot->task);
		/* Pairs with the release in open_stall() */
		stalled->cause = smp_load_acquire(&slot->cause);
		if (!task || !stalled->cause)
			continue;
		stalled->pid = READ_ONCE(slot->pid);
		stalled->cg = READ_ONCE(slot->cg);
		stalled->cgroup = stalled->cg->id;
		begin = READ_ONCE(slot->begin);
		stalled->begin = begin;
		stalled->ns = ktime_get_mono_fast_ns() - begin;
		/* The same stall as before, and the record was its own */
		smp_rmb();
		if (READ_ONCE(slot->task) == task && READ_ONCE(slot->begin) == begin &&
		    READ_ONCE(slot->cause) == stalled->cause)
			return i + 1;
	}
	return 0;
}

/**
 * hr_stall_told_apart - whether stalls can be told from other reclaim
 *
 * Context: any.
 */
bool hr_stall_told_apart(void)
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
 * hr_stall_init - make the table of open stalls
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int hr_stall_init(void)
{
	stalls.slot = vzalloc(array_size(HR_TASK_SLOTS, sizeof(*stalls.slot)));
	if (!stalls.slot)
		return -ENOMEM;
	stalls.told_apart = psi_marks();
	return 0;
}

static void drop_open(void)
{
	struct open_stall *slot;
	unsigned int i;

	for (i = 0; i < HR_TASK_SLOTS; i++) {
		slot = &stalls.slot[i];
		if (!xchg(&slot->cause, 0))
			continue;
		hr_cgroup_put(slot->cg);
		hr_task_slot_release(&slot->task);
	}
}

/**
 * hr_stall_track - track stalls, or stop and drop those that are open
 * @on: which
 *
 * The probes that have nothing but stalls to do are attached after it was
 * switched on, and detached before it is switched off.
 *
 * Context: process, may sleep.
 */
void hr_stall_track(bool on)
{
	WRITE_ONCE(stalls.tracked, on);
	if (on)
		return;
	/* Then all that was still being opened is open */
	synchronize_rcu();
	drop_open();
}

/**
 * hr_stall_tracked - whether stalls are tracked
 *
 * Context: any.
 */
bool hr_stall_tracked(void)
{
	return READ_ONCE(stalls.tracked);
}

/**
 * hr_stall_exit - drop the stalls that are open, and the table
 *
 * Context: process; no probe and no reader runs any more.
 */
void hr_stall_exit(void)
{
	drop_open();
	vfree(stalls.slot);
	stalls.slot = NULL;
}
