// SPDX-License-Identifier: GPL-2.0
/*
 * The action throttle: hold back the evictor that blame names
 *
 * throttle.c has the model, evictors.c finds the evictors of a frame, and taken.c remembers them. Here
 * is what these read from frames, and which evictors are held back: at most two for each victim.
 *
 * What a rule demands of other cgroups is in the ledger, and survives a restart. So the first plan
 * for a victim takes over what the rule demands of each cgroup that could be its evictor. It does
 * not know for which victim that was; one that does not suffer gives it back after "idle". A
 * cgroup that was just created takes over nothing, or creating them would hold back a neighbour
 * forever.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "actions.h"
#include "field.h"
#include "mark.h"
#include "saturating.h"
#include "throttle.h"

/* The most evictors of a victim that are held back at the same time */
#define HOLDS	2
/* The share of its refaults that memory is to save, of which the victim is said to lack it */
#define SAVED	0.95

enum { OF, SHARE, RATE, BY, CPU, HIGH, WAIT, IDLE };

static const char *const reasons[] = {
	[THROTTLE_QUIET] = "quiet", [THROTTLE_NO_EVICTOR] = "no evictor",
	[THROTTLE_OWN_DEMAND] = "own demand", [THROTTLE_FEW] = "too few", [THROTTLE_MUTUAL] = "mutual",
	[THROTTLE_SPARED] = "spared", [THROTTLE_HOLD] = "hold",
	[THROTTLE_UNNAMED] = "hold, not named", [THROTTLE_RELEASE] = "release",
	[THROTTLE_COOLING] = "cooling", [THROTTLE_FLOOR] = "floor",
	[THROTTLE_RECLAIM] = "reclaim", [THROTTLE_CPU] = "limit cpu",
	[THROTTLE_FREEZE] = "freeze", [THROTTLE_HIGH] = "limit memory",
	[THROTTLE_BLIND] = "blind",
};

static const struct action_parameter parameters[] = {
	[OF] = { "of", .type = PARAMETER_CGROUPS,
		 .meaning = "cgroups that may be held back, each with all below it" },
	[SHARE] = ACTION_NUMBER("share", UNIT_SHARE, 0.1, 1, 0.5,
				"share of the pages evicted by others that an evictor must have taken"),
	[RATE] = ACTION_NUMBER("rate", UNIT_RATE, 0, 1e9, 20,
			       "pages that an evictor must have taken per second"),
	[BY] = { "by", .type = PARAMETER_WORD, .words = "cpu freeze reclaim",
		 .meaning = "what limits it if reclaim does not help" },
	[CPU] = ACTION_NUMBER("cpu", UNIT_SHARE, 0.01, 1, 0.1,
			      "what is left to it, of one CPU; or of the time, if it is frozen"),
	[HIGH] = ACTION_NUMBER("high", UNIT_SIZE, 0, 0x1p60, 0,
			       "smallest memory.high to set if nothing else helps; 0 to set none"),
	[WAIT] = ACTION_NUMBER("wait", UNIT_TIME, 1, 1e6, 5, "time that each step has to help"),
	[IDLE] = ACTION_NUMBER("idle", UNIT_TIME, 1, 1e6, 30,
			       "time without the condition after which it is released"),
	{ .name = NULL },
};

/**
 * struct memory - what the action remembers of a victim
 * @begun: the ledger was looked at
 * @suffered: time of the last frame in which the condition held or was unknown, ns
 * @held: time of the last frame in which it held, ns; 0 before the first
 * @calm: how long it has been false since then, ns
 * @taken: who took pages since it held first, for as long as it does now and then
 * @since: who took pages since the cgroup was well
 * @hold: what holds back its evictors
 * @frozen: of each, whether it is frozen since the last frame
 */
struct memory {
	bool begun;
	uint64_t suffered;
	uint64_t held;
	uint64_t calm;
	struct taken taken;
	struct taken since;
	struct throttle_hold hold[HOLDS];
	bool frozen[HOLDS];
};

/**
 * struct suspect - an evictor that blame names
 * @at: its index in the frame; FRAME_NONE if there is none
 * @loss: what happened to the victim, in the last seconds or since it was well
 * @share: what it took of that
 * @guilt: what blame says of it
 */
struct suspect {
	size_t at;
	const struct taken_loss *loss;
	const struct taken_share *share;
	struct throttle_guilt guilt;
};

/**
 * struct finding - what the last frames say about the victim
 * @blind: why nothing is known; NULL
 * @reason: why no evictor is named; meaningless if one is
 * @evictors: who took pages since the last frame
 * @taken: who took pages in the last seconds
 * @since: who took pages since the victim was well
 * @need: bytes that the victim lacks, by its refault distances
 * @named: the evictors that are named, the worst first; from the first one with FRAME_NONE on, none
 * @most: the one that took most
 * @relapse: the condition holds again, after some time
 */
struct finding {
	const char *blind;
	enum throttle_reason reason;
	struct evictors evictors;
	const struct taken *taken;
	const struct taken *since;
	uint64_t need;
	struct suspect named[HOLDS];
	struct suspect most;
	bool relapse;
};

static struct throttle_rule rule_of(const struct action_input *in)
{
	const struct action_value *p = in->parameter;

	return (struct throttle_rule){
		.share = p[SHARE].number, .rate = p[RATE].number, .by = p[BY].number, .cpu = p[CPU].number,
		.high = p[HIGH].number, .wait = p[WAIT].number * 1e9,
		.idle = p[IDLE].number * 1e9,
	};
}

/* --- who --- */

/* Whether it is never to be harmed, or that cannot be known */
static bool is_omitted(const struct view *view, const struct suspect *s)
{
	return mark_beside(view->now, s->at, view->cgroup) >= MARK_OMIT;
}

static bool is_avoided(const struct view *view, const struct suspect *s)
{
	return mark_beside(view->now, s->at, view->cgroup) == MARK_AVOID;
}

/* Whether @a is to be held back rather than @b: those marked to be avoided last */
static bool is_worse(const struct view *view, const struct suspect *a, const struct suspect *b)
{
	bool avoid_a, avoid_b;

	if (b->at == FRAME_NONE)
		return true;
	avoid_a = is_avoided(view, a);
	avoid_b = is_avoided(view, b);
	return avoid_a == avoid_b ? a->guilt.low > b->guilt.low : avoid_b;
}

static void add_suspect(const struct view *view, struct finding *f, const struct suspect *suspect)
{
	struct suspect s = *suspect;

	for (size_t i = 0; i < HOLDS; i++)
		if (is_worse(view, &s, &f->named[i])) {
			struct suspect moved = f->named[i];

			f->named[i] = s;
			s = moved;
			if (s.at == FRAME_NONE)
				return;
		}
}

/* The suspect that a cgroup is; NULL if it is none */
static const struct suspect *suspect_of(const struct finding *f, size_t at)
{
	for (size_t i = 0; i < HOLDS && f->named[i].at != FRAME_NONE; i++)
		if (f->named[i].at == at)
			return &f->named[i];
	return NULL;
}

static bool is_own_demand(const struct taken_loss *loss)
{
	return loss->own > loss->outside;
}

/* Why no evictor is named */
static enum throttle_reason excuse(const struct view *view, const struct finding *f)
{
	static const enum throttle_reason reasons_of[] = {
		[THROTTLE_SURE] = THROTTLE_SPARED, [THROTTLE_SMALL_SHARE] = THROTTLE_NO_EVICTOR,
		[THROTTLE_GAVE_BACK] = THROTTLE_MUTUAL, [THROTTLE_SLOW] = THROTTLE_FEW,
		[THROTTLE_BESIDE] = THROTTLE_FEW,
	};

	if (is_own_demand(&f->taken->loss))
		return THROTTLE_OWN_DEMAND;
	if (f->most.at == FRAME_NONE || (f->most.guilt.doubt == THROTTLE_SURE &&
					 !is_omitted(view, &f->most)))
		return THROTTLE_NO_EVICTOR;
	return reasons_of[f->most.guilt.doubt];
}

/* Add one that passes the tests, unless it is named already */
static void judge(const struct action_input *in, const struct throttle_rule *rule,
		  const struct taken *taken, size_t i, struct finding *f)
{
	const struct taken_share *share = &taken->evictor[i].share;
	struct suspect s = {
		.at = frame_find(in->view->now, taken->evictor[i].id), .loss = &taken->loss,
		.share = share,
		.guilt = throttle_judge(rule, &taken->loss, share, in->view->now->sample_shift),
	};

	if (s.at == FRAME_NONE || suspect_of(f, s.at))
		return;
	if (taken == f->taken && (f->most.at == FRAME_NONE || share->taken > f->most.share->taken))
		f->most = s;
	if (s.guilt.doubt == THROTTLE_SURE && !is_own_demand(&taken->loss) &&
	    !is_omitted(in->view, &s))
		add_suspect(in->view, f, &s);
}

/* What the victim lacks, by the distances of its refaults since the last frame */
static uint64_t need_of(const struct view *view)
{
	const struct headroom_stats *now, *before;
	struct headroom_stats delta;
	struct headroom_extra extra;
	struct headroom_pool pool;

	/* If memory is short, nothing is asked for in this round */
	if (view_sampled_stats(view, &now, &before) || headroom_stats_delta(now, before, &delta))
		return 0;
	pool = headroom_pool_of(&delta, NULL, now->evictions, view->now->sample_shift);
	headroom_extra_memory(&pool, SAVED, &extra);
	headroom_stats_clear(&delta);
	return saturating_whole(extra.low * view->now->page_size);
}

/* Bytes that the victim lacks of what an evictor took since the victim was well */
static uint64_t lacks(const struct view *view, const struct finding *f, uint64_t id)
{
	const struct taken_share *share = taken_share(f->since, id);
	struct throttle_debt debt;
	double lost;

	if (!share)
		return 0;
	debt = throttle_debt_of(share, view->now->sample_shift);
	lost = debt.lost * view->now->page_size;
	/* What was not read again proves nothing */
	return !(debt.returned > 0) ? 0 : lost < f->need ? lost : f->need;
}

static void find_evictors(const struct action_input *in, const struct throttle_rule *rule,
			  struct finding *f)
{
	for (size_t i = 0; i < f->taken->nr; i++)
		judge(in, rule, f->taken, i, f);
	f->need = f->since->nr ? need_of(in->view) : 0;
	for (size_t i = 0; i < f->since->nr; i++)
		if (lacks(in->view, f, f->since->evictor[i].id))
			judge(in, rule, f->since, i, f);
	f->reason = excuse(in->view, f);
}

/* Whether the condition has held, and not been false for the time "wait" since */
static bool is_unwell(const struct throttle_rule *rule, const struct memory *memory)
{
	return memory->held && memory->calm < rule->wait;
}

/*
 * What was evicted counts while the victim suffers now and then, and from that time on. Before that,
 * evictions that could not name anyone are not looked at.
 */
static const char *remember(const struct action_input *in, const struct throttle_rule *rule,
			    struct memory *memory, struct evictors *evictors)
{
	const struct view *view = in->view;
	bool suffers = in->when == TRUE ||
		(memory->held && view->now->time.monotonic - memory->held <= rule->idle);
	const char *why;

	*evictors = (struct evictors){};
	if (!view->before || !suffers)
		memory->taken = (struct taken){};
	if (!view->before)
		memory->since = (struct taken){};
	why = evictors_read(view, &in->parameter[OF].cgroups,
			    suffers ? 1 : 1 + rule->rate * view->seconds, evictors);
	if (why)
		return why;
	if (suffers)
		taken_add(&memory->taken, view->now, evictors, view->seconds, false);
	taken_add(&memory->since, view->now, evictors, view->seconds, is_unwell(rule, memory));
	return NULL;
}

/* Whether the condition holds again after it has not for long enough to say that a step has helped */
static bool has_relapsed(const struct action_input *in, const struct throttle_rule *rule,
			 struct memory *memory)
{
	uint64_t calm = memory->calm;

	if (in->when == FALSE)
		memory->calm += in->view->seconds * 1e9;
	if (in->when != TRUE)
		return false;
	memory->calm = 0;
	memory->held = in->view->now->time.monotonic;
	/* Frames that are as long as "wait" must not make each of them seem a relapse */
	return calm >= rule->wait && calm >= 2 * in->interval;
}

static void look(const struct action_input *in, const struct throttle_rule *rule,
		 struct memory *memory, struct finding *f)
{
	*f = (struct finding){
		.reason = THROTTLE_QUIET, .most.at = FRAME_NONE, .taken = &memory->taken,
		.since = &memory->since,
	};
	for (size_t i = 0; i < HOLDS; i++)
		f->named[i].at = FRAME_NONE;
	f->relapse = has_relapsed(in, rule, memory);
	f->blind = remember(in, rule, memory, &f->evictors);
	if (in->when == UNKNOWN)
		f->blind = "the condition is unknown";
	else if (in->when == TRUE && !f->blind)
		find_evictors(in, rule, f);
}

/* --- what holds them back --- */

static struct throttle_hold *find_hold(struct memory *memory, uint64_t id)
{
	for (size_t i = 0; i < HOLDS; i++)
		if (memory->hold[i].id == id)
			return &memory->hold[i];
	return NULL;
}

/* Take over what the rule demanded before a restart, or before a reload */
static void adopt(const struct action_input *in, struct memory *memory)
{
	const struct view *view = in->view;
	const struct pattern *of = &in->parameter[OF].cgroups;
	struct throttle_hold *hold;

	for (size_t i = 0; i < view->now->nr && (hold = find_hold(memory, 0)); i++) {
		struct throttle_hold found = {
			.id = view->now->cgroup[i].id,
			.quota = action_demanded(in, i, KNOB_CPU_MAX),
			.freeze = action_demanded(in, i, KNOB_FREEZE) ? 1 : 0,
			.high = action_demanded(in, i, KNOB_MEMORY_HIGH),
			.changed = view->now->time.monotonic,
		};

		if ((found.quota || found.freeze || found.high) &&
		    evictors_level(view->now, view->cgroup, of, i) == i)
			*hold = found;
	}
}

/*
 * Forget evictors that were removed, and those that something else has changed: that wins, and if
 * they are named again, all begins again.
 */
static void forget(const struct action_input *in, struct memory *memory)
{
	for (size_t i = 0; i < HOLDS; i++) {
		struct throttle_hold *hold = &memory->hold[i];
		size_t at = hold->id ? frame_find(in->view->now, hold->id) : FRAME_NONE;

		if (at == FRAME_NONE ||
		    (hold->quota && !action_demanded(in, at, KNOB_CPU_MAX)) ||
		    (hold->high && !action_demanded(in, at, KNOB_MEMORY_HIGH)) ||
		    (memory->frozen[i] && !action_demanded(in, at, KNOB_FREEZE))) {
			*hold = (struct throttle_hold){};
			memory->frozen[i] = false;
		}
	}
}

/* Slots for evictors that are named and not held back yet */
static void add_holds(const struct view *view, struct memory *memory, const struct finding *f)
{
	for (size_t i = 0; i < HOLDS && f->named[i].at != FRAME_NONE; i++) {
		uint64_t id = view->now->cgroup[f->named[i].at].id;
		struct throttle_hold *hold = find_hold(memory, id);

		/* One that is to be avoided comes after all others */
		if (!hold && i && is_avoided(view, &f->named[i]))
			continue;
		if (!hold)
			hold = find_hold(memory, 0);
		if (hold)
			hold->id = id;
	}
}

/* --- readings --- */

/* CPU time that a cgroup used between the frames, us in each @period */
static uint64_t cpu_used(const struct view *view, size_t at, uint64_t period)
{
	size_t before = view->before ? frame_find(view->before, view->now->cgroup[at].id) :
		FRAME_NONE;
	uint64_t now, then;

	if (before == FRAME_NONE ||
	    !field_key(frame_text(view->now, at, FRAME_CPU_STAT), "usage_usec", &now) ||
	    !field_key(frame_text(view->before, before, FRAME_CPU_STAT), "usage_usec", &then) ||
	    now < then)
		return FIELD_MAX;
	return (now - then) / (view->seconds * 1e6) * period;
}

static void read_files(const struct action_input *in, size_t at, struct throttle_reading *now)
{
	const struct view *view = in->view;
	const struct frame *frame = view->now;
	uint64_t value, low = 0, min = 0, limit;

	if (!field_number(frame_text(frame, at, FRAME_MEMORY_CURRENT), &now->current))
		now->current = 0;
	field_number(frame_text(frame, at, FRAME_MEMORY_LOW), &low);
	field_number(frame_text(frame, at, FRAME_MEMORY_MIN), &min);
	now->protection = low > min ? low : min;
	now->has_cpu = action_knob(in, at, KNOB_CPU_MAX, &value, &now->cpu_max) &&
		field_column(frame_text(frame, at, FRAME_CPU_MAX), 1, &now->period);
	now->used = now->has_cpu ? cpu_used(view, at, now->period) : FIELD_MAX;
	now->joined = action_demanded(in, at, KNOB_CPU_MAX);
	now->has_freeze = action_knob(in, at, KNOB_FREEZE, &value, &limit);
	now->has_high = action_knob(in, at, KNOB_MEMORY_HIGH, &value, &now->memory_high);
	now->victim_limit = FIELD_MAX;
	if (field_number(view_text(view, FRAME_MEMORY_MAX), &limit))
		now->victim_limit = limit;
	if (field_number(view_text(view, FRAME_MEMORY_HIGH), &limit) && limit < now->victim_limit)
		now->victim_limit = limit;
}

/* Add to what it took since its last step; returns whether that names it */
static bool takes(const struct view *view, const struct finding *f, const struct throttle_rule *rule,
		  struct throttle_hold *hold, size_t at)
{
	if (f->blind)
		return false;
	taken_add_loss(&hold->loss, &f->evictors, view->seconds);
	taken_add_share(&hold->share, &f->evictors, at, view->seconds);
	return throttle_judge(rule, &hold->loss, &hold->share,
			      view->now->sample_shift).doubt == THROTTLE_SURE;
}

/* Pages that were evicted from a cgroup between the frames */
static uint64_t evicted_from(const struct view *view, size_t at)
{
	const struct headroom_stats *now, *before;
	struct view of = *view;

	of.cgroup = at;
	of.cgroup_before = view->before ?
		frame_find(view->before, view->now->cgroup[at].id) : FRAME_NONE;
	return view_stats(&of, &now, &before) ? 0 : now->evictions - before->evictions;
}

/* What it took and what it owes, if it is named */
static void read_debt(const struct view *view, const struct finding *f, uint64_t id, size_t at,
		      struct throttle_reading *now)
{
	const struct taken_share *taken = taken_share(f->taken, id);
	const struct taken_share *since = taken_share(f->since, id);
	uint64_t page_size = view->now->page_size;

	now->evicted = page_size * evicted_from(view, at);
	if (!now->named)
		return;
	if (taken)
		now->taken = taken->taken / f->taken->loss.seconds * view->seconds * page_size;
	now->lacks = lacks(view, f, id);
	if (since)
		now->returned = page_size *
			throttle_debt_of(since, view->now->sample_shift).returned;
}

static struct throttle_reading read_now(const struct action_input *in, const struct finding *f,
					const struct throttle_rule *rule,
					const struct memory *memory,
					struct throttle_hold *hold, size_t at)
{
	const struct suspect *s = suspect_of(f, at);
	uint64_t time = in->view->now->time.monotonic;
	struct throttle_reading now = {
		.time = time, .interval = in->view->seconds * 1e9, .blind = f->blind,
		.suffers = in->when == TRUE, .named = s, .cooling = in->cooling,
		.relapse = f->relapse,
		.takes = takes(in->view, f, rule, hold, at),
	};

	read_debt(in->view, f, hold->id, at, &now);
	now.released = time - memory->suffered >= rule->idle ||
		(!s && f->named[0].at != FRAME_NONE && time - hold->named >= rule->idle);
	read_files(in, at, &now);
	now.blind |= (hold->quota && !now.has_cpu) || (hold->freeze && !now.has_freeze) ||
		     (hold->high && !now.has_high);
	return now;
}

/* --- the plan --- */

static void demand(struct action_plan *plan, size_t at, const struct throttle_decision *d)
{
	if (d->hold.quota)
		action_demand(plan, at, KNOB_CPU_MAX, d->hold.quota);
	if (d->frozen)
		action_demand(plan, at, KNOB_FREEZE, 1);
	if (d->hold.high)
		action_demand(plan, at, KNOB_MEMORY_HIGH, d->hold.high);
	if (d->reclaim)
		plan->deed[plan->nr++] = (struct deed){
			.kind = DEED_RECLAIM, .cgroup = at, .value = d->reclaim, .swappiness = -1,
		};
}

__attribute__((format(printf, 2, 3)))
static void explain(struct action_plan *plan, const char *format, ...)
{
	size_t n = strlen(plan->why);
	va_list args;

	va_start(args, format);
	vsnprintf(plan->why + n, sizeof(plan->why) - n, format, args);
	va_end(args);
}

/* What it took of what others evicted */
static void explain_share(const struct finding *f, const struct suspect *s, struct action_plan *plan)
{
	const struct taken_loss *loss = s->loss;

	explain(plan, "it took %.0f %%, %.0f to %.0f %%, of the %.0f ",
		100 * s->share->taken / loss->outside, 100 * s->guilt.low, 100 * s->guilt.high,
		loss == &f->since->loss ? loss->outside : loss->outside / loss->seconds);
	explain(plan, loss == &f->since->loss ?
		"pages that others evicted since the cgroup was well" :
		"pages/s that others evicted");
}

static void explain_most(const struct action_input *in, const struct throttle_rule *rule,
			 const struct finding *f, struct action_plan *plan)
{
	const struct taken_loss *loss = &f->taken->loss;
	const struct suspect *s = &f->most;

	if (s->at == FRAME_NONE) {
		explain(plan, "no cgroup that may be held back took any of the %.0f pages/s that others evicted",
			loss->seconds > 0 ? loss->outside / loss->seconds : 0);
		return;
	}
	explain(plan, "most was taken by %s: ", in->view->now->cgroup[s->at].path);
	explain_share(f, s, plan);
	if (f->reason == THROTTLE_SPARED)
		explain(plan, ", but it is marked never to be harmed");
	else if (s->guilt.doubt == THROTTLE_GAVE_BACK)
		explain(plan, ", but it reads about as many again that the cgroup took from it: both are short of memory");
	else if (s->guilt.doubt == THROTTLE_SLOW)
		explain(plan, ", but with at least %.0f pages/s that is less than rate=%g/s",
			s->guilt.rate, rule->rate);
	else if (s->guilt.doubt == THROTTLE_BESIDE)
		explain(plan, ", but with at least %.0f pages/s few of what the cgroup reads again: %.0f/s, of them %.0f/s that others evicted",
			s->guilt.rate, loss->refaults / loss->seconds,
			loss->returned / loss->seconds);
	else
		explain(plan, ", which is less than share=%g %%", 100 * rule->share);
}

static void explain_none(const struct action_input *in, const struct throttle_rule *rule,
			 const struct finding *f, struct action_plan *plan)
{
	const struct taken_loss *loss = &f->taken->loss;

	if (f->blind) {
		explain(plan, "%s", f->blind);
		return;
	}
	if (f->reason == THROTTLE_QUIET) {
		explain(plan, "nothing is held back");
		return;
	}
	explain(plan, "no evictor is named: ");
	if (f->reason == THROTTLE_OWN_DEMAND)
		explain(plan, "%.0f pages/s were evicted for its own demand or limits, and %.0f/s for that of others: holding these back would not help",
			loss->own / loss->seconds, loss->outside / loss->seconds);
	else
		explain_most(in, rule, f, plan);
}

/* Why the one that is held back is not named any more */
static void explain_rest(const struct action_input *in, const struct throttle_rule *rule,
			 const struct finding *f, struct action_plan *plan)
{
	if (f->blind) {
		explain(plan, " (%s)", f->blind);
	} else if (in->when == TRUE && f->named[0].at == FRAME_NONE) {
		explain(plan, " (no further step: ");
		explain_none(in, rule, f, plan);
		explain(plan, ")");
	}
}

static void explain_hold(const struct action_input *in, const struct throttle_rule *rule,
			 const struct finding *f, size_t at, const struct throttle_reading *now,
			 const struct throttle_hold *before, const struct throttle_decision *d,
			 struct action_plan *plan)
{
	const struct suspect *s = suspect_of(f, at);
	char text[256];

	throttle_explain(text, sizeof(text), rule, in->view->now->cgroup[at].path, now, before, d);
	explain(plan, "%s%s", *plan->why ? "; " : "", text);
	if (!s) {
		explain_rest(in, rule, f, plan);
		return;
	}
	explain(plan, " (");
	explain_share(f, s, plan);
	explain(plan, ")");
}

static void run_hold(const struct action_input *in, const struct throttle_rule *rule,
		     const struct finding *f, struct memory *memory, size_t i,
		     struct action_plan *plan)
{
	struct throttle_hold *hold = &memory->hold[i];
	size_t at = frame_find(in->view->now, hold->id);
	struct throttle_reading now = read_now(in, f, rule, memory, hold, at);
	struct throttle_decision d = throttle_decide(rule, &now, hold);

	demand(plan, at, &d);
	if ((int)d.reason > plan->reason)
		plan->reason = d.reason;
	plan->acts |= d.acts;
	if (in->explain)
		explain_hold(in, rule, f, at, &now, hold, &d, plan);
	memory->frozen[i] = d.frozen;
	*hold = d.hold.id ? d.hold : (struct throttle_hold){};
}

static void plan(const struct action_input *in, void *state, struct action_plan *plan)
{
	const struct throttle_rule rule = rule_of(in);
	uint64_t time = in->view->now->time.monotonic;
	struct memory *memory = state;
	struct finding f;

	look(in, &rule, memory, &f);
	if (!memory->begun && !in->view->born)
		adopt(in, memory);
	else
		forget(in, memory);
	/* Time without readings is not idle time */
	if (!memory->begun || in->when != FALSE || f.blind)
		memory->suffered = time;
	memory->begun = true;
	add_holds(in->view, memory, &f);
	plan->reason = f.blind ? THROTTLE_BLIND : f.reason;
	for (size_t i = 0; i < HOLDS; i++)
		if (memory->hold[i].id)
			run_hold(in, &rule, &f, memory, i, plan);
	if (in->explain && !*plan->why)
		explain_none(in, &rule, &f, plan);
}

const struct action action_throttle = {
	.name = "throttle",
	.meaning = "hold back the cgroup that took this one's pages, until it has recovered",
	.knob = KNOBS,
	.parameter = parameters,
	.reasons = reasons,
	.wish = {
		.files = FRAME_BIT(FRAME_MEMORY_MAX) | FRAME_BIT(FRAME_MEMORY_HIGH) |
			 FRAME_BIT(FRAME_MARKS),
		.host_files = FRAME_BIT(FRAME_SELF) | FRAME_BIT(FRAME_MEMINFO),
		.stats = true, .histograms = true, .blame = true,
	},
	.target_files = FRAME_BIT(FRAME_MEMORY_CURRENT) | FRAME_BIT(FRAME_MEMORY_LOW) |
			FRAME_BIT(FRAME_MEMORY_MIN) | FRAME_BIT(FRAME_MEMORY_HIGH) |
			FRAME_BIT(FRAME_CPU_MAX) | FRAME_BIT(FRAME_CPU_STAT) |
			FRAME_BIT(FRAME_FREEZE) | FRAME_BIT(FRAME_MARKS),
	.beside = true,
	.state_size = sizeof(struct memory),
	.plan = plan,
};
