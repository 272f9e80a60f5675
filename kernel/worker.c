// SPDX-License-Identifier: GPL-2.0
/*
 * Run the sweep in process context, when a probe asks for it and at intervals
 *
 * A probe can neither allocate nor free, and below a run-queue lock it cannot even queue
 * work. So it raises an irq_work, which queues the sweep:
 *
 *	probe --> irq_work --> delayed work --> sweep()
 *	                            ^             |
 *	                            +-------------+ at most 2 s
 *
 * An urgent kick runs the sweep at once, any other within a tenth of a second: cgroups
 * that come and go in that time share one sweep.
 *
 * The module has a work queue of its own, so that unloading does not wait for other work. It
 * has a rescuer, a thread that runs the sweep when memory is too short for a worker: then
 * probes need records and histograms most.
 */
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/errno.h>
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/workqueue.h>

#include "effort.h"
#include "worker.h"

#define SOON		(HZ / 10)

static void kick(struct irq_work *work);
static void work(struct work_struct *work);

static struct {
	struct workqueue_struct *queue;
	unsigned long (*sweep)(void);
	bool stopped;		/* no kick has an effect */
	bool now;		/* the next sweep is urgent */
	bool due;		/* a sweep will run within SOON */
	struct irq_work kick;
	struct delayed_work work;
} worker = {
	.stopped = true,
};

/**
 * hr_worker_kick - request a sweep
 * @now: at once; otherwise within a tenth of a second
 *
 * Context: any, also below the run-queue lock.
 */
void hr_worker_kick(bool now)
{
	/* Pairs with WRITE_ONCE() in hr_worker_start() and hr_worker_stop() */
	if (READ_ONCE(worker.stopped))
		return;
	/* Pairs with xchg() in kick(); irq_work_queue() orders it */
	if (now)
		WRITE_ONCE(worker.now, true);
	irq_work_queue(&worker.kick);
}

/* A sweep that is already due serves every kick but an urgent one, which moves it forward */
static void kick(struct irq_work *work)
{
	/* Pairs with WRITE_ONCE() in hr_worker_kick() */
	bool now = xchg(&worker.now, false);

	/* Pairs with WRITE_ONCE() in work() */
	if (!xchg(&worker.due, true) || now)
		mod_delayed_work(worker.queue, &worker.work, now ? 0 : SOON);
}

static void work(struct work_struct *work)
{
	u64 begin = ktime_get_ns();
	unsigned long again;

	/*
	 * A later kick queues another sweep. Pairs with xchg() in kick(): this sweep finds
	 * the cause of a kick that saw a sweep due, since it takes lists and announcements
	 * with full barriers.
	 */
	WRITE_ONCE(worker.due, false);
	again = worker.sweep();
	queue_delayed_work(worker.queue, &worker.work, again);
	hr_effort_add(&hr_effort.work, begin);
}

/**
 * hr_worker_queue - queue other work than the sweep
 * @work: the work; its owner cancels it before hr_worker_exit()
 *
 * Context: any, but not below the run-queue lock.
 */
void hr_worker_queue(struct work_struct *work)
{
	queue_work(worker.queue, work);
}

struct call {
	struct work_struct work;
	int (*function)(void *arg);
	void *arg;
	int result;
};

static void run_call(struct work_struct *work)
{
	struct call *call = container_of(work, struct call, work);

	call->result = call->function(call->arg);
}

/**
 * hr_worker_call - have a worker call a function
 * @function: the function, which may sleep
 * @arg: its argument
 *
 * For what takes a lock that the trigger poller needs. Until 6.18 the kernel stops a task whose
 * cgroup has used up its cpu.max wherever it is, also while it holds a lock. A worker is never
 * stopped.
 *
 * Context: process, may sleep.
 * Return: that of @function.
 */
int hr_worker_call(int (*function)(void *arg), void *arg)
{
	struct call call = { .function = function, .arg = arg };

	INIT_WORK_ONSTACK(&call.work, run_call);
	queue_work(worker.queue, &call.work);
	flush_work(&call.work);
	destroy_work_on_stack(&call.work);
	return call.result;
}

/**
 * hr_worker_start - start sweeping
 * @sweep: the sweep, which may sleep, and returns the jiffies until the next one
 *
 * Context: process.
 */
void hr_worker_start(unsigned long (*sweep)(void))
{
	worker.sweep = sweep;
	/* Pairs with READ_ONCE() in hr_worker_kick(); no probe runs yet, so needs no order */
	WRITE_ONCE(worker.stopped, false);
	queue_delayed_work(worker.queue, &worker.work, SOON);
}

/**
 * hr_worker_stop - stop sweeping
 *
 * A sweep that runs now may have read @stopped before it was set, and then kicks at any time
 * until it returns. So each step ends what the one before it could still start:
 *
 *	cancel	no sweep runs; one that ran has queued its last irq_work by now. A sweep
 *		that is being cancelled cannot queue itself
 *	sync	the irq_work has run. On PREEMPT_RT a thread runs it, perhaps much later, and
 *		it queues a sweep
 *	cancel	that sweep has returned or will not run. It reads @stopped, so it kicks
 *		nothing
 *
 * Context: process, may sleep; no probe runs. When it returns neither a sweep nor the
 * irq_work runs or is queued.
 */
void hr_worker_stop(void)
{
	/*
	 * Pairs with READ_ONCE() in hr_worker_kick(). Cancelling changes the pending bit of the
	 * work, and so does queueing it later: a sweep queued after the first cancel reads this.
	 */
	WRITE_ONCE(worker.stopped, true);
	cancel_delayed_work_sync(&worker.work);
	irq_work_sync(&worker.kick);
	cancel_delayed_work_sync(&worker.work);
}

/**
 * hr_worker_init - allocate the work queue
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int hr_worker_init(void)
{
	init_irq_work(&worker.kick, kick);
	INIT_DELAYED_WORK(&worker.work, work);
	worker.queue = alloc_workqueue("headroom", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	return worker.queue ? 0 : -ENOMEM;
}

/**
 * hr_worker_exit - free the work queue
 *
 * Context: process, may sleep; after hr_worker_stop().
 */
void hr_worker_exit(void)
{
	destroy_workqueue(worker.queue);
}
