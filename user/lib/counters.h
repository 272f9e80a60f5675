/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Name, unit and meaning of each counter
 *
 * Each counter is listed once. The decoder finds its field by the attribute, deltas
 * subtract the counters of a table, and printers and exporters take name, unit and meaning
 * from it. A table ends with an entry without a name.
 */
#ifndef HEADROOM_COUNTERS_H
#define HEADROOM_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "headroom.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct headroom_counter - one uint64_t in a structure of headroom.h
 * @attr: its netlink attribute
 * @offset: its offset in the structure
 * @name: its name in JSON and exporters
 * @unit: unit of its value
 * @meaning: noun phrase for help texts
 */
struct headroom_counter {
	unsigned int attr;
	size_t offset;
	const char *name;
	const char *unit;
	const char *meaning;
};

/** In struct headroom_stats */
extern const struct headroom_counter headroom_stats_counters[];
/** In struct headroom_pages, of one kind and reason */
extern const struct headroom_counter headroom_pages_counters[];
/** In struct headroom_group */
extern const struct headroom_counter headroom_group_counters[];
/** In struct headroom_stall; includes longest, which is a maximum */
extern const struct headroom_counter headroom_stall_counters[];
/** In struct headroom_reclaim; without lowest_priority, which is not a counter */
extern const struct headroom_counter headroom_reclaim_counters[];
/** In struct headroom_evictor */
extern const struct headroom_counter headroom_evictor_counters[];
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

#ifdef __cplusplus
}
#endif

#endif /* HEADROOM_COUNTERS_H */
