/* SPDX-License-Identifier: GPL-2.0 */
/* The lines of 'headroom top', as wide as there is room */
#ifndef TOP_LINE_H
#define TOP_LINE_H

#include "top_model.h"

/** top_line_heading - the headings of the columns that fit into @width; to be freed */
char *top_line_heading(size_t width);
/** top_line_row - a row below them; to be freed */
char *top_line_row(const struct top_row *row, size_t width);
/** top_line_state - what is shown and how, in one line; to be freed */
char *top_line_state(const struct top_model *model, double seconds);

#endif /* TOP_LINE_H */
