/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Measure the time that the module spends outside of its probes, for the status
 */
#ifndef _HEADROOM_EFFORT_H
#define _HEADROOM_EFFORT_H

#include <linux/atomic.h>
#include <linux/timekeeping.h>

/**
 * struct hr_effort - time spent since the module was loaded, ns
 * @work: in the sweep and in the poller
 * @requests: answering netlink requests
 */
struct hr_effort {
	atomic64_t work;
	atomic64_t requests;
};

extern struct hr_effort hr_effort;

/**
 * hr_effort_add - add the time since @begin
 * @what: a member of hr_effort
 * @begin: ktime_get_ns() at the beginning of the work
 *
 * Context: any.
 */
static inline void hr_effort_add(atomic64_t *what, u64 begin)
{
	atomic64_add(ktime_get_ns() - begin, what);
}

#endif /* _HEADROOM_EFFORT_H */
