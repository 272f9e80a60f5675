// SPDX-License-Identifier: GPL-2.0
/* Select, sort and arrange the rows of 'headroom top' */

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "top_model.h"

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

static int fill_row(struct top_row *row, const struct activity *activity, double seconds,
		    uint32_t page_size)
{
	const struct headroom_stats *stats = &activity->subtree;

	*row = (struct top_row){
		.id = activity->cgroup->id,
		.parent_id = activity->cgroup->parent_id,
		.path = strdup(activity->cgroup->path),
		.stall_percent = stats->stall_total / 1e7 / seconds,
		.cause = main_cause(stats),
		.refaults_per_s = stats->refaults / seconds,
		.evictions_per_s = stats->evictions / seconds,
		.extra = text_extra(&activity->extra_subtree, page_size),
		.psi_percent = activity->cgroup->psi ? activity->psi_some / 1e7 / seconds : NAN,
		.idle = is_idle(stats),
	};

	if (!row->path)
		return -ENOMEM;
	row->measure = order_measure(activity);
	row->measure.path = row->path;
	return 0;
}

static void clear_rows(struct top_model *model)
{
	for (size_t i = 0; i < model->nr_all; i++)
		free(model->all[i].path);
	free(model->all);
	free(model->row);
	model->all = NULL;
	model->row = NULL;
	model->nr_all = model->nr = 0;
}

static int compare_id(const void *key, const void *member)
{
	uint64_t id = *(const uint64_t *)key;
	const struct top_row *row = member;

	return (id > row->id) - (id < row->id);
}

const struct top_row *top_model_find(const struct top_model *model, uint64_t id)
{
	if (!model->nr_all)
		return NULL;
	return bsearch(&id, model->all, model->nr_all, sizeof(*model->all), compare_id);
}

/* Take the path out of the row of a cgroup, since that is about to be freed. */
static char *take_path(struct top_model *model, uint64_t id)
{
	const struct top_row *row = top_model_find(model, id);
	char *path = NULL;

	if (row) {
		path = row->path;
		model->all[row - model->all].path = NULL;
	}
	return path;
}

static int fill_rows(struct top_model *model, const struct headroom_snapshot *now,
		     const struct interval *interval, uint32_t page_size)
{
	const struct activity *activity;
	int err = 0;

	model->all = calloc(interval->nr ? interval->nr : 1, sizeof(*model->all));
	if (!model->all)
		return -ENOMEM;
	for (size_t i = 0; !err && i < interval->nr; i++) {
		activity = &interval->activity[i];
		/* no path: the cgroup was removed */
		if (activity->cgroup->path &&
		    (!model->top || is_in_subtree(now, activity->cgroup->id, model->top)))
			err = fill_row(&model->all[model->nr_all++], activity,
				       interval->seconds, page_size);
	}
	return err;
}

int top_model_update(struct top_model *model, const struct headroom_snapshot *now,
		     const struct interval *interval, uint32_t page_size)
{
	char *selected = take_path(model, model->selected);
	int err;

	clear_rows(model);
	free(model->gone);
	model->gone = NULL;
	err = fill_rows(model, now, interval, page_size);
	if (!err && selected && !top_model_find(model, model->selected))
		model->gone = selected;
	else
		free(selected);
	if (!err)
		err = top_model_arrange(model);
	if (err < 0)
		clear_rows(model);
	return err;
}

static bool is_wanted(const struct top_model *model, const struct top_row *row)
{
	if (model->hide_idle && row->idle)
		return false;
	return !*model->filter || strstr(row->path, model->filter);
}

/*
 * For each row, whether it is shown; a tree includes the ancestors. The caller frees it.
 * NULL if out of memory.
 */
static bool *choose(const struct top_model *model)
{
	bool *shown = calloc(model->nr_all ? model->nr_all : 1, sizeof(*shown));
	const struct top_row *row;

	if (!shown)
		return NULL;
	for (size_t i = 0; i < model->nr_all; i++) {
		row = &model->all[i];
		if (!is_wanted(model, row))
			continue;
		shown[i] = true;
		row = model->tree ? top_model_find(model, row->parent_id) : NULL;
		for (; row && !shown[row - model->all]; row = top_model_find(model, row->parent_id))
			shown[row - model->all] = true;
	}
	return shown;
}

static int compare_rows(const void *left, const void *right, void *arg)
{
	const struct top_row *a = *(const struct top_row *const *)left;
	const struct top_row *b = *(const struct top_row *const *)right;
	const struct top_model *model = arg;
	int by = order_compare(&a->measure, &b->measure, model->order);

	return model->reversed ? -by : by;
}

/*
 * Child lists for sorting rows into a tree. @first[0] is the first root, and @first[i + 1]
 * the first child of row i of @all. @next[i] is the next sibling of @from[i]. All are indices
 * into @from plus 1; 0 ends a list.
 */
struct forest {
	struct top_row *all;
	struct top_row **from;
	size_t *first;
	size_t *next;
	struct top_row **to;
	size_t nr;
};

static void link_rows(struct forest *forest, const struct top_model *model, const bool *shown)
{
	const struct top_row *above;
	size_t slot;

	/* backwards, because each row is inserted at the head of its list */
	for (size_t i = model->nr; i-- > 0;) {
		above = top_model_find(model, model->row[i]->parent_id);
		slot = above && shown[above - model->all] ? above - model->all + 1 : 0;
		forest->next[i] = forest->first[slot];
		forest->first[slot] = i + 1;
	}
}

/* Rows whose parents form a cycle are reachable from no root and are not shown. */
static void place_children(struct forest *forest, size_t slot, unsigned int depth)
{
	struct top_row *row;

	for (size_t i = forest->first[slot]; i; i = forest->next[i - 1]) {
		row = forest->from[i - 1];
		row->depth = depth;
		forest->to[forest->nr++] = row;
		place_children(forest, row - forest->all + 1, depth + 1);
	}
}

static int make_tree(struct top_model *model, const bool *shown)
{
	struct forest forest = {
		.all = model->all,
		.from = model->row,
		.first = calloc(model->nr_all + 1, sizeof(size_t)),
		.next = calloc(model->nr + 1, sizeof(size_t)),
		.to = calloc(model->nr + 1, sizeof(struct top_row *)),
	};
	bool whole = forest.first && forest.next && forest.to;

	if (whole) {
		link_rows(&forest, model, shown);
		place_children(&forest, 0, 0);
		free(model->row);
		model->row = forest.to;
		model->nr = forest.nr;
	} else {
		free(forest.to);
	}
	free(forest.first);
	free(forest.next);
	return whole ? 0 : -ENOMEM;
}

/* Keep the selection on its cgroup, or in its place if the cgroup is not shown. */
static void keep_selection(struct top_model *model)
{
	for (size_t i = 0; i < model->nr; i++) {
		if (model->row[i]->id == model->selected) {
			model->position = i;
			return;
		}
	}
	if (model->position >= model->nr)
		model->position = model->nr ? model->nr - 1 : 0;
	model->selected = model->nr ? model->row[model->position]->id : 0;
}

/* Show the rows that @shown marks, sorted. */
static int show_rows(struct top_model *model, const bool *shown)
{
	free(model->row);
	model->nr = 0;
	model->row = calloc(model->nr_all ? model->nr_all : 1, sizeof(struct top_row *));
	if (!model->row)
		return -ENOMEM;
	for (size_t i = 0; i < model->nr_all; i++) {
		model->all[i].depth = 0;
		if (shown[i])
			model->row[model->nr++] = &model->all[i];
	}
	qsort_r(model->row, model->nr, sizeof(struct top_row *), compare_rows, model);
	return model->tree ? make_tree(model, shown) : 0;
}

int top_model_arrange(struct top_model *model)
{
	bool *shown = choose(model);
	int err = shown ? show_rows(model, shown) : -ENOMEM;

	free(shown);
	if (err < 0)
		model->nr = 0;
	else
		keep_selection(model);
	return err;
}

void top_model_move(struct top_model *model, long by)
{
	long position = (long)model->position + by;

	if (!model->nr)
		return;
	if (position < 0)
		position = 0;
	if (position >= (long)model->nr)
		position = model->nr - 1;
	model->position = position;
	model->selected = model->row[position]->id;
}

const char *top_model_name(const struct top_row *row)
{
	const char *slash = strrchr(row->path, '/');

	return row->depth && slash && slash[1] ? slash + 1 : row->path;
}

void top_model_clear(struct top_model *model)
{
	clear_rows(model);
	free(model->gone);
	model->gone = NULL;
}
