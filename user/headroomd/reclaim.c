// SPDX-License-Identifier: GPL-2.0
/*
 * reclaim: find the working set of a cgroup by reclaiming from it
 *
 * Nothing in the kernel shows how much of a cgroup's memory is in use. So reclaim a little, and see
 * whether it is read again. TMO (Weiner et al., ASPLOS 2022; the script senpai) does so with the
 * pressure of the cgroup as feedback; Katalyst with refaults per reclaimed page. Both count what
 * reclaim did not cause: pressure has many causes, and pages return that others evicted long ago.
 * Headroom counts refaults with their origin and distance, and stalls by cause. The targets are
 *
 *	stall		share of the time in refault stalls: waiting for a file page that had been
 *			evicted, or for one in swap
 *	refaults	refaults per second, for whatever reason the pages were evicted
 *	returned	share of the pages that proactive reclaim evicted that were read again soon
 *
 * Control law
 * -----------
 * Each frame reclaims
 *
 *	current * step * time * min(1, 2 (1 - q))
 *
 * bytes, where q is the larger of the first two measures, as parts of their targets: full speed up
 * to half of a target, then ever less. A target that is exceeded halves the step. RECOVERY seconds
 * of reclaim double it: it falls at once and recovers slowly, from the smallest step in six
 * minutes. An additive increase would leave the small steps first, which matter most at the
 * working set. The halved step is used only below "floor", the size at which a target was exceeded;
 * above it, memory that came since goes at full speed. At first, the floor is the size, and the
 * step an eighth of the largest.
 *
 * After a halving it waits. Each wait is twice the last, up to MOST_HOLD, unless reclaim found
 * enough cold memory in between (a 64th of the size, at least ENOUGH bytes). At the working set
 * every attempt fails, so they become rare, and cost next to nothing; after the working set has
 * shrunk, one succeeds, and the speed returns. Without this, the largest step within the targets
 * would evict hot pages for ever. Each page that it evicted and that returns while it waits makes the wait
 * longer, by the time in which the target allows one: so what an attempt costs is within the
 * target on average, also if the kernel evicts far more than it is asked for.
 *
 * The kernel may evict far more than it is asked for: MGLRU 16 MiB and more for 128 KiB. What it
 * evicts beyond a request is a debt, which is paid with what falls due, also while it waits, before
 * there is another request. So the speed is that of the law. A debt is for MOST_HOLD at most.
 *
 * The targets are for means over MEAN seconds: a single read from a disk is 8 ms, which is 0.8 % of
 * a second. But a mean rises at once: about ten times a target in one frame exceeds it. A frame
 * above a target whose mean is not makes it pause, without halving. So no frame that is above a
 * target reclaims, in any case.
 *
 * Memory that went too far cannot be given back, but for what is read again. On a disk a few
 * refaults a minute are as many as the target allows, and it takes as long to see them. So
 * nothing is reclaimed either while the mean over FADE seconds is above a target, at the upper
 * bound that follows from the number of stalls.
 *
 * The curve
 * ---------
 * The curve says how many refaults R(x) would have remained with x more memory. It says nothing of
 * less memory. But as refaults grow ever faster while memory shrinks, x less memory adds at least
 * R(0) - R(x). So it is reclaimed no more than the x with 2 R(0) - R(x) <= T, the target, at its
 * lower bound: on a steep curve less than the step, on a flat one the step. That holds as
 * far as the curve is convex; if not, the halving does the rest. After a target was exceeded, the
 * curve says at which size it would not have been: floor = current + x with R(x) <= T, at
 * the upper bound. If stalls exceeded theirs, T is the number of refaults that cause as many stalls
 * as are allowed, at their mean duration.
 *
 * Gates
 * -----
 * Some things must not be found out by trying: nothing from a cgroup that is marked to be avoided
 * or omitted, see mark.h; never below memory.min and memory.low, and nothing from a cgroup whose
 * memory.low or memory.min another rule has raised, since that has evidence of its own. A cgroup that
 * has just started, or grown, does not yet use what it will use. If storage is busy, refaults take
 * longer than reclaim could know. If swap is short or fills fast, only file pages are reclaimed, and
 * swappiness is 0; for some time, as both follow from reclaim itself. So that its own requests do not
 * fill swap too fast, they are for no more anonymous memory than three quarters of what may go to swap:
 * the kernel evicts more than it is asked for. It is taken to evict anonymous and file pages alike.
 *
 * Unknown is not zero: without the module, its stalls or a file that it reads, nothing is
 * reclaimed. If pages are sampled, the upper bound that follows from the recorded refaults counts,
 * over FADE seconds. Until these suffice, it waits.
 *
 * Who can bend this
 * -----------------
 * A tenant can add refaults and stalls, by MADV_PAGEOUT or below a limit of its own, and hide none.
 * So all of them count, with any origin, and as readers of its pages all cgroups: more refaults
 * make it reclaim less. The tenant keeps memory that is its own, within its limits, and takes none
 * from others; a rule that does has to ask for refaults caused from outside. It can also grow at
 * will, or request reclaim from itself, which is a debt, with the same effect; or keep storage busy,
 * which stops reclaim everywhere: then all have what they would have without the rule. What it loses at
 * most, by seeming idle, is a step in each frame.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "clock.h"
#include "journal.h"
#include "reclaim.h"
#include "saturating.h"

/* Times in s, or in ns if they are compared with the clock */
#define MEAN		10
#define FADE		60
#define BURST		10
#define RECOVERY	60
#define LEAST_HOLD	(10 * NS_PER_S)
#define MOST_HOLD	(600 * NS_PER_S)
#define PAUSE		(5 * NS_PER_S)
#define CALM		(30 * NS_PER_S)
#define SPARE		(10 * NS_PER_S)
/* The part of "swap-out" that its own requests may use */
#define SWAP_PART	0.75
/* The longest time that a frame reclaims for */
#define MOST_INTERVAL	10
/* The first step is the largest / 2^SLOW_START, and the smallest / 2^MOST_PENALTIES */
#define SLOW_START	3
#define MOST_PENALTIES	6
/* The kernel reclaims at least that many pages */
#define BATCH		32
/* Reclaimed pages from which on their returned share counts */
#define LEAST_EVICTED	64
/* Cold memory that ends the doubling of waits */
#define ENOUGH		(4 << 20)
/* Requests without any effect */
#define MOST_UNHEEDED	5

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Evictions and refaults of pages that proactive reclaim evicted */
static struct headroom_pages proactive(const struct headroom_stats *delta)
{
	struct headroom_pages sum = {};

	for (size_t i = 0; i < delta->nr_pages; i++)
		if (delta->pages[i].reason == HEADROOM_REASON_PROACTIVE) {
			sum.evictions += delta->pages[i].evictions;
			sum.refaults += delta->pages[i].refaults;
		}
	return sum;
}

/* The cgroup's pages may return to others, which wait for them as well */
static uint64_t refaults_of(const struct headroom_stats *delta)
{
	return delta->refaults > delta->returned ? delta->refaults : delta->returned;
}

/* Waits for pages that were evicted */
static struct headroom_stall stalls_of(const struct headroom_stats *delta)
{
	const struct headroom_stall *file, *swap;

	file = headroom_stats_stall(delta, HEADROOM_STALL_CAUSE_REFAULT);
	swap = headroom_stats_stall(delta, HEADROOM_STALL_CAUSE_SWAP_IN);
	return (struct headroom_stall){
		.count = file->count + swap->count, .total = file->total + swap->total,
	};
}

static double seconds_of(const struct reclaim_reading *now)
{
	return now->interval / (double)NS_PER_S;
}

static double fade(double mean, double value, double seconds, double over)
{
	return mean + (value - mean) * -expm1(-seconds / over);
}

/*
 * The mean over MEAN seconds, and @slow over FADE. What is larger counts against reclaim: few and
 * long stalls show late. In the slow one no frame counts as more than BURST targets, as a burst
 * says little of what comes after.
 */
static double larger_mean(double *fast, double *slow, double value, double target, double seconds)
{
	*fast = fade(*fast, value, seconds, MEAN);
	*slow = fade(*slow, fmin(value, BURST * target), seconds, FADE);
	return fmax(*fast, *slow);
}

/* Upper bound of the 95 % interval of a Poisson count: the score interval, z = 2 */
static double most_of(double count)
{
	return count + 2 + 2 * sqrt(count + 1);
}

static double most_refaults(const struct reclaim_state *state, uint32_t sample_shift)
{
	return sample_shift ? most_of(state->samples) * (1ULL << sample_shift) / state->seconds :
			      state->slow_refaults;
}

/* As uncertain as the number of stalls */
static double most_stall(const struct reclaim_state *state)
{
	return state->slow_stall * most_of(state->stalls) / fmax(state->stalls, 1);
}

static bool is_swap_short(const struct reclaim_rule *rule, const struct reclaim_reading *now)
{
	if (now->swap != RECLAIM_SWAP_USABLE)
		return now->swap == RECLAIM_SWAP_FULL;
	return now->swap_free < rule->swap_free || now->swap_out > rule->swap_out;
}

/*
 * Pages that were evicted now and are read again, of all that proactive reclaim evicted. Of pages
 * that it evicted long ago some return all the time; in the second half of a wait only these do.
 */
static double caused(const struct reclaim_reading *now, struct reclaim_state *state,
		     double refaults)
{
	double seconds = seconds_of(now);

	if (state->until && state->until < now->time + state->hold / 2)
		state->background = fade(state->background, refaults / seconds, seconds, FADE);
	return fmax(refaults - state->background * seconds, 0);
}

/* What was evicted beyond the last request is a debt */
static void note_evicted(struct reclaim_state *state, uint64_t bytes)
{
	state->credit -= saturating_sub(bytes, state->request);
	state->request = saturating_sub(state->request, bytes);
}

/* Count what happened since the last reading */
static void measure(const struct reclaim_rule *rule, const struct reclaim_reading *now,
		    struct reclaim_state *state, struct reclaim_decision *d)
{
	const struct headroom_pages pages = proactive(now->delta);
	const struct headroom_stall stalls = stalls_of(now->delta);
	double seconds = seconds_of(now), left = exp(-seconds / FADE);
	uint64_t refaults = refaults_of(now->delta);

	d->stall = stalls.total / (double)now->interval;
	d->refaults = refaults / seconds;
	d->mean_stall = larger_mean(&state->stall, &state->slow_stall, d->stall, rule->stall,
				    seconds);
	d->mean_refaults = larger_mean(&state->refaults, &state->slow_refaults, d->refaults,
				       rule->refaults, seconds);
	state->samples = state->samples * left + (refaults >> now->sample_shift);
	state->seconds = state->seconds * left + seconds;
	state->stalls = state->stalls * left + stalls.count;
	d->most_refaults = most_refaults(state, now->sample_shift);
	d->most_stall = most_stall(state);
	d->caused = caused(now, state, pages.refaults);
	d->evicted = state->evicted += pages.evictions;
	d->returned = state->returned += d->caused;
	if (pages.evictions)
		state->unheeded = 0;
	note_evicted(state, pages.evictions * now->page_size);
	if (now->current > now->before &&
	    now->current - now->before > rule->spike * now->before * seconds)
		state->calm = now->time + CALM;
	if (is_swap_short(rule, now))
		state->spare = now->time + SPARE;
}

/* The largest number of refaults in the interval that is within both targets */
static double allowed(const struct reclaim_rule *rule, const struct reclaim_reading *now,
		      const struct reclaim_decision *d)
{
	double most = rule->refaults * now->interval / NS_PER_S;

	if (d->stall > rule->stall)
		most = fmin(most, refaults_of(now->delta) * rule->stall / d->stall);
	return most;
}

/* Memory beyond what it has with which at most that many refaults had remained, in pages */
static bool look_up(const struct reclaim_reading *now, double refaults,
		    struct headroom_extra *extra)
{
	const struct headroom_pool pool = headroom_pool_of(now->delta, NULL, now->clock,
							   now->sample_shift);
	struct headroom_curve curve;

	if (!headroom_histogram_count(pool.distance) || headroom_curve_build(&pool, &curve))
		return false;
	*extra = headroom_curve_memory(&curve, refaults);
	headroom_curve_clear(&curve);
	return true;
}

/* The size that the curve asks for; no more than twice the present one, as it may be far off */
static uint64_t needed_size(const struct reclaim_rule *rule, const struct reclaim_reading *now,
			    const struct reclaim_decision *d)
{
	struct headroom_extra extra;
	double bytes = 0;

	if (look_up(now, allowed(rule, now, d), &extra))
		bytes = (isfinite(extra.high) ? extra.high : extra.value) * now->page_size;
	return now->current + (uint64_t)fmin(bytes, now->current);
}

/* How much less memory the curve allows, bytes */
static uint64_t room_of(const struct reclaim_rule *rule, const struct reclaim_reading *now,
			const struct reclaim_decision *d)
{
	double refaults = refaults_of(now->delta), most = allowed(rule, now, d);
	struct headroom_extra extra;

	/* Twice as many would be allowed */
	if (2 * refaults <= most || !look_up(now, 2 * refaults - most, &extra))
		return UINT64_MAX;
	return saturating_whole(extra.low * now->page_size);
}

/* What caused the wait does not count against the next attempt once more */
static void begin_attempt(struct reclaim_state *state)
{
	state->until = 0;
	state->stall = state->refaults = 0;
	state->evicted = state->returned = 0;
	state->asked = 0;
	state->credit = fmin(state->credit, 0);
	state->unheeded = 0;
}

static void wait_until(struct reclaim_state *state, enum reclaim_reason cause, uint64_t until)
{
	state->cause = cause;
	if (until > state->until)
		state->until = until;
}

/* An attempt has failed: halve the step, and wait longer than the last time */
static void penalize(const struct reclaim_reading *now, struct reclaim_state *state,
		     enum reclaim_reason cause)
{
	bool productive = state->asked > ENOUGH && state->asked > now->current / 64.0 &&
			  cause != RECLAIM_FUTILE;

	begin_attempt(state);
	state->hold = !state->hold || productive ? LEAST_HOLD : least(2 * state->hold, MOST_HOLD);
	state->recovery = 0;
	if (state->penalties < MOST_PENALTIES)
		state->penalties++;
	wait_until(state, cause, now->time + state->hold);
}

/* Whether a target is exceeded, in this frame or on average */
static bool exceeds(const struct reclaim_rule *rule, double stall, double refaults)
{
	return stall > rule->stall || refaults > rule->refaults;
}

/* Go on waiting, the longer if a target is exceeded again. Returns false if no wait is left. */
static bool keep_waiting(const struct reclaim_rule *rule, const struct reclaim_reading *now,
			 struct reclaim_state *state, struct reclaim_decision *d)
{
	if (!state->until)
		return false;
	if (exceeds(rule, d->stall, d->refaults)) {
		state->floor = needed_size(rule, now, d);
		if (state->cause == RECLAIM_PAUSE)
			wait_until(state, RECLAIM_PAUSE, now->time + PAUSE);
		else
			wait_until(state, RECLAIM_ABOVE_TARGET, now->time + LEAST_HOLD);
	}
	if (now->time < state->until) {
		d->reason = state->cause;
		return true;
	}
	if (state->cause == RECLAIM_PAUSE)
		state->until = 0;
	else
		begin_attempt(state);
	return false;
}

/* Whether the evidence is against reclaim, from now on for some time */
static bool must_wait(const struct reclaim_rule *rule, const struct reclaim_reading *now,
		      struct reclaim_state *state, struct reclaim_decision *d)
{
	bool above = exceeds(rule, state->stall, state->refaults);

	/* A pause may turn into a wait */
	if (above && (!state->until || state->cause == RECLAIM_PAUSE)) {
		penalize(now, state, d->reason = RECLAIM_ABOVE_TARGET);
		state->floor = needed_size(rule, now, d);
		return true;
	}
	if (keep_waiting(rule, now, state, d))
		return true;
	if (exceeds(rule, d->stall, d->refaults)) {
		wait_until(state, d->reason = RECLAIM_PAUSE, now->time + PAUSE);
		return true;
	}
	if (state->evicted >= LEAST_EVICTED &&
	    state->returned > rule->returned * state->evicted) {
		penalize(now, state, d->reason = RECLAIM_RETURNED);
		state->floor = now->current;
		return true;
	}
	if (state->unheeded >= MOST_UNHEEDED) {
		penalize(now, state, d->reason = RECLAIM_FUTILE);
		return true;
	}
	return false;
}

/* The wait lasts until the refaults that reclaim has caused are within the target on average */
static void prolong(const struct reclaim_rule *rule, const struct reclaim_reading *now,
		    struct reclaim_state *state, const struct reclaim_decision *d)
{
	double most = fmin(d->caused / rule->refaults * NS_PER_S, MOST_HOLD);

	if (state->until)
		state->until = least(state->until + (uint64_t)most, now->time + MOST_HOLD);
}

/* Reasons that no evidence of its own can overrule */
static bool is_refused(const struct reclaim_rule *rule, const struct reclaim_reading *now,
		       struct reclaim_decision *d)
{
	if (!now->wanted)
		d->reason = RECLAIM_IDLE;
	else if (now->spared)
		d->reason = RECLAIM_SPARED;
	else if (now->marked)
		d->reason = RECLAIM_MARKED;
	else if (now->raised)
		d->reason = RECLAIM_PROTECTED;
	else if (now->age < rule->age)
		d->reason = RECLAIM_YOUNG;
	else
		return false;
	return true;
}

static bool is_gated(const struct reclaim_rule *rule, const struct reclaim_reading *now,
		     const struct reclaim_state *state, struct reclaim_decision *d)
{
	if (exceeds(rule, d->mean_stall, d->mean_refaults))
		d->reason = RECLAIM_ABOVE_TARGET;
	else if (exceeds(rule, d->most_stall, d->most_refaults))
		d->reason = RECLAIM_UNSURE;
	else if (now->time < state->calm)
		d->reason = RECLAIM_SPIKE;
	else if (now->io > rule->io)
		d->reason = RECLAIM_IO;
	else if (now->cooling)
		d->reason = RECLAIM_COOLING;
	else
		return false;
	return true;
}

/* The step recovers while it reclaims */
static void recover(struct reclaim_state *state, double seconds)
{
	state->recovery += seconds / RECOVERY;
	if (state->recovery < 1)
		return;
	state->recovery = 0;
	if (state->penalties)
		state->penalties--;
}

/*
 * The bytes that are due in the interval: above the floor at the largest step, below it at the
 * halved one
 */
static double due(const struct reclaim_rule *rule, const struct reclaim_reading *now,
		  const struct reclaim_state *state, const struct reclaim_decision *d)
{
	double seconds = fmin(seconds_of(now), MOST_INTERVAL);
	double q = fmax(d->mean_stall / rule->stall, d->mean_refaults / rule->refaults);
	double most = now->current * rule->step * seconds;
	double bytes = ldexp(most, -(int)state->penalties) +
		       saturating_sub(now->current, state->floor);

	return fmin(bytes, most) * fmin(1, fmax(0, 2 * (1 - q)));
}

/* Pay off the debt; returns what is left of it, bytes */
static uint64_t pay(const struct reclaim_rule *rule, const struct reclaim_reading *now,
		    struct reclaim_state *state, const struct reclaim_decision *d)
{
	double most = ldexp(now->current * rule->step, -(int)state->penalties) *
		      (MOST_HOLD / NS_PER_S);

	if (state->credit >= 0)
		return 0;
	state->credit = fmin(fmax(state->credit, -most) + due(rule, now, state, d), 0);
	return -state->credit;
}

/* The request of which no more than SWAP_PART of "swap-out" is anonymous memory, bytes */
static double swappable(const struct reclaim_rule *rule, const struct reclaim_reading *now)
{
	double seconds = fmin(seconds_of(now), MOST_INTERVAL);

	return SWAP_PART * rule->swap_out * seconds * now->current /
	       saturating_sub(now->current, now->file);
}

static void reclaim(const struct reclaim_rule *rule, const struct reclaim_reading *now,
		    struct reclaim_state *state, struct reclaim_decision *d)
{
	uint64_t most = least(saturating_sub(now->current, rule->least), now->unprotected);
	bool spare = now->swap != RECLAIM_SWAP_NONE && now->time < state->spare;
	uint64_t batch = BATCH * now->page_size;
	double bytes;

	if (most < batch) {
		d->reason = RECLAIM_AT_LEAST;
		return;
	}
	if ((spare || now->swap == RECLAIM_SWAP_NONE) && now->file < batch) {
		d->reason = RECLAIM_NO_FILE;
		return;
	}
	d->reason = spare || now->swap == RECLAIM_SWAP_NONE ? RECLAIM_FILE : RECLAIM_ALL;
	d->swappiness = spare ? 0 : rule->swappiness;
	d->room = room_of(rule, now, d);
	if (d->reason == RECLAIM_FILE)
		most = least(most, now->file);
	bytes = fmin(due(rule, now, state, d), d->room);
	if (d->reason == RECLAIM_ALL && now->current > now->file)
		bytes = fmin(bytes, swappable(rule, now));
	if (!d->debt)
		state->credit = fmin(state->credit + bytes, most);
	recover(state, seconds_of(now));
	if (state->credit < batch)
		return;
	d->bytes = (uint64_t)state->credit / now->page_size * now->page_size;
	state->request = d->bytes;
	state->credit = 0;
	state->asked += d->bytes;
	state->unheeded++;
	if (state->floor > now->current)
		state->floor = now->current;
}

struct reclaim_decision reclaim_decide(const struct reclaim_rule *rule,
				       const struct reclaim_reading *now,
				       struct reclaim_state *state)
{
	struct reclaim_decision d = { .swappiness = rule->swappiness, .room = UINT64_MAX };

	if (!state->floor) {
		state->floor = now->current;
		state->penalties = SLOW_START;
	}
	measure(rule, now, state, &d);
	d.debt = pay(rule, now, state, &d);
	if (!is_refused(rule, now, &d) && !must_wait(rule, now, state, &d) &&
	    !is_gated(rule, now, state, &d))
		reclaim(rule, now, state, &d);
	prolong(rule, now, state, &d);
	d.floor = state->floor;
	d.step = ldexp(rule->step, -(int)state->penalties);
	d.wait = saturating_sub(state->until, now->time);
	return d;
}

static const char *const phrases[] = {
	[RECLAIM_IDLE] = "reclaims when the condition holds",
	[RECLAIM_SPARED] = "never reclaims from the root, init, headroomd, and the cgroups above them",
	[RECLAIM_MARKED] = "marked to be avoided or never to be harmed (oomd_avoid, oomd_omit): there is always another way than to reclaim from it",
	[RECLAIM_PROTECTED] = "another rule has raised its protection: not reclaiming what that covers",
	[RECLAIM_ABOVE_TARGET] = "a target was exceeded",
	[RECLAIM_PAUSE] = "above a target in one frame",
	[RECLAIM_RETURNED] = "too many of the reclaimed pages were read again: this is the working set",
	[RECLAIM_FUTILE] = "nothing was reclaimed of what was asked for: there is nothing to reclaim, the kernel cannot spare anonymous memory, or this is a dry run",
	[RECLAIM_UNSURE] = "too few stalls or tracked refaults to be sure that the targets are met",
	[RECLAIM_SPIKE] = "has just grown",
	[RECLAIM_AT_LEAST] = "has reached least=, memory.low or memory.min",
	[RECLAIM_NO_FILE] = "swap is short or fills fast, and there are no file pages left",
	[RECLAIM_COOLING] = "the cooldown has not passed",
};

static void explain_gate(char *buf, size_t size, const struct reclaim_rule *rule,
			 const struct reclaim_reading *now, const struct reclaim_decision *d)
{
	char bytes[32];

	switch (d->reason) {
	case RECLAIM_YOUNG:
		snprintf(buf, size, "seen for %.0f s only, of %.0f s", now->age / 1e9,
			 rule->age / 1e9);
		break;
	case RECLAIM_IO:
		snprintf(buf, size, "storage is busy: tasks wait for io %.1f %% of the time, of at most %g %%",
			 100 * now->io, 100 * rule->io);
		break;
	case RECLAIM_FILE:
	case RECLAIM_ALL:
		if (d->debt) {
			snprintf(buf, size, "the kernel has evicted %s more than it was asked for and is due",
				 journal_size(bytes, sizeof(bytes), d->debt));
			break;
		}
		snprintf(buf, size, "%s%s%s", d->bytes ? "reclaiming " :
			 "collecting what is due, too little for a request yet",
			 d->bytes ? journal_size(bytes, sizeof(bytes), d->bytes) : "",
			 d->reason == RECLAIM_ALL ? "" : now->swap == RECLAIM_SWAP_NONE ?
			 " of file pages, without swap" : " of file pages, as swap is short or fills fast");
		break;
	default:
		snprintf(buf, size, "%s", phrases[d->reason]);
	}
}

/* What the decision rests on, with the targets */
static int explain_evidence(char *buf, size_t size, const struct reclaim_rule *rule,
			    const struct reclaim_reading *now, const struct reclaim_decision *d)
{
	char current[32];

	return snprintf(buf, size, "; stalls %.2g %% (mean %.2g, at most %.2g, target %g), refaults %.0f/s (mean %.0f, at most %.0f, target %g), %.0f of %.0f reclaimed pages returned (target %g %%), current %s, step %.2g %%/s",
			100 * d->stall, 100 * d->mean_stall, 100 * d->most_stall,
			100 * rule->stall, d->refaults, d->mean_refaults, d->most_refaults,
			rule->refaults, d->returned, d->evicted, 100 * rule->returned,
			journal_size(current, sizeof(current), now->current), 100 * d->step);
}

const char *reclaim_explain(char *buf, size_t size, const struct reclaim_rule *rule,
			    const struct reclaim_reading *now,
			    const struct reclaim_decision *d)
{
	char gate[256], wait[32] = "", bytes[32];
	int n;

	explain_gate(gate, sizeof(gate), rule, now, d);
	if (d->wait)
		snprintf(wait, sizeof(wait), ", waiting %.0f s", d->wait / 1e9);
	n = snprintf(buf, size, "%s%s", gate, wait);
	if (n > 0 && (size_t)n < size)
		n += explain_evidence(buf + n, size - n, rule, now, d);
	if (n > 0 && (size_t)n < size)
		n += snprintf(buf + n, size - n, " below %s",
			      journal_size(bytes, sizeof(bytes), d->floor));
	if (d->room != UINT64_MAX && n > 0 && (size_t)n < size)
		snprintf(buf + n, size - n, ", the curve allows %s less",
			 journal_size(bytes, sizeof(bytes), d->room));
	return buf;
}
