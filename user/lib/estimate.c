// SPDX-License-Identifier: LGPL-2.1
/*
 * Subtract readings, and estimate refaults from samples
 *
 * Pure functions of the readings.
 *
 * How many refaults happened, if one page in k = 2^shift is tracked?
 * ------------------------------------------------------------------
 * The simple estimate is k times the recorded refaults r. By chance, the tracked
 * pages may be busier than the others, or less busy. But their share of the
 * evictions is known: all evictions are counted, E in total, and those of tracked
 * pages, e, are counted separately. A sample with more than its share of the
 * evictions has more than its share of the refaults, too. So use the evictions as
 * a control variate in a regression estimate (Cochran, Sampling Techniques,
 * ch. 7):
 *
 *	R = k r + b (E - k e)
 *
 * With b = 1 this is the number of evicted pages minus those still out, and only
 * the latter are estimated from the sample. SHARDS-adj (FAST '15) corrects a count
 * by its expectation in the same way, with b fixed.
 *
 * The slope b and the error come from the sample itself. The hash divides the
 * tracked pages into G = 16 groups, each of which is a random sample of
 * 1 in G k of the pages, with r_g refaults of e_g evictions (random groups:
 * Wolter, Introduction to Variance Estimation, ch. 2). b is the slope of r_g on
 * e_g by least squares, limited to 0 to 1: except for pages evicted before the
 * interval, a page cannot return more often than it was evicted. The residual
 *
 *	s^2 = sum of (r_g - r/G - b (e_g - e/G))^2 / (G - 2)
 *
 * is the variance of one group. R is k G times the line's value at the true
 * mean E / (k G), and the variance of a fitted line at a point z is
 *
 *	s^2 (1/G + (z - e/G)^2 / sum of (e_g - e/G)^2)
 *
 * The first term is multiplied by 1 - 1/k: if all pages are tracked, nothing is
 * left to chance. The 95 % interval is 2.145 standard errors to both sides,
 * Student's t for G - 2 = 14 degrees of freedom.
 *
 * All refaults of one page are in one group, so the error does not treat them as
 * independent. With few samples most groups are empty and s is meaningless; the
 * upper bound is then at least the Poisson bound for r events, k times
 * r + 2 + 2 sqrt(r + 1), which is 4 k for r = 0. The estimate is never below r,
 * because r refaults were recorded.
 */

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "counters.h"
#include "lists.h"

/* Difference of a counter; one that went backwards restarted from zero. */
static uint64_t since(uint64_t now, uint64_t before)
{
	return now >= before ? now - before : now;
}

static void counters_delta(const struct headroom_counter *counter, const void *now,
			   const void *before, void *delta)
{
	for (; counter->name; counter++)
		headroom_counter_set(counter, delta,
				     since(headroom_counter_get(counter, now),
					   headroom_counter_get(counter, before)));
}

static int histogram_delta(const struct headroom_histogram *now,
			   const struct headroom_histogram *before,
			   struct headroom_histogram *delta)
{
	const struct headroom_bucket *bucket;
	uint64_t count;
	size_t b = 0;

	if (!now->nr)
		return 0;
	delta->bucket = calloc(now->nr, sizeof(*delta->bucket));
	if (!delta->bucket)
		return -ENOMEM;
	for (size_t i = 0; i < now->nr; i++) {
		bucket = &now->bucket[i];
		count = bucket->count;
		while (b < before->nr && before->bucket[b].low < bucket->low)
			b++;
		if (b < before->nr && before->bucket[b].low == bucket->low)
			count = since(count, before->bucket[b].count);
		if (!count)
			continue;
		delta->bucket[delta->nr] = *bucket;
		delta->bucket[delta->nr++].count = count;
	}
	return 0;
}

/* Copy a list for the caller to subtract from; NULL if it is empty, and without memory */
static void *copy_list(const void *list, size_t nr, size_t size)
{
	void *copy = nr ? malloc(nr * size) : NULL;

	return copy ? memcpy(copy, list, nr * size) : NULL;
}

static int pages_delta(const struct headroom_stats *now, const struct headroom_stats *before,
		       struct headroom_stats *delta)
{
	delta->pages = copy_list(now->pages, now->nr_pages, sizeof(*now->pages));
	if (now->nr_pages && !delta->pages)
		return -ENOMEM;
	delta->nr_pages = now->nr_pages;
	for (size_t i = 0; i < now->nr_pages; i++)
		counters_delta(headroom_pages_counters, &now->pages[i],
			       headroom_stats_pages(before, now->pages[i].kind,
						    now->pages[i].reason), &delta->pages[i]);
	return 0;
}

static int groups_delta(const struct headroom_stats *now, const struct headroom_stats *before,
			struct headroom_stats *delta)
{
	static const struct headroom_group nothing;

	delta->group = copy_list(now->group, now->nr_groups, sizeof(*now->group));
	if (now->nr_groups && !delta->group)
		return -ENOMEM;
	delta->nr_groups = now->nr_groups;
	for (size_t i = 0; i < now->nr_groups; i++)
		counters_delta(headroom_group_counters, &now->group[i],
			       i < before->nr_groups ? &before->group[i] : &nothing,
			       &delta->group[i]);
	return 0;
}

static int stalls_delta(const struct headroom_stats *now, const struct headroom_stats *before,
			struct headroom_stats *delta)
{
	const struct headroom_stall *stall, *earlier;
	struct headroom_stall *left;
	int err = 0;

	delta->stall = calloc(now->nr_stalls ? now->nr_stalls : 1, sizeof(*left));
	if (!delta->stall)
		return -ENOMEM;
	for (size_t i = 0; !err && i < now->nr_stalls; i++) {
		stall = &now->stall[i];
		earlier = headroom_stats_stall(before, stall->cause);
		left = &delta->stall[delta->nr_stalls++];
		left->cause = stall->cause;
		counters_delta(headroom_stall_counters, stall, earlier, left);
		left->longest = stall->longest;
		err = histogram_delta(&stall->latency, &earlier->latency, &left->latency);
	}
	return err;
}

int headroom_stats_delta(const struct headroom_stats *now, const struct headroom_stats *before,
			 struct headroom_stats *delta)
{
	static const struct headroom_stats nothing;
	int err;

	if (!before)
		before = &nothing;
	memset(delta, 0, sizeof(*delta));
	counters_delta(headroom_stats_counters, now, before, delta);
	err = histogram_delta(&now->refault_distance, &before->refault_distance,
			      &delta->refault_distance);
	if (!err)
		err = histogram_delta(&now->refault_age, &before->refault_age,
				      &delta->refault_age);
	if (!err)
		err = histogram_delta(&now->forgotten_distance, &before->forgotten_distance,
				      &delta->forgotten_distance);
	if (!err)
		err = histogram_delta(&now->forgotten_age, &before->forgotten_age,
				      &delta->forgotten_age);
	if (!err)
		err = pages_delta(now, before, delta);
	if (!err)
		err = groups_delta(now, before, delta);
	if (!err)
		err = stalls_delta(now, before, delta);
	if (err)
		headroom_stats_clear(delta);
	return err;
}

void headroom_stats_clear(struct headroom_stats *stats)
{
	free(stats->refault_distance.bucket);
	free(stats->refault_age.bucket);
	free(stats->forgotten_distance.bucket);
	free(stats->forgotten_age.bucket);
	for (size_t i = 0; i < stats->nr_stalls; i++)
		free(stats->stall[i].latency.bucket);
	free(stats->stall);
	free(stats->pages);
	free(stats->group);
	memset(stats, 0, sizeof(*stats));
}

int headroom_target_delta(const struct headroom_target *now, const struct headroom_target *before,
			  struct headroom_target *delta)
{
	static const struct headroom_target nothing;

	if (!before)
		before = &nothing;
	memset(delta, 0, sizeof(*delta));
	delta->evictions = since(now->evictions, before->evictions);
	delta->reclaim = copy_list(now->reclaim, now->nr_reclaim, sizeof(*now->reclaim));
	if ((now->nr_reclaim && !delta->reclaim) ||
	    histogram_delta(&now->distance, &before->distance, &delta->distance) < 0) {
		headroom_target_clear(delta);
		return -ENOMEM;
	}
	delta->nr_reclaim = now->nr_reclaim;
	for (size_t i = 0; i < now->nr_reclaim; i++)
		counters_delta(headroom_reclaim_counters, &now->reclaim[i],
			       headroom_target_reclaim(before, now->reclaim[i].reason),
			       &delta->reclaim[i]);
	return 0;
}

void headroom_target_clear(struct headroom_target *target)
{
	free(target->distance.bucket);
	free(target->reclaim);
	memset(target, 0, sizeof(*target));
}

uint64_t headroom_histogram_count(const struct headroom_histogram *hist)
{
	uint64_t count = 0;

	for (size_t i = 0; i < hist->nr; i++)
		count += hist->bucket[i].count;
	return count;
}

/* The open last bucket is taken as its lower bound. */
static uint64_t upper(const struct headroom_bucket *bucket)
{
	return bucket->high == UINT64_MAX ? bucket->low : bucket->high;
}

/* A position in a histogram: a bucket, and the share of its values below the position */
struct place {
	const struct headroom_bucket *bucket;
	double share;
};

/* @hist is not empty */
static struct place find_quantile(const struct headroom_histogram *hist, double q)
{
	const struct headroom_bucket *bucket = hist->bucket;
	const struct headroom_bucket *last = bucket + hist->nr - 1;
	double left = 0;

	if (q > 0)
		left = (q < 1 ? q : 1) * headroom_histogram_count(hist);
	for (; bucket < last && left > bucket->count; bucket++)
		left -= bucket->count;
	if (left < bucket->count)
		return (struct place){ bucket, left / bucket->count };
	return (struct place){ bucket, 1 };
}

uint64_t headroom_histogram_quantile(const struct headroom_histogram *hist, double q)
{
	const struct headroom_bucket *bucket;
	struct place place;

	if (!headroom_histogram_count(hist))
		return 0;
	place = find_quantile(hist, q);
	bucket = place.bucket;
	return bucket->low + (uint64_t)(place.share * (upper(bucket) - bucket->low));
}

/* The least-squares line through the groups */
struct line {
	double x, y;		/* sums over the groups: evictions, refaults */
	double xx;		/* sum of the squared deviations of x */
	double slope;
	double variance;	/* of a group around the line */
};

#define GROUPS		((double)HEADROOM_SAMPLE_GROUPS)
/* Student's t, 97.5 %, for GROUPS - 2 degrees of freedom */
#define STUDENT_T	2.145
/* Less than one per group */
#define FEW_SAMPLES	16

/* A newer module may report more groups: fold them into those of the model. */
static struct line fit_line(const struct headroom_stats *stats)
{
	struct headroom_group group[HEADROOM_SAMPLE_GROUPS] = { 0 };
	struct line line = { 0 };
	double x, y, xy = 0, yy = 0;

	for (size_t i = 0; i < stats->nr_groups; i++) {
		group[i % HEADROOM_SAMPLE_GROUPS].evictions += stats->group[i].evictions;
		group[i % HEADROOM_SAMPLE_GROUPS].refaults += stats->group[i].refaults;
	}
	for (int g = 0; g < HEADROOM_SAMPLE_GROUPS; g++) {
		line.x += group[g].evictions;
		line.y += group[g].refaults;
	}
	for (int g = 0; g < HEADROOM_SAMPLE_GROUPS; g++) {
		x = group[g].evictions - line.x / GROUPS;
		y = group[g].refaults - line.y / GROUPS;
		line.xx += x * x;
		xy += x * y;
		yy += y * y;
	}
	if (line.xx > 0)
		line.slope = fmin(fmax(xy / line.xx, 0), 1);
	/* rounding may make zero negative */
	line.variance = fmax(yy - line.slope * (2 * xy - line.slope * line.xx), 0) / (GROUPS - 2);
	return line;
}

struct headroom_estimate headroom_refaults_estimate(const struct headroom_stats *stats,
						    uint32_t sample_shift)
{
	double seen = stats->refault_samples, scale = ldexp(1, sample_shift);
	struct line line = fit_line(stats);
	struct headroom_estimate estimate;
	double off, share;

	if (!sample_shift)
		return (struct headroom_estimate){
			.value = stats->refaults, .low = stats->refaults, .high = stats->refaults,
		};
	/* difference between the sample's evictions and its share of all, in pages per group */
	off = (stats->evictions / scale - line.x) / GROUPS;
	share = (1 - 1 / scale) / GROUPS + (line.xx > 0 ? off * off / line.xx : 0);
	estimate.value = fmax(stats->refaults + line.slope * off * GROUPS * scale, seen);
	estimate.error = scale * GROUPS * sqrt(line.variance * share);
	estimate.low = fmax(estimate.value - STUDENT_T * estimate.error, seen);
	estimate.high = estimate.value + STUDENT_T * estimate.error;
	if (seen < FEW_SAMPLES)
		estimate.high = fmax(estimate.high, scale * (seen + 2 + 2 * sqrt(seen + 1)));
	return estimate;
}
