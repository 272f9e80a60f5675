// SPDX-License-Identifier: GPL-2.0
/*
 * Draw histograms as bars
 *
 * A row covers one octave: the values from one power of two to the next. If there would
 * be more than ROWS_MAX rows, each covers several octaves.
 */

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include "histogram.h"

#define ROWS_MAX	24
/* a longer run of empty rows is drawn as one line of dots */
#define EMPTY_MAX	2

/* Octave 0 holds the value 0, octave n the values of n bits. */
static unsigned int octave_of(uint64_t value)
{
	return value ? 64 - __builtin_clzll(value) : 0;
}

static uint64_t octave_low(unsigned int octave)
{
	return octave ? (uint64_t)1 << (octave - 1) : 0;
}

/* A histogram laid out in rows */
struct rows {
	unsigned int first;	/* octave of the first row */
	unsigned int step;	/* octaves in a row */
	size_t nr;
	uint64_t count[ROWS_MAX];
	uint64_t most;
};

/* Sum the buckets by row; @hist must not be empty. */
static struct rows lay_out(const struct headroom_histogram *hist)
{
	struct rows rows = { .first = octave_of(hist->bucket[0].low) };
	unsigned int last = octave_of(hist->bucket[hist->nr - 1].low);

	rows.step = (last - rows.first) / ROWS_MAX + 1;
	rows.nr = (last - rows.first) / rows.step + 1;
	for (size_t i = 0; i < hist->nr; i++) {
		size_t row = (octave_of(hist->bucket[i].low) - rows.first) / rows.step;

		rows.count[row] += hist->bucket[i].count;
		if (rows.count[row] > rows.most)
			rows.most = rows.count[row];
	}
	return rows;
}

/* In a UTF-8 locale, draw eighths of a column with block characters. */
static void draw_bar(double share, size_t columns)
{
	static const char *const part[] = {
		"", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a", "\u2589"
	};
	bool blocks = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	unsigned int parts = blocks ? 8 : 1;
	size_t length = share * columns * parts + 0.5;

	/* any count above 0 gets a visible bar */
	if (share > 0 && !length)
		length = 1;
	for (size_t i = 0; i < length / parts; i++)
		fputs(blocks ? "\u2588" : "#", stdout);
	fputs(part[length % parts], stdout);
}

static size_t empty_from(const struct rows *rows, size_t row)
{
	size_t end = row;

	while (end < rows->nr && !rows->count[end])
		end++;
	return end - row;
}

static void draw_row(const struct rows *rows, size_t row, const struct axis *axis,
		     size_t columns)
{
	uint64_t low = octave_low(rows->first + row * rows->step);

	printf("    %s %*lu ", axis->label(low, axis->page_size).s,
	       (int)strlen(axis->counted), (unsigned long)rows->count[row]);
	draw_bar((double)rows->count[row] / rows->most, columns);
	putchar('\n');
}

void histogram_print(const struct headroom_histogram *hist, const struct axis *axis)
{
	size_t labels = 4 + strlen(axis->heading) + 1 + strlen(axis->counted) + 1;
	size_t columns = terminal_columns();
	struct rows rows;
	size_t empty;

	if (!headroom_histogram_count(hist))
		return;
	rows = lay_out(hist);
	columns = columns > labels + 10 ? columns - labels : 10;
	printf("    %s %s\n", axis->heading, axis->counted);
	for (size_t row = 0; row < rows.nr; row++) {
		empty = empty_from(&rows, row);
		if (empty > EMPTY_MAX) {
			printf("    %*s\n", (int)strlen(axis->heading), "...");
			row += empty;
		}
		draw_row(&rows, row, axis, columns);
	}
}
