// SPDX-License-Identifier: GPL-2.0
/*
 * Sum up what each cgroup took from others
 *
 * The evictor and each of its ancestors below the first one that contains the victim took the page
 * from others:
 *
 *	/		contains both: took nothing from others
 *	  /a		took it
 *	    /a/x	the evictor
 *	  /b		the victim
 *
 * What has no evictor of its own, the others of a victim, is charged to none. So the sum is a lower
 * bound.
 */
#include <stdlib.h>

#include "blame_sum.h"
#include "interval.h"

static void charge(double *sum, const struct headroom_snapshot *now, uint64_t victim,
		   const struct headroom_evictor *evictor)
{
	const struct headroom_cgroup *cgroup = headroom_snapshot_find(now, evictor->id);

	/* bound the walk, in case the parents form a cycle */
	for (size_t depth = 0; cgroup && depth < now->nr; depth++) {
		/* the root contains every victim, even one that @now does not have */
		if (!cgroup->parent_id || is_in_subtree(now, victim, cgroup->id))
			return;
		sum[cgroup - now->cgroup] += evictor->refaults;
		cgroup = headroom_snapshot_find(now, cgroup->parent_id);
	}
}

double *blame_sum(const struct headroom_blame *taken, const struct headroom_snapshot *now,
		  bool partial)
{
	double *sum = calloc(now->nr + 1, sizeof(*sum));

	for (size_t i = 0; sum && i < taken->nr; i++) {
		const struct headroom_victim *victim = &taken->victim[i];

		if (!partial && !headroom_snapshot_find(now, victim->id))
			continue;
		for (size_t j = 0; j < victim->nr; j++)
			charge(sum, now, victim->id, &victim->evictor[j]);
	}
	return sum;
}
