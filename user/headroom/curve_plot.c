// SPDX-License-Identifier: GPL-2.0
/* The pool of memory that a curve is about: see curve_plot.h */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "curve_plot.h"

/* Size of the plot in characters: with its labels within 80 by 20 */
#define PLOT_COLUMNS	68
#define PLOT_ROWS	15
#define PLOT_TICKS	4
#define PLOT_LEFT	12	/* the labels, a space and the axis */

/* Two standard errors: about 95 % */
#define ERRORS		2

double pool_rate(const struct pool *pool, double refaults)
{
	return pool->seconds > 0 ? refaults / pool->seconds : refaults;
}

const char *pool_unit(const struct pool *pool)
{
	return pool->seconds > 0 ? "refaults/s" : "refaults";
}

static double rate_at(const struct pool *pool, double pages)
{
	return pool_rate(pool, headroom_curve_at(&pool->curve, pages).refaults);
}

double pool_refaults(const struct pool *pool)
{
	return pool->curve.point[0].refaults;
}

double pool_reach(const struct pool *pool)
{
	double pages = pool->curve.point[pool->curve.nr - 1].pages;

	return pages > 0 ? pages * 1.05 : 1;
}

struct text pool_memory(const struct pool *pool, double pages)
{
	return text_bytes(ceil(pages) * pool->page_size);
}

static void draw_row(FILE *out, const struct pool *pool, int row)
{
	double most = pool_rate(pool, pool_refaults(pool));
	double step = pool_reach(pool) / (PLOT_COLUMNS - 1);
	char line[PLOT_COLUMNS + 1] = "", label[32] = "";
	double level = most * row / PLOT_ROWS;

	/* a mark where the curve is above the row's lower edge */
	for (int column = 0; column < PLOT_COLUMNS; column++)
		line[column] = rate_at(pool, column * step) > level ? '#' : ' ';
	for (int end = PLOT_COLUMNS; end > 0 && line[end - 1] == ' '; end--)
		line[end - 1] = '\0';
	if (row == PLOT_ROWS - 1 || (row + 1) * 3 % PLOT_ROWS == 0)
		snprintf(label, sizeof(label), "%s",
			 text_number(most * (row + 1) / PLOT_ROWS).s);
	fprintf(out, "%*s |%s\n", PLOT_LEFT - 2, label, line);
}

/* The values below the axis, each in the middle below its tick where there is room */
static void draw_ticks(FILE *out, const struct pool *pool)
{
	char line[PLOT_LEFT + PLOT_COLUMNS + 1];
	int column, length;
	struct text text;

	memset(line, ' ', sizeof(line));
	for (int tick = 0; tick <= PLOT_TICKS; tick++) {
		text = pool_memory(pool, pool_reach(pool) * tick / PLOT_TICKS);
		length = strlen(text.s);
		column = PLOT_LEFT + tick * (PLOT_COLUMNS - 1) / PLOT_TICKS - length / 2;
		if (column + length >= (int)sizeof(line))
			column = sizeof(line) - 1 - length;
		memcpy(line + column, text.s, length);
	}
	line[sizeof(line) - 1] = '\0';
	fprintf(out, "%s\n", line);
}

void pool_plot(FILE *out, const struct pool *pool)
{
	char line[PLOT_COLUMNS + 1];

	fprintf(out, "%*s\n", PLOT_LEFT - 2, pool_unit(pool));
	for (int row = PLOT_ROWS - 1; row >= 0; row--)
		draw_row(out, pool, row);
	memset(line, '-', PLOT_COLUMNS);
	line[PLOT_COLUMNS] = '\0';
	for (int tick = 1; tick <= PLOT_TICKS; tick++)
		line[tick * (PLOT_COLUMNS - 1) / PLOT_TICKS] = '+';
	fprintf(out, "%*s +%s\n", PLOT_LEFT - 2, "0", line);
	draw_ticks(out, pool);
}

static void print_row(FILE *out, const struct pool *pool, double share)
{
	double pages = headroom_curve_memory(&pool->curve, pool_refaults(pool) * (1 - share));
	/* where a step saves more, all that is saved */
	struct headroom_curve_point point = headroom_curve_at(&pool->curve, pages);

	fprintf(out, "  %14s  %10s  %10s  %6.1f  %10.0f\n", pool_memory(pool, pages).s,
	       text_number(pool_rate(pool, point.refaults)).s,
	       text_number(pool_rate(pool, ERRORS * point.error)).s,
	       100 * (1 - point.refaults / pool_refaults(pool)), point.samples);
}

void pool_table(FILE *out, const struct pool *pool)
{
	static const double share[] = { 0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1 };
	double pages, last = -1;

	fprintf(out, "  %14s  %10s  %10s  %6s  %10s\n", "EXTRA MEMORY",
	       pool->seconds > 0 ? "REFAULT/s" : "REFAULTS", "+-", "SAVED%", "SAMPLES");
	for (size_t i = 0; i < sizeof(share) / sizeof(share[0]); i++) {
		pages = headroom_curve_memory(&pool->curve, pool_refaults(pool) * (1 - share[i]));
		/* a step would print the same row for several shares */
		if (pages != last)
			print_row(out, pool, share[i]);
		last = pages;
	}
}

/*
 * The pool that more memory would go to is the one that lost more pages: that
 * of the cgroup's limit, when that is what binds, with all that is below it;
 * else its own pages alone.
 */
int pool_build(struct pool *pool, const struct headroom_cgroup *now,
	       const struct headroom_cgroup *before)
{
	struct headroom_target target;
	struct headroom_stats local;
	int err;

	if (headroom_target_delta(&now->target, before ? &before->target : NULL, &target) < 0 ||
	    headroom_stats_delta(&now->local, before ? &before->local : NULL, &local) < 0)
		out_of_memory();
	pool->cgroup = now;
	pool->target = target.evictions && target.evictions >= local.evictions;
	pool->evictions = pool->target ? target.evictions : local.evictions;
	err = headroom_curve_build(pool->target ? &target.distance : &local.refault_distance,
				   pool->evictions,
				   pool->target ? now->target.evictions : now->local.evictions,
				   pool->sample_shift, &pool->curve);
	headroom_target_clear(&target);
	headroom_stats_clear(&local);
	return err;
}
