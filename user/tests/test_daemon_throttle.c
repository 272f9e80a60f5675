// SPDX-License-Identifier: GPL-2.0
/*
 * The action throttle: whom blame names, which step comes next, and how it explains that
 *
 * What it does on a sequence of frames is in test_daemon_engine.c.
 */
#include <math.h>

#include "actions.h"
#include "frames.h"
#include "losses.h"
#include "report.h"
#include "tap.h"
#include "throttle.h"

#define MIB	(1ULL << 20)
#define SECOND	1000000000ULL
#define PERIOD	100000

static const struct throttle_rule by_cpu = {
	.share = 0.5, .rate = 20, .by = THROTTLE_BY_CPU, .cpu = 0.1, .wait = 5 * SECOND,
	.idle = 30 * SECOND,
};

/* --- blame --- */

static enum throttle_doubt judge(const struct taken_loss *loss, double sure, double back)
{
	const struct taken_share share = { .taken = sure, .sure = sure, .back = back };

	return throttle_judge(&by_cpu, loss, &share, 0).doubt;
}

static void check_judge(void)
{
	struct taken_loss loss = { .seconds = 1, .outside = 1000 };
	struct taken_share share = { .taken = 500, .sure = 500 };
	struct throttle_guilt guilt = throttle_judge(&by_cpu, &loss, &share, 0);

	is_int(guilt.doubt, THROTTLE_SURE, "one that took the share is named");
	is_near(guilt.low, 0.5, 0.001, "by the lower bound");
	is_near(guilt.rate, 500, 0.001, "as a rate as well");
	loss.unknown = 200;
	is_near(throttle_judge(&by_cpu, &loss, &share, 0).high, 0.7, 0.001,
		"unknown ones may be its own");
	share.sure = 499;
	is_int(throttle_judge(&by_cpu, &loss, &share, 0).doubt, THROTTLE_SMALL_SHARE,
	       "what may be of others speaks for it");
	is_int(judge(&loss, 500, 1), THROTTLE_GAVE_BACK,
	       "what the victim took from it is subtracted");
	loss.outside = 0;
	is_int(judge(&loss, 0, 0), THROTTLE_SMALL_SHARE, "without evictions, no one is named");
}

/* Holding back one that took little would not help the victim */
static void check_little(void)
{
	struct taken_loss loss = { .seconds = 1, .outside = 31 };
	const struct taken_share share = { .taken = 1000, .sure = 1000 };

	is_int(judge(&loss, 31, 0), THROTTLE_SLOW, "31 pages name no one");
	loss.outside = 32;
	is_int(judge(&loss, 32, 0), THROTTLE_SURE, "32 pages do");
	loss.seconds = 2;
	is_int(judge(&loss, 32, 0), THROTTLE_SLOW, "but not if that is less than the rate");
	loss = (struct taken_loss){ .seconds = 1, .outside = 64, .refaults = 3000 };
	is_int(judge(&loss, 64, 0), THROTTLE_BESIDE, "nor do 64 beside 3000 refaults");
	loss.refaults = 256;
	is_int(judge(&loss, 64, 0), THROTTLE_SURE, "they do beside 256");
	loss.returned = 129;
	is_int(judge(&loss, 64, 0), THROTTLE_BESIDE, "not if 129 of these are of others' demand");
	loss = (struct taken_loss){ .seconds = 1, .outside = 1000, .returned = 1500 };
	is_int(throttle_judge(&by_cpu, &loss, &share, 0).doubt, THROTTLE_SURE, "exact refaults");
	is_int(throttle_judge(&by_cpu, &loss, &share, 8).doubt, THROTTLE_BESIDE,
	       "of sampled ones, the upper bound counts");
}

static void check_taken(void)
{
	struct evictors e = {
		.outside = 1000, .own = 100, .unknown = 10, .excess = 50, .refaults = 400,
		.returned = 300, .nr = 1, .evictor = { { .cgroup = 0, .taken = 900, .back = 7 } },
	};
	struct taken taken = {};
	struct fake fake = {};
	struct frame *frame;

	fake_change(&fake, "@100\n/ id=1\n/a id=2\n");
	frame = fake_frame(&fake);
	for (int i = 0; i < 50; i++)
		taken_add(&taken, frame, &e, 1, false);
	is_near(taken.loss.outside / taken.loss.seconds, 1000, 0.1, "sums are rates");
	is_near(taken.loss.seconds, 10.5, 1, "of some ten seconds");
	is_near(taken.evictor[0].share.sure, 850 * taken.loss.seconds, 1,
		"what is certain is less by the excess");
	is_near(taken_share(&taken, 1)->back, 7 * taken.loss.seconds, 1, "what was taken back");
	ok(!taken_share(&taken, 2), "another one took nothing");
	e.evictor[0] = (struct evictor){ .cgroup = 1, .taken = 900 };
	for (int i = 0; i < 10; i++)
		taken_add(&taken, frame, &e, 1, false);
	is_near(taken_share(&taken, 1)->taken, 900 * 10.5 / M_E, 1, "what is older fades");
	ok(taken_share(&taken, 2)->taken > taken_share(&taken, 1)->taken, "and new ones count more");
	for (int i = 0; i < 200; i++)
		taken_add(&taken, frame, &e, 1, false);
	is_uint(taken.nr, 1, "one that takes nothing any more is forgotten");
	frame_put(frame);
	fake_free(&fake);
}

/* While it is kept, nothing fades */
static void check_kept(void)
{
	struct evictors e = {
		.outside = 1000, .returned = 300, .returned_excess = 100, .nr = 1,
		.evictor = { { .cgroup = 0, .taken = 1000, .returned = 300 } },
	};
	struct taken taken = {};
	struct fake fake = {};
	struct frame *frame;

	fake_change(&fake, "@100\n/ id=1\n");
	frame = fake_frame(&fake);
	for (int i = 0; i < 50; i++)
		taken_add(&taken, frame, &e, 1, true);
	is_near(taken.loss.outside, 50000, 0.1, "all counts");
	is_near(taken_share(&taken, 1)->sure, 50000, 0.1, "of the evictor as well");
	is_near(taken_share(&taken, 1)->returned, 10000, 0.1,
		"what was read again is less by its excess");
	frame_put(frame);
	fake_free(&fake);
}

static void check_debt(void)
{
	const struct taken_share share = { .taken = 2000, .sure = 1500, .returned = 1000 };
	struct throttle_debt debt = throttle_debt_of(&share, 0);

	is_near(debt.lost, 500, 0.1, "lost is what is certain, and was not read again");
	is_near(debt.returned, 1000, 0.1, "what was read again proves it");
	debt = throttle_debt_of(&share, 4);
	is_near(debt.lost, 500 - 2 * sqrt(1016 * 16.0), 0.1, "of sampled ones, lower bounds count");
	is_near(debt.returned, 1000 - 2 * sqrt(16000), 0.1, "of both");
	is_near(throttle_debt_of(&share, 10).lost, 0, 0.1, "which are never negative");
	is_near(throttle_debt_of(&share, 10).returned, 0, 0.1, "either of them");
}

/* More evictors than are remembered: those that took least may have been any of the others */
static void check_forgotten(void)
{
	struct evictors e = { .outside = 10000, .nr = TAKEN_EVICTORS + 1 };
	struct taken taken = {};
	struct fake fake = {};
	struct frame *frame;
	char line[32];

	fake_change(&fake, "@100\n/ id=1\n");
	for (size_t i = 0; i < e.nr; i++) {
		snprintf(line, sizeof(line), "/c%02zu id=%zu", i, i + 2);
		fake_change(&fake, line);
		e.evictor[i] = (struct evictor){ .cgroup = i + 1, .taken = 100 + i };
	}
	frame = fake_frame(&fake);
	taken_add(&taken, frame, &e, 1, false);
	is_uint(taken.nr, TAKEN_EVICTORS, "so many are remembered");
	ok(!taken_share(&taken, 2), "not the one that took least");
	is_near(taken.loss.unknown, 100, 0.1, "whose pages are unknown");
	frame_put(frame);
	fake_free(&fake);
}

/* Frames with what evictors did in between; cgroup 3 is the victim /v, with a child 4 */
#define TREE	"@100\nhost self=/s/d\n/ id=1\n/v id=3\n/v/x id=4\n/a id=5\n/a/x id=6\n/a/y id=7\n" \
		"/s id=8\n/s/d id=9\n/s/x id=10\n"

static const char *read_evictors(const char *change, const char *of, struct evictors *evictors)
{
	struct losses losses = {};
	struct view view = { .seconds = 1, .losses = &losses };
	struct pattern pattern = {};
	struct frame *before, *now;
	struct fake fake = {};
	const char *why, *error;
	size_t column;

	if (of && pattern_parse(of, &pattern, &error, &column))
		fake_wrong("no pattern", of);
	fake_change(&fake, TREE);
	before = fake_frame(&fake);
	fake_change(&fake, change);
	now = fake_frame(&fake);
	view.now = now;
	view.before = before;
	view.cgroup = frame_find(now, 3);
	view.cgroup_before = frame_find(before, 3);
	why = evictors_read(&view, &pattern, 1, evictors);
	losses_clear(&losses);
	frame_put(now);
	frame_put(before);
	pattern_free(&pattern);
	fake_free(&fake);
	return why;
}

/* An index in the frame is that of the line in TREE, sorted */
enum { ROOT, A, A_X, A_Y, S, S_D, S_X };

static uint64_t taken_by(const struct evictors *evictors, size_t cgroup)
{
	for (size_t i = 0; i < evictors->nr; i++)
		if (evictors->evictor[i].cgroup == cgroup)
			return evictors->evictor[i].taken;
	return 0;
}

/* What the victim took from /a, which read it again at distances of that many pages */
static uint64_t back(const char *settings, const char *distances)
{
	struct evictors e;
	char text[512];

	snprintf(text, sizeof(text), "@+1\n%s\n/v evictions=700 evictions.outside=700\n"
		 "/a refaults=100 %s\nblame 3 by 5 700\nblame 5 by 3 100", settings, distances);
	read_evictors(text, NULL, &e);
	return e.nr == 1 ? e.evictor[0].back : UINT64_MAX;
}

/* 64 MiB are 16384 pages */
static void check_far(void)
{
	static const char far[] = "distance=20000x100", near[] = "distance=10000x100";

	is_uint(back("host total=64M", near), 100, "pages that the machine could have kept come back");
	is_uint(back("host total=64M", far), 0, "those that it could not do not");
	is_uint(back("host total=64M", "distance=10000x25 distance=20000x75"), 25, "of both, the part that it could");
	is_uint(back("host total=64M", "distance=20000x15"), 100, "too few distances tell nothing");
	is_uint(back("", far), 100, "nor do they without the machine's size");
	is_uint(back("host total=4G\n/v max=1M\n/a max=1M", far), 100, "limits of one of both do not count");
}

static void check_evictors(void)
{
	struct evictors e;

	ok(!read_evictors("@+1\n/v evictions=1000 evictions.outside=700\n"
			  "blame 3 by 6 100\nblame 3 by 4 300\nblame 4 by 7 200 kswapd\n"
			  "blame 4 by 5 300 merged\nblame 5 by 3 10\nblame 7 by 4 40", NULL, &e),
	   "read evictors");
	is_uint(e.nr, 1, "children of an evictor are one");
	is_uint(taken_by(&e, A), 600, "with the pages of all, from the victim's children as well");
	is_uint(e.evictor[0].back, 50, "what the victim took from them");
	is_uint(e.outside, 700, "what others took");
	is_uint(e.own, 300, "what the victim took from itself");
	is_uint(e.evictor[0].returned, 600, "what was read again of their pages");
	is_uint(e.unknown, 100, "and what has no evictor");
	is_uint(e.excess, 0, "blame does not exceed it");
	check_far();
	read_evictors("@+1\n/v evictions=900 evictions.outside=900\nblame 3 by 6 100\n"
		      "blame 3 by 7 200\nblame 3 by 5 600 merged", "/a/*", &e);
	is_uint(taken_by(&e, A_Y), 200, "a pattern sets the level");
	is_uint(e.nr, 2, "an entry above it belongs to no evictor");
	is_uint(e.unknown, 600, "but may be of each");
	read_evictors("@+1\n/v evictions=100 evictions.outside=100\nblame 3 by 10 60\n"
		      "blame 3 by 9 40", NULL, &e);
	is_uint(taken_by(&e, S_X), 60, "beside headroomd, the level is below the slice of both");
	is_uint(e.nr, 1, "and headroomd is no evictor");
	read_evictors("@+1\n/v evictions=100 evictions.outside=100\nblame 3 by 10 60", "/s", &e);
	is_uint(e.nr, 0, "nor is a cgroup that has it, if a pattern names that");
}

static void check_innocent(void)
{
	static const char *const reasons[] = { "own_limit", "proactive", "madvise", "unknown" };
	struct evictors e;
	char text[128];

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		snprintf(text, sizeof(text), "@+1\n/v evictions=100 evictions.outside=100\n"
			 "blame 3 by 5 100 %s", reasons[i]);
		read_evictors(text, NULL, &e);
		is_uint(e.nr, 0, reasons[i]);
	}
	read_evictors("@+1\n/v evictions=100\nblame 3 by 5 100 ancestor_limit", NULL, &e);
	is_uint(e.nr, 0, "a limit in the subtree that a neighbour lowered");
	read_evictors("@+1\n/v evictions=100 evictions.outside=100\nblame 3 by 1 100", NULL, &e);
	is_uint(e.nr, 0, "an ancestor of the victim");
	is_uint(e.unknown, 0, "whose pages no one else took");
	read_evictors("@+1\n/v evictions=100 evictions.outside=100\nblame 3 by 5 900\n"
		      "blame 3 by 0 100", NULL, &e);
	is_uint(e.excess, 900, "old blame of a removed child is in excess");
	is_uint(e.returned_excess, 1000, "and so are old refaults");
	ok(read_evictors("@+1 module=missing", NULL, &e) != NULL, "without the module, blind");
}

/* --- steps --- */

static struct throttle_reading named(uint64_t seconds)
{
	return (struct throttle_reading){
		.time = seconds * SECOND, .interval = SECOND, .named = true, .takes = true, .taken = 4 * MIB, .current = 100 * MIB,
		.has_cpu = true, .cpu_max = UINT64_MAX, .period = PERIOD, .used = 80000,
		.has_freeze = true, .has_high = true, .memory_high = UINT64_MAX,
		.victim_limit = UINT64_MAX,
	};
}

/* Has it named each second from 1 to @seconds */
static struct throttle_decision steps(const struct throttle_rule *rule, uint64_t seconds)
{
	struct throttle_decision d = { .hold = { .id = 2 } };

	for (uint64_t s = 1; s <= seconds; s++) {
		struct throttle_reading now = named(s);

		d = throttle_decide(rule, &now, &d.hold);
	}
	return d;
}

static void check_reclaim(void)
{
	struct throttle_hold hold = { .id = 2 };
	struct throttle_reading now = named(1);
	struct throttle_decision d = throttle_decide(&by_cpu, &now, &hold);

	is_int(d.reason, THROTTLE_RECLAIM, "the first step reclaims");
	is_uint(d.reclaim, 4 * MIB, "what it took");
	ok(d.acts, "and is an act");
	now.taken = 50 * MIB;
	is_uint(throttle_decide(&by_cpu, &now, &hold).reclaim, 10 * MIB, "a tenth of it at most");
	now.protection = 99 * MIB;
	is_uint(throttle_decide(&by_cpu, &now, &hold).reclaim, MIB, "nothing that is protected");
	now.current = 0;
	is_uint(throttle_decide(&by_cpu, &now, &hold).reclaim, 0, "nothing if it is unknown");
	now.cooling = true;
	d = throttle_decide(&by_cpu, &now, &hold);
	ok(d.reason == THROTTLE_COOLING && !d.hold.id, "nothing in the cooldown");
}

static void check_due(void)
{
	struct throttle_hold hold = { .id = 2, .changed = SECOND, .largest = 110 * MIB };
	struct throttle_reading now = named(2);
	struct throttle_decision d;

	now.takes = false;
	now.returned = 6 * MIB;
	is_uint(throttle_decide(&by_cpu, &now, &hold).reclaim, 4 * MIB, "without a debt, what it took");
	now.lacks = MIB;
	now.taken = 0;
	is_uint(throttle_decide(&by_cpu, &now, &hold).reclaim, 0, "it is small enough");
	now.current = 105 * MIB;
	is_uint(throttle_decide(&by_cpu, &now, &hold).reclaim, 2 * MIB,
		"what was read again, and what lacks");
	now.lacks = 50 * MIB;
	is_uint(throttle_decide(&by_cpu, &now, &hold).reclaim, 7 * MIB,
		"what lacks is not more than what was read again");
	now.taken = 8 * MIB;
	is_uint(throttle_decide(&by_cpu, &now, &hold).reclaim, 8 * MIB, "or what it took, if more");
	hold.quota = 40000;
	d = throttle_decide(&by_cpu, &now, &hold);
	ok(d.reason == THROTTLE_HOLD && d.reclaim == 7 * MIB, "a debt also while it is limited");
	hold.asked = d.reclaim;
	now.evicted = MIB / 2;
	is_uint(throttle_decide(&by_cpu, &now, &hold).reclaim, 0, "nothing if it gave little");
	now.evicted = MIB;
	is_uint(throttle_decide(&by_cpu, &now, &hold).reclaim, 7 * MIB, "an eighth is not little");
	now.named = false;
	is_uint(throttle_decide(&by_cpu, &now, &hold).reclaim, 0, "nothing if it is not named");
}

/* Behind the last step it loses for good what it takes */
static void check_size(void)
{
	struct throttle_decision d = steps(&by_cpu, 16);
	struct throttle_reading now = named(21);

	d = throttle_decide(&by_cpu, &now, &d.hold);
	is_int(d.reason, THROTTLE_FLOOR, "there is no further step");
	d.hold.size = d.hold.largest = now.current = 0;
	ok(!throttle_decide(&by_cpu, &now, &d.hold).hold.size, "an unknown size is not made smaller");
	d = steps(&by_cpu, 16);
	now = named(21);
	d = throttle_decide(&by_cpu, &now, &d.hold);
	is_uint(d.reclaim, 4 * MIB, "what it took makes it smaller");
	now.current = 99 * MIB;
	d = throttle_decide(&by_cpu, &now, &d.hold);
	is_uint(d.reclaim, 7 * MIB, "each time, and what it has beyond that is reclaimed");
	now.takes = false;
	is_uint(throttle_decide(&by_cpu, &now, &d.hold).reclaim, 7 * MIB, "also when it takes less");
	now.named = false;
	is_uint(throttle_decide(&by_cpu, &now, &d.hold).reclaim, 7 * MIB, "and when the victim is well");
	now.protection = 95 * MIB;
	is_uint(throttle_decide(&by_cpu, &now, &d.hold).reclaim, 4 * MIB, "nothing that is protected");
	now.released = true;
	d = throttle_decide(&by_cpu, &now, &d.hold);
	ok(!d.reclaim && d.hold.quota, "its size is released first");
	d.hold = steps(&by_cpu, 90).hold;
	is_uint(d.hold.size, 100 * MIB / 8, "an eighth is left to it");
	now = named(91);
	now.victim_limit = 90 * MIB;
	is_uint(throttle_decide(&by_cpu, &now, &d.hold).hold.size, 90 * MIB, "and as much as the victim may have");
}

static void check_cpu(void)
{
	struct throttle_hold hold = { .id = 2, .changed = SECOND };
	struct throttle_decision d = steps(&by_cpu, 5);
	struct throttle_reading now = named(9);

	is_int(d.reason, THROTTLE_RECLAIM, "reclaim has 5 s to help");
	d = steps(&by_cpu, 6);
	is_int(d.reason, THROTTLE_CPU, "then its CPU time is limited");
	is_uint(d.hold.quota, 40000, "to half of what it used");
	is_uint(d.reclaim, 0, "without reclaim");
	is_int(steps(&by_cpu, 7).reason, THROTTLE_HOLD, "which has 5 s to help");
	is_uint(steps(&by_cpu, 11).hold.quota, 20000, "then half of that");
	is_uint(steps(&by_cpu, 60).hold.quota, 10000, "down to the least");
	is_int(steps(&by_cpu, 60).reason, THROTTLE_FLOOR, "which is the end");
	check_size();
	now = named(9);
	now.used = UINT64_MAX;
	is_uint(throttle_decide(&by_cpu, &now, &hold).hold.quota, PERIOD / 2,
		"unknown use counts as one CPU");
	now.cpu_max = 60000;
	is_uint(throttle_decide(&by_cpu, &now, &hold).hold.quota, 30000, "unless it has a limit");
	now.used = 9000;
	is_int(throttle_decide(&by_cpu, &now, &hold).reason, THROTTLE_RECLAIM,
	       "one that uses less than the least is not limited");
	now.joined = 25000;
	is_uint(throttle_decide(&by_cpu, &now, &hold).hold.quota, 25000,
		"what another victim demands is the first step");
	now = named(9);
	now.period = 5000;
	now.used = 1500;
	is_uint(throttle_decide(&by_cpu, &now, &hold).hold.quota, 1000, "the kernel's least");
	now.has_cpu = false;
	is_int(throttle_decide(&by_cpu, &now, &hold).reason, THROTTLE_RECLAIM,
	       "without cpu.max, reclaim again");
}

static void check_high(void)
{
	struct throttle_rule rule = by_cpu;

	rule.by = THROTTLE_BY_RECLAIM;
	is_int(steps(&rule, 60).reason, THROTTLE_RECLAIM, "without leave, no memory.high");
	rule.high = 64 * MIB;
	is_uint(steps(&rule, 6).hold.high, 100 * MIB * 7 / 8, "an eighth less than it has");
	is_uint(steps(&rule, 90).hold.high, 64 * MIB, "down to the least");
	is_int(steps(&rule, 90).reason, THROTTLE_FLOOR, "which is the end");
	rule.by = THROTTLE_BY_CPU;
	ok(!steps(&rule, 16).hold.high && steps(&rule, 21).hold.high, "it comes after cpu.max");
}

static void check_high_floor(void)
{
	struct throttle_hold hold = { .id = 2, .changed = SECOND };
	struct throttle_reading now = named(9);
	struct throttle_rule rule = by_cpu;

	rule.by = THROTTLE_BY_RECLAIM;
	rule.high = 64 * MIB;
	now.victim_limit = 95 * MIB;
	is_uint(throttle_decide(&rule, &now, &hold).hold.high, 95 * MIB,
		"never below the victim's limit");
	now.victim_limit = UINT64_MAX;
	now.protection = 99 * MIB;
	is_uint(throttle_decide(&rule, &now, &hold).hold.high, 99 * MIB, "nor its own protection");
	now.protection = 0;
	now.memory_high = 60 * MIB;
	is_int(throttle_decide(&rule, &now, &hold).reason, THROTTLE_RECLAIM,
	       "one that is lower already stays");
}

/* How many of 16 frames it is frozen in */
static unsigned int frozen_frames(struct throttle_hold hold, bool blind)
{
	unsigned int frozen = 0;

	for (uint64_t s = 100; s < 116; s++) {
		struct throttle_reading now = named(s);
		struct throttle_decision d;

		now.named = false;
		now.blind = blind;
		d = throttle_decide(&by_cpu, &now, &hold);
		frozen += d.frozen;
		hold = d.hold;
	}
	return frozen;
}

static void check_freeze(void)
{
	struct throttle_rule rule = by_cpu;

	rule.by = THROTTLE_BY_FREEZE;
	is_int(steps(&rule, 6).reason, THROTTLE_FREEZE, "or it is frozen");
	ok(steps(&rule, 6).frozen, "at once");
	is_uint(frozen_frames(steps(&rule, 6).hold, false), 8, "half of the time");
	is_uint(frozen_frames(steps(&rule, 11).hold, false), 12, "then three quarters");
	is_uint(frozen_frames(steps(&rule, 60).hold, false), 14, "never more than the rule allows");
	is_uint(frozen_frames(steps(&rule, 60).hold, true), 14, "the same without readings");
}

/* --- steps back --- */

static void check_release(void)
{
	struct throttle_hold hold = { .id = 2, .quota = 10000, .high = MIB, .changed = SECOND };
	struct throttle_reading now = named(100);
	struct throttle_decision d;

	now.named = false;
	d = throttle_decide(&by_cpu, &now, &hold);
	is_int(d.reason, THROTTLE_HOLD, "one that is not named any more is held");
	now.released = true;
	now.used = 10000;
	d = throttle_decide(&by_cpu, &now, &hold);
	ok(d.reason == THROTTLE_RELEASE && !d.hold.high, "memory.high is given back first");
	is_uint(d.hold.quota, 10000, "and nothing else");
	now.time += 4 * SECOND;
	is_uint(throttle_decide(&by_cpu, &now, &d.hold).hold.quota, 10000, "for 5 s");
	now.time += SECOND;
	d = throttle_decide(&by_cpu, &now, &d.hold);
	is_uint(d.hold.quota, 20000, "then cpu.max is doubled");
	now.time += 5 * SECOND;
	d = throttle_decide(&by_cpu, &now, &d.hold);
	ok(!d.hold.quota && !d.hold.id, "and given back when it does not need it");
	now.used = hold.quota = 90000;
	hold.high = 0;
	now.cpu_max = 180000;
	ok(!throttle_decide(&by_cpu, &now, &hold).hold.id, "or when it has what it had before");
	now.blind = true;
	d = throttle_decide(&by_cpu, &now, &hold);
	ok(d.reason == THROTTLE_BLIND && d.hold.quota == 90000, "blind, it keeps what it has");
	is_uint(d.hold.changed, hold.changed + SECOND, "and the time does not count");
	now.interval = 0;
	is_uint(throttle_decide(&by_cpu, &now, &hold).hold.changed, now.time,
		"nor does that of missing frames");
	hold = (struct throttle_hold){ .id = 2, .changed = now.time - SECOND };
	now.blind = false;
	ok(!throttle_decide(&by_cpu, &now, &hold).hold.id, "after reclaim, nothing is to be undone");
}

/* --- words --- */

static const char *explained(const struct throttle_reading *now, const struct throttle_hold *hold)
{
	struct throttle_decision d = throttle_decide(&by_cpu, now, hold);
	static char text[256];

	return throttle_explain(text, sizeof(text), &by_cpu, "/a", now, hold, &d);
}

static void check_words(void)
{
	struct throttle_hold hold = { .id = 2 };
	struct throttle_reading now = named(1);

	is_text(explained(&now, &hold), "/a: reclaiming 4.0 MiB from it", "reclaim");
	now.current = 0;
	is_text(explained(&now, &hold), "/a: nothing can be reclaimed from it", "no reclaim");
	now = named(9);
	hold.changed = SECOND;
	is_text(explained(&now, &hold), "/a: reclaim did not help enough: now cpu.max 40 of 100 ms",
	   "cpu.max");
	now.cooling = true;
	is_text(explained(&now, &hold), "/a: the next step waits for the cooldown, after reclaim",
	   "cooldown");
	hold = (struct throttle_hold){ .id = 2, .quota = 10000, .high = MIB, .freeze = 2 };
	now.named = false;
	is_text(explained(&now, &hold),
	   "/a: still held back by cpu.max 10 of 100 ms and frozen in 3 of 4 frames and memory.high 1.0 MiB",
	   "all at once");
}

/* What the log says about knobs that are no sizes */
static const char *logged(enum ledger_event_type type, enum knob knob, uint64_t from, uint64_t to)
{
	char path[] = "/a";
	const struct claim claim = { .id = 2, .path = path, .knob = knob };
	const struct ledger_event event = {
		.type = type, .claim = &claim, .from = from, .to = to,
	};
	static char text[512];

	return report_claim(text, sizeof(text), &event, NULL);
}

static void check_log(void)
{
	is_text(logged(LEDGER_WROTE, KNOB_CPU_MAX, UINT64_MAX, 40000),
		"lowered cpu.max of /a from max to 40 ms a period", "cpu.max");
	is_text(logged(LEDGER_RESTORED, KNOB_CPU_MAX, 2500, UINT64_MAX),
		"restored cpu.max of /a from 2.5 ms a period to max", "cpu.max is restored");
	is_text(logged(LEDGER_WROTE, KNOB_FREEZE, 0, 1),
		"set cgroup.freeze of /a from thawed to frozen", "cgroup.freeze");
	is_text(logged(LEDGER_WROTE, KNOB_MEMORY_HIGH, UINT64_MAX, 64 * MIB),
		"lowered memory.high of /a from max to 64.0 MiB", "memory.high");
}

int main(void)
{
	check_judge();
	check_little();
	check_taken();
	check_forgotten();
	check_kept();
	check_debt();
	check_evictors();
	check_innocent();
	check_reclaim();
	check_due();
	check_cpu();
	check_high();
	check_high_floor();
	check_freeze();
	check_release();
	check_words();
	check_log();
	return tap_done();
}
