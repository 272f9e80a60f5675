// SPDX-License-Identifier: GPL-2.0
/*
 * Measure the longest time that each probe took
 *
 * A probe runs with preemption off, and some with interrupts off. This counts the cycles from
 * its first instruction to its last, apart for calls that found interrupts on and off. In the
 * virtual machine of scripts/probe-times a cycle is an instruction. The log has the longest of
 * each probe when the module is unloaded.
 */
#include <linux/printk.h>

#include "probe_times.h"

static LLIST_HEAD(all);

/**
 * hr_probe_time_add - note how long a probe took
 * @time: what was measured of the probe
 * @name: its name
 * @cycles: from its begin to its end
 * @off: interrupts were off before
 *
 * Context: any; interrupts off.
 */
void hr_probe_time_add(struct hr_probe_time *time, const char *name, u64 cycles, bool off)
{
	atomic64_t *longest = &time->longest[off];
	s64 before = atomic64_read(longest);

	/* Pairs with the same on other CPUs: the longest remains */
	while ((s64)cycles > before && !atomic64_try_cmpxchg(longest, &before, cycles))
		;
	atomic64_inc(&time->calls);
	/* Pairs with the same on other CPUs: the first one adds it */
	if (unlikely(!READ_ONCE(time->listed)) && !xchg(&time->listed, true)) {
		time->name = name;
		llist_add(&time->node, &all);
	}
}

/**
 * hr_probe_times_report - write the longest times to the log
 *
 * Context: process; no probe runs any more.
 */
void hr_probe_times_report(void)
{
	struct hr_probe_time *time;

	llist_for_each_entry(time, llist_del_all(&all), node)
		pr_info("probe-times: %s calls=%lld irqs-on=%lld irqs-off=%lld\n", time->name,
			atomic64_read(&time->calls), atomic64_read(&time->longest[0]),
			atomic64_read(&time->longest[1]));
}
