// SPDX-License-Identifier: GPL-2.0
/* Convert statistics to JSON; the keys are the names in the library's tables */

#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "json.h"
#include "source.h"

void json_add_pages(struct json_object *object, const char *key, double pages,
		    uint32_t page_size)
{
	if (isfinite(pages))
		json_add_uint(object, key, ceil(pages) * page_size);
	else
		json_add_null(object, key);
}

void json_add_extra(struct json_object *object, const struct headroom_extra *extra,
		    uint32_t page_size)
{
	json_add_pages(object, "extra_bytes", extra->value, page_size);
	json_add_pages(object, "extra_low_bytes", extra->low, page_size);
	json_add_pages(object, "extra_high_bytes", extra->high, page_size);
}

void json_add_time(struct json_object *object, uint64_t time)
{
	json_add_uint(object, "time_ns", time);
	json_add_uint(object, "unix_ns", source_wall(time));
	json_add_text(object, "boot_id", source_boot_id());
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
		json_add_uint(object, counter->name, headroom_counter_value(counter, base));
}

static void add_pages(struct json_object *kinds, uint32_t kind, uint32_t reason,
		      const struct headroom_pages *from)
{
	struct json_object *pages = json_new_object(), *reasons;
	char label[HEADROOM_LABEL_SIZE];
	const char *key = headroom_page_kind_label(kind, label, sizeof(label));

	if (!json_object_object_get_ex(kinds, key, &reasons)) {
		json_add_copied(kinds, key, json_new_object());
		if (!json_object_object_get_ex(kinds, key, &reasons))
			reasons = NULL;
	}
	json_add_counters(pages, headroom_counters(HEADROOM_COUNTERS_PAGES), from);
	json_add_copied(reasons, headroom_reason_label(reason, label, sizeof(label)), pages);
	/* @reasons is a part of @kinds already, and spoils it only here */
	if (!json_is_whole(reasons))
		json_spoil(kinds);
}

/*
 * {"file": {"own_limit": {"evictions": 3, "refaults": 2}, ...}, ...}: all known ones,
 * then unknown ones that the module reported
 */
static struct json_object *json_pages(const struct headroom_stats *stats)
{
	struct json_object *kinds = json_new_object();
	const struct headroom_pages *pages;

	for (uint32_t kind = 1; kind < HEADROOM_PAGE_KINDS; kind++)
		for (uint32_t reason = 1; reason < HEADROOM_REASONS; reason++)
			add_pages(kinds, kind, reason, headroom_stats_pages(stats, kind, reason));
	for (size_t i = 0; i < stats->nr_pages; i++) {
		pages = &stats->pages[i];
		if (pages->kind >= HEADROOM_PAGE_KINDS || pages->reason >= HEADROOM_REASONS)
			add_pages(kinds, pages->kind, pages->reason, pages);
	}
	return kinds;
}

static struct json_object *json_groups(const struct headroom_stats *stats)
{
	static const struct headroom_group nothing;
	struct json_object *groups = json_new_array(), *group;

	for (size_t i = 0; i < HEADROOM_SAMPLE_GROUPS || i < stats->nr_groups; i++) {
		group = json_new_object();
		json_add_counters(group, headroom_counters(HEADROOM_COUNTERS_GROUP),
				  i < stats->nr_groups ? &stats->group[i] : &nothing);
		json_append(groups, group);
	}
	return groups;
}

static void add_stall(struct json_object *stalls, uint32_t cause,
		      const struct headroom_stall *from, bool details)
{
	struct json_object *stall = json_new_object();
	char label[HEADROOM_LABEL_SIZE];

	json_add_counters(stall, headroom_counters(HEADROOM_COUNTERS_STALL), from);
	json_add_bool(stall, "in_total", headroom_stall_in_total(cause));
	if (details)
		json_add(stall, "latency", json_histogram(&from->latency));
	json_add_copied(stalls, headroom_stall_cause_label(cause, label, sizeof(label)), stall);
}

/* All known causes, then unknown ones that the module reported */
static struct json_object *json_stalls(const struct headroom_stats *stats, bool details)
{
	struct json_object *stalls = json_new_object();

	for (uint32_t cause = 1; cause < HEADROOM_STALL_CAUSES; cause++)
		add_stall(stalls, cause, headroom_stats_stall(stats, cause), details);
	for (size_t i = 0; i < stats->nr_stalls; i++)
		if (stats->stall[i].cause >= HEADROOM_STALL_CAUSES)
			add_stall(stalls, stats->stall[i].cause, &stats->stall[i], details);
	return stalls;
}

/* A horizon; null where there is none */
static double bound(uint64_t horizon)
{
	return horizon == UINT64_MAX ? NAN : horizon;
}

struct json_object *json_stats(const struct headroom_stats *stats, bool details)
{
	struct json_object *object = json_new_object();

	json_add_counters(object, headroom_counters(HEADROOM_COUNTERS_STATS), stats);
	if (details) {
		json_add(object, "pages", json_pages(stats));
		json_add(object, "refault_distance", json_histogram(&stats->refault_distance));
		json_add(object, "refault_age", json_histogram(&stats->refault_age));
		json_add(object, "forgotten_distance", json_histogram(&stats->forgotten_distance));
		json_add(object, "forgotten_age", json_histogram(&stats->forgotten_age));
		json_add_number(object, "horizon_pages", bound(headroom_horizon(stats)));
		json_add_number(object, "horizon_age", bound(headroom_horizon_age(stats)));
		json_add(object, "sample_groups", json_groups(stats));
	}
	json_add(object, "stall", json_stalls(stats, details));
	return object;
}

/* Without scanned pages there is no lowest priority: null */
static void add_reclaim(struct json_object *reasons, uint32_t reason,
			const struct headroom_reclaim *work)
{
	struct json_object *reclaim = json_new_object();
	char label[HEADROOM_LABEL_SIZE];

	json_add_counters(reclaim, headroom_counters(HEADROOM_COUNTERS_RECLAIM), work);
	json_add_number(reclaim, "lowest_priority", work->scanned ? work->lowest_priority : NAN);
	json_add_copied(reasons, headroom_reason_label(reason, label, sizeof(label)), reclaim);
}

struct json_object *json_target(const struct headroom_target *target)
{
	struct json_object *object = json_new_object(), *reasons = json_new_object();

	json_add_uint(object, "evictions", target->evictions);
	json_add(object, "distance", json_histogram(&target->distance));
	for (uint32_t reason = 1; reason < HEADROOM_REASONS; reason++)
		add_reclaim(reasons, reason, headroom_target_reclaim(target, reason));
	for (size_t i = 0; i < target->nr_reclaim; i++)
		if (target->reclaim[i].reason >= HEADROOM_REASONS)
			add_reclaim(reasons, target->reclaim[i].reason, &target->reclaim[i]);
	json_add(object, "reclaim", reasons);
	return object;
}

int json_print_line(struct json_object *object)
{
	const char *text = json_text(object);

	if (text)
		puts(text);
	json_object_put(object);
	return text ? 0 : -ENOMEM;
}
