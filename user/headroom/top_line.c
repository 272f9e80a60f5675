// SPDX-License-Identifier: GPL-2.0
/* Format the lines of 'headroom top' */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "top_line.h"

/* Drop a column rather than shorten the name below this width. */
#define NAME_MIN	16

static struct text stall_text(const struct top_row *row)
{
	return text_number(row->stall_percent);
}

/* Shorten "memory_high_reclaim" to "high reclaim" to fit the column. */
static struct text cause_text(const struct top_row *row)
{
	const char *name = headroom_stall_cause_name(row->cause);

	if (!name)
		return (struct text){ "-" };
	return text_words(strncmp(name, "memory_", 7) == 0 ? name + 7 : name);
}

static struct text refaults_text(const struct top_row *row)
{
	return text_number(row->refaults_per_s);
}

static struct text evictions_text(const struct top_row *row)
{
	return text_number(row->evictions_per_s);
}

static struct text extra_text(const struct top_row *row)
{
	return row->extra;
}

static struct text psi_text(const struct top_row *row)
{
	return isnan(row->psi_percent) ? (struct text){ "-" } : text_number(row->psi_percent);
}

/* On a narrow screen, columns with a larger @leaves are dropped first. */
static const struct column {
	const char *heading;
	int width;		/* negative: left-aligned */
	int leaves;
	struct text (*text)(const struct top_row *row);
} columns[] = {
	{ "STALL%", 6, 1, stall_text },
	{ "CAUSE", -14, 4, cause_text },
	{ "REFAULT/s", 9, 2, refaults_text },
	{ "EVICT/s", 8, 5, evictions_text },
	{ "EXTRA", 10, 3, extra_text },
	{ "PSI%", 6, 6, psi_text },
};

#define NR_COLUMNS	(sizeof(columns) / sizeof(columns[0]))

/* Return the largest @leaves that fits; @name gets the width left for the name. */
static int fit(size_t width, size_t *name)
{
	int most = NR_COLUMNS;
	size_t taken;

	for (; most >= 0; most--) {
		taken = 0;
		for (size_t i = 0; i < NR_COLUMNS; i++)
			if (columns[i].leaves <= most)
				taken += abs(columns[i].width) + 1;
		if (taken + NAME_MIN <= width)
			break;
	}
	*name = most > 0 ? width - taken : width;
	return most;
}

/* Pad @name to @limit and append the columns; without @row, their headings. */
static char *append_columns(const char *name, size_t width, size_t limit, int most,
			    const struct top_row *row)
{
	size_t pad = text_columns(name) < limit ? limit - text_columns(name) : 0;
	char *line = malloc(strlen(name) + pad + 4 * width + 64);
	int len;

	if (!line)
		return NULL;
	len = sprintf(line, "%s%*s", name, (int)pad, "");
	for (size_t i = 0; i < NR_COLUMNS; i++)
		if (columns[i].leaves <= most)
			len += sprintf(line + len, " %*s", columns[i].width,
				       row ? columns[i].text(row).s : columns[i].heading);
	return line;
}

char *top_line_heading(size_t width)
{
	size_t limit;
	int most = fit(width, &limit);

	return append_columns("CGROUP", width, limit, most, NULL);
}

char *top_line_row(const struct top_row *row, size_t width)
{
	char *name = text_name(top_model_name(row)), *indented, *line = NULL;
	size_t limit, indent;
	int most = fit(width, &limit);

	if (!name)
		return NULL;
	/* indent by at most half, so that deep cgroups keep a readable name */
	indent = row->depth * 2 < limit / 2 ? row->depth * 2 : limit / 2;
	text_shorten(name, limit - indent);
	if (asprintf(&indented, "%*s%s", (int)indent, "", name) >= 0) {
		line = append_columns(indented, width, limit, most, row);
		free(indented);
	}
	free(name);
	return line;
}

char *top_line_state(const struct top_model *model, const char *when)
{
	char *filter = text_name(model->filter), *line;

	if (!filter)
		return NULL;
	if (asprintf(&line, "headroom: %zu of %zu cgroups, by %s%s, %s%s%s%s%s", model->nr,
		     model->nr_all, order_name(model->order),
		     model->reversed ? " reversed" : "", when,
		     model->tree ? ", tree" : "", model->hide_idle ? ", busy ones" : "",
		     *filter ? ", filter " : "", filter) < 0)
		line = NULL;
	free(filter);
	return line;
}
