// SPDX-License-Identifier: GPL-2.0
/*
 * The action protect: what it decides on which evidence, and how it explains that
 */
#include "actions.h"
#include "frames.h"
#include "protect.h"
#include "tap.h"

#define MIB	(1ULL << 20)
#define PAGE	4096
#define SECOND	1000000000ULL

/* --- decisions --- */

static const struct protect_rule rule = {
	.refaults = 20, .max = 512 * MIB, .quantile = 1, .idle = 60 * SECOND,
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
		.wanted = true, .delta = &delta, .interval = 2 * SECOND, .page_size = PAGE,
		.clock = 1000000, .current = 64 * MIB, .limit = UINT64_MAX,
		.breached = UINT64_MAX,
	};
}

/* Protected with 70 MiB, which is more than it uses */
static struct protect_reading protected_and_refaulting(void)
{
	struct protect_reading now = refaulting();

	now.low = now.demand = 70 * MIB;
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
	is_near(d.demand, (64 * MIB + 10000 * PAGE) * 1.1, 6, "to the working set and a tenth");
	ok(d.demand % PAGE == 0, "in whole pages");
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
	is_uint(d.demand, 0, "and leaves memory.low as it is");
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

/* No distance makes a need that is so large that it is small again */
static void check_far(void)
{
	static struct headroom_bucket far = { 1ull << 58, 1ull << 58, 6400 };
	struct protect_reading now = refaulting();
	struct headroom_stats delta = *now.delta;
	struct protect_decision d;

	delta.refault_distance = (struct headroom_histogram){ .nr = 1, .bucket = &far };
	now.delta = &delta;
	now.clock = HEADROOM_CLOCK_OLD;
	d = protect_decide(&rule, &now);
	is_uint(d.extra, UINT64_MAX, "what is needed for such a distance");
	is_int(d.reason, PROTECT_RAISE, "is more than memory.low");
	is_uint(d.demand, d.most, "which is raised to the most that the rule allows");
}

static void check_small_differences(void)
{
	struct protect_reading now = refaulting();
	uint64_t target = protect_decide(&rule, &now).demand;

	now.low = now.demand = target;
	decides(&now, PROTECT_ENOUGH, "memory.low is the target: enough");
	now.low = now.demand = target - MIB / 2;
	decides(&now, PROTECT_ENOUGH, "half a MiB less is not worth a write");
	now.low = now.demand = target - 8 * MIB;
	decides(&now, PROTECT_RAISE, "8 MiB less is");

	now.current = 320 * MIB;
	target = protect_decide(&rule, &now).demand;
	now.low = now.demand = target - 5 * MIB;
	decides(&now, PROTECT_ENOUGH, "5 MiB of 400 are not worth a write");
	now.low = now.demand = target - 9 * MIB;
	decides(&now, PROTECT_RAISE, "more than 2 % are");
}

static void check_own_limit(void)
{
	struct protect_reading now = refaulting();
	struct protect_decision d;

	now.limit_hits = 1;
	d = protect_decide(&rule, &now);
	is_int(d.reason, PROTECT_OWN_LIMIT, "the cgroup reached its own limit");
	is_uint(d.demand, 0, "which leaves memory.low as it is");
}

/* Only the refaults of pages that were taken from outside count */
static void check_own_demand(void)
{
	struct protect_reading now = refaulting();
	struct protect_decision d;

	delta.returned_outside = 40;	/* in 2 s */
	now.low = now.demand = 40 * MIB;
	now.quiet = 60 * SECOND;
	d = protect_decide(&rule, &now);
	is_int(d.reason, PROTECT_OWN_LIMIT, "only 20 refaults/s are due to others");
	is_uint(d.demand, 40 * MIB, "which leaves memory.low as it is");
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
	now.low = now.demand = 64 * MIB;
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

	now.breached = 0;
	decides(&now, PROTECT_UNHEEDED, "the kernel evicts below memory.low: raising does not help");
	is_uint(protect_decide(&rule, &now).min, 0, "without min=, memory.min stays as it is");
	now.breached = 10 * SECOND;
	decides(&now, PROTECT_UNHEEDED, "it did so 10 s ago, which counts");
	now.breached = 10 * SECOND + 1;
	decides(&now, PROTECT_RAISE, "longer ago does not count: raise");
	now.breached = 0;
	now.low = now.demand = 64 * MIB;
	decides(&now, PROTECT_RAISE, "the cgroup uses all of memory.low: raise");
}

static void check_min(void)
{
	struct protect_reading now = protected_and_refaulting();
	uint64_t target = protect_decide(&rule, &now).demand;
	struct protect_rule hard = rule;
	struct protect_decision d;

	hard.min = 512 * MIB;
	d = protect_decide(&hard, &now);
	ok(d.reason == PROTECT_RAISE && !d.min, "min= alone demands no memory.min");
	now.breached = 0;
	d = protect_decide(&hard, &now);
	is_int(d.reason, PROTECT_RAISE_MIN, "the kernel evicts below memory.low: raise memory.min");
	is_uint(d.min, target, "to the working set and a tenth");
	is_uint(d.demand, target, "memory.low is no less");
	now.low = now.original = now.demand = 2 * target;
	d = protect_decide(&hard, &now);
	ok(d.reason == PROTECT_RAISE_MIN && d.min == target, "also if memory.low was set to more by hand");
	is_uint(d.demand, 2 * target, "which stays");
	now.original = 0;
	d = protect_decide(&hard, &now);
	ok(d.reason == PROTECT_RAISE_MIN && d.min == 2 * target,
	   "if the rule has demanded more of memory.low: to that");
	hard.min = 50 * MIB + 1;
	d = protect_decide(&hard, &now);
	ok(d.reason == PROTECT_RAISE_MIN && d.min == 50 * MIB, "min= bounds it, in whole pages");
	now.min = now.min_demand = 50 * MIB;
	d = protect_decide(&hard, &now);
	ok(d.reason == PROTECT_AT_MIN && d.min == 50 * MIB, "the bound is reached");
	now.limit_hits = 1;
	d = protect_decide(&hard, &now);
	ok(d.reason == PROTECT_OWN_LIMIT && d.min == 50 * MIB, "its own limit: it stays");
	now.limit_hits = 0;
	hard.min = 512 * MIB;
	bucket.count = 15;
	d = protect_decide(&hard, &now);
	ok(d.reason == PROTECT_FEW_SAMPLES && d.min == 50 * MIB, "15 samples set no target");
	bucket.count = 2000;
	now.low = now.demand = now.min_demand = 200 * MIB;
	now.bounded = true;
	d = protect_decide(&hard, &now);
	ok(d.reason == PROTECT_OVER_BUDGET && d.min == 200 * MIB, "the budget grants less: no more is demanded");
	hard.min = 40 * MIB;
	is_uint(protect_decide(&hard, &now).min, 40 * MIB, "a smaller min= counts at once");
}

/* What the rule has of memory.min is given back as memory.low is, and is never more than that */
static void check_give_back_min(void)
{
	struct protect_reading now = refaulting();
	struct protect_rule hard = rule;
	struct protect_decision d;

	hard.min = 512 * MIB;
	delta.refaults = 0;
	delta.evictions = 0;
	now.low = now.demand = now.min = now.min_demand = 100 * MIB;
	now.min_original = 20 * MIB;
	now.quiet = 59 * SECOND;
	d = protect_decide(&hard, &now);
	ok(d.reason == PROTECT_HOLDING && d.min == 100 * MIB, "quiet for 59 s: hold");
	now.quiet = 60 * SECOND;
	d = protect_decide(&hard, &now);
	ok(d.reason == PROTECT_GIVE_BACK && d.demand == 75 * MIB && d.min == 75 * MIB,
	   "quiet for 60 s: a quarter of each, and no less than memory.low");
	now.min_demand = 60 * MIB;
	is_uint(protect_decide(&hard, &now).min, 50 * MIB, "a quarter of the addition");
	now.demand = now.original = 100 * MIB;
	d = protect_decide(&hard, &now);
	ok(d.reason == PROTECT_GIVE_BACK && d.demand == 100 * MIB && d.min == 50 * MIB,
	   "memory.min alone is given back as well");
	now.min_demand = now.min_original;
	decides(&now, PROTECT_QUIET, "without an addition there is nothing to give back");
	now.min_demand = 60 * MIB;
	now.demand = now.original = 30 * MIB;
	now.quiet = 0;
	is_uint(protect_decide(&hard, &now).min, 30 * MIB,
		"something else has lowered memory.low: memory.min follows");
}

static void check_bounds(void)
{
	struct protect_rule small = rule;
	struct protect_reading now = refaulting();
	struct protect_decision d;

	small.max = 80 * MIB;
	d = protect_decide(&small, &now);
	is_uint(d.demand, 80 * MIB, "max bounds memory.low");
	now.low = now.demand = d.demand;
	is_int(protect_decide(&small, &now).reason, PROTECT_AT_MAX, "max is reached");
	now.low = now.demand = d.demand - MIB / 2;
	is_int(protect_decide(&small, &now).reason, PROTECT_AT_MAX, "or almost reached");
	now.low = now.demand = 0;
	small.max = 80 * MIB + 1;
	is_uint(protect_decide(&small, &now).demand, 80 * MIB, "max is rounded to whole pages");
	now = refaulting();
	now.limit = 70 * MIB;
	is_uint(protect_decide(&rule, &now).demand, 70 * MIB, "so does the cgroup's own limit");
}

/* systemd has written the configured value again, after most evicted pages had come back */
static void check_reset(void)
{
	struct protect_reading now = refaulting();

	now.demand = 400 * MIB;
	is_uint(protect_decide(&rule, &now).demand, 400 * MIB,
		"memory.low was set back: what was demanded is not lowered");
	now.current = 500 * MIB;
	is_uint(protect_decide(&rule, &now).demand, 512 * MIB, "though it may be raised");
}

static void check_budget(void)
{
	struct protect_reading now = refaulting();

	now.bounded = true;
	decides(&now, PROTECT_RAISE, "others use up the budget, but nothing was demanded yet: raise");
	now.demand = protect_decide(&rule, &now).demand;
	decides(&now, PROTECT_OVER_BUDGET, "less is granted than was demanded");
	now.current *= 2;
	decides(&now, PROTECT_RAISE, "the cgroup needs more than was demanded: raise");
	now = refaulting();
	now.demand = protect_decide(&rule, &now).demand;
	decides(&now, PROTECT_RAISE, "memory.low could not be written, within the budget: raise");
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
	now.low = now.demand = 100 * MIB;
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

	is_uint(protect_decide(&rule, &now).demand, 80 * MIB, "a quarter of the addition is given back");
	now.low = now.demand = now.original + MIB;
	is_uint(protect_decide(&rule, &now).demand, 20 * MIB, "the last MiB is given back at once");
	now.low = now.demand = now.original = 100 * MIB;
	decides(&now, PROTECT_QUIET, "without an addition there is nothing to give back");
	now = idle();
	now.demand = 60 * MIB;
	is_uint(protect_decide(&rule, &now).demand, 50 * MIB,
		"what other rules added is not given back");
	now.demand = now.original;
	decides(&now, PROTECT_QUIET, "if all is theirs, there is nothing to give back");
}

/* Without the condition it takes nothing, and gives back what it has as if there were no refaults */
static void check_unwanted(void)
{
	struct protect_reading now = refaulting();

	now.wanted = false;
	decides(&now, PROTECT_QUIET, "the condition does not hold: no protection");
	now.low = now.demand = 100 * MIB;
	now.quiet = 60 * SECOND;
	decides(&now, PROTECT_HOLDING, "refaults go on: hold what there is");
	is_uint(protect_decide(&rule, &now).demand, 100 * MIB, "and no more");
	now = idle();
	now.wanted = false;
	now.quiet = 59 * SECOND;
	decides(&now, PROTECT_HOLDING, "idle for 59 s without the condition: hold");
	now.quiet = 60 * SECOND;
	decides(&now, PROTECT_GIVE_BACK, "idle for 60 s without the condition: give back");
}

/* --- plans --- */

/* 1000 refaults a second by others, and as many evictions */
#define REFAULTS	"/a refaults=+1000 outside=+1000 evictions=+1000 evictions.outside=+1000 " \
			"distance=9000x+1000\n"

static const struct action_value parameters[ACTION_PARAMETERS] = {
	{ .number = 512 * MIB }, { .number = 0.95 }, { .number = 20 }, { .number = 10 },
};

/**
 * struct planner - the action on the cgroup /a
 * @ledger: has no claims
 * @memory: of the action
 * @plan: the last one
 */
struct planner {
	struct fake fake;
	struct ledger *ledger;
	struct frame *before;
	char memory[64];
	struct action_plan plan;
};

static void ignore_event(void *arg, const struct ledger_event *event)
{
	(void)arg;
	(void)event;
}

static void begin(struct planner *p)
{
	if (ledger_open(&p->ledger, LEDGER_DRY, NULL, NULL, ignore_event, NULL))
		fake_wrong("no ledger", "");
	fake_change(&p->fake, "@10\n/ id=1\n/a id=2 current=64M");
	p->before = fake_frame(&p->fake);
	p->fake.cgroup[1].stats.evictions = 100000;
}

static void end(struct planner *p)
{
	frame_put(p->before);
	ledger_close(p->ledger);
	fake_free(&p->fake);
}

/* Change the machine, and plan */
static void plans(struct planner *p, const char *change, struct action_input in,
		  enum protect_reason reason, const char *name)
{
	struct frame *now;
	struct view view;

	fake_change(&p->fake, change);
	now = fake_frame(&p->fake);
	view = (struct view){ .now = now, .before = p->before, .cgroup = 1, .cgroup_before = 1 };
	view.seconds = (now->time.monotonic - p->before->time.monotonic) / 1e9;
	in.view = &view;
	in.parameter = parameters;
	in.ledger = p->ledger;
	p->plan = (struct action_plan){};
	action_protect.plan(&in, p->memory, &p->plan);
	if (!ok(p->plan.reason == (int)reason, "%s", name))
		printf("# got %d (%s), want %d\n", p->plan.reason, p->plan.why, reason);
	frame_put(p->before);
	p->before = now;
}

static void check_plan(void)
{
	struct planner p = {};

	begin(&p);
	plans(&p, "@+1\n" REFAULTS, (struct action_input){ .when = FALSE }, PROTECT_QUIET,
	      "a condition that does not hold demands nothing");
	ok(!p.plan.nr, "there is no demand");
	plans(&p, "@+1\n" REFAULTS, (struct action_input){ .when = TRUE }, PROTECT_RAISE,
	      "a condition that holds demands memory.low");
	ok(p.plan.nr && p.plan.deed[0].value > 64 * MIB, "as much as the working set");
	plans(&p, "@+1\n" REFAULTS, (struct action_input){ .when = TRUE, .cooling = true },
	      PROTECT_COOLING, "but not in the cooldown");
	ok(!p.plan.nr, "there is no demand then");
	end(&p);
}

/* Blind, it neither takes nor gives back, and the time does not count as idle */
static void check_blind_plan(void)
{
	const struct action_input holding = {
		.when = TRUE, .value = 100 * MIB, .demand = 100 * MIB,
	}, unknown = { .when = UNKNOWN, .value = 100 * MIB, .demand = 100 * MIB };
	struct planner p = {};

	begin(&p);
	plans(&p, "@+1\n" REFAULTS, (struct action_input){ .when = UNKNOWN }, PROTECT_BLIND,
	      "an unknown condition demands nothing");
	ok(!p.plan.nr, "there is no demand");
	plans(&p, "@+9\n", holding, PROTECT_HOLDING, "idle for 9 s: hold");
	plans(&p, "@+1\n", unknown, PROTECT_BLIND, "an unknown condition keeps what there is");
	is_uint(p.plan.nr ? p.plan.deed[0].value : 0, 100 * MIB, "the demand is the same");
	plans(&p, "@+9\n", holding, PROTECT_HOLDING, "unknown time is no idle time");
	plans(&p, "@+1 module=missing\n", holding, PROTECT_BLIND,
	      "without the module it keeps what there is");
	is_uint(p.plan.nr ? p.plan.deed[0].value : 0, 100 * MIB, "the demand is the same");
	plans(&p, "@+1 module=ok\n", holding, PROTECT_BLIND, "there is no frame to compare with");
	plans(&p, "@+9\n/a local=-", holding, PROTECT_BLIND, "nor without a file that it reads");
	plans(&p, "@+1\n/a local=0", holding, PROTECT_BLIND, "or without it in the last frame");
	plans(&p, "@+9\n", holding, PROTECT_HOLDING, "blind time is no idle time");
	plans(&p, "@+1\n", holding, PROTECT_GIVE_BACK, "idle for 10 s: give back");
	is_uint(p.plan.nr ? p.plan.deed[0].value : 0, 75 * MIB, "a quarter of it");
	end(&p);
}

/* --- explanations --- */

static char text[sizeof(((struct action_plan *)0)->why)];

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
	ok(strstr(text, "of it and the others") && strlen(text) < sizeof(text) - 64,
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
	{ PROTECT_UNHEEDED, true, "give the rule min=SIZE to raise memory.min as well, or set memory.max on a common ancestor" },
	{ PROTECT_RAISE_MIN, true, "max 80.0 MiB: the kernel evicts its pages although it has less than memory.low" },
	{ PROTECT_AT_MIN, true, "memory.min is already at its maximum: raise min= and max=" },
	{ PROTECT_AT_MAX, true, "max 80.0 MiB, but memory.low is already at its maximum" },
	{ PROTECT_ENOUGH, true, "the protection covers that already" },
	{ PROTECT_OVER_BUDGET, true, "the budget for all protections grants less than this rule demands" },
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
	check_far();
	check_small_differences();
	check_own_limit();
	check_own_demand();
	check_parts_above_total();
	check_recovery();
	check_recovery_with_own_demand();
	check_unheeded();
	check_min();
	check_give_back_min();
	check_bounds();
	check_reset();
	check_budget();
	check_quiet();
	check_idle();
	check_give_back();
	check_unwanted();
	check_plan();
	check_blind_plan();
	check_explanations();
	check_limit_explanations();
	return tap_done();
}
