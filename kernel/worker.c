// SPDX-License-Identifier: GPL-2.0
/*
 * Run the sweep in process context, when a probe asks for it and at intervals
 *
 * A probe can neither allocate nor free, and below a run-queue lock it cannot even queue
 * work. So it raises an irq_work, which queues the sweep:
 *
 *	probe --> irq_work --> delayed work --> sweep()
 *	                            ^             |
 *	                            +-- 2 s ------+
 *
 * An urgent kick runs the sweep at once, any other within a tenth of a second: cgroups
 * that come and go in that time share one sweep.
 *
 * The module has a work queue of its own, so that unloading does not wait for other work.
 */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/workqueue.h>

#include "effort.h"
#include "worker.h"

#define INTERVAL	(2 * HZ)
#define SOON		(HZ / 10)

static void kick(struct irq_work *work);
static void work(struct work_struct *work);

static struct {
	struct workqueue_struct *queue;
	void (*sweep)(void);
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

	/*
	 * A later kick queues another sweep. Pairs with xchg() in kick(): this sweep finds
	 * the cause of a kick that saw a sweep due, since it takes lists and announcements
	 * with full barriers.
	 */
	WRITE_ONCE(worker.due, false);
	worker.sweep();
	queue_delayed_work(worker.queue, &worker.work, INTERVAL);
	hr_effort_add(&hr_effort.work, begin);
}

/**
 * hr_worker_start - start sweeping
 * @sweep: the sweep, which may sleep
 *
 * Context: process.
 */
void hr_worker_start(void (*sweep)(void))
{
	worker.sweep = sweep;
	/* Pairs with READ_ONCE() in hr_worker_kick(); no probe runs yet, so needs no order */
	WRITE_ONCE(worker.stopped, false);
	queue_delayed_work(worker.queue, &worker.work, INTERVAL);
}

/**
 * hr_worker_stop - stop sweeping
 *
 * Context: process, may sleep; no probe runs. When it returns no sweep runs.
 */
void hr_worker_stop(void)
{
	/* Pairs with READ_ONCE() in hr_worker_kick(); no probe runs, so needs no order */
	WRITE_ONCE(worker.stopped, true);
	/* A running sweep may have seen it false, and still kick */
	cancel_delayed_work_sync(&worker.work);
	irq_work_sync(&worker.kick);
	/* The sweep that this kick has queued */
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
	worker.queue = alloc_workqueue("headroom", WQ_UNBOUND, 1);
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
