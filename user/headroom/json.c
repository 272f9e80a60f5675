// SPDX-License-Identifier: GPL-2.0
/* The same numbers as JSON: the keys are the names of the library's tables */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "counters.h"
#include "json.h"
#include "text.h"

static struct json_object *checked(struct json_object *value)
{
	if (!value)
		out_of_memory();
	return value;
}

struct json_object *json_new_object(void)
{
	return checked(json_object_new_object());
}

struct json_object *json_new_array(void)
{
	return checked(json_object_new_array());
}

void json_append(struct json_object *array, struct json_object *value)
{
	if (json_object_array_add(array, value) < 0)
		out_of_memory();
}

void json_add(struct json_object *object, const char *key, struct json_object *value)
{
	if (json_object_object_add_ex(object, key, value, JSON_C_OBJECT_KEY_IS_CONSTANT) < 0)
		out_of_memory();
}

void json_add_uint(struct json_object *object, const char *key, uint64_t value)
{
	json_add(object, key, checked(json_object_new_uint64(value)));
}

void json_add_bool(struct json_object *object, const char *key, bool value)
{
	json_add(object, key, checked(json_object_new_boolean(value)));
}

/* In as few digits as a reader needs to have the same value */
static void format_number(char *digits, size_t size, double value)
{
	if (value == trunc(value) && fabs(value) < 0x1p53) {
		snprintf(digits, size, "%.0f", value);
		return;
	}
	/* json-c itself would write 0.1 as 0.10000000000000001 */
	for (int precision = 15; precision <= 17; precision++) {
		snprintf(digits, size, "%.*g", precision, value);
		if (strtod(digits, NULL) == value)
			break;
	}
}

void json_add_number(struct json_object *object, const char *key, double value)
{
	char digits[32];

	if (!isfinite(value)) {
		json_add(object, key, NULL);
		return;
	}
	format_number(digits, sizeof(digits), value);
	json_add(object, key, checked(json_object_new_double_s(value, digits)));
}

void json_add_text(struct json_object *object, const char *key, const char *value)
{
	static const char replacement[] = "\xef\xbf\xbd";
	char *copy, *to;
	size_t len;

	if (!value) {
		json_add(object, key, NULL);
		return;
	}
	copy = malloc(strlen(replacement) * strlen(value) + 1);
	if (!copy)
		out_of_memory();
	for (to = copy; *value; value += len ? len : 1) {
		len = utf8_sequence(value);
		to = len ? mempcpy(to, value, len) : stpcpy(to, replacement);
	}
	*to = '\0';
	json_add(object, key, checked(json_object_new_string(copy)));
	free(copy);
}

struct json_object *json_histogram(const struct headroom_histogram *hist)
{
	struct json_object *array = json_new_array(), *bucket;

	for (size_t i = 0; i < hist->nr; i++) {
		bucket = json_new_object();
		json_add_uint(bucket, "low", hist->bucket[i].low);
		json_add_uint(bucket, "high", hist->bucket[i].high);
		json_add_uint(bucket, "count", hist->bucket[i].count);
		json_append(array, bucket);
	}
	return array;
}

void json_add_counters(struct json_object *object, const struct headroom_counter *counter,
		       const void *base)
{
	for (; counter->name; counter++)
		json_add_uint(object, counter->name, headroom_counter_get(counter, base));
}

/* {"file": {"own_limit": {"evictions": 3, "refaults": 2}, ...}, ...}: each is there */
static struct json_object *json_pages(const struct headroom_stats *stats)
{
	struct json_object *kinds = json_new_object(), *reasons, *pages;

	for (int kind = 1; kind < HEADROOM_PAGE_KINDS; kind++) {
		reasons = json_new_object();
		for (int reason = 1; reason < HEADROOM_REASONS; reason++) {
			pages = json_new_object();
			json_add_counters(pages, headroom_pages_counters,
					  &stats->pages[kind][reason]);
			json_add(reasons, headroom_reason_name(reason), pages);
		}
		json_add(kinds, headroom_page_kind_name(kind), reasons);
	}
	return kinds;
}

static struct json_object *json_groups(const struct headroom_stats *stats)
{
	struct json_object *groups = json_new_array(), *group;

	for (size_t i = 0; i < HEADROOM_SAMPLE_GROUPS; i++) {
		group = json_new_object();
		json_add_counters(group, headroom_group_counters, &stats->group[i]);
		json_append(groups, group);
	}
	return groups;
}

struct json_object *json_stats(const struct headroom_stats *stats, bool details)
{
	struct json_object *object = json_new_object(), *stalls = json_new_object(), *stall;

	json_add_counters(object, headroom_stats_counters, stats);
	if (details) {
		json_add(object, "pages", json_pages(stats));
		json_add(object, "refault_distance", json_histogram(&stats->refault_distance));
		json_add(object, "refault_age", json_histogram(&stats->refault_age));
		json_add(object, "sample_groups", json_groups(stats));
	}
	for (int cause = 1; cause < HEADROOM_STALL_CAUSES; cause++) {
		stall = json_new_object();
		json_add_counters(stall, headroom_stall_counters, &stats->stall[cause]);
		json_add_bool(stall, "in_total", headroom_stall_in_total(cause));
		if (details)
			json_add(stall, "latency", json_histogram(&stats->stall[cause].latency));
		json_add(stalls, headroom_stall_cause_name(cause), stall);
	}
	json_add(object, "stall", stalls);
	return object;
}

/* A reason without work has no lowest priority: null */
struct json_object *json_target(const struct headroom_target *target)
{
	struct json_object *object = json_new_object(), *reasons = json_new_object(), *reclaim;

	json_add_uint(object, "evictions", target->evictions);
	json_add(object, "distance", json_histogram(&target->distance));
	for (int reason = 1; reason < HEADROOM_REASONS; reason++) {
		const struct headroom_reclaim *work = &target->reclaim[reason];

		reclaim = json_new_object();
		json_add_counters(reclaim, headroom_reclaim_counters, work);
		json_add_number(reclaim, "lowest_priority",
				work->scanned ? work->lowest_priority : NAN);
		json_add(reasons, headroom_reason_name(reason), reclaim);
	}
	json_add(object, "reclaim", reasons);
	return object;
}

void json_print_line(struct json_object *object)
{
	const char *text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
							  JSON_C_TO_STRING_NOSLASHESCAPE);

	if (!text)
		out_of_memory();
	puts(text);
	json_object_put(object);
}
