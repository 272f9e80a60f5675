// SPDX-License-Identifier: GPL-2.0
/*
 * Probe of the scheduler: find out what a stalled task waits for
 *
 * sched_switch fires more often than any other event. Mostly neither task is in a memory
 * stall, and the probe only tests two bits.
 *
 * A task that the kernel has marked, and that goes to sleep outside of reclaim and
 * compaction, waits for one of several things. No field of the task distinguishes them, but
 * its stack does: the probe saves it, and the innermost function that functions.c knows
 * decides. That costs a few thousand instructions, and the wait that follows is longer by
 * a similar factor. No name is looked up here.
 *
 * The kernel marks kswapd and kcompactd as stalled all the time that they work. No task
 * waits while they sleep.
 */
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "functions.h"
#include "probes.h"
#include "stall.h"

#define DEPTH		24

/* Not a wait: the task is inside reclaim or compaction whose begin was not seen */
#define INSIDE		U8_MAX

/* The cause of the stall of a task that sleeps in a function; 0: its caller decides */
static const u8 meaning[] = {
	[HR_FUNCTION_NONE] = 0,
	[HR_FUNCTION_HIGH] = HEADROOM_STALL_CAUSE_MEMORY_HIGH_THROTTLE,
	[HR_FUNCTION_RECLAIM] = INSIDE,
	/* If reserves are low, a task sleeps here for kswapd before direct reclaim begins */
	[HR_FUNCTION_ALLOCATE] = HEADROOM_STALL_CAUSE_DIRECT_RECLAIM,
	[HR_FUNCTION_SWAP_IN] = HEADROOM_STALL_CAUSE_SWAP_IN,
	[HR_FUNCTION_READ] = HEADROOM_STALL_CAUSE_REFAULT,
	[HR_FUNCTION_REQUEST] = 0,
};

/*
 * Find the cause of the running task's wait, or INSIDE. A stack may be too deep to be saved
 * up to the begin of reclaim.
 */
static u8 waits_for(void)
{
	unsigned long stack[DEPTH];
	unsigned int i, nr;
	u8 cause;

	nr = stack_trace_save(stack, DEPTH, 0);
	for (i = 0; i < nr; i++) {
		cause = meaning[hr_function_at(stack[i])];
		if (cause)
			return cause;
	}
	return current->flags & PF_MEMALLOC ? INSIDE : HEADROOM_STALL_CAUSE_OTHER;
}

#ifdef CONFIG_PSI
static bool works_for_all(const struct task_struct *task)
{
	return task->flags & PF_KSWAPD ||
	       (task->flags & PF_KTHREAD && strstarts(task->comm, "kcompactd"));
}

static noinline void switch_in_stall(struct task_struct *prev,
				     struct task_struct *next, bool sleeps)
{
	if (prev->in_memstall && sleeps && !hr_stall_sleep() &&
	    !works_for_all(prev)) {
		u8 cause = waits_for();

		if (cause != INSIDE)
			hr_stall_wait(cause);
	}
	if (next->in_memstall)
		hr_stall_wake(next);
}

HR_PROBE(hr_probe_switch,
	 TP_PROTO(void *data, bool preempt, struct task_struct *prev,
		  struct task_struct *next, unsigned int prev_state),
	 TP_ARGS(data, preempt, prev, next, prev_state))
{
	if (unlikely(prev->in_memstall | next->in_memstall))
		switch_in_stall(prev, next, !preempt && prev_state);
}
#else
HR_PROBE(hr_probe_switch,
	 TP_PROTO(void *data, bool preempt, struct task_struct *prev,
		  struct task_struct *next, unsigned int prev_state),
	 TP_ARGS(data, preempt, prev, next, prev_state))
{
}
#endif
