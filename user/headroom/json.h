/* SPDX-License-Identifier: GPL-2.0 */
/* Convert statistics to JSON */
#ifndef JSON_H
#define JSON_H

#include <json-c/json.h>
#include "headroom.h"
#include "json_build.h"

/**
 * json_add_time - add time_ns, unix_ns and boot_id
 * @time: CLOCK_MONOTONIC, nanoseconds
 */
void json_add_time(struct json_object *object, uint64_t time);

/** json_add_pages - add a number of pages in bytes, rounded up; INFINITY becomes null */
void json_add_pages(struct json_object *object, const char *key, double pages,
		    uint32_t page_size);
/** json_add_extra - add extra_bytes, extra_low_bytes and extra_high_bytes */
void json_add_extra(struct json_object *object, const struct headroom_extra *extra,
		    uint32_t page_size);

/** json_add_counters - add the counters of a table, read from the structure at @base */
void json_add_counters(struct json_object *object, const struct headroom_counter *counter,
		       const void *base);
struct json_object *json_histogram(const struct headroom_histogram *hist);
/** json_stats - convert statistics; @details adds pages, histograms and sample groups */
struct json_object *json_stats(const struct headroom_stats *stats, bool details);
struct json_object *json_target(const struct headroom_target *target);
/**
 * json_print_line - print @object on a line of its own, and free it
 *
 * Return: 0, or -ENOMEM if a part of @object is missing.
 */
int json_print_line(struct json_object *object);

#endif /* JSON_H */
