// SPDX-License-Identifier: GPL-2.0
/* Format the rows of 'headroom list' and 'headroom top' as lines */

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "row_line.h"
#include "text.h"

/* Shorten "memory_high_reclaim" to "high reclaim" to fit the column. */
static struct text cause_text(enum headroom_stall_cause cause)
{
	const char *name = headroom_stall_cause_name(cause);

	if (!name)
		return (struct text){ "-" };
	return text_words(strncmp(name, "memory_", 7) == 0 ? name + 7 : name);
}

/* "<" for an upper bound, and "^" for a limit of an ancestor */
static struct text limit_text(const struct row *row)
{
	const struct row_limit *limit = &row->limit;
	struct text text;

	snprintf(text.s, sizeof(text.s), "%s%.29s%s", limit->partial ? "<" : "",
		 text_file_bytes(row->value[COLUMN_LIMIT]).s,
		 limit->path && limit->id != row->id ? "^" : "");
	return text;
}

static struct text value_text(const struct row *row, enum column column)
{
	double value = row->value[column];
	struct text text;

	if (columns[column].format == FORMAT_EXTRA)
		return row->extra;
	if (isnan(value))
		return (struct text){ "-" };
	switch (columns[column].format) {
	case FORMAT_BYTES:
		return text_file_bytes(value);
	case FORMAT_LIMIT:
		return limit_text(row);
	case FORMAT_CAUSE:
		return cause_text(value);
	case FORMAT_ID:
		snprintf(text.s, sizeof(text.s), "%" PRIu64, row->id);
		return text;
	default:
		return text_number(value);
	}
}

static size_t width_of(enum column column)
{
	return abs(columns[column].width) + 1;
}

/* Keep the columns of the set that leave no later than @most, and that of @order */
static size_t keep(struct row_layout *layout, const struct column_set *set, enum column order,
		   int most)
{
	size_t taken = 0;

	layout->nr = 0;
	for (size_t i = 0; i < set->nr; i++) {
		enum column column = set->column[i];

		if (!set->chosen && column != order && columns[column].leaves > most)
			continue;
		layout->column[layout->nr++] = column;
		taken += width_of(column);
	}
	return taken;
}

void row_layout_fit(struct row_layout *layout, const struct column_set *set, enum column order,
		    size_t width)
{
	int most = NR_COLUMNS;
	size_t taken;

	do {
		taken = keep(layout, set, order, most);
	} while (taken + ROW_NAME_MIN > width && most--);
	if (taken + ROW_NAME_MIN > width && !set->chosen) {
		layout->nr = 0;
		taken = 0;
		layout->name = width;
		return;
	}
	layout->name = taken + ROW_NAME_MIN > width ? ROW_NAME_MIN : width - taken;
}

/* Without @row, the columns are their headings. */
char *row_line_append(const char *name, const struct row *row, const struct row_layout *layout)
{
	size_t pad = text_columns(name) < layout->name ? layout->name - text_columns(name) : 0;
	char *line = malloc(strlen(name) + pad + layout->nr * (sizeof(struct text) + 1) + 1);
	int len;

	if (!line)
		return NULL;
	len = sprintf(line, "%s%*s", name, (int)pad, "");
	for (size_t i = 0; i < layout->nr; i++) {
		enum column column = layout->column[i];

		len += sprintf(line + len, " %*s", columns[column].width,
			       row ? value_text(row, column).s : columns[column].heading);
	}
	return line;
}

char *row_line_heading(const struct row_layout *layout)
{
	return row_line_append("CGROUP", NULL, layout);
}

char *row_line_name(const struct row *row, const struct row_layout *layout)
{
	char *name = text_name(rows_name(row)), *indented;
	size_t indent = row->depth * 2;

	if (!name)
		return NULL;
	/* indent by at most half, so that deep cgroups keep a readable name */
	if (indent > layout->name / 2)
		indent = layout->name / 2;
	text_shorten(name, layout->name - indent);
	if (asprintf(&indented, "%*s%s", (int)indent, "", name) < 0)
		indented = NULL;
	free(name);
	return indented;
}

char *row_line(const struct row *row, const struct row_layout *layout)
{
	char *name = row_line_name(row, layout), *line;

	line = name ? row_line_append(name, row, layout) : NULL;
	free(name);
	return line;
}
