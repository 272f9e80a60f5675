// SPDX-License-Identifier: GPL-2.0
/* The table of actions */
#include <string.h>

#include "actions.h"

const struct action *const actions[] = {
	&action_protect, &action_reclaim, &action_throttle, &action_freeze, &action_kill,
	&action_hook, &action_notify, NULL,
};

const struct action *action_find(const char *name)
{
	for (size_t i = 0; actions[i]; i++)
		if (strcmp(actions[i]->name, name) == 0)
			return actions[i];
	return NULL;
}
