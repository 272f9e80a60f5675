/* SPDX-License-Identifier: GPL-2.0 */
/* A curve of refaults over memory, as a plot and as a table */
#ifndef CURVE_PLOT_H
#define CURVE_PLOT_H

#include <stdio.h>
#include "headroom.h"
#include "text.h"

/** struct curve_plot - what happened in it */
struct curve_plot {
	const struct headroom_cgroup *cgroup;
	bool target;		/* pages evicted from it and below, else its own */
	uint64_t evictions;
	uint32_t page_size;
	uint32_t sample_shift;
	double seconds;		/* 0: since the module was loaded */
	struct headroom_curve curve;
};

/**
 * curve_plot_build - choose the plot, and predict
 * @plot: with page_size, sample_shift and seconds filled in; clear its curve with
 *	headroom_curve_clear()
 * @before: NULL for all since the module was loaded
 *
 * Return: 0 or -ENOMEM.
 */
int curve_plot_build(struct curve_plot *plot, const struct headroom_cgroup *now,
		     const struct headroom_cgroup *before);

/** curve_plot_rate - refaults as they are shown: a second, or all since the module was loaded */
double curve_plot_rate(const struct curve_plot *plot, double refaults);
/** curve_plot_unit - the unit of that */
const char *curve_plot_unit(const struct curve_plot *plot);
/** curve_plot_refaults - all that there were */
double curve_plot_refaults(const struct curve_plot *plot);
/** curve_plot_reach - how far the curve reaches, in pages; never 0, so that it can be drawn */
double curve_plot_reach(const struct curve_plot *plot);
struct text curve_plot_memory(const struct curve_plot *plot, double pages);
/** curve_plot_draw - draw the curve in characters, 80 by 18; there are refaults */
void curve_plot_draw(FILE *out, const struct curve_plot *plot);
/** curve_plot_table - what so much memory would have saved; there are refaults */
void curve_plot_table(FILE *out, const struct curve_plot *plot);

#endif /* CURVE_PLOT_H */
