/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Set and remove the triggers of sockets
 */
#ifndef _HEADROOM_TRIGGER_H
#define _HEADROOM_TRIGGER_H

#include <linux/types.h>
#include <linux/time64.h>

/* Bounds of a window, ns */
#define HR_TRIGGER_WINDOW_MIN	(10 * NSEC_PER_MSEC)
#define HR_TRIGGER_WINDOW_MAX	(60 * NSEC_PER_SEC)
/* Triggers of all sockets together */
#define HR_MAX_TRIGGERS	1024

/**
 * struct hr_trigger_spec - what a socket asks for; the specification has the details
 * @cgroup: cgroup id
 * @scope: enum headroom_trigger_scope
 * @metric: enum headroom_trigger_metric
 * @cause: enum headroom_stall_cause, or 0 for all causes of the total
 * @threshold: sum that fires the trigger: ns or refaults
 * @window: time to sum up over, ns
 * @interval: shortest time between two notifications, ns
 * @hysteresis: whether @clear was given
 * @clear: do not fire again until the sum drops to this; unit of @threshold
 */
struct hr_trigger_spec {
	u64 cgroup;
	u32 scope;
	u32 metric;
	u32 cause;
	u64 threshold;
	u64 window;
	u64 interval;
	bool hysteresis;
	u64 clear;
};

int hr_trigger_init(void);
void hr_trigger_stop(void);
void hr_trigger_exit(void);
int hr_trigger_add(const struct hr_trigger_spec *spec, u32 portid, u32 *id);
int hr_trigger_del(u32 id, u32 portid);
void hr_trigger_release(u32 portid);
unsigned int hr_triggers(void);

#endif /* _HEADROOM_TRIGGER_H */
