/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_ACTIONS_H
#define HEADROOMD_ACTIONS_H

#include "action.h"

/* The actions, each in action_NAME.c; the list ends with NULL */
extern const struct action *const actions[];
extern const struct action action_protect, action_reclaim, action_throttle, action_freeze,
	action_kill, action_hook, action_notify;

/** action_find - look up an action by its name; NULL if there is none */
const struct action *action_find(const char *name);

#endif /* HEADROOMD_ACTIONS_H */
