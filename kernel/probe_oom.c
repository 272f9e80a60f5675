// SPDX-License-Identifier: GPL-2.0
/*
 * Probe of the OOM killer: report each task that is killed
 *
 * mark_victim fires for each task that the OOM killer selects, in the task that ran short
 * of memory, under the lock of the OOM killer. Tasks that share the memory of a killed task
 * die with it, without an event of their own.
 */
#include <linux/memcontrol.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>

#include "cgroup.h"
#include "notify.h"
#include "probes.h"

static void killed(struct task_struct *task)
{
	hr_notify_oom(hr_cgroup_of(mem_cgroup_from_task(task)), task);
}

HR_PROBE(hr_probe_mark_victim,
	 TP_PROTO(void *data, struct task_struct *task, uid_t uid),
	 TP_ARGS(data, task, uid))
{
	killed(task);
}

/* The probe for kernels whose event has only the pid of the task */
HR_PROBE(hr_probe_mark_victim_pid, TP_PROTO(void *data, int pid), TP_ARGS(data, pid))
{
	struct task_struct *task;

	rcu_read_lock();
	task = pid_task(find_pid_ns(pid, &init_pid_ns), PIDTYPE_PID);
	if (task)
		killed(task);
	rcu_read_unlock();
}
