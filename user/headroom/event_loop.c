// SPDX-License-Identifier: GPL-2.0
/* Receive events, filter them and print them */

#include <errno.h>
#include <stdio.h>

#include "event_loop.h"
#include "failure.h"
#include "names.h"
#include "path.h"
#include "wait.h"

static int say_events_failure(const struct event_loop *loop, int err)
{
	fprintf(stderr, "headroom: %s\n", headroom_events_error(loop->e));
	/* the message of the module names the value that it refuses */
	if (err == -EINVAL || err == -ERANGE)
		return EXIT_USAGE;
	return err == -ENOTCONN ? EXIT_NOT_LOADED : EXIT_FAILED;
}

int event_loop_open(struct event_loop *loop, bool group)
{
	int err = headroom_events_open(&loop->e, group);

	if (!err)
		return EXIT_DONE;
	/* -ENOENT from open means no module; from a later request it means no cgroup */
	return say_events_failure(loop, err == -ENOENT ? -ENOTCONN : err);
}

int event_loop_add(struct event_loop *loop, struct headroom *h, const char *cgroup,
		   const struct headroom_trigger *trigger)
{
	struct watched *watched = &loop->watched[loop->nr];
	int err;

	watched->trigger = *trigger;
	err = headroom_cgroup_id(h, cgroup, &watched->trigger.cgroup);
	if (err < 0)
		return say_failure(h, err);
	err = headroom_trigger_add(loop->e, &watched->trigger, &watched->id);
	if (err < 0)
		return say_events_failure(loop, err);
	loop->nr++;
	return EXIT_DONE;
}

static const struct watched *find_watched(const struct event_loop *loop,
					  const struct headroom_event *event)
{
	if (event->type == HEADROOM_EVENT_TRIGGER)
		for (size_t i = 0; i < loop->nr; i++)
			if (loop->watched[i].id == event->trigger)
				return &loop->watched[i];
	return NULL;
}

static bool is_wanted(const struct event_loop *loop, const struct headroom_event *event)
{
	return !loop->top || !event->cgroup || path_is_within(event->path, loop->top);
}

/* Flush before waiting, so that a reader sees each event at once. */
static bool wait_for_more(const struct event_loop *loop)
{
	if (fflush(stdout) != 0)
		return false;
	wait_for(headroom_events_fd(loop->e), WAIT_NEVER);
	return true;
}

int event_loop_run(struct event_loop *loop)
{
	struct headroom_event event;
	unsigned long printed = 0;
	int got, err;

	while (!loop->count || printed < loop->count) {
		/* under a constant flow of events the loop never waits */
		if (wait_stopped(loop->count))
			break;
		got = headroom_events_next(loop->e, &event);
		if (got < 0)
			return say_events_failure(loop, got);
		if (!got) {
			if (!wait_for_more(loop))
				break;
			continue;
		}
		if (is_wanted(loop, &event)) {
			err = event_print(&event, find_watched(loop, &event), loop->json);
			if (err < 0)
				return say_failure(NULL, err);
			printed++;
		}
		if (event.type == HEADROOM_EVENT_EXIT)
			return EXIT_NOT_LOADED;
	}
	return EXIT_DONE;
}
