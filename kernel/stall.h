/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Measure the time that tasks wait for memory, by cause
 */
#ifndef _HEADROOM_STALL_H
#define _HEADROOM_STALL_H

#include <linux/types.h>
#include <uapi/linux/headroom.h>

struct hr_cgroup;
struct task_struct;

/**
 * struct hr_stalled - a task in a stall
 * @pid: the task
 * @cgroup: id of its cgroup when the stall began
 * @cg: record of that cgroup, valid under RCU
 * @cause: enum headroom_stall_cause
 * @begin: ktime_get_mono_fast_ns() when the stall began
 * @ns: time since @begin
 */
struct hr_stalled {
	u32 pid;
	u64 cgroup;
	struct hr_cgroup *cg;
	u32 cause;
	u64 begin;
	u64 ns;
};

int hr_stall_init(void);
void hr_stall_exit(void);
void hr_stall_track(bool on);
bool hr_stall_tracked(void);
bool hr_stall_told_apart(void);
bool hr_stall_marked(void);
void hr_stall_begin(enum headroom_stall_cause cause);
void hr_stall_end(unsigned long causes);
void hr_stall_throttled(enum headroom_stall_cause cause, u64 ns);
bool hr_stall_sleep(void);
void hr_stall_wait(enum headroom_stall_cause cause);
void hr_stall_wake(struct task_struct *task);
unsigned int hr_stall_next(unsigned int i, struct hr_stalled *stalled);

#endif /* _HEADROOM_STALL_H */
