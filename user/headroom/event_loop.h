/* SPDX-License-Identifier: GPL-2.0 */
/* Receive events, filter them and print them until there are enough */
#ifndef EVENT_LOOP_H
#define EVENT_LOOP_H

#include "event_print.h"
#include "headroom.h"

/**
 * struct event_loop - which events to print, and how
 * @e: connection that the events come from
 * @group: print the events of the multicast group, too, not only those of triggers
 * @nr: number of triggers
 * @watched: the triggers to add
 * @top: print only events of this cgroup, of those below it and of no cgroup; NULL for all
 * @count: number of events to print; 0 for no limit
 * @json: print one JSON object a line
 */
struct event_loop {
	struct headroom_events *e;
	bool group;
	size_t nr;
	struct watched watched[32];
	const char *top;
	unsigned long count;
	bool json;
};

/**
 * event_loop_run - add the triggers and print events
 *
 * Ends when the count is reached, a signal arrives or a request fails.
 *
 * Return: the exit code. A failure has been printed.
 */
int event_loop_run(struct event_loop *loop, struct headroom *h);

#endif /* EVENT_LOOP_H */
