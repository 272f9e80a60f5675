// SPDX-License-Identifier: GPL-2.0
/*
 * The action reclaim on a simulated cgroup: does it find the working set, and what does that cost?
 *
 * The same cgroup is also given to the formulas of TMO and Katalyst; how they fare is printed.
 */
#include <math.h>

#include "lru.h"
#include "reclaim.h"
#include "rivals.h"
#include "tap.h"

#define MIB	(1ULL << 20)
#define PAGES	(MIB / LRU_PAGE)
#define SECOND	1000000000ULL
#define HOUR	3600

static const struct reclaim_rule rule = {
	.stall = 0.001, .refaults = 20, .returned = 0.05, .step = 0.005, .least = 16 * MIB,
	.age = 60 * SECOND, .spike = 0.02, .io = 0.1, .swap_free = 0.2, .swap_out = MIB,
	.swappiness = -1,
};

/**
 * struct run - a cgroup, what reclaims from it, and what came of that
 * @before: statistics a second ago, with their lists in @lists
 * @state: of the action
 * @decision: the last one
 * @current: memory.current a second ago
 * @last: what a rival reclaimed the last time
 * @since: statistics when the rival decided the last time
 * @psi: mean stalls over 60 s
 * @reclaimed: bytes in the last second
 * @time: seconds
 */
struct run {
	struct lru lru;
	struct headroom_stats before;
	struct lru lists[2];
	struct reclaim_state state;
	struct reclaim_decision decision;
	uint64_t current;
	double last;
	struct headroom_stats since;
	double psi;
	double reclaimed;
	uint64_t time;
};

/* Returns the bytes to reclaim in this second */
typedef double policy(struct run *r, const struct headroom_stats *delta);

static double headroom(struct run *r, const struct headroom_stats *delta)
{
	const struct reclaim_reading now = {
		.wanted = true, .delta = delta, .time = (r->time + 1) * SECOND, .interval = SECOND,
		.clock = r->lru.stats.evictions, .page_size = LRU_PAGE,
		.current = r->lru.resident * LRU_PAGE, .before = r->current,
		.unprotected = r->lru.resident * LRU_PAGE, .file = r->lru.resident * LRU_PAGE,
		.age = (r->time + 60) * SECOND, .swap = RECLAIM_SWAP_NONE,
	};

	r->current = now.current;
	r->decision = reclaim_decide(&rule, &now, &r->state);
	return r->decision.bytes;
}

static double tmo(struct run *r, const struct headroom_stats *delta)
{
	uint64_t stalled = r->lru.stats.stall_total - r->since.stall_total;

	(void)delta;
	if (r->time % RIVAL_TMO_PERIOD)
		return 0;
	r->since = r->lru.stats;
	return rival_tmo(r->lru.resident * LRU_PAGE,
			 fmin(1, stalled / 1e9 / RIVAL_TMO_PERIOD));
}

static double katalyst(struct run *r, const struct headroom_stats *delta)
{
	const struct headroom_stats *now = &r->lru.stats;
	struct rival_katalyst k = {
		.current = r->lru.resident * LRU_PAGE, .inactive = r->lru.resident * LRU_PAGE / 2,
		.activate = now->refaults - r->since.refaults,
		.steal = now->evictions - r->since.evictions,
		.scan = (now->evictions - r->since.evictions) / 0.9, .last = r->last,
	};

	r->psi += (100 * fmin(1, delta->stall_total / 1e9) - r->psi) * -expm1(-1.0 / 60);
	if (r->time % RIVAL_KATALYST_PERIOD)
		return 0;
	r->since = *now;
	k.psi = r->psi;
	r->last = rival_katalyst(&k);
	return r->last;
}

static void second(struct run *r, policy *policy)
{
	struct headroom_stats now, delta;

	lru_second(&r->lru);
	now = lru_stats(&r->lru, &r->lists[r->time % 2]);
	if (headroom_stats_delta(&now, &r->before, &delta))
		abort();
	r->before = now;
	r->reclaimed = policy(r, &delta);
	lru_reclaim(&r->lru, r->reclaimed);
	headroom_stats_clear(&delta);
	r->time++;
}

static uint64_t size_mib(const struct run *r)
{
	return r->lru.resident / PAGES;
}

/* What happened in some seconds */
struct cost {
	double refaults;
	double stall;
};

static struct cost seconds(struct run *r, policy *policy, unsigned int n)
{
	const struct headroom_stats before = r->lru.stats;

	for (unsigned int i = 0; i < n; i++)
		second(r, policy);
	return (struct cost){
		.refaults = (double)(r->lru.stats.refaults - before.refaults) / n,
		.stall = (r->lru.stats.stall_total - before.stall_total) / 1e9 / n,
	};
}

/* 200 MiB that are read every two seconds, and 300 MiB that are read once in 10 hours */
static void begin(struct run *r, uint64_t wait, double noise)
{
	*r = (struct run){ .lru = {
		.nr = 500 * PAGES, .hot = 200 * PAGES, .rate = 0.5, .cold_rate = 1.0 / 36000,
		.wait = wait, .noise = noise,
	} };
	lru_begin(&r->lru);
	r->current = r->lru.resident * LRU_PAGE;
}

/* --- the working set --- */

static const struct {
	const char *name;
	uint64_t wait;
	double noise;
} machines[] = {
	{ "SSD, exact LRU", 100000, 0 },
	{ "SSD, 2 % of the evictions at random", 100000, 0.02 },
	{ "compressed swap", 10000, 0 },
};

/* The worst of some minutes */
static struct cost minutes(struct run *r, policy *policy, unsigned int n)
{
	struct cost worst = {};

	while (n--) {
		struct cost cost = seconds(r, policy, 60);

		worst.refaults = fmax(worst.refaults, cost.refaults);
		worst.stall = fmax(worst.stall, cost.stall);
	}
	return worst;
}

static void check_convergence(const char *name, uint64_t wait, double noise)
{
	struct cost first, worst;
	uint64_t size;
	struct run r;

	begin(&r, wait, noise);
	first = minutes(&r, headroom, 10);
	size = size_mib(&r);
	worst = minutes(&r, headroom, 50);
	printf("# %s: %" PRIu64 " MiB after 10 minutes, %" PRIu64 " MiB after an hour; worst minute "
	       "of the first 10: %.1f refaults/s, %.3f %% stalls; of the others: %.1f, %.3f %%\n",
	       name, size, size_mib(&r), first.refaults, 100 * first.stall, worst.refaults,
	       100 * worst.stall);
	ok(size >= 195 && size <= 240, "%s: it finds the 200 MiB in use within 10 minutes", name);
	ok(size_mib(&r) >= 195 && size_mib(&r) <= 240, "and stays there");
	ok(first.refaults <= rule.refaults && first.stall <= rule.stall,
	   "in none of these minutes is a target exceeded");
	ok(worst.refaults <= rule.refaults / 2 && worst.stall <= rule.stall / 2,
	   "in none of the next 50 is half of one reached");
	lru_end(&r.lru);
}

/*
 * On a disk, eight refaults a minute are as many as are allowed: cold memory that is read once in
 * 10 hours is in use, but for a few MiB. As the first ones are seen late, some more may go.
 */
static void check_disk(void)
{
	struct cost cost;
	struct run r;

	begin(&r, 8000000, 0);
	cost = seconds(&r, headroom, HOUR);
	printf("# disk: %" PRIu64 " MiB after an hour, %.1f refaults/s, %.3f %% stalls\n",
	       size_mib(&r), cost.refaults, 100 * cost.stall);
	ok(cost.stall <= 1.25 * rule.stall, "a slow disk: stalls stay near the target");
	ok(size_mib(&r) < 490, "and a little memory goes");
	lru_end(&r.lru);
}

/* --- changes of the working set --- */

static void check_growth(void)
{
	double later = 0;
	struct run r;

	begin(&r, 100000, 0);
	seconds(&r, headroom, 600);
	r.lru.hot *= 2;
	second(&r, headroom);
	ok(!r.reclaimed, "the hot set doubles: the first frame that sees it reclaims nothing");
	is_int(r.decision.reason, RECLAIM_ABOVE_TARGET, "the reason is the target");
	for (int i = 0; i < 9; i++) {
		second(&r, headroom);
		later += r.reclaimed;
	}
	ok(!later, "nor do the next 9 seconds");
	seconds(&r, headroom, 50);
	ok(size_mib(&r) >= 400 - 2, "the cgroup has its memory back: %" PRIu64 " MiB", size_mib(&r));
	seconds(&r, headroom, 600);
	ok(size_mib(&r) >= 390 && size_mib(&r) <= 440, "and keeps it: %" PRIu64 " MiB", size_mib(&r));
	r.lru.hot /= 4;
	seconds(&r, headroom, 1800);
	printf("# half an hour after a quarter is left of it: %" PRIu64 " MiB\n", size_mib(&r));
	ok(size_mib(&r) <= 120, "memory that is not used any more is found again");
	lru_end(&r.lru);
}

/* --- rivals --- */

static void compare(const char *name, policy *policy, uint64_t wait)
{
	struct cost cost, hour;
	uint64_t size;
	double back;
	struct run r;

	begin(&r, wait, 0.02);
	cost = seconds(&r, policy, 600);
	size = size_mib(&r);
	hour = seconds(&r, policy, HOUR - 600);
	printf("# %-9s %3" PRIu64 " MiB after 10 minutes (%6.1f refaults/s, %.3f %% stalls), %3"
	       PRIu64 " MiB after an hour (%6.1f/s, %.3f %%)", name, size, cost.refaults,
	       100 * cost.stall, size_mib(&r), hour.refaults, 100 * hour.stall);
	r.lru.hot *= 2;
	back = 0;
	for (int i = 0; i < 60; i++) {
		second(&r, policy);
		back += r.reclaimed;
	}
	printf(", %.1f MiB reclaimed in the minute after the hot set doubles\n", back / MIB);
	lru_end(&r.lru);
}

static void compare_rivals(void)
{
	static const uint64_t waits[] = { 100000, 8000000 };

	for (size_t i = 0; i < 2; i++) {
		printf("# a read takes %g ms; 200 MiB hot, 300 MiB cold\n", waits[i] / 1e6);
		compare("Headroom", headroom, waits[i]);
		compare("TMO", tmo, waits[i]);
		compare("Katalyst", katalyst, waits[i]);
	}
}

int main(void)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		check_convergence(machines[i].name, machines[i].wait, machines[i].noise);
	check_disk();
	check_growth();
	compare_rivals();
	return tap_done();
}
