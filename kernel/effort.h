/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module takes besides its probes: time, for the status
 */
#ifndef _HEADROOM_EFFORT_H
#define _HEADROOM_EFFORT_H

#include <linux/atomic.h>
#include <linux/timekeeping.h>

/**
 * struct hr_effort - nanoseconds since the module was loaded
 * @work: in the background
 * @requests: answering them
 */
struct hr_effort {
	atomic64_t work;
	atomic64_t requests;
};

extern struct hr_effort hr_effort;

/**
 * hr_effort_add - count what took from then to now
 * @what: where
 * @begin: ktime_get_ns() of then
 *
 * Context: any.
 */
static inline void hr_effort_add(atomic64_t *what, u64 begin)
{
	atomic64_add(ktime_get_ns() - begin, what);
}

#endif /* _HEADROOM_EFFORT_H */
