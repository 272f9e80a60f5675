// SPDX-License-Identifier: GPL-2.0
/* headroom show - print all statistics of one cgroup */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup_find.h"
#include "command.h"
#include "failure.h"
#include "histogram.h"
#include "interval.h"
#include "json.h"
#include "options.h"
#include "repeat.h"
#include "source.h"
#include "stall_table.h"
#include "text.h"

/* The activity of a cgroup, and what is needed to print it */
struct page {
	const struct activity *activity;
	const struct interval *interval;
	uint32_t page_size;
	uint32_t sample_shift;
	bool tracked;	/* whether stalls are tracked */
};

static struct text label_distance(uint64_t pages, uint32_t page_size)
{
	struct text text;

	snprintf(text.s, sizeof(text.s), "%10" PRIu64 " %10.10s", pages,
		 quantity_bytes((double)pages * page_size).s);
	return text;
}

static struct text label_time(uint64_t ns, uint32_t page_size)
{
	struct text text;

	(void)page_size;
	snprintf(text.s, sizeof(text.s), "%10.10s", quantity_ns(ns).s);
	return text;
}

static void print_counters(const struct page *page, const struct headroom_stats *stats)
{
	const struct headroom_counter *counter;
	uint64_t value;

	for (counter = headroom_counters(HEADROOM_COUNTERS_STATS); counter->name; counter++) {
		/* print_stalls() prints the times */
		if (strcmp(counter->unit, "ns") == 0)
			continue;
		value = headroom_counter_value(counter, stats);
		printf("  %-18s %10" PRIu64 " %s", text_words(counter->name).s, value,
		       counter->unit);
		if (strcmp(counter->unit, "pages") == 0)
			printf("  %s", quantity_bytes((double)value * page->page_size).s);
		if (page->interval->seconds > 0)
			printf("  %s/s", text_number(value / page->interval->seconds).s);
		putchar('\n');
	}
}

/* Share of the evicted pages that were read again; NAN without evictions */
static double returned_percent(const struct headroom_stats *stats)
{
	return stats->evictions ? 100.0 * stats->returned / stats->evictions : NAN;
}

static void print_rates(const struct page *page, const struct headroom_stats *stats)
{
	struct headroom_estimate estimate;

	if (stats->evictions)
		printf("  %-18s %10.1f %% of the evicted pages were read again\n", "refault rate",
		       returned_percent(stats));
	if (!page->sample_shift)
		return;
	estimate = headroom_refaults_estimate(stats, page->sample_shift);
	printf("  %-18s %10.0f +/- %.0f, 95 %% interval %.0f to %.0f\n",
	       "refaults, estimate", estimate.value, estimate.error, estimate.low, estimate.high);
}

static void print_pages(const struct headroom_stats *stats)
{
	char kind[HEADROOM_LABEL_SIZE], reason[HEADROOM_LABEL_SIZE];
	const struct headroom_pages *pages;
	bool heading = false;

	for (size_t i = 0; i < stats->nr_pages; i++) {
		pages = &stats->pages[i];
		if (!pages->evictions && !pages->refaults)
			continue;
		if (!heading)
			puts("    KIND   EVICTED FOR      EVICTIONS   REFAULTS");
		heading = true;
		printf("    %-6s %-14s %11" PRIu64 " %10" PRIu64 "\n",
		       headroom_page_kind_label(pages->kind, kind, sizeof(kind)),
		       text_words(headroom_reason_label(pages->reason, reason, sizeof(reason))).s,
		       pages->evictions, pages->refaults);
	}
}

static void print_quantiles(const struct headroom_histogram *hist)
{
	printf("p50 %" PRIu64 ", p90 %" PRIu64 ", p99 %" PRIu64 " evictions\n",
	       headroom_histogram_quantile(hist, 0.5),
	       headroom_histogram_quantile(hist, 0.9),
	       headroom_histogram_quantile(hist, 0.99));
}

static void print_times(const struct headroom_histogram *hist)
{
	printf("p50 %s, p90 %s, p99 %s\n",
	       quantity_ns(headroom_histogram_quantile(hist, 0.5)).s,
	       quantity_ns(headroom_histogram_quantile(hist, 0.9)).s,
	       quantity_ns(headroom_histogram_quantile(hist, 0.99)).s);
}

static void print_extra(const struct page *page, const struct headroom_extra *extra)
{
	if (extra->high <= 0) {
		printf("  %-18s %10s so few refaults that more memory would gain little\n",
		       "extra memory", "-");
		return;
	}
	printf("  %-18s %10.0f pages  %s would save %.0f %% of the refaults\n", "extra memory",
	       ceil(extra->value), quantity_bytes(ceil(extra->value) * page->page_size).s,
	       SAVED_SHARE * 100);
	printf("  %-18s %10s to %s\n", "95 % interval",
	       quantity_bytes(extra->low * page->page_size).s, isfinite(extra->high) ?
	       quantity_bytes(extra->high * page->page_size).s : "beyond the horizon");
}

static void print_distances(const struct page *page, const struct headroom_stats *stats,
			    const struct headroom_extra *extra)
{
	const struct axis axis = {
		.heading = "     PAGES     MEMORY",
		.label = label_distance,
		.counted = "  REFAULTS",
		.page_size = page->page_size,
	};
	const struct headroom_histogram *hist = &stats->refault_distance;

	if (!headroom_histogram_count(hist))
		return;
	print_extra(page, extra);
	printf("  %-18s ", "refault distance");
	print_quantiles(hist);
	histogram_print(hist, &axis);
}

static void print_ages(const struct headroom_histogram *hist)
{
	const struct axis axis = {
		.heading = "       AGE",
		.label = label_time,
		.counted = "  REFAULTS",
	};

	if (!headroom_histogram_count(hist))
		return;
	printf("  %-18s ", "refault age");
	print_times(hist);
	histogram_print(hist, &axis);
}

/* Up to where refaults were recognised, if the nonresident table forgot pages */
static void print_horizon(const struct page *page, const struct headroom_stats *stats)
{
	uint64_t pages = headroom_horizon(stats), age = headroom_horizon_age(stats);

	if (pages == UINT64_MAX || age == UINT64_MAX)
		return;
	printf("  %-18s %10" PRIu64 " pages  %s, %s: few are missed\n", "horizon",
	       pages, quantity_bytes((double)pages * page->page_size).s, quantity_ns(age).s);
}

/* Share of PSI "some" that the stalls account for; NAN if unknown */
static double explained_percent(const struct page *page)
{
	const struct activity *activity = page->activity;

	/* PSI also counts the time before the module was loaded, the module does not */
	if (!page->interval->seconds || !activity->psi_some)
		return NAN;
	return 100.0 * activity->subtree.stall_total / activity->psi_some;
}

static void print_psi(const struct page *page)
{
	const struct activity *activity = page->activity;
	double explained = explained_percent(page);

	if (!activity->cgroup->psi)
		return;
	printf("  %-18s %10s", "PSI some", quantity_ns(activity->psi_some).s);
	if (!isnan(explained))
		printf("  %.1f %% explained by these stalls", explained);
	else if (!page->interval->seconds)
		printf("  since the cgroup was created");
	printf("\n  %-18s %10s\n", "PSI full", quantity_ns(activity->psi_full).s);
}

static void print_stalls(const struct page *page, const struct headroom_stats *stats)
{
	double seconds = page->interval->seconds;

	printf("  %-18s %10s", "stalled", quantity_ns(stats->stall_total).s);
	if (seconds > 0)
		printf("  %s %% of the time",
		       text_number(stats->stall_total / 1e9 / seconds * 100).s);
	if (!page->tracked)
		printf("  stalls are not tracked");
	putchar('\n');
	/* memory.pressure covers the subtree */
	if (stats == &page->activity->subtree)
		print_psi(page);
	stall_table_print(stats);
}

static void print_stats(const struct page *page, const char *heading,
			const struct headroom_stats *stats, const struct headroom_extra *extra)
{
	putchar('\n');
	text_heading(heading);
	print_counters(page, stats);
	print_rates(page, stats);
	print_pages(stats);
	print_distances(page, stats, extra);
	print_ages(&stats->refault_age);
	print_horizon(page, stats);
	print_stalls(page, stats);
}

static void print_reclaim(const struct headroom_reclaim *reclaim, const char *reason)
{
	printf("    %-14s %11" PRIu64 " %11" PRIu64 " %6.1f %% %15" PRIu32 "\n",
	       text_words(reason).s, reclaim->scanned, reclaim->reclaimed,
	       100.0 * reclaim->reclaimed / reclaim->scanned, reclaim->lowest_priority);
}

/*
 * The lowest priority shows how hard reclaim had to try: it starts at 12, scanning a small
 * part of the LRU lists, and goes down to 0, scanning all of them.
 */
static void print_target(const struct page *page, const struct headroom_target *target)
{
	char label[HEADROOM_LABEL_SIZE];
	bool heading = false;

	putchar('\n');
	text_heading("target: reclaim from the cgroup and all below it, as one pool of memory");
	printf("  %-18s %10" PRIu64 " pages  %s\n", "evictions", target->evictions,
	       quantity_bytes((double)target->evictions * page->page_size).s);
	if (headroom_histogram_count(&target->distance)) {
		printf("  %-18s ", "refault distance");
		print_quantiles(&target->distance);
	}
	for (size_t i = 0; i < target->nr_reclaim; i++) {
		const struct headroom_reclaim *reclaim = &target->reclaim[i];

		if (!reclaim->scanned)
			continue;
		if (!heading)
			puts("    RECLAIM FOR        SCANNED   RECLAIMED    SHARE LOWEST PRIORITY");
		heading = true;
		print_reclaim(reclaim,
			      headroom_reason_label(reclaim->reason, label, sizeof(label)));
	}
}

static bool same_counters(const struct headroom_counter *counter, const void *a, const void *b)
{
	for (; counter->name; counter++)
		if (headroom_counter_value(counter, a) != headroom_counter_value(counter, b))
			return false;
	return true;
}

/* Without children, local and subtree are equal and are printed once. */
static bool same_stats(const struct headroom_stats *a, const struct headroom_stats *b)
{
	if (!same_counters(headroom_counters(HEADROOM_COUNTERS_STATS), a, b))
		return false;
	if (a->nr_stalls != b->nr_stalls)
		return false;
	for (size_t i = 0; i < a->nr_stalls; i++)
		if (a->stall[i].cause != b->stall[i].cause ||
		    !same_counters(headroom_counters(HEADROOM_COUNTERS_STALL), &a->stall[i], &b->stall[i]))
			return false;
	return true;
}

static int print_text(const struct page *page)
{
	const struct activity *activity = page->activity;
	int err = text_cgroup_heading(activity->cgroup->path, activity->cgroup->id);

	if (err < 0)
		return err;
	if (page->interval->seconds > 0)
		printf("in %.2f s\n", page->interval->seconds);
	else
		puts("since the module was loaded");
	if (same_stats(&activity->subtree, &activity->local)) {
		print_stats(page, "local and subtree", &activity->subtree,
			    &activity->extra_subtree);
	} else {
		print_stats(page, "local: its own tasks and pages", &activity->local,
			    &activity->extra_local);
		print_stats(page, "subtree: the cgroup and all below it", &activity->subtree,
			    &activity->extra_subtree);
	}
	print_target(page, &activity->target);
	return 0;
}

static struct json_object *json_scope(const struct page *page, const struct headroom_stats *stats,
				      const struct headroom_extra *extra)
{
	struct headroom_estimate estimate = headroom_refaults_estimate(stats, page->sample_shift);
	struct json_object *object = json_stats(stats, true), *refaults = json_new_object();

	json_add_extra(object, extra, page->page_size);
	if (page->interval->seconds > 0)
		json_add_number(object, "refaults_per_s",
				stats->refaults / page->interval->seconds);
	json_add_number(object, "returned_percent", returned_percent(stats));
	json_add_number(refaults, "value", estimate.value);
	json_add_number(refaults, "error", estimate.error);
	json_add_number(refaults, "low", estimate.low);
	json_add_number(refaults, "high", estimate.high);
	json_add(object, "refaults_estimate", refaults);
	return object;
}

static void json_add_psi(struct json_object *object, const struct page *page)
{
	const struct activity *activity = page->activity;

	if (activity->cgroup->psi) {
		json_add_uint(object, "psi_some", activity->psi_some);
		json_add_uint(object, "psi_full", activity->psi_full);
	} else {
		json_add_null(object, "psi_some");
		json_add_null(object, "psi_full");
	}
	json_add_number(object, "explained_percent", explained_percent(page));
}

static int print_json(const struct page *page)
{
	const struct activity *activity = page->activity;
	struct json_object *object = json_new_object();

	json_add_time(object, page->interval->time);
	json_add_uint(object, "id", activity->cgroup->id);
	json_add_uint(object, "parent_id", activity->cgroup->parent_id);
	json_add_text(object, "path", activity->cgroup->path);
	if (page->interval->seconds > 0)
		json_add_number(object, "interval_s", page->interval->seconds);
	json_add_bool(object, "consistent", page->interval->consistent);
	json_add_uint(object, "page_size", page->page_size);
	json_add_uint(object, "sample_shift", page->sample_shift);
	json_add(object, "local", json_scope(page, &activity->local, &activity->extra_local));
	json_add(object, "subtree", json_scope(page, &activity->subtree, &activity->extra_subtree));
	json_add(object, "target", json_target(&activity->target));
	json_add_bool(object, "stalls_tracked", page->tracked);
	json_add_psi(object, page);
	return json_print_line(object);
}

static const struct activity *find_activity(const struct interval *interval, uint64_t id)
{
	for (size_t i = 0; i < interval->nr; i++)
		if (interval->activity[i].cgroup->id == id)
			return &interval->activity[i];
	return NULL;
}

/* The cgroup is not in the snapshot: ask for it alone, and print why the module refuses. */
static int say_missing(struct headroom *h, uint64_t id, const char *name)
{
	struct headroom_cgroup *cgroup;
	int err = source_cgroup_get(h, id, &cgroup);

	source_cgroup_free(cgroup);
	if (err < 0 && err != -ENOENT)
		return say_failure(h, err);
	fprintf(stderr, "headroom: %s: %s\n", name, err ? source_error(h) :
		"the cgroup was created or removed during the read");
	return EXIT_FAILED;
}

/*
 * Make the kernel update the PSI totals of a cgroup by reading its memory.pressure. The
 * module can only read the last result. If the file cannot be read, the totals are up to
 * two seconds old. Returns 0 or -ENOMEM.
 */
static int refresh_psi(struct headroom *h, uint64_t id)
{
	const char *root = source_is_live() ? headroom_cgroup_root(h) : NULL;
	char *path, *file = NULL, pressure[256];
	ssize_t len;
	int fd, err;

	if (!root)
		return 0;
	err = headroom_cgroup_path(h, id, &path);
	if (err < 0)
		return err == -ENOMEM ? err : 0;
	len = asprintf(&file, "%s%s/memory.pressure", root, path);
	free(path);
	if (len < 0)
		return -ENOMEM;
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		len = read(fd, pressure, sizeof(pressure));
		(void)len;
		close(fd);
	}
	free(file);
	return 0;
}

/* Options of the command line, and what they refer to */
static struct {
	const char *name;
	uint64_t id;
	struct page page;
	struct repeat repeat;	/* seconds is 0 for since the module was loaded */
} request = { .repeat.count = 1 };

static int take(struct headroom *h, void **reading, uint64_t *time)
{
	/* the extra memory of a subtree is the sum over its cgroups */
	const struct headroom_filter filter = { .ancestor = request.id };
	struct headroom_snapshot *snapshot;
	int err = refresh_psi(h, request.id);

	if (!err)
		err = source_snapshot_take(h, &filter, &snapshot);
	if (err == -ENOENT)
		return say_missing(h, request.id, request.name);
	if (err < 0)
		return err;
	*reading = snapshot;
	*time = snapshot->time;
	return EXIT_DONE;
}

static int print_interval(struct headroom *h, const struct interval *interval)
{
	struct page page = request.page;

	page.activity = find_activity(interval, request.id);
	page.interval = interval;
	if (!page.activity || !page.activity->cgroup->path)
		return say_missing(h, request.id, request.name);
	return request.repeat.json ? print_json(&page) : print_text(&page);
}

static int print_reading(struct headroom *h, void *now, void *before)
{
	struct interval *interval;
	int err = interval_new(now, before, request.page.sample_shift, &interval);

	if (!err)
		err = print_interval(h, interval);
	interval_free(interval);
	return err;
}

static void free_reading(void *reading)
{
	headroom_snapshot_free(reading);
}

static int prepare_page(struct headroom *h, struct page *page)
{
	struct headroom_status *status;
	int err = source_status_get(h, &status);

	if (err < 0)
		return err;
	*page = (struct page){
		.page_size = status->page_size,
		.sample_shift = status->sample_shift,
		.tracked = status->stalls,
	};
	headroom_status_free(status);
	return 0;
}

static int show(struct headroom *h)
{
	static const struct repeat_ops ops = { take, print_reading, free_reading };
	int err = prepare_page(h, &request.page), code;

	request.repeat.differences = request.repeat.seconds > 0;
	if (err < 0)
		return say_failure(h, err);
	code = cgroup_find(h, request.name, &request.id);
	return code ? code : repeat_run(h, &request.repeat, &ops);
}

static const struct option options[] = {
	{ "CGROUP", OPTION_OPERAND, NULL, "path, name or id of the cgroup", &request.name },
	PROCESS_OPTIONS(&request.name),
	{ "--interval", OPTION_SECONDS, "TIME",
	  "measure for TIME instead of since the module was loaded",
	  &request.repeat.seconds },
	{ "--count", OPTION_COUNT, "N", "number of measurements (1); 0: until interrupted",
	  &request.repeat.count },
	{ "--json", OPTION_FLAG, NULL, "print one JSON object per line",
	  &request.repeat.json },
	{ 0 }
};

static int check(const struct command *command)
{
	return repeat_check(command, &request.repeat);
}

const struct command show_command = {
	.name = "show",
	.summary = "all statistics of one cgroup, with histograms",
	.notes = "LONGEST is since the module was loaded. PSI is the kernel's own memory.pressure: the\n"
		 "time in which at least one task was stalled (some), or all were (full). Stalls of\n"
		 "several tasks add up, so they can explain more than 100 % of it.\n",
	.options = options,
	.check = check,
	.run = show,
	.replays = true,
};
