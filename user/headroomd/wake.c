// SPDX-License-Identifier: GPL-2.0
/*
 * Wake the daemon when a rule may have to act: triggers of the module, derived from conditions
 *
 * A signal is a rate between two frames, a trigger a sum in a window. So the window is the interval,
 * and the threshold is the rate times the interval. The last frame is no longer ago than that: if the
 * sum has come since then, the comparison holds in a frame that is read at once, and rests on as many
 * events as one that is read when the interval is over. The module takes no window above one minute.
 * With a longer interval the threshold is the same, so only a steeper rise is noticed.
 *
 * A trigger that has fired does not fire again until the sum has fallen to half of the threshold. So a
 * cgroup that refaults all the time causes one early frame, not one after the other.
 *
 * A trigger sums up what is nearest to a signal: all refaults for those of a kind, and those that the
 * cgroup waited for in place of those of pages that were taken from it. It includes stalls that are
 * open. So a frame may be read in vain, which costs little, or not early, but then when the interval
 * is over.
 */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <headroom.h>

#include "clock.h"
#include "journal.h"
#include "wake.h"

/*
 * The least time between two frames, as a part of the interval, and in ns.
 *
 * A fifth: rates are those between two frames, also of cgroups without a trigger that fired. At 20/s
 * and an interval of 1 s, 4 refaults are counted instead of 20, with a relative error that is
 * sqrt(5) = 2.2 times as large. If triggers fire one after the other, frames and the recording cost
 * five times as much. A shorter time makes both worse, and gains a fifth of the interval at most.
 *
 * 100 ms is the shortest interval that the configuration takes: frames are never closer than they
 * could be without triggers, and one that takes 10 ms to read leaves 90 % of a CPU.
 */
#define PARTS		5
#define LEAST		(NS_PER_S / 10)

/* The longest window that the module takes, ns */
#define LONGEST_WINDOW	(60 * NS_PER_S)
/* After a failure, how long not to try again, ns */
#define RETRY		(60 * NS_PER_S)
/* How long one call may spend on requests, ns: frames and clients wait. The next call continues. */
#define PATIENCE	NS_PER_S

uint64_t wake_least(uint64_t interval)
{
	return interval / PARTS > LEAST ? interval / PARTS : LEAST;
}

/* --- what conditions want --- */

/* The sum at which a comparison holds, after an interval; 0 if no number says it */
static uint64_t sum_of(const struct condition_node *node, uint64_t interval)
{
	bool stall = node->signal->metric == HEADROOM_TRIGGER_METRIC_STALL;
	double sum = ceil(node->threshold.value * interval / (stall ? 1 : NS_PER_S));

	if (!(sum >= 1))
		return 1;
	return sum < 0x1p63 ? sum : 0;
}

static bool same_kind(const struct wake_trigger *a, const struct wake_trigger *b)
{
	return a->cgroup == b->cgroup && a->metric == b->metric && a->cause == b->cause;
}

static void add_to(struct wake_list *list, const struct wake_trigger *trigger)
{
	struct wake_trigger *all = list->trigger;

	for (size_t i = list->nr; i > 0 && all[i - 1].cgroup == trigger->cgroup; i--) {
		if (!same_kind(&all[i - 1], trigger))
			continue;
		if (trigger->threshold < all[i - 1].threshold)
			all[i - 1].threshold = trigger->threshold;
		return;
	}
	if (list->nr < WAKE_TRIGGERS)
		all[list->nr++] = *trigger;
	else
		list->more++;
}

void wake_want(struct wake_list *list, const struct condition *when, uint64_t cgroup)
{
	uint64_t interval = list->interval;
	struct wake_trigger trigger = {
		.cgroup = cgroup, .window = interval < LONGEST_WINDOW ? interval : LONGEST_WINDOW,
	};

	/* Not worth it: the next frame comes as soon */
	if (interval < 2 * wake_least(interval))
		return;
	for (size_t i = 0; i < when->nr; i++) {
		const struct condition_node *node = &when->node[i];

		if (node->type != CONDITION_COMPARE || !node->above || !node->signal->metric)
			continue;
		trigger.metric = node->signal->metric;
		trigger.cause = trigger.metric == HEADROOM_TRIGGER_METRIC_STALL ?
				node->signal->number : 0;
		trigger.threshold = sum_of(node, interval);
		if (trigger.threshold)
			add_to(list, &trigger);
	}
}

/* --- the triggers that are set --- */

/**
 * struct wake - triggers on a socket of their own
 * @events: the socket; NULL while no trigger is set
 * @source: waits for it
 * @nr: number of triggers
 * @set: the triggers, and the ids that the module gave them
 * @retry: when to set triggers again after a failure, ns
 * @failed: a failure was logged
 * @crowded: that there are too many triggers was logged
 */
struct wake {
	sd_event *event;
	unsigned int timeout;
	wake_handler *woken;
	void *arg;
	struct headroom_events *events;
	sd_event_source *source;
	size_t nr;
	struct {
		struct wake_trigger trigger;
		uint32_t id;
	} set[WAKE_TRIGGERS];
	uint64_t retry;
	bool failed;
	bool crowded;
};

int wake_open(struct wake **wake, sd_event *event, unsigned int timeout, wake_handler *woken,
	      void *arg)
{
	*wake = calloc(1, sizeof(**wake));
	if (!*wake)
		return -ENOMEM;
	(*wake)->event = sd_event_ref(event);
	(*wake)->timeout = timeout;
	(*wake)->woken = woken;
	(*wake)->arg = arg;
	return 0;
}

static void disconnect(struct wake *w)
{
	w->source = sd_event_source_disable_unref(w->source);
	headroom_events_close(w->events);
	w->events = NULL;
	w->nr = 0;
}

void wake_close(struct wake *w)
{
	if (!w)
		return;
	disconnect(w);
	sd_event_unref(w->event);
	free(w);
}

/*
 * Rules do not depend on triggers. A module that is gone is not logged here, since frames miss it
 * as well. When it refuses more triggers, those that it has stay.
 */
static void fail(struct wake *w, int err, const char *why)
{
	if (err == -ENOENT || err == -ENOTCONN) {
		disconnect(w);
		return;
	}
	if (!w->failed)
		journal(LOG_WARNING, "cannot set triggers: %s; what needs them is seen once in an interval only",
			why);
	w->failed = true;
	w->retry = clock_now() + RETRY;
	if (err != -EDQUOT && err != -ENOSPC)
		disconnect(w);
}

static int on_event(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct headroom_event event;
	struct wake *w = arg;
	bool fired = false;
	int got;

	(void)source, (void)fd, (void)revents;
	while ((got = headroom_events_next(w->events, &event)) > 0)
		fired |= event.type == HEADROOM_EVENT_TRIGGER ||
			 event.type == HEADROOM_EVENT_DROPPED;
	if (got < 0)
		fail(w, got, headroom_events_error(w->events));
	if (fired)
		w->woken(w->arg);
	return 0;
}

/* Returns 0, or a negative errno, which was handled */
static int connect_module(struct wake *w)
{
	int err = headroom_events_open(&w->events, false);

	if (!err)
		err = headroom_events_timeout_set(w->events, w->timeout);
	if (err) {
		fail(w, err, headroom_events_error(w->events));
		return err;
	}
	err = sd_event_add_io(w->event, &w->source, headroom_events_fd(w->events), EPOLLIN,
			      on_event, w);
	if (err < 0)
		fail(w, err, strerror(-err));
	return err < 0 ? err : 0;
}

static bool same(const struct wake_trigger *a, const struct wake_trigger *b)
{
	return same_kind(a, b) && a->threshold == b->threshold && a->window == b->window;
}

static bool is_wanted(const struct wake_list *list, const struct wake_trigger *trigger)
{
	for (size_t i = 0; i < list->nr; i++)
		if (same(&list->trigger[i], trigger))
			return true;
	return false;
}

static bool is_set(const struct wake *w, const struct wake_trigger *trigger)
{
	for (size_t i = 0; i < w->nr; i++)
		if (same(&w->set[i].trigger, trigger))
			return true;
	return false;
}

static int remove_others(struct wake *w, const struct wake_list *list, uint64_t end)
{
	int err = 0;

	for (size_t i = w->nr; !err && i-- > 0 && clock_now() < end;) {
		if (is_wanted(list, &w->set[i].trigger))
			continue;
		err = headroom_trigger_del(w->events, w->set[i].id);
		if (!err)
			w->set[i] = w->set[--w->nr];
	}
	return err;
}

static int add_trigger(struct wake *w, const struct wake_trigger *t)
{
	const struct headroom_trigger trigger = {
		.cgroup = t->cgroup, .metric = t->metric, .cause = t->cause,
		.threshold = t->threshold, .window = t->window,
		.hysteresis = true, .clear = t->threshold / 2,
	};
	int err = headroom_trigger_add(w->events, &trigger, &w->set[w->nr].id);

	if (err)
		return err;
	w->set[w->nr++].trigger = *t;
	return 0;
}

/* A cgroup that has vanished since the frame is no failure */
static int add_missing(struct wake *w, const struct wake_list *list, uint64_t end)
{
	int err = 0;

	for (size_t i = 0; !err && i < list->nr && clock_now() < end; i++) {
		if (is_set(w, &list->trigger[i]) || w->nr == WAKE_TRIGGERS)
			continue;
		err = add_trigger(w, &list->trigger[i]);
		if (err == -ENOENT)
			err = 0;
	}
	return err;
}

static void note_crowd(struct wake *w, const struct wake_list *list)
{
	if (list->more && !w->crowded)
		journal(LOG_DEBUG, "%zu triggers are set, and %zu more would be needed: what they would notice is seen once in an interval only",
			list->nr, list->more);
	w->crowded = list->more;
}

void wake_set(struct wake *w, const struct wake_list *list)
{
	uint64_t now = clock_now(), end = now + PATIENCE;
	int err = 0;

	note_crowd(w, list);
	if (!list->nr) {
		disconnect(w);
		return;
	}
	if (w->events)
		err = remove_others(w, list, end);
	if (!err && now < w->retry)
		return;
	if (!err && !w->events && connect_module(w))
		return;
	if (!err)
		err = add_missing(w, list, end);
	if (err)
		fail(w, err, headroom_events_error(w->events));
	else
		w->failed = false;
}
