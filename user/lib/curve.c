// SPDX-License-Identifier: LGPL-2.1
/*
 * Predict refaults as a function of memory
 *
 * How many refaults would have remained with more memory? The distance d of a refault is
 * the number of pages evicted between the page's eviction and its refault. If all of
 * those pages had stayed out, d more pages of memory would have kept this one. But pages
 * that returned in between are in memory again and need no more. So the memory that a
 * distance d stands for is the number of pages that were evicted in between and were
 * still out when the page returned.
 *
 * Let S(t) be the share of evicted pages that have not returned after t further
 * evictions. Of the d pages evicted in between, the one evicted t evictions ago
 * is still out with probability S(t), so
 *
 *	u(d) = S(0) + S(1) + ... + S(d - 1)
 *
 * This is the model of average eviction time (AET, USENIX ATC 2016), applied to
 * the list of evicted pages instead of the cache. S falls, so u grows ever more
 * slowly. With S = 1 (a loop over a file: all pages return at the same distance)
 * u(d) = d. If half the pages return early, the others cost half their distance.
 * With x more pages of memory, the refaults with u(d) > x remain. A saved refault
 * causes no eviction; u accounts for that, because it does not include pages that
 * returned before the page did.
 *
 * S for an interval
 * -----------------
 * Let the interval begin at clock c0 and end at c1, with E = c1 - c0 evictions.
 * The clock counts the cgroup's evictions since its birth or the loading of the
 * module; pages evicted earlier are unknown, and their refaults have no
 * distance. At each tick c in the interval, the page that was evicted at c - t
 * has age t, if it is still out. Such a page exists if c - t > 0, so
 *
 *	N(t) = min(E, c1 - t)
 *
 * pages would have passed age t in the interval if none had returned, and
 * N(t) S(t) are at risk of returning at age t. Of these, r(t) returned: the
 * refaults at distance t. Their ratio is the hazard from which Kaplan and Meier
 * (1958) estimate survival:
 *
 *	-S'(t) / S(t) = r(t) / (N(t) S(t)),  hence  S(t) = 1 - sum of r(s) / N(s)
 *						               s <= t
 * This accounts for censoring on both sides: pages evicted at c before the
 * interval are observed only from age c0 - c on, pages evicted late in it only up
 * to age c1 - c. If the interval began at the birth of the cgroup, c0 = 0, few
 * pages passed the old ages; R(t) / E alone would be too small there, and S, and
 * the predicted memory, too large. If the birth was long ago, N = E.
 *
 * What is approximate
 * -------------------
 * - N(t) S(t) assumes a steady load: pages evicted before the interval return
 *   like those evicted in it. Otherwise more pages may return than were evicted;
 *   then E is the number of pages that returned.
 * - u(d) is a mean: it assumes that the pages evicted after one page return like
 *   those evicted after another. It does not hold for each phase of a load that
 *   alternates.
 * - The model assumes that a larger memory would evict in the same order, that of
 *   an LRU list. The kernel's lists are not quite LRU. scripts/curve-table
 *   measures the error; the table is in Documentation/refault.rst.
 * - A bucket of a histogram has only the number of its distances. They are taken
 *   as evenly spread, so that S falls in a straight line and the sum is a
 *   trapezium. A bucket is drawn in four parts, and the curve is a straight line
 *   in each.
 * - Pages that were truncated, or dropped from the nonresident table (table-full),
 *   count as out for ever. This errs towards more memory.
 */

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "headroom.h"

/* Parts that a bucket is drawn in */
#define PARTS	4

/* State while walking along the ages of evicted pages; names as above */
struct walk {
	double evictions;	/* E */
	double clock;		/* c1 */
	double age;		/* t */
	double out;		/* S(t) */
	double memory;		/* u(t) */
};

/* N(t) */
static double seen_at(const struct walk *walk, double age)
{
	return fmax(fmin(walk->evictions, walk->clock - age), 1);
}

/* Advance to @age; @returned pages return on the way, evenly spread. */
static void walk_to(struct walk *walk, double age, double returned)
{
	double way = age - walk->age;
	double fall = fmin(returned / seen_at(walk, walk->age + way / 2), walk->out);

	walk->memory += (walk->out - fall / 2) * way;
	walk->out -= fall;
	walk->age = age;
}

/*
 * End of a bucket: at most the clock, because no page is older. The open last bucket is
 * taken as its lower bound.
 */
static double upper(const struct headroom_bucket *bucket, double clock)
{
	if (bucket->high == UINT64_MAX)
		return bucket->low;
	return fmin(bucket->high, fmax(bucket->low, clock));
}

static struct headroom_curve_point point_of(double pages, double refaults, double scale)
{
	double samples = refaults / scale;

	return (struct headroom_curve_point){
		.pages = pages, .refaults = refaults, .samples = samples,
		.error = scale * sqrt(samples),
	};
}

static void add_point(struct headroom_curve *curve, double pages, double refaults)
{
	curve->point[curve->nr++] = point_of(pages, refaults, curve->scale);
}

static void walk_bucket(struct walk *walk, const struct headroom_bucket *bucket,
			struct headroom_curve *curve)
{
	double refaults = curve->point[curve->nr - 1].refaults;
	double width = upper(bucket, walk->clock) - bucket->low;

	/* no page returns between two buckets */
	walk_to(walk, bucket->low, 0);
	add_point(curve, walk->memory, refaults);
	for (int part = 1; part <= PARTS; part++) {
		walk_to(walk, bucket->low + width * part / PARTS, bucket->count / (double)PARTS);
		refaults -= bucket->count / (double)PARTS;
		add_point(curve, walk->memory, refaults);
	}
}

int headroom_curve_build(const struct headroom_histogram *distance, uint64_t evictions,
			 uint64_t clock, uint32_t sample_shift, struct headroom_curve *curve)
{
	double refaults = headroom_histogram_count(distance);
	struct walk walk = {
		.evictions = fmax(evictions, refaults), .clock = clock, .out = 1,
	};

	*curve = (struct headroom_curve){ 0 };
	curve->point = calloc(1 + distance->nr * (1 + PARTS), sizeof(*curve->point));
	if (!curve->point)
		return -ENOMEM;
	curve->scale = ldexp(1, sample_shift);
	add_point(curve, 0, refaults);
	for (size_t i = 0; i < distance->nr; i++)
		walk_bucket(&walk, &distance->bucket[i], curve);
	return 0;
}

void headroom_curve_clear(struct headroom_curve *curve)
{
	free(curve->point);
	memset(curve, 0, sizeof(*curve));
}

struct headroom_curve_point headroom_curve_at(const struct headroom_curve *curve, double pages)
{
	const struct headroom_curve_point *next = curve->point, *last = next + curve->nr - 1;
	double share;

	/* take the lower end of a step: memory equal to u(d) saves the refault */
	while (next <= last && next->pages <= pages)
		next++;
	if (next > last)
		return point_of(pages, last->refaults, curve->scale);
	if (next == curve->point)
		return *next;
	share = (pages - next[-1].pages) / (next->pages - next[-1].pages);
	return point_of(pages, next[-1].refaults + share * (next->refaults - next[-1].refaults),
			curve->scale);
}

double headroom_curve_memory(const struct headroom_curve *curve, double refaults)
{
	const struct headroom_curve_point *next = curve->point, *last = next + curve->nr - 1;
	double share;

	while (next < last && next->refaults > refaults)
		next++;
	if (next == curve->point || next->refaults > refaults)
		return next->pages;
	share = (next[-1].refaults - refaults) / (next[-1].refaults - next->refaults);
	return next[-1].pages + share * (next->pages - next[-1].pages);
}

int headroom_extra_memory(const struct headroom_stats *stats, double q, uint64_t *pages)
{
	double refaults = headroom_histogram_count(&stats->refault_distance);
	struct headroom_curve curve;
	int err;

	*pages = 0;
	err = headroom_curve_build(&stats->refault_distance, stats->evictions,
				   HEADROOM_CLOCK_OLD, 0, &curve);
	if (err < 0)
		return err;
	*pages = headroom_curve_memory(&curve, refaults * (1 - q)) + 0.5;
	headroom_curve_clear(&curve);
	return 0;
}
