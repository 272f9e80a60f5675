/* SPDX-License-Identifier: GPL-2.0 */
/* Print a curve of refaults over extra memory as a plot and as a table */
#ifndef CURVE_PLOT_H
#define CURVE_PLOT_H

#include <stdio.h>
#include "headroom.h"
#include "text.h"

/** struct curve_plot - a curve, and what is needed to print it */
struct curve_plot {
	const struct headroom_cgroup *cgroup;
	bool target;		/* pool: the cgroup and all below it; else its own pages */
	uint64_t evictions;
	uint64_t seen;		/* refaults recorded, scaled */
	uint32_t page_size;
	uint32_t sample_shift;
	double seconds;		/* 0: since the module was loaded */
	struct headroom_curve curve;
};

/**
 * curve_plot_build - choose the pool and build its curve
 * @plot: with page_size, sample_shift and seconds set; clear its curve with
 *	headroom_curve_clear()
 * @before: the cgroup at the start of the interval; NULL for since the module was loaded
 *
 * Return: 0 or -ENOMEM.
 */
int curve_plot_build(struct curve_plot *plot, const struct headroom_cgroup *now,
		     const struct headroom_cgroup *before);

/** curve_plot_rate - convert refaults to refaults per second; unchanged without an interval */
double curve_plot_rate(const struct curve_plot *plot, double refaults);
/** curve_plot_refaults - estimate of the refaults up to the horizon, without extra memory */
double curve_plot_refaults(const struct curve_plot *plot);
/** curve_plot_horizon - the largest extra memory that the curve covers, in pages */
double curve_plot_horizon(const struct curve_plot *plot);
/** curve_plot_memory - format pages as bytes; INFINITY is beyond the horizon */
struct text curve_plot_memory(const struct curve_plot *plot, double pages);
/** curve_plot_summary - print the horizon and the memory that saves most refaults */
void curve_plot_summary(FILE *out, const struct curve_plot *plot);
/** curve_plot_draw - draw the curve in 80 by 18 characters; needs at least one refault */
void curve_plot_draw(FILE *out, const struct curve_plot *plot);
/** curve_plot_table - print memory and saved refaults; needs at least one refault */
void curve_plot_table(FILE *out, const struct curve_plot *plot);

#endif /* CURVE_PLOT_H */
