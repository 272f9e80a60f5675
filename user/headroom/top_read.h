/* SPDX-License-Identifier: GPL-2.0 */
/* Read the statistics for 'headroom top', from the module or frame by frame */
#ifndef TOP_READ_H
#define TOP_READ_H

#include "headroom.h"
#include "rows.h"

/**
 * struct top_read - the readings for the table and for the open page
 * @h: connection to the module; NULL with a recording
 * @rows: the rows of the table
 * @columns: its columns
 * @before: the reading before @now; NULL if there is none or it is @since
 * @now: the last reading; NULL while the module is not loaded
 * @evictors: the blame of @now; NULL if no column needs it, or unknown
 * @page_size: bytes of a page
 * @sample_shift: one page in 2^sample_shift is tracked
 * @tracked: whether stalls are tracked
 * @seconds: length of the interval that the rows are of; 0 before the first
 * @id: cgroup whose page is open; 0 for none
 * @since: the reading when the page was opened
 * @blame: the blame when the page was opened
 * @page: text of the page; NULL before the first measurement
 * @error: negative errno of the last reading, if it failed; 0
 * @notice: message for the bottom line; "" for none
 */
struct top_read {
	struct headroom *h;
	struct rows rows;
	struct column_set columns;
	struct headroom_snapshot *before;
	struct headroom_snapshot *now;
	struct headroom_blame *evictors;
	uint32_t page_size;
	uint32_t sample_shift;
	bool tracked;
	double seconds;
	uint64_t id;
	struct headroom_snapshot *since;
	struct headroom_blame *blame;
	char *page;
	int error;
	char notice[256];
};

/**
 * top_read_take - take a reading and update the rows and the open page
 *
 * Return: 0, even if the module does not answer: then the notice says so; or -ENOMEM.
 */
int top_read_take(struct top_read *read);
/**
 * top_read_move - move to another frame of a recording, and update the rows and the open page
 * @frames: how many forward; negative for backward; 0 to read the current frame first
 *
 * The rows are of the time since the frame before. Unless it is the next frame, an open page is
 * measured from there.
 *
 * Return: 1; 0 if the frame is the same as before, or cannot be read: the notice says so unless
 * @frames is 0; or -ENOMEM.
 */
int top_read_move(struct top_read *read, long frames);
/**
 * top_read_arrange - select and sort the rows after a change of the settings
 *
 * Files of cgroups by which rows are sorted are read.
 *
 * Return: 0 or -ENOMEM.
 */
int top_read_arrange(struct top_read *read);
/** top_read_sort - sort by a key; its column is shown unless the user chose the columns */
int top_read_sort(struct top_read *read, enum column order);
/** top_read_open_page - open the page of the selected cgroup; returns as top_read_take() */
int top_read_open_page(struct top_read *read);
/** top_read_close_page - close the page, if one is open */
void top_read_close_page(struct top_read *read);
/** top_read_clear - free everything except @h */
void top_read_clear(struct top_read *read);

#endif /* TOP_READ_H */
