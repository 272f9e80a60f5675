/* SPDX-License-Identifier: GPL-2.0 */
/* What 'headroom top' reads, again and again */
#ifndef TOP_READ_H
#define TOP_READ_H

#include "headroom.h"
#include "top_model.h"

/**
 * struct top_read - readings, and what was found out about one cgroup
 * @h: where they come from
 * @model: where they go to
 * @before: the reading before the last; NULL if there is none, or @since is it
 * @now: the last reading; NULL while the module is not there
 * @page_size: of the status
 * @sample_shift: of the status
 * @tracked: stalls are
 * @id: cgroup whose page is open; 0 for none
 * @since: the reading when it was opened
 * @blame: who had taken its pages then
 * @page: what there is to be seen; NULL if nothing yet
 * @notice: what people should not miss; "" for nothing
 */
struct top_read {
	struct headroom *h;
	struct top_model model;
	struct headroom_snapshot *before;
	struct headroom_snapshot *now;
	uint32_t page_size;
	uint32_t sample_shift;
	bool tracked;
	uint64_t id;
	struct headroom_snapshot *since;
	struct headroom_blame *blame;
	char *page;
	char notice[256];
};

/** top_read_take - read all, and bring the rows and the page up to date */
void top_read_take(struct top_read *read);
/** top_read_open_page - open the page of the cgroup that is selected */
void top_read_open_page(struct top_read *read);
/** top_read_close_page - close it; nothing if there is none */
void top_read_close_page(struct top_read *read);
/** top_read_clear - free all that it has, but @h */
void top_read_clear(struct top_read *read);

#endif /* TOP_READ_H */
