/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_ROLLUP_H
#define _HEADROOM_ROLLUP_H

#include <linux/compiler.h>

#include "registry.h"

void hr_rollup_init(void);
void hr_rollup_note(struct hr_cgroup *cg);
void hr_rollup_birth(struct hr_cgroup *cg, struct hr_cgroup *parent);
void hr_rollup_death(struct hr_cgroup *cg, struct hr_cgroup *parent);
void hr_rollup_collect(void);
u64 hr_rollup_generation(void);
struct hr_cgroup *hr_rollup_since(u64 generation);
struct hr_cgroup *hr_rollup_next(struct hr_cgroup *cg);
int hr_rollup_sum(struct hr_cgroup *top);

/**
 * hr_rollup_mark - something was counted for a cgroup
 * @cg: its record, which is alive
 *
 * Comes after what was counted: a reader who takes the mark away counts it in.
 *
 * Context: any, under RCU.
 */
static __always_inline void hr_rollup_mark(struct hr_cgroup *cg)
{
	/* Pairs with the barrier in hr_rollup_collect() */
	smp_mb__after_atomic();
	if (unlikely(!READ_ONCE(cg->changed)))
		hr_rollup_note(cg);
}

/**
 * hr_has_below - whether a cgroup's subtree is more than the cgroup itself
 * @cg: its record
 *
 * Context: process; registry's mutex held.
 */
static inline bool hr_has_below(const struct hr_cgroup *cg)
{
	return cg->gone || !list_empty(&cg->children);
}

#endif /* _HEADROOM_ROLLUP_H */
