/* SPDX-License-Identifier: GPL-2.0 */
/* What 'headroom top' shows: rows, their order, the selection. Knows no terminal. */
#ifndef TOP_MODEL_H
#define TOP_MODEL_H

#include "headroom.h"
#include "interval.h"
#include "order.h"

/**
 * struct top_row - a cgroup
 * @id: its id
 * @parent_id: that of its parent
 * @path: its path
 * @depth: below how many of the rows that are shown it stands; 0 without a tree
 * @measure: what it is sorted by
 * @stall_percent: stalls of all causes, of the time
 * @cause: with the longest stalls in total; 0 for none
 * @refaults_per_s: refaults a second
 * @evictions_per_s: evictions a second
 * @extra_bytes: what would save SAVED_SHARE of the refaults
 * @psi_percent: of the time; NAN without PSI
 * @idle: nothing was counted
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
	double extra_bytes;
	double psi_percent;
	bool idle;
};

/**
 * struct top_model - all rows, and those that are shown
 * @order: what is largest comes first
 * @reversed: or last
 * @tree: children stand below their parent
 * @hide_idle: leave out cgroups where nothing was counted
 * @filter: only cgroups with that in their path, and in a tree those above them
 * @top: only the cgroup with this id and those below it; 0 for all
 * @nr_all: number of cgroups
 * @all: they, in order of id
 * @nr: number of rows
 * @row: they, in the order in which they are shown; inside @all
 * @selected: id of the row that is selected; 0 when there are none
 * @position: where it is in @row
 * @gone: path of the cgroup that was selected and is gone; NULL otherwise
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
 * top_model_update - take in what happened
 * @page_size: of the status
 *
 * The selection stays on its cgroup. When that is gone, @gone tells which it was, and
 * the one that took its place is selected.
 */
void top_model_update(struct top_model *model, const struct headroom_snapshot *now,
		      const struct interval *interval, uint32_t page_size);
/** top_model_arrange - choose and sort the rows anew, after a change of how to show them */
void top_model_arrange(struct top_model *model);
/** top_model_move - move the selection by so many rows, as far as there are any */
void top_model_move(struct top_model *model, long by);
/** top_model_find - the row of a cgroup among all; NULL if it is not there */
const struct top_row *top_model_find(const struct top_model *model, uint64_t id);
/** top_model_name - what to call a row where it stands: in a tree, the last part of its path */
const char *top_model_name(const struct top_row *row);
/** top_model_clear - free all that it has */
void top_model_clear(struct top_model *model);

#endif /* TOP_MODEL_H */
