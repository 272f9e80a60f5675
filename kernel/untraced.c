// SPDX-License-Identifier: GPL-2.0
/*
 * Find the reason of reclaim whose begin was not followed
 *
 * Some reclaim begins without an event. MADV_PAGEOUT and DAMON pass lists of pages to
 * reclaim_pages(), and nothing else calls that. The debugfs file of MGLRU, hibernation and the
 * contiguous memory allocator reclaim by other functions. In addition, the begin of reclaim is
 * not followed if it finds no free slot. No field of the task distinguishes them, but its stack
 * does:
 *
 *	reclaim_pages(), in a kernel thread	DAMON: proactive
 *	reclaim_pages(), in another task	MADV_PAGEOUT
 *	neither					unknown
 *
 * Reading the stack takes some thousand instructions. The reason is kept for as many pages as a
 * batch has, as long as the same task evicts them from the same depth of its stack, has not left
 * the CPU in between, and begins no reclaim whose begin is dropped.
 */
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>

#include "functions.h"
#include "untraced.h"

/* Frames from here to reclaim_pages(), with some to spare */
#define DEPTH		20
/* Pages that a reason is kept for: as many as MGLRU mostly takes at once */
#define PAGES		64

/**
 * struct last_reason - the reason of the pages that a CPU has evicted last
 * @task: the task
 * @frame: where its stack was
 * @switches: how often it had left the CPU
 * @left: pages until the stack is read again
 * @reason: the reason
 */
struct last_reason {
	const struct task_struct *task;
	const void *frame;
	unsigned long switches;
	unsigned int left;
	enum headroom_reason reason;
};

/* Tasks only: no probe that uses this runs in an interrupt */
static DEFINE_PER_CPU(struct last_reason, last_reason);

static enum headroom_reason reason_by_stack(void)
{
	unsigned long stack[DEPTH];
	unsigned int i, nr = stack_trace_save(stack, DEPTH, 0);

	for (i = 0; i < nr; i++)
		if (hr_function_at(stack[i]) == HR_FUNCTION_LISTS)
			return current->flags & PF_KTHREAD ? HEADROOM_REASON_PROACTIVE :
							     HEADROOM_REASON_MADVISE;
	return HEADROOM_REASON_UNKNOWN;
}

/**
 * hr_untraced_reason - find the reason of a folio that the running task evicts
 *
 * Context: any but interrupts; preemption off. The task has no open reclaim.
 * Return: HEADROOM_REASON_MADVISE, _PROACTIVE or _UNKNOWN.
 */
noinline enum headroom_reason hr_untraced_reason(void)
{
	struct last_reason *last = this_cpu_ptr(&last_reason);
	const void *frame = __builtin_frame_address(0);
	unsigned long switches = current->nvcsw + current->nivcsw;

	if (last->task != current || last->frame != frame || last->switches != switches ||
	    !last->left)
		*last = (struct last_reason){
			.task = current, .frame = frame, .switches = switches, .left = PAGES,
			.reason = reason_by_stack(),
		};
	last->left--;
	return last->reason;
}

/**
 * hr_untraced_forget - read the stack for the next page
 *
 * The running task begins reclaim that will not be followed.
 *
 * Context: any but interrupts; preemption off.
 */
void hr_untraced_forget(void)
{
	this_cpu_write(last_reason.left, 0);
}
