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
 * Refaults that the interval was too short to show
 * -----------------------------------------------
 * Let the interval begin at clock c0 and end at c1, with E = c1 - c0 evictions.
 * The clock counts the cgroup's evictions since its birth or the loading of the
 * module; pages evicted earlier are unknown, and their refaults have no
 * distance. At each tick c in the interval, the page that was evicted at c - t
 * has age t, if it is still out. Such a page exists if c - t > 0, so only
 *
 *	N(t) = min(E, c1 - t)
 *
 * of the E ticks could show a refault at distance t. So each refault counts
 *
 *	w(t) = E / N(t)
 *
 * times. The sum R(t) of the weights up to t is the number of refaults with distances up
 * to t in E evictions of a cgroup that is old, and S(t) = 1 - R(t) / E. That is the
 * Kaplan-Meier estimate (1958) of survival: r(t) / (N(t) S(t)) of the pages at risk
 * return at age t. If the birth was long ago, all weights are 1.
 *
 * The horizon H is the largest distance that the interval could show: where N falls to a
 * tenth of E, or at the end of the bucket that contains that distance; less if pages are
 * forgotten earlier. Refaults beyond H are not in the curve.
 *
 * Bounds
 * ------
 * All bounds are those of a 95 % interval, at two standard errors, z = 2. A sum of n
 * weights has the variance of n events times the mean weight, by squares, and times the
 * spread of the sample groups: refaults of one page are in one group, so a spread above 1
 * shows that they are not independent of each other. The interval is the score interval: the expected
 * values L for which the sum a is within z standard errors,
 *
 *	(a - L)^2 = v L (1 - L / E),	v = z^2 * spread * mean weight
 *
 * Without samples it is 0 to v, that is 4 samples. The last factor is that of a
 * binomial count, for R, which cannot exceed E. It is left out for the refaults that remain.
 *
 * With sampling, S is the share of the sampled pages' evictions, not of all, because the sample
 * may be busier than the others: if all sampled pages returned, S is 0. The groups count these
 * evictions, but only of file pages, and for the whole cgroup. If their refaults are not those
 * of the pool, E takes their place, a is a sum of independent samples, and the factor is nearly
 * 1.
 *
 * - The bounds of R give those of S, and their sums those of u. These are one percent
 *   wider, because buckets are a quarter of an octave wide. The errors of the model itself
 *   are not in the bounds.
 * - Pages that are still out at the horizon may return later. Nothing shows how many; the
 *   upper bounds assume that they return no faster than those in the second half of the
 *   horizon, at its upper bound, until their age is four times the horizon. That many
 *   refaults are added to the upper bound of what remains.
 *
 * What is approximate
 * -------------------
 * - S assumes a steady load: pages evicted before the interval return
 *   like those evicted in it. Otherwise more pages may return than were evicted;
 *   then E is the number of pages that returned.
 * - u(d) is a mean: it assumes that the pages evicted after one page return like
 *   those evicted after another. It does not hold for each phase of a load that
 *   alternates.
 * - The model assumes that a larger memory would evict in the same order, that of
 *   an LRU list. The kernel's lists are not quite LRU. scripts/curve-table
 *   measures the error; the table is in Documentation/refault.rst.
 * - A bucket of a histogram has only the number of its distances. The refaults of an old
 *   cgroup are taken as evenly spread over it, so that S falls in a straight line and the
 *   sum is a trapezium. A bucket is drawn in four parts, and the curve is a straight line
 *   in each.
 * - Pages that were truncated, or dropped from the nonresident table (table-full) before
 *   the horizon, count as out for ever. This errs towards more memory.
 */

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "headroom.h"

/* Parts that a bucket is drawn in */
#define PARTS	4

/* z^2: two standard errors, about 95 % */
#define Z_SQUARED	4.0
/* Student's t, 97.5 %, for HEADROOM_SAMPLE_GROUPS - 1 degrees of freedom */
#define STUDENT_T	2.131
/* The horizon is where one in LEAST_SEEN evictions could show a refault */
#define LEAST_SEEN	10
/* Error of u because the place of a refault in its bucket is unknown */
#define BUCKET_ERROR	0.01
/* Pages are taken to return until they are this many horizons older than the horizon */
#define AHEAD		3
/* Difference of two counts of the same refaults */
#define COUNT_ERROR	0.05

/* The bounds of an estimate, and the estimate itself */
enum bound { LOW, VALUE, HIGH, NR_BOUNDS };

/* What happened up to an age, in samples unless said otherwise */
struct node {
	double age;			/* t */
	double count;			/* refaults */
	double returned;		/* the sum of their weights: R(t) */
	double squares;			/* the sum of the squares of their weights */
	double memory[NR_BOUNDS];	/* u(t), pages */
	double left[NR_BOUNDS];		/* refaults at larger distances, scaled */
};

/* Names as above */
struct model {
	double evictions;	/* E */
	double clock;		/* c1 */
	double forgotten;	/* pages of this age are not recognised */
	double horizon;		/* H */
	double scale;		/* refaults per sample */
	double spread;
	double pages;		/* E; if it is known of the sampled pages, that, scaled */
	double counted;		/* pages by each that @pages was counted from */
	double beyond;		/* upper bound of the refaults beyond the horizon */
	size_t nr_buckets;	/* number of buckets that begin below the horizon */
	size_t nr;
	struct node *node;
};

/* The mean weight between two ages: E by the mean of N */
static double weight_between(const struct model *model, double from, double to)
{
	double all = fmin(fmax(model->clock - model->evictions, from), to);
	double seen;

	if (to > from)
		seen = (model->evictions * (all - from) +
			(model->clock - (all + to) / 2) * (to - all)) / (to - from);
	else
		seen = model->clock - from;
	return model->evictions / fmax(fmin(seen, model->evictions), 1);
}

/*
 * End of a bucket: no page is older than the clock. The open last bucket is taken as its
 * lower bound.
 */
static double upper(const struct model *model, const struct headroom_bucket *bucket)
{
	if (bucket->high == UINT64_MAX)
		return bucket->low;
	return fmax(fmin(bucket->high, fmin(model->clock, model->forgotten)), bucket->low);
}

/* The sampled pages, by group, and their sum */
struct sample {
	struct {
		double evictions, refaults;
	} group[HEADROOM_SAMPLE_GROUPS], all;
};

/* A newer module may report more groups: fold them into those of the model. */
static struct sample sample_of(const struct headroom_pool *pool)
{
	struct sample sample = { 0 };

	for (size_t i = 0; i < pool->nr_groups; i++) {
		sample.group[i % HEADROOM_SAMPLE_GROUPS].evictions += pool->group[i].evictions;
		sample.group[i % HEADROOM_SAMPLE_GROUPS].refaults += pool->group[i].refaults;
		sample.all.evictions += pool->group[i].evictions;
		sample.all.refaults += pool->group[i].refaults;
	}
	return sample;
}

/*
 * Whether the groups have the same pages as the pool: they count only file pages, and the
 * evictions for any reason. The evictions of the sample differ from its share by chance.
 */
static bool is_sample_of(const struct sample *sample, const struct headroom_pool *pool)
{
	double scale = ldexp(1, pool->sample_shift);
	double refaults = headroom_histogram_count(pool->distance) / scale;
	double evictions = pool->evictions / scale;

	return sample->all.evictions > evictions / 2 && sample->all.evictions < evictions * 2 &&
	       fabs(sample->all.refaults - refaults) <= refaults * COUNT_ERROR;
}

/*
 * Variance of the refaults of a group, by that of independent events; at least 1. Around the
 * mean, or around the share @returned of the group's evictions if that is not 0.
 */
static double spread_of(const struct sample *sample, double returned)
{
	double mean = sample->all.refaults / HEADROOM_SAMPLE_GROUPS, squares = 0, off;

	if (mean <= 0 || returned >= 1)
		return 1;
	for (int i = 0; i < HEADROOM_SAMPLE_GROUPS; i++) {
		off = sample->group[i].refaults -
			(returned > 0 ? returned * sample->group[i].evictions : mean);
		squares += off * off;
	}
	return fmax(squares / (HEADROOM_SAMPLE_GROUPS - 1) / mean / (1 - returned) *
		    STUDENT_T * STUDENT_T / Z_SQUARED, 1);
}

/* Take E from the sample if it is that of the pool. */
static void set_sample(struct model *model, const struct headroom_pool *pool)
{
	struct sample sample = sample_of(pool);
	bool same = is_sample_of(&sample, pool);

	model->pages = same ? sample.all.evictions * model->scale : model->evictions;
	model->counted = same ? model->scale : 1;
	model->spread = spread_of(&sample, same ? sample.all.refaults / sample.all.evictions : 0);
}

static void find_horizon(struct model *model, const struct headroom_histogram *distance)
{
	model->horizon = fmin(fmax(model->clock - model->evictions / LEAST_SEEN, 0),
			      model->forgotten);
	while (model->nr_buckets < distance->nr &&
	       distance->bucket[model->nr_buckets].low < model->horizon)
		model->nr_buckets++;
	if (model->nr_buckets)
		model->horizon = fmax(model->horizon,
				      upper(model, &distance->bucket[model->nr_buckets - 1]));
}

/* Add a node at @age, up to which @count more refaults with this weight happened. */
static void add_node(struct model *model, double age, double count, double weight)
{
	struct node *node = &model->node[model->nr++];

	if (model->nr > 1)
		*node = node[-1];
	node->age = age;
	node->count += count;
	node->returned += count * weight;
	node->squares += count * weight * weight;
}

static void add_bucket(struct model *model, const struct headroom_bucket *bucket)
{
	double width = upper(model, bucket) - bucket->low;
	double weight = weight_between(model, bucket->low, bucket->low + width);

	/* no page returns between two buckets */
	add_node(model, bucket->low, 0, 1);
	for (int part = 1; part <= PARTS; part++)
		add_node(model, bucket->low + width * part / PARTS,
			 bucket->count / model->scale / PARTS, weight);
}

static int add_nodes(struct model *model, const struct headroom_histogram *distance)
{
	model->node = calloc(2 + model->nr_buckets * (1 + PARTS), sizeof(*model->node));
	if (!model->node)
		return -ENOMEM;
	add_node(model, 0, 0, 1);
	for (size_t i = 0; i < model->nr_buckets; i++)
		add_bucket(model, &distance->bucket[i]);
	add_node(model, model->horizon, 0, 1);
	return 0;
}

/*
 * The score interval of a sum of weights. @weight is their mean by squares, @most the largest
 * possible sum, INFINITY for none.
 */
static void set_bounds(const struct model *model, double sum, double weight, double most,
		       double bound[NR_BOUNDS])
{
	double v = Z_SQUARED * model->spread * weight;
	double root = sqrt(fmax(v * (4 * sum * (1 - sum / most) + v), 0));

	bound[LOW] = fmax(2 * sum + v - root, 0) / 2 / (1 + v / most);
	bound[VALUE] = sum;
	bound[HIGH] = (2 * sum + v + root) / 2 / (1 + v / most);
}

/* The evicted pages; if more returned, the number of these */
static double all_pages(const struct model *model)
{
	return fmax(model->pages, model->node[model->nr - 1].returned * model->scale);
}

/* S and its bounds at a node */
static void set_out(const struct model *model, const struct node *node, double out[NR_BOUNDS])
{
	double weight = node->returned > 0 ? node->squares / node->returned : 1;
	double all = all_pages(model), returned[NR_BOUNDS];

	set_bounds(model, node->returned, weight, all / model->counted, returned);
	for (int i = 0; i < NR_BOUNDS; i++)
		out[i] = fmax(1 - returned[HIGH - i] * model->scale / all, 0);
}

static void set_memory(struct model *model)
{
	double out[NR_BOUNDS], before[NR_BOUNDS];

	set_out(model, model->node, before);
	for (size_t n = 1; n < model->nr; n++) {
		struct node *node = &model->node[n];

		set_out(model, node, out);
		for (int i = 0; i < NR_BOUNDS; i++) {
			/* S falls: an earlier bound remains one */
			out[i] = fmin(out[i], before[i]);
			node->memory[i] = node[-1].memory[i] +
				(before[i] + out[i]) / 2 * (node->age - node[-1].age);
			before[i] = out[i];
		}
	}
}

/* The refaults from a node up to the horizon, in samples */
static void set_after(const struct model *model, const struct node *node,
		      double after[NR_BOUNDS])
{
	const struct node *last = &model->node[model->nr - 1];
	double sum = last->returned - node->returned;
	double weight = sum > 0 ? (last->squares - node->squares) / sum :
		weight_between(model, node->age, last->age);

	set_bounds(model, fmax(sum, 0), weight, INFINITY, after);
}

/* The rate is by page that is out and by eviction; u is the sum of S, so E u is their product. */
static void set_beyond(struct model *model)
{
	const struct node *last = &model->node[model->nr - 1], *half = model->node;
	double out[NR_BOUNDS], after[NR_BOUNDS], rate;

	while (half + 1 < last && half[1].age <= model->horizon / 2)
		half++;
	set_out(model, last, out);
	set_after(model, half, after);
	model->beyond = all_pages(model) * out[HIGH];
	if (last->memory[VALUE] <= half->memory[VALUE])
		return;
	rate = after[HIGH] * model->scale / all_pages(model) /
		(last->memory[VALUE] - half->memory[VALUE]);
	model->beyond *= 1 - exp(-rate * AHEAD * model->horizon);
}

static void set_left(struct model *model)
{
	double before[NR_BOUNDS] = { INFINITY, INFINITY, INFINITY }, after[NR_BOUNDS];

	for (struct node *node = model->node; node < model->node + model->nr; node++) {
		set_after(model, node, after);
		for (int i = 0; i < NR_BOUNDS; i++) {
			node->left[i] = fmin(after[i] * model->scale +
					     (i == HIGH ? model->beyond : 0), before[i]);
			before[i] = node->left[i];
		}
	}
}

static int draw(const struct model *model, struct headroom_curve *curve)
{
	const struct node *last = &model->node[model->nr - 1];

	curve->point = calloc(model->nr, sizeof(*curve->point));
	if (!curve->point)
		return -ENOMEM;
	for (const struct node *node = model->node; node <= last; node++)
		curve->point[curve->nr++] = (struct headroom_curve_point){
			.pages = node->memory[VALUE], .refaults = node->left[VALUE],
			.pages_low = node->memory[LOW] * (1 - BUCKET_ERROR),
			.refaults_low = node->left[LOW],
			.pages_high = node->memory[HIGH] * (1 + BUCKET_ERROR),
			.refaults_high = node->left[HIGH],
			.samples = last->count - node->count,
		};
	curve->horizon = model->horizon;
	curve->beyond = model->beyond;
	return 0;
}

struct headroom_pool headroom_pool_of(const struct headroom_stats *delta,
				      const struct headroom_target *target, uint64_t clock,
				      uint32_t sample_shift)
{
	return (struct headroom_pool){
		.distance = target ? &target->distance : &delta->refault_distance,
		.evictions = target ? target->evictions : delta->evictions, .clock = clock,
		.horizon = headroom_horizon(delta), .sample_shift = sample_shift,
		.nr_groups = delta->nr_groups, .group = delta->group,
	};
}

int headroom_curve_build(const struct headroom_pool *pool, struct headroom_curve *curve)
{
	struct model model = {
		.evictions = fmax(pool->evictions, 1),
		.clock = fmax(pool->clock, pool->evictions),
		.forgotten = pool->horizon ? pool->horizon : INFINITY,
		.scale = ldexp(1, pool->sample_shift),
	};
	int err;

	*curve = (struct headroom_curve){ 0 };
	for (size_t i = 0; i < sizeof(pool->reserved) / sizeof(pool->reserved[0]); i++)
		if (pool->reserved[i])
			return -EINVAL;
	set_sample(&model, pool);
	find_horizon(&model, pool->distance);
	err = add_nodes(&model, pool->distance);
	if (err < 0)
		return err;
	set_memory(&model);
	set_beyond(&model);
	set_left(&model);
	err = draw(&model, curve);
	free(model.node);
	return err;
}

void headroom_curve_clear(struct headroom_curve *curve)
{
	free(curve->point);
	memset(curve, 0, sizeof(*curve));
}

/* A point of the curve, or of the curve of a bound */
struct place {
	double pages, refaults, samples;
};

static struct place place_of(const struct headroom_curve_point *point, enum bound i)
{
	if (i == LOW)
		return (struct place){ point->pages_low, point->refaults_low, point->samples };
	if (i == HIGH)
		return (struct place){ point->pages_high, point->refaults_high, point->samples };
	return (struct place){ point->pages, point->refaults, point->samples };
}

/* The value at @x on the line from (@x0, @y0) to (@x1, @y1) */
static double between(double x, double x0, double y0, double x1, double y1)
{
	return y0 + (y1 - y0) * (x - x0) / (x1 - x0);
}

/* Of a step, the lower end: memory equal to u(d) saves the refault */
static struct place with_memory(const struct headroom_curve *curve, double pages, enum bound i)
{
	struct place before = place_of(curve->point, i), next = before;

	for (size_t n = 0; n < curve->nr; n++, before = next) {
		next = place_of(&curve->point[n], i);
		if (next.pages <= pages)
			continue;
		if (!n)
			return next;
		return (struct place){ pages,
			between(pages, before.pages, before.refaults, next.pages, next.refaults),
			between(pages, before.pages, before.samples, next.pages, next.samples),
		};
	}
	return next;
}

struct headroom_curve_point headroom_curve_at(const struct headroom_curve *curve, double pages)
{
	struct place value = with_memory(curve, pages, VALUE);

	return (struct headroom_curve_point){
		.pages = pages, .pages_low = pages, .pages_high = pages,
		.refaults = value.refaults, .samples = value.samples,
		.refaults_low = with_memory(curve, pages, LOW).refaults,
		.refaults_high = with_memory(curve, pages, HIGH).refaults,
	};
}

/* The least memory with which at most @refaults remain; INFINITY if it is beyond the horizon */
static double memory_for(const struct headroom_curve *curve, double refaults, enum bound i)
{
	struct place before = place_of(curve->point, i), next;

	for (size_t n = 0; n < curve->nr; n++, before = next) {
		next = place_of(&curve->point[n], i);
		if (next.refaults > refaults)
			continue;
		if (!n)
			return next.pages;
		return between(refaults, before.refaults, before.pages, next.refaults, next.pages);
	}
	return INFINITY;
}

struct headroom_extra headroom_curve_memory(const struct headroom_curve *curve, double refaults)
{
	return (struct headroom_extra){
		.value = memory_for(curve, refaults, VALUE),
		.low = memory_for(curve, refaults, LOW),
		.high = memory_for(curve, refaults, HIGH),
	};
}

struct headroom_extra headroom_curve_extra(const struct headroom_curve *curve, double share)
{
	double all = curve->point[0].refaults;
	struct headroom_extra extra = headroom_curve_memory(curve, all * (1 - share));

	/* the refaults beyond the horizon are among those to save, and among those left */
	extra.high = memory_for(curve, (all + curve->beyond) * (1 - share), HIGH);
	return extra;
}

int headroom_extra_memory(const struct headroom_pool *pool, double share,
			  struct headroom_extra *extra)
{
	struct headroom_curve curve;
	int err;

	*extra = (struct headroom_extra){ 0 };
	err = headroom_curve_build(pool, &curve);
	if (err < 0)
		return err;
	*extra = headroom_curve_extra(&curve, share);
	headroom_curve_clear(&curve);
	return 0;
}
