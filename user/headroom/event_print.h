/* SPDX-License-Identifier: GPL-2.0 */
/* Print events as lines or as JSON */
#ifndef EVENT_PRINT_H
#define EVENT_PRINT_H

#include "headroom.h"

/**
 * struct watched - a trigger that this process has added
 * @id: id that the kernel assigned
 * @trigger: its definition
 */
struct watched {
	uint32_t id;
	struct headroom_trigger trigger;
};

/**
 * event_print - print an event
 * @watched: its trigger; NULL if unknown
 *
 * Return: 0 or -ENOMEM.
 */
int event_print(const struct headroom_event *event, const struct watched *watched, bool json);

#endif /* EVENT_PRINT_H */
