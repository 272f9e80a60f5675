// SPDX-License-Identifier: GPL-2.0
/* headroom list - compare cgroups by rates over an interval, and by their memory */

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blame_sum.h"
#include "cgroup_find.h"
#include "column.h"
#include "command.h"
#include "failure.h"
#include "interval.h"
#include "json.h"
#include "options.h"
#include "repeat.h"
#include "row_line.h"
#include "row_read.h"
#include "rows.h"
#include "source.h"
#include "text.h"

/* Names are shortened on a terminal only. */
#define ANY_WIDTH	16384

/* Options of the command line */
static struct {
	struct repeat repeat;
	struct choice order;
	struct column_set columns;
	const char *subtree;
	uint64_t subtree_id;
	unsigned long limit;
	bool tree;
	bool no_legend;
	bool all;
	uint32_t page_size;
	uint32_t sample_shift;
} view = {
	.repeat = { .seconds = 1, .count = 1, .differences = true },
	.order = { column_name, COLUMN_STALL },
	.columns = { 12, {
		COLUMN_STALL, COLUMN_RECLAIM, COLUMN_HIGH, COLUMN_READ, COLUMN_REFAULTS,
		COLUMN_EVICTIONS, COLUMN_MEMORY, COLUMN_LIMIT, COLUMN_LOW, COLUMN_SWAP,
		COLUMN_EXTRA, COLUMN_PSI,
	}, false },
};

/**
 * struct reading - the statistics at one moment
 * @snapshot: of the module
 * @blame: all evictors; NULL if not needed, or unknown
 */
struct reading {
	struct headroom_snapshot *snapshot;
	struct headroom_blame *blame;
};

static bool needs_blame(void)
{
	return column_set_has(&view.columns, COLUMN_BLAME) || view.order.chosen == COLUMN_BLAME;
}

/* Format the names of all rows. @layout gets the width of the longest. */
static int format_names(const struct rows *rows, struct row_layout *layout, char **name)
{
	size_t width = strlen("CGROUP");

	if (!isatty(STDOUT_FILENO))
		layout->name = ANY_WIDTH;
	for (size_t i = 0; i < rows->nr; i++) {
		name[i] = row_line_name(rows->row[i], layout);
		if (!name[i])
			return -ENOMEM;
		if (text_columns(name[i]) > width)
			width = text_columns(name[i]);
	}
	layout->name = width;
	return 0;
}

static int print_rows(const struct rows *rows, struct row_layout *layout, char **name)
{
	int err = format_names(rows, layout, name);
	char *line;

	if (!err && !view.no_legend) {
		line = row_line_heading(layout);
		if (!line)
			return -ENOMEM;
		text_heading(line);
		free(line);
	}
	for (size_t i = 0; !err && i < rows->nr; i++) {
		line = row_line_append(name[i], rows->row[i], layout);
		if (!line)
			return -ENOMEM;
		puts(line);
		free(line);
	}
	return err;
}

static void print_notes(const struct interval *interval, const struct rows *rows)
{
	if (rows->nr_idle)
		printf("%zu idle cgroup%s not shown\n", rows->nr_idle, rows->nr_idle > 1 ? "s" : "");
	if (rows->nr_beyond)
		printf("%zu more cgroup%s not shown\n", rows->nr_beyond,
		       rows->nr_beyond > 1 ? "s" : "");
	if (!interval->consistent)
		puts("cgroups were created or removed during the read: some may be missing");
}

static int print_table(struct headroom *h, const struct interval *interval, struct rows *rows)
{
	char **name = calloc(rows->nr + 1, sizeof(*name));
	struct row_layout layout;
	int err = name ? 0 : -ENOMEM;

	row_layout_fit(&layout, &view.columns, view.order.chosen, terminal_columns());
	for (size_t i = 0; !err && i < layout.nr; i++)
		err = row_read_files(h, rows, rows->row, rows->nr,
				     columns[layout.column[i]].files);
	if (!err)
		err = print_rows(rows, &layout, name);
	for (size_t i = 0; name && i < rows->nr; i++)
		free(name[i]);
	free(name);
	if (!err && !view.no_legend)
		print_notes(interval, rows);
	return err;
}

/* A number of bytes; null if it is unknown or "max" */
static void add_bytes(struct json_object *object, const char *key, double bytes)
{
	if (isfinite(bytes))
		json_add_uint(object, key, bytes);
	else
		json_add_null(object, key);
}

/* The limit that binds; of no cgroup if there is none, or it is unknown */
static struct json_object *json_limit(const struct row_limit *from)
{
	const char *file = from->high ? "memory.high" : "memory.max";
	struct json_object *limit = json_new_object();

	add_bytes(limit, "bytes", from->bytes);
	json_add_bool(limit, "partial", from->partial);
	if (from->path)
		json_add_uint(limit, "id", from->id);
	else
		json_add_null(limit, "id");
	json_add_text(limit, "path", from->path);
	json_add_text(limit, "file", from->path ? file : NULL);
	return limit;
}

static struct json_object *json_memory(const struct row *row)
{
	struct json_object *memory = json_new_object();
	const struct row_memory *from = &row->memory;

	add_bytes(memory, "current_bytes", from->current);
	add_bytes(memory, "max_bytes", from->max);
	add_bytes(memory, "high_bytes", from->high);
	add_bytes(memory, "low_bytes", from->low);
	add_bytes(memory, "swap_bytes", from->swap);
	json_add_bool(memory, "read", !isnan(from->current + from->max + from->high + from->low +
					     from->swap));
	json_add(memory, "limit", json_limit(&row->limit));
	return memory;
}

static int print_line(const struct headroom_snapshot *now, const struct interval *interval,
		      const struct row *row)
{
	const struct activity *activity = &interval->activity[row->index];
	struct json_object *object = json_new_object();

	json_add_time(object, now->time);
	json_add_number(object, "interval_s", interval->seconds);
	json_add_bool(object, "consistent", interval->consistent);
	json_add_uint(object, "id", row->id);
	json_add_uint(object, "parent_id", row->parent_id);
	json_add_text(object, "path", row->path);
	json_add_number(object, "stall_percent", row->value[COLUMN_STALL]);
	json_add_number(object, "refaults_per_s", row->value[COLUMN_REFAULTS]);
	json_add_number(object, "evictions_per_s", row->value[COLUMN_EVICTIONS]);
	json_add_number(object, "blame_per_s", row->value[COLUMN_BLAME]);
	json_add_number(object, "psi_some_percent", row->value[COLUMN_PSI]);
	json_add_number(object, "psi_full_percent", row->value[COLUMN_FULL]);
	json_add_extra(object, &activity->extra_subtree, view.page_size);
	json_add(object, "memory", json_memory(row));
	json_add(object, "local", json_stats(&activity->local, false));
	json_add(object, "subtree", json_stats(&activity->subtree, false));
	return json_print_line(object);
}

static int print_lines(struct headroom *h, const struct headroom_snapshot *now,
		       const struct interval *interval, struct rows *rows)
{
	int err = row_read_files(h, rows, rows->row, rows->nr, ROW_FILES);

	for (size_t i = 0; !err && i < rows->nr; i++)
		err = print_line(now, interval, rows->row[i]);
	return err;
}

/* What each cgroup took from others; *sum is NULL if that is unknown or not needed */
static int sum_blame(const struct reading *now, const struct reading *before, double **sum)
{
	struct headroom_blame *taken;
	int err;

	*sum = NULL;
	if (!now->blame || !before->blame)
		return 0;
	err = headroom_blame_delta(now->blame, before->blame, &taken);
	if (err)
		return err;
	*sum = blame_sum(taken, now->snapshot, view.subtree);
	headroom_blame_free(taken);
	return *sum ? 0 : -ENOMEM;
}

static int print_interval(struct headroom *h, const struct reading *now,
			  const struct reading *before, const struct interval *interval)
{
	struct rows rows = {
		.order = view.order.chosen, .tree = view.tree, .limit = view.limit,
		.hide_idle = !view.all,
		/* an older module ignores the filter */
		.top = view.subtree_id,
	};
	double *blame;
	int err = sum_blame(now, before, &blame);

	if (!err)
		err = rows_update(&rows, now->snapshot, interval, blame, view.page_size);
	if (!err)
		err = row_read_sorted(h, &rows);
	if (!err)
		err = rows_arrange(&rows);
	if (!err)
		err = view.repeat.json ? print_lines(h, now->snapshot, interval, &rows) :
		      print_table(h, interval, &rows);
	rows_clear(&rows);
	free(blame);
	return err;
}

static int print_reading(struct headroom *h, void *later, void *earlier)
{
	const struct reading *now = later, *before = earlier;
	struct interval *interval;
	int err = interval_new(now->snapshot, before->snapshot, view.sample_shift, &interval);

	if (!err)
		err = print_interval(h, now, before, interval);
	interval_free(interval);
	return err;
}

static void free_reading(void *taken)
{
	struct reading *reading = taken;

	headroom_snapshot_free(reading->snapshot);
	headroom_blame_free(reading->blame);
	free(reading);
}

static int fill_reading(struct headroom *h, struct reading *reading)
{
	/*
	 * Leave out details that are not used: the module formats them at a cost. Those of the
	 * pages include the groups of sampled ones.
	 */
	const struct headroom_filter filter = {
		.ancestor = view.subtree_id,
		.omit = (view.sample_shift ? 0 : HEADROOM_DETAIL_PAGES) | HEADROOM_DETAIL_TARGET,
	};
	int err = source_snapshot_take(h, &filter, &reading->snapshot);

	if (!err && needs_blame())
		err = source_blame_get(h, 0, &reading->blame);
	/* a recording need not have it */
	return err == -ENODATA && reading->snapshot ? 0 : err;
}

static int take(struct headroom *h, void **taken, uint64_t *time)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	int err = reading ? fill_reading(h, reading) : -ENOMEM;

	if (err < 0) {
		if (reading)
			free_reading(reading);
		return err;
	}
	*taken = reading;
	*time = reading->snapshot->time;
	return 0;
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
	return view.subtree ? cgroup_find(h, view.subtree, &view.subtree_id) : EXIT_DONE;
}

static int list(struct headroom *h)
{
	static const struct repeat_ops ops = { take, print_reading, free_reading };
	int code = prepare_view(h);

	if (!view.columns.chosen)
		column_set_add(&view.columns, view.order.chosen);
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
	PROCESS_OPTIONS(&view.subtree),
	{ "--limit", OPTION_COUNT, "N", "at most N cgroups; in a tree, and those above them",
	  &view.limit },
	{ "--tree", OPTION_FLAG, NULL, "list cgroups below their parent", &view.tree },
	{ "-o", OPTION_COLUMNS, "COLUMNS", "columns, with commas between; '-o help' lists them",
	  &view.columns },
	{ "--no-legend", OPTION_FLAG, NULL, "print neither headings nor notes", &view.no_legend },
	{ "--all", OPTION_FLAG, NULL, "include idle cgroups", &view.all },
	{ "--json", OPTION_FLAG, NULL, "print one JSON object per line and cgroup",
	  &view.repeat.json },
	{ 0 }
};

const struct command list_command = {
	.name = "list",
	.summary = "stalls, refaults, evictions and memory of all cgroups",
	.notes = "Each cgroup includes those below it. Without -o, the columns are those that fit\n"
		 "into the terminal. A dash is for what does not exist or is unknown.\n",
	.options = options,
	.run = list,
	.replays = true,
};
