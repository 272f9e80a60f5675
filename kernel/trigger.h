/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Set and remove the triggers of sockets
 */
#ifndef _HEADROOM_TRIGGER_H
#define _HEADROOM_TRIGGER_H

#include <linux/types.h>

#include "trigger_spec.h"

/* Triggers of all sockets together */
#define HR_MAX_TRIGGERS	1024
/* The same, as far as users without the right to configure may fill it */
#define HR_MAX_UNPRIVILEGED_TRIGGERS	768
/* Triggers of one such user */
#define HR_MAX_USER_TRIGGERS	256

int hr_trigger_init(void);
void hr_trigger_stop(void);
void hr_trigger_exit(void);
int hr_trigger_add(const struct hr_trigger_spec *spec, const struct hr_trigger_owner *owner,
		   u32 *id);
int hr_trigger_del(u32 id, u32 portid);
void hr_trigger_release(u32 portid);
unsigned int hr_triggers(void);

#endif /* _HEADROOM_TRIGGER_H */
