/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * The lists behind headroom_counters()
 *
 * Internal to the library. Every counter is named once, in counters.c: the decoder finds its
 * member by the attribute, estimate.c subtracts what the lists have, and programs take
 * name, unit and meaning from them. A list ends with an entry without a name.
 */
#ifndef HEADROOM_COUNTERS_H
#define HEADROOM_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "headroom.h"

/** In struct headroom_stats */
extern const struct headroom_counter headroom_stats_counters[];
/** In struct headroom_pages, of one kind and reason */
extern const struct headroom_counter headroom_pages_counters[];
/** In struct headroom_group */
extern const struct headroom_counter headroom_group_counters[];
/** In struct headroom_stall */
extern const struct headroom_counter headroom_stall_counters[];
/** In struct headroom_target */
extern const struct headroom_counter headroom_target_counters[];
/** In struct headroom_reclaim, without lowest_priority, which is no counter */
extern const struct headroom_counter headroom_reclaim_counters[];
/** In struct headroom_evictor */
extern const struct headroom_counter headroom_evictor_counters[];
/** In struct headroom_cgroup itself */
extern const struct headroom_counter headroom_cgroup_counters[];
/** In struct headroom_status: what could not be recorded, by cause */
extern const struct headroom_counter headroom_dropped_counters[];

/** headroom_counter_get - value of @counter in the structure at @base */
static inline uint64_t headroom_counter_get(const struct headroom_counter *counter,
					    const void *base)
{
	return *(const uint64_t *)((const char *)base + counter->offset);
}

/** headroom_counter_set - set @counter in the structure at @base */
static inline void headroom_counter_set(const struct headroom_counter *counter,
					void *base, uint64_t value)
{
	*(uint64_t *)((char *)base + counter->offset) = value;
}

#endif /* HEADROOM_COUNTERS_H */
