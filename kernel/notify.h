/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Send notifications to the group "events" and to sockets with triggers
 */
#ifndef _HEADROOM_NOTIFY_H
#define _HEADROOM_NOTIFY_H

#include <linux/types.h>

struct hr_cgroup;
struct hr_params;
struct task_struct;

/**
 * struct hr_fired - a trigger that fired
 * @portid: socket that set the trigger
 * @seq: number of the notification among those of the trigger
 * @time: CLOCK_MONOTONIC, ns
 * @trigger: id of the trigger
 * @cg: record of the cgroup whose sum reached the threshold; the caller holds a reference
 * @value: sum over the window that ended at @time
 */
struct hr_fired {
	u32 portid;
	u64 seq;
	u64 time;
	u32 trigger;
	struct hr_cgroup *cg;
	u64 value;
};

void hr_notify_init(void);
void hr_notify_exit(void);
u64 hr_notify_seq(void);
void hr_notify_born(struct hr_cgroup *cg);
void hr_notify_gone(struct hr_cgroup *cg, struct hr_cgroup *parent);
void hr_notify_params(const struct hr_params *params);
void hr_notify_oom(struct hr_cgroup *cg, const struct task_struct *task);
bool hr_notify_prepare_ooms(void);
void hr_notify_ooms(void);
void hr_notify_drop(void);
void hr_notify_fired(const struct hr_fired *fired);

#endif /* _HEADROOM_NOTIFY_H */
