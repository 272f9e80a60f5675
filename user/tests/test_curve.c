// SPDX-License-Identifier: GPL-2.0
/* Test the curve of refaults over memory */

#include <math.h>
#include <stdlib.h>
#include "headroom.h"
#include "tap.h"

#define HIST(...) { \
	.nr = sizeof((struct headroom_bucket[]){ __VA_ARGS__ }) / sizeof(struct headroom_bucket), \
	.bucket = (struct headroom_bucket[]){ __VA_ARGS__ }, \
}

static uint64_t extra_memory(const struct headroom_stats *stats, double q)
{
	uint64_t pages;

	is_int(headroom_extra_memory(stats, q, &pages), 0, "extra memory is computed");
	return pages;
}

static void test_extra_memory_by_hand(void)
{
	/* a loop over a file: all pages return, all at the same distance */
	struct headroom_stats loop = {
		.evictions = 81920, .refault_distance = HIST({ 8192, 8192, 81920 }),
	};
	/* half of the evicted pages return after 10, half of the others after 110 */
	struct headroom_stats two = {
		.evictions = 400, .refault_distance = HIST({ 10, 10, 200 }, { 110, 110, 100 }),
	};
	/* all pages return, evenly between 0 and 1000: u(d) = d - d^2/2000 */
	struct headroom_stats even = {
		.evictions = 1000, .refault_distance = HIST({ 0, 1000, 1000 }),
	};
	/* a short interval: the pages that returned were evicted before it began */
	struct headroom_stats late = {
		.evictions = 3, .refault_distance = HIST({ 64, 64, 100 }, { 128, 128, 100 }),
	};
	struct headroom_stats few = {
		.evictions = 1000000, .refault_distance = HIST({ 1000, 1000, 10 }),
	};
	struct headroom_stats open = {
		.evictions = 10, .refault_distance = HIST({ 4096, UINT64_MAX, 10 }),
	};
	struct headroom_stats none = { .evictions = 10 };

	is_uint(extra_memory(&none, 0.9), 0, "no refaults need no extra memory");
	is_uint(extra_memory(&loop, 0.9), 8192, "a loop needs its distance");
	is_uint(extra_memory(&two, 0.5), 10, "early refaults cost their distance");
	is_uint(extra_memory(&two, 0.9), 10 + 100 / 2,
		"late ones cost half of the rest in addition");
	is_uint(extra_memory(&even, 0.5), 500 - 500 * 500 / 2000, "half of evenly spread refaults");
	is_uint(extra_memory(&even, 1), 500, "all of evenly spread refaults");
	is_uint(extra_memory(&late, 1), 64 + 32, "more refaults than evictions");
	is_uint(extra_memory(&few, 1), 1000, "if few pages return, the memory is the distance");
	is_uint(extra_memory(&open, 0.9), 4096, "the open bucket counts as its lower bound");
}

/* A whole curve by hand: distances 10 and 110, as above */
static void test_curve_by_hand(void)
{
	const struct headroom_histogram two = HIST({ 10, 10, 200 }, { 110, 110, 100 });
	const struct headroom_histogram even = HIST({ 0, 1000, 1000 });
	struct headroom_curve curve;

	is_int(headroom_curve_build(&two, 400, HEADROOM_CLOCK_OLD, 2, &curve), 0,
	       "a curve is built");
	is_near(curve.point[0].pages, 0, 0, "its first point is without extra memory");
	is_near(curve.point[0].refaults, 300, 0, "it has all refaults");
	is_near(curve.point[0].samples, 75, 0, "it has their samples");
	is_near(curve.point[0].error, 4 * sqrt(75), 0.001, "it has the error of the samples");
	is_near(headroom_curve_at(&curve, 9.9).refaults, 300, 0,
		"memory below a step saves nothing");
	is_near(headroom_curve_at(&curve, 10).refaults, 100, 0,
		"memory at a step saves all of its refaults");
	is_near(headroom_curve_at(&curve, 59).refaults, 100, 0, "the curve is level after a step");
	is_near(headroom_curve_at(&curve, 60).refaults, 0, 0,
		"half of the remaining distance saves the rest");
	is_near(headroom_curve_at(&curve, 1e12).refaults, 0, 0,
		"the curve stays level after its last point");
	is_near(headroom_curve_at(&curve, 1e12).pages, 1e12, 0,
		"a point has the memory that was asked for");
	is_near(headroom_curve_memory(&curve, 300), 0, 0, "all refaults need no memory");
	is_near(headroom_curve_memory(&curve, 1000), 0, 0, "nor do more than all");
	is_near(headroom_curve_memory(&curve, 299), 10, 0, "one refault less needs the step");
	is_near(headroom_curve_memory(&curve, 100), 10, 0, "so do all refaults of the step");
	is_near(headroom_curve_memory(&curve, 99), 60, 0, "the next refault needs more");
	is_near(headroom_curve_memory(&curve, 0), 60, 0, "so do all others");
	headroom_curve_clear(&curve);
	ok(!curve.point && !curve.nr, "a cleared curve is empty");

	is_int(headroom_curve_build(&(struct headroom_histogram){ 0 }, 5, 5, 0, &curve), 0,
	       "a curve of no refaults is built");
	is_uint(curve.nr, 1, "it has one point");
	is_near(headroom_curve_at(&curve, 7).refaults, 0, 0, "it is zero everywhere");
	is_near(headroom_curve_memory(&curve, 0), 0, 0, "it needs no memory");
	headroom_curve_clear(&curve);

	headroom_curve_build(&even, 1000, HEADROOM_CLOCK_OLD, 0, &curve);
	is_near(headroom_curve_at(&curve, 375).refaults, 500, 0, "u(500) = 500 - 500^2 / 2000");
	for (size_t i = 1; i < curve.nr; i++)
		ok(curve.point[i].pages >= curve.point[i - 1].pages &&
		   curve.point[i].refaults <= curve.point[i - 1].refaults,
		   "point %zu is not above the one before", i);
	headroom_curve_clear(&curve);
}

/*
 * An interval since the birth of a cgroup: of 1000 evicted pages, only those evicted before
 * clock 100 reach age 900 by the end, and only they can have returned at age 900. If 50 of
 * these 100 did, half of the pages that get so old return then, not one in twenty.
 */
static void test_censored(void)
{
	const struct headroom_histogram wide = HIST({ 0, 400, 380 });
	const struct headroom_histogram last = HIST({ 896, 1023, 4 });
	const struct headroom_histogram hist = HIST({ 900, 900, 50 }, { 950, 950, 10 });
	struct headroom_curve young, old;

	headroom_curve_build(&hist, 1000, 1000, 0, &young);
	headroom_curve_build(&hist, 1000, HEADROOM_CLOCK_OLD, 0, &old);
	is_near(headroom_curve_memory(&young, 10), 900, 0,
		"all pages are out up to the first distance");
	is_near(headroom_curve_memory(&young, 0), 925, 0, "of a young cgroup, then half of them");
	is_near(headroom_curve_memory(&old, 0), 947.5, 0, "of an old cgroup, then 19 of 20");
	headroom_curve_clear(&young);
	headroom_curve_clear(&old);

	/* 95 of 950 and 95 of 850 return in the middle of the first two parts of a bucket */
	headroom_curve_build(&wide, 1000, 1000, 0, &young);
	is_near(young.point[2].pages, 100 * (1 - 0.1 / 2), 0.001, "first part of a bucket");
	is_near(young.point[3].pages, 95 + 100 * (0.9 - 95 / 850.0 / 2), 0.001,
		"second part of a bucket");
	headroom_curve_clear(&young);

	/* no distance is above the clock, although the bucket's upper bound is */
	headroom_curve_build(&last, 1000, 1000, 0, &young);
	is_near(headroom_curve_memory(&young, 0), 996, 0.01, "a bucket ends at the clock");
	headroom_curve_clear(&young);
}

/*
 * Pages return at ages that are evenly distributed up to 2000. The predicted memory must not
 * depend on when the interval begins.
 */
static void test_interval_does_not_matter(void)
{
	static const uint32_t begin[] = { 0, 500, 1000, 4000 };
	struct headroom_bucket bucket[40];
	struct headroom_histogram hist = { 40, bucket };
	struct headroom_curve curve;

	for (size_t i = 0; i < sizeof(begin) / sizeof(begin[0]); i++) {
		uint32_t end = begin[i] + 1900;

		for (uint32_t b = 0; b < 40; b++)
			bucket[b] = (struct headroom_bucket){ b * 50, b * 50 + 49, 0 };
		/* the page evicted at c returns at age c * 7919 mod 2000 */
		for (uint32_t c = 1; c <= end; c++) {
			uint32_t age = c * 7919 % 2000;

			if (c + age > begin[i] && c + age <= end)
				bucket[age / 50].count++;
		}
		headroom_curve_build(&hist, end - begin[i], end, 0, &curve);
		printf("# from %u: %.0f\n", begin[i], headroom_curve_at(&curve, 750).refaults /
		       curve.point[0].refaults * 1000);
		/* u(1000) = 1000 - 1000^2 / 4000 */
		is_near(curve.point[20 * 5].pages, 750, 3, "u in the middle");
		is_near(curve.point[38 * 5].pages, 1900 - 1900 * 1900 / 4000, 3, "u at the end");
		headroom_curve_clear(&curve);
	}
}

/* Count @value in its bucket, four buckets to an octave as in the kernel */
static void add_to(struct headroom_histogram *hist, uint64_t value)
{
	uint64_t width = value < 8 ? 1 : (uint64_t)1 << (61 - __builtin_clzll(value));
	uint64_t low = value / width * width;
	size_t i = 0;

	while (i < hist->nr && hist->bucket[i].low < low)
		i++;
	if (i == hist->nr || hist->bucket[i].low != low) {
		memmove(&hist->bucket[i + 1], &hist->bucket[i],
			(hist->nr - i) * sizeof(hist->bucket[0]));
		hist->bucket[i] = (struct headroom_bucket){ low, low + width - 1, 0 };
		hist->nr++;
	}
	hist->bucket[i].count++;
}

/*
 * Uniformly random reads of a 96 MiB file (24,576 pages) in 48 MiB, played through an exact
 * LRU list. The model's prediction for 64 and 80 MiB is compared with the refaults of the
 * same reads in lists of these sizes.
 */
#define FILE_PAGES	24576
#define READS		120000

struct lru {
	uint32_t last_read[FILE_PAGES];	/* 0: never */
	uint64_t evicted_at[FILE_PAGES];
	bool resident[FILE_PAGES];
	uint32_t size, used;
	uint64_t evictions;
};

/* Return whether the page had been evicted, and then set @distance */
static bool play_read(struct lru *lru, uint32_t page, uint32_t now, uint64_t *distance)
{
	bool refault = !lru->resident[page] && lru->last_read[page];
	uint32_t oldest = 0;

	*distance = lru->evictions - lru->evicted_at[page];
	if (!lru->resident[page]) {
		if (lru->used == lru->size) {
			for (uint32_t i = 0; i < FILE_PAGES; i++)
				if (lru->resident[i] && (!lru->resident[oldest] ||
				    lru->last_read[i] < lru->last_read[oldest]))
					oldest = i;
			lru->resident[oldest] = false;
			lru->evicted_at[oldest] = ++lru->evictions;
		} else {
			lru->used++;
		}
		lru->resident[page] = true;
	}
	lru->last_read[page] = now;
	return refault;
}

static uint64_t play(uint32_t size, struct headroom_stats *stats)
{
	struct lru *lru = calloc(1, sizeof(*lru));
	uint64_t seed = 1, distance, refaults = 0;

	lru->size = size;
	for (uint32_t now = 1; now <= READS; now++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		if (!play_read(lru, (seed >> 33) % FILE_PAGES, now, &distance))
			continue;
		refaults++;
		if (stats)
			add_to(&stats->refault_distance, distance);
	}
	if (stats)
		stats->evictions = lru->evictions;
	free(lru);
	return refaults;
}

static double remaining(const struct headroom_stats *stats, double memory)
{
	struct headroom_curve curve;
	double refaults;

	headroom_curve_build(&stats->refault_distance, stats->evictions, stats->evictions, 0,
			     &curve);
	refaults = headroom_curve_at(&curve, memory).refaults;
	headroom_curve_clear(&curve);
	return refaults;
}

static void test_extra_memory_of_random_reads(void)
{
	struct headroom_stats stats = { .refault_distance.bucket = calloc(256, 64) };
	uint64_t at48 = play(12288, &stats), at64 = play(16384, NULL), at80 = play(20480, NULL);
	double by64 = remaining(&stats, 4096);
	double by80 = remaining(&stats, 8192);

	printf("# refaults at 48 MiB %" PRIu64 "; at 64 MiB %" PRIu64 ", model %.0f; "
	       "at 80 MiB %" PRIu64 ", model %.0f\n", at48, at64, by64, at80, by80);
	is_near(at48, 39842, 10, "refaults at 48 MiB are those of the measured kernel");
	ok(by64 - at64 < 0.01 * READS && at64 - by64 < 0.01 * READS,
	   "refaults predicted for 64 MiB are within 1 %% of the reads");
	ok(by80 - at80 < 0.01 * READS && at80 - by80 < 0.01 * READS,
	   "refaults predicted for 80 MiB are within 1 %% of the reads");
	headroom_stats_clear(&stats);
}

int main(void)
{
	test_extra_memory_by_hand();
	test_curve_by_hand();
	test_censored();
	test_interval_does_not_matter();
	test_extra_memory_of_random_reads();
	return tap_done();
}
