/* SPDX-License-Identifier: GPL-2.0 */
/* Format the rows of 'headroom list' and 'headroom top' as lines */
#ifndef ROW_LINE_H
#define ROW_LINE_H

#include "column.h"
#include "rows.h"

/* Drop a column rather than shorten the names below this width. */
#define ROW_NAME_MIN	16

/**
 * struct row_layout - where the columns are
 * @name: width of the names; a longer name is shortened
 * @nr: number of columns
 * @column: from left to right
 */
struct row_layout {
	size_t name;
	size_t nr;
	enum column column[NR_COLUMNS];
};

/**
 * row_layout_fit - the columns of a set that fit into @width, and the names the rest of it
 * @order: the key by which rows are sorted; its column is not dropped
 *
 * Columns that the user chose are not dropped, even if they do not fit.
 */
void row_layout_fit(struct row_layout *layout, const struct column_set *set, enum column order,
		    size_t width);

/* These return NULL if out of memory. */

/** row_line_heading - the headings; the caller frees it */
char *row_line_heading(const struct row_layout *layout);
/** row_line - a row; the caller frees it */
char *row_line(const struct row *row, const struct row_layout *layout);
/** row_line_name - only the name of a row, indented in a tree; the caller frees it */
char *row_line_name(const struct row *row, const struct row_layout *layout);
/** row_line_append - a row whose name is @name; the caller frees it */
char *row_line_append(const char *name, const struct row *row, const struct row_layout *layout);

#endif /* ROW_LINE_H */
