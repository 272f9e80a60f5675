// SPDX-License-Identifier: GPL-2.0
/* Print stalls by cause */

#include <inttypes.h>
#include <stdio.h>

#include "histogram.h"
#include "stall_table.h"
#include "text.h"

/* Sections of the table */
enum place { IN_TOTAL, INSIDE_RECLAIM, NO_STALL, UNKNOWN, PLACES };

static enum place place_of(enum headroom_stall_cause cause)
{
	if (headroom_stall_in_total(cause))
		return IN_TOTAL;
	if (cause >= HEADROOM_STALL_CAUSES)
		return UNKNOWN;
	return cause == HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM ? NO_STALL : INSIDE_RECLAIM;
}

/* "-" if the histogram is empty: it may be missing although stalls were counted */
static struct text quantile(const struct headroom_histogram *hist, double q)
{
	if (!headroom_histogram_count(hist))
		return (struct text){ "-" };
	return quantity_ns(headroom_histogram_quantile(hist, q));
}

static void print_row(FILE *out, const struct headroom_stall *stall)
{
	int indent = headroom_stall_in_total(stall->cause) ? 0 : 2;
	char label[HEADROOM_LABEL_SIZE];

	fprintf(out, "    %*s%-*s %9" PRIu64 " %9s %9s %9s %9s\n", indent, "", 22 - indent,
		text_words(headroom_stall_cause_label(stall->cause, label, sizeof(label))).s,
		stall->count, quantity_ns(stall->total).s, quantity_ns(stall->longest).s,
		quantile(&stall->latency, 0.5).s, quantile(&stall->latency, 0.99).s);
}

static void print_rows(FILE *out, const struct headroom_stats *stats)
{
	static const char *const title[PLACES] = {
		[INSIDE_RECLAIM] = "    inside reclaim:",
		[NO_STALL] = "    not a stall:",
		[UNKNOWN] = "    from a newer module:",
	};
	enum place place, last = IN_TOTAL;

	/* causes are sorted by section */
	for (size_t i = 0; i < stats->nr_stalls; i++) {
		if (!stats->stall[i].count)
			continue;
		place = place_of(stats->stall[i].cause);
		if (place != last)
			fprintf(out, "%s\n", title[place]);
		last = place;
		print_row(out, &stats->stall[i]);
	}
}

static struct text label_time(uint64_t ns, uint32_t page_size)
{
	struct text text;

	(void)page_size;
	snprintf(text.s, sizeof(text.s), "%10.10s", quantity_ns(ns).s);
	return text;
}

static void print_latency(const struct headroom_stall *stall)
{
	char label[HEADROOM_LABEL_SIZE];
	const struct axis axis = {
		.heading = "   LATENCY",
		.label = label_time,
		.counted = "    STALLS",
	};

	if (!headroom_histogram_count(&stall->latency))
		return;
	printf("  %s\n",
	       text_words(headroom_stall_cause_label(stall->cause, label, sizeof(label))).s);
	histogram_print(&stall->latency, &axis);
}

bool stall_table_rows(FILE *out, const struct headroom_stats *stats)
{
	bool any = false;

	for (size_t i = 0; i < stats->nr_stalls; i++)
		any = any || stats->stall[i].count;
	if (!any)
		return false;
	fprintf(out, "    %-22s %9s %9s %9s %9s %9s\n", "CAUSE", "COUNT", "TOTAL", "LONGEST",
		"P50", "P99");
	print_rows(out, stats);
	return true;
}

void stall_table_print(const struct headroom_stats *stats)
{
	if (!stall_table_rows(stdout, stats))
		return;
	for (size_t i = 0; i < stats->nr_stalls; i++)
		print_latency(&stats->stall[i]);
}
