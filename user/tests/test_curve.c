// SPDX-License-Identifier: GPL-2.0
/* Test the curve of refaults over memory */

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "headroom.h"
#include "tap.h"

#define HIST(...) { \
	.nr = sizeof((struct headroom_bucket[]){ __VA_ARGS__ }) / sizeof(struct headroom_bucket), \
	.bucket = (struct headroom_bucket[]){ __VA_ARGS__ }, \
}

static struct headroom_extra extra_memory(const struct headroom_pool *pool, double share)
{
	struct headroom_extra extra;

	is_int(headroom_extra_memory(pool, share, &extra), 0, "extra memory is computed");
	return extra;
}

/* A pool that is old, so that each refault of the interval was seen */
#define OLD(e, ...) { \
	.distance = &(struct headroom_histogram)HIST(__VA_ARGS__), .evictions = (e), \
	.clock = HEADROOM_CLOCK_OLD, \
}
/* A pool whose interval began at its birth */
#define YOUNG(e, ...) { \
	.distance = &(struct headroom_histogram)HIST(__VA_ARGS__), .evictions = (e), .clock = (e), \
}

static void test_extra_memory_by_hand(void)
{
	/* a loop over a file: all pages return, all at the same distance */
	const struct headroom_pool loop = OLD(81920, { 8192, 8192, 81920 });
	/* half of the evicted pages return after 10, half of the others after 110 */
	const struct headroom_pool two = OLD(400, { 10, 10, 200 }, { 110, 110, 100 });
	/* all pages return, evenly between 0 and 1000: u(d) = d - d^2/2000 */
	const struct headroom_pool even = OLD(1000, { 0, 1000, 1000 });
	/* a short interval: the pages that returned were evicted before it began */
	const struct headroom_pool late = OLD(3, { 64, 64, 100 }, { 128, 128, 100 });
	const struct headroom_pool few = OLD(1000000, { 1000, 1000, 10 });
	const struct headroom_pool open = OLD(10, { 4096, UINT64_MAX, 10 });
	const struct headroom_pool none = { .distance = &(struct headroom_histogram){ 0 },
		.evictions = 10, .clock = HEADROOM_CLOCK_OLD };

	is_near(extra_memory(&none, 0.9).value, 0, 0, "no refaults need no extra memory");
	is_near(extra_memory(&loop, 0.9).value, 8192, 0, "a loop needs its distance");
	is_near(extra_memory(&two, 0.5).value, 10, 0, "early refaults cost their distance");
	is_near(extra_memory(&two, 0.9).value, 10 + 100 / 2, 0,
		"late ones cost half of the rest in addition");
	is_near(extra_memory(&even, 0.5).value, 500 - 500 * 500 / 2000, 0.01,
		"half of evenly spread refaults");
	is_near(extra_memory(&even, 1).value, 500, 0.01, "all of evenly spread refaults");
	is_near(extra_memory(&late, 1).value, 64 + 32, 0.01, "more refaults than evictions");
	is_near(extra_memory(&few, 1).value, 1000, 0.01,
		"if few pages return, the memory is the distance");
	is_near(extra_memory(&open, 0.9).value, 4096, 0,
		"the open bucket counts as its lower bound");
}

/* A whole curve by hand: distances 10 and 110, as above */
static void test_curve_by_hand(void)
{
	struct headroom_pool two = OLD(400, { 10, 10, 200 }, { 110, 110, 100 });
	const struct headroom_pool even = OLD(1000, { 0, 1000, 1000 });
	struct headroom_curve curve;

	two.sample_shift = 2;
	is_int(headroom_curve_build(&two, &curve), 0, "a curve is built");
	is_near(curve.point[0].pages, 0, 0, "its first point is without extra memory");
	is_near(curve.point[0].refaults, 300, 0, "it has all refaults");
	is_near(curve.point[0].samples, 75, 0, "it has their samples");
	is_near(headroom_curve_at(&curve, 9.9).refaults, 300, 0,
		"memory below a step saves nothing");
	is_near(headroom_curve_at(&curve, 10).refaults, 100, 0,
		"memory at a step saves all of its refaults");
	is_near(headroom_curve_at(&curve, 59).refaults, 100, 0, "the curve is level after a step");
	is_near(headroom_curve_at(&curve, 60).refaults, 0, 0,
		"half of the remaining distance saves the rest");
	is_near(headroom_curve_at(&curve, 1e30).refaults, 0, 0,
		"the curve stays level after its last point");
	is_near(headroom_curve_at(&curve, 1e30).pages, 1e30, 0,
		"a point has the memory that was asked for");
	is_near(headroom_curve_memory(&curve, 300).value, 0, 0, "all refaults need no memory");
	is_near(headroom_curve_memory(&curve, 1000).value, 0, 0, "nor do more than all");
	is_near(headroom_curve_memory(&curve, 299).value, 10, 0, "one refault less needs the step");
	is_near(headroom_curve_memory(&curve, 100).value, 10, 0, "so do all refaults of the step");
	is_near(headroom_curve_memory(&curve, 99).value, 60, 0, "the next refault needs more");
	is_near(headroom_curve_memory(&curve, 0).value, 60, 0, "so do all others");
	headroom_curve_clear(&curve);
	ok(!curve.point && !curve.nr, "a cleared curve is empty");

	headroom_curve_build(&even, &curve);
	is_near(headroom_curve_at(&curve, 375).refaults, 500, 0.01, "u(500) = 500 - 500^2 / 2000");
	for (size_t i = 1; i < curve.nr; i++)
		ok(curve.point[i].pages >= curve.point[i - 1].pages &&
		   curve.point[i].refaults <= curve.point[i - 1].refaults &&
		   curve.point[i].refaults_low <= curve.point[i].refaults &&
		   curve.point[i].refaults_high >= curve.point[i].refaults,
		   "point %zu is not above the one before, and within its bounds", i);
	headroom_curve_clear(&curve);

	two.reserved[3] = 1;
	is_int(headroom_curve_build(&two, &curve), -EINVAL, "a reserved word must be zero");
	ok(!curve.point, "there is no curve after a failure");
}

/*
 * An interval since the birth of a cgroup: of 1000 evicted pages, only those evicted before
 * clock 200 reach age 800 by the end, and only they can have returned at age 800. If 100 of
 * these 200 did, half of the pages that get so old return then, not one in ten.
 */
static void test_censored(void)
{
	const struct headroom_pool young_pool = YOUNG(1000, { 800, 800, 100 }, { 850, 850, 10 });
	const struct headroom_pool old_pool = OLD(1000, { 800, 800, 100 }, { 850, 850, 10 });
	const struct headroom_pool wide = YOUNG(1000, { 0, 400, 380 });
	const struct headroom_pool last = YOUNG(1000, { 896, 1023, 4 });
	struct headroom_curve young, old;

	headroom_curve_build(&young_pool, &young);
	headroom_curve_build(&old_pool, &old);
	is_near(young.point[0].refaults, 100 * 5 + 10 * 1000 / 150.0, 0.01,
		"refaults that only some pages could show count more");
	is_near(old.point[0].refaults, 110, 0, "in an old cgroup all count alike");
	is_near(young.point[0].samples, 110, 0, "the samples are those that were recorded");
	is_near(headroom_curve_memory(&young, 100).value, 800, 0,
		"all pages are out up to the first distance");
	is_near(headroom_curve_memory(&young, 0).value, 825, 0, "of a young cgroup, then half");
	is_near(headroom_curve_memory(&old, 0).value, 845, 0, "of an old cgroup, then nine of ten");
	headroom_curve_clear(&young);
	headroom_curve_clear(&old);

	/* N is 800 in the middle of the bucket: 475 pages return, a quarter in each part */
	headroom_curve_build(&wide, &young);
	is_near(young.point[2].pages, 100 * (1 - 0.11875 / 2), 0.001, "first part of a bucket");
	is_near(young.point[3].pages, 200 * (1 - 0.2375 / 2), 0.001, "second part of a bucket");
	headroom_curve_clear(&young);

	/* no distance is above the clock, although the bucket's upper bound is */
	headroom_curve_build(&last, &young);
	is_near(headroom_curve_memory(&young, 0).value, 996, 0.01, "a bucket ends at the clock");
	is_near(young.horizon, 1000, 0, "and so does the horizon");
	headroom_curve_clear(&young);
}

/* What the interval could not show is not in the curve, and no upper bound is below it */
static void test_horizon(void)
{
	struct headroom_pool pool = YOUNG(1000, { 100, 100, 300 }, { 500, 500, 50 },
					  { 950, 950, 3 });
	const struct headroom_pool nothing = { .distance = &(struct headroom_histogram){ 0 },
		.evictions = 1000, .clock = 1000 };
	struct headroom_curve curve;
	struct headroom_extra extra;

	headroom_curve_build(&pool, &curve);
	is_near(curve.horizon, 900, 0, "it ends where a tenth of the evictions show refaults");
	is_near(curve.point[0].refaults, 300 / 0.9 + 50 / 0.5, 0.01, "later refaults are ignored");
	ok(curve.beyond > 50 && curve.beyond < 1000, "other pages may return beyond it: %.0f",
	   curve.beyond);
	is_near(curve.point[curve.nr - 1].refaults, 0, 0, "the last point is at the horizon");
	ok(curve.point[curve.nr - 1].refaults_high >= curve.beyond, "those pages may remain there");
	ok(headroom_curve_at(&curve, 1e6).refaults_high >= curve.beyond, "and with any memory");
	extra = headroom_curve_extra(&curve, 0.9);
	ok(extra.low > 99 && extra.low <= extra.value && isinf(extra.high),
	   "90 %% need at least %.0f pages, and perhaps more than the horizon", extra.low);
	headroom_curve_clear(&curve);

	pool.horizon = 400;
	headroom_curve_build(&pool, &curve);
	is_near(curve.horizon, 400, 0, "pages are forgotten before that");
	is_near(curve.point[0].refaults, 300 / 0.9, 0.01, "refaults beyond are ignored");
	headroom_curve_clear(&curve);
	pool.horizon = 5000;
	headroom_curve_build(&pool, &curve);
	is_near(curve.horizon, 900, 0, "a larger bound does not matter");
	headroom_curve_clear(&curve);

	headroom_curve_build(&nothing, &curve);
	is_near(curve.point[0].refaults, 0, 0, "no refaults");
	ok(curve.point[0].refaults_high >= 4, "but not surely none: %.0f", curve.point[0].refaults_high);
	is_near(curve.point[curve.nr - 1].pages, 900, 0, "nothing is known of more memory");
	extra = headroom_curve_extra(&curve, 0.9);
	ok(extra.value == 0 && extra.low == 0 && isinf(extra.high), "nor is the memory for 90 %%");
	headroom_curve_clear(&curve);
}

/* The bounds of few samples, of many, and of samples that are not independent */
static void test_bounds(void)
{
	struct headroom_group group[HEADROOM_SAMPLE_GROUPS] = { { .refaults = 1600 } };
	struct headroom_pool pool = OLD(1000000, { 1000, 1000, 64 });
	struct headroom_curve curve;
	double width;

	pool.sample_shift = 6;
	headroom_curve_build(&pool, &curve);
	is_near(curve.point[0].samples, 1, 0, "one sample");
	is_near(curve.point[0].refaults_low, 64 * (3 - sqrt(8)), 0.01, "can be one of few refaults");
	is_near(curve.point[0].refaults_high, 64 * (3 + sqrt(8)) + curve.beyond, 0.01, "or one of many");
	ok(isinf(headroom_curve_extra(&curve, 0.9).high), "its memory has no upper bound");
	headroom_curve_clear(&curve);

	pool.distance->bucket[0].count = 64 * 1600;
	headroom_curve_build(&pool, &curve);
	width = curve.point[0].refaults_high - curve.beyond - curve.point[0].refaults_low;
	is_near(width, 64 * 4 * sqrt(1601), 0.01, "two standard errors to each side");
	is_near(headroom_curve_extra(&curve, 0.9).high, 1000, 1, "many samples bound the memory");
	headroom_curve_clear(&curve);

	pool.nr_groups = HEADROOM_SAMPLE_GROUPS;
	pool.group = group;
	headroom_curve_build(&pool, &curve);
	ok(curve.point[0].refaults_high - curve.beyond - curve.point[0].refaults_low > 10 * width,
	   "if all refaults are in one group, few pages cause them");
	headroom_curve_clear(&curve);
	for (int i = 0; i < HEADROOM_SAMPLE_GROUPS; i++)
		group[i].refaults = 100;
	headroom_curve_build(&pool, &curve);
	is_near(curve.point[0].refaults_high - curve.beyond - curve.point[0].refaults_low, width, 0.01,
		"groups that are more even than chance change nothing");
	headroom_curve_clear(&curve);
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
		headroom_curve_build(&(struct headroom_pool){
			.distance = &hist, .evictions = end - begin[i], .clock = end }, &curve);
		/* u(1000) = 1000 - 1000^2 / 4000 */
		is_near(curve.point[20 * 5].pages, 750, 3, "u in the middle");
		is_near(curve.point[34 * 5].pages, 1700 - 1700 * 1700 / 4000.0, 3, "u near the end");
		is_near(curve.point[0].refaults - curve.point[20 * 5].refaults, 1900 / 2, 4,
			"half of the pages return up to the middle");
		headroom_curve_clear(&curve);
	}
}

/* Count @value in its bucket, four buckets to an octave as in the kernel, @times */
static void add_to(struct headroom_histogram *hist, uint64_t value, uint64_t times)
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
	hist->bucket[i].count += times;
}

/* An exact LRU list; page 0 is its head */
#define MOST_PAGES	24576

struct lru {
	uint32_t newer[MOST_PAGES + 1], older[MOST_PAGES + 1];
	uint64_t evicted_at[MOST_PAGES + 1];
	bool resident[MOST_PAGES + 1];
	uint32_t size, used;
	uint64_t evictions, refaults;
	uint64_t seed;
	struct headroom_histogram distance;
	uint64_t key;
	/* one page in 2^sample_shift is tracked */
	uint32_t sample_shift;
	struct headroom_group group[HEADROOM_SAMPLE_GROUPS];
};

static struct lru *new_lru(uint32_t size, uint64_t seed)
{
	struct lru *lru = calloc(1, sizeof(*lru));

	lru->size = size;
	lru->seed = lru->key = seed;
	lru->distance.bucket = calloc(256, sizeof(*lru->distance.bucket));
	return lru;
}

static void free_lru(struct lru *lru)
{
	free(lru->distance.bucket);
	free(lru);
}

static void unlink_page(struct lru *lru, uint32_t page)
{
	lru->older[lru->newer[page]] = lru->older[page];
	lru->newer[lru->older[page]] = lru->newer[page];
}

/* The group of a page; NULL if it is not tracked. Each seed tracks other pages */
static struct headroom_group *group_of(struct lru *lru, uint64_t page)
{
	uint64_t hash = (page + lru->key) * 0x9e3779b97f4a7c15;

	hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9;
	hash = (hash ^ hash >> 27) * 0x94d049bb133111eb;
	if (lru->sample_shift && hash >> (64 - lru->sample_shift))
		return NULL;
	return &lru->group[hash % HEADROOM_SAMPLE_GROUPS];
}

static void evict(struct lru *lru)
{
	uint32_t oldest = lru->newer[0];
	struct headroom_group *group = group_of(lru, oldest);

	if (group)
		group->evictions++;

	unlink_page(lru, oldest);
	lru->resident[oldest] = false;
	lru->evicted_at[oldest] = ++lru->evictions;
	lru->used--;
}

static void count_refault(struct lru *lru, uint32_t page)
{
	struct headroom_group *group = group_of(lru, page);

	lru->refaults++;
	if (!group)
		return;
	group->refaults++;
	add_to(&lru->distance, lru->evictions - lru->evicted_at[page],
	       (uint64_t)1 << lru->sample_shift);
}

static void read_page(struct lru *lru, uint32_t page)
{
	if (lru->resident[page]) {
		unlink_page(lru, page);
	} else {
		if (lru->evicted_at[page])
			count_refault(lru, page);
		if (lru->used++ == lru->size)
			evict(lru);
	}
	lru->resident[page] = true;
	lru->newer[page] = 0;
	lru->older[page] = lru->older[0];
	lru->newer[lru->older[0]] = page;
	lru->older[0] = page;
}

/* Read a random page of a file of that many */
static void read_random(struct lru *lru, uint32_t pages)
{
	lru->seed = lru->seed * 6364136223846793005u + 1442695040888963407u;
	read_page(lru, 1 + (lru->seed >> 33) % pages);
}

/*
 * Uniformly random reads of a 96 MiB file in 48 MiB, the first half to fill the list. The
 * model's prediction for 64 and 80 MiB is compared with the refaults of the same reads in lists
 * of these sizes.
 */
#define READS		120000

/* Leave in the list what the second half of the reads did */
static struct lru *play(uint32_t size, uint64_t *first_half)
{
	struct lru *lru = new_lru(size, 1);

	for (int i = 0; i < READS; i++)
		read_random(lru, 24576);
	if (first_half)
		*first_half = lru->refaults;
	lru->refaults = lru->distance.nr = 0;
	for (int i = 0; i < READS; i++)
		read_random(lru, 24576);
	return lru;
}

static void test_curve_of_random_reads(void)
{
	uint64_t first;
	struct lru *at48 = play(12288, &first), *at64 = play(16384, NULL), *at80 = play(20480, NULL);
	const struct headroom_pool pool = {
		.distance = &at48->distance, .evictions = at48->refaults, .clock = at48->evictions,
	};
	struct headroom_curve curve;
	double by64, by80;

	headroom_curve_build(&pool, &curve);
	by64 = headroom_curve_at(&curve, 4096).refaults;
	by80 = headroom_curve_at(&curve, 8192).refaults;
	printf("# refaults at 48 MiB %" PRIu64 "; at 64 MiB %" PRIu64 ", model %.0f; "
	       "at 80 MiB %" PRIu64 ", model %.0f\n", at48->refaults, at64->refaults, by64,
	       at80->refaults, by80);
	is_near(first, 39842, 10, "refaults at 48 MiB are those of the measured kernel");
	ok(fabs(by64 - at64->refaults) < 0.01 * READS,
	   "refaults predicted for 64 MiB are within 1 %% of the reads");
	ok(fabs(by80 - at80->refaults) < 0.01 * READS,
	   "refaults predicted for 80 MiB are within 1 %% of the reads");
	headroom_curve_clear(&curve);
	free_lru(at48);
	free_lru(at64);
	free_lru(at80);
}

/*
 * The same with 90 MiB in 50 MiB, from an empty list on. The memory that saves 90 % of the
 * refaults in the long run is known: 0.9 * 40 MiB. It must be in the interval, or beyond the
 * horizon, at each age, and the interval must close as the pool gets older.
 */
#define SEEDS		20
#define YOUNG_FILE	23040
#define YOUNG_SIZE	12800

/* Refaults of READS reads in a list of @size pages, in which the whole file was read before */
static double refaults_with(uint32_t size)
{
	struct lru *lru = new_lru(size, 3);
	double before, refaults;

	for (uint32_t page = 1; page <= YOUNG_FILE; page++)
		read_page(lru, page);
	for (int i = 0; i < READS; i++)
		read_random(lru, YOUNG_FILE);
	before = lru->refaults;
	for (int i = 0; i < 4 * READS; i++)
		read_random(lru, YOUNG_FILE);
	refaults = (lru->refaults - before) / 4;
	free_lru(lru);
	return refaults;
}

/* The memory that leaves a tenth of the refaults, between the two sizes tried on either side */
static double true_extra(void)
{
	double most = refaults_with(YOUNG_SIZE) / 10, refaults, before = 0;
	uint32_t extra;

	for (extra = 8704; (refaults = refaults_with(YOUNG_SIZE + extra)) > most; extra += 256)
		before = refaults;
	return extra - 256 * (most - refaults) / (before - refaults);
}

static const struct {
	uint64_t evictions;
	bool horizon;		/* the truth is beyond it */
} ages[] = {
	{ 1400, true }, { 2800, true }, { 5600, true }, { 17000, true }, { 30000, false },
	{ 68000, false }, { 150000, false },
};

#define NR_AGES		(sizeof(ages) / sizeof(ages[0]))

struct young {
	int inside, beyond;
	struct headroom_extra mean;
	double horizon;		/* mean */
};

/* The intervals of one seed at all ages */
static void test_seed(uint64_t seed, uint32_t shift, double truth, struct young *young)
{
	struct lru *lru = new_lru(YOUNG_SIZE, seed);
	struct headroom_curve curve;
	struct headroom_extra extra;

	lru->sample_shift = shift;
	for (size_t i = 0; i < NR_AGES; i++) {
		while (lru->evictions < ages[i].evictions)
			read_random(lru, YOUNG_FILE);
		headroom_curve_build(&(struct headroom_pool){
			.distance = &lru->distance, .evictions = lru->evictions,
			.clock = lru->evictions, .sample_shift = shift, .group = lru->group,
			.nr_groups = shift ? HEADROOM_SAMPLE_GROUPS : 0 }, &curve);
		extra = headroom_curve_extra(&curve, 0.9);
		young[i].inside += extra.low <= truth && truth <= extra.high;
		young[i].beyond += truth > curve.point[curve.nr - 1].pages;
		young[i].mean.value += extra.value / SEEDS;
		young[i].mean.low += extra.low / SEEDS;
		young[i].mean.high += extra.high / SEEDS;
		young[i].horizon += curve.point[curve.nr - 1].pages / SEEDS;
		headroom_curve_clear(&curve);
	}
	free_lru(lru);
}

/* @width: of the mean interval, at most, as a share of the truth */
static void test_young(uint32_t shift, double truth, const double width[NR_AGES])
{
	struct young young[NR_AGES] = { 0 };

	printf("# one page in %u is tracked\n", 1u << shift);
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		test_seed(seed, shift, truth, young);
	for (size_t i = 0; i < NR_AGES; i++) {
		const struct headroom_extra *mean = &young[i].mean;

		printf("# %6" PRIu64 " evictions: %.1f MiB, %.1f to %.1f, horizon %.1f; "
		       "truth %.1f inside %d of %d\n", ages[i].evictions, mean->value / 256,
		       mean->low / 256, mean->high / 256, young[i].horizon / 256, truth / 256,
		       young[i].inside, SEEDS);
		ok(young[i].inside >= SEEDS - 2, "the interval contains the true memory");
		ok((mean->high - mean->low) / truth <= width[i],
		   "the interval closes with age");
		ok(shift || young[i].beyond == (ages[i].horizon ? SEEDS : 0),
		   "the true memory is %s the horizon", ages[i].horizon ? "beyond" : "within");
	}
}

static void test_ages(void)
{
	static const double all[NR_AGES] = {
		INFINITY, INFINITY, INFINITY, INFINITY, 0.2, 0.06, 0.05
	};
	static const double sampled[NR_AGES] = {
		INFINITY, INFINITY, INFINITY, INFINITY, INFINITY, 0.15, 0.1
	};
	static const double few[NR_AGES] = {
		INFINITY, INFINITY, INFINITY, INFINITY, INFINITY, 0.3, 0.2
	};
	double truth = true_extra();

	is_near(truth, 0.9 * (YOUNG_FILE - YOUNG_SIZE), 1,
		"the true memory is that of the arithmetic");
	test_young(0, truth, all);
	test_young(4, truth, sampled);
	test_young(6, truth, few);
}

/* The pool of a cgroup's own pages, and that of its limit, of the same interval */
static void test_pool_of(void)
{
	static const struct headroom_group group[2] = { { .refaults = 3 }, { .refaults = 5 } };
	const struct headroom_stats delta = {
		.refault_distance = HIST({ 8, 15, 3 }), .evictions = 400,
		.nr_groups = 2, .group = (struct headroom_group *)group,
		.forgotten_distance = HIST({ 128, 255, 40 }), .forgotten = 40,
	};
	const struct headroom_target target = { .distance = HIST({ 16, 31, 9 }), .evictions = 600 };
	struct headroom_pool own = headroom_pool_of(&delta, NULL, 1000, 6);
	struct headroom_pool limit = headroom_pool_of(&delta, &target, 2000, 6);

	ok(own.distance == &delta.refault_distance && own.evictions == 400, "the cgroup's own pages");
	ok(limit.distance == &target.distance && limit.evictions == 600, "those of its limit");
	is_uint(own.clock, 1000, "the clock of the cgroup");
	is_uint(limit.clock, 2000, "the clock of the limit");
	ok(own.horizon == headroom_horizon(&delta) && own.horizon != UINT64_MAX &&
	   limit.horizon == own.horizon, "both have the horizon of the cgroups");
	ok(own.sample_shift == 6 && own.nr_groups == 2 && own.group == group, "the samples");
	ok(limit.sample_shift == 6 && limit.nr_groups == 2 && limit.group == group,
	   "the samples of all below the limit");
}

int main(void)
{
	test_pool_of();
	test_extra_memory_by_hand();
	test_curve_by_hand();
	test_censored();
	test_horizon();
	test_bounds();
	test_interval_does_not_matter();
	test_curve_of_random_reads();
	test_ages();
	return tap_done();
}
