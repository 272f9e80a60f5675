/* SPDX-License-Identifier: GPL-2.0 */
/* Events: listening, and printing them */
#ifndef EVENT_H
#define EVENT_H

#include "headroom.h"

/**
 * struct watched - a trigger that was added
 * @id: what the kernel calls it
 * @trigger: what it watches
 */
struct watched {
	uint32_t id;
	struct headroom_trigger trigger;
};

/**
 * struct listener - who listens, and to what
 * @e: where events come from
 * @nr: number of triggers
 * @watched: the triggers
 * @top: only events about this cgroup and those below it, besides those about none
 * @count: events to print; 0: for ever
 * @json: one object a line
 */
struct listener {
	struct headroom_events *e;
	size_t nr;
	struct watched watched[32];
	const char *top;
	unsigned long count;
	bool json;
};

/**
 * listener_open - connect, or say why not
 * @group: hear what is sent to all, too
 *
 * Return: the exit code. Call headroom_events_close() in every case.
 */
int listener_open(struct listener *listener, bool group);
/**
 * listener_add - add a trigger
 * @cgroup: to watch, as the user wrote it
 *
 * Return: the exit code; what there was to say is said.
 */
int listener_add(struct listener *listener, struct headroom *h, const char *cgroup,
		 const struct headroom_trigger *trigger);
/**
 * listener_run - print events until there were enough, or an interrupt
 *
 * Return: the exit code; what there was to say is said.
 */
int listener_run(struct listener *listener);

/** event_print - print an event; @watched is its trigger, NULL if it is not known */
void event_print(const struct headroom_event *event, const struct watched *watched, bool json);

#endif /* EVENT_H */
