// SPDX-License-Identifier: GPL-2.0
/* headroom list - compare cgroups by rates over an interval */

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "failure.h"
#include "interval.h"
#include "json.h"
#include "options.h"
#include "order.h"
#include "repeat.h"
#include "source.h"
#include "text.h"

/* Options of the command line */
static struct {
	struct repeat repeat;
	struct choice order;
	const char *subtree;
	uint64_t subtree_id;
	bool all;
	uint32_t page_size;
	uint32_t sample_shift;
} view = {
	.repeat = { .seconds = 1, .count = 1, .differences = true },
	.order = { order_name, BY_STALL },
};

/* The cgroups to show, sorted */
struct rows {
	size_t nr;
	size_t idle;
	const struct activity **row;
};

static int compare_rows(const void *left, const void *right)
{
	struct measure a = order_measure(*(const struct activity *const *)left);
	struct measure b = order_measure(*(const struct activity *const *)right);

	return order_compare(&a, &b, view.order.chosen);
}

static int select_rows(const struct headroom_snapshot *now,
		       const struct interval *interval, struct rows *rows)
{
	const struct activity *activity;

	rows->row = calloc(interval->nr ? interval->nr : 1, sizeof(*rows->row));
	if (!rows->row)
		return -ENOMEM;
	for (size_t i = 0; i < interval->nr; i++) {
		activity = &interval->activity[i];
		/* no path: the cgroup was removed */
		if (!activity->cgroup->path)
			continue;
		/* an older module ignores the filter */
		if (view.subtree && !is_in_subtree(now, activity->cgroup->id, view.subtree_id))
			continue;
		if (!view.all && is_idle(&activity->subtree))
			rows->idle++;
		else
			rows->row[rows->nr++] = activity;
	}
	qsort(rows->row, rows->nr, sizeof(*rows->row), compare_rows);
	return 0;
}

static double percent(uint64_t ns, double seconds)
{
	return ns / 1e9 / seconds * 100;
}

/* Columns of causes, grouped by remedy; each list is terminated by 0 */
static const struct {
	const char *heading;
	enum headroom_stall_cause cause[3];
} columns_of_stalls[] = {
	{ "RECLAIM%", { HEADROOM_STALL_CAUSE_DIRECT_RECLAIM, HEADROOM_STALL_CAUSE_MEMCG_RECLAIM } },
	{ "HIGH%", { HEADROOM_STALL_CAUSE_MEMORY_HIGH_RECLAIM,
		     HEADROOM_STALL_CAUSE_MEMORY_HIGH_THROTTLE } },
	{ "READ%", { HEADROOM_STALL_CAUSE_REFAULT, HEADROOM_STALL_CAUSE_SWAP_IN } },
};

#define NR_STALL_COLUMNS	(sizeof(columns_of_stalls) / sizeof(columns_of_stalls[0]))

/* Columns this wide leave 20 of 80 for the name. */
static int column_width(const char *heading)
{
	size_t width = strlen(heading);

	return width > 6 ? width : 6;
}

static int format_stalls(char *line, size_t size, const struct headroom_stats *stats,
			 double seconds)
{
	uint64_t ns;
	int len;

	len = snprintf(line, size, " %6s", stats ?
		       text_number(percent(stats->stall_total, seconds)).s : "STALL%");
	for (size_t i = 0; i < NR_STALL_COLUMNS; i++) {
		const char *heading = columns_of_stalls[i].heading;
		const enum headroom_stall_cause *cause = columns_of_stalls[i].cause;

		for (ns = 0; stats && *cause; cause++)
			ns += headroom_stats_stall(stats, *cause)->total;
		len += snprintf(line + len, size - len, " %*s", column_width(heading), stats ?
				text_number(percent(ns, seconds)).s : heading);
	}
	return len;
}

/* Format the columns after the name; without @activity, their headings. */
static int format_columns(char *line, size_t size, const struct activity *activity,
			  double seconds)
{
	const struct headroom_stats *stats = activity ? &activity->subtree : NULL;
	int len = format_stalls(line, size, stats, seconds);

	len += snprintf(line + len, size - len, " %9s", stats ?
			text_number(stats->refaults / seconds).s : "REFAULT/s");
	len += snprintf(line + len, size - len, " %8s", stats ?
			text_number(stats->evictions / seconds).s : "EVICT/s");
	len += snprintf(line + len, size - len, " %10s", !stats ? "EXTRA" :
			text_extra(&activity->extra_subtree, view.page_size).s);
	return len;
}

/*
 * Format the names of all rows; on a terminal, shorten them so that lines do not wrap.
 * @width is the width of the longest.
 */
static int format_names(const struct rows *rows, size_t columns, char **name, size_t *width)
{
	size_t limit = terminal_columns();

	limit = limit > columns + 20 ? limit - columns : 20;
	*width = strlen("CGROUP");
	for (size_t i = 0; i < rows->nr; i++) {
		name[i] = text_name(rows->row[i]->cgroup->path);
		if (!name[i])
			return -ENOMEM;
		if (isatty(STDOUT_FILENO))
			text_shorten(name[i], limit);
		if (text_columns(name[i]) > *width)
			*width = text_columns(name[i]);
	}
	return 0;
}

static int print_rows(const struct interval *interval,
		      const struct rows *rows, char **name)
{
	char columns[256], *heading;
	size_t width;
	int len = format_columns(columns, sizeof(columns), NULL, 0);
	int err = format_names(rows, len, name, &width);

	if (err < 0)
		return err;
	if (asprintf(&heading, "%-*s%s", (int)width, "CGROUP", columns) < 0)
		return -ENOMEM;
	text_heading(heading);
	free(heading);
	for (size_t i = 0; i < rows->nr; i++) {
		format_columns(columns, sizeof(columns), rows->row[i], interval->seconds);
		printf("%s%*s%s\n", name[i], (int)(width - text_columns(name[i])), "", columns);
	}
	return 0;
}

static int print_table(const struct interval *interval,
		       const struct rows *rows)
{
	char **name = calloc(rows->nr ? rows->nr : 1, sizeof(*name));
	int err = name ? print_rows(interval, rows, name) : -ENOMEM;

	for (size_t i = 0; name && i < rows->nr; i++)
		free(name[i]);
	free(name);
	if (err < 0)
		return err;
	if (rows->idle)
		printf("%zu idle cgroup%s not shown\n", rows->idle, rows->idle > 1 ? "s" : "");
	if (!interval->consistent)
		puts("cgroups were created or removed during the read: some may be missing");
	return 0;
}

static void add_extra(struct json_object *object, const struct headroom_extra *extra)
{
	json_add_pages(object, "extra_bytes", extra->value, view.page_size);
	json_add_pages(object, "extra_low_bytes", extra->low, view.page_size);
	json_add_pages(object, "extra_high_bytes", extra->high, view.page_size);
}

static int print_lines(const struct headroom_snapshot *now,
			const struct interval *interval, const struct rows *rows)
{
	const struct activity *activity;
	struct json_object *object;
	int err = 0;

	for (size_t i = 0; !err && i < rows->nr; i++) {
		activity = rows->row[i];
		object = json_new_object();
		json_add_time(object, now->time);
		json_add_number(object, "interval_s", interval->seconds);
		json_add_bool(object, "consistent", interval->consistent);
		json_add_uint(object, "id", activity->cgroup->id);
		json_add_uint(object, "parent_id", activity->cgroup->parent_id);
		json_add_text(object, "path", activity->cgroup->path);
		json_add_number(object, "stall_percent",
				percent(activity->subtree.stall_total, interval->seconds));
		json_add_number(object, "refaults_per_s",
				activity->subtree.refaults / interval->seconds);
		json_add_number(object, "evictions_per_s",
				activity->subtree.evictions / interval->seconds);
		json_add_number(object, "psi_some_percent", activity->cgroup->psi ?
				percent(activity->psi_some, interval->seconds) : NAN);
		add_extra(object, &activity->extra_subtree);
		json_add(object, "local", json_stats(&activity->local, false));
		json_add(object, "subtree", json_stats(&activity->subtree, false));
		err = json_print_line(object);
	}
	return err;
}

static int print_reading(struct headroom *h, void *now, void *before)
{
	struct rows rows = { 0 };
	struct interval *interval;
	int err = interval_new(now, before, view.sample_shift, &interval);

	(void)h;
	if (!err)
		err = select_rows(now, interval, &rows);
	if (!err)
		err = view.repeat.json ? print_lines(now, interval, &rows) :
				   print_table(interval, &rows);
	free(rows.row);
	interval_free(interval);
	return err;
}

static int take(struct headroom *h, void **reading, uint64_t *time)
{
	/*
	 * Leave out details that are not used: the module formats them at a cost. Those of the
	 * pages include the groups of sampled ones.
	 */
	const struct headroom_filter filter = {
		.ancestor = view.subtree_id,
		.omit = (view.sample_shift ? 0 : HEADROOM_DETAIL_PAGES) | HEADROOM_DETAIL_TARGET,
	};
	struct headroom_snapshot *snapshot;
	int err = source_snapshot_take(h, &filter, &snapshot);

	if (err < 0)
		return err;
	*reading = snapshot;
	*time = snapshot->time;
	return 0;
}

static void free_reading(void *reading)
{
	headroom_snapshot_free(reading);
}

static int prepare_view(struct headroom *h)
{
	struct headroom_status *status;
	int err;

	err = source_status_get(h, &status);
	if (err < 0)
		return say_failure(h, err);
	view.page_size = status->page_size;
	view.sample_shift = status->sample_shift;
	headroom_status_free(status);
	if (!view.subtree)
		return EXIT_DONE;
	err = source_cgroup_id(h, view.subtree, &view.subtree_id);
	return err < 0 ? say_failure(h, err) : EXIT_DONE;
}

static int list(struct headroom *h)
{
	static const struct repeat_ops ops = { take, print_reading, free_reading };
	int code = prepare_view(h);

	return code ? code : repeat_run(h, &view.repeat, &ops);
}

static const struct option options[] = {
	{ "--interval", OPTION_SECONDS, "TIME", "time to measure (1s)", &view.repeat.seconds },
	{ "--count", OPTION_COUNT, "N", "number of tables (1); 0: until interrupted",
	  &view.repeat.count },
	{ "--sort", OPTION_CHOICE, "KEY", "sort by KEY, largest first (stall)",
	  &view.order },
	{ "--subtree", OPTION_TEXT, "CGROUP", "only this cgroup and those below it",
	  &view.subtree },
	{ "--all", OPTION_FLAG, NULL, "include idle cgroups", &view.all },
	{ "--json", OPTION_FLAG, NULL, "print one JSON object per line and cgroup",
	  &view.repeat.json },
	{ 0 }
};

const struct command list_command = {
	.name = "list",
	.summary = "rates of refaults, evictions and stalls of all cgroups",
	.notes = "STALL% is the time in stalls of all causes. RECLAIM% is the part for direct reclaim\n"
		 "and memcg reclaim, HIGH% the part for reclaim and throttling at a memory.high, and\n"
		 "READ% the part for waits for refaults and swap-ins.\n",
	.options = options,
	.run = list,
	.replays = true,
};
