/* SPDX-License-Identifier: GPL-2.0 */
/* Print what 'headroom top' shows, as lines */
#ifndef TOP_PRINT_H
#define TOP_PRINT_H

#include "row_line.h"

/**
 * top_print - print the rows
 * @state: the first line
 *
 * Return: 0 or -ENOMEM.
 */
int top_print(const struct rows *rows, const struct row_layout *layout, const char *state);

#endif /* TOP_PRINT_H */
