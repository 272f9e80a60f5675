// SPDX-License-Identifier: GPL-2.0
/*
 * throttle: hold back the cgroup that took the victim's pages
 *
 * The victim is the rule's cgroup. The one to hold back is not the largest cgroup, which may have
 * been idle for hours, but the one whose demand evicts the victim's pages: the evictor that blame
 * names, summed up at a level, see evictors.c. It has to have taken the rule's share of what others
 * evicted from the victim in the interval, by the lower bound:
 *
 *	low = (taken - excess - back) / outside		back: what the victim took from it
 *
 * Two that evict each other alike are both short of memory, and neither is held back. A victim
 * cannot have a neighbour held back by its own numbers: what it evicted from itself, in whatever
 * way, is not outside, and if that is more than what others evicted, nothing is done at all. What
 * removed children, a limit or a request took does not count against anyone.
 *
 * Steps, from mild to harsh. Each has the time "wait" to help, and the next follows only if the
 * evictor still takes the share:
 *
 *	reclaim		as much as it took, each frame, but at most a tenth of its memory
 *	cpu.max		half of the CPU time that it used, then half of that, down to "cpu"
 *	or freeze	in one of two frames, then three of four, then seven of eight
 *	memory.high	an eighth less than its memory, if the rule allows that at all
 *
 * memory.high comes last because the kernel puts tasks to sleep that exceed it, also those that
 * hold locks others wait for. Before 6.18, cpu.max may stop a task that holds a lock as well, for
 * the rest of a period. memory.high is never set below a limit that the victim has itself: it gets
 * no more memory than the victim is content with.
 *
 * When the condition has not held for the time "idle", steps are undone one by one, each after
 * "wait", in the opposite order. A cpu.max that leaves a quarter of itself unused is dropped at
 * once. If the victim suffers again, the next step continues from there.
 *
 * Without readings nothing changes, but the slices of a freeze continue, so that no cgroup stays
 * frozen.
 */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "field.h"
#include "journal.h"
#include "saturating.h"
#include "throttle.h"

/* Reclaim takes batches of 32 pages. Less says nothing about anyone. */
#define LEAST_PAGES	32
/* The kernel accepts no smaller quota, us */
#define LEAST_QUOTA	1000
/* A cpu.max of so many CPUs limits nothing */
#define MOST_CPUS	1024
#define MOST_FREEZE	6

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

struct throttle_guilt throttle_judge(const struct throttle_rule *rule,
				     const struct evictors *evictors, size_t nr)
{
	const struct evictor *e = &evictors->evictor[nr];
	uint64_t least = saturating_sub(saturating_sub(e->taken, evictors->excess), e->back);
	struct throttle_guilt guilt = {};

	if (!evictors->outside)
		return guilt;
	guilt.low = fmin(1, least / (double)evictors->outside);
	guilt.high = fmin(1, (e->taken + evictors->unknown) / (double)evictors->outside);
	guilt.named = least >= LEAST_PAGES && guilt.low >= rule->share;
	return guilt;
}

/* --- steps --- */

static bool is_limited(const struct throttle_hold *hold)
{
	return hold->quota || hold->freeze || hold->high;
}

/* What it may use, or uses if that is less */
static uint64_t cpu_in_use(const struct throttle_reading *now)
{
	uint64_t use = smaller(now->cpu_max, now->used);

	return use == FIELD_MAX ? now->period : use;
}

static bool lower_cpu(const struct throttle_rule *rule, const struct throttle_reading *now,
		      struct throttle_decision *d)
{
	uint64_t from = d->hold.quota ? d->hold.quota : cpu_in_use(now);
	uint64_t floor = larger(rule->cpu * now->period, LEAST_QUOTA);

	if (rule->by != THROTTLE_BY_CPU || !now->has_cpu ||
	    (from <= floor && (d->hold.quota || !now->joined)))
		return false;
	/* If another victim of the rule limits it, its time counts for this one, too */
	d->hold.quota = !d->hold.quota && now->joined ? now->joined : larger(from / 2, floor);
	d->reason = THROTTLE_CPU;
	return true;
}

static bool freeze_more(const struct throttle_rule *rule, const struct throttle_reading *now,
			struct throttle_decision *d)
{
	unsigned int next = d->hold.freeze + 1;

	if (rule->by != THROTTLE_BY_FREEZE || !now->has_freeze || next > MOST_FREEZE ||
	    1.0 / (1u << next) < rule->cpu)
		return false;
	d->hold.frame = d->hold.freeze ? d->hold.frame : 1;
	d->hold.freeze = next;
	d->reason = THROTTLE_FREEZE;
	return true;
}

static bool lower_high(const struct throttle_rule *rule, const struct throttle_reading *now,
		       struct throttle_decision *d)
{
	uint64_t from = d->hold.high ? d->hold.high : smaller(now->current, now->memory_high);
	uint64_t floor = larger(rule->high, now->protection);

	if (now->victim_limit != FIELD_MAX)
		floor = larger(floor, now->victim_limit);
	if (!rule->high || !now->has_high || from <= floor)
		return false;
	d->hold.high = larger(from - from / 8, floor);
	d->reason = THROTTLE_HIGH;
	return true;
}

static bool take_step(const struct throttle_rule *rule, const struct throttle_reading *now,
		      struct throttle_decision *d)
{
	if (!lower_cpu(rule, now, d) && !freeze_more(rule, now, d) && !lower_high(rule, now, d))
		return false;
	d->hold.changed = now->time;
	d->acts = true;
	return true;
}

/* As much as it took, but neither all that it has nor what is protected */
static uint64_t reclaimable(const struct throttle_reading *now)
{
	return smaller(smaller(now->taken, now->current / 10),
		       saturating_sub(now->current, now->protection));
}

static void begin(const struct throttle_reading *now, struct throttle_decision *d)
{
	if (now->cooling) {
		d->reason = THROTTLE_COOLING;
		d->hold.id = 0;
		return;
	}
	d->reason = THROTTLE_RECLAIM;
	d->hold.changed = now->time;
	d->reclaim = reclaimable(now);
	d->acts = true;
}

static void decide_named(const struct throttle_rule *rule, const struct throttle_reading *now,
			 struct throttle_decision *d)
{
	bool waiting = now->time - d->hold.changed < rule->wait;
	struct throttle_decision next = *d;

	if (!waiting && take_step(rule, now, &next)) {
		if (now->cooling)
			d->reason = THROTTLE_COOLING;
		else
			*d = next;
	} else if (is_limited(&d->hold)) {
		d->reason = waiting ? THROTTLE_HOLD : THROTTLE_FLOOR;
	} else {
		d->reason = THROTTLE_RECLAIM;
		d->reclaim = reclaimable(now);
	}
}

/* --- steps back --- */

static uint64_t raise_cpu(const struct throttle_reading *now, uint64_t quota)
{
	uint64_t most = now->used == FIELD_MAX ? now->period : now->period * MOST_CPUS;

	if (2 * quota >= smaller(now->cpu_max, most))
		return 0;
	if (now->used != FIELD_MAX && now->used < quota - quota / 4)
		return 0;
	return 2 * quota;
}

static void step_back(const struct throttle_rule *rule, const struct throttle_reading *now,
		      struct throttle_decision *d)
{
	struct throttle_hold *hold = &d->hold;

	d->reason = THROTTLE_RELEASE;
	if (is_limited(hold) && now->time - hold->changed < rule->wait)
		return;
	hold->changed = now->time;
	if (hold->high)
		hold->high = 0;
	else if (hold->freeze)
		hold->freeze--;
	else if (hold->quota)
		hold->quota = raise_cpu(now, hold->quota);
	if (!is_limited(hold))
		hold->id = 0;
}

struct throttle_decision throttle_decide(const struct throttle_rule *rule,
					 const struct throttle_reading *now,
					 const struct throttle_hold *hold)
{
	struct throttle_decision d = { .reason = THROTTLE_HOLD, .hold = *hold };

	if (now->named)
		d.hold.named = now->time;
	if (now->blind) {
		/* Time without readings helps no one */
		d.reason = THROTTLE_BLIND;
		d.hold.changed = now->time;
	} else if (now->named && !hold->changed) {
		begin(now, &d);
	} else if (now->named) {
		decide_named(rule, now, &d);
	} else if (now->released) {
		step_back(rule, now, &d);
	}
	d.frozen = d.hold.freeze && d.hold.frame % (1u << d.hold.freeze);
	d.hold.frame++;
	return d;
}

/* --- words --- */

/* Append to a text */
__attribute__((format(printf, 3, 4)))
static void add(char *buf, size_t size, const char *format, ...)
{
	size_t n = strlen(buf);
	va_list args;

	va_start(args, format);
	vsnprintf(buf + n, size - n, format, args);
	va_end(args);
}

/* What holds it back, such as "cpu.max 50 of 100 ms" */
static void add_hold(char *buf, size_t size, const struct throttle_hold *hold, uint64_t period)
{
	const char *and = "";
	char high[32];

	if (hold->quota) {
		add(buf, size, "cpu.max %.3g of %.3g ms", hold->quota / 1e3, period / 1e3);
		and = " and ";
	}
	if (hold->freeze) {
		add(buf, size, "%sfrozen in %u of %u frames", and, (1u << hold->freeze) - 1,
		    1u << hold->freeze);
		and = " and ";
	}
	if (hold->high)
		add(buf, size, "%smemory.high %s", and,
		    journal_size(high, sizeof(high), hold->high));
	if (!is_limited(hold))
		add(buf, size, "reclaim");
}

static const char *words_of(const struct throttle_decision *d)
{
	static const char *const words[] = {
		[THROTTLE_HOLD] = "still held back by ",
		[THROTTLE_RELEASE] = "releasing it step by step, now ",
		[THROTTLE_FLOOR] = "it still takes that much, but there is no further step than ",
		[THROTTLE_CPU] = "reclaim did not help enough: now ",
		[THROTTLE_FREEZE] = "reclaim did not help enough: now ",
		[THROTTLE_HIGH] = "milder steps did not help enough: now ",
		[THROTTLE_BLIND] = "nothing is known, so it stays with ",
	};

	return words[d->reason] ? words[d->reason] : "";
}

const char *throttle_explain(char *buf, size_t size, const struct throttle_rule *rule,
			     const char *path, const struct throttle_reading *now,
			     const struct throttle_hold *before,
			     const struct throttle_decision *d)
{
	char amount[32];

	snprintf(buf, size, "%s: ", path);
	if (!d->hold.id && d->reason == THROTTLE_RELEASE) {
		add(buf, size, "released");
	} else if (d->reason == THROTTLE_COOLING) {
		add(buf, size, "the next step waits for the cooldown, after ");
		add_hold(buf, size, before, now->period);
	} else if (d->reason == THROTTLE_RECLAIM && d->reclaim) {
		add(buf, size, "reclaiming %s from it",
		    journal_size(amount, sizeof(amount), d->reclaim));
	} else if (d->reason == THROTTLE_RECLAIM) {
		add(buf, size, "nothing can be reclaimed from it");
	} else {
		add(buf, size, "%s", words_of(d));
		add_hold(buf, size, &d->hold, now->period);
	}
	if (d->reason == THROTTLE_HOLD && now->named)
		add(buf, size, ": each step has %g s to help", rule->wait / 1e9);
	return buf;
}
