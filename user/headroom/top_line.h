/* SPDX-License-Identifier: GPL-2.0 */
/* The lines of 'headroom top', as wide as there is room */
#ifndef TOPLINE_H
#define TOPLINE_H

#include "top_model.h"

/** topline_heading - the headings of the columns that fit into @width; to be freed */
char *topline_heading(size_t width);
/** topline_row - a row below them; to be freed */
char *topline_row(const struct toprow *row, size_t width);
/** topline_state - what is shown and how, in one line; to be freed */
char *topline_state(const struct topmodel *model, double seconds);

#endif /* TOPLINE_H */
