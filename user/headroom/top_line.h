/* SPDX-License-Identifier: GPL-2.0 */
/* Format the lines of 'headroom top' to the width of the screen */
#ifndef TOP_LINE_H
#define TOP_LINE_H

#include "top_model.h"

/* These return NULL if out of memory. */

/** top_line_heading - headings of the columns that fit into @width; the caller frees it */
char *top_line_heading(size_t width);
/** top_line_row - a row with the same columns; the caller frees it */
char *top_line_row(const struct top_row *row, size_t width);
/**
 * top_line_state - summary of selection and order in one line; the caller frees it
 * @when: the time that the rows are of, such as "every 1 s"
 */
char *top_line_state(const struct top_model *model, const char *when);

#endif /* TOP_LINE_H */
