// SPDX-License-Identifier: GPL-2.0
/*
 * Measure the time that tasks wait for memory, by cause
 *
 * A stall is an interval between two events of one task. It begins when the task has to
 * do something for memory before it can continue, and ends when that is done. When it
 * ends it is charged to the cgroup that the task was in when it began, as one value of
 * that cause's latency histogram.
 *
 *	reclaim, compaction	a pair of tracepoints in the task
 *	waits			the task leaves the CPU and comes back to it
 *	throttled		inside reclaim or compaction; one event, after the sleep
 *
 * Only the outermost interval is a stall: a task that sleeps inside reclaim is in reclaim
 * all the time. Throttling is also counted under its own cause, which is not part of the
 * total.
 *
 * The kernel marks a task in a memory stall, psi_memstall_enter(). A wait is a stall only
 * if the task is marked. Reclaim is a stall only then, too: a write to memory.reclaim or
 * to a limit reclaims without the mark. That is proactive reclaim, which is counted
 * apart. Without PSI no task is marked: waits are not seen, and proactive reclaim is
 * counted as a stall.
 *
 * The slot of a task holds its open stall, see task_slots.h. Only the task writes the
 * slot, or the CPU that switches to or from the task, so a slot is claimed but not locked.
 * While its cause is 0 the slot is being written, and readers skip it. Until the stall
 * ends, the task may sleep and move to another CPU or cgroup; it cannot exit. An open stall
 * holds a reference on the record of its cgroup; if the cgroup dies first, the stall is
 * charged to its nearest living ancestor.
 */
#include <linux/bits.h>
#include <linux/jiffies.h>
#include <linux/workqueue.h>	/* which psi.h uses and does not include */
#include <linux/psi.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "attention.h"
#include "cgroup.h"
#include "dropped.h"
#include "rollup.h"
#include "stall.h"
#include "task_slots.h"

/**
 * struct open_stall - a stall that has not ended
 * @task: the stalled task; NULL if the slot is free
 * @cg: record that the stall will be charged to; holds a reference
 * @begin: ktime_get_mono_fast_ns() when the stall began
 * @left: the same when the task last left the CPU inside the stall; 0 while it runs
 * @slept: nanoseconds until it came back to the CPU
 * @cause: enum headroom_stall_cause; 0 while the slot is being written
 * @pid: pid of @task
 * @wait: the stall ends when the task comes back to a CPU, not with an event
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
	struct hr_task_slots slots;
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
	struct open_stall *slot = hr_task_slot_claim(&stalls.slots, sizeof(*slot));
	struct hr_cgroup *cg;

	if (slot)
		return slot;
	cg = hr_cgroup_of_current();
	hr_drop(stall_slots, 1);
	hr_count(&cg->local, HR_STALLS_DROPPED, 1);
	hr_rollup_mark(&cg->rollup);
	return NULL;
}

static struct open_stall *slot_find(const struct task_struct *task)
{
	return hr_task_slot_find(&stalls.slots, sizeof(struct open_stall), task);
}

static void open_stall(enum headroom_stall_cause cause, bool wait)
{
	struct open_stall *slot = slot_claim();

	if (!slot)
		return;
	/* Pairs with the reads in hr_stall_next(), which may race with a new stall */
	WRITE_ONCE(slot->cg, hr_cgroup_of_current());
	hr_cgroup_get(slot->cg);
	WRITE_ONCE(slot->pid, current->pid);
	slot->wait = wait;
	slot->slept = 0;
	WRITE_ONCE(slot->begin, ktime_get_mono_fast_ns());
	slot->left = 0;
	/* Pairs with the acquire in hr_stall_next() */
	smp_store_release(&slot->cause, cause);
	hr_attention_touch(&slot->cg->attention);
}

/* Close a stall, unless discard_open() has taken the cause out of the slot before */
static void close_stall(struct open_stall *slot)
{
	s64 ns = ktime_get_mono_fast_ns() - slot->begin;
	struct hr_cgroup *held = slot->cg, *cg = held;
	/* Pairs with xchg() in discard_open() and with smp_rmb() in hr_stall_next() */
	u32 cause = xchg(&slot->cause, 0);

	if (!cause)
		return;
	hr_task_slot_release(&stalls.slots, &slot->task);
	cg = hr_cgroup_alive(cg);
	hr_count_stall(&cg->local, cause, max(ns, 0));
	hr_rollup_mark(&cg->rollup);
	hr_attention_touch(&cg->attention);
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
 * hr_stall_begin - open a stall as the running task begins to reclaim or to compact
 * @cause: the cause of the stall
 *
 * Does nothing inside another stall, which covers this one.
 *
 * Context: any but interrupts, under RCU; preemption off.
 */
void hr_stall_begin(enum headroom_stall_cause cause)
{
	/* Pairs with WRITE_ONCE() in hr_stall_track(), which then waits for this probe */
	if (READ_ONCE(stalls.tracked) && !slot_find(current))
		open_stall(cause, false);
}

/**
 * hr_stall_end - close the stall as the running task ends reclaim or compaction
 * @causes: a bit for each cause that the event may end
 *
 * Does nothing without a matching begin, which was inside another stall or before the
 * probes were attached.
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
 * hr_stall_throttled - count the time that the running task was throttled
 * @cause: the reason of the throttling
 * @ns: duration as the kernel measured it, in whole ticks
 *
 * Context: any but interrupts, under RCU; preemption off.
 */
void hr_stall_throttled(enum headroom_stall_cause cause, u64 ns)
{
	struct open_stall *slot = slot_find(current);
	struct hr_cgroup *cg;

	cg = slot ? hr_cgroup_alive(slot->cg) : hr_cgroup_of_current();
	/* Prefer the sleep as measured here, unless it is longer: that was an earlier one */
	if (slot && slot->slept) {
		ns = min(slot->slept, ns + TICK_NSEC);
		slot->slept = 0;
	}
	hr_count_stall(&cg->local, cause, ns);
	hr_rollup_mark(&cg->rollup);
	hr_attention_touch(&cg->attention);
}

/**
 * hr_stall_sleep - note that the running task, in a memory stall, leaves the CPU
 *
 * Context: below the run-queue lock.
 * Return: whether the task has an open stall. If not, the sleep may be a wait.
 */
bool hr_stall_sleep(void)
{
	struct open_stall *slot = slot_find(current);

	if (slot)
		slot->left = ktime_get_mono_fast_ns();
	return slot;
}

/**
 * hr_stall_wait - open a stall as the running task leaves the CPU to wait for memory
 * @cause: the cause of the stall
 *
 * Context: below the run-queue lock, under RCU.
 */
void hr_stall_wait(enum headroom_stall_cause cause)
{
	open_stall(cause, true);
}

/**
 * hr_stall_wake - close the wait of a task that comes back to the CPU
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
 * hr_stall_next - walk the open stalls
 * @i: 0 to begin, or the previous result
 * @stalled: result
 *
 * Context: process, under RCU. Stalls may begin and end during the walk.
 * Return: @i for the next call; 0 after the last one.
 */
unsigned int hr_stall_next(unsigned int i, struct hr_stalled *stalled)
{
	struct task_struct *task;
	struct open_stall *slot;
	u64 begin;

	for (; (slot = hr_task_slot_at(&stalls.slots, sizeof(*slot), i)); i++) {
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
		/*
		 * If cause, begin and task are unchanged, all of it was read of one stall.
		 * Pairs with xchg() in close_stall(), a full barrier before the slot is reused.
		 */
		smp_rmb();
		/* First the cause: pairs with the release in open_stall(), after a new begin */
		if (smp_load_acquire(&slot->cause) == stalled->cause &&
		    READ_ONCE(slot->begin) == begin && READ_ONCE(slot->task) == task)
			return i + 1;
	}
	return 0;
}

/**
 * hr_stall_told_apart - whether the kernel marks tasks in memory stalls
 *
 * If not, stalls cannot be told apart from proactive reclaim.
 *
 * Context: any.
 */
bool hr_stall_told_apart(void)
{
	return stalls.told_apart;
}

/* Enter a memory stall to find out whether the kernel marks the task */
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
 * hr_stall_init - allocate the slots of open stalls
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int hr_stall_init(void)
{
	int err = hr_task_slots_init(&stalls.slots, sizeof(struct open_stall), HR_INTERVAL_STALL);

	if (err)
		return err;
	stalls.told_apart = psi_marks();
	return 0;
}

static void discard_open(void)
{
	struct open_stall *slot;
	unsigned int i;

	for (i = 0; (slot = hr_task_slot_at(&stalls.slots, sizeof(*slot), i)); i++) {
		/* Pairs with xchg() in close_stall(): one of the two closes the stall */
		if (!xchg(&slot->cause, 0))
			continue;
		hr_cgroup_put(slot->cg);
		hr_task_slot_release(&stalls.slots, &slot->task);
	}
}

/**
 * hr_stall_track - start tracking stalls, or stop and discard the open ones
 * @on: whether to track
 *
 * The caller attaches the probes of stalls after tracking begins, and detaches them before
 * it stops.
 *
 * Context: process, may sleep.
 */
void hr_stall_track(bool on)
{
	/* Pairs with READ_ONCE() in hr_stall_begin() */
	WRITE_ONCE(stalls.tracked, on);
	if (on)
		return;
	/* Wait for probes that saw it on, so that discard_open() finds their stalls */
	synchronize_rcu();
	discard_open();
}

/**
 * hr_stall_tracked - whether stalls are tracked
 *
 * Context: any.
 */
bool hr_stall_tracked(void)
{
	/* Pairs with WRITE_ONCE() in hr_stall_track() */
	return READ_ONCE(stalls.tracked);
}

/**
 * hr_stall_exit - discard open stalls and free the slots
 *
 * Context: process; no probe and no reader runs any more.
 */
void hr_stall_exit(void)
{
	discard_open();
	hr_task_slots_exit(&stalls.slots);
}
