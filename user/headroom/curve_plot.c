// SPDX-License-Identifier: GPL-2.0
/* Print a curve of refaults over extra memory as a plot and as a table */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "curve_plot.h"

/* Size of the plot in characters; with its labels it fits into 80 by 20 */
#define PLOT_COLUMNS	68
#define PLOT_ROWS	15
#define PLOT_TICKS	4
#define PLOT_LEFT	12	/* the labels, a space and the axis */

/* Two standard errors: about 95 % */
#define ERRORS		2

double curve_plot_rate(const struct curve_plot *plot, double refaults)
{
	return plot->seconds > 0 ? refaults / plot->seconds : refaults;
}

const char *curve_plot_unit(const struct curve_plot *plot)
{
	return plot->seconds > 0 ? "refaults/s" : "refaults";
}

static double rate_at(const struct curve_plot *plot, double pages)
{
	return curve_plot_rate(plot, headroom_curve_at(&plot->curve, pages).refaults);
}

double curve_plot_refaults(const struct curve_plot *plot)
{
	return plot->curve.point[0].refaults;
}

double curve_plot_reach(const struct curve_plot *plot)
{
	double pages = plot->curve.point[plot->curve.nr - 1].pages;

	return pages > 0 ? pages * 1.05 : 1;
}

struct text curve_plot_memory(const struct curve_plot *plot, double pages)
{
	return quantity_bytes(ceil(pages) * plot->page_size);
}

static void draw_row(FILE *out, const struct curve_plot *plot, int row)
{
	double most = curve_plot_rate(plot, curve_plot_refaults(plot));
	double step = curve_plot_reach(plot) / (PLOT_COLUMNS - 1);
	char line[PLOT_COLUMNS + 1] = "", label[32] = "";
	double level = most * row / PLOT_ROWS;

	/* mark the columns where the curve is above the lower edge of the row */
	for (int column = 0; column < PLOT_COLUMNS; column++)
		line[column] = rate_at(plot, column * step) > level ? '#' : ' ';
	for (int end = PLOT_COLUMNS; end > 0 && line[end - 1] == ' '; end--)
		line[end - 1] = '\0';
	if (row == PLOT_ROWS - 1 || (row + 1) * 3 % PLOT_ROWS == 0)
		snprintf(label, sizeof(label), "%s",
			 text_number(most * (row + 1) / PLOT_ROWS).s);
	fprintf(out, "%*s |%s\n", PLOT_LEFT - 2, label, line);
}

/* Print the values below the axis, centred below their ticks where they fit */
static void draw_ticks(FILE *out, const struct curve_plot *plot)
{
	char line[PLOT_LEFT + PLOT_COLUMNS + 1];
	int column, length;
	struct text text;

	memset(line, ' ', sizeof(line));
	for (int tick = 0; tick <= PLOT_TICKS; tick++) {
		text = curve_plot_memory(plot, curve_plot_reach(plot) * tick / PLOT_TICKS);
		length = strlen(text.s);
		column = PLOT_LEFT + tick * (PLOT_COLUMNS - 1) / PLOT_TICKS - length / 2;
		if (column + length >= (int)sizeof(line))
			column = sizeof(line) - 1 - length;
		memcpy(line + column, text.s, length);
	}
	line[sizeof(line) - 1] = '\0';
	fprintf(out, "%s\n", line);
}

void curve_plot_draw(FILE *out, const struct curve_plot *plot)
{
	char line[PLOT_COLUMNS + 1];

	fprintf(out, "%*s\n", PLOT_LEFT - 2, curve_plot_unit(plot));
	for (int row = PLOT_ROWS - 1; row >= 0; row--)
		draw_row(out, plot, row);
	memset(line, '-', PLOT_COLUMNS);
	line[PLOT_COLUMNS] = '\0';
	for (int tick = 1; tick <= PLOT_TICKS; tick++)
		line[tick * (PLOT_COLUMNS - 1) / PLOT_TICKS] = '+';
	fprintf(out, "%*s +%s\n", PLOT_LEFT - 2, "0", line);
	draw_ticks(out, plot);
}

static void print_row(FILE *out, const struct curve_plot *plot, double share)
{
	double pages = headroom_curve_memory(&plot->curve, curve_plot_refaults(plot) * (1 - share));
	/* a step of the curve may save more than @share: print all that it saves */
	struct headroom_curve_point point = headroom_curve_at(&plot->curve, pages);

	fprintf(out, "  %14s  %10s  %10s  %6.1f  %10.0f\n", curve_plot_memory(plot, pages).s,
		text_number(curve_plot_rate(plot, point.refaults)).s,
		text_number(curve_plot_rate(plot, ERRORS * point.error)).s,
		100 * (1 - point.refaults / curve_plot_refaults(plot)), point.samples);
}

void curve_plot_table(FILE *out, const struct curve_plot *plot)
{
	static const double share[] = { 0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1 };
	double pages, last = -1;

	fprintf(out, "  %14s  %10s  %10s  %6s  %10s\n", "EXTRA MEMORY",
	       plot->seconds > 0 ? "REFAULT/s" : "REFAULTS", "+-", "SAVED%", "SAMPLES");
	for (size_t i = 0; i < sizeof(share) / sizeof(share[0]); i++) {
		pages = headroom_curve_memory(&plot->curve, curve_plot_refaults(plot) * (1 - share[i]));
		/* several shares may fall on the same step: print its row once */
		if (pages != last)
			print_row(out, plot, share[i]);
		last = pages;
	}
}

/*
 * Extra memory would go to one of two pools: the cgroup and all below it, if its limit
 * binds, or its own pages alone. Choose the pool with more evictions.
 */
int curve_plot_build(struct curve_plot *plot, const struct headroom_cgroup *now,
		     const struct headroom_cgroup *before)
{
	struct headroom_target target;
	struct headroom_stats local;
	int err;

	err = headroom_target_delta(&now->target, before ? &before->target : NULL, &target);
	if (err < 0)
		return err;
	err = headroom_stats_delta(&now->local, before ? &before->local : NULL, &local);
	if (err < 0) {
		headroom_target_clear(&target);
		return err;
	}
	plot->cgroup = now;
	plot->target = target.evictions && target.evictions >= local.evictions;
	plot->evictions = plot->target ? target.evictions : local.evictions;
	err = headroom_curve_build(plot->target ? &target.distance : &local.refault_distance,
				   plot->evictions,
				   plot->target ? now->target.evictions : now->local.evictions,
				   plot->sample_shift, &plot->curve);
	headroom_target_clear(&target);
	headroom_stats_clear(&local);
	return err;
}
