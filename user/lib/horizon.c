// SPDX-License-Identifier: LGPL-2.1
/*
 * Find up to which distance and age the refaults of a cgroup can be recognised
 *
 * The module records at which distance pages were forgotten, for one in 16 of them. A page
 * forgotten at distance d would have been missed had it returned later, and not before. So
 * below the smallest such distance nothing was missed. That distance is too strict: buckets
 * fill unevenly, and one of thousands forgets a page early. The horizon is the distance up to
 * which no more than one eviction in a hundred was forgotten: of the refaults below it, the
 * module misses about that share at most. It is the lower bound of a bucket of the histogram,
 * so up to a fifth too near.
 */

#include "headroom.h"

/* Evictions that may be forgotten before the horizon: one of these */
#define TOLERATED	100

static uint64_t horizon(const struct headroom_histogram *forgotten, uint64_t evictions)
{
	uint64_t left = evictions / TOLERATED;

	for (size_t i = 0; i < forgotten->nr; i++) {
		if (forgotten->bucket[i].count > left)
			return forgotten->bucket[i].low ?: 1;
		left -= forgotten->bucket[i].count;
	}
	return UINT64_MAX;
}

uint64_t headroom_horizon(const struct headroom_stats *stats)
{
	return horizon(&stats->forgotten_distance, stats->evictions);
}

uint64_t headroom_horizon_age(const struct headroom_stats *stats)
{
	return horizon(&stats->forgotten_age, stats->evictions);
}
