/* SPDX-License-Identifier: GPL-2.0 */
/* All about one cgroup, as 'headroom top' shows it */
#ifndef TOP_PAGE_H
#define TOP_PAGE_H

#include "headroom.h"
#include "names.h"

/** What a line begins with that is a heading */
#define TOP_PAGE_HEADING	'\001'

/**
 * struct top_page - what is to be shown
 * @now: the cgroup as it is
 * @before: as it was when the page was opened; NULL if it was not there
 * @seconds: that are between
 * @blame: who took its pages meanwhile
 * @names: of the evictors
 * @page_size: of the status
 * @sample_shift: of the status
 */
struct top_page {
	const struct headroom_cgroup *now;
	const struct headroom_cgroup *before;
	double seconds;
	const struct headroom_blame *blame;
	const struct names *names;
	uint32_t page_size;
	uint32_t sample_shift;
};

/** top_page_text - it in lines, to be freed */
char *top_page_text(const struct top_page *page);

#endif /* TOP_PAGE_H */
