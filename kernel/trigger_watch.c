// SPDX-License-Identifier: GPL-2.0
/*
 * Decide when a trigger fires
 *
 * The model
 * ---------
 * A trigger sums up a quantity that only grows, for a cgroup and all its descendants
 * together, or for each of them separately:
 *
 *	refaults	V(t) = those counted
 *	stall		V(t) = sum of the stalls that ended
 *			     + sum of (t - begin) of those that are open
 *
 * Tasks that are stalled at the same time count separately. A trigger fires when the sum,
 * the growth over the window that ends now, reaches the threshold,
 *
 *	S(t) = V(t) - V(t - window) >= threshold
 *
 * and V has just grown: without growth it does not fire again. Then it is silent for the
 * interval. If the sum reaches the threshold in that time, the trigger fires at the end
 * of the interval, with the largest S and the time of that. With hysteresis it also stays
 * silent until S drops to the clear level.
 *
 * Two things are approximated. The poller reads V every few milliseconds, see
 * trigger_poll.c, so S is known that much later; and the far end of the window is
 * interpolated, see trigger_window.c. A stall that began before the trigger was set
 * counts from the time when it was set.
 *
 * A watch is V of one cgroup or subtree for one trigger. With the scope "each" the first
 * event in a cgroup makes its watch; the watch is freed when its events have left the
 * window.
 */
#include <linux/ktime.h>
#include <linux/slab.h>

#include "cgroup.h"
#include "dropped.h"
#include "notify.h"
#include "trigger_internal.h"

/*
 * Bounds of watches, of 1 KiB each, for the scope "each"; other triggers have one. Cgroups use
 * up the watches of the triggers above them, and those of no other trigger of a privileged user.
 */
#define MAX_OF_TRIGGER	1024
#define MAX_OF_USER	4096

/* See trigger_internal.h */
DEFINE_MUTEX(hr_triggers_mutex);

static LIST_HEAD(all_grown);
static LIST_HEAD(all_pending);

static bool concerns(const struct hr_trigger *trigger, unsigned int quantity)
{
	if (trigger->spec.metric == HEADROOM_TRIGGER_METRIC_REFAULTS)
		return quantity == HR_REFAULTS;
	if (trigger->spec.cause)
		return quantity == trigger->spec.cause;
	return quantity != HR_REFAULTS && hr_in_stall_total(quantity);
}

/* Whether a trigger of the scope "each" may have one more watch */
static bool may_watch(const struct hr_trigger *trigger)
{
	lockdep_assert_held(&hr_triggers_mutex);
	return trigger->nr_watches < MAX_OF_TRIGGER &&
	       (!trigger->user || trigger->user->watches < MAX_OF_USER);
}

/* Count a watch of the scope "each", or with -1 no more */
static void count_watch(struct hr_trigger *trigger, int n)
{
	lockdep_assert_held(&hr_triggers_mutex);
	if (trigger->spec.scope != HEADROOM_TRIGGER_SCOPE_EACH)
		return;
	trigger->nr_watches += n;
	if (trigger->user)
		trigger->user->watches += n;
}

/**
 * hr_trigger_watch_make - give a trigger a watch
 * @trigger: the trigger
 * @cg: record that notifications name; the caller holds a reference, or RCU
 * @begin: time at which V was 0, ns
 * @gfp: flags for the allocation
 *
 * Context: hr_triggers_mutex held; may sleep if @gfp allows it.
 * Return: the watch; NULL without memory, or when the trigger or its user has too many.
 */
struct hr_trigger_watch *
hr_trigger_watch_make(struct hr_trigger *trigger, struct hr_cgroup *cg,
		      u64 begin, gfp_t gfp)
{
	bool each = trigger->spec.scope == HEADROOM_TRIGGER_SCOPE_EACH;
	struct hr_trigger_watch *watch = NULL;

	lockdep_assert_held(&hr_triggers_mutex);
	if (!each || may_watch(trigger))
		watch = kzalloc(sizeof(*watch), gfp);
	if (!watch)
		return NULL;
	watch->trigger = trigger;
	watch->fresh = true;
	watch->cg = cg;
	hr_cgroup_get(cg);
	INIT_LIST_HEAD(&watch->of_cgroup);
	INIT_LIST_HEAD(&watch->grown);
	INIT_LIST_HEAD(&watch->pending);
	list_add(&watch->of_trigger, &trigger->watches);
	hr_trigger_window_init(&watch->window, trigger->spec.window, begin, 0);
	count_watch(trigger, 1);
	return watch;
}

/**
 * hr_trigger_watch_free - remove a watch from its lists and free it
 * @watch: the watch
 *
 * Context: hr_triggers_mutex held.
 */
void hr_trigger_watch_free(struct hr_trigger_watch *watch)
{
	lockdep_assert_held(&hr_triggers_mutex);
	list_del(&watch->of_cgroup);
	list_del(&watch->of_trigger);
	list_del(&watch->grown);
	list_del(&watch->pending);
	count_watch(watch->trigger, -1);
	hr_cgroup_put(watch->cg);
	kfree(watch);
}

/* The watch of @trigger that counts events of @polled; NULL if none could be made */
static struct hr_trigger_watch *watch_for(struct hr_trigger *trigger,
					  struct hr_poll *polled, u64 begin)
{
	struct hr_trigger_watch *watch;

	lockdep_assert_held(&hr_triggers_mutex);
	if (trigger->spec.scope != HEADROOM_TRIGGER_SCOPE_EACH)
		return list_first_entry(&trigger->watches, struct hr_trigger_watch,
					of_trigger);
	list_for_each_entry(watch, &polled->watches, of_cgroup)
		if (watch->trigger == trigger)
			return watch;
	watch = hr_trigger_watch_make(trigger, polled->cg, begin, GFP_NOWAIT | __GFP_NOWARN);
	if (watch)
		list_add(&watch->of_cgroup, &polled->watches);
	else if (!polled->refused)
		hr_drop(notifications, 1);
	polled->refused |= !watch;
	return watch;
}

static void add(struct hr_trigger_watch *watch, u64 ended, u64 open, u64 tick)
{
	lockdep_assert_held(&hr_triggers_mutex);
	watch->ended += ended;
	if (watch->open_tick != tick)
		watch->open = 0;
	watch->open_tick = tick;
	watch->open += open;
	if (list_empty(&watch->grown))
		list_add_tail(&watch->grown, &all_grown);
}

/**
 * hr_trigger_watch_ended - add refaults or ended stalls of a cgroup
 * @trigger: a trigger set on the cgroup or above
 * @polled: the cgroup
 * @quantity: HR_REFAULTS, or a cause of stalls
 * @n: growth since the last tick: refaults or ns
 * @tick: the current tick
 *
 * Context: hr_triggers_mutex and RCU held.
 */
void hr_trigger_watch_ended(struct hr_trigger *trigger, struct hr_poll *polled,
			    unsigned int quantity, u64 n, const struct hr_tick *tick)
{
	struct hr_trigger_watch *watch;

	if (!concerns(trigger, quantity))
		return;
	watch = watch_for(trigger, polled, tick->before);
	if (watch)
		add(watch, n, 0, tick->nr);
}

/**
 * hr_trigger_watch_open - add an open stall of a cgroup
 * @trigger: a trigger set on the cgroup or above
 * @polled: the cgroup
 * @cause: enum headroom_stall_cause
 * @begin: when the stall began, ns; not after the tick
 * @tick: the current tick
 *
 * Context: hr_triggers_mutex and RCU held.
 */
void hr_trigger_watch_open(struct hr_trigger *trigger, struct hr_poll *polled,
			   unsigned int cause, u64 begin, const struct hr_tick *tick)
{
	struct hr_trigger_watch *watch;

	if (!concerns(trigger, cause))
		return;
	watch = watch_for(trigger, polled, tick->before);
	if (!watch)
		return;
	/* The part of the stall before the trigger was set does not count as growth */
	if (watch->fresh && begin < trigger->set)
		hr_trigger_window_raise(&watch->window, trigger->set - begin);
	add(watch, 0, tick->now - begin, tick->nr);
}

static void fire(struct hr_trigger_watch *watch, u64 now, u64 time, u64 sum)
{
	const struct hr_fired fired = {
		.portid = watch->trigger->portid,
		.seq = ++watch->trigger->seq,
		.time = time,
		.trigger = watch->trigger->id,
		.cg = watch->cg,
		.value = sum,
	};

	lockdep_assert_held(&hr_triggers_mutex);
	list_del_init(&watch->pending);
	watch->fired = now;
	watch->uncleared = watch->trigger->spec.hysteresis;
	/*
	 * Pairs with WRITE_ONCE() in hr_trigger_release(): the socket's number may be that of
	 * another one by now
	 */
	if (!READ_ONCE(watch->trigger->closed))
		hr_notify_fired(&fired);
}

static void pend(struct hr_trigger_watch *watch, u64 now, u64 sum)
{
	lockdep_assert_held(&hr_triggers_mutex);
	if (list_empty(&watch->pending)) {
		list_add(&watch->pending, &all_pending);
		watch->largest = 0;
	}
	if (sum < watch->largest)
		return;
	watch->largest = sum;
	watch->largest_time = now;
}

static bool is_silent(const struct hr_trigger_watch *watch, u64 now)
{
	return watch->fired && now - watch->fired < watch->trigger->spec.interval;
}

/* Fire or defer a watch if V has grown and S reaches the threshold */
static void judge(struct hr_trigger_watch *watch, const struct hr_tick *tick)
{
	const struct hr_trigger_spec *spec = &watch->trigger->spec;
	u64 value = watch->ended, sum;

	lockdep_assert_held(&hr_triggers_mutex);
	if (watch->open_tick == tick->nr)
		value += watch->open;
	watch->fresh = false;
	/* Smaller if a stall ended during the poll: see read_open_stalls() */
	if (value <= watch->window.value)
		return;
	if (tick->before > watch->window.time &&
	    hr_trigger_window_sum(&watch->window, tick->before) <= spec->clear)
		watch->uncleared = false;
	hr_trigger_window_grow(&watch->window, tick->now, tick->before, value);
	sum = hr_trigger_window_sum(&watch->window, tick->now);
	if (sum <= spec->clear)
		watch->uncleared = false;
	if (sum < spec->threshold || watch->uncleared)
		return;
	if (is_silent(watch, tick->now))
		pend(watch, tick->now, sum);
	else
		fire(watch, tick->now, tick->now, sum);
}

/**
 * hr_trigger_watch_judge - fire the watches whose sum reaches the threshold
 * @tick: the current tick
 *
 * Context: process; hr_triggers_mutex held. All growth and open stalls of the tick were
 * added.
 */
void hr_trigger_watch_judge(const struct hr_tick *tick)
{
	struct hr_trigger_watch *watch, *next;

	lockdep_assert_held(&hr_triggers_mutex);
	list_for_each_entry_safe(watch, next, &all_grown, grown) {
		list_del_init(&watch->grown);
		judge(watch, tick);
	}
}

/**
 * hr_trigger_watch_fire_pending - fire the pending watches whose interval is over
 * @now: current time, ns
 *
 * Context: process; hr_triggers_mutex held.
 * Return: when the next one is due, ns; KTIME_MAX if there is none.
 */
u64 hr_trigger_watch_fire_pending(u64 now)
{
	struct hr_trigger_watch *watch, *next;
	u64 first = KTIME_MAX;

	lockdep_assert_held(&hr_triggers_mutex);
	list_for_each_entry_safe(watch, next, &all_pending, pending) {
		if (is_silent(watch, now))
			first = min(first, watch->fired + watch->trigger->spec.interval);
		else
			fire(watch, now, watch->largest_time, watch->largest);
	}
	return first;
}

/**
 * hr_trigger_watch_tidy - free watches whose window and interval are over
 * @trigger: the trigger; only one of the scope "each" frees watches
 * @now: current time, ns
 *
 * Context: hr_triggers_mutex held.
 */
void hr_trigger_watch_tidy(struct hr_trigger *trigger, u64 now)
{
	struct hr_trigger_watch *watch, *next;

	lockdep_assert_held(&hr_triggers_mutex);
	if (trigger->spec.scope != HEADROOM_TRIGGER_SCOPE_EACH)
		return;
	list_for_each_entry_safe(watch, next, &trigger->watches, of_trigger)
		if (list_empty(&watch->cg->poll->busy) && list_empty(&watch->pending) &&
		    !is_silent(watch, now) &&
		    now - watch->window.time > watch->window.length)
			hr_trigger_watch_free(watch);
}
