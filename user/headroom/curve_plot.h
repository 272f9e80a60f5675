/* SPDX-License-Identifier: GPL-2.0 */
/* The pool of memory that a curve is about */
#ifndef POOL_H
#define POOL_H

#include <stdio.h>
#include "headroom.h"
#include "text.h"

/** struct pool - what happened in it */
struct pool {
	const struct headroom_cgroup *cgroup;
	bool target;		/* pages evicted from it and below, else its own */
	uint64_t evictions;
	uint32_t page_size;
	uint32_t sample_shift;
	double seconds;		/* 0: since the module was loaded */
	struct headroom_curve curve;
};

/**
 * pool_build - choose the pool, and predict
 * @pool: with page_size, sample_shift and seconds filled in; clear its curve with
 *	headroom_curve_clear()
 * @before: NULL for all since the module was loaded
 *
 * Return: 0 or -ENOMEM.
 */
int pool_build(struct pool *pool, const struct headroom_cgroup *now,
	       const struct headroom_cgroup *before);

/** pool_rate - refaults as they are shown: a second, or all since the module was loaded */
double pool_rate(const struct pool *pool, double refaults);
/** pool_unit - the unit of that */
const char *pool_unit(const struct pool *pool);
/** pool_refaults - all that there were */
double pool_refaults(const struct pool *pool);
/** pool_reach - how far the curve reaches, in pages; never 0, so that it can be drawn */
double pool_reach(const struct pool *pool);
struct text pool_memory(const struct pool *pool, double pages);
/** pool_plot - draw the curve in characters, 80 by 18; there are refaults */
void pool_plot(FILE *out, const struct pool *pool);
/** pool_table - what so much memory would have saved; there are refaults */
void pool_table(FILE *out, const struct pool *pool);

#endif /* POOL_H */
