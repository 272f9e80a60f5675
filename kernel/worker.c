// SPDX-License-Identifier: GPL-2.0
/*
 * Run the sweep in process context, when a probe asks for it and at intervals
 *
 * A probe can neither allocate nor free, and below a run-queue lock it cannot even
 * queue work. It raises an irq_work, which queues the sweep:
 *
 *	probe --> irq_work --> delayed work --> sweep()
 *	                            ^             |
 *	                            +-- 2 s ------+
 *
 * An urgent kick runs the sweep at once, any other within a tenth of a second: many
 * cgroups can come and go in that time, and share the sweep.
 *
 * The work queue is the module's own, so that unloading waits for nobody else's work.
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
	if (READ_ONCE(worker.stopped))
		return;
	if (now)
		WRITE_ONCE(worker.now, true);
	irq_work_queue(&worker.kick);
}

/* A sweep that is due already serves all kicks but the first urgent one */
static void kick(struct irq_work *work)
{
	bool now = xchg(&worker.now, false);

	if (!xchg(&worker.due, true) || now)
		mod_delayed_work(worker.queue, &worker.work, now ? 0 : SOON);
}

static void work(struct work_struct *work)
{
	u64 begin = ktime_get_ns();

	WRITE_ONCE(worker.due, false);
	worker.sweep();
	queue_delayed_work(worker.queue, &worker.work, INTERVAL);
	hr_effort_add(&hr_effort.work, begin);
}

/**
 * hr_worker_start - sweep from now on
 * @sweep: the work to do; may sleep
 *
 * Context: process.
 */
void hr_worker_start(void (*sweep)(void))
{
	worker.sweep = sweep;
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
	WRITE_ONCE(worker.stopped, true);
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
