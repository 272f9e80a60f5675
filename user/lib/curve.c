// SPDX-License-Identifier: LGPL-2.1
/*
 * From distance to memory
 *
 * What would have happened with more memory? The distance d of a refault
 * counts the pages that were lost between the page's eviction and its return.
 * Had all of them stayed out, d more pages of memory would have kept this one;
 * but those that came back meanwhile need no memory beyond what they have
 * again. The memory behind d is therefore the number of pages that were evicted
 * in between and still out when the page returned.
 *
 * Let S(t) be the share of evicted pages that have not returned after t further
 * evictions. Of the d pages evicted in between, the one evicted t evictions ago
 * is still out with probability S(t), hence
 *
 *	u(d) = S(0) + S(1) + ... + S(d - 1)
 *
 * This is the average eviction time of a cache (AET, USENIX ATC 2016), read
 * backwards for the list of the evicted. S falls, so u grows ever slower: with
 * S = 1 (a loop over a file: all come back, all at the same distance)
 * u(d) = d; where half the pages return early, the rest costs half of its
 * distance. With x more pages of memory those refaults remain whose u(d) is
 * above x. A refault that is saved evicts nothing in its turn, and u has taken
 * that into account: what returned before the page did is not in it.
 *
 * S for an interval
 * -----------------
 * The interval may begin at clock c0 and end at c1, with E = c1 - c0 evictions.
 * The clock is that of the cgroup, since its birth or the loading of the
 * module; what was evicted earlier is not known and its refaults have no
 * distance. At each tick c in the interval the page that was evicted at c - t
 * is of age t, if it is still out. There is such a page if c - t > 0, so
 *
 *	N(t) = min(E, c1 - t)
 *
 * pages would have been seen to pass age t if none had returned, and N(t) S(t)
 * are at risk of returning at it. Of these r(t) did, the refaults at distance
 * t. The hazard is what Kaplan and Meier (1958) divide to estimate a survival:
 *
 *	-S'(t) / S(t) = r(t) / (N(t) S(t)),  hence  S(t) = 1 - sum of r(s) / N(s)
 *						               s <= t
 * Both kinds of censoring are in it: pages evicted before the interval are
 * seen from age c0 - c on only, pages evicted late in it up to age c1 - c only.
 * When the interval began at the birth, c0 = 0, old ages were passed by few
 * pages: there R(t) / E alone would be too little, S too high, and with it the
 * memory asked for. When it began long ago, N = E.
 *
 * What is approximate
 * -------------------
 * - N(t) S(t) supposes that pages evicted before the interval returned like
 *   those evicted in it: a steady load. When it is not, more may return than
 *   was evicted; then E is taken to be as many as returned.
 * - u(d) is a mean: the pages evicted before one page return as those before
 *   another. Where a load alternates between phases, it does not hold for each.
 * - The order of eviction is taken for the order in which a larger memory would
 *   evict: that of an LRU list. The kernel's lists are not quite that. How far
 *   this leads is measured by scripts/curve-table; the table is in
 *   Documentation/refault.rst.
 * - A bucket of a histogram tells no more than how many distances lie in it.
 *   They are taken to lie evenly, so that S falls in a straight line and the
 *   sum is a trapezium. A bucket is drawn in four parts, between which the
 *   curve is a straight line.
 * - Pages that were truncated, or forgotten by the table (table-full), count as
 *   out for ever, which asks for more memory rather than less.
 */

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "headroom.h"

/* Parts that a bucket is drawn in */
#define PARTS	4

/* The way along the ages of evicted pages */
struct walk {
	double evictions;	/* E */
	double clock;		/* c1 */
	double age;		/* reached so far, t */
	double out;		/* S(t) */
	double memory;		/* u(t) */
};

/* N(t) */
static double seen_at(const struct walk *walk, double age)
{
	return fmax(fmin(walk->evictions, walk->clock - age), 1);
}

/* Goes on to @age; on the way @returned came back, evenly. */
static void walk_to(struct walk *walk, double age, double returned)
{
	double way = age - walk->age;
	double fall = fmin(returned / seen_at(walk, walk->age + way / 2), walk->out);

	walk->memory += (walk->out - fall / 2) * way;
	walk->out -= fall;
	walk->age = age;
}

/*
 * Where a bucket ends: not above the clock, as no page is older than that. One
 * without an upper bound tells no more than its lower one.
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

	/* nobody returns between two buckets */
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

	/* of a step, the lower end: memory equal to u(d) saves the refault */
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
