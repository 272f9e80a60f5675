/* SPDX-License-Identifier: GPL-2.0 */
/* Receive events, filter them and print them until there are enough */
#ifndef EVENT_LOOP_H
#define EVENT_LOOP_H

#include "event_print.h"
#include "headroom.h"

/**
 * struct event_loop - the triggers and options of a loop
 * @e: connection that the events come from
 * @nr: number of triggers
 * @watched: the triggers
 * @top: print only events of this cgroup, of those below it and of no cgroup; NULL for all
 * @count: number of events to print; 0 for no limit
 * @json: print one JSON object a line
 */
struct event_loop {
	struct headroom_events *e;
	size_t nr;
	struct watched watched[32];
	const char *top;
	unsigned long count;
	bool json;
};

/**
 * event_loop_open - connect, or print why that failed
 * @group: subscribe to the multicast group, too
 *
 * Return: the exit code. Call headroom_events_close() even after a failure.
 */
int event_loop_open(struct event_loop *loop, bool group);
/**
 * event_loop_add - add a trigger, or print why that failed
 * @cgroup: cgroup to watch, as the user wrote it
 *
 * Return: the exit code.
 */
int event_loop_add(struct event_loop *loop, struct headroom *h, const char *cgroup,
		   const struct headroom_trigger *trigger);
/**
 * event_loop_run - print events until the count is reached, a signal arrives or a read fails
 *
 * Return: the exit code. A failure has been printed.
 */
int event_loop_run(struct event_loop *loop);

#endif /* EVENT_LOOP_H */
