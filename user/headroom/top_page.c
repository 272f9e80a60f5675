// SPDX-License-Identifier: GPL-2.0
/* Format the details of one cgroup for 'headroom top' */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "blame_table.h"
#include "curve_plot.h"
#include "interval.h"
#include "stall_table.h"
#include "text.h"
#include "top_page.h"

/* Width of the tables, whatever the width of the screen */
#define COLUMNS	80

static void put_heading(FILE *out, const char *heading)
{
	fprintf(out, "\n%c%s\n", TOP_PAGE_HEADING, heading);
}

static uint64_t since(uint64_t now, uint64_t before)
{
	return now >= before ? now - before : now;
}

static void put_psi(FILE *out, const struct top_page *page)
{
	const struct headroom_cgroup *before = page->before;

	if (!page->now->psi)
		return;
	fprintf(out, ", PSI some %s %%, full %s %%",
		text_number(since(page->now->psi_some, before ? before->psi_some : 0) / 1e7 /
			    page->seconds).s,
		text_number(since(page->now->psi_full, before ? before->psi_full : 0) / 1e7 /
			    page->seconds).s);
}

static void put_memory(FILE *out, const struct row_memory *memory)
{
	fprintf(out, "memory %s", text_file_bytes(memory->current).s);
	fprintf(out, ", memory.max %s", text_file_bytes(memory->max).s);
	fprintf(out, ", memory.high %s", text_file_bytes(memory->high).s);
	fprintf(out, ", memory.low %s", text_file_bytes(memory->low).s);
	fprintf(out, ", swap %s\n", text_file_bytes(memory->swap).s);
}

/* A limit of an ancestor that binds the cgroup */
static int put_limit(FILE *out, const struct row_limit *limit, uint64_t id)
{
	char *name;

	if (!limit->path || limit->id == id)
		return 0;
	name = text_name(limit->path);
	if (!name)
		return -ENOMEM;
	fprintf(out, "limited to %s by %s of %s\n", text_file_bytes(limit->bytes).s,
		limit->high ? "memory.high" : "memory.max", name);
	free(name);
	return 0;
}

static int put_summary(FILE *out, const struct top_page *page, const struct headroom_stats *stats)
{
	double seconds = page->seconds;
	char *name = text_name(page->now->path ? page->now->path : "?");

	if (!name)
		return -ENOMEM;
	fprintf(out, "%c%s (id %" PRIu64 ")\n", TOP_PAGE_HEADING, name, page->now->id);
	free(name);
	fprintf(out, "in %.1f s, with all below it: %s refaults/s", seconds,
		text_number(stats->refaults / seconds).s);
	fprintf(out, ", %s evictions/s", text_number(stats->evictions / seconds).s);
	fprintf(out, ", %s/s from outside\n", text_number(stats->evictions_outside / seconds).s);
	fprintf(out, "stalled %s %% of the time",
		text_number(stats->stall_total / 1e7 / seconds).s);
	put_psi(out, page);
	fputc('\n', out);
	put_memory(out, &page->memory);
	return put_limit(out, &page->limit, page->now->id);
}

static void put_stalls(FILE *out, const struct headroom_stats *stats)
{
	put_heading(out, "Stalls by cause");
	if (!stall_table_rows(out, stats))
		fputs("no stalls\n", out);
}

static int put_blame(FILE *out, const struct top_page *page)
{
	struct blame_table rows;
	int err = blame_table_select(page->blame, page->names, "/", &rows);

	put_heading(out, "Evictors of its pages");
	if (!err)
		err = blame_table_print(out, &rows, page->names, COLUMNS);
	free(rows.row);
	return err;
}

static int put_curve(FILE *out, const struct top_page *page)
{
	struct curve_plot plot = {
		.page_size = page->page_size,
		.sample_shift = page->sample_shift,
		.seconds = page->seconds,
	};
	int err = curve_plot_build(&plot, page->now, page->before);

	if (err < 0)
		return err;
	put_heading(out, "What more memory would save");
	fputs(plot.target ? "as one pool with all below it, at its own limit\n" :
	      "its own pages, evicted for any reason\n", out);
	curve_plot_summary(out, &plot);
	if (curve_plot_refaults(&plot) > 0) {
		curve_plot_table(out, &plot);
		fputc('\n', out);
		curve_plot_draw(out, &plot);
	}
	headroom_curve_clear(&plot.curve);
	return 0;
}

static int put_page(FILE *out, const struct top_page *page)
{
	const struct headroom_stats *before = page->before ? &page->before->subtree : NULL;
	struct headroom_stats stats;
	int err = headroom_stats_delta(&page->now->subtree, before, &stats);

	if (err < 0)
		return err;
	err = put_summary(out, page, &stats);
	put_stalls(out, &stats);
	headroom_stats_clear(&stats);
	if (!err)
		err = put_blame(out, page);
	if (!err)
		err = put_curve(out, page);
	return err;
}

char *top_page_text(const struct top_page *page)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int err;

	if (!out)
		return NULL;
	err = put_page(out, page);
	/* a write that fails for lack of memory fails the close, too */
	if (fclose(out) != 0 || err < 0) {
		free(text);
		return NULL;
	}
	return text;
}
