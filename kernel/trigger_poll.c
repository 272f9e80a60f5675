// SPDX-License-Identifier: GPL-2.0
/*
 * The poller: who looks for triggers, where, and when
 *
 * The counting side does not add to anybody's sums. It marks the record, once:
 *
 *	NONE --something happened--> ACTIVE --quiet for a while--> NONE
 *	                               |
 *	                               +--nobody watches it--> IGNORED
 *
 * and wakes a thread, which looks at active records every tick: what their counters
 * grew by since the last time is passed up to all triggers above, and so are the stalls
 * that are open. When no record is active the thread sleeps, so that a quiet machine is
 * not disturbed. The tick is a tenth of the shortest window, from 1 to 5 ms; the thread
 * has the lowest real-time priority, like that of the triggers of PSI.
 *
 * What a record's counters were is kept from one time of being active to the next.
 * Where there is nothing kept they were zero: when a trigger is set, all records get a
 * note of their counters, unless another trigger has already seen to that.
 *
 * A record is NONE for one more tick before the thread leaves it: what happened before
 * that could be seen is found then, and what happens afterwards wakes.
 *
 * A trigger, a watch and an active record each hold a reference on the record. The
 * thread waits for no memory.
 */
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "attention.h"
#include "cgroup.h"
#include "effort.h"
#include "registry.h"
#include "stall.h"
#include "trigger_internal.h"

#define TICK_MIN	NSEC_PER_MSEC
#define TICK_MAX	(5 * NSEC_PER_MSEC)
/* What the thread leaves to others, at least, between two looks */
#define REST		(TICK_MIN / 2)
/* Ticks without anything, before a record is not looked at any more */
#define QUIET_TICKS	4

static struct {
	struct list_head triggers;	/* all */
	struct list_head busy;		/* records that are looked at */
	u64 length;			/* of a tick, ns */
	u64 ticks;
	u64 looked;			/* when it was looked last */
	u64 tidied;			/* when watches were looked through */
	struct task_struct *thread;
	bool idle;			/* the thread has no record to look at */
	bool poked;			/* but should look */
} poller = {
	.triggers = LIST_HEAD_INIT(poller.triggers),
	.busy = LIST_HEAD_INIT(poller.busy),
	.length = TICK_MAX,
};

static void poke(void)
{
	WRITE_ONCE(poller.poked, true);
	wake_up_process(poller.thread);
}

static u64 read_quantity(const struct hr_stats *stats, unsigned int quantity)
{
	return quantity == HR_REFAULTS ?
	       hr_stats_refaults(stats) :
	       atomic64_read(&stats->stall[quantity - 1].total);
}

static struct hr_poll *watched_alloc(struct hr_cgroup *cg, gfp_t gfp)
{
	struct hr_poll *watched = kzalloc(sizeof(*watched), gfp);

	if (!watched)
		return NULL;
	watched->cg = cg;
	INIT_LIST_HEAD(&watched->busy);
	INIT_LIST_HEAD(&watched->triggers);
	INIT_LIST_HEAD(&watched->watches);
	return watched;
}

static struct hr_poll *watched_make(struct hr_cgroup *cg, gfp_t gfp)
{
	struct hr_poll *watched;

	lockdep_assert_held(&hr_triggers_mutex);
	if (cg->poll)
		return cg->poll;
	watched = watched_alloc(cg, gfp);
	if (watched)
		WRITE_ONCE(cg->poll, watched);
	return watched;
}

/* The next trigger on a record or above it, after @trigger on @cg. Context: RCU. */
static struct hr_trigger *next_trigger(struct hr_trigger *trigger,
				       struct hr_cgroup **cg)
{
	if (trigger && !list_is_last(&trigger->of_cgroup, &(*cg)->poll->triggers))
		return list_next_entry(trigger, of_cgroup);
	if (trigger)
		*cg = hr_cgroup_parent(*cg);
	for (; *cg; *cg = hr_cgroup_parent(*cg))
		if ((*cg)->poll && !list_empty(&(*cg)->poll->triggers))
			return list_first_entry(&(*cg)->poll->triggers,
						struct hr_trigger, of_cgroup);
	return NULL;
}

/* Whether a trigger is set on the cgroup or above it */
static bool is_covered(struct hr_cgroup *cg)
{
	bool covered;

	rcu_read_lock();
	covered = next_trigger(NULL, &cg);
	rcu_read_unlock();
	return covered;
}

static void look_at_counter(struct hr_poll *watched, unsigned int quantity,
			    const struct hr_tick *tick)
{
	u64 value = read_quantity(&watched->cg->local, quantity);
	u64 n = value - watched->seen[quantity];
	struct hr_cgroup *cg = watched->cg;
	struct hr_trigger *trigger = NULL;

	if (!n)
		return;
	watched->quiet = 0;
	watched->seen[quantity] = value;
	rcu_read_lock();
	while ((trigger = next_trigger(trigger, &cg)))
		hr_trigger_watch_ended(trigger, watched, quantity, n, tick);
	rcu_read_unlock();
}

static void look_at_counters(const struct hr_tick *tick)
{
	struct hr_poll *watched;
	unsigned int quantity;

	list_for_each_entry(watched, &poller.busy, busy) {
		watched->quiet++;
		for (quantity = 0; quantity < HR_NR_QUANTITIES; quantity++)
			look_at_counter(watched, quantity, tick);
	}
}

static void look_at_stall(const struct hr_stalled *stalled,
			  const struct hr_tick *tick)
{
	struct hr_cgroup *cg = hr_cgroup_alive(stalled->cg);
	struct hr_poll *watched = cg->poll;
	struct hr_trigger *trigger = NULL;

	if (!watched || list_empty(&watched->busy)) {
		/* Open since before it was watched */
		hr_attention_touch(&cg->attention);
		return;
	}
	watched->quiet = 0;
	/* One that began after the moment adds nothing yet */
	while ((trigger = next_trigger(trigger, &cg)))
		hr_trigger_watch_open(trigger, watched, stalled->cause,
				      min(tick->now, stalled->begin), tick);
}

/*
 * After the counters: a stall that ends in between is missed for one tick, not counted
 * twice.
 */
static void look_at_open(const struct hr_tick *tick)
{
	struct hr_stalled stalled;
	unsigned int i = 0;

	rcu_read_lock();
	while ((i = hr_stall_next(i, &stalled)))
		look_at_stall(&stalled, tick);
	rcu_read_unlock();
}

/* The records that have become active are looked at from now on, if anybody watches */
static void collect(void)
{
	struct hr_cgroup *cg, *next;
	struct hr_poll *watched;
	bool covered;

	llist_for_each_entry_safe(cg, next, hr_attention_take(), attention.node) {
		covered = is_covered(cg);
		watched = covered ? watched_make(cg, GFP_NOWAIT | __GFP_NOWARN) : NULL;
		if (!watched) {
			/* Without memory, the next event is another try */
			WRITE_ONCE(cg->attention.state, covered ? HR_ATTENTION_NONE :
							    HR_ATTENTION_IGNORED);
			hr_cgroup_put(cg);
			continue;
		}
		watched->quiet = 0;
		watched->leaving = false;
		if (list_empty(&watched->busy))
			list_add(&watched->busy, &poller.busy);
		else
			hr_cgroup_put(cg);
	}
}

/* Those to which nothing happens any more: see the head of this file */
static void leave(void)
{
	struct hr_poll *watched, *next;

	list_for_each_entry_safe(watched, next, &poller.busy, busy) {
		if (watched->leaving && watched->quiet) {
			list_del_init(&watched->busy);
			hr_cgroup_put(watched->cg);
		} else if (watched->leaving) {
			watched->leaving = false;
			/* Unless it has become active by itself, and is collected next */
			cmpxchg(&watched->cg->attention.state, HR_ATTENTION_NONE,
				HR_ATTENTION_ACTIVE);
		} else if (watched->quiet >= QUIET_TICKS) {
			watched->leaving = true;
			WRITE_ONCE(watched->cg->attention.state, HR_ATTENTION_NONE);
			/* Pairs with the barrier in hr_attention_touch() */
			smp_mb();
		}
	}
}

/*
 * Up to when what grows now is known not to have grown. The thread may be late: that is
 * when it looked last, or, if nobody was active then, when somebody became so.
 */
static u64 known_until(u64 now)
{
	u64 until = poller.looked;

	if (list_empty(&poller.busy))
		until = max(until, hr_attention_since());
	return min(until, now);
}

static void look_at_all(u64 now)
{
	const struct hr_tick tick = {
		.nr = ++poller.ticks,
		.now = now,
		.before = known_until(now),
	};

	lockdep_assert_held(&hr_triggers_mutex);
	poller.looked = now;
	collect();
	look_at_counters(&tick);
	look_at_open(&tick);
	hr_trigger_watch_judge(&tick);
	leave();
}

static void tidy(u64 now)
{
	struct hr_trigger *trigger;

	if (now - poller.tidied < NSEC_PER_SEC)
		return;
	poller.tidied = now;
	list_for_each_entry(trigger, &poller.triggers, of_all)
		hr_trigger_watch_tidy(trigger, now);
}

/* Returns when to look again; KTIME_MAX: when something happens */
static u64 look(void)
{
	u64 now = ktime_get_ns(), next;

	mutex_lock(&hr_triggers_mutex);
	look_at_all(now);
	next = hr_trigger_watch_fire_pending(now);
	tidy(now);
	/* A record that there was no memory to look at has its turn at the next tick */
	poller.idle = list_empty(&poller.busy) && !hr_attention_pending();
	hr_attention_idle(poller.idle);
	if (!poller.idle)
		next = min(next, now + poller.length);
	mutex_unlock(&hr_triggers_mutex);
	hr_effort_add(&hr_effort.work, now);
	/* However much there is to look at, others get the CPU */
	return max(next, ktime_get_ns() + REST);
}

static void sleep(u64 until)
{
	ktime_t expires = ns_to_ktime(until);

	/* Its barrier pairs with the one in hr_attention_raise(), and with a wake-up */
	set_current_state(TASK_IDLE);
	if (!kthread_should_stop() && !READ_ONCE(poller.poked) &&
	    !(poller.idle && hr_attention_pending()))
		schedule_hrtimeout(&expires, HRTIMER_MODE_ABS);
	__set_current_state(TASK_RUNNING);
	WRITE_ONCE(poller.poked, false);
}

static int work(void *unused)
{
	while (!kthread_should_stop())
		sleep(look());
	return 0;
}

/* The tick that the shortest window needs */
static void choose_tick(void)
{
	struct hr_trigger *trigger;

	lockdep_assert_held(&hr_triggers_mutex);
	poller.length = TICK_MAX;
	list_for_each_entry(trigger, &poller.triggers, of_all)
		poller.length = min(poller.length, trigger->spec.window / 10);
	poller.length = max_t(u64, poller.length, TICK_MIN);
}

/* Takes note of the counters of all records that are not looked at for anybody yet */
static int note_counters(void)
{
	struct hr_poll *watched;
	struct hr_cgroup *cg;
	unsigned int i;

	for (cg = hr_registry_from(0); cg; cg = hr_registry_next(cg)) {
		if (is_covered(cg))
			continue;
		watched = watched_make(cg, GFP_ATOMIC);
		if (!watched)
			return -ENOMEM;
		cmpxchg(&cg->attention.state, HR_ATTENTION_IGNORED,
			HR_ATTENTION_NONE);
		/* What is counted from here on wakes */
		smp_mb();
		for (i = 0; i < HR_NR_QUANTITIES; i++)
			watched->seen[i] = read_quantity(&cg->local, i);
		cond_resched();
	}
	return 0;
}

/**
 * hr_trigger_poll_prepare - allocate what it takes to watch all cgroups
 *
 * Not below hr_triggers_mutex: while memory is short this waits for it, and the
 * thread must not.
 *
 * Context: process, may sleep; hr_registry_lock() held.
 * Return: 0 or -ENOMEM.
 */
int hr_trigger_poll_prepare(void)
{
	struct hr_poll *watched;
	struct hr_cgroup *cg;

	for (cg = hr_registry_from(0); cg; cg = hr_registry_next(cg)) {
		if (READ_ONCE(cg->poll))
			continue;
		watched = watched_alloc(cg, GFP_KERNEL);
		if (!watched)
			return -ENOMEM;
		mutex_lock(&hr_triggers_mutex);
		if (!cg->poll) {
			WRITE_ONCE(cg->poll, watched);
			watched = NULL;
		}
		mutex_unlock(&hr_triggers_mutex);
		/* The thread may have been quicker */
		kfree(watched);
		cond_resched();
	}
	return 0;
}

/**
 * hr_trigger_poll_begin - watch for a trigger
 * @trigger: the trigger; those of the scope "subtree" have their watch
 *
 * Stalls that are open now are seen before anything else is.
 *
 * Context: process, may sleep; hr_registry_lock() and hr_triggers_mutex
 * held.
 * Return: 0 or -ENOMEM.
 */
int hr_trigger_poll_begin(struct hr_trigger *trigger)
{
	struct hr_trigger_watch *watch;
	int err = note_counters();

	if (err)
		return err;
	if (!watched_make(trigger->cg, GFP_ATOMIC))
		return -ENOMEM;
	list_add(&trigger->of_cgroup, &trigger->cg->poll->triggers);
	list_add(&trigger->of_all, &poller.triggers);
	choose_tick();
	/* The first time finds the cgroups that they are in */
	look_at_all(ktime_get_ns());
	trigger->set = ktime_get_ns();
	look_at_all(trigger->set);
	list_for_each_entry(watch, &trigger->watches, of_trigger)
		watch->fresh = false;
	poke();
	return 0;
}

/**
 * hr_trigger_poll_end - watch no longer for a trigger
 * @trigger: the trigger
 *
 * Context: hr_triggers_mutex held.
 */
void hr_trigger_poll_end(struct hr_trigger *trigger)
{
	lockdep_assert_held(&hr_triggers_mutex);
	list_del_init(&trigger->of_cgroup);
	list_del_init(&trigger->of_all);
	choose_tick();
}

/**
 * hr_trigger_poll_init - start the thread
 *
 * Context: process, may sleep; before any probe runs.
 * Return: 0 or the error of that.
 */
int __init hr_trigger_poll_init(void)
{
	struct task_struct *thread;

	hr_attention_init(poke);
	thread = kthread_create(work, NULL, "headroom");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	poller.thread = thread;
	sched_set_fifo_low(thread);
	wake_up_process(thread);
	return 0;
}

/**
 * hr_trigger_poll_exit - stop the thread, and let go of all records
 *
 * Context: process, may sleep; no probe runs any more, and there are no triggers.
 */
void hr_trigger_poll_exit(void)
{
	struct hr_poll *watched, *next;

	hr_attention_exit();
	kthread_stop(poller.thread);
	mutex_lock(&hr_triggers_mutex);
	collect();
	list_for_each_entry_safe(watched, next, &poller.busy, busy) {
		list_del_init(&watched->busy);
		hr_cgroup_put(watched->cg);
	}
	mutex_unlock(&hr_triggers_mutex);
}
