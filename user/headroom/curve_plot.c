// SPDX-License-Identifier: GPL-2.0
/* Print a curve of refaults over extra memory as a plot and as a table */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "curve_plot.h"
#include "interval.h"

/* Size of the plot in characters; with its labels it fits into 80 by 20 */
#define PLOT_COLUMNS	68
#define PLOT_ROWS	15
#define PLOT_TICKS	4
#define PLOT_LEFT	12	/* the labels, a space and the axis */

double curve_plot_rate(const struct curve_plot *plot, double refaults)
{
	return plot->seconds > 0 ? refaults / plot->seconds : refaults;
}

/* Unit of curve_plot_rate() */
static const char *unit(const struct curve_plot *plot)
{
	return plot->seconds > 0 ? "refaults/s" : "refaults";
}

double curve_plot_refaults(const struct curve_plot *plot)
{
	return plot->curve.point[0].refaults;
}

double curve_plot_horizon(const struct curve_plot *plot)
{
	return plot->curve.point[plot->curve.nr - 1].pages;
}

/* Extent of the memory axis in pages; greater than 0 */
static double reach(const struct curve_plot *plot)
{
	double pages = headroom_curve_memory(&plot->curve, 0).value * 1.05;

	return fmin(pages > 0 ? pages : 1, fmax(curve_plot_horizon(plot), 1));
}

struct text curve_plot_memory(const struct curve_plot *plot, double pages)
{
	if (!isfinite(pages))
		return (struct text){ "beyond the horizon" };
	return quantity_bytes(ceil(pages) * plot->page_size);
}

static void draw_row(FILE *out, const struct curve_plot *plot, int row)
{
	double most = curve_plot_rate(plot, curve_plot_refaults(plot));
	double step = reach(plot) / (PLOT_COLUMNS - 1);
	char line[PLOT_COLUMNS + 1] = "", label[32] = "";
	double level = curve_plot_refaults(plot) * row / PLOT_ROWS;
	struct headroom_curve_point point;

	/* mark the columns where the curve, or its bound, is above the lower edge of the row */
	for (int column = 0; column < PLOT_COLUMNS; column++) {
		point = headroom_curve_at(&plot->curve, column * step);
		line[column] = point.refaults > level ? '#' :
			       point.refaults_high > level ? '.' : ' ';
	}
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
		text = curve_plot_memory(plot, reach(plot) * tick / PLOT_TICKS);
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

	fprintf(out, "%*s\n", PLOT_LEFT - 2, unit(plot));
	for (int row = PLOT_ROWS - 1; row >= 0; row--)
		draw_row(out, plot, row);
	memset(line, '-', PLOT_COLUMNS);
	line[PLOT_COLUMNS] = '\0';
	for (int tick = 1; tick <= PLOT_TICKS; tick++)
		line[tick * (PLOT_COLUMNS - 1) / PLOT_TICKS] = '+';
	fprintf(out, "%*s +%s\n", PLOT_LEFT - 2, "0", line);
	draw_ticks(out, plot);
}

static void print_row(FILE *out, const struct curve_plot *plot, double pages)
{
	const struct headroom_curve_point *none = &plot->curve.point[0];
	struct headroom_curve_point point = headroom_curve_at(&plot->curve, pages);
	char saved[32];

	snprintf(saved, sizeof(saved), "%.0f-%.0f",
		 floor(100 * (1 - point.refaults_high / none->refaults_high)),
		 100 * (1 - point.refaults_low / none->refaults_low));
	fprintf(out, "  %14s  %10s  %10s  %10s  %8s  %10.0f\n",
		curve_plot_memory(plot, pages).s,
		text_number(curve_plot_rate(plot, point.refaults)).s,
		text_number(curve_plot_rate(plot, point.refaults_low)).s,
		text_number(curve_plot_rate(plot, point.refaults_high)).s, saved, point.samples);
}

void curve_plot_table(FILE *out, const struct curve_plot *plot)
{
	static const double share[] = { 0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1 };
	double pages, last = -1;

	fprintf(out, "  %14s  %10s  %10s  %10s  %8s  %10s\n", "EXTRA MEMORY",
	       plot->seconds > 0 ? "REFAULT/s" : "REFAULTS", "LOW", "HIGH", "SAVED%", "SAMPLES");
	for (size_t i = 0; i < sizeof(share) / sizeof(share[0]); i++) {
		pages = headroom_curve_extra(&plot->curve, share[i]).value;
		/* several shares may fall on the same step: print its row once */
		if (pages != last)
			print_row(out, plot, pages);
		last = pages;
	}
}

void curve_plot_summary(FILE *out, const struct curve_plot *plot)
{
	struct headroom_extra extra = headroom_curve_extra(&plot->curve, SAVED_SHARE);

	fprintf(out, "horizon: distances up to %.0f evictions, %s of memory\n",
		plot->curve.horizon, curve_plot_memory(plot, curve_plot_horizon(plot)).s);
	if (curve_plot_refaults(plot) <= 0) {
		fputs("no refaults up to the horizon; beyond it nothing is known\n", out);
		return;
	}
	fprintf(out, "beyond it nothing is known; perhaps up to %s %s need more memory\n",
		text_number(curve_plot_rate(plot, plot->curve.beyond)).s, unit(plot));
	fprintf(out, "%s more saves %.0f %%; ", curve_plot_memory(plot, extra.value).s,
		100 * SAVED_SHARE);
	fprintf(out, "95 %% interval %s to ", curve_plot_memory(plot, extra.low).s);
	fprintf(out, "%s\n", curve_plot_memory(plot, extra.high).s);
}

/* Refaults of the pool that extra memory would go to */
static int build(struct curve_plot *plot, const struct headroom_pool *pool)
{
	plot->evictions = pool->evictions;
	plot->seen = headroom_histogram_count(pool->distance);
	return headroom_curve_build(pool, &plot->curve);
}

/*
 * Extra memory would go to one of two pools: the cgroup and all below it, if its limit
 * binds, or its own pages alone. Choose the pool with more evictions.
 */
int curve_plot_build(struct curve_plot *plot, const struct headroom_cgroup *now,
		     const struct headroom_cgroup *before)
{
	struct headroom_stats local = { 0 }, subtree = { 0 };
	struct headroom_target target;
	struct headroom_pool pool;
	int err;

	err = headroom_target_delta(&now->target, before ? &before->target : NULL, &target);
	if (err < 0)
		return err;
	err = headroom_stats_delta(&now->local, before ? &before->local : NULL, &local);
	if (!err)
		err = headroom_stats_delta(&now->subtree, before ? &before->subtree : NULL,
					   &subtree);
	plot->cgroup = now;
	plot->target = target.evictions && target.evictions >= local.evictions;
	pool = plot->target ? headroom_pool_of(&subtree, &target, now->target.evictions,
					       plot->sample_shift) :
			      headroom_pool_of(&local, NULL, now->local.evictions,
					       plot->sample_shift);
	if (!err)
		err = build(plot, &pool);
	headroom_target_clear(&target);
	headroom_stats_clear(&local);
	headroom_stats_clear(&subtree);
	return err;
}
