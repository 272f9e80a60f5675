/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Share the state of triggers among trigger.c, trigger_watch.c and trigger_poll.c
 *
 * hr_triggers_mutex protects everything here, but for @closed of a trigger.
 */
#ifndef _HEADROOM_TRIGGER_INTERNAL_H
#define _HEADROOM_TRIGGER_INTERNAL_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "counters.h"
#include "trigger_spec.h"
#include "trigger_window.h"

struct hr_cgroup;

/* Quantities: refaults at 0, each cause of stalls at its enum headroom_stall_cause */
#define HR_REFAULTS	0
#define HR_NR_QUANTITIES	(HR_NR_CAUSES + 1)

/* The head of registry.c has its place in the order of locks */
extern struct mutex hr_triggers_mutex;

/**
 * struct hr_poll - a record's part in polling
 * @cg: the record, which owns this
 * @busy: in the poller's list while the record is polled; then holds a reference on @cg
 * @triggers: triggers set on this cgroup
 * @watches: its watches for triggers of the scope "each" on this cgroup or above
 * @quiet: ticks since the last event
 * @leaving: re-armed: the poller leaves the record after a tick without an event
 * @refused: a watch could not be allocated; counted as dropped once
 * @seen: its counters as read last, by quantity
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
 * struct hr_trigger_user - a user with triggers who has no right to configure
 * @uid: the user
 * @of_all: in the list of all users in trigger.c
 * @triggers: number of triggers; it is freed with the last one
 * @watches: number of watches of those with the scope "each"
 */
struct hr_trigger_user {
	kuid_t uid;
	struct list_head of_all;
	unsigned int triggers;
	unsigned int watches;
};

/**
 * struct hr_trigger - a threshold over a window, set by a socket
 * @spec: what the socket asked for
 * @id: from 1; unique among all triggers
 * @portid: the socket
 * @closed: the socket is closed, and the trigger will be removed; set without the mutex
 * @user: the user it counts for; NULL if no limit per user applies
 * @seq: number of its last notification
 * @set: time when it was set, ns
 * @cg: record of its cgroup; holds a reference
 * @of_all: in the poller's list of triggers
 * @of_cgroup: in the list of triggers of @cg's struct hr_poll
 * @watches: one; with the scope "each" one for each cgroup with recent events
 * @nr_watches: their number, with the scope "each"
 * @rcu: to free it, since hr_trigger_release() reads it without the mutex
 */
struct hr_trigger {
	struct hr_trigger_spec spec;
	u32 id;
	u32 portid;
	bool closed;
	struct hr_trigger_user *user;
	u64 seq;
	u64 set;
	struct hr_cgroup *cg;
	struct list_head of_all;
	struct list_head of_cgroup;
	struct list_head watches;
	unsigned int nr_watches;
	struct rcu_head rcu;
};

/**
 * struct hr_trigger_watch - one trigger's view of one cgroup, or of its subtree
 * @trigger: the trigger
 * @cg: record of the cgroup that a notification names; holds a reference
 * @of_cgroup: in the list of watches of @cg's struct hr_poll, for the scope "each"
 * @of_trigger: in @trigger's list of watches
 * @grown: in the list of watches that have grown in this tick
 * @pending: in the list of watches that fire at the end of their interval
 * @fresh: not judged yet
 * @uncleared: it has fired, and S has not dropped to the clear level since
 * @ended: the counted part of V
 * @open: the part of V from stalls that were open in tick @open_tick
 * @open_tick: number of that tick
 * @fired: time of the last notification, ns; 0 for none
 * @largest: the largest S while the watch was pending
 * @largest_time: time of @largest, ns
 * @window: the last values of V
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
 * struct hr_tick - one pass of the poller over all active records
 * @nr: number of the tick
 * @now: its time, ns
 * @before: latest time before @now at which no quantity had grown yet, ns
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
void hr_trigger_watch_ended(struct hr_trigger *trigger, struct hr_poll *polled,
			    unsigned int quantity, u64 n, const struct hr_tick *tick);
void hr_trigger_watch_open(struct hr_trigger *trigger, struct hr_poll *polled,
			   unsigned int cause, u64 begin, const struct hr_tick *tick);
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
