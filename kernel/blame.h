/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keep the top evictors of each victim
 */
#ifndef _HEADROOM_BLAME_H
#define _HEADROOM_BLAME_H

#include <linux/types.h>

#include "blame_types.h"

struct hr_cgroup;

void hr_blame_add(struct hr_blame *blame, struct hr_cgroup *evictor,
		  enum headroom_reason reason, u64 evictions);
atomic64_t *hr_blame_refault(struct hr_blame *blame,
			     const struct hr_cgroup *evictor,
			     enum headroom_reason reason, u64 refaults,
			     u32 *generation);
void hr_blame_promote(struct hr_blame *blame);
void hr_blame_move(struct hr_blame *to, struct hr_blame *from);
void hr_blame_clear(struct hr_blame *blame);
void hr_blame_read(struct hr_blame_totals *to, struct hr_blame *blame);

#endif /* _HEADROOM_BLAME_H */
