/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What trigger.c, trigger_watch.c and trigger_poll.c share: everything here is protected by
 * hr_triggers_mutex
 */
#ifndef _HEADROOM_TRIGGER_INTERNAL_H
#define _HEADROOM_TRIGGER_INTERNAL_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "counters.h"
#include "trigger.h"
#include "trigger_window.h"

struct hr_cgroup;

/* Refaults, and each cause of stalls under its own number */
#define HR_REFAULTS	0
#define HR_NR_QUANTITIES	(HR_NR_CAUSES + 1)

/* See registry.c for the order of locks */
extern struct mutex hr_triggers_mutex;

/**
 * struct hr_poll - a record that something has happened to
 * @cg: the record, which owns this
 * @busy: in the watcher's list while it is looked at; then holds a reference on @cg
 * @triggers: set on this cgroup
 * @watches: for triggers with the scope "each", on this cgroup or above
 * @quiet: ticks in which nothing happened
 * @leaving: this is the last tick
 * @refused: there was no room to watch it
 * @seen: what its counters were
 */
struct hr_poll {
	struct hr_cgroup *cg;
	struct list_head busy;
	struct list_head triggers;
	struct list_head watches;
	unsigned int quiet;
	bool leaving;
	bool refused;
	u64 seen[HR_NR_QUANTITIES];
};

/**
 * struct hr_trigger - a trigger
 * @spec: what to watch
 * @id: its number
 * @portid: its owner
 * @seq: of its last notification
 * @set: time when it was set
 * @cg: its cgroup; holds a reference
 * @of_all: in the watcher's list
 * @of_cgroup: in @triggers there
 * @watches: one; or for "each" those of all cgroups where something happens
 */
struct hr_trigger {
	struct hr_trigger_spec spec;
	u32 id;
	u32 portid;
	u64 seq;
	u64 set;
	struct hr_cgroup *cg;
	struct list_head of_all;
	struct list_head of_cgroup;
	struct list_head watches;
};

/**
 * struct hr_trigger_watch - what a trigger watches, of one cgroup or of a subtree
 * @trigger: whose
 * @cg: the cgroup that is told; holds a reference
 * @of_cgroup: in @watches there, for "each"
 * @of_trigger: in @watches there
 * @grown: in the list of those that have grown in this tick
 * @pending: in the list of those that fire when the interval is over
 * @fresh: not judged yet
 * @uncleared: it has fired, and S has not been low since
 * @ended: part of V: what was counted
 * @open: part of V: stalls that are open, in tick @open_tick
 * @open_tick: the tick
 * @fired: time of the last notification; 0 for none
 * @largest: S while it was pending, and its time
 * @largest_time: the same
 * @window: V, lately
 */
struct hr_trigger_watch {
	struct hr_trigger *trigger;
	struct hr_cgroup *cg;
	struct list_head of_cgroup;
	struct list_head of_trigger;
	struct list_head grown;
	struct list_head pending;
	bool fresh;
	bool uncleared;
	u64 ended;
	u64 open;
	u64 open_tick;
	u64 fired;
	u64 largest;
	u64 largest_time;
	struct hr_trigger_window window;
};

/**
 * struct hr_tick - a moment at which all is looked at
 * @nr: its number
 * @now: when
 * @before: what has grown since had not grown then
 */
struct hr_tick {
	u64 nr;
	u64 now;
	u64 before;
};

/* trigger_watch.c */
struct hr_trigger_watch *
hr_trigger_watch_make(struct hr_trigger *trigger, struct hr_cgroup *cg,
		      u64 begin, gfp_t gfp);
void hr_trigger_watch_free(struct hr_trigger_watch *watch);
void hr_trigger_watch_ended(struct hr_trigger *trigger,
			    struct hr_poll *watched, unsigned int quantity,
			  u64 n, const struct hr_tick *tick);
void hr_trigger_watch_open(struct hr_trigger *trigger,
			   struct hr_poll *watched, unsigned int cause,
			 u64 begin, const struct hr_tick *tick);
void hr_trigger_watch_judge(const struct hr_tick *tick);
u64 hr_trigger_watch_fire_pending(u64 now);
void hr_trigger_watch_tidy(struct hr_trigger *trigger, u64 now);

/* trigger_poll.c */
int hr_trigger_poll_prepare(void);
int hr_trigger_poll_begin(struct hr_trigger *trigger);
void hr_trigger_poll_end(struct hr_trigger *trigger);
int hr_trigger_poll_init(void);
void hr_trigger_poll_exit(void);

#endif /* _HEADROOM_TRIGGER_INTERNAL_H */
