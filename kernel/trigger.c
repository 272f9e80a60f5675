// SPDX-License-Identifier: GPL-2.0
/*
 * Triggers: tell somebody when too much happens within a window of time
 *
 * The model
 * ---------
 * A trigger watches a quantity that only grows, for a cgroup with all below it, or for
 * each of these by itself:
 *
 *	refaults	V(t) = those counted
 *	stall		V(t) = sum of the stalls that ended
 *			     + sum of (t - begin) of those that are open
 *
 * As many tasks as are stalled at once count each. It fires when the growth over the
 * window that ends now reaches the threshold,
 *
 *	S(t) = V(t) - V(t - window) >= threshold
 *
 * and V has just grown: what is past already does not fire again. After that it is
 * silent for the interval; if it would have fired meanwhile, it does so at the
 * interval's end, with the largest S and the time of that. With hysteresis it is silent
 * as well until S has been at or below the level that clears it.
 *
 * What is approximated: V is looked at every few milliseconds, so S is known late by so
 * much; and the far end of the window is interpolated, see window.c. A stall that began
 * before the trigger was set counts from then on.
 *
 * Who looks, and when
 * -------------------
 * The counting side does not add to anybody's sums. It marks the record, once:
 *
 *	NONE --something happened--> ACTIVE --quiet for a while--> NONE
 *	                               |
 *	                               +--nobody watches it--> IGNORED
 *
 * and wakes the worker, which looks at active records every tick: what their counters
 * grew by since the last time is passed up to all triggers above. When no record is
 * active the worker sleeps, so that a quiet machine is not disturbed. The tick is a
 * tenth of the shortest window, from 1 to 5 ms: the thread has the lowest real-time
 * priority, like that of the triggers of PSI.
 *
 * What a record's counters were is kept from one time of being active to the next.
 * Where there is nothing kept they were zero: when a trigger is set, all records below
 * get a note of their counters, unless another trigger has already seen to that.
 *
 * A record is NONE for one more tick before the worker leaves it: what happened before
 * that could be seen is found then, and what happens afterwards wakes.
 *
 * Locks: triggers.mutex, see registry.c. A trigger, a watch and an active record each
 * hold a reference on the record. The worker takes no other lock that anybody holds
 * while memory is reclaimed, and does not wait for memory.
 */
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "effort.h"
#include "notify.h"
#include "registry.h"
#include "stall.h"
#include "trigger.h"
#include "window.h"

#define TICK_MIN	NSEC_PER_MSEC
#define TICK_MAX	(5 * NSEC_PER_MSEC)
/* Ticks without anything, before a record is not looked at any more */
#define QUIET_TICKS	4
/* Watches for "each", of all triggers together */
#define MAX_WATCHES	4096

/* Refaults, and each cause of stalls under its own number */
#define REFAULTS	0
#define NR_QUANTITIES	(HEADROOM_NR_CAUSES + 1)

/**
 * struct headroom_watched - a record that something has happened to
 * @cg: the record, which owns this
 * @busy: in triggers.busy while it is looked at; then holds a reference on @cg
 * @triggers: set on this cgroup
 * @watches: for triggers with the scope "each", on this cgroup or above
 * @quiet: ticks in which nothing happened
 * @leaving: this is the last tick
 * @refused: there was no room to watch it
 * @seen: what its counters were
 */
struct headroom_watched {
	struct headroom_cgroup *cg;
	struct list_head busy;
	struct list_head triggers;
	struct list_head watches;
	unsigned int quiet;
	bool leaving;
	bool refused;
	u64 seen[NR_QUANTITIES];
};

struct trigger;

/**
 * struct watch - what a trigger watches, of one cgroup or of a subtree
 * @trigger: whose
 * @cg: the cgroup that is told; holds a reference
 * @of_cgroup: in @watches there, for "each"
 * @of_trigger: in @watches there
 * @grown: in triggers.grown, if it has grown in this tick
 * @pending: in triggers.pending, if it is to fire when the interval is over
 * @fresh: not looked at yet
 * @uncleared: it has fired, and S has not been low since
 * @ended: part of V: what was counted
 * @open: part of V: stalls that are open, in tick @open_tick
 * @open_tick: the tick
 * @fired: time of the last notification; 0 for none
 * @largest: S while it was pending, and its time
 * @largest_time: the same
 * @window: V, lately
 */
struct watch {
	struct trigger *trigger;
	struct headroom_cgroup *cg;
	struct list_head of_cgroup;
	struct list_head of_trigger;
	struct list_head grown;
	struct list_head pending;
	bool fresh;
	bool uncleared;
	u64 ended;
	u64 open;
	u64 open_tick;
	u64 fired;
	u64 largest;
	u64 largest_time;
	struct headroom_window window;
};

/**
 * struct trigger - a trigger
 * @spec: what to watch
 * @id: its number
 * @portid: its owner
 * @seq: of its last notification
 * @set: time when it was set
 * @cg: its cgroup; holds a reference
 * @of_cgroup: in @triggers there
 * @watches: one; or for "each" those of all cgroups where something happens
 */
struct trigger {
	struct headroom_trigger_spec spec;
	u32 id;
	u32 portid;
	u64 seq;
	u64 set;
	struct headroom_cgroup *cg;
	struct list_head of_cgroup;
	struct list_head watches;
};

static struct {
	struct mutex mutex;		/* all but what is active */
	struct xarray index;		/* by id */
	u32 last_id;
	unsigned int nr;
	unsigned int watches;
	bool closing;
	u64 tick;			/* its length, ns */
	u64 ticks;
	u64 tidied;			/* when watches were looked through */
	struct list_head busy;
	struct list_head grown;
	struct list_head pending;

	struct llist_head active;	/* records that have just become active */
	struct irq_work kick;
	struct task_struct *worker;
	bool idle;			/* the worker has no record to look at */
	bool poked;			/* but should look */
} triggers = {
	.mutex = __MUTEX_INITIALIZER(triggers.mutex),
	.index = XARRAY_INIT(triggers.index, XA_FLAGS_ALLOC1),
	.busy = LIST_HEAD_INIT(triggers.busy),
	.grown = LIST_HEAD_INIT(triggers.grown),
	.pending = LIST_HEAD_INIT(triggers.pending),
	.active = LLIST_HEAD_INIT(triggers.active),
};

DEFINE_STATIC_KEY_FALSE(headroom_triggers_set);

/**
 * headroom_trigger_wake - have a cgroup looked at
 * @cg: its record, which the caller found under RCU
 *
 * Context: any, under RCU, also below the run-queue lock.
 */
void headroom_trigger_wake(struct headroom_cgroup *cg)
{
	if (cmpxchg(&cg->attention, HEADROOM_ATTENTION_NONE,
		    HEADROOM_ATTENTION_ACTIVE) != HEADROOM_ATTENTION_NONE)
		return;
	headroom_cgroup_get(cg);
	llist_add(&cg->activated, &triggers.active);
	/* Else it comes by at the next tick. Pairs with the barrier in sleep(). */
	smp_mb();
	if (READ_ONCE(triggers.idle))
		irq_work_queue(&triggers.kick);
}

static void poke(void)
{
	WRITE_ONCE(triggers.poked, true);
	wake_up_process(triggers.worker);
}

static void kick(struct irq_work *work)
{
	poke();
}

static bool in_total(unsigned int cause)
{
	return cause < HEADROOM_STALL_CAUSE_THROTTLED_WRITEBACK;
}

static bool concerns(const struct trigger *trigger, unsigned int quantity)
{
	if (trigger->spec.metric == HEADROOM_TRIGGER_METRIC_REFAULTS)
		return quantity == REFAULTS;
	if (trigger->spec.cause)
		return quantity == trigger->spec.cause;
	return quantity != REFAULTS && in_total(quantity);
}

static u64 read_quantity(const struct headroom_stats *stats, unsigned int quantity)
{
	return quantity == REFAULTS ? headroom_stats_refaults(stats) :
				      atomic64_read(&stats->stall[quantity - 1].total);
}

static struct headroom_watched *watched_make(struct headroom_cgroup *cg, gfp_t gfp)
{
	struct headroom_watched *watched;

	lockdep_assert_held(&triggers.mutex);
	if (cg->watched)
		return cg->watched;
	watched = kzalloc(sizeof(*watched), gfp);
	if (!watched)
		return NULL;
	watched->cg = cg;
	INIT_LIST_HEAD(&watched->busy);
	INIT_LIST_HEAD(&watched->triggers);
	INIT_LIST_HEAD(&watched->watches);
	cg->watched = watched;
	return watched;
}

/* Whether a trigger is set on the cgroup or above it. Context: RCU. */
static bool is_covered(struct headroom_cgroup *cg)
{
	for (; cg; cg = headroom_cgroup_parent(cg))
		if (cg->watched && !list_empty(&cg->watched->triggers))
			return true;
	return false;
}

static struct watch *watch_make(struct trigger *trigger, struct headroom_cgroup *cg,
				u64 begin, gfp_t gfp)
{
	struct watch *watch = kzalloc(sizeof(*watch), gfp);

	lockdep_assert_held(&triggers.mutex);
	if (!watch)
		return NULL;
	watch->trigger = trigger;
	watch->fresh = true;
	watch->cg = cg;
	headroom_cgroup_get(cg);
	INIT_LIST_HEAD(&watch->of_cgroup);
	INIT_LIST_HEAD(&watch->grown);
	INIT_LIST_HEAD(&watch->pending);
	list_add(&watch->of_trigger, &trigger->watches);
	headroom_window_init(&watch->window, trigger->spec.window, begin, 0);
	triggers.watches++;
	return watch;
}

static void watch_free(struct watch *watch)
{
	lockdep_assert_held(&triggers.mutex);
	list_del(&watch->of_cgroup);
	list_del(&watch->of_trigger);
	list_del(&watch->grown);
	list_del(&watch->pending);
	headroom_cgroup_put(watch->cg);
	kfree(watch);
	triggers.watches--;
}

/* The watch of a trigger for what happens to a cgroup; NULL if it cannot be had */
static struct watch *watch_for(struct trigger *trigger, struct headroom_watched *watched,
			       u64 begin)
{
	struct watch *watch = NULL;

	if (trigger->spec.scope != HEADROOM_TRIGGER_SCOPE_EACH)
		return list_first_entry(&trigger->watches, struct watch, of_trigger);
	list_for_each_entry(watch, &watched->watches, of_cgroup)
		if (watch->trigger == trigger)
			return watch;
	watch = NULL;
	if (triggers.watches < MAX_WATCHES + HEADROOM_MAX_TRIGGERS)
		watch = watch_make(trigger, watched->cg, begin, GFP_NOWAIT | __GFP_NOWARN);
	if (watch)
		list_add(&watch->of_cgroup, &watched->watches);
	else if (!xchg(&watched->refused, true))
		headroom_lose(notifications, 1);
	return watch;
}

static void watch_add(struct watch *watch, u64 ended, u64 open)
{
	watch->ended += ended;
	if (watch->open_tick != triggers.ticks)
		watch->open = 0;
	watch->open_tick = triggers.ticks;
	watch->open += open;
	if (list_empty(&watch->grown))
		list_add_tail(&watch->grown, &triggers.grown);
}

/* What a record has counted goes to all triggers above. Context: RCU. */
static void pass_ended(struct headroom_watched *watched, unsigned int quantity, u64 n,
		       u64 now)
{
	struct headroom_cgroup *cg = watched->cg;
	struct trigger *trigger;
	struct watch *watch;

	for (; cg; cg = headroom_cgroup_parent(cg)) {
		if (!cg->watched)
			continue;
		list_for_each_entry(trigger, &cg->watched->triggers, of_cgroup) {
			if (!concerns(trigger, quantity))
				continue;
			watch = watch_for(trigger, watched, now - triggers.tick);
			if (watch)
				watch_add(watch, n, 0);
		}
	}
}

/* The same for a stall that has not ended */
static void pass_open(struct headroom_watched *watched, unsigned int cause, u64 begin,
		      u64 now)
{
	struct headroom_cgroup *cg = watched->cg;
	struct trigger *trigger;
	struct watch *watch;

	for (; cg; cg = headroom_cgroup_parent(cg)) {
		if (!cg->watched)
			continue;
		list_for_each_entry(trigger, &cg->watched->triggers, of_cgroup) {
			if (!concerns(trigger, cause))
				continue;
			watch = watch_for(trigger, watched, now - triggers.tick);
			if (!watch)
				continue;
			/* What was before the trigger was set is no growth */
			if (watch->fresh && begin < trigger->set)
				headroom_window_raise(&watch->window, trigger->set - begin);
			watch_add(watch, 0, now - begin);
		}
	}
}

static void look_at_counters(u64 now)
{
	struct headroom_watched *watched;
	unsigned int quantity;

	list_for_each_entry(watched, &triggers.busy, busy) {
		watched->quiet++;
		for (quantity = 0; quantity < NR_QUANTITIES; quantity++) {
			u64 *seen = &watched->seen[quantity];
			u64 value = read_quantity(&watched->cg->local, quantity);

			if (value == *seen)
				continue;
			watched->quiet = 0;
			rcu_read_lock();
			pass_ended(watched, quantity, value - *seen, now);
			rcu_read_unlock();
			*seen = value;
		}
	}
}

/*
 * After the counters: a stall that ends in between is missed for one tick, not counted
 * twice.
 */
static void look_at_open(u64 now)
{
	struct headroom_stalled stalled;
	struct headroom_cgroup *cg;
	unsigned int i = 0;

	rcu_read_lock();
	while ((i = headroom_stall_next(i, &stalled))) {
		cg = headroom_cgroup_alive(stalled.cg);
		if (!cg->watched || list_empty(&cg->watched->busy)) {
			/* Open since before it was watched */
			headroom_trigger_touch(cg);
			continue;
		}
		cg->watched->quiet = 0;
		pass_open(cg->watched, stalled.cause, now - min(now, stalled.ns), now);
	}
	rcu_read_unlock();
}

static void fire(struct watch *watch, u64 now, u64 time, u64 sum)
{
	const struct headroom_fired fired = {
		.portid = watch->trigger->portid,
		.seq = ++watch->trigger->seq,
		.time = time,
		.trigger = watch->trigger->id,
		.cg = watch->cg,
		.value = sum,
	};

	list_del_init(&watch->pending);
	watch->fired = now;
	watch->uncleared = watch->trigger->spec.hysteresis;
	headroom_notify_fired(&fired);
}

static void pend(struct watch *watch, u64 now, u64 sum)
{
	if (list_empty(&watch->pending)) {
		list_add(&watch->pending, &triggers.pending);
		watch->largest = 0;
	}
	if (sum < watch->largest)
		return;
	watch->largest = sum;
	watch->largest_time = now;
}

static bool is_silent(const struct watch *watch, u64 now)
{
	return watch->fired && now - watch->fired < watch->trigger->spec.interval;
}

/* V of a watch may have grown */
static void judge(struct watch *watch, u64 now)
{
	const struct headroom_trigger_spec *spec = &watch->trigger->spec;
	u64 before = now - triggers.tick;
	u64 value = watch->ended + watch->open;
	u64 sum;

	if (watch->open_tick != triggers.ticks)
		value = watch->ended;
	watch->fresh = false;
	/* It was missed for one tick, see look_at_open() */
	if (value <= watch->window.value)
		return;
	if (before > watch->window.time &&
	    headroom_window_sum(&watch->window, before) <= spec->clear)
		watch->uncleared = false;
	headroom_window_grow(&watch->window, now, before, value);
	sum = headroom_window_sum(&watch->window, now);
	if (sum < spec->threshold) {
		if (sum <= spec->clear)
			watch->uncleared = false;
		return;
	}
	if (watch->uncleared)
		return;
	if (is_silent(watch, now))
		pend(watch, now, sum);
	else
		fire(watch, now, now, sum);
}

static void judge_all(u64 now)
{
	struct watch *watch, *next;

	list_for_each_entry_safe(watch, next, &triggers.grown, grown) {
		list_del_init(&watch->grown);
		judge(watch, now);
	}
}

/* Fires what is due. Returns when the next one is. */
static u64 fire_pending(u64 now)
{
	struct watch *watch, *next;
	u64 first = KTIME_MAX;

	list_for_each_entry_safe(watch, next, &triggers.pending, pending) {
		if (is_silent(watch, now))
			first = min(first, watch->fired + watch->trigger->spec.interval);
		else
			fire(watch, now, watch->largest_time, watch->largest);
	}
	return first;
}

/* The records that have become active are looked at from now on, if anybody watches */
static void collect(void)
{
	struct headroom_cgroup *cg, *next;
	struct headroom_watched *watched;
	bool covered;

	llist_for_each_entry_safe(cg, next, llist_del_all(&triggers.active), activated) {
		rcu_read_lock();
		covered = is_covered(cg);
		rcu_read_unlock();
		watched = covered ? watched_make(cg, GFP_NOWAIT | __GFP_NOWARN) : NULL;
		if (!watched) {
			/* Without memory, the next event is another try */
			WRITE_ONCE(cg->attention, covered ? HEADROOM_ATTENTION_NONE :
							    HEADROOM_ATTENTION_IGNORED);
			headroom_cgroup_put(cg);
			continue;
		}
		watched->quiet = 0;
		watched->leaving = false;
		if (list_empty(&watched->busy))
			list_add(&watched->busy, &triggers.busy);
		else
			headroom_cgroup_put(cg);
	}
}

/* Those to which nothing happens any more: see the head of this file */
static void leave(void)
{
	struct headroom_watched *watched, *next;

	list_for_each_entry_safe(watched, next, &triggers.busy, busy) {
		if (watched->leaving && watched->quiet) {
			list_del_init(&watched->busy);
			headroom_cgroup_put(watched->cg);
		} else if (watched->leaving) {
			watched->leaving = false;
			/* Unless it has become active by itself, and is collected next */
			cmpxchg(&watched->cg->attention, HEADROOM_ATTENTION_NONE,
				HEADROOM_ATTENTION_ACTIVE);
		} else if (watched->quiet >= QUIET_TICKS) {
			watched->leaving = true;
			WRITE_ONCE(watched->cg->attention, HEADROOM_ATTENTION_NONE);
			/* Pairs with the one in headroom_trigger_touch() */
			smp_mb();
		}
	}
}

static void tick(u64 now)
{
	lockdep_assert_held(&triggers.mutex);
	triggers.ticks++;
	collect();
	look_at_counters(now);
	look_at_open(now);
	judge_all(now);
	leave();
}

/* Frees the watches of "each" of which nothing is to be remembered */
static void tidy(u64 now)
{
	struct watch *watch, *next;
	struct trigger *trigger;
	unsigned long id;

	if (now - triggers.tidied < NSEC_PER_SEC)
		return;
	triggers.tidied = now;
	xa_for_each(&triggers.index, id, trigger) {
		if (trigger->spec.scope != HEADROOM_TRIGGER_SCOPE_EACH)
			continue;
		list_for_each_entry_safe(watch, next, &trigger->watches, of_trigger)
			if (list_empty(&watch->cg->watched->busy) &&
			    list_empty(&watch->pending) && !is_silent(watch, now) &&
			    now - watch->window.time > watch->window.length)
				watch_free(watch);
	}
}

/* Returns when to look again; KTIME_MAX: when something happens */
static u64 look(void)
{
	u64 now = ktime_get_ns(), next;

	mutex_lock(&triggers.mutex);
	tick(now);
	next = fire_pending(now);
	tidy(now);
	WRITE_ONCE(triggers.idle, list_empty(&triggers.busy));
	if (!triggers.idle)
		next = min(next, now + triggers.tick);
	mutex_unlock(&triggers.mutex);
	headroom_effort_add(&headroom_effort.work, now);
	return next;
}

static void sleep(u64 until)
{
	ktime_t expires = ns_to_ktime(until);

	/* Its barrier pairs with the one in headroom_trigger_wake(), and with a wake-up */
	set_current_state(TASK_IDLE);
	if (!kthread_should_stop() && !READ_ONCE(triggers.poked) &&
	    !(triggers.idle && !llist_empty(&triggers.active)))
		schedule_hrtimeout(&expires, HRTIMER_MODE_ABS);
	__set_current_state(TASK_RUNNING);
	WRITE_ONCE(triggers.poked, false);
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
	struct trigger *trigger;
	unsigned long id;

	lockdep_assert_held(&triggers.mutex);
	triggers.tick = TICK_MAX;
	xa_for_each(&triggers.index, id, trigger)
		triggers.tick = min(triggers.tick, trigger->spec.window / 10);
	triggers.tick = max_t(u64, triggers.tick, TICK_MIN);
}

static void trigger_free(struct trigger *trigger)
{
	struct watch *watch, *next;

	lockdep_assert_held(&triggers.mutex);
	list_for_each_entry_safe(watch, next, &trigger->watches, of_trigger)
		watch_free(watch);
	list_del(&trigger->of_cgroup);
	headroom_cgroup_put(trigger->cg);
	kfree(trigger);
}

static void trigger_remove(struct trigger *trigger)
{
	lockdep_assert_held(&triggers.mutex);
	xa_erase(&triggers.index, trigger->id);
	trigger_free(trigger);
	triggers.nr--;
	choose_tick();
}

/* Takes note of the counters of all records that are not looked at for anybody yet */
static int note_counters(void)
{
	struct headroom_watched *watched;
	struct headroom_cgroup *cg;
	unsigned long id = 0;
	unsigned int i;
	bool covered;

	for (; (cg = headroom_registry_find(&id, false)); id++) {
		rcu_read_lock();
		covered = is_covered(cg);
		rcu_read_unlock();
		if (covered)
			continue;
		watched = watched_make(cg, GFP_KERNEL);
		if (!watched)
			return -ENOMEM;
		cmpxchg(&cg->attention, HEADROOM_ATTENTION_IGNORED,
			HEADROOM_ATTENTION_NONE);
		/* What is counted from here on wakes */
		smp_mb();
		for (i = 0; i < NR_QUANTITIES; i++)
			watched->seen[i] = read_quantity(&cg->local, i);
		cond_resched();
	}
	return 0;
}

static struct trigger *trigger_make(const struct headroom_trigger_spec *spec, u32 portid,
				    struct headroom_cgroup *cg)
{
	struct trigger *trigger = kzalloc(sizeof(*trigger), GFP_KERNEL);

	if (!trigger)
		return NULL;
	trigger->spec = *spec;
	trigger->portid = portid;
	trigger->cg = cg;
	headroom_cgroup_get(cg);
	INIT_LIST_HEAD(&trigger->of_cgroup);
	INIT_LIST_HEAD(&trigger->watches);
	trigger->set = ktime_get_ns();
	if (spec->scope == HEADROOM_TRIGGER_SCOPE_EACH ||
	    watch_make(trigger, cg, trigger->set, GFP_KERNEL))
		return trigger;
	trigger_free(trigger);
	return NULL;
}

/* Stalls that are open now are seen before anything else is */
static void trigger_start(struct trigger *trigger, struct headroom_cgroup *cg)
{
	struct watch *watch;

	list_add(&trigger->of_cgroup, &cg->watched->triggers);
	triggers.nr++;
	choose_tick();
	/* The first finds the cgroups that they are in */
	tick(ktime_get_ns());
	trigger->set = ktime_get_ns();
	tick(trigger->set);
	list_for_each_entry(watch, &trigger->watches, of_trigger)
		watch->fresh = false;
	poke();
}

/* Context: headroom_registry_lock() and triggers.mutex held */
static int add(const struct headroom_trigger_spec *spec, u32 portid, u32 *id)
{
	unsigned long cgroup = spec->cgroup;
	struct headroom_cgroup *cg;
	struct trigger *trigger;
	int err;

	lockdep_assert_held(&triggers.mutex);
	cg = headroom_registry_find(&cgroup, true);
	if (!cg)
		return -ENOENT;
	if (triggers.closing)
		return -ESHUTDOWN;
	if (triggers.nr >= HEADROOM_MAX_TRIGGERS)
		return -ENOSPC;
	err = note_counters();
	if (err)
		return err;
	trigger = watched_make(cg, GFP_KERNEL) ? trigger_make(spec, portid, cg) : NULL;
	if (!trigger)
		return -ENOMEM;
	err = xa_alloc_cyclic(&triggers.index, &trigger->id, trigger,
			      XA_LIMIT(1, S32_MAX), &triggers.last_id, GFP_KERNEL);
	if (err < 0) {
		trigger_free(trigger);
		return err;
	}
	*id = trigger->id;
	trigger_start(trigger, cg);
	return 0;
}

/**
 * headroom_trigger_add - set a trigger
 * @spec: what to watch; within bounds
 * @portid: the socket that owns it
 * @id: result
 *
 * Context: process, may sleep.
 * Return: 0; -ENOENT without the cgroup; -ENOSPC when there are HEADROOM_MAX_TRIGGERS;
 * -ESHUTDOWN while the module is being unloaded; -ENOMEM.
 */
int headroom_trigger_add(const struct headroom_trigger_spec *spec, u32 portid, u32 *id)
{
	int err;

	static_branch_inc(&headroom_triggers_set);
	headroom_registry_lock();
	headroom_registry_sync();
	mutex_lock(&triggers.mutex);
	err = add(spec, portid, id);
	mutex_unlock(&triggers.mutex);
	headroom_registry_unlock();
	if (err)
		static_branch_dec(&headroom_triggers_set);
	return err;
}

/**
 * headroom_trigger_del - remove a trigger
 * @id: its number
 * @portid: the socket that wants that
 *
 * Context: process, may sleep.
 * Return: 0, or -ENOENT if it is not one of that socket.
 */
int headroom_trigger_del(u32 id, u32 portid)
{
	struct trigger *trigger;
	int err = -ENOENT;

	mutex_lock(&triggers.mutex);
	trigger = xa_load(&triggers.index, id);
	if (trigger && trigger->portid == portid) {
		trigger_remove(trigger);
		err = 0;
	}
	mutex_unlock(&triggers.mutex);
	if (!err)
		static_branch_dec(&headroom_triggers_set);
	return err;
}

static void remove_all(bool all, u32 portid)
{
	struct trigger *trigger;
	unsigned int removed = 0;
	unsigned long id;

	mutex_lock(&triggers.mutex);
	xa_for_each(&triggers.index, id, trigger) {
		if (!all && trigger->portid != portid)
			continue;
		trigger_remove(trigger);
		removed++;
	}
	mutex_unlock(&triggers.mutex);
	while (removed--)
		static_branch_dec(&headroom_triggers_set);
}

/**
 * headroom_trigger_release - a socket was closed: remove its triggers
 * @portid: the socket
 *
 * Context: process, may sleep.
 */
void headroom_trigger_release(u32 portid)
{
	remove_all(false, portid);
}

/**
 * headroom_triggers - how many are set
 *
 * Context: any.
 */
unsigned int headroom_triggers(void)
{
	return READ_ONCE(triggers.nr);
}

/**
 * headroom_trigger_init - be ready for triggers
 *
 * Context: process, may sleep; before any probe runs.
 * Return: 0 or the error of starting the worker.
 */
int __init headroom_trigger_init(void)
{
	struct task_struct *worker;

	init_irq_work(&triggers.kick, kick);
	worker = kthread_create(work, NULL, "headroom");
	if (IS_ERR(worker))
		return PTR_ERR(worker);
	triggers.worker = worker;
	triggers.tick = TICK_MAX;
	sched_set_fifo_low(worker);
	wake_up_process(worker);
	return 0;
}

/**
 * headroom_trigger_stop - remove all triggers, and take no more
 *
 * Context: process, may sleep. When it returns none fires.
 */
void headroom_trigger_stop(void)
{
	mutex_lock(&triggers.mutex);
	triggers.closing = true;
	mutex_unlock(&triggers.mutex);
	remove_all(true, 0);
}

/**
 * headroom_trigger_exit - stop the worker, and let go of all records
 *
 * Context: process, may sleep; no probe runs any more, and headroom_trigger_stop() was
 * called or nothing was ever set.
 */
void headroom_trigger_exit(void)
{
	struct headroom_watched *watched, *next;

	irq_work_sync(&triggers.kick);
	kthread_stop(triggers.worker);
	mutex_lock(&triggers.mutex);
	collect();
	list_for_each_entry_safe(watched, next, &triggers.busy, busy) {
		list_del_init(&watched->busy);
		headroom_cgroup_put(watched->cg);
	}
	mutex_unlock(&triggers.mutex);
	xa_destroy(&triggers.index);
}
