/* SPDX-License-Identifier: GPL-2.0 */
/* The rows of 'headroom top', their order and the selection, independent of the terminal */
#ifndef TOP_MODEL_H
#define TOP_MODEL_H

#include "headroom.h"
#include "interval.h"
#include "order.h"
#include "text.h"

/**
 * struct top_row - a cgroup
 * @id: cgroup id
 * @parent_id: cgroup id of the parent
 * @path: path; owned by the row
 * @depth: number of ancestors among the rows shown; 0 without a tree
 * @measure: values to sort by
 * @stall_percent: stalls of all causes as a share of the interval
 * @cause: cause with the longest total; 0 for none
 * @refaults_per_s: refaults per second
 * @evictions_per_s: evictions per second
 * @extra: memory that would have saved SAVED_SHARE of the refaults
 * @psi_percent: PSI "some" as a share of the interval; NAN without PSI
 * @idle: whether all counters are zero
 */
struct top_row {
	uint64_t id;
	uint64_t parent_id;
	char *path;
	unsigned int depth;
	struct measure measure;
	double stall_percent;
	enum headroom_stall_cause cause;
	double refaults_per_s;
	double evictions_per_s;
	struct text extra;
	double psi_percent;
	bool idle;
};

/**
 * struct top_model - all rows, and those that are shown
 * @order: sort key, largest first
 * @reversed: sort in reverse
 * @tree: list children below their parent
 * @hide_idle: omit idle cgroups
 * @filter: show only cgroups whose path contains this, and in a tree their ancestors
 * @top: show only the cgroup with this id and those below it; 0 for all
 * @nr_all: number of cgroups
 * @all: all cgroups, in ascending order of id
 * @nr: number of rows shown
 * @row: rows shown, in display order; point into @all
 * @selected: cgroup id of the selected row; 0 without rows
 * @position: index of the selected row in @row
 * @gone: path of the previously selected cgroup if it was removed; else NULL
 */
struct top_model {
	enum order order;
	bool reversed;
	bool tree;
	bool hide_idle;
	char filter[64];
	uint64_t top;
	size_t nr_all;
	struct top_row *all;
	size_t nr;
	struct top_row **row;
	uint64_t selected;
	size_t position;
	char *gone;
};

/**
 * top_model_update - replace all rows by those of a new interval
 * @page_size: bytes of a page
 *
 * The selection stays on its cgroup. If that was removed, @gone is set to its path, and the
 * row that took its place is selected.
 *
 * Return: 0; or -ENOMEM, and the model has no rows.
 */
int top_model_update(struct top_model *model, const struct headroom_snapshot *now,
		     const struct interval *interval, uint32_t page_size);
/**
 * top_model_arrange - select and sort the rows again after a change of the settings
 *
 * Return: 0; or -ENOMEM, and no row is shown.
 */
int top_model_arrange(struct top_model *model);
/** top_model_move - move the selection by @by rows, at most to the first or last row */
void top_model_move(struct top_model *model, long by);
/** top_model_find - find a cgroup in @all; NULL if it is unknown */
const struct top_row *top_model_find(const struct top_model *model, uint64_t id);
/** top_model_name - name of a row: its path, or the last component below a parent in a tree */
const char *top_model_name(const struct top_row *row);
/** top_model_clear - free the rows */
void top_model_clear(struct top_model *model);

#endif /* TOP_MODEL_H */
