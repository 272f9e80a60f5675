/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_STALL_H
#define _HEADROOM_STALL_H

#include <linux/types.h>
#include <uapi/linux/headroom.h>

struct headroom_cgroup;
struct task_struct;

/**
 * struct headroom_stalled - a task in a stall
 * @pid: the task
 * @cgroup: id of its cgroup when the stall began
 * @cg: that cgroup's record, as long as RCU is held
 * @cause: enum headroom_stall_cause
 * @ns: how long already
 */
struct headroom_stalled {
	u32 pid;
	u64 cgroup;
	struct headroom_cgroup *cg;
	u32 cause;
	u64 ns;
};

int headroom_stall_init(void);
void headroom_stall_exit(void);
void headroom_stall_track(bool on);
bool headroom_stall_tracked(void);
bool headroom_stall_told_apart(void);
bool headroom_stall_marked(void);
void headroom_stall_begin(enum headroom_stall_cause cause);
void headroom_stall_end(unsigned long causes);
void headroom_stall_throttled(enum headroom_stall_cause cause, u64 ns);
bool headroom_stall_sleep(void);
void headroom_stall_wait(enum headroom_stall_cause cause);
void headroom_stall_wake(struct task_struct *task);
unsigned int headroom_stall_next(unsigned int i, struct headroom_stalled *stalled);

#endif /* _HEADROOM_STALL_H */
