// SPDX-License-Identifier: GPL-2.0
/* The curve: from distance to memory */

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

	is_int(headroom_extra_memory(stats, q, &pages), 0, "extra memory");
	return pages;
}

static void test_extra_memory_by_hand(void)
{
	/* a loop over a file: all come back, all at the same distance */
	struct headroom_stats loop = {
		.evictions = 81920, .refault_distance = HIST({ 8192, 8192, 81920 }),
	};
	/* half of the evicted return after 10, of the others half after 110 */
	struct headroom_stats two = {
		.evictions = 400, .refault_distance = HIST({ 10, 10, 200 }, { 110, 110, 100 }),
	};
	/* all return, evenly between 0 and 1000: u(d) = d - d^2/2000 */
	struct headroom_stats even = {
		.evictions = 1000, .refault_distance = HIST({ 0, 1000, 1000 }),
	};
	/* a short interval: what returned was evicted before it began */
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

	is_uint(extra_memory(&none, 0.9), 0, "no refaults, no extra memory");
	is_uint(extra_memory(&loop, 0.9), 8192, "a loop lacks what it exceeds");
	is_uint(extra_memory(&two, 0.5), 10, "the first to return cost their distance");
	is_uint(extra_memory(&two, 0.9), 10 + 100 / 2, "the others half of the rest");
	is_uint(extra_memory(&even, 0.5), 500 - 500 * 500 / 2000, "half of the even ones");
	is_uint(extra_memory(&even, 1), 500, "all of the even ones");
	is_uint(extra_memory(&late, 1), 64 + 32, "more refaults than evictions");
	is_uint(extra_memory(&few, 1), 1000, "few return: memory is the distance");
	is_uint(extra_memory(&open, 0.9), 4096, "no upper bound: at least so much");
}

/* Everything of a curve by hand: distances 10 and 110, as above */
static void test_curve_by_hand(void)
{
	const struct headroom_histogram two = HIST({ 10, 10, 200 }, { 110, 110, 100 });
	const struct headroom_histogram even = HIST({ 0, 1000, 1000 });
	struct headroom_curve curve;

	is_int(headroom_curve_build(&two, 400, HEADROOM_CLOCK_OLD, 2, &curve), 0, "build");
	is_near(curve.point[0].pages, 0, 0, "it begins without extra memory");
	is_near(curve.point[0].refaults, 300, 0, "with all refaults");
	is_near(curve.point[0].samples, 75, 0, "and their samples");
	is_near(curve.point[0].error, 4 * sqrt(75), 0.001, "and the error of these");
	is_near(headroom_curve_at(&curve, 9.9).refaults, 300, 0, "too little saves nothing");
	is_near(headroom_curve_at(&curve, 10).refaults, 100, 0, "a step is taken whole");
	is_near(headroom_curve_at(&curve, 59).refaults, 100, 0, "and is level after");
	is_near(headroom_curve_at(&curve, 60).refaults, 0, 0, "half of the rest is out");
	is_near(headroom_curve_at(&curve, 1e12).refaults, 0, 0, "and level for ever");
	is_near(headroom_curve_at(&curve, 1e12).pages, 1e12, 0, "at the memory asked for");
	is_near(headroom_curve_memory(&curve, 300), 0, 0, "what there is needs nothing");
	is_near(headroom_curve_memory(&curve, 1000), 0, 0, "nor does more");
	is_near(headroom_curve_memory(&curve, 299), 10, 0, "one less needs the step");
	is_near(headroom_curve_memory(&curve, 100), 10, 0, "all of the step the same");
	is_near(headroom_curve_memory(&curve, 99), 60, 0, "the next one more");
	is_near(headroom_curve_memory(&curve, 0), 60, 0, "to the end");
	headroom_curve_clear(&curve);
	ok(!curve.point && !curve.nr, "clear leaves nothing");

	is_int(headroom_curve_build(&(struct headroom_histogram){ 0 }, 5, 5, 0, &curve), 0,
	       "of nothing");
	is_uint(curve.nr, 1, "has one point");
	is_near(headroom_curve_at(&curve, 7).refaults, 0, 0, "at zero");
	is_near(headroom_curve_memory(&curve, 0), 0, 0, "and needs nothing");
	headroom_curve_clear(&curve);

	headroom_curve_build(&even, 1000, HEADROOM_CLOCK_OLD, 0, &curve);
	is_near(headroom_curve_at(&curve, 375).refaults, 500, 0, "u(500) = 500 - 500^2 / 2000");
	for (size_t i = 1; i < curve.nr; i++)
		ok(curve.point[i].pages >= curve.point[i - 1].pages &&
		   curve.point[i].refaults <= curve.point[i - 1].refaults, "point %zu falls", i);
	headroom_curve_clear(&curve);
}

/*
 * Since the birth of a cgroup: of 1000 pages evicted, those evicted before clock
 * 100 are all of age 900 or more at the end, and only they can have returned at
 * 900. When 50 of these 100 did, half of all that get so old return then, not a
 * twentieth.
 */
static void test_censored(void)
{
	const struct headroom_histogram wide = HIST({ 0, 400, 380 });
	const struct headroom_histogram last = HIST({ 896, 1023, 4 });
	const struct headroom_histogram hist = HIST({ 900, 900, 50 }, { 950, 950, 10 });
	struct headroom_curve young, old;

	headroom_curve_build(&hist, 1000, 1000, 0, &young);
	headroom_curve_build(&hist, 1000, HEADROOM_CLOCK_OLD, 0, &old);
	is_near(headroom_curve_memory(&young, 10), 900, 0, "all were out up to there");
	is_near(headroom_curve_memory(&young, 0), 925, 0, "then half of them");
	is_near(headroom_curve_memory(&old, 0), 947.5, 0, "of an old cgroup, one in twenty");
	headroom_curve_clear(&young);
	headroom_curve_clear(&old);

	/* 95 of 950 and of 850 in the middle of the first parts of a bucket */
	headroom_curve_build(&wide, 1000, 1000, 0, &young);
	is_near(young.point[2].pages, 100 * (1 - 0.1 / 2), 0.001, "the first part");
	is_near(young.point[3].pages, 95 + 100 * (0.9 - 95 / 850.0 / 2), 0.001, "the second");
	headroom_curve_clear(&young);

	/* no distance is above the clock, though the bucket is */
	headroom_curve_build(&last, 1000, 1000, 0, &young);
	is_near(headroom_curve_memory(&young, 0), 996, 0.01, "a bucket that ends too late");
	headroom_curve_clear(&young);
}

/*
 * Pages that return after an age that is evenly distributed up to 2000, watched
 * in intervals that begin at 0 and later: the memory does not depend on it.
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
		is_near(curve.point[20 * 5].pages, 750, 3, "u of the middle");
		is_near(curve.point[38 * 5].pages, 1900 - 1900 * 1900 / 4000, 3, "of the end");
		headroom_curve_clear(&curve);
	}
}

/* The smallest bucket that holds @value, four to an octave as in the kernel */
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
 * Uniformly random reads of a 96 MiB file (24,576
 * pages), first in 48 MiB. The reads are played through an exact LRU list;
 * what the model says about 64 and 80 MiB is compared to the truth of playing
 * the same reads in that size.
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

/* Returns whether the page had been evicted; the distance goes to @distance. */
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
