/* SPDX-License-Identifier: GPL-2.0 */
/* Sum up in one line what 'headroom top' shows */
#ifndef TOP_STATE_H
#define TOP_STATE_H

#include "rows.h"

/**
 * top_state - summary of selection and order; the caller frees it
 * @when: the time that the rows are of, such as "every 1 s"
 *
 * Return: NULL if out of memory.
 */
char *top_state(const struct rows *rows, const char *when);

#endif /* TOP_STATE_H */
