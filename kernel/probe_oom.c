// SPDX-License-Identifier: GPL-2.0
/*
 * OOM: whom the kernel kills
 *
 * mark_victim fires for each task that is to die, in the task that ran short of memory,
 * below the OOM killer's lock. Those that share its memory die with it, and are not
 * told of.
 */
#include <linux/memcontrol.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>

#include "notify.h"
#include "probes.h"
#include "registry.h"

void hr_probe_mark_victim(void *data, struct task_struct *task, uid_t uid)
{
	hr_notify_oom(hr_cgroup_of(mem_cgroup_from_task(task)), task);
}

/* What fires on kernels whose event names the task by its number only */
void hr_probe_mark_victim_pid(void *data, int pid)
{
	struct task_struct *task;

	rcu_read_lock();
	task = pid_task(find_pid_ns(pid, &init_pid_ns), PIDTYPE_PID);
	if (task)
		hr_probe_mark_victim(data, task, 0);
	rcu_read_unlock();
}
