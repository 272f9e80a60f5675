/* SPDX-License-Identifier: GPL-2.0 */
/* The rows of 'headroom list' and 'headroom top': which are shown, their order, and the selection */
#ifndef ROWS_H
#define ROWS_H

#include "column.h"
#include "headroom.h"
#include "interval.h"
#include "text.h"

/**
 * struct row_memory - what the files of a cgroup say, bytes
 * @current: memory.current
 * @max: memory.max
 * @high: memory.high
 * @low: memory.low
 * @swap: memory.swap.current
 *
 * NAN if unknown, INFINITY for "max".
 */
struct row_memory {
	double current;
	double max;
	double high;
	double low;
	double swap;
};

/**
 * struct row_limit - the limit that binds a cgroup: the lowest of its own and its ancestors'
 * @known: whether it was looked up
 * @bytes: lowest of all memory.max and memory.high; INFINITY without a limit, NAN if it is unknown
 * @partial: not all of these files could be read: the limit may be lower
 * @high: it is a memory.high
 * @id: cgroup that sets it; 0 without a limit
 * @path: its path; NULL without a limit
 */
struct row_limit {
	bool known;
	double bytes;
	bool partial;
	bool high;
	uint64_t id;
	const char *path;
};

/**
 * struct row - a cgroup
 * @id: cgroup id
 * @parent_id: cgroup id of the parent
 * @index: of the cgroup in the interval that the row is of
 * @path: path; owned by the row
 * @depth: number of ancestors among the rows shown; 0 without a tree
 * @value: by column, the value to sort by; NAN if it is unknown. That of COLUMN_CAUSE is the cause
 *	with the longest total, 0 for none
 * @extra: memory that would have saved SAVED_SHARE of the refaults
 * @files: files that were read, as FRAME_BIT() of each: see row_read.h
 * @memory: what they say
 * @limit: the limit that binds; COLUMN_LIMIT
 * @idle: whether all counters are zero, and nothing was taken from others
 */
struct row {
	uint64_t id;
	uint64_t parent_id;
	size_t index;
	char *path;
	unsigned int depth;
	double value[NR_COLUMNS];
	struct text extra;
	uint32_t files;
	struct row_memory memory;
	struct row_limit limit;
	bool idle;
};

/**
 * struct rows - all rows, and those that are shown
 * @order: sort key, largest first; what is unknown is last
 * @reversed: sort in reverse
 * @tree: list children below their parent
 * @hide_idle: omit idle cgroups
 * @filter: show only cgroups whose path contains this, and in a tree their ancestors
 * @top: show only the cgroup with this id and those below it; 0 for all
 * @limit: show only so many rows, the first ones, and in a tree their ancestors; 0 for all
 * @nr_all: number of cgroups
 * @all: all cgroups, in ascending order of id
 * @above: the lowest limit above @above_of, whose parent is not in @all
 * @above_of: cgroup id; 0 before it was looked up
 * @above_path: path of @above; owned by the rows
 * @nr_idle: number of idle cgroups that are not shown because of @hide_idle
 * @nr_beyond: number of cgroups that are not shown because of @limit
 * @nr: number of rows shown
 * @row: rows shown, in display order; point into @all
 * @selected: cgroup id of the selected row; 0 without rows
 * @position: index of the selected row in @row
 * @gone: path of the previously selected cgroup if it was removed; else NULL
 */
struct rows {
	enum column order;
	bool reversed;
	bool tree;
	bool hide_idle;
	char filter[64];
	uint64_t top;
	size_t limit;
	size_t nr_all;
	struct row *all;
	struct row_limit above;
	uint64_t above_of;
	char *above_path;
	size_t nr_idle;
	size_t nr_beyond;
	size_t nr;
	struct row **row;
	uint64_t selected;
	size_t position;
	char *gone;
};

/**
 * rows_update - replace all rows by those of a new interval
 * @blame: of blame_sum(); NULL if unknown
 * @page_size: bytes of a page
 *
 * No file of the cgroups has been read then. Call rows_arrange() next.
 *
 * Return: 0; or -ENOMEM, and there are no rows.
 */
int rows_update(struct rows *rows, const struct headroom_snapshot *now,
		const struct interval *interval, const double *blame, uint32_t page_size);
/**
 * rows_arrange - select and sort the rows, after an update or a change of the settings
 *
 * The selection stays on its cgroup. If an update has removed that, @gone is its path until the
 * next update, and the row that took its place is selected.
 *
 * Return: 0; or -ENOMEM, and no row is shown.
 */
int rows_arrange(struct rows *rows);
/** rows_move - move the selection by @by rows, at most to the first or last row */
void rows_move(struct rows *rows, long by);
/** rows_find - find a cgroup in @all; NULL if it is unknown */
const struct row *rows_find(const struct rows *rows, uint64_t id);
/** rows_name - name of a row: its path, or the last component below a parent in a tree */
const char *rows_name(const struct row *row);
/** rows_clear - free the rows */
void rows_clear(struct rows *rows);

#endif /* ROWS_H */
