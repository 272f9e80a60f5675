/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Specify a trigger: what a request passes to trigger.c, and trigger_watch.c acts on; and
 * who sets it
 */
#ifndef _HEADROOM_TRIGGER_SPEC_H
#define _HEADROOM_TRIGGER_SPEC_H

#include <linux/time64.h>
#include <linux/types.h>
#include <linux/uidgid.h>

/* Bounds of a window, ns */
#define HR_TRIGGER_WINDOW_MIN	(10 * NSEC_PER_MSEC)
#define HR_TRIGGER_WINDOW_MAX	(60 * NSEC_PER_SEC)

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

/**
 * struct hr_trigger_owner - who sets a trigger
 * @portid: the socket
 * @uid: the user who opened it
 * @privileged: has the right to configure, so the limits per user do not apply
 */
struct hr_trigger_owner {
	u32 portid;
	kuid_t uid;
	bool privileged;
};

#endif /* _HEADROOM_TRIGGER_SPEC_H */
