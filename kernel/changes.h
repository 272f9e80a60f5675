/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_CHANGES_H
#define _HEADROOM_CHANGES_H

#include <linux/compiler.h>

#include "registry.h"

void headroom_changes_init(void);
void headroom_changes_note(struct headroom_cgroup *cg);
void headroom_changes_birth(struct headroom_cgroup *cg, struct headroom_cgroup *parent);
void headroom_changes_death(struct headroom_cgroup *cg, struct headroom_cgroup *parent);
void headroom_changes_collect(void);
u64 headroom_changes_generation(void);
struct headroom_cgroup *headroom_changes_since(u64 generation);
struct headroom_cgroup *headroom_changes_next(struct headroom_cgroup *cg);
int headroom_changes_sum(struct headroom_cgroup *top);

/**
 * headroom_changed - something was counted for a cgroup
 * @cg: its record, which is alive
 *
 * Comes after what was counted: a reader who takes the mark away counts it in.
 *
 * Context: any, under RCU.
 */
static __always_inline void headroom_changed(struct headroom_cgroup *cg)
{
	/* Pairs with the barrier in headroom_changes_collect() */
	smp_mb__after_atomic();
	if (unlikely(!READ_ONCE(cg->changed)))
		headroom_changes_note(cg);
}

/**
 * headroom_has_below - whether a cgroup's subtree is more than the cgroup itself
 * @cg: its record
 *
 * Context: process; registry's mutex held.
 */
static inline bool headroom_has_below(const struct headroom_cgroup *cg)
{
	return cg->gone || !list_empty(&cg->children);
}

#endif /* _HEADROOM_CHANGES_H */
