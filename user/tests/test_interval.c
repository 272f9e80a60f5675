// SPDX-License-Identifier: GPL-2.0
/* Test which refaults are worth more memory, and the sum over a subtree */

#include <math.h>
#include "interval.h"
#include "tap.h"

#define SECOND	1000000000ULL

static struct headroom_bucket distance = { .low = 1024, .high = 1279 };
static struct headroom_cgroup cgroups[] = {
	{ .id = 1, .path = "/" },
	{ .id = 2, .parent_id = 1, .path = "/a",
	  .local.refault_distance = { .nr = 1, .bucket = &distance } },
	{ .id = 3, .parent_id = 1, .path = "/b",
	  .local.refault_distance = { .nr = 1, .bucket = &distance } },
};

/* The extra memory of "/a", and of the root, after @seconds; 0: since the module was loaded */
static void measure(uint64_t refaults, uint64_t evictions, uint64_t seconds,
		    struct headroom_extra *a, struct headroom_extra *root)
{
	const struct headroom_snapshot before = { .time = 5 * SECOND };
	const struct headroom_snapshot now = {
		.time = (5 + seconds) * SECOND, .nr = 3, .cgroup = cgroups,
	};
	struct interval *interval;

	distance.count = refaults;
	cgroups[1].local.evictions = cgroups[2].local.evictions = evictions;
	if (!ok(interval_new(&now, seconds ? &before : NULL, 0, &interval) == 0, "an interval"))
		return;
	*a = interval->activity[1].extra_local;
	*root = interval->activity[0].extra_subtree;
	interval_free(interval);
}

static void test_what_matters(void)
{
	static const struct {
		uint64_t refaults, evictions, seconds;
		bool matters;
		const char *what;
	} cases[] = {
		{ 242, 59162, 0, false, "0.4 % of the evicted pages" },
		{ 592, 59162, 0, true, "1 %" },
		{ 242, 59162, 20, false, "0.4 %, 12 a second" },
		{ 2420, 591620, 20, true, "0.4 %, but 121 a second" },
		{ 4, 4000, 20, false, "0.2 a second" },
		{ 19, 1900, 20, false, "nearly one a second" },
		{ 200, 4000, 20, true, "10 a second" },
	};
	struct headroom_extra a, root;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		measure(cases[i].refaults, cases[i].evictions, cases[i].seconds, &a, &root);
		ok((a.high > 0) == cases[i].matters && (a.value > 0) == cases[i].matters,
		   "%s: %s", cases[i].what, cases[i].matters ? "matters" : "does not");
	}
}

static void test_sum(void)
{
	struct headroom_extra a, root;

	measure(50000, 100000, 0, &a, &root);
	ok(a.value > 1024 && a.value < 1280 && a.low < a.value && a.high > a.value &&
	   isfinite(a.high), "the memory is known: %.0f, %.0f to %.0f pages", a.value, a.low, a.high);
	is_near(root.value, 2 * a.value, 0.01, "the parent needs that of both children");
	is_near(root.high, 2 * a.high, 0.01, "at most");
	measure(50, 1500, 0, &a, &root);
	ok(isinf(a.high) && isinf(root.high), "if it is not known, that of the parent is not");
	is_near(root.low, 2 * a.low, 0.01, "only its lower bound is");
}

int main(void)
{
	test_what_matters();
	test_sum();
	return tap_done();
}
