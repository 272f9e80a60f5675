// SPDX-License-Identifier: GPL-2.0
/*
 * Flag a record for the trigger poller
 *
 * The counting side adds nothing to any trigger's sum. It flags the record once,
 *
 *	NONE --an event--> ACTIVE --quiet for some ticks--> NONE
 *	                     |
 *	                     +--no trigger covers it--> IGNORED
 *
 * adds it to a list without a lock, and wakes the poller if that is idle. The poller takes
 * the list at each tick and decides about the other transitions: see trigger_poll.c.
 * Probes do not call the poller; it registers its wake-up here.
 */
#include <linux/irq_work.h>
#include <linux/timekeeping.h>

#include "attention.h"
#include "cgroup.h"

DEFINE_STATIC_KEY_FALSE(hr_attention_wanted);

static struct {
	struct llist_head flagged;
	u64 since;		/* when the list became non-empty, ns */
	bool idle;		/* the poller reads no record until it is woken */
	struct irq_work kick;
	void (*wake)(void);
} attention = {
	.flagged = LLIST_HEAD_INIT(attention.flagged),
};

/**
 * hr_attention_raise - flag a record and wake the poller
 * @of: the record's part; the caller found the record under RCU
 *
 * Context: any, under RCU, also below the run-queue lock.
 */
void hr_attention_raise(struct hr_attention *of)
{
	/* Pairs with cmpxchg() in leave() of trigger_poll.c: one of the two sets ACTIVE */
	if (cmpxchg(&of->state, HR_ATTENTION_NONE, HR_ATTENTION_ACTIVE) != HR_ATTENTION_NONE)
		return;
	hr_cgroup_get(container_of(of, struct hr_cgroup, attention));
	/* Pairs with READ_ONCE() in hr_attention_since() */
	if (llist_add(&of->node, &attention.flagged))
		WRITE_ONCE(attention.since, ktime_get_mono_fast_ns());
	/* Pairs with set_current_state() in sleep() of trigger_poll.c */
	smp_mb();
	if (READ_ONCE(attention.idle))
		irq_work_queue(&attention.kick);
}

/**
 * hr_attention_take - take the list of flagged records
 *
 * Context: process; one caller at a time.
 * Return: list of struct hr_attention by @node; each holds a reference on its record,
 * which the caller owns now.
 */
struct llist_node *hr_attention_take(void)
{
	return llist_del_all(&attention.flagged);
}

/**
 * hr_attention_pending - whether records are flagged
 *
 * Context: any.
 */
bool hr_attention_pending(void)
{
	return !llist_empty(&attention.flagged);
}

/**
 * hr_attention_since - the time when the list last became non-empty
 *
 * Context: any.
 * Return: CLOCK_MONOTONIC, ns.
 */
u64 hr_attention_since(void)
{
	/* Pairs with WRITE_ONCE() in hr_attention_raise() */
	return READ_ONCE(attention.since);
}

/**
 * hr_attention_idle - set whether a flagged record has to wake the poller
 * @idle: the poller reads no record, and sleeps until it is woken
 *
 * Context: the poller.
 */
void hr_attention_idle(bool idle)
{
	/* Pairs with READ_ONCE() in hr_attention_raise(); sleep() has the barrier */
	WRITE_ONCE(attention.idle, idle);
}

static void kick(struct irq_work *work)
{
	attention.wake();
}

/**
 * hr_attention_init - register the poller
 * @wake: wakes it; called from an irq_work
 *
 * Context: process; before any probe runs.
 */
void hr_attention_init(void (*wake)(void))
{
	attention.wake = wake;
	init_irq_work(&attention.kick, kick);
}

/**
 * hr_attention_exit - wait for the last wake-up
 *
 * Context: process, may sleep; no probe runs any more, and the poller has ended.
 */
void hr_attention_exit(void)
{
	irq_work_sync(&attention.kick);
}
