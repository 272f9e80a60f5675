/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What trigger.c, watch.c and watcher.c share: everything here is protected by
 * headroom_triggers_mutex
 */
#ifndef _HEADROOM_WATCH_H
#define _HEADROOM_WATCH_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "registry.h"
#include "snapshot.h"
#include "trigger.h"
#include "window.h"

/* Refaults, and each cause of stalls under its own number */
#define HEADROOM_REFAULTS	0
#define HEADROOM_NR_QUANTITIES	(HEADROOM_NR_CAUSES + 1)

/* See registry.c for the order of locks */
extern struct mutex headroom_triggers_mutex;

/**
 * struct headroom_watched - a record that something has happened to
 * @cg: the record, which owns this
 * @busy: in the watcher's list while it is looked at; then holds a reference on @cg
 * @triggers: set on this cgroup
 * @watches: for triggers with the scope "each", on this cgroup or above
 * @quiet: ticks in which nothing happened
 * @leaving: this is the last tick
 * @refused: there was no room to watch it
 * @seen: what its counters were
 */
struct headroom_watched {
	struct headroom_cgroup *cg;
	struct list_head busy;
	struct list_head triggers;
	struct list_head watches;
	unsigned int quiet;
	bool leaving;
	bool refused;
	u64 seen[HEADROOM_NR_QUANTITIES];
};

/**
 * struct headroom_trigger - a trigger
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
struct headroom_trigger {
	struct headroom_trigger_spec spec;
	u32 id;
	u32 portid;
	u64 seq;
	u64 set;
	struct headroom_cgroup *cg;
	struct list_head of_all;
	struct list_head of_cgroup;
	struct list_head watches;
};

/**
 * struct headroom_watch - what a trigger watches, of one cgroup or of a subtree
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
struct headroom_watch {
	struct headroom_trigger *trigger;
	struct headroom_cgroup *cg;
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
	struct headroom_window window;
};

/**
 * struct headroom_tick - a moment at which all is looked at
 * @nr: its number
 * @now: when
 * @before: what has grown since had not grown then
 */
struct headroom_tick {
	u64 nr;
	u64 now;
	u64 before;
};

/* watch.c */
struct headroom_watch *
headroom_watch_make(struct headroom_trigger *trigger, struct headroom_cgroup *cg,
		    u64 begin, gfp_t gfp);
void headroom_watch_free(struct headroom_watch *watch);
void headroom_watch_ended(struct headroom_trigger *trigger,
			  struct headroom_watched *watched, unsigned int quantity,
			  u64 n, const struct headroom_tick *tick);
void headroom_watch_open(struct headroom_trigger *trigger,
			 struct headroom_watched *watched, unsigned int cause,
			 u64 begin, const struct headroom_tick *tick);
void headroom_watch_judge(const struct headroom_tick *tick);
u64 headroom_watch_fire_pending(u64 now);
void headroom_watch_tidy(struct headroom_trigger *trigger, u64 now);

/* watcher.c */
int headroom_watcher_prepare(void);
int headroom_watcher_begin(struct headroom_trigger *trigger);
void headroom_watcher_end(struct headroom_trigger *trigger);
int headroom_watcher_init(void);
void headroom_watcher_exit(void);

#endif /* _HEADROOM_WATCH_H */
