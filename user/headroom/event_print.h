/* SPDX-License-Identifier: GPL-2.0 */
/* Print events as lines or as JSON */
#ifndef EVENT_PRINT_H
#define EVENT_PRINT_H

#include "headroom.h"

/**
 * struct watched - a trigger that this process has added
 * @cgroup: cgroup to watch, as the user wrote it
 * @trigger: its definition
 * @id: id that the kernel assigned
 */
struct watched {
	const char *cgroup;
	struct headroom_trigger trigger;
	uint32_t id;
};

/**
 * event_print - print an event
 * @watched: its trigger; NULL if unknown
 *
 * Return: 0 or -ENOMEM.
 */
int event_print(const struct headroom_event *event, const struct watched *watched, bool json);

#endif /* EVENT_PRINT_H */
