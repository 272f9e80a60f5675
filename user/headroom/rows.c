// SPDX-License-Identifier: GPL-2.0
/* Select, sort and arrange the rows of 'headroom list' and 'headroom top' */

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

static enum headroom_stall_cause main_cause(const struct headroom_stats *stats)
{
	const struct headroom_stall *stall, *most = NULL;

	for (size_t i = 0; i < stats->nr_stalls; i++) {
		stall = &stats->stall[i];
		if (headroom_stall_in_total(stall->cause) && stall->total &&
		    (!most || stall->total > most->total))
			most = stall;
	}
	return most ? most->cause : 0;
}

static double percent(uint64_t ns, double seconds)
{
	return ns / 1e7 / seconds;
}

/* Stalls of two causes, as a share of the interval */
static double stalls_percent(const struct headroom_stats *stats, enum headroom_stall_cause one,
			     enum headroom_stall_cause other, double seconds)
{
	return percent(headroom_stats_stall(stats, one)->total +
		       headroom_stats_stall(stats, other)->total, seconds);
}

static void fill_stalls(double *value, const struct headroom_stats *stats, double seconds)
{
	value[COLUMN_STALL] = percent(stats->stall_total, seconds);
	value[COLUMN_CAUSE] = main_cause(stats);
	value[COLUMN_RECLAIM] = stalls_percent(stats, HEADROOM_STALL_CAUSE_DIRECT_RECLAIM,
					       HEADROOM_STALL_CAUSE_MEMCG_RECLAIM, seconds);
	value[COLUMN_HIGH] = stalls_percent(stats, HEADROOM_STALL_CAUSE_MEMORY_HIGH_RECLAIM,
					    HEADROOM_STALL_CAUSE_MEMORY_HIGH_THROTTLE, seconds);
	value[COLUMN_READ] = stalls_percent(stats, HEADROOM_STALL_CAUSE_REFAULT,
					    HEADROOM_STALL_CAUSE_SWAP_IN, seconds);
}

static void fill_values(double *value, const struct activity *activity, double seconds,
			uint32_t page_size)
{
	const struct headroom_stats *stats = &activity->subtree;
	bool psi = activity->cgroup->psi;

	for (size_t i = 0; i < NR_COLUMNS; i++)
		value[i] = NAN;
	fill_stalls(value, stats, seconds);
	value[COLUMN_REFAULTS] = stats->refaults / seconds;
	value[COLUMN_EVICTIONS] = stats->evictions / seconds;
	value[COLUMN_TAKEN] = stats->evictions_outside / seconds;
	value[COLUMN_EXTRA] = activity->extra_subtree.value * page_size;
	value[COLUMN_PSI] = psi ? percent(activity->psi_some, seconds) : NAN;
	value[COLUMN_FULL] = psi ? percent(activity->psi_full, seconds) : NAN;
	value[COLUMN_ID] = activity->cgroup->id;
}

static int fill_row(struct row *row, const struct activity *activity, double seconds,
		    uint32_t page_size)
{
	*row = (struct row){
		.id = activity->cgroup->id,
		.parent_id = activity->cgroup->parent_id,
		.path = strdup(activity->cgroup->path),
		.extra = text_extra(&activity->extra_subtree, page_size),
		.memory = { NAN, NAN, NAN, NAN, NAN },
		.limit = { .bytes = NAN },
		.idle = is_idle(&activity->subtree),
	};

	if (!row->path)
		return -ENOMEM;
	fill_values(row->value, activity, seconds, page_size);
	return 0;
}

static void clear_rows(struct rows *rows)
{
	for (size_t i = 0; i < rows->nr_all; i++)
		free(rows->all[i].path);
	free(rows->all);
	free(rows->row);
	free(rows->above_path);
	rows->above_path = NULL;
	rows->above_of = 0;
	rows->all = NULL;
	rows->row = NULL;
	rows->nr_all = rows->nr = 0;
}

static int compare_id(const void *key, const void *member)
{
	uint64_t id = *(const uint64_t *)key;
	const struct row *row = member;

	return (id > row->id) - (id < row->id);
}

const struct row *rows_find(const struct rows *rows, uint64_t id)
{
	if (!rows->nr_all)
		return NULL;
	return bsearch(&id, rows->all, rows->nr_all, sizeof(*rows->all), compare_id);
}

/* Take the path out of the row of a cgroup, since that is about to be freed. */
static char *take_path(struct rows *rows, uint64_t id)
{
	const struct row *row = rows_find(rows, id);
	char *path = NULL;

	if (row) {
		path = row->path;
		rows->all[row - rows->all].path = NULL;
	}
	return path;
}

/* Add a row, unless the cgroup was removed, which leaves no path, or is not below @top */
static int add_row(struct rows *rows, const struct headroom_snapshot *now,
		   const struct interval *interval, size_t index, uint32_t page_size)
{
	const struct activity *activity = &interval->activity[index];
	struct row *row = &rows->all[rows->nr_all];
	int err;

	if (!activity->cgroup->path ||
	    (rows->top && !is_in_subtree(now, activity->cgroup->id, rows->top)))
		return 0;
	rows->nr_all++;
	err = fill_row(row, activity, interval->seconds, page_size);
	row->index = index;
	return err;
}

static int fill_rows(struct rows *rows, const struct headroom_snapshot *now,
		     const struct interval *interval, const double *blame, uint32_t page_size)
{
	int err = 0;

	rows->all = calloc(interval->nr ? interval->nr : 1, sizeof(*rows->all));
	if (!rows->all)
		return -ENOMEM;
	for (size_t i = 0; !err && i < interval->nr; i++)
		err = add_row(rows, now, interval, i, page_size);
	for (size_t i = 0; !err && blame && i < rows->nr_all; i++) {
		struct row *row = &rows->all[i];

		row->value[COLUMN_BLAME] = blame[row->index] / interval->seconds;
		row->idle &= !blame[row->index];
	}
	return err;
}

int rows_update(struct rows *rows, const struct headroom_snapshot *now,
		const struct interval *interval, const double *blame, uint32_t page_size)
{
	char *selected = take_path(rows, rows->selected);
	int err;

	clear_rows(rows);
	free(rows->gone);
	rows->gone = NULL;
	err = fill_rows(rows, now, interval, blame, page_size);
	if (!err && selected && !rows_find(rows, rows->selected))
		rows->gone = selected;
	else
		free(selected);
	if (err < 0)
		clear_rows(rows);
	return err;
}

static bool matches(const struct rows *rows, const struct row *row)
{
	return !*rows->filter || strstr(row->path, rows->filter);
}

static bool is_wanted(const struct rows *rows, const struct row *row)
{
	return matches(rows, row) && !(rows->hide_idle && row->idle);
}

/* Compare values: the larger one first, and what is unknown last */
static int compare_values(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(a) - isnan(b);
	return (a < b) - (a > b);
}

/* Ties are broken by stalls, then refaults, then name, so that rows keep their places */
static int compare_rows(const void *left, const void *right, void *arg)
{
	const struct row *a = *(const struct row *const *)left;
	const struct row *b = *(const struct row *const *)right;
	const struct rows *rows = arg;
	const enum column key[] = { rows->order, COLUMN_STALL, COLUMN_REFAULTS };
	int by = 0;

	for (size_t i = 0; !by && rows->order < NR_COLUMNS && i < 3; i++)
		by = compare_values(a->value[key[i]], b->value[key[i]]);
	if (!by)
		by = strcmp(a->path, b->path);
	return rows->reversed ? -by : by;
}

/* Collect the rows that @shown marks, sorted; @row has a place for each cgroup. */
static void collect(struct rows *rows, const bool *shown)
{
	rows->nr = 0;
	for (size_t i = 0; i < rows->nr_all; i++) {
		rows->all[i].depth = 0;
		if (shown[i])
			rows->row[rows->nr++] = &rows->all[i];
	}
	qsort_r(rows->row, rows->nr, sizeof(struct row *), compare_rows, rows);
}

/* Drop the rows beyond the limit. */
static void cut(struct rows *rows, bool *shown)
{
	if (!rows->limit || rows->nr <= rows->limit)
		return;
	for (size_t i = rows->limit; i < rows->nr; i++)
		shown[rows->row[i] - rows->all] = false;
	rows->nr = rows->limit;
}

/* Show the ancestors of the rows that are shown. */
static void add_ancestors(struct rows *rows, bool *shown)
{
	const struct row *row;

	for (size_t i = 0; i < rows->nr; i++) {
		row = rows_find(rows, rows->row[i]->parent_id);
		for (; row && !shown[row - rows->all]; row = rows_find(rows, row->parent_id))
			shown[row - rows->all] = true;
	}
	collect(rows, shown);
}

/*
 * Child lists for sorting rows into a tree. @first[0] is the first root, and @first[i + 1]
 * the first child of row i of @all. @next[i] is the next sibling of @from[i]. All are indices
 * into @from plus 1; 0 ends a list.
 */
struct forest {
	struct row *all;
	struct row **from;
	size_t *first;
	size_t *next;
	struct row **to;
	size_t nr;
};

static void link_rows(struct forest *forest, const struct rows *rows, const bool *shown)
{
	const struct row *above;
	size_t slot;

	/* backwards, because each row is inserted at the head of its list */
	for (size_t i = rows->nr; i-- > 0;) {
		above = rows_find(rows, rows->row[i]->parent_id);
		slot = above && shown[above - rows->all] ? above - rows->all + 1 : 0;
		forest->next[i] = forest->first[slot];
		forest->first[slot] = i + 1;
	}
}

/* Rows whose parents form a cycle are reachable from no root and are not shown. */
static void place_children(struct forest *forest, size_t slot, unsigned int depth)
{
	struct row *row;

	for (size_t i = forest->first[slot]; i; i = forest->next[i - 1]) {
		row = forest->from[i - 1];
		row->depth = depth;
		forest->to[forest->nr++] = row;
		place_children(forest, row - forest->all + 1, depth + 1);
	}
}

static int make_tree(struct rows *rows, const bool *shown)
{
	struct forest forest = {
		.all = rows->all,
		.from = rows->row,
		.first = calloc(rows->nr_all + 1, sizeof(size_t)),
		.next = calloc(rows->nr + 1, sizeof(size_t)),
		.to = calloc(rows->nr + 1, sizeof(struct row *)),
	};
	bool whole = forest.first && forest.next && forest.to;

	if (whole) {
		link_rows(&forest, rows, shown);
		place_children(&forest, 0, 0);
		free(rows->row);
		rows->row = forest.to;
		rows->nr = forest.nr;
	} else {
		free(forest.to);
	}
	free(forest.first);
	free(forest.next);
	return whole ? 0 : -ENOMEM;
}

/* Keep the selection on its cgroup, or in its place if the cgroup is not shown. */
static void keep_selection(struct rows *rows)
{
	for (size_t i = 0; i < rows->nr; i++) {
		if (rows->row[i]->id == rows->selected) {
			rows->position = i;
			return;
		}
	}
	if (rows->position >= rows->nr)
		rows->position = rows->nr ? rows->nr - 1 : 0;
	rows->selected = rows->nr ? rows->row[rows->position]->id : 0;
}

static void count_hidden(struct rows *rows, const bool *shown)
{
	rows->nr_idle = rows->nr_beyond = 0;
	for (size_t i = 0; i < rows->nr_all; i++) {
		if (shown[i] || !matches(rows, &rows->all[i]))
			continue;
		if (is_wanted(rows, &rows->all[i]))
			rows->nr_beyond++;
		else
			rows->nr_idle++;
	}
}

/* @shown: a place for each cgroup */
static int show_rows(struct rows *rows, bool *shown)
{
	for (size_t i = 0; i < rows->nr_all; i++)
		shown[i] = is_wanted(rows, &rows->all[i]);
	collect(rows, shown);
	cut(rows, shown);
	if (rows->tree)
		add_ancestors(rows, shown);
	count_hidden(rows, shown);
	return rows->tree ? make_tree(rows, shown) : 0;
}

int rows_arrange(struct rows *rows)
{
	bool *shown = calloc(rows->nr_all + 1, sizeof(*shown));
	int err = -ENOMEM;

	free(rows->row);
	rows->row = calloc(rows->nr_all + 1, sizeof(struct row *));
	if (shown && rows->row)
		err = show_rows(rows, shown);
	free(shown);
	if (err < 0)
		rows->nr = 0;
	else
		keep_selection(rows);
	return err;
}

void rows_move(struct rows *rows, long by)
{
	long position = (long)rows->position + by;

	if (!rows->nr)
		return;
	if (position < 0)
		position = 0;
	if (position >= (long)rows->nr)
		position = rows->nr - 1;
	rows->position = position;
	rows->selected = rows->row[position]->id;
}

const char *rows_name(const struct row *row)
{
	const char *slash = strrchr(row->path, '/');

	return row->depth && slash && slash[1] ? slash + 1 : row->path;
}

void rows_clear(struct rows *rows)
{
	clear_rows(rows);
	free(rows->gone);
	rows->gone = NULL;
}
