/* SPDX-License-Identifier: GPL-2.0 */
/* Format the details of one cgroup for 'headroom top' */
#ifndef TOP_PAGE_H
#define TOP_PAGE_H

#include "headroom.h"
#include "names.h"
#include "rows.h"

/** First character of a line that is a heading */
#define TOP_PAGE_HEADING	'\001'

/**
 * struct top_page - the figures of a page
 * @now: latest statistics of the cgroup
 * @before: statistics when the page was opened; NULL if the cgroup did not exist
 * @seconds: time between @before and @now
 * @blame: evictions between @before and @now
 * @names: names of the victims and evictors in @blame
 * @memory: what its files say now
 * @limit: the limit that binds it now
 * @page_size: bytes of a page
 * @sample_shift: one page in 2^sample_shift is tracked
 */
struct top_page {
	const struct headroom_cgroup *now;
	const struct headroom_cgroup *before;
	double seconds;
	const struct headroom_blame *blame;
	const struct names *names;
	struct row_memory memory;
	struct row_limit limit;
	uint32_t page_size;
	uint32_t sample_shift;
};

/** top_page_text - format the page as lines; the caller frees it. NULL if out of memory */
char *top_page_text(const struct top_page *page);

#endif /* TOP_PAGE_H */
