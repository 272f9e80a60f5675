// SPDX-License-Identifier: GPL-2.0
/* The model: differences, quantiles, and from distance to memory */

#include <stdlib.h>
#include "headroom.h"
#include "tap.h"

#define HIST(...) { \
	.nr = sizeof((struct headroom_bucket[]){ __VA_ARGS__ }) / sizeof(struct headroom_bucket), \
	.bucket = (struct headroom_bucket[]){ __VA_ARGS__ }, \
}

static void test_delta(void)
{
	struct headroom_stats before = {
		.evictions = 100, .refaults = 40, .refaults_shared = 3, .refault_samples = 5,
		.refault_distance = HIST({ 4, 4, 10 }, { 8, 9, 20 }, { 16, 19, 10 }),
		.stall[HEADROOM_STALL_CAUSE_DIRECT_RECLAIM] = {
			.count = 7, .total = 7000, .longest = 3000,
			.latency = HIST({ 512, 767, 7 }),
		},
	};
	struct headroom_stats now = {
		.evictions = 150, .refaults = 41, .refaults_shared = 3, .refault_samples = 2,
		.refault_distance = HIST({ 4, 4, 10 }, { 5, 5, 1 }, { 8, 9, 24 },
					 { 16, 19, 9 }, { 32, 39, 2 }),
		.stall[HEADROOM_STALL_CAUSE_DIRECT_RECLAIM] = {
			.count = 9, .total = 9500, .longest = 3000,
			.latency = HIST({ 512, 767, 7 }, { 1024, 1279, 2 }),
		},
		.stall[HEADROOM_STALL_CAUSE_MEMCG_RECLAIM] = {
			.count = 1, .total = 50, .longest = 50, .latency = HIST({ 0, 255, 1 }),
		},
	};
	const struct headroom_stall *stall;
	struct headroom_stats delta;

	is_int(headroom_stats_delta(&now, &before, &delta), 0, "delta");
	is_uint(delta.evictions, 50, "evictions are subtracted");
	is_uint(delta.refaults, 1, "refaults are subtracted");
	is_uint(delta.refaults_shared, 0, "what did not grow is zero");
	is_uint(delta.refault_samples, 2, "a counter that went back counts from zero");
	is_uint(delta.refault_distance.nr, 4, "buckets that did not grow are left out");
	is_uint(delta.refault_distance.bucket[0].low, 5, "a bucket that is new");
	is_uint(delta.refault_distance.bucket[1].count, 4, "a bucket that grew");
	is_uint(delta.refault_distance.bucket[1].high, 9, "keeps its bounds");
	is_uint(delta.refault_distance.bucket[2].count, 9, "a bucket that went back");
	is_uint(delta.refault_distance.bucket[3].low, 32, "a bucket beyond the earlier ones");
	stall = &delta.stall[HEADROOM_STALL_CAUSE_DIRECT_RECLAIM];
	is_uint(stall->count, 2, "stalls are subtracted");
	is_uint(stall->total, 2500, "their time is subtracted");
	is_uint(stall->longest, 3000, "the longest is that of the later reading");
	is_uint(headroom_histogram_count(&stall->latency), 2, "latencies are subtracted");
	is_uint(delta.stall[HEADROOM_STALL_CAUSE_MEMCG_RECLAIM].count, 1, "a cause that is new");
	headroom_stats_clear(&delta);
	ok(!delta.refault_distance.bucket && !delta.evictions, "clear leaves nothing");

	is_int(headroom_stats_delta(&now, NULL, &delta), 0, "delta to nothing");
	is_uint(delta.evictions, 150, "counts from zero");
	is_uint(headroom_histogram_count(&delta.refault_distance), 46, "and so do histograms");
	headroom_stats_clear(&delta);
	is_int(headroom_stats_delta(&now, &now, &delta), 0, "delta to itself");
	is_uint(delta.refault_distance.nr, 0, "is empty");
	headroom_stats_clear(&delta);
}

static void test_quantile(void)
{
	struct headroom_histogram empty = { 0 };
	struct headroom_histogram hist = HIST({ 0, 0, 10 }, { 100, 200, 80 }, { 1000, 1000, 10 });
	struct headroom_histogram few = HIST({ 0, 0, 1 }, { 100, 200, 2 });
	struct headroom_histogram open = HIST({ 1, 1, 1 }, { 4096, UINT64_MAX, 99 });

	is_uint(headroom_histogram_quantile(&empty, 0.5), 0, "of nothing");
	is_uint(headroom_histogram_quantile(&hist, 0), 0, "q=0 is the smallest");
	is_uint(headroom_histogram_quantile(&hist, -1), 0, "as is less");
	is_uint(headroom_histogram_quantile(&hist, 0.0 / 0.0), 0, "as is what is no number");
	is_uint(headroom_histogram_quantile(&hist, 0.1), 0, "at the end of a bucket");
	is_uint(headroom_histogram_quantile(&hist, 0.5), 150, "in the middle of a bucket");
	is_uint(headroom_histogram_quantile(&hist, 0.3), 125, "a quarter into it");
	is_uint(headroom_histogram_quantile(&hist, 0.95), 1000, "in a bucket of one value");
	is_uint(headroom_histogram_quantile(&hist, 1), 1000, "q=1 is the largest");
	is_uint(headroom_histogram_quantile(&hist, 7), 1000, "as is more");
	is_uint(headroom_histogram_quantile(&few, 0.5), 125, "between two values");
	is_uint(headroom_histogram_quantile(&open, 0.99), 4096, "a bucket without an upper bound");
	is_uint(headroom_histogram_count(&hist), 100, "count");
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

	is_uint(headroom_extra_memory(&none, 0.9), 0, "no refaults, no extra memory");
	is_uint(headroom_extra_memory(&loop, 0.9), 8192, "a loop lacks what it exceeds");
	is_uint(headroom_extra_memory(&two, 0.5), 10, "the first to return cost their distance");
	is_uint(headroom_extra_memory(&two, 0.9), 10 + 100 / 2, "the others half of the rest");
	is_uint(headroom_extra_memory(&even, 0.5), 500 - 500 * 500 / 2000, "half of the even ones");
	is_uint(headroom_extra_memory(&even, 1), 500, "all of the even ones");
	is_uint(headroom_extra_memory(&late, 1), 64 + 32, "more refaults than evictions");
	is_uint(headroom_extra_memory(&few, 1), 1000, "few return: memory is the distance");
	is_uint(headroom_extra_memory(&open, 0.9), 4096, "no upper bound: at least so much");
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
 * The experiment of the facts: uniformly random reads of a 96 MiB file (24,576
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

/* The share of refaults that @memory pages would have saved, by the model */
static double saved_by(const struct headroom_stats *stats, uint64_t memory)
{
	double low = 0, high = 1;

	for (int i = 0; i < 30; i++) {
		double q = (low + high) / 2;

		if (headroom_extra_memory(stats, q) <= memory)
			low = q;
		else
			high = q;
	}
	return low;
}

static void test_extra_memory_of_random_reads(void)
{
	struct headroom_stats stats = { .refault_distance.bucket = calloc(256, 64) };
	uint64_t at48 = play(12288, &stats), at64 = play(16384, NULL), at80 = play(20480, NULL);
	double by64 = at48 * (1 - saved_by(&stats, 4096));
	double by80 = at48 * (1 - saved_by(&stats, 8192));

	printf("# refaults at 48 MiB %" PRIu64 "; at 64 MiB %" PRIu64 ", model %.0f; "
	       "at 80 MiB %" PRIu64 ", model %.0f\n", at48, at64, by64, at80, by80);
	is_near(at48, 39842, 10, "refaults at 48 MiB are those of the measured kernel");
	ok(by64 - at64 < 0.02 * READS && at64 - by64 < 0.02 * READS,
	   "refaults predicted for 64 MiB are within 2 %% of the reads");
	ok(by80 - at80 < 0.02 * READS && at80 - by80 < 0.02 * READS,
	   "refaults predicted for 80 MiB are within 2 %% of the reads");
	headroom_stats_clear(&stats);
}

int main(void)
{
	test_delta();
	test_quantile();
	test_extra_memory_by_hand();
	test_extra_memory_of_random_reads();
	return tap_done();
}
