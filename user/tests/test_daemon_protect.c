// SPDX-License-Identifier: GPL-2.0
/*
 * The rule protect: what it decides on which evidence, and how it explains that
 */
#include "cgroupfs.h"
#include "engine.h"
#include "protect.h"
#include "tap.h"

#define MIB	(1ULL << 20)
#define PAGE	4096
#define SECOND	1000000000ULL

/* --- decisions --- */

static const struct protect_rule rule = {
	.name = "r", .cgroup = "/r", .refaults = 20, .max = 512 * MIB,
	.quantile = 1, .idle = 60 * SECOND,
};

static struct headroom_bucket bucket = { .low = 9000, .high = 10000, .count = 2000 };
static struct headroom_stats delta;

/* 1000 refaults and as many evictions a second for 2 s, by others, without protection */
static struct protect_reading refaulting(void)
{
	delta = (struct headroom_stats){
		.evictions = 2000, .refaults = 2000, .returned = 2000,
		.evictions_outside = 2000, .returned_outside = 2000,
		.refault_distance = { .nr = 1, .bucket = &bucket },
	};
	return (struct protect_reading){
		.delta = &delta, .interval = 2 * SECOND, .page_size = PAGE,
		.clock = 1000000, .current = 64 * MIB, .limit = CGROUPFS_MAX,
	};
}

/* Protected with 70 MiB, which is more than it uses */
static struct protect_reading protected_and_refaulting(void)
{
	struct protect_reading now = refaulting();

	now.low = 70 * MIB;
	return now;
}

static void decides(const struct protect_reading *now, enum protect_reason reason,
		    const char *name)
{
	is_int(protect_decide(&rule, now).reason, reason, name);
}

static void check_raise(void)
{
	struct protect_reading now = refaulting();
	struct protect_decision d = protect_decide(&rule, &now);

	is_int(d.reason, PROTECT_RAISE, "refaults caused by others: raise");
	is_near(d.rate, 1000, 0.1, "the rate is per second");
	/* (64 MiB + 10,000 pages) * 1.1 */
	is_near(d.low, (64 * MIB + 10000 * PAGE) * 1.1, 6, "to the working set and a tenth");
	ok(d.low % PAGE == 0, "in whole pages");
}

/* One page in 64 is tracked, and one of the tracked pages came back, from far away */
static void check_few_samples(void)
{
	struct headroom_bucket far = { .low = 458752, .high = 524287, .count = 64 };
	struct protect_reading now = refaulting();
	struct protect_decision d;

	now.sample_shift = 6;
	delta.refault_distance.bucket = &far;
	d = protect_decide(&rule, &now);
	is_int(d.reason, PROTECT_FEW_SAMPLES, "one sample sets no target");
	is_uint(d.low, 0, "and leaves memory.low as it is");
	is_uint(d.samples, 1, "the samples are counted");
	far.count = 15 * 64;
	decides(&now, PROTECT_FEW_SAMPLES, "nor do 15");
	far.count = 16 * 64;
	decides(&now, PROTECT_RAISE, "16 do");
}

/* Half of the refaults are near, half far: the fewer samples, the less is sure to be far */
static void check_cautious_end(void)
{
	struct headroom_bucket two[] = {
		{ .low = 1000, .high = 1023, .count = 50 },
		{ .low = 9000, .high = 10000, .count = 14 },
	};
	struct protect_rule most = rule;
	struct protect_reading now = refaulting();
	uint64_t few;

	most.quantile = 0.8;
	delta.refault_distance = (struct headroom_histogram){ .nr = 2, .bucket = two };
	few = protect_decide(&most, &now).extra;
	ok(few < 2000 * PAGE, "14 far refaults of 64 may be fewer than a fifth");
	two[0].count = 5000;
	two[1].count = 1400;
	delta.evictions = 200000;
	ok(protect_decide(&most, &now).extra > 8000 * PAGE, "1400 of 6400 are not");
}

static void check_small_differences(void)
{
	struct protect_reading now = refaulting();
	uint64_t target = protect_decide(&rule, &now).low;

	now.low = target;
	decides(&now, PROTECT_ENOUGH, "memory.low is the target: enough");
	now.low = target - MIB / 2;
	decides(&now, PROTECT_ENOUGH, "half a MiB less is not worth a write");
	now.low = target - 8 * MIB;
	decides(&now, PROTECT_RAISE, "8 MiB less is");

	now.current = 320 * MIB;
	target = protect_decide(&rule, &now).low;
	now.low = target - 5 * MIB;
	decides(&now, PROTECT_ENOUGH, "5 MiB of 400 are not worth a write");
	now.low = target - 9 * MIB;
	decides(&now, PROTECT_RAISE, "more than 2 % are");
}

static void check_own_limit(void)
{
	struct protect_reading now = refaulting();
	struct protect_decision d;

	now.limit_hits = 1;
	d = protect_decide(&rule, &now);
	is_int(d.reason, PROTECT_OWN_LIMIT, "the cgroup reached its own limit");
	is_uint(d.low, 0, "which leaves memory.low as it is");
}

/* Only the refaults of pages that were taken from outside count */
static void check_own_demand(void)
{
	struct protect_reading now = refaulting();
	struct protect_decision d;

	delta.returned_outside = 40;	/* in 2 s */
	now.low = 40 * MIB;
	now.quiet = 60 * SECOND;
	d = protect_decide(&rule, &now);
	is_int(d.reason, PROTECT_OWN_LIMIT, "only 20 refaults/s are due to others");
	is_uint(d.low, 40 * MIB, "which leaves memory.low as it is");
	ok(d.active, "the cgroup is not idle");
	is_near(d.rate, 1000, 0, "the rate includes all refaults");
	is_near(d.own, 980, 0, "and those due to its own demand are stated");
	delta.returned_outside = 42;
	decides(&now, PROTECT_RAISE, "21 refaults/s are due to others: raise");
	delta.returned_outside = 0;
	delta.evictions_outside = 0;
	decides(&now, PROTECT_OWN_LIMIT, "none are: a cgroup that pages itself out gets nothing");
}

/* Others read its pages: more of them returned than it read itself */
static void check_parts_above_total(void)
{
	struct protect_reading now = refaulting();
	struct protect_decision d;

	delta.returned_outside = 2100;
	d = protect_decide(&rule, &now);
	is_int(d.reason, PROTECT_RAISE, "more returned from outside than it read itself");
	is_near(d.own, 0, 0, "its own part is zero");
}

static void check_recovery(void)
{
	struct protect_reading now = protected_and_refaulting();

	delta.evictions_outside = 499;
	decides(&now, PROTECT_ENOUGH, "four times more pages come back than are evicted: enough");
	delta.evictions_outside = 500;
	decides(&now, PROTECT_RAISE, "a quarter is evicted again: raise");
	delta.evictions_outside = 499;
	now.low = 64 * MIB;
	decides(&now, PROTECT_RAISE, "memory.low does not exceed the cgroup's memory: raise");
}

static void check_recovery_with_own_demand(void)
{
	struct protect_reading now = protected_and_refaulting();

	delta.evictions = 6000;
	delta.returned_outside = 1000;
	delta.evictions_outside = 249;
	decides(&now, PROTECT_ENOUGH, "others evict less than a quarter of their refaults: enough");
	delta.evictions_outside = 250;
	decides(&now, PROTECT_RAISE, "others evict a quarter: raise");
	now.limit_hits = 1;
	decides(&now, PROTECT_OWN_LIMIT, "but not if the cgroup reached its own limit");
}

static void check_unheeded(void)
{
	struct protect_reading now = protected_and_refaulting();

	now.breaches = 3;
	decides(&now, PROTECT_UNHEEDED, "the kernel evicts below memory.low: raising does not help");
	now.low = 64 * MIB;
	decides(&now, PROTECT_RAISE, "the cgroup uses all of memory.low: raise");
}

static void check_bounds(void)
{
	struct protect_rule small = rule;
	struct protect_reading now = refaulting();
	struct protect_decision d;

	small.max = 80 * MIB;
	d = protect_decide(&small, &now);
	is_uint(d.low, 80 * MIB, "max bounds memory.low");
	now.low = d.low;
	is_int(protect_decide(&small, &now).reason, PROTECT_AT_MAX, "max is reached");
	now.low = d.low - MIB / 2;
	is_int(protect_decide(&small, &now).reason, PROTECT_AT_MAX, "or almost reached");
	now.low = 0;
	small.max = 80 * MIB + 1;
	is_uint(protect_decide(&small, &now).low, 80 * MIB, "max is rounded to whole pages");
	now = refaulting();
	now.limit = 70 * MIB;
	is_uint(protect_decide(&rule, &now).low, 70 * MIB, "so does the cgroup's own limit");
}

static void check_quiet(void)
{
	struct protect_reading now = refaulting();

	delta.refaults = 40;	/* in 2 s */
	decides(&now, PROTECT_QUIET, "refaults do not exceed the rate: quiet");
	delta.refaults = 41;
	decides(&now, PROTECT_RAISE, "refaults exceed the rate: raise");
}

static struct protect_reading idle(void)
{
	struct protect_reading now = refaulting();

	delta.refaults = 0;
	delta.evictions = 0;
	now.low = 100 * MIB;
	now.original = 20 * MIB;
	now.quiet = 60 * SECOND;
	return now;
}

static void check_idle(void)
{
	struct protect_reading now = idle();

	now.quiet = 59 * SECOND;
	decides(&now, PROTECT_HOLDING, "quiet for 59 s: hold");
	now.quiet = 60 * SECOND;
	decides(&now, PROTECT_GIVE_BACK, "quiet for 60 s: give back");
	delta.evictions = 41;	/* in 2 s */
	decides(&now, PROTECT_HOLDING, "evictions exceed the rate: hold");
	delta.evictions = 40;
	decides(&now, PROTECT_GIVE_BACK, "evictions do not exceed the rate: give back");
}

static void check_give_back(void)
{
	struct protect_reading now = idle();

	is_uint(protect_decide(&rule, &now).low, 80 * MIB, "a quarter of the addition is given back");
	now.low = now.original + MIB;
	is_uint(protect_decide(&rule, &now).low, 20 * MIB, "the last MiB is given back at once");
	now.low = now.original = 100 * MIB;
	decides(&now, PROTECT_QUIET, "without an addition there is nothing to give back");
}

/* --- explanations --- */

static char text[sizeof(((struct engine_verdict *)0)->why)];

static const char *explain(const struct protect_reading *now, const struct protect_decision *d)
{
	static const struct protect_rule rule = {
		.refaults = 20, .max = 512 * MIB, .quantile = 0.95, .idle = 60 * SECOND,
	};

	return protect_explain(text, sizeof(text), &rule, now, d);
}

/* An explanation names the cgroup whose limit to raise, and blames others only if they evicted */
static void check_limit_explanations(void)
{
	struct protect_decision d = {
		.reason = PROTECT_OWN_LIMIT, .rate = 1000, .own = 990, .distance = 512,
		.extra = MIB, .most = 80 * MIB,
	};
	struct protect_reading now = refaulting();

	explain(&now, &d);
	ok(strstr(text, "1000 refaults/s (990/s from its own demand), p95 distance of all refaults 512 pages") &&
	   strstr(text, "against the cgroup's own demand") && !strstr(text, "others"),
	   "its own demand: %s", text);
	now.limit_hits = 1;
	explain(&now, &d);
	ok(strstr(text, "the cgroup reached its own limit") && !strstr(text, "others"),
	   "the cgroup's own limit: %s", text);
	now.limit_hits = 0;
	d.reason = PROTECT_RAISE;
	d.own = 900;
	explain(&now, &d);
	ok(strstr(text, "100 refaults/s from others' reclaim (and 900/s from its own demand), p95 distance of all"),
	   "others and its own demand: %s", text);
	d.reason = PROTECT_UNHEEDED;
	explain(&now, &d);
	ok(strstr(text, "to make memory.low count") && strlen(text) < sizeof(text) - 64,
	   "the longest explanation fits, with room to spare: %s", text);
}

static const struct {
	enum protect_reason reason;
	bool others;
	const char *says;
} explanations[] = {
	{ PROTECT_QUIET, false, "7 refaults/s, 8 evictions/s, acts above 20 refaults/s" },
	{ PROTECT_HOLDING, false, "8 evictions/s: keeping the protection until both have stayed at or below 20/s for 60 s" },
	{ PROTECT_OWN_LIMIT, false, "raise memory.max or memory.high, or make the application use less" },
	{ PROTECT_UNHEEDED, true, "set memory.max on a common ancestor of it and the others" },
	{ PROTECT_AT_MAX, true, "max 80.0 MiB, but memory.low is already at its maximum" },
	{ PROTECT_ENOUGH, true, "memory.low covers that already" },
	{ PROTECT_FEW_SAMPLES, true, "too few refaults were recorded" },
	{ PROTECT_RAISE, true, "7 refaults/s from others' reclaim, p95 distance 512 pages = 1.0 MiB extra, current 64.0 MiB, max 80.0 MiB" },
	{ PROTECT_GIVE_BACK, false, "idle for 61 s, current 64.0 MiB" },
};

/* Each reason is explained with the numbers that it depends on */
static void check_explanations(void)
{
	struct protect_reading now = refaulting();
	size_t i;

	now.quiet = 61 * SECOND;
	for (i = 0; i < sizeof(explanations) / sizeof(explanations[0]); i++) {
		const struct protect_decision d = {
			.reason = explanations[i].reason, .rate = 7, .evictions = 8,
			.distance = 512, .extra = MIB, .most = 80 * MIB,
		};
		char small[16];

		now.limit_hits = d.reason == PROTECT_OWN_LIMIT;
		ok(strstr(explain(&now, &d), explanations[i].says), "explained: %s", text);
		ok(strlen(text) < sizeof(text) - 64, "it fits, with room to spare");
		ok(!strstr(text, "others") == !explanations[i].others,
		   "it blames others only if they evicted the pages");
		ok(strlen(protect_explain(small, sizeof(small), &rule, &now, &d)) < sizeof(small),
		   "a small buffer truncates it");
	}
}

int main(void)
{
	check_raise();
	check_few_samples();
	check_cautious_end();
	check_small_differences();
	check_own_limit();
	check_own_demand();
	check_parts_above_total();
	check_recovery();
	check_recovery_with_own_demand();
	check_unheeded();
	check_bounds();
	check_quiet();
	check_idle();
	check_give_back();
	check_explanations();
	check_limit_explanations();
	return tap_done();
}
