/* SPDX-License-Identifier: GPL-2.0 */
/* Print what 'headroom top' shows, as lines */
#ifndef TOP_PRINT_H
#define TOP_PRINT_H

#include "top_model.h"

/**
 * top_print - print the rows
 * @state: the first line
 * @width: columns
 *
 * Return: 0 or -ENOMEM.
 */
int top_print(const struct top_model *model, const char *state, size_t width);

#endif /* TOP_PRINT_H */
