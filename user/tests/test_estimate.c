// SPDX-License-Identifier: GPL-2.0
/* Test deltas, quantiles, and the estimate of refaults from samples */

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "headroom.h"
#include "tap.h"

#define LIST(nr, list, ...) \
	.nr = sizeof((__typeof__(*((struct headroom_stats *)0)->list)[]){ __VA_ARGS__ }) / \
	      sizeof(*((struct headroom_stats *)0)->list), \
	.list = (__typeof__(*((struct headroom_stats *)0)->list)[]){ __VA_ARGS__ }
#define STALLS(...)	LIST(nr_stalls, stall, __VA_ARGS__)
#define PAGES_LIST(...)	LIST(nr_pages, pages, __VA_ARGS__)
#define GROUPS(...)	LIST(nr_groups, group, __VA_ARGS__)

#define HIST(...) { \
	.nr = sizeof((struct headroom_bucket[]){ __VA_ARGS__ }) / sizeof(struct headroom_bucket), \
	.bucket = (struct headroom_bucket[]){ __VA_ARGS__ }, \
}

/* Two readings; causes, kinds and reasons from 9 on are unknown */
static const struct headroom_stats before = {
	.evictions = 100, .refaults = 40, .refaults_shared = 3, .refault_samples = 5,
	.returned = 30, .stall_total = 7000, .forgotten = 5,
	.forgotten_distance = HIST({ 64, 79, 5 }),
	.forgotten_age = HIST({ 0, 1048575, 5 }),
	.refault_distance = HIST({ 4, 4, 10 }, { 8, 9, 20 }, { 16, 19, 10 }),
	.refault_age = HIST({ 0, 1048575, 40 }),
	PAGES_LIST({ HEADROOM_PAGE_KIND_ANON, HEADROOM_REASON_KSWAPD, 30, 20, { 0 } },
		   { HEADROOM_PAGE_KIND_SHMEM, HEADROOM_REASON_MADVISE, 9, 9, { 0 } },
		   { 9, 42, 3, 2, { 0 } }),
	GROUPS({ .evictions = 12, .refaults = 10 }),
	STALLS({
		.cause = HEADROOM_STALL_CAUSE_DIRECT_RECLAIM,
		.count = 7, .total = 7000, .longest = 3000,
		.latency = HIST({ 512, 767, 7 }),
	}, {
		.cause = 99, .count = 4, .total = 400, .longest = 200,
	}),
};

static const struct headroom_stats now = {
	.evictions = 150, .refaults = 41, .refaults_shared = 3, .refault_samples = 2,
	.refault_distance = HIST({ 4, 4, 10 }, { 5, 5, 1 }, { 8, 9, 24 },
				 { 16, 19, 9 }, { 32, 39, 2 }),
	.refault_age = HIST({ 0, 1048575, 40 }, { 1048576, 2097151, 6 }),
	.returned = 33, .stall_total = 9550, .forgotten = 6,
	.forgotten_distance = HIST({ 64, 79, 5 }, { 128, 159, 1 }),
	.forgotten_age = HIST({ 0, 1048575, 5 }, { 2097152, 3145727, 1 }),
	PAGES_LIST({ HEADROOM_PAGE_KIND_ANON, HEADROOM_REASON_KSWAPD, 35, 20, { 0 } },
		   { HEADROOM_PAGE_KIND_SHMEM, HEADROOM_REASON_UNKNOWN, 0, 1, { 0 } },
		   { 9, 42, 10, 3, { 0 } }),
	GROUPS({ .evictions = 20, .refaults = 11 },
	       { .evictions = 5, .refaults = 4 }),
	STALLS({
		.cause = HEADROOM_STALL_CAUSE_DIRECT_RECLAIM,
		.count = 9, .total = 9500, .longest = 3000,
		.latency = HIST({ 512, 767, 7 }, { 1024, 1279, 2 }),
	}, {
		.cause = HEADROOM_STALL_CAUSE_MEMCG_RECLAIM,
		.count = 1, .total = 50, .longest = 50, .latency = HIST({ 0, 255, 1 }),
	}, {
		.cause = 99, .count = 6, .total = 1000, .longest = 500,
	}),
};

static void test_delta_of_counters(const struct headroom_stats *delta)
{
	is_uint(delta->evictions, 50, "evictions are subtracted");
	is_uint(delta->refaults, 1, "refaults are subtracted");
	is_uint(delta->refaults_shared, 0, "a counter that did not grow is zero");
	is_uint(delta->refault_samples, 2, "a counter that went backwards counts from zero");
	is_uint(delta->returned, 3, "returned pages are subtracted");
	is_uint(delta->stall_total, 2550, "the total of stalls is subtracted");
}

static void test_delta_of_histograms(const struct headroom_stats *delta)
{
	const struct headroom_bucket *bucket = delta->refault_distance.bucket;

	is_uint(delta->refault_distance.nr, 4, "buckets that did not grow are absent");
	is_uint(bucket[0].low, 5, "a new bucket");
	is_uint(bucket[1].count, 4, "a bucket that grew");
	is_uint(bucket[1].high, 9, "keeps its bounds");
	is_uint(bucket[2].count, 9, "a bucket that went backwards counts from zero");
	is_uint(bucket[3].low, 32, "a bucket after the earlier ones");
	is_uint(headroom_histogram_count(&delta->refault_age), 6, "ages are subtracted");
	is_uint(headroom_horizon(delta), 128, "the horizon is that of the interval");
	is_uint(headroom_horizon_age(delta), 2097152, "so is its age");
}

static void test_delta_of_lists(const struct headroom_stats *delta)
{
	const struct headroom_stall *stall;

	stall = headroom_stats_stall(delta, HEADROOM_STALL_CAUSE_DIRECT_RECLAIM);
	is_uint(stall->count, 2, "stalls are subtracted");
	is_uint(stall->total, 2500, "their time is subtracted");
	is_uint(stall->longest, 3000, "the longest stall is that of the later reading");
	is_uint(headroom_histogram_count(&stall->latency), 2, "latencies are subtracted");
	is_uint(headroom_stats_stall(delta, HEADROOM_STALL_CAUSE_MEMCG_RECLAIM)->count, 1,
		"a new cause counts from zero");
	is_uint(headroom_stats_stall(delta, 99)->cause, 99, "an unknown cause is kept");
	is_uint(headroom_stats_stall(delta, 99)->total, 600, "it is subtracted");
	is_uint(headroom_stats_stall(delta, 98)->total, 0, "a missing cause is zero");
	is_uint(delta->nr_stalls, 3, "no other cause is listed");
	is_uint(headroom_stats_pages(delta, HEADROOM_PAGE_KIND_ANON,
				     HEADROOM_REASON_KSWAPD)->evictions, 5,
		"pages of a kind and reason are subtracted");
	is_uint(headroom_stats_pages(delta, HEADROOM_PAGE_KIND_SHMEM,
				     HEADROOM_REASON_UNKNOWN)->refaults, 1,
		"a new kind and reason count from zero");
	is_uint(headroom_stats_pages(delta, 9, 42)->evictions, 7,
		"an unknown kind and reason are kept and subtracted");
	is_uint(delta->group[0].evictions, 8, "evictions of a sample group are subtracted");
	is_uint(delta->group[0].refaults, 1, "refaults of a sample group are subtracted");
	is_uint(delta->group[1].refaults, 4, "a new sample group counts from zero");
}

static void test_horizon(void)
{
	struct headroom_stats stats = {
		.evictions = 1000,
		.forgotten_distance = HIST({ 64, 79, 6 }, { 128, 159, 4 }),
	};

	is_uint(headroom_horizon(&stats), UINT64_MAX, "1 % may be forgotten: no horizon");
	stats.evictions = 999;
	is_uint(headroom_horizon(&stats), 128, "the bucket with the first page of more than 1 %");
	stats.evictions = 0;
	is_uint(headroom_horizon(&stats), 64, "pages that were evicted earlier are forgotten");
	is_uint(headroom_horizon_age(&stats), UINT64_MAX, "no ages, no horizon");
}

static void test_delta(void)
{
	struct headroom_stats delta;

	is_int(headroom_stats_delta(&now, &before, &delta), 0, "delta of two readings");
	test_delta_of_counters(&delta);
	test_delta_of_histograms(&delta);
	test_delta_of_lists(&delta);
	headroom_stats_clear(&delta);
	ok(!delta.refault_age.bucket, "a cleared delta has no ages");
	ok(!delta.refault_distance.bucket && !delta.evictions, "and nothing else");

	is_int(headroom_stats_delta(&now, NULL, &delta), 0, "delta without an earlier reading");
	is_uint(delta.evictions, 150, "its counters count from zero");
	is_uint(headroom_histogram_count(&delta.refault_distance), 46, "so do its histograms");
	headroom_stats_clear(&delta);
	is_int(headroom_stats_delta(&now, &now, &delta), 0, "delta of a reading to itself");
	is_uint(delta.refault_distance.nr, 0, "it is empty");
	headroom_stats_clear(&delta);
}

static void test_quantile(void)
{
	struct headroom_histogram empty = { 0 };
	struct headroom_histogram hist = HIST({ 0, 0, 10 }, { 100, 200, 80 }, { 1000, 1000, 10 });
	struct headroom_histogram few = HIST({ 0, 0, 1 }, { 100, 200, 2 });
	struct headroom_histogram open = HIST({ 1, 1, 1 }, { 4096, UINT64_MAX, 99 });

	is_uint(headroom_histogram_quantile(&empty, 0.5), 0, "quantile of an empty histogram");
	is_uint(headroom_histogram_quantile(&hist, 0), 0, "q=0 is the smallest value");
	is_uint(headroom_histogram_quantile(&hist, -1), 0, "a negative q is taken as 0");
	is_uint(headroom_histogram_quantile(&hist, 0.0 / 0.0), 0, "NaN is taken as 0");
	is_uint(headroom_histogram_quantile(&hist, 0.1), 0, "quantile at the end of a bucket");
	is_uint(headroom_histogram_quantile(&hist, 0.5), 150, "quantile in the middle of a bucket");
	is_uint(headroom_histogram_quantile(&hist, 0.3), 125, "quantile a quarter into a bucket");
	is_uint(headroom_histogram_quantile(&hist, 0.95), 1000,
		"quantile in a bucket of one value");
	is_uint(headroom_histogram_quantile(&hist, 1), 1000, "q=1 is the largest value");
	is_uint(headroom_histogram_quantile(&hist, 7), 1000, "a q above 1 is taken as 1");
	is_uint(headroom_histogram_quantile(&few, 0.5), 125, "quantile between two values");
	is_uint(headroom_histogram_quantile(&open, 0.99), 4096,
		"the open bucket counts as its lower bound");
	is_uint(headroom_histogram_count(&hist), 100, "number of values");
}

static void test_target_delta(void)
{
	struct headroom_target earlier = {
		.evictions = 10, .distance = HIST({ 4, 4, 10 }),
		.nr_reclaim = 1,
		.reclaim = &(struct headroom_reclaim){ HEADROOM_REASON_KSWAPD, 3, 100, 50, { 0 } },
	};
	struct headroom_target later = {
		.evictions = 25, .distance = HIST({ 4, 4, 10 }, { 8, 9, 20 }),
		.nr_reclaim = 3,
		.reclaim = (struct headroom_reclaim[]){
			{ HEADROOM_REASON_OWN_LIMIT, 12, 7, 6, { 0 } },
			{ HEADROOM_REASON_KSWAPD, 2, 140, 60, { 0 } },
			{ 42, 5, 4, 3, { 0 } },
		},
	};
	struct headroom_target delta;

	is_int(headroom_target_delta(&later, &earlier, &delta), 0, "delta of a target");
	is_uint(delta.evictions, 15, "evictions are subtracted");
	is_uint(delta.distance.nr, 1, "a bucket that did not grow is absent");
	is_uint(headroom_histogram_count(&delta.distance), 20, "a new bucket counts from zero");
	is_uint(headroom_target_reclaim(&delta, HEADROOM_REASON_KSWAPD)->scanned, 40,
		"scanned pages are subtracted");
	is_uint(headroom_target_reclaim(&delta, HEADROOM_REASON_KSWAPD)->reclaimed, 10,
		"reclaimed pages are subtracted");
	is_uint(headroom_target_reclaim(&delta, HEADROOM_REASON_KSWAPD)->lowest_priority, 2,
		"the lowest priority is that of the later reading");
	is_uint(headroom_target_reclaim(&delta, HEADROOM_REASON_OWN_LIMIT)->scanned, 7,
		"a new reason counts from zero");
	is_uint(headroom_target_reclaim(&delta, 42)->reclaimed, 3, "an unknown reason is kept");
	headroom_target_clear(&delta);
	ok(!delta.distance.bucket && !delta.evictions, "a cleared delta is empty");
	is_int(headroom_target_delta(&later, NULL, &delta), 0,
	       "delta of a target without an earlier reading");
	is_uint(delta.evictions, 25, "it counts from zero");
	headroom_target_clear(&delta);
}

static struct headroom_group groups[HEADROOM_SAMPLE_GROUPS];

/*
 * Statistics with equal groups, except that the first has @more refaults than the others and
 * the last has as many less
 */
static struct headroom_stats sampled(uint64_t evictions, uint64_t refaults, uint64_t more,
				     uint32_t shift)
{
	struct headroom_stats stats = { .nr_groups = HEADROOM_SAMPLE_GROUPS, .group = groups };

	for (int g = 0; g < HEADROOM_SAMPLE_GROUPS; g++) {
		stats.group[g].evictions = evictions;
		stats.group[g].refaults = refaults;
	}
	stats.group[0].refaults += more;
	stats.group[HEADROOM_SAMPLE_GROUPS - 1].refaults -= more;
	stats.refault_samples = refaults * HEADROOM_SAMPLE_GROUPS;
	stats.refaults = stats.refault_samples << shift;
	stats.evictions = (evictions * HEADROOM_SAMPLE_GROUPS) << shift;
	return stats;
}

static void test_estimate_without_sampling(void)
{
	struct headroom_stats stats = { .refaults = 7, .refault_samples = 7, .evictions = 9 };
	struct headroom_estimate estimate = headroom_refaults_estimate(&stats, 0);

	is_near(estimate.value, 7, 0, "without sampling the estimate is the count");
	ok(estimate.error == 0 && estimate.low == 7 && estimate.high == 7, "it is exact");
}

static void test_estimate_error(void)
{
	struct headroom_stats stats = { 0 };
	struct headroom_estimate estimate = headroom_refaults_estimate(&stats, 6);

	ok(estimate.value == 0 && estimate.low == 0, "no samples: the estimate is zero");
	is_near(estimate.high, 4 * 64, 0, "the upper bound allows a few refaults");

	stats = sampled(100, 90, 0, 6);
	estimate = headroom_refaults_estimate(&stats, 6);
	is_near(estimate.value, 90 * 16 * 64, 0, "equal groups: the scaled count");
	is_near(estimate.error, 0, 0, "no error");

	/* residuals 14 and -14, 2 * 14^2 / 14 = 28 a group, 16 groups, 63 of 64 not tracked */
	stats = sampled(100, 90, 14, 6);
	estimate = headroom_refaults_estimate(&stats, 6);
	is_near(estimate.value, 90 * 16 * 64, 0, "two groups differ: the scaled count");
	is_near(estimate.error * estimate.error, 28.0 * 16 * 64 * 63, 0.001, "error of two groups");
	is_near(estimate.high, estimate.value + 2.145 * estimate.error, 0.001, "upper bound");
	is_near(estimate.low, estimate.value - 2.145 * estimate.error, 0.001, "lower bound");

	stats = sampled(0, 1, 1, 6);
	estimate = headroom_refaults_estimate(&stats, 6);
	ok(estimate.low >= 16 && estimate.value == 16 * 64, "no evictions: the scaled count");
}

/* Groups whose refaults follow their evictions, at 92 to 108 evictions: the slope is 1 */
static struct headroom_stats sloping(void)
{
	struct headroom_stats stats = sampled(100, 90, 8, 6);

	stats.group[0].evictions += 8;
	stats.group[HEADROOM_SAMPLE_GROUPS - 1].evictions -= 8;
	return stats;
}

static void test_estimate_slope(void)
{
	struct headroom_stats stats = sloping();
	struct headroom_estimate estimate;

	/* the sample has more than its share of the evictions */
	stats.evictions -= 160;
	estimate = headroom_refaults_estimate(&stats, 6);
	is_near(estimate.value, 90 * 16 * 64 - 160, 0, "a slope of 1 corrects the count");
	is_near(estimate.error, 0, 0, "the line fits without an error");

	/* extrapolate the line from 100 evictions a group to 68 */
	stats.group[1].refaults += 3;
	stats.group[2].refaults -= 3;
	stats.evictions = 68 * 16 * 64;
	estimate = headroom_refaults_estimate(&stats, 6);
	is_near(estimate.value, (90 - 32) * 16 * 64, 0, "the line is extrapolated");
	is_near(estimate.error * estimate.error,
		18.0 / 14 * (63 / 64.0 / 16 + 32.0 * 32 / 128) * 1024 * 1024, 0.001,
		"the error includes that of the slope");
	stats.evictions = 0;
	estimate = headroom_refaults_estimate(&stats, 6);
	ok(estimate.value == 90 * 16 && estimate.low == 90 * 16,
	   "the estimate is not below the recorded refaults");

	/* more evictions, fewer refaults */
	stats = sloping();
	stats.group[0].refaults -= 16;
	stats.group[HEADROOM_SAMPLE_GROUPS - 1].refaults += 16;
	estimate = headroom_refaults_estimate(&stats, 6);
	is_near(estimate.value, 90 * 16 * 64, 0, "a negative slope is taken as 0");
}

/*
 * Simulation: play reads through an exact LRU list, which counts the evictions and refaults
 * of each page. Then sample the pages by 200 hashes, as the module does.
 */
#define PAGES		160000
#define SEEDS		200
#define SHIFT		6

struct page {
	uint32_t newer, older;		/* in the list; 0 is its head */
	uint32_t evictions, refaults;
	bool resident;
};

struct cache {
	struct page page[PAGES + 1];
	uint32_t used, size;
};

static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

static void unlink_page(struct cache *cache, uint32_t i)
{
	cache->page[cache->page[i].newer].older = cache->page[i].older;
	cache->page[cache->page[i].older].newer = cache->page[i].newer;
}

static void read_page(struct cache *cache, uint32_t i)
{
	struct page *page = &cache->page[i], *head = &cache->page[0];
	uint32_t oldest;

	if (page->resident) {
		unlink_page(cache, i);
	} else {
		page->refaults += page->evictions > page->refaults;
		page->resident = true;
		if (cache->used++ == cache->size) {
			oldest = head->newer;
			unlink_page(cache, oldest);
			cache->page[oldest].resident = false;
			cache->page[oldest].evictions++;
			cache->used--;
		}
	}
	page->newer = 0;
	page->older = head->older;
	cache->page[head->older].newer = i;
	head->older = i;
}

/* Read pages with a popularity that falls with the power @exponent of their number */
static void read_zipf(struct cache *cache, double exponent, uint32_t reads)
{
	double *sum = calloc(PAGES, sizeof(*sum)), all = 0, at;
	uint32_t low, high;

	for (uint32_t i = 0; i < PAGES; i++)
		sum[i] = all += pow(i + 1, -exponent);
	for (uint32_t n = 0; n < reads; n++) {
		at = all * (mix(n + 1) >> 11) / ((uint64_t)1 << 53);
		for (low = 0, high = PAGES - 1; low < high;) {
			if (sum[(low + high) / 2] > at)
				high = (low + high) / 2;
			else
				low = (low + high) / 2 + 1;
		}
		read_page(cache, low + 1);
	}
	free(sum);
}

static void read_loop(struct cache *cache, uint32_t pages, int passes)
{
	for (int pass = 0; pass < passes; pass++)
		for (uint32_t i = 1; i <= pages; i++)
			read_page(cache, i);
}

/* The statistics that the module would have recorded */
static struct headroom_stats sample(const struct cache *cache, uint64_t seed)
{
	struct headroom_stats stats = { .nr_groups = HEADROOM_SAMPLE_GROUPS, .group = groups };
	struct headroom_group *group;
	uint64_t hash;

	memset(groups, 0, sizeof(groups));
	for (uint32_t i = 1; i <= PAGES; i++) {
		stats.evictions += cache->page[i].evictions;
		hash = mix(mix(seed + 1) + i * 0x9e3779b97f4a7c15);
		if (hash >> (64 - SHIFT))
			continue;
		group = &stats.group[hash % HEADROOM_SAMPLE_GROUPS];
		group->evictions += cache->page[i].evictions;
		group->refaults += cache->page[i].refaults;
		stats.refault_samples += cache->page[i].refaults;
	}
	stats.refaults = stats.refault_samples << SHIFT;
	return stats;
}

/* Compare the estimates with the truth. Loads with few refaults allow a larger error. */
static void test_estimates(const struct cache *cache, const char *load, double within)
{
	double truth = 0, worst = 0, plain = 0, error, error_of_mean = 0;
	struct headroom_estimate estimate;
	struct headroom_stats stats;
	int covered = 0;

	for (uint32_t i = 1; i <= PAGES; i++)
		truth += cache->page[i].refaults;
	for (int seed = 0; seed < SEEDS; seed++) {
		stats = sample(cache, seed);
		estimate = headroom_refaults_estimate(&stats, SHIFT);
		covered += estimate.low <= truth && truth <= estimate.high;
		error = estimate.value / truth - 1;
		error_of_mean += error / SEEDS;
		worst = fmax(worst, fabs(error));
		plain = fmax(plain, fabs(stats.refaults / truth - 1));
	}
	printf("# %s: %.0f refaults; largest error %.4f, plain %.4f; mean %+.5f; covered %d of %d\n",
	       load, truth, worst, plain, error_of_mean, covered, SEEDS);
	ok(worst <= within, "%s: each estimate within %.0f %%", load, within * 100);
	ok(worst < plain, "%s: better than the scaled count", load);
	ok(fabs(error_of_mean) < 0.005, "%s: no bias", load);
	ok(covered >= 0.93 * SEEDS, "%s: the interval of 95 %% covers the truth", load);
}

static struct cache *new_cache(uint32_t size)
{
	struct cache *cache = calloc(1, sizeof(*cache));

	cache->size = size;
	return cache;
}

static void test_estimate_in_simulation(void)
{
	struct cache *cache = new_cache(PAGES / 2);

	read_zipf(cache, 0.8, 3000000);
	test_estimates(cache, "zipf 0.8", 0.05);
	free(cache);
	cache = new_cache(PAGES / 4);
	read_zipf(cache, 1.1, 1000000);
	test_estimates(cache, "few pages return, zipf 1.1", 0.15);
	free(cache);
	cache = new_cache(PAGES / 2);
	read_loop(cache, PAGES, 4);
	test_estimates(cache, "loop", 0.05);
	free(cache);
	cache = new_cache(PAGES / 2);
	read_zipf(cache, 0.8, 500000);
	read_loop(cache, PAGES * 3 / 4, 3);
	read_zipf(cache, 0.8, 500000);
	test_estimates(cache, "zipf, loop, zipf", 0.05);
	free(cache);
}

int main(void)
{
	test_delta();
	test_horizon();
	test_target_delta();
	test_quantile();
	test_estimate_without_sampling();
	test_estimate_error();
	test_estimate_slope();
	test_estimate_in_simulation();
	return tap_done();
}
