// SPDX-License-Identifier: GPL-2.0
/*
 * Probe of the scheduler: find out what a stalled task waits for
 *
 * sched_switch fires more often than any other event. Mostly neither task is in a memory
 * stall, and the probe only tests two bits.
 *
 * A task that the kernel has marked, and that goes to sleep outside of reclaim and
 * compaction, waits for one of several things. No field of the task distinguishes them, but
 * its stack does: the probe saves it, and the innermost function in the list of meanings
 * decides. That costs a few thousand instructions, and the wait that follows is longer by
 * a similar factor. The name of a function is looked up once for each return address.
 *
 * The kernel marks kswapd and kcompactd as stalled all the time that they work. No task
 * waits while they sleep.
 */
#include <linux/hash.h>
#include <linux/kallsyms.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "probes.h"
#include "stall.h"

#define DEPTH		24
#define CACHE_BITS	8

/* Not a wait: the task is inside reclaim or compaction whose begin was not seen */
#define INSIDE		U8_MAX

/* The cause of the stall of a task that sleeps in a function. Ends with an empty prefix. */
static const struct {
	const char *prefix;
	u8 cause;
} meanings[] = {
	{ "mem_cgroup_handle_over_high", HEADROOM_STALL_CAUSE_MEMORY_HIGH_THROTTLE },
	{ "__mem_cgroup_handle_over_high", HEADROOM_STALL_CAUSE_MEMORY_HIGH_THROTTLE },
	{ "do_try_to_free_pages", INSIDE },
	{ "shrink_node", INSIDE },
	{ "compact_zone", INSIDE },
	/* If reserves are low, a task sleeps here for kswapd before direct reclaim begins */
	{ "try_to_free_pages", HEADROOM_STALL_CAUSE_DIRECT_RECLAIM },
	{ "do_swap_page", HEADROOM_STALL_CAUSE_SWAP_IN },
	{ "swap_read", HEADROOM_STALL_CAUSE_SWAP_IN },
	{ "__read_swap_cache_async", HEADROOM_STALL_CAUSE_SWAP_IN },
	{ "read_swap_cache_async", HEADROOM_STALL_CAUSE_SWAP_IN },
	{ "swap_cluster_readahead", HEADROOM_STALL_CAUSE_SWAP_IN },
	{ "swapin_readahead", HEADROOM_STALL_CAUSE_SWAP_IN },
	{ "shmem_swapin_folio", HEADROOM_STALL_CAUSE_SWAP_IN },
	{ "shmem_get_folio", HEADROOM_STALL_CAUSE_SWAP_IN },
	{ "filemap_", HEADROOM_STALL_CAUSE_REFAULT },
	{ "__filemap_", HEADROOM_STALL_CAUSE_REFAULT },
	{ "page_cache_ra_", HEADROOM_STALL_CAUSE_REFAULT },
	{ "read_pages", HEADROOM_STALL_CAUSE_REFAULT },
	{ "readahead_expand", HEADROOM_STALL_CAUSE_REFAULT },
	{ "do_read_cache_folio", HEADROOM_STALL_CAUSE_REFAULT },
	{ "blkcg_", HEADROOM_STALL_CAUSE_OTHER },
	{ "" }
};

/* Cache of causes by return address: each entry has the address, shifted, and the cause */
static u64 cache[1 << CACHE_BITS];

/* One per CPU is enough: interrupts are off while a name is looked up */
static DEFINE_PER_CPU(char[KSYM_SYMBOL_LEN], name_buffer);

/* Compares prefixes, since names may end in .constprop.0, .part.0 and the like */
static u8 meaning_of_name(const char *name)
{
	unsigned int i;

	for (i = 0; *meanings[i].prefix; i++)
		if (strstarts(name, meanings[i].prefix))
			return meanings[i].cause;
	return 0;
}

static u8 meaning_of(unsigned long address)
{
	u64 *cached = &cache[hash_long(address, CACHE_BITS)];
	/* Pairs with WRITE_ONCE() below, on any CPU: an entry is one word, so needs no order */
	u64 entry = READ_ONCE(*cached);
	char *name = *this_cpu_ptr(&name_buffer);
	u8 cause;

	/* The upper bits of a kernel address are all ones */
	if (entry >> 8 == address << 8 >> 8)
		return entry;
	sprint_symbol_no_offset(name, address);
	cause = meaning_of_name(name);
	WRITE_ONCE(*cached, (u64)address << 8 | cause);
	return cause;
}

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
		cause = meaning_of(stack[i]);
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
