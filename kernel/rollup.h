/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Roll up what was counted for a cgroup to its ancestors and to readers
 */
#ifndef _HEADROOM_ROLLUP_H
#define _HEADROOM_ROLLUP_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include "rollup_types.h"

struct hr_cgroup;

void hr_rollup_init(void);
void hr_rollup_note(struct hr_rollup *rollup);
void hr_rollup_birth(struct hr_cgroup *cg, struct hr_cgroup *parent);
void hr_rollup_death(struct hr_cgroup *cg, struct hr_cgroup *parent);
void hr_rollup_collect(void);
u64 hr_rollup_generation(void);
struct hr_cgroup *hr_rollup_since(u64 generation);
struct hr_cgroup *hr_rollup_next(struct hr_cgroup *cg);
bool hr_rollup_has_below(const struct hr_cgroup *cg);
int hr_rollup_sum(struct hr_cgroup *top);
bool hr_rollup_wait(void);

/**
 * hr_rollup_mark - mark a record for the next collection
 * @rollup: the record's part; the record is alive
 *
 * Call it after counting: a reader that clears the mark then sees the count.
 *
 * Context: any, under RCU.
 */
static __always_inline void hr_rollup_mark(struct hr_rollup *rollup)
{
	/* Pairs with smp_mb() in hr_rollup_collect() */
	smp_mb__after_atomic();
	if (unlikely(!READ_ONCE(rollup->marked)))
		hr_rollup_note(rollup);
}

#endif /* _HEADROOM_ROLLUP_H */
