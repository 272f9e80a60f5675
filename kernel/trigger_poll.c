// SPDX-License-Identifier: GPL-2.0
/*
 * Poll the records that triggers cover
 *
 * The counting side adds nothing to any trigger's sum. It flags the record once, see
 * attention.c:
 *
 *	NONE --an event--> ACTIVE --quiet for some ticks--> NONE
 *	                     |
 *	                     +--no trigger covers it--> IGNORED
 *
 * and wakes the poller, a thread. At each tick the poller reads the active records. It
 * passes the growth of their counters since the last tick, and their open stalls, to
 * every trigger on the cgroup or above it. While no record is active the thread sleeps,
 * so that it does not disturb a quiet machine. The tick is a tenth of the shortest
 * window, from 1 to 5 ms. The thread has the lowest real-time priority, as the thread
 * that polls PSI triggers does. A poll takes time for each active record, and for each trigger
 * above one; if it takes long, the next tick is late, and so are the triggers, but no count is
 * missed.
 *
 * A record keeps the counters that the poller read last, also while it is not polled. A
 * record without them counts from zero. Setting a trigger therefore first notes the
 * counters of all records that no other trigger covers.
 *
 * A record is NONE for one more tick before the poller leaves it. That tick finds the
 * events whose probes still saw ACTIVE; later events wake the poller.
 *
 * A trigger and a watch hold a reference on their record, and so does the poller on each
 * record that it polls. The thread never waits for memory.
 */
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "attention.h"
#include "cgroup.h"
#include "effort.h"
#include "registry.h"
#include "stall.h"
#include "trigger_internal.h"

#define TICK_MIN	NSEC_PER_MSEC
#define TICK_MAX	(5 * NSEC_PER_MSEC)
/*
 * Least time that the thread leaves the CPU to others between two polls, and the same as a
 * multiple of the time that the poll took: a fifth of a CPU is the most that it uses
 */
#define REST		(TICK_MIN / 2)
#define REST_FACTOR	4
/* Ticks without an event before the poller leaves a record */
#define QUIET_TICKS	4

static struct {
	struct list_head triggers;	/* of all sockets */
	struct list_head busy;		/* records that are polled */
	u64 length;			/* of a tick, ns */
	u64 ticks;
	u64 last;			/* time of the last poll, ns */
	u64 tidied;			/* time when unused watches were freed last, ns */
	struct task_struct *thread;
	bool idle;			/* no record to poll; only the thread uses it */
	bool poked;			/* poll even if idle */
} poller = {
	.triggers = LIST_HEAD_INIT(poller.triggers),
	.busy = LIST_HEAD_INIT(poller.busy),
	.length = TICK_MAX,
};

static void poke(void)
{
	/* Pairs with READ_ONCE() in sleep(); wake_up_process() has the barrier */
	WRITE_ONCE(poller.poked, true);
	wake_up_process(poller.thread);
}

static u64 read_quantity(const struct hr_stats *stats, unsigned int quantity)
{
	return quantity == HR_REFAULTS ?
	       hr_stats_refaults(stats) :
	       atomic64_read(&stats->stall[quantity - 1].total);
}

static struct hr_poll *poll_alloc(struct hr_cgroup *cg, gfp_t gfp)
{
	struct hr_poll *polled = kzalloc(sizeof(*polled), gfp);

	if (!polled)
		return NULL;
	polled->cg = cg;
	INIT_LIST_HEAD(&polled->busy);
	INIT_LIST_HEAD(&polled->triggers);
	INIT_LIST_HEAD(&polled->watches);
	return polled;
}

static struct hr_poll *poll_make(struct hr_cgroup *cg, gfp_t gfp)
{
	struct hr_poll *polled;

	lockdep_assert_held(&hr_triggers_mutex);
	if (cg->poll)
		return cg->poll;
	polled = poll_alloc(cg, gfp);
	/* Pairs with READ_ONCE() in hr_trigger_poll_prepare() */
	if (polled)
		WRITE_ONCE(cg->poll, polled);
	return polled;
}

/*
 * The trigger after @trigger, which is set on @cg, on the way up to the root. Starts at
 * @cg if @trigger is NULL, and sets *@cg to the result's record. Context: RCU.
 */
static struct hr_trigger *next_trigger(struct hr_trigger *trigger,
				       struct hr_cgroup **cg)
{
	lockdep_assert_held(&hr_triggers_mutex);
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

static void read_counter(struct hr_poll *polled, unsigned int quantity,
			 const struct hr_tick *tick)
{
	u64 value = read_quantity(&polled->cg->local, quantity);
	u64 n = value - polled->seen[quantity];
	struct hr_cgroup *cg = polled->cg;
	struct hr_trigger *trigger = NULL;

	if (!n)
		return;
	polled->quiet = 0;
	polled->seen[quantity] = value;
	rcu_read_lock();
	while ((trigger = next_trigger(trigger, &cg)))
		hr_trigger_watch_ended(trigger, polled, quantity, n, tick);
	rcu_read_unlock();
}

static void read_counters(const struct hr_tick *tick)
{
	struct hr_poll *polled;
	unsigned int quantity;

	lockdep_assert_held(&hr_triggers_mutex);
	list_for_each_entry(polled, &poller.busy, busy) {
		polled->quiet++;
		for (quantity = 0; quantity < HR_NR_QUANTITIES; quantity++)
			read_counter(polled, quantity, tick);
	}
}

static void read_stall(const struct hr_stalled *stalled, const struct hr_tick *tick)
{
	struct hr_cgroup *cg = hr_cgroup_alive(stalled->cg);
	struct hr_poll *polled = cg->poll;
	struct hr_trigger *trigger = NULL;

	if (!polled || list_empty(&polled->busy)) {
		/* The stall began before the poller had this record */
		hr_attention_touch(&cg->attention);
		return;
	}
	polled->quiet = 0;
	/* A stall that began after the tick adds nothing yet */
	while ((trigger = next_trigger(trigger, &cg)))
		hr_trigger_watch_open(trigger, polled, stalled->cause,
				      min(tick->now, stalled->begin), tick);
}

/*
 * Call it after read_counters(): a stall that ends between the two is missed for one
 * tick, and not counted twice.
 */
static void read_open_stalls(const struct hr_tick *tick)
{
	struct hr_stalled stalled;
	unsigned int i = 0;

	rcu_read_lock();
	while ((i = hr_stall_next(i, &stalled)))
		read_stall(&stalled, tick);
	rcu_read_unlock();
}

/* Start polling the flagged records that a trigger covers */
static void collect(void)
{
	struct hr_cgroup *cg, *next;
	struct hr_poll *polled;
	bool covered;

	lockdep_assert_held(&hr_triggers_mutex);
	llist_for_each_entry_safe(cg, next, hr_attention_take(), attention.node) {
		covered = is_covered(cg);
		polled = covered ? poll_make(cg, GFP_NOWAIT | __GFP_NOWARN) : NULL;
		if (!polled) {
			/*
			 * Without memory the next event tries again. Pairs with
			 * READ_ONCE() in hr_attention_touch().
			 */
			WRITE_ONCE(cg->attention.state, covered ? HR_ATTENTION_NONE :
							    HR_ATTENTION_IGNORED);
			hr_cgroup_put(cg);
			continue;
		}
		polled->quiet = 0;
		polled->leaving = false;
		if (list_empty(&polled->busy))
			list_add(&polled->busy, &poller.busy);
		else
			hr_cgroup_put(cg);
	}
}

/* Leave the quiet records, one tick after re-arming them: see the head of this file */
static void leave(void)
{
	struct hr_poll *polled, *next;

	lockdep_assert_held(&hr_triggers_mutex);
	list_for_each_entry_safe(polled, next, &poller.busy, busy) {
		if (polled->leaving && polled->quiet) {
			list_del_init(&polled->busy);
			hr_cgroup_put(polled->cg);
		} else if (polled->leaving) {
			polled->leaving = false;
			/*
			 * Fails if a probe flagged the record: collect() then finds it in
			 * the list. Pairs with cmpxchg() in hr_attention_raise().
			 */
			cmpxchg(&polled->cg->attention.state, HR_ATTENTION_NONE,
				HR_ATTENTION_ACTIVE);
		} else if (polled->quiet >= QUIET_TICKS) {
			polled->leaving = true;
			WRITE_ONCE(polled->cg->attention.state, HR_ATTENTION_NONE);
			/* Pairs with smp_mb() in hr_attention_touch() */
			smp_mb();
		}
	}
}

/*
 * The latest time at which the counters are known not to have grown since the last tick.
 * The thread may be late, so this is the time of its last poll; or, if no record was
 * active then, the time when the first one was flagged.
 */
static u64 known_until(u64 now)
{
	u64 until = poller.last;

	if (list_empty(&poller.busy))
		until = max(until, hr_attention_since());
	return min(until, now);
}

static void read_all(u64 now)
{
	const struct hr_tick tick = {
		.nr = ++poller.ticks,
		.now = now,
		.before = known_until(now),
	};

	lockdep_assert_held(&hr_triggers_mutex);
	poller.last = now;
	collect();
	read_counters(&tick);
	read_open_stalls(&tick);
	hr_trigger_watch_judge(&tick);
	leave();
}

static void tidy(u64 now)
{
	struct hr_trigger *trigger;

	lockdep_assert_held(&hr_triggers_mutex);
	if (now - poller.tidied < NSEC_PER_SEC)
		return;
	poller.tidied = now;
	list_for_each_entry(trigger, &poller.triggers, of_all)
		hr_trigger_watch_tidy(trigger, now);
}

/* Poll once. Returns the time of the next poll; KTIME_MAX: when a probe flags a record. */
static u64 poll(void)
{
	u64 now = ktime_get_ns(), next, begin, end;

	mutex_lock(&hr_triggers_mutex);
	begin = ktime_get_ns();
	read_all(now);
	next = hr_trigger_watch_fire_pending(now);
	tidy(now);
	/* A record flagged since collect() is polled at the next tick */
	poller.idle = list_empty(&poller.busy) && !hr_attention_pending();
	hr_attention_idle(poller.idle);
	if (!poller.idle)
		next = min(next, now + poller.length);
	mutex_unlock(&hr_triggers_mutex);
	hr_effort_add(&hr_effort.work, now);
	/* Leave the CPU to others, however long this poll took */
	end = ktime_get_ns();
	return max(next, end + max_t(u64, REST, REST_FACTOR * (end - begin)));
}

static void sleep(u64 until)
{
	ktime_t expires = ns_to_ktime(until);

	/*
	 * Pairs with smp_mb() in hr_attention_raise(): either a probe sees that the poller is
	 * idle, or this sees the flagged record. Also pairs with wake_up_process() in poke().
	 */
	set_current_state(TASK_IDLE);
	if (!kthread_should_stop() && !READ_ONCE(poller.poked) &&
	    !(poller.idle && hr_attention_pending()))
		schedule_hrtimeout(&expires, HRTIMER_MODE_ABS);
	__set_current_state(TASK_RUNNING);
	/* The poll that follows serves all pokes up to now. Pairs with WRITE_ONCE() in poke() */
	WRITE_ONCE(poller.poked, false);
}

static int work(void *unused)
{
	while (!kthread_should_stop())
		sleep(poll());
	return 0;
}

/* Set the length of a tick to a tenth of the shortest window, within its bounds */
static void choose_tick(void)
{
	struct hr_trigger *trigger;

	lockdep_assert_held(&hr_triggers_mutex);
	poller.length = TICK_MAX;
	list_for_each_entry(trigger, &poller.triggers, of_all)
		poller.length = min(poller.length, trigger->spec.window / 10);
	poller.length = max_t(u64, poller.length, TICK_MIN);
}

/* Note the counters of all records that no trigger covers yet. Returns 0 or -ENOMEM. */
static int note_counters(void)
{
	struct hr_poll *polled;
	struct hr_cgroup *cg;
	unsigned int i;

	hr_registry_assert_locked();
	lockdep_assert_held(&hr_triggers_mutex);
	for (cg = hr_registry_from(0); cg; cg = hr_registry_next(cg)) {
		if (is_covered(cg))
			continue;
		polled = poll_make(cg, GFP_ATOMIC);
		if (!polled)
			return -ENOMEM;
		/* Pairs with READ_ONCE() in hr_attention_touch() */
		cmpxchg(&cg->attention.state, HR_ATTENTION_IGNORED,
			HR_ATTENTION_NONE);
		/*
		 * Pairs with smp_mb() in hr_attention_touch(): either this reads the event, or
		 * the event flags the record.
		 */
		smp_mb();
		for (i = 0; i < HR_NR_QUANTITIES; i++)
			polled->seen[i] = read_quantity(&cg->local, i);
		cond_resched();
	}
	return 0;
}

/**
 * hr_trigger_poll_prepare - allocate what polling all records takes
 *
 * Runs without hr_triggers_mutex as far as it can, so that the poller, which takes the mutex,
 * is not late. Like everything under the registry lock, it waits for no memory.
 *
 * Context: process, may sleep; registry lock held.
 * Return: 0 or -ENOMEM.
 */
int hr_trigger_poll_prepare(void)
{
	struct hr_poll *polled;
	struct hr_cgroup *cg;

	hr_registry_assert_locked();
	for (cg = hr_registry_from(0); cg; cg = hr_registry_next(cg)) {
		/* Pairs with WRITE_ONCE() in poll_make() */
		if (READ_ONCE(cg->poll))
			continue;
		polled = poll_alloc(cg, GFP_ATOMIC);
		if (!polled)
			return -ENOMEM;
		mutex_lock(&hr_triggers_mutex);
		/* Pairs with READ_ONCE() above, in a later call */
		if (!cg->poll) {
			WRITE_ONCE(cg->poll, polled);
			polled = NULL;
		}
		mutex_unlock(&hr_triggers_mutex);
		/* Not NULL if the poller was faster */
		kfree(polled);
		cond_resched();
	}
	return 0;
}

/**
 * hr_trigger_poll_begin - start polling for a trigger
 * @trigger: the trigger; one of the scope "subtree" has its watch already
 *
 * Reads the stalls that are open now, so that the trigger counts them from now on.
 *
 * Context: process, may sleep; registry lock and hr_triggers_mutex held.
 * Return: 0 or -ENOMEM.
 */
int hr_trigger_poll_begin(struct hr_trigger *trigger)
{
	struct hr_trigger_watch *watch;
	int err = note_counters();

	lockdep_assert_held(&hr_triggers_mutex);
	if (err)
		return err;
	if (!poll_make(trigger->cg, GFP_ATOMIC))
		return -ENOMEM;
	list_add(&trigger->of_cgroup, &trigger->cg->poll->triggers);
	list_add(&trigger->of_all, &poller.triggers);
	choose_tick();
	/* The first pass flags the cgroups that have open stalls, the second reads them */
	read_all(ktime_get_ns());
	trigger->set = ktime_get_ns();
	read_all(trigger->set);
	list_for_each_entry(watch, &trigger->watches, of_trigger)
		watch->fresh = false;
	poke();
	return 0;
}

/**
 * hr_trigger_poll_end - stop polling for a trigger
 * @trigger: the trigger, which may also be one for which hr_trigger_poll_begin() failed
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
 * hr_trigger_poll_init - start the poller
 *
 * Context: process, may sleep; before any probe runs.
 * Return: 0 or the error of kthread_create().
 */
int __init hr_trigger_poll_init(void)
{
	struct task_struct *thread;

	hr_attention_init(poke);
	thread = kthread_create(work, NULL, "headroom");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	/* A wake-up may come after the thread has ended: see hr_trigger_poll_exit() */
	poller.thread = get_task_struct(thread);
	sched_set_fifo_low(thread);
	wake_up_process(thread);
	return 0;
}

/**
 * hr_trigger_poll_exit - stop the poller and release all records
 *
 * Context: process, may sleep; no probe runs any more, and there are no triggers.
 */
void hr_trigger_poll_exit(void)
{
	struct hr_poll *polled, *next;

	/* The last poll may flag a record and queue the wake-up, so wait for that afterwards */
	kthread_stop(poller.thread);
	hr_attention_exit();
	put_task_struct(poller.thread);
	mutex_lock(&hr_triggers_mutex);
	collect();
	list_for_each_entry_safe(polled, next, &poller.busy, busy) {
		list_del_init(&polled->busy);
		hr_cgroup_put(polled->cg);
	}
	mutex_unlock(&hr_triggers_mutex);
}
