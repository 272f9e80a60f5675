/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_NOTIFY_H
#define _HEADROOM_NOTIFY_H

#include <linux/types.h>

struct headroom_cgroup;
struct headroom_config;
struct task_struct;

/**
 * struct headroom_fired - a threshold that was exceeded
 * @portid: who is to be told
 * @seq: number of the notification among those of the trigger
 * @time: CLOCK_MONOTONIC, ns
 * @trigger: id of the trigger
 * @cg: the cgroup that it is about; the caller holds a reference
 * @value: sum over the window that ended at @time
 */
struct headroom_fired {
	u32 portid;
	u64 seq;
	u64 time;
	u32 trigger;
	struct headroom_cgroup *cg;
	u64 value;
};

void headroom_notify_init(void);
void headroom_notify_exit(void);
u64 headroom_notify_seq(void);
void headroom_notify_born(struct headroom_cgroup *cg);
void headroom_notify_gone(struct headroom_cgroup *cg, struct headroom_cgroup *parent);
void headroom_notify_config(const struct headroom_config *config);
void headroom_notify_oom(struct headroom_cgroup *cg, const struct task_struct *task);
unsigned int headroom_notify_waiting(void);
void headroom_notify_ooms(unsigned int nr);
void headroom_notify_drop(void);
void headroom_notify_fired(const struct headroom_fired *fired);

#endif /* _HEADROOM_NOTIFY_H */
