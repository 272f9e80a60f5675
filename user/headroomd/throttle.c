// SPDX-License-Identifier: GPL-2.0
/*
 * throttle: hold back the cgroup that took the victim's pages
 *
 * The victim is the rule's cgroup. The one to hold back is not the largest cgroup, which may have
 * been idle for hours, but the one whose demand evicts the victim's pages: the evictor that blame
 * names, summed up at a level, see evictors.c, and over some seconds, see taken.c. What it took is
 * its lower bound
 *
 *	low = sure - back		back: what the victim took from it, and it read again
 *
 * and it is named if holding it back would help:
 *
 *	low >= share * outside		it took the rule's share of what others evicted;
 *	low >= rate * seconds		enough to matter;
 *	low >= share * returned		and enough beside what the victim reads again: of that
 *	low >= share * refaults / 2	from others' demand, and of all
 *
 * The last two compare upper bounds if pages are sampled. A few evictions explain no storm of
 * refaults: those pages were evicted long before, by the victim itself, or from other cgroups. Half
 * of all refaults, since at least half of the evictions have to be of others: a victim cannot have a
 * neighbour held back by its own numbers. What it evicted from itself, in whatever way, is not
 * outside, and if that is more than what others evicted, nothing is done at all. What removed
 * children, a limit or a request took does not count against anyone. Two that evict each other
 * alike, and read their pages again, are both short of memory, and neither is held back. One that reads
 * more than both can have from beginning to end, again and again, is not short of memory: see evictors.c.
 * An evictor that reads fewer pages again on purpose is spared: it gains no more than it had, and a limit
 * of its own is what bounds it.
 *
 * Debt
 * ----
 * A burst may empty the victim within a second. The victim then reads its pages again as slowly as its
 * disk is, and the evictor, which takes little more, keeps the memory. So an evictor is also named if
 * what it took since the victim was well passes the same tests: since the condition has not held for
 * the time "wait", and ten seconds before it held again. It owes the pages that it took then, until they
 * are read again. What was taken before is forgotten: the victim did without.
 *
 *	lacks = min(need, lost)		need: what the refault distances say, the lower bound, as
 *					in protect.c; lost: taken, and not read again
 *	owed = returned + min(returned, lacks)		0 if nothing lacks
 *
 * A page that was evicted may have been of no use. Only pages that the victim read again from the disk
 * are a proof, and each of them speaks for one more that has not come back. So a tenant with a cache
 * that it does not need has to read one page for each two that a neighbour is to lose, and only what
 * that neighbour took since the tenant was well counts.
 *
 * The evictor may have its largest size since it was named, less what it owes. Each frame reclaims what it
 * has beyond that, also if it has grown back. So it loses what it owes, and no more, however long the
 * condition holds. If it gave less than an eighth of what was asked for, it has nothing more to give, and
 * is asked again after the time "wait".
 *
 * Steps
 * -----
 * From mild to harsh. Each has the time "wait" to help, and the next follows only if the evictor is also
 * named by what it took since then. So a debt alone leads to no limit:
 *
 *	reclaim		as much as it took, or what it owes, if that is more; each frame, but at most
 *			a tenth of its memory. What it owes, also while it is limited
 *	cpu.max		half of the CPU time that it used, then half of that, down to "cpu"
 *	or freeze	in one of two frames, then three of four, then seven of eight
 *	memory.high	an eighth less than its memory, if the rule allows that at all
 *
 * Of a fast disk, little CPU time reads much. So if it takes as much behind the last step, what it takes in a
 * frame makes it smaller for good, by a quarter at most, but not below an eighth of its largest size, or the
 * limit that the victim has itself. What it has beyond that size is reclaimed in each frame, until it is
 * released. That is a memory.high at which no task sleeps.
 *
 * memory.high comes last because the kernel puts tasks to sleep that exceed it, also those that
 * hold locks others wait for. Before 6.18, cpu.max may stop a task that holds a lock as well, for
 * the rest of a period. memory.high is never set below a limit that the victim has itself: it gets
 * no more memory than the victim is content with.
 *
 * The time counts while the victim suffers: from a frame in which the condition holds until it has
 * not held for the time "wait", so that one which comes and goes does not start it again. Frames
 * without readings do not count. A step itself is taken only in a frame in which the condition holds.
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
/* One in so many bytes of its largest size is left to an evictor */
#define LEAST_SIZE	8

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Upper bound of a number of refaults, if they are sampled: that of a Poisson count, z = 2 */
static double most_of(double refaults, uint32_t sample_shift)
{
	double each = ldexp(1, sample_shift);

	return sample_shift ? refaults + 2 * sqrt((refaults + each) * each) : refaults;
}

/* Lower bound in the same way */
static double least_of(double refaults, uint32_t sample_shift)
{
	return sample_shift ? fmax(0, refaults - 2 * sqrt(refaults * ldexp(1, sample_shift))) :
		refaults;
}

static enum throttle_doubt doubt_of(const struct throttle_rule *rule,
				    const struct taken_loss *loss,
				    const struct taken_share *share, double low,
				    uint32_t sample_shift)
{
	double need = fmax(most_of(loss->returned, sample_shift),
			   most_of(loss->refaults, sample_shift) / 2);

	if (!(low > 0) || low < rule->share * loss->outside)
		return share->back > 0 && share->taken >= rule->share * loss->outside ?
			THROTTLE_GAVE_BACK : THROTTLE_SMALL_SHARE;
	if (low < LEAST_PAGES || low < rule->rate * loss->seconds)
		return THROTTLE_SLOW;
	return low < rule->share * need ? THROTTLE_BESIDE : THROTTLE_SURE;
}

struct throttle_guilt throttle_judge(const struct throttle_rule *rule,
				     const struct taken_loss *loss,
				     const struct taken_share *share, uint32_t sample_shift)
{
	double low = fmax(0, share->sure - share->back);
	struct throttle_guilt guilt = { .doubt = doubt_of(rule, loss, share, low, sample_shift) };

	if (loss->outside > 0) {
		guilt.low = fmin(1, low / loss->outside);
		guilt.high = fmin(1, (share->taken + loss->unknown) / loss->outside);
	}
	if (loss->seconds > 0)
		guilt.rate = low / loss->seconds;
	return guilt;
}

struct throttle_debt throttle_debt_of(const struct taken_share *share, uint32_t sample_shift)
{
	return (struct throttle_debt){
		.lost = fmax(0, share->sure - most_of(share->returned, sample_shift)),
		.returned = least_of(share->returned, sample_shift),
	};
}

/* --- debt --- */

/* Whether it gave little, not long ago */
static bool is_exhausted(const struct throttle_rule *rule, const struct throttle_reading *now,
			 const struct throttle_hold *hold)
{
	return hold->exhausted && now->time - hold->exhausted < rule->wait;
}

static uint64_t owed(const struct throttle_reading *now)
{
	return now->lacks ? now->returned + smaller(now->returned, now->lacks) : 0;
}

/* What it has beyond its largest size less what it owes */
static uint64_t due(const struct throttle_rule *rule, const struct throttle_reading *now,
		    const struct throttle_hold *hold)
{
	if (!now->lacks || is_exhausted(rule, now, hold))
		return 0;
	return saturating_sub(now->current + owed(now), hold->largest);
}

/* What became of the last reclaim, and how large it was */
static void settle(const struct throttle_reading *now, struct throttle_hold *hold)
{
	if (now->blind)
		return;
	if (hold->asked && now->evicted < hold->asked / 8)
		hold->exhausted = now->time;
	hold->asked = 0;
	hold->largest = larger(hold->largest, now->current);
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

/* From here on the step has time to help, and only what the evictor takes counts */
static void begin_step(const struct throttle_reading *now, struct throttle_decision *d)
{
	d->hold.changed = now->time;
	d->hold.loss = (struct taken_loss){};
	d->hold.share = (struct taken_share){};
}

static bool take_step(const struct throttle_rule *rule, const struct throttle_reading *now,
		      struct throttle_decision *d)
{
	if (!lower_cpu(rule, now, d) && !freeze_more(rule, now, d) && !lower_high(rule, now, d))
		return false;
	begin_step(now, d);
	d->acts = true;
	return true;
}

/* Reclaim so much or what is due, but neither more than a tenth of what it has nor what is protected */
static void reclaim(const struct throttle_rule *rule, const struct throttle_reading *now,
		    uint64_t taken, struct throttle_decision *d)
{
	uint64_t debt = due(rule, now, &d->hold);

	d->reclaim = smaller(smaller(larger(taken, debt), now->current / 10),
			     saturating_sub(now->current, now->protection));
	d->hold.asked = debt ? d->reclaim : 0;
}

/* There is no further step: what it takes makes it smaller, if its size is known */
static void shrink(const struct throttle_reading *now, struct throttle_hold *hold)
{
	uint64_t least = larger(hold->largest / LEAST_SIZE,
				now->victim_limit == FIELD_MAX ? 1 : now->victim_limit);
	uint64_t from = hold->size ? smaller(hold->size, now->current) : now->current;

	if (now->current)
		hold->size = larger(from - smaller(now->taken, from / 4), least);
}

/* Reclaim what it has beyond that size, unless more is reclaimed anyway */
static void keep_size(const struct throttle_reading *now, struct throttle_decision *d)
{
	if (d->hold.size)
		d->reclaim = larger(d->reclaim, saturating_sub(now->current,
				    larger(d->hold.size, now->protection)));
}

static void begin(const struct throttle_rule *rule, const struct throttle_reading *now,
		  struct throttle_decision *d)
{
	if (now->cooling) {
		d->reason = THROTTLE_COOLING;
		d->hold.id = 0;
		return;
	}
	d->reason = THROTTLE_RECLAIM;
	begin_step(now, d);
	reclaim(rule, now, now->taken, d);
	d->acts = true;
}

static void decide_named(const struct throttle_rule *rule, const struct throttle_reading *now,
			 struct throttle_decision *d)
{
	bool waiting = now->time - d->hold.changed < rule->wait;
	struct throttle_decision next = *d;

	if (!waiting && now->takes && take_step(rule, now, &next)) {
		if (now->cooling)
			d->reason = THROTTLE_COOLING;
		else
			*d = next;
	} else if (is_limited(&d->hold)) {
		d->reason = waiting || !now->takes ? THROTTLE_HOLD : THROTTLE_FLOOR;
	} else {
		d->reason = THROTTLE_RECLAIM;
	}
	if (d->reason == THROTTLE_FLOOR)
		shrink(now, &d->hold);
	reclaim(rule, now, d->reason == THROTTLE_RECLAIM ? now->taken : 0, d);
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
	begin_step(now, d);
	if (hold->size)
		hold->size = 0;
	else if (hold->high)
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

	settle(now, &d.hold);
	if (now->named)
		d.hold.named = now->time;
	if (now->relapse && hold->changed)
		begin_step(now, &d);
	if (now->blind) {
		/* Time without readings helps no one */
		d.reason = THROTTLE_BLIND;
		d.hold.changed = now->interval ? smaller(d.hold.changed + now->interval, now->time) :
			now->time;
	} else if (now->named && !hold->changed) {
		begin(rule, now, &d);
	} else if (now->named) {
		decide_named(rule, now, &d);
	} else if (now->released) {
		step_back(rule, now, &d);
	} else if (now->suffers) {
		d.reason = THROTTLE_UNNAMED;
	}
	if (!now->blind)
		keep_size(now, &d);
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
		[THROTTLE_HOLD] = "still held back by ", [THROTTLE_UNNAMED] = "still held back by ",
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
		add(buf, size, "%s", is_exhausted(rule, now, &d->hold) ?
		    "it gave little when it was last reclaimed from" : now->lacks && !now->taken ?
		    "it has given what it owes so far" : "nothing can be reclaimed from it");
	} else {
		add(buf, size, "%s", words_of(d));
		add_hold(buf, size, &d->hold, now->period);
		if (d->reclaim)
			add(buf, size, ", and reclaiming %s from it",
			    journal_size(amount, sizeof(amount), d->reclaim));
	}
	if (owed(now))
		add(buf, size, ", and it owes %s",
		    journal_size(amount, sizeof(amount), owed(now)));
	if (d->reason == THROTTLE_HOLD && now->named)
		add(buf, size, now->time - d->hold.changed < rule->wait ?
		    ": each step has %g s to help" :
		    ": it has taken less since the last step, which had %g s to help",
		    rule->wait / 1e9);
	return buf;
}
