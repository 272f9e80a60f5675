/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Families from the library's tables of counters, so that a new counter appears by itself
 *
 * A name is made of a prefix, the counter's name and its unit: "stall_total" in ns becomes
 * headroom_stall_seconds, "evictions" in pages headroom_evictions_pages. A unit that only repeats
 * what is counted, such as "stalls", is no part of the name.
 *
 * Time is in seconds. Pages remain pages, although bytes are the base unit of memory: what is
 * counted are events, one for each page, as in memory.stat and /proc/vmstat, and their rate is what
 * is compared. headroom_module_page_size_bytes converts them. Amounts of memory are in bytes.
 */
#ifndef METRICS_SET_H
#define METRICS_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "exposition.h"
#include "headroom.h"

/**
 * struct metrics_set - a family for each of some counters of a structure
 * @nr: number of counters
 * @entry: the counters, and the family of each
 */
struct metrics_set {
	size_t nr;
	struct metrics_set_entry {
		const struct headroom_counter *counter;
		size_t family;
	} *entry;
};

/**
 * metrics_set_add - add families for the counters of a structure
 * @prefix: such as "headroom_"
 * @has: selects counters; NULL for all
 */
void metrics_set_add(struct metrics_set *set, struct exposition *e, enum headroom_counters_of of,
		     const char *prefix, bool (*has)(const struct headroom_counter *counter));
/** metrics_set_clear - free what was added */
void metrics_set_clear(struct metrics_set *set);
/**
 * metrics_set_put - a sample of each counter
 * @base: the structure that has them
 */
void metrics_set_put(const struct metrics_set *set, struct exposition *e, const char *labels,
		     const void *base);
/** metrics_set_put_value - a sample of one counter, with another value */
void metrics_set_put_value(const struct metrics_set *set, struct exposition *e, size_t i,
			   const char *labels, uint64_t value);

#endif /* METRICS_SET_H */
