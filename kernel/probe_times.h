/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Measure the longest time that each probe took
 *
 * Only a build with CONFIG_HEADROOM_PROBE_TIMES=y does this, for scripts/probe-times. In any
 * other build the structures are empty, and so are the functions.
 */
#ifndef _HEADROOM_PROBE_TIMES_H
#define _HEADROOM_PROBE_TIMES_H

#include <linux/atomic.h>
#include <linux/irqflags.h>
#include <linux/llist.h>
#include <linux/timex.h>
#include <linux/types.h>

/**
 * struct hr_probe_time - what was measured of a probe
 * @name: its name
 * @longest: cycles, at most: with interrupts on, and with interrupts off
 * @calls: how often it ran
 * @node: in the list of all, once it has run
 * @listed: it is in the list
 */
struct hr_probe_time {
#ifdef CONFIG_HEADROOM_PROBE_TIMES
	const char *name;
	atomic64_t longest[2];
	atomic64_t calls;
	struct llist_node node;
	bool listed;
#endif
};

/**
 * struct hr_probe_run - one run of a probe
 * @flags: whether interrupts were on
 * @begin: cycles when it began
 */
struct hr_probe_run {
#ifdef CONFIG_HEADROOM_PROBE_TIMES
	unsigned long flags;
	cycles_t begin;
#endif
};

#ifdef CONFIG_HEADROOM_PROBE_TIMES
void hr_probe_time_add(struct hr_probe_time *time, const char *name, u64 cycles, bool off);
void hr_probe_times_report(void);

/* Interrupts stay off during the run, so that the time of no interrupt counts */
static __always_inline struct hr_probe_run hr_probe_run_begin(void)
{
	struct hr_probe_run run;

	local_irq_save(run.flags);
	run.begin = get_cycles();
	return run;
}

static __always_inline void hr_probe_run_end(struct hr_probe_run run, struct hr_probe_time *time,
					     const char *name)
{
	hr_probe_time_add(time, name, get_cycles() - run.begin,
			  irqs_disabled_flags(run.flags));
	local_irq_restore(run.flags);
}
#else
static __always_inline struct hr_probe_run hr_probe_run_begin(void)
{
	return (struct hr_probe_run){};
}

static __always_inline void hr_probe_run_end(struct hr_probe_run run, struct hr_probe_time *time,
					     const char *name)
{
}

static inline void hr_probe_times_report(void)
{
}
#endif

#endif /* _HEADROOM_PROBE_TIMES_H */
