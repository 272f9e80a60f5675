// SPDX-License-Identifier: GPL-2.0
/* Listening to events: see event.h */

#include <errno.h>
#include <stdio.h>

#include "command.h"
#include "event.h"
#include "names.h"
#include "wait.h"

static int say_events_failure(const struct listener *listener, int err)
{
	fprintf(stderr, "headroom: %s\n", headroom_events_error(listener->e));
	/* the module explains which value it does not take */
	if (err == -EINVAL || err == -ERANGE)
		return EXIT_USAGE;
	return err == -ENOTCONN ? EXIT_NOT_LOADED : EXIT_FAILED;
}

int listener_open(struct listener *listener, bool group)
{
	int err = headroom_events_open(&listener->e, group);

	if (!err)
		return EXIT_DONE;
	/* what has no word for it when it is a request of an open connection */
	return say_events_failure(listener, err == -ENOENT ? -ENOTCONN : err);
}

int listener_add(struct listener *listener, struct headroom *h, const char *cgroup,
		 const struct headroom_trigger *trigger)
{
	struct watched *watched = &listener->watched[listener->nr];
	int err;

	watched->trigger = *trigger;
	err = headroom_cgroup_id(h, cgroup, &watched->trigger.cgroup);
	if (err < 0)
		return say_failure(h, err);
	err = headroom_trigger_add(listener->e, &watched->trigger, &watched->id);
	if (err < 0)
		return say_events_failure(listener, err);
	listener->nr++;
	return EXIT_DONE;
}

static const struct watched *find_watched(const struct listener *listener,
					  const struct headroom_event *event)
{
	if (event->type == HEADROOM_EVENT_TRIGGER)
		for (size_t i = 0; i < listener->nr; i++)
			if (listener->watched[i].id == event->trigger)
				return &listener->watched[i];
	return NULL;
}

static bool is_wanted(const struct listener *listener, const struct headroom_event *event)
{
	return !listener->top || !event->cgroup || is_below(event->path, listener->top);
}

/* What is printed is there before the wait for what follows. */
static bool wait_for_more(const struct listener *listener)
{
	if (fflush(stdout) != 0)
		return false;
	pace_wait(headroom_events_fd(listener->e), PACE_NEVER);
	return true;
}

int listener_run(struct listener *listener)
{
	struct headroom_event event;
	unsigned long printed = 0;
	int got;

	while (!listener->count || printed < listener->count) {
		/* there may be no end of events, and so no wait */
		if (pace_stopped(listener->count))
			break;
		got = headroom_events_next(listener->e, &event);
		if (got < 0)
			return say_events_failure(listener, got);
		if (!got) {
			if (!wait_for_more(listener))
				break;
			continue;
		}
		if (is_wanted(listener, &event)) {
			event_print(&event, find_watched(listener, &event), listener->json);
			printed++;
		}
		if (event.type == HEADROOM_EVENT_EXIT)
			return EXIT_NOT_LOADED;
	}
	return EXIT_DONE;
}
