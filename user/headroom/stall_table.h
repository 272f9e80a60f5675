/* SPDX-License-Identifier: GPL-2.0 */
/* Print stalls by cause */
#ifndef STALL_TABLE_H
#define STALL_TABLE_H

#include <stdio.h>
#include "headroom.h"

/** stall_table_rows - print the rows without latencies to @out; false if there are none */
bool stall_table_rows(FILE *out, const struct headroom_stats *stats);
/**
 * stall_table_print - print a row for each cause that occurred, then the latencies
 *
 * Causes that are not part of the total get sections of their own: the time of a nested
 * cause would count twice, and proactive reclaim is not a stall.
 */
void stall_table_print(const struct headroom_stats *stats);

#endif /* STALL_TABLE_H */
