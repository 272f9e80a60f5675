// SPDX-License-Identifier: GPL-2.0
/*
 * The action reclaim: what it decides on which evidence, and how it explains that
 */
#include "actions.h"
#include "frames.h"
#include "reclaim.h"
#include "tap.h"

#define MIB	(1ULL << 20)
#define PAGE	4096
#define SECOND	1000000000ULL

/* --- decisions --- */

static const struct reclaim_rule rule = {
	.stall = 0.001, .refaults = 20, .returned = 0.05, .step = 0.008, .least = 16 * MIB,
	.age = 60 * SECOND, .spike = 0.02, .io = 0.1, .swap_free = 0.2, .swap_out = 64 * MIB,
	.swappiness = 60,
};

static struct headroom_pages pages = {
	.kind = HEADROOM_PAGE_KIND_FILE, .reason = HEADROOM_REASON_PROACTIVE,
};
static struct headroom_stall stalls[2] = {
	{ .cause = HEADROOM_STALL_CAUSE_REFAULT }, { .cause = HEADROOM_STALL_CAUSE_SWAP_IN },
};
static struct headroom_stats delta;
static struct reclaim_state state;

/* A second without any event, of a cgroup of 1 GiB whose step has recovered */
static struct reclaim_reading quiet(void)
{
	pages.evictions = pages.refaults = 0;
	stalls[0].total = stalls[1].total = stalls[0].count = stalls[1].count = 0;
	delta = (struct headroom_stats){
		.nr_pages = 1, .pages = &pages, .nr_stalls = 2, .stall = stalls,
	};
	state = (struct reclaim_state){ .floor = 1024 * MIB };
	return (struct reclaim_reading){
		.wanted = true, .delta = &delta, .time = 1000 * SECOND, .interval = SECOND,
		.clock = 1000000, .page_size = PAGE, .current = 1024 * MIB, .before = 1024 * MIB,
		.unprotected = 1024 * MIB, .file = 512 * MIB, .age = 60 * SECOND,
		.swap_free = 1,
	};
}

/* Decide about the next second */
static struct reclaim_decision next(struct reclaim_reading *now)
{
	now->time += now->interval;
	return reclaim_decide(&rule, now, &state);
}

static void decides(struct reclaim_reading *now, enum reclaim_reason reason, const char *name)
{
	struct reclaim_decision d = next(now);
	bool reclaims = reason == RECLAIM_FILE || reason == RECLAIM_ALL;

	if (!ok(d.reason == reason && !d.bytes == !reclaims, "%s", name))
		printf("# got %d, %" PRIu64 " bytes, want %d\n", d.reason, d.bytes, reason);
}

static void check_step(void)
{
	struct reclaim_reading now = quiet();
	struct reclaim_decision d = next(&now);
	uint64_t full = d.bytes;

	is_int(d.reason, RECLAIM_ALL, "without refaults it reclaims");
	is_near(full, 0.008 * 1024 * MIB, 0.1, "the step, in a second");
	ok(full % PAGE == 0, "in whole pages");
	is_int(d.swappiness, 60, "with the swappiness of the rule");
	now.interval = 2 * SECOND;
	is_near(next(&now).bytes, 2 * full, 0.1, "twice of it in two seconds");
	now.interval = 3600 * SECOND;
	is_near(next(&now).bytes, 10 * full, 0.1, "but after a long time, no more than in ten");
	now = quiet();
	state.floor = 0;
	is_near(next(&now).bytes, full / 8, 0.1, "an eighth of it at first");
	now.current = now.before = now.current + 2 * MIB;
	is_near(next(&now).bytes, full / 8 + 2 * MIB, 0.1, "and what came since");
	now = quiet();
	pages.evictions = 1000;
	state.penalties = 1;
	for (int i = 0; i < 61; i++)
		d = next(&now);
	is_near(d.bytes, full, 0.1, "a minute of reclaim doubles a step that was halved");
}

/* The kernel reclaims 32 pages at least */
static void check_credit(void)
{
	struct reclaim_reading now = quiet();
	struct reclaim_decision d;
	int seconds = 1;

	now.current = now.before = now.unprotected = state.floor = 64 * MIB;
	state.penalties = 6;	/* 8 KiB each second */
	for (d = next(&now); !d.bytes && d.reason == RECLAIM_ALL; d = next(&now))
		seconds++;
	is_int(seconds, 16, "small steps add up to a request");
	is_uint(d.bytes, 32 * PAGE, "of 32 pages");
}

static void check_refaults(void)
{
	struct reclaim_reading now = quiet();
	struct reclaim_decision d;
	uint64_t full;

	full = next(&now).bytes;
	pages.evictions = 1000;
	delta.refaults = 15;
	for (int i = 0; i < 60; i++)
		d = next(&now);
	ok(d.bytes > 0.4 * full && d.bytes < 0.75 * full,
	   "it slows down when half of the target is reached: %" PRIu64 " of %" PRIu64, d.bytes, full);
	delta.refaults = 21;
	decides(&now, RECLAIM_PAUSE, "one frame above the target: pause");
	delta.refaults = 0;
	decides(&now, RECLAIM_PAUSE, "for 5 s");
	now.time += 4 * SECOND;
	decides(&now, RECLAIM_ALL, "then it reclaims again");
	is_uint(state.penalties, 0, "with the same step");
	delta.refaults = 2000;
	decides(&now, RECLAIM_ABOVE_TARGET, "many in one frame are too many at once");
	is_uint(state.penalties, 1, "and halve the step");
	delta.refaults = 0;
	decides(&now, RECLAIM_ABOVE_TARGET, "it waits");
	now = quiet();
	delta.returned = 2000;
	decides(&now, RECLAIM_ABOVE_TARGET, "pages that others read back count as well");
}

static void check_stalls(void)
{
	struct reclaim_reading now = quiet();

	stalls[0].total = 2 * SECOND / 1000;
	stalls[0].count = 1;
	decides(&now, RECLAIM_PAUSE, "a frame with 0.2 % of refault stalls: pause");
	now = quiet();
	stalls[0].total = 100 * SECOND / 1000;
	decides(&now, RECLAIM_ABOVE_TARGET, "with 10 %: wait");
	now = quiet();
	stalls[1].total = 100 * SECOND / 1000;
	decides(&now, RECLAIM_ABOVE_TARGET, "swap-in counts, too");
	now = quiet();
	stalls[0].cause = HEADROOM_STALL_CAUSE_DIRECT_RECLAIM;
	stalls[0].total = 100 * SECOND / 1000;
	decides(&now, RECLAIM_ALL, "stalls of other causes do not");
	stalls[0].cause = HEADROOM_STALL_CAUSE_REFAULT;
}

/* Three reads of a disk in a minute may be ten */
static void check_few_stalls(void)
{
	struct reclaim_reading now = quiet();

	state.stalls = 3;
	state.slow_stall = 0.0005;
	decides(&now, RECLAIM_UNSURE, "a mean of 0.05 % from three stalls may be above 0.1 %");
	state.stalls = 300;
	state.slow_stall = 0.0005;
	decides(&now, RECLAIM_ALL, "from 300 it is not");
	state.slow_stall = 0.002;
	decides(&now, RECLAIM_ABOVE_TARGET, "nothing goes while the slow mean is above the target");
}

/* Fail in the next second, and return how long it waits, s */
static double wait_after_failure(struct reclaim_reading *now)
{
	struct reclaim_decision d;

	delta.refaults = 2000;
	d = next(now);
	delta.refaults = 0;
	now->time += d.wait;
	state.slow_refaults = 0;
	next(now);
	return d.wait / (double)SECOND;
}

static void check_backoff(void)
{
	static const double waits[] = { 10, 20, 40, 80, 160, 320, 600, 600 };
	struct reclaim_reading now = quiet();

	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
		is_near(wait_after_failure(&now), waits[i], 1, "each wait is twice the last");
	is_uint(state.penalties, 6, "the step has a lower bound");
	now.before = now.current = 1100 * MIB;
	for (int i = 0; i < 3; i++)
		next(&now);
	is_near(wait_after_failure(&now), 10, 1, "after it found cold memory, the first one again");
	delta.refaults = 2000;
	now.time += next(&now).wait - 2 * SECOND;
	delta.refaults = 100;
	decides(&now, RECLAIM_ABOVE_TARGET, "refaults while it waits");
	delta.refaults = 0;
	now.time += 8 * SECOND;
	decides(&now, RECLAIM_ABOVE_TARGET, "make it wait longer");
	decides(&now, RECLAIM_ALL, "10 s from the last one");
}

static void check_returned(void)
{
	struct reclaim_reading now = quiet();

	pages.evictions = 63;
	pages.refaults = 10;
	decides(&now, RECLAIM_ALL, "few reclaimed pages say little");
	pages.evictions = 1000;
	pages.refaults = 10;
	decides(&now, RECLAIM_ALL, "20 of 1063 pages were read again: less than 5 %");
	pages.refaults = 200;
	decides(&now, RECLAIM_RETURNED, "220 of 2063: wait");
	is_uint(state.floor, 1024 * MIB, "the size is noted");
	pages.evictions = pages.refaults = 0;
	now.time += 18 * SECOND;
	decides(&now, RECLAIM_RETURNED, "at 20 a second it takes ten seconds more to make up for them");
	decides(&now, RECLAIM_ALL, "the next attempt begins without them");
}

/* Of the pages that were evicted long ago, 10 return each second */
static void check_background(void)
{
	struct reclaim_reading now = quiet();

	state.until = now.time + 300 * SECOND;
	state.hold = 600 * SECOND;
	state.cause = RECLAIM_ABOVE_TARGET;
	delta.refaults = 10;
	for (pages.refaults = 10; now.time < state.until - SECOND;)
		next(&now);
	is_near(state.background, 10, 2, "what returns while it waits is the background");
	pages.evictions = 100;
	for (int i = 0; i < 20; i++)
		next(&now);
	decides(&now, RECLAIM_ALL, "an attempt does not fail because of it");
	pages.refaults = 40;
	for (int i = 0; i < 20; i++)
		next(&now);
	decides(&now, RECLAIM_RETURNED, "but because of more");
}

static void check_futile(void)
{
	struct reclaim_reading now = quiet();

	for (int i = 0; i < 5; i++)
		decides(&now, RECLAIM_ALL, "it asks for memory");
	decides(&now, RECLAIM_FUTILE, "and waits if none is reclaimed");
	now = quiet();
	pages.evictions = 100;
	for (int i = 0; i < 5; i++)
		next(&now);
	decides(&now, RECLAIM_ALL, "but goes on if some is");
}

/* One page in 64 is tracked: nothing recorded does not mean that there are no refaults */
static void check_samples(void)
{
	struct reclaim_reading now = quiet();
	int seconds = 1;

	now.sample_shift = 6;
	decides(&now, RECLAIM_UNSURE, "a second without a recorded refault says little");
	while (next(&now).reason == RECLAIM_UNSURE && seconds < 100)
		seconds++;
	ok(seconds > 10 && seconds < 20, "after %d s, there are less than 20/s", seconds);
	delta.refaults = 10 * 64;
	next(&now);
	delta.refaults = 0;
	state.refaults = state.slow_refaults = 0;
	now.time += 20 * SECOND;
	decides(&now, RECLAIM_UNSURE, "ten of a minute may be more than 20/s");
}

/* The steeper the curve of more memory, the less is reclaimed */
static void check_curve(void)
{
	struct headroom_bucket far = { .low = 25600, .high = 26000, .count = 2000 };
	struct headroom_bucket steep[] = {
		{ .low = 100, .high = 120, .count = 10 }, { .low = 9000, .high = 9999, .count = 5 },
	};
	struct reclaim_reading now = quiet();
	struct reclaim_decision d;
	uint64_t full = next(&now).bytes;

	delta.refaults = 15;
	delta.evictions = 2000;
	delta.refault_distance = (struct headroom_histogram){ .nr = 2, .bucket = steep };
	d = next(&now);
	ok(d.room < 200 * PAGE, "the curve is steep: %" PRIu64 " bytes", d.room);
	ok(d.bytes <= d.room + PAGE && d.bytes < full, "it reclaims no more than it allows");
	delta.refaults = 9;
	steep[0].count = 4;
	is_uint(next(&now).room, UINT64_MAX, "twice as many refaults are allowed: no bound");
	delta.refaults = 2000;
	delta.refault_distance = (struct headroom_histogram){ .nr = 1, .bucket = &far };
	d = next(&now);
	is_int(d.reason, RECLAIM_ABOVE_TARGET, "the target is exceeded");
	ok(d.floor > 1104 * MIB && d.floor < 1324 * MIB,
	   "the curve says which size it needs: %g MiB", d.floor / 0x1p20);
}

static void check_gates(void)
{
	struct reclaim_reading now = quiet();

	now.wanted = false;
	decides(&now, RECLAIM_IDLE, "the condition does not hold");
	now = quiet();
	now.spared = true;
	decides(&now, RECLAIM_SPARED, "the daemon's cgroup is spared");
	now = quiet();
	now.raised = true;
	decides(&now, RECLAIM_PROTECTED, "another rule protects it");
	now = quiet();
	now.age--;
	decides(&now, RECLAIM_YOUNG, "it has just started");
	now = quiet();
	now.cooling = true;
	decides(&now, RECLAIM_COOLING, "the cooldown is honoured");
	now = quiet();
	now.io = 0.11;
	decides(&now, RECLAIM_IO, "storage is busy");
	now = quiet();
	now.unprotected = 32 * PAGE - 1;
	decides(&now, RECLAIM_AT_LEAST, "memory.low is reached");
	now.unprotected = 32 * PAGE;
	is_uint(next(&now).bytes, 32 * PAGE, "32 pages above it may go");
	now = quiet();
	now.current = now.before = state.floor = rule.least + MIB;
	is_near(next(&now).bytes, 0.008 * 17 * MIB, 3, "a MiB above least=, a step may go");
	now.current = now.before = rule.least;
	decides(&now, RECLAIM_AT_LEAST, "at least=, none");
}

static void check_spike(void)
{
	struct reclaim_reading now = quiet();

	now.before = now.current - now.current / 52;
	decides(&now, RECLAIM_ALL, "it has grown by less than 2 %");
	now.before = now.current - now.current / 50;
	decides(&now, RECLAIM_SPIKE, "by more");
	now.before = now.current;
	now.time += 28 * SECOND;
	decides(&now, RECLAIM_SPIKE, "it waits for 30 s");
	decides(&now, RECLAIM_ALL, "and goes on");
	now.interval = 2 * SECOND;
	now.before = now.current - now.current / 50;
	decides(&now, RECLAIM_ALL, "in two seconds it may grow twice as much");
}

static void check_swap(void)
{
	struct reclaim_reading now = quiet();
	struct reclaim_decision d;

	now.swap_free = 0.19;
	d = next(&now);
	is_int(d.reason, RECLAIM_FILE, "swap is short: file pages only");
	is_int(d.swappiness, 0, "with swappiness 0");
	now.swap_free = 1;
	decides(&now, RECLAIM_FILE, "for some time");
	now.time += 10 * SECOND;
	decides(&now, RECLAIM_ALL, "then all again");
	now.swap_out = rule.swap_out + 1;
	decides(&now, RECLAIM_FILE, "swap fills fast: file pages only");
	now.file = 32 * PAGE - 1;
	decides(&now, RECLAIM_NO_FILE, "nothing if there are none");
	now = quiet();
	now.swap = RECLAIM_SWAP_FULL;
	decides(&now, RECLAIM_FILE, "memory.swap.max is reached: file pages only");
	now = quiet();
	now.swap = RECLAIM_SWAP_NONE;
	now.swap_free = 0;
	now.file = MIB;
	d = next(&now);
	is_int(d.reason, RECLAIM_FILE, "no swap: file pages only");
	is_int(d.swappiness, 60, "but kernels that know no swappiness can do that");
	is_uint(d.bytes, MIB, "and no more than there are");
}

/* --- explanations --- */

/* It does not have to stop where only anonymous memory is left, and the kernel evicts a quarter more */
static void check_swap_rate(void)
{
	struct reclaim_reading now = quiet();
	struct reclaim_rule slow = rule;
	struct reclaim_decision d;
	uint64_t bytes = 0;
	int ended = 0;

	slow.swap_out = MIB;
	now.file = 0;
	for (int i = 0; i < 100; i++) {
		now.time += now.interval;
		d = reclaim_decide(&slow, &now, &state);
		ended += d.reason != RECLAIM_ALL;
		pages.evictions = 1.25 * d.bytes / PAGE;
		now.swap_out = 1.25 * d.bytes;
		bytes += d.bytes;
	}
	is_int(ended, 0, "its own requests do not fill swap too fast");
	is_near(bytes, 100 * 0.75 * MIB, 0.05, "but nearly as fast as it may fill");
	now = quiet();
	now.file = now.current / 4;
	now.time += now.interval;
	is_near(reclaim_decide(&slow, &now, &state).bytes, MIB, 0.05,
		"a quarter of file pages comes with it");
}

/* The kernel evicts 16 MiB, whatever it is asked for */
static void check_debt(void)
{
	struct reclaim_reading now = quiet();
	struct reclaim_decision d;
	uint64_t bytes = 0;
	char why[512];
	int requests = 0;

	state.penalties = 3;	/* 1 MiB each second */
	for (int i = 0; i < 200; i++) {
		d = next(&now);
		requests += !!d.bytes;
		pages.evictions = d.bytes ? 16 * MIB / PAGE : 0;
		bytes += pages.evictions * PAGE;
		state.recovery = 0;
	}
	ok(requests <= 14, "what is evicted beyond a request delays the next: %d", requests);
	is_near(bytes, 200 * MIB, 13, "so that the speed is that of the step");
	reclaim_explain(why, sizeof(why), &rule, &now, &d);
	ok(strstr(why, "more than it was asked for"), "and it says why it waits: %s", why);
	pages.evictions = 1024 * MIB / PAGE;
	next(&now);
	pages.evictions = 0;
	for (int i = 0; i < 600 && !d.bytes; i++)
		d = next(&now);
	ok(d.bytes > 0, "but for ten minutes at most");
	now = quiet();
	next(&now);
	pages.evictions = 1024;	/* 4 of 8 MiB */
	d = next(&now);
	is_uint(d.debt, 0, "less than was asked for is no debt");
	ok(d.bytes > 0, "and delays nothing");
}

static void check_explanations(void)
{
	struct reclaim_reading now = quiet();
	struct reclaim_decision d;
	char text[512];

	now.sample_shift = 3;
	pages.evictions = 100;
	for (int i = 0; i < 20; i++)
		d = next(&now);
	reclaim_explain(text, sizeof(text), &rule, &now, &d);
	ok(strstr(text, "reclaiming 8.2 MiB") && strstr(text, "target 0.1)") &&
	   strstr(text, "target 20)") && strstr(text, "current 1.0 GiB"),
	   "bytes, targets and values: %s", text);
	delta.refaults = 2000;
	d = next(&now);
	reclaim_explain(text, sizeof(text), &rule, &now, &d);
	ok(strstr(text, "a target was exceeded, waiting 10 s") && strstr(text, "refaults 2000/s"),
	   "what it waits for: %s", text);
	d.room = UINT64_MAX / 3;
	d.bytes = UINT64_MAX / 3;
	d.evicted = d.returned = d.refaults = d.mean_refaults = d.most_refaults = 123456789;
	for (int reason = 0; reason < RECLAIM_BLIND; reason++) {
		char small[16];

		d.reason = reason;
		reclaim_explain(text, sizeof(text), &rule, &now, &d);
		ok(strlen(text) < sizeof(text) - 8, "it fits: %s", text);
		ok(strlen(reclaim_explain(small, sizeof(small), &rule, &now, &d)) < sizeof(small),
		   "a small buffer truncates it");
	}
}

/* --- plans --- */

/* In the order of the action's list */
static const struct action_value parameters[ACTION_PARAMETERS] = {
	{ .number = 0.001 }, { .number = 20 }, { .number = 0.05 }, { .number = 0.008 },
	{ .number = 16 * MIB }, { .number = 60 }, { .number = 0.02 }, { .number = 0.1 },
	{ .number = 0.2 }, { .number = MIB }, { .number = -1 },
};

#define MACHINE	"@100\nhost total=8G swaptotal=1G swapfree=1G io=1 self=/d/headroomd\n/ id=1\n"	\
		"/d id=4 current=1G file=1G\n/p id=2 current=1G\n"				\
		"/p/a id=3 current=1G file=600M shmem=100M\n"

/**
 * struct plan_case - what the action plans for a cgroup, a second after the machine began
 * @change: to the machine
 * @path: the cgroup; NULL for /p/a
 * @swappiness: of the reclaim
 */
static const struct plan_case {
	const char *name;
	const char *change;
	const char *path;
	enum truth when;
	enum reclaim_reason reason;
	int swappiness;
} plans[] = {
	{ "it reclaims", "", NULL, TRUE, RECLAIM_ALL, -1 },
	{ "not if the condition does not hold", "", NULL, FALSE, RECLAIM_IDLE, 0 },
	{ "nor if it is unknown", "", NULL, UNKNOWN, RECLAIM_BLIND, 0 },
	{ "nor without the module", "@+0 module=missing", NULL, TRUE, RECLAIM_BLIND, 0 },
	{ "nor without stalls", "@+0 stalls=off", NULL, TRUE, RECLAIM_BLIND, 0 },
	{ "nor without a file that it reads", "/p/a stat=-", NULL, TRUE, RECLAIM_BLIND, 0 },
	{ "nor without its protection", "/p/a min=-", NULL, TRUE, RECLAIM_BLIND, 0 },
	{ "nor without the swap of the machine", "host swapfree=-", NULL, TRUE, RECLAIM_BLIND, 0 },
	{ "nor without pressure of io", "host io=-", NULL, TRUE, RECLAIM_BLIND, 0 },
	{ "not if tasks wait for io", "host io=10", NULL, TRUE, RECLAIM_IO, 0 },
	{ "not from a cgroup above the daemon's", "", "/d", TRUE, RECLAIM_SPARED, 0 },
	{ "nor if that is not known", "host self=-", NULL, TRUE, RECLAIM_SPARED, 0 },
	{ "not below memory.low", "/p/a low=1G", NULL, TRUE, RECLAIM_AT_LEAST, 0 },
	{ "not below memory.min", "/p/a low=1M min=1G", NULL, TRUE, RECLAIM_AT_LEAST, 0 },
	{ "not below that of its parent", "/p low=1G", NULL, TRUE, RECLAIM_AT_LEAST, 0 },
	{ "nor if that cannot be read", "/p low=1G current=-", NULL, TRUE, RECLAIM_BLIND, 0 },
	{ "file pages only if swap is short", "host swapfree=100M", NULL, TRUE, RECLAIM_FILE, 0 },
	{ "or if it swaps fast", "/p/a swap=2M", NULL, TRUE, RECLAIM_FILE, 0 },
	{ "or if that is not known", "/p/a swap=-", NULL, TRUE, RECLAIM_FILE, 0 },
	{ "or if it has no swap left", "/p/a swap=1M swap.max=1M", NULL, TRUE, RECLAIM_FILE, 0 },
	{ "or none at all", "/p swap.max=0", NULL, TRUE, RECLAIM_FILE, -1 },
	{ "or without swap", "host swaptotal=0 swapfree=0", NULL, TRUE, RECLAIM_FILE, -1 },
	{ "tmpfs has no file pages", "host swaptotal=0\n/p/a shmem=600M", NULL, TRUE,
	  RECLAIM_NO_FILE, 0 },
	{ "not if it has grown", "/p/a current=+100M", NULL, TRUE, RECLAIM_SPIKE, 0 },
	{ "not if it refaults", "/p/a refaults=+5000", NULL, TRUE, RECLAIM_ABOVE_TARGET, 0 },
	{ "not if it waits for refaults", "/p/a stall.refault=+100ms", NULL, TRUE,
	  RECLAIM_ABOVE_TARGET, 0 },
	{ "not if pages return", "/p/a proactive=+1000 proactive.refaults=+60", NULL, TRUE,
	  RECLAIM_RETURNED, 0 },
};

static void check_plan(const struct plan_case *c)
{
	struct view view = { .seconds = 1, .seen = 1 };
	struct action_input in = { .view = &view, .when = c->when, .parameter = parameters,
				   .explain = true };
	struct reclaim_state memory = {};
	struct action_plan plan = {};
	struct fake fake = {};
	struct frame *before, *now;
	struct ledger *ledger;
	bool reclaims = c->reason == RECLAIM_FILE || c->reason == RECLAIM_ALL;

	fake_change(&fake, MACHINE);
	before = fake_frame(&fake);
	fake_change(&fake, "@+1");
	fake_change(&fake, c->change);
	now = fake_frame(&fake);
	view.now = now;
	view.before = before;
	view.cgroup = view.cgroup_before = frame_find_path(now, c->path ? c->path : "/p/a");
	if (ledger_open(&ledger, LEDGER_DRY, NULL, NULL, NULL, NULL))
		abort();
	in.ledger = ledger;
	action_reclaim.plan(&in, &memory, &plan);
	if (!ok(plan.reason == (int)c->reason && plan.why[0], "%s", c->name))
		printf("# got %s (%s)\n", action_reclaim.reasons[plan.reason], plan.why);
	ok(plan.nr == reclaims && plan.acts == reclaims, "it reclaims or not");
	if (reclaims && plan.nr)
		ok(plan.deed[0].kind == DEED_RECLAIM && plan.deed[0].cgroup == view.cgroup &&
		   plan.deed[0].swappiness == c->swappiness, "from itself, with that swappiness");
	ledger_close(ledger);
	frame_put(now);
	frame_put(before);
	fake_free(&fake);
}

int main(void)
{
	check_step();
	check_credit();
	check_refaults();
	check_stalls();
	check_few_stalls();
	check_backoff();
	check_returned();
	check_background();
	check_futile();
	check_samples();
	check_curve();
	check_gates();
	check_spike();
	check_swap();
	check_swap_rate();
	check_debt();
	check_explanations();
	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++)
		check_plan(&plans[i]);
	return tap_done();
}
