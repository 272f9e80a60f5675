// SPDX-License-Identifier: GPL-2.0
/* Receive events, filter them and print them */

#include <errno.h>
#include <stdio.h>

#include "cgroup_find.h"
#include "event_loop.h"
#include "failure.h"
#include "names.h"
#include "output.h"
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

static int open_events(struct event_loop *loop)
{
	int err = headroom_events_open(&loop->e, loop->group);

	if (!err)
		return EXIT_DONE;
	/* -ENOENT from open means no module; from a later request it means no cgroup */
	return say_events_failure(loop, err == -ENOENT ? -ENOTCONN : err);
}

static int add_trigger(const struct event_loop *loop, struct headroom *h,
		       struct watched *watched)
{
	int code = cgroup_find(h, watched->cgroup, &watched->trigger.cgroup), err;

	if (code)
		return code;
	err = headroom_trigger_add(loop->e, &watched->trigger, &watched->id);
	return err < 0 ? say_events_failure(loop, err) : EXIT_DONE;
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

/*
 * Flush before waiting, so that a reader sees each event at once. Returns false if that
 * fails, or after a failure in @code.
 */
static bool wait_for_more(const struct event_loop *loop, int *code)
{
	if (!output_flush())
		return false;
	*code = wait_for(headroom_events_fd(loop->e), WAIT_NEVER);
	return !*code;
}

static int print_events(struct event_loop *loop)
{
	struct headroom_event event;
	unsigned long printed = 0;
	int got, err, code = EXIT_DONE;

	while (!loop->count || printed < loop->count) {
		/* under a constant flow of events the loop never waits */
		if (wait_stopped(loop->count))
			break;
		got = headroom_events_next(loop->e, &event);
		if (got < 0)
			return say_events_failure(loop, got);
		if (!got) {
			if (!wait_for_more(loop, &code))
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
	return code;
}

int event_loop_run(struct event_loop *loop, struct headroom *h)
{
	int code = open_events(loop);

	for (size_t i = 0; !code && i < loop->nr; i++)
		code = add_trigger(loop, h, &loop->watched[i]);
	if (!code)
		code = print_events(loop);
	headroom_events_close(loop->e);
	return code;
}
