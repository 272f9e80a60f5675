/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_TRIGGER_H
#define _HEADROOM_TRIGGER_H

#include <linux/compiler.h>
#include <linux/jump_label.h>
#include <linux/types.h>
#include <asm/barrier.h>

#include "registry.h"

/* Bounds of a window, ns */
#define HEADROOM_WINDOW_MIN	(10 * NSEC_PER_MSEC)
#define HEADROOM_WINDOW_MAX	(60 * NSEC_PER_SEC)
/* Triggers of all sockets together */
#define HEADROOM_MAX_TRIGGERS	1024

/**
 * struct headroom_trigger_spec - what is to be watched; see the specification
 * @cgroup: id
 * @scope: enum headroom_trigger_scope
 * @metric: enum headroom_trigger_metric
 * @cause: enum headroom_stall_cause, or 0 for all that are in the total
 * @threshold: nanoseconds or refaults
 * @window: ns
 * @interval: ns
 * @hysteresis: @clear counts
 * @clear: as @threshold
 */
struct headroom_trigger_spec {
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

/* While there are triggers */
DECLARE_STATIC_KEY_FALSE(headroom_triggers_set);

int headroom_trigger_init(void);
void headroom_trigger_stop(void);
void headroom_trigger_exit(void);
int headroom_trigger_add(const struct headroom_trigger_spec *spec, u32 portid, u32 *id);
int headroom_trigger_del(u32 id, u32 portid);
void headroom_trigger_release(u32 portid);
unsigned int headroom_triggers(void);
void headroom_trigger_wake(struct headroom_cgroup *cg);

/**
 * headroom_trigger_touch - something was counted for a cgroup, or a stall has begun
 * @cg: its record
 *
 * Costs nothing while there are no triggers, and little while the cgroup is looked at
 * anyway.
 *
 * Context: any, under RCU, and after the fact.
 */
static __always_inline void headroom_trigger_touch(struct headroom_cgroup *cg)
{
	if (!static_branch_unlikely(&headroom_triggers_set))
		return;
	/* Pairs with the one in watcher.c: either leave() sees it, or here it is idle */
	smp_mb();
	if (READ_ONCE(cg->attention) == HEADROOM_ATTENTION_NONE)
		headroom_trigger_wake(cg);
}

#endif /* _HEADROOM_TRIGGER_H */
