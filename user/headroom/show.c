// SPDX-License-Identifier: GPL-2.0
/* headroom show - all about one cgroup */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "counters.h"
#include "interval.h"
#include "json.h"
#include "options.h"
#include "text.h"

/* What to print: a cgroup's activity, and what its numbers need */
struct page {
	const struct activity *activity;
	const struct interval *interval;
	uint32_t page_size;
};

static struct text label_distance(uint64_t pages, uint32_t page_size)
{
	struct text text;

	snprintf(text.s, sizeof(text.s), "%10" PRIu64 " %10.10s", pages,
		 text_bytes((double)pages * page_size).s);
	return text;
}

static struct text label_latency(uint64_t ns, uint32_t page_size)
{
	struct text text;

	(void)page_size;
	snprintf(text.s, sizeof(text.s), "%10.10s", text_ns(ns).s);
	return text;
}

/* "refaults shared" for "refaults_shared" */
static struct text in_words(const char *name)
{
	struct text words;

	snprintf(words.s, sizeof(words.s), "%s", name);
	for (char *c = words.s; *c; c++)
		if (*c == '_')
			*c = ' ';
	return words;
}

static void print_counters(const struct page *page, const struct headroom_stats *stats)
{
	const struct headroom_counter *counter;
	uint64_t value;

	for (counter = headroom_stats_counters; counter->name; counter++) {
		value = headroom_counter_get(counter, stats);
		printf("  %-18s %10" PRIu64 " %s", in_words(counter->name).s, value,
		       counter->unit);
		if (strcmp(counter->unit, "pages") == 0)
			printf("  %s", text_bytes((double)value * page->page_size).s);
		if (page->interval->seconds > 0)
			printf("  %s/s", text_number(value / page->interval->seconds).s);
		putchar('\n');
	}
}

static void print_distances(const struct page *page, const struct headroom_stats *stats,
			    uint64_t extra)
{
	const struct axis axis = {
		.heading = "     PAGES     MEMORY",
		.label = label_distance,
		.counted = "  REFAULTS",
		.page_size = page->page_size,
	};
	static const double share[] = { 0.5, 0.9, 0.99 };
	const struct headroom_histogram *hist = &stats->refault_distance;
	uint64_t pages;

	if (!headroom_histogram_count(hist))
		return;
	printf("  %-18s %10" PRIu64 " pages  %s would save %.0f %% of the refaults\n",
	       "extra memory", extra, text_bytes((double)extra * page->page_size).s,
	       SAVED_SHARE * 100);
	printf("  %-18s", "refault distance");
	for (size_t i = 0; i < sizeof(share) / sizeof(share[0]); i++) {
		pages = headroom_histogram_quantile(hist, share[i]);
		printf("%s p%.0f %" PRIu64, i ? "," : "", share[i] * 100, pages);
	}
	puts(" evictions");
	text_histogram(hist, &axis);
}

static void print_stall(const struct headroom_stall *stall, const char *name)
{
	const struct axis axis = {
		.heading = "   LATENCY",
		.label = label_latency,
		.counted = "    STALLS",
	};

	if (!stall->count) {
		printf("  %-18s no stalls\n", in_words(name).s);
		return;
	}
	printf("  %-18s %" PRIu64 " stalls, %s in all, longest since load %s\n",
	       in_words(name).s, stall->count, text_ns(stall->total).s,
	       text_ns(stall->longest).s);
	printf("  %-18s p50 %s, p90 %s, p99 %s\n", "",
	       text_ns(headroom_histogram_quantile(&stall->latency, 0.5)).s,
	       text_ns(headroom_histogram_quantile(&stall->latency, 0.9)).s,
	       text_ns(headroom_histogram_quantile(&stall->latency, 0.99)).s);
	text_histogram(&stall->latency, &axis);
}

static void print_stats(const struct page *page, const char *heading,
			const struct headroom_stats *stats, uint64_t extra)
{
	putchar('\n');
	text_heading(heading);
	print_counters(page, stats);
	print_distances(page, stats, extra);
	for (int cause = 1; cause < HEADROOM_STALL_CAUSES; cause++)
		print_stall(&stats->stall[cause], headroom_stall_cause_name(cause));
}

static bool same_counters(const struct headroom_counter *counter, const void *a, const void *b)
{
	for (; counter->name; counter++)
		if (headroom_counter_get(counter, a) != headroom_counter_get(counter, b))
			return false;
	return true;
}

/* A cgroup that never had children need not be printed twice. */
static bool same_stats(const struct headroom_stats *a, const struct headroom_stats *b)
{
	if (!same_counters(headroom_stats_counters, a, b))
		return false;
	for (int cause = 1; cause < HEADROOM_STALL_CAUSES; cause++)
		if (!same_counters(headroom_stall_counters, &a->stall[cause], &b->stall[cause]))
			return false;
	return true;
}

static void print_text(const struct page *page)
{
	const struct activity *activity = page->activity;
	char *name = text_name(activity->cgroup->path);
	char *heading;

	if (asprintf(&heading, "%s (id %" PRIu64 ")", name, activity->cgroup->id) < 0)
		out_of_memory();
	text_heading(heading);
	if (page->interval->seconds > 0)
		printf("in %.2f s\n", page->interval->seconds);
	else
		puts("since the module was loaded");
	if (same_stats(&activity->subtree, &activity->local)) {
		print_stats(page, "local and subtree", &activity->local, activity->extra_local);
	} else {
		print_stats(page, "local: its own tasks and pages", &activity->local,
			    activity->extra_local);
		print_stats(page, "subtree: the cgroup and all below it", &activity->subtree,
			    activity->extra_subtree);
	}
	free(heading);
	free(name);
}

static struct json_object *json_scope(const struct page *page, const struct headroom_stats *stats,
				      uint64_t extra)
{
	struct json_object *object = json_stats(stats, true);

	json_add_uint(object, "extra_bytes", extra * page->page_size);
	return object;
}

static void print_json(const struct page *page)
{
	const struct activity *activity = page->activity;
	struct json_object *object = json_new_object();

	json_add_uint(object, "id", activity->cgroup->id);
	json_add_uint(object, "parent_id", activity->cgroup->parent_id);
	json_add_text(object, "path", activity->cgroup->path);
	if (page->interval->seconds > 0)
		json_add_number(object, "interval_s", page->interval->seconds);
	json_add_bool(object, "consistent", page->interval->consistent);
	json_add_uint(object, "page_size", page->page_size);
	json_add(object, "local", json_scope(page, &activity->local, activity->extra_local));
	json_add(object, "subtree", json_scope(page, &activity->subtree, activity->extra_subtree));
	json_print_line(object);
}

static const struct activity *find_activity(const struct interval *interval, uint64_t id)
{
	for (size_t i = 0; i < interval->nr; i++)
		if (interval->activity[i].cgroup->id == id)
			return &interval->activity[i];
	return NULL;
}

/* The kernel has the words for why a cgroup is not among all of them. */
static int say_missing(struct headroom *h, uint64_t id, const char *name)
{
	struct headroom_cgroup *cgroup;
	int err = headroom_cgroup_get(h, id, &cgroup);

	headroom_cgroup_free(cgroup);
	if (err < 0 && err != -ENOENT)
		return say_failure(h, err);
	fprintf(stderr, "headroom: %s: %s\n", name, err ? headroom_error(h) :
		"the cgroup came or went while it was read");
	return EXIT_FAILED;
}

static int print_snapshots(struct headroom *h, const struct headroom_snapshot *now,
			   const struct headroom_snapshot *before, uint64_t id, const char *name,
			   uint32_t page_size, bool json)
{
	struct interval *interval = interval_new(now, before);
	struct page page = {
		.activity = find_activity(interval, id),
		.interval = interval,
		.page_size = page_size,
	};
	int code = EXIT_DONE;

	if (!page.activity || !page.activity->cgroup->path)
		code = say_missing(h, id, name);
	else if (json)
		print_json(&page);
	else
		print_text(&page);
	interval_free(interval);
	return code;
}

static void sleep_seconds(double seconds)
{
	struct timespec rest = { .tv_sec = seconds };

	rest.tv_nsec = (seconds - rest.tv_sec) * 1e9;
	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &rest, &rest) == EINTR)
		;
}

static int show(struct headroom *h, const char *name, double seconds, bool json)
{
	struct headroom_snapshot *now = NULL, *before = NULL;
	struct headroom_status *status;
	uint32_t page_size;
	uint64_t id;
	int err, code;

	err = headroom_status_get(h, &status);
	if (err < 0)
		return say_failure(h, err);
	page_size = status->page_size;
	headroom_status_free(status);
	err = headroom_cgroup_id(h, name, &id);
	if (!err && seconds > 0) {
		err = headroom_snapshot_take(h, &before);
		if (!err)
			sleep_seconds(seconds);
	}
	if (!err)
		err = headroom_snapshot_take(h, &now);
	if (err < 0)
		code = say_failure(h, err);
	else
		code = print_snapshots(h, now, before, id, name, page_size, json);
	headroom_snapshot_free(before);
	headroom_snapshot_free(now);
	return code;
}

static int run(const struct command *command, int argc, char **argv)
{
	const char *name = NULL;
	double seconds = 0;
	bool json = false;
	const struct option options[] = {
		{ "CGROUP", OPTION_OPERAND, NULL, "the cgroup: a path or an id", &name },
		{ "--interval", OPTION_SECONDS, "SECONDS",
		  "measure so long, instead of all since the module was loaded", &seconds },
		{ "--json", OPTION_FLAG, NULL, "print one JSON object", &json },
		{ 0 }
	};
	struct headroom *h;
	int code;

	if (!parse_options(command, options, argc, argv, &code))
		return code;
	code = open_module(&h);
	if (!code)
		code = show(h, name, seconds, json);
	headroom_close(h);
	return code;
}

const struct command show_command = {
	.name = "show",
	.operands = "CGROUP",
	.summary = "all about one cgroup, with histograms",
	.run = run,
};
