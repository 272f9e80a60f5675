/* SPDX-License-Identifier: GPL-2.0 */
/* Read what the rows of 'headroom list' and 'headroom top' need beside the module's statistics */
#ifndef ROW_READ_H
#define ROW_READ_H

#include "frame.h"
#include "rows.h"

/* All files of struct row_memory */
#define ROW_FILES	(FRAME_BIT(FRAME_MEMORY_CURRENT) | FRAME_BIT(FRAME_MEMORY_MAX) | \
			 FRAME_BIT(FRAME_MEMORY_HIGH) | FRAME_BIT(FRAME_MEMORY_LOW) | \
			 FRAME_BIT(FRAME_SWAP_CURRENT))

/**
 * row_read_files - read files of the cgroups of rows
 * @rows: all rows
 * @row: of these, the ones to read; those that have the files already are skipped
 * @files: FRAME_BIT() of each file. With memory.max or memory.high, the limit that binds is looked up,
 *	for which both are read, and those of all ancestors
 *
 * What cannot be read stays unknown.
 *
 * Return: 0 or -ENOMEM.
 */
int row_read_files(struct headroom *h, struct rows *rows, struct row *const *row, size_t nr,
		   uint32_t files);
/** row_read_sorted - read the files by which rows_arrange() will sort, of all rows; returns the same */
int row_read_sorted(struct headroom *h, struct rows *rows);

#endif /* ROW_READ_H */
