/* SPDX-License-Identifier: GPL-2.0 */
/* Stalls by cause, for people */
#ifndef STALL_TABLE_H
#define STALL_TABLE_H

#include <stdio.h>
#include "headroom.h"

/** stall_table_rows - the rows alone, into @out; returns whether there are any */
bool stall_table_rows(FILE *out, const struct headroom_stats *stats);
/**
 * stall_table_print - a row for each cause that occurred, and the latencies
 *
 * What is not in the total is set apart: it would be counted twice, or is no stall.
 */
void stall_table_print(const struct headroom_stats *stats);

#endif /* STALL_TABLE_H */
