// SPDX-License-Identifier: GPL-2.0
/*
 * The action throttle: hold back the evictor that blame names
 *
 * throttle.c has the model, and evictors.c finds the evictors. Here is what both read from frames,
 * and which evictors are held back: at most two for each victim.
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
#include "throttle.h"

/* The most evictors of a victim that are held back at the same time */
#define HOLDS	2

enum { OF, SHARE, BY, CPU, HIGH, WAIT, IDLE };

static const char *const reasons[] = {
	[THROTTLE_QUIET] = "quiet", [THROTTLE_NO_EVICTOR] = "no evictor",
	[THROTTLE_OWN_DEMAND] = "own demand", [THROTTLE_MUTUAL] = "mutual",
	[THROTTLE_SPARED] = "spared", [THROTTLE_HOLD] = "hold", [THROTTLE_RELEASE] = "release",
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
 * @hold: what holds back its evictors
 * @frozen: of each, whether it is frozen since the last frame
 */
struct memory {
	bool begun;
	uint64_t suffered;
	struct throttle_hold hold[HOLDS];
	bool frozen[HOLDS];
};

/**
 * struct suspect - an evictor that blame names
 * @nr: its index in the list of evictors; EVICTORS if there is none
 * @guilt: what blame says of it
 */
struct suspect {
	size_t nr;
	struct throttle_guilt guilt;
};

/**
 * struct finding - what a frame says about the victim
 * @blind: why nothing is known; NULL
 * @reason: why no evictor is named; meaningless if one is
 * @evictors: who took pages, if the condition holds
 * @named: the evictors that are named, the worst first; from the first one with EVICTORS on, none
 * @most: the one that took most
 */
struct finding {
	const char *blind;
	enum throttle_reason reason;
	struct evictors evictors;
	struct suspect named[HOLDS];
	struct suspect most;
};

static struct throttle_rule rule_of(const struct action_input *in)
{
	const struct action_value *p = in->parameter;

	return (struct throttle_rule){
		.share = p[SHARE].number, .by = p[BY].number, .cpu = p[CPU].number,
		.high = p[HIGH].number, .wait = p[WAIT].number * 1e9,
		.idle = p[IDLE].number * 1e9,
	};
}

/* --- who --- */

static enum mark mark_of_evictor(const struct view *view, const struct evictors *evictors, size_t nr)
{
	return mark_beside(view->now, evictors->evictor[nr].cgroup, view->cgroup);
}

/* Whether it is never to be harmed, or that cannot be known */
static bool is_omitted(const struct view *view, const struct evictors *evictors, size_t nr)
{
	return mark_of_evictor(view, evictors, nr) >= MARK_OMIT;
}

/* Whether @a is to be held back rather than @b: those marked to be avoided last */
static bool is_worse(const struct view *view, const struct evictors *evictors,
		     const struct suspect *a, const struct suspect *b)
{
	bool avoid_a, avoid_b;

	if (b->nr == EVICTORS)
		return true;
	avoid_a = mark_of_evictor(view, evictors, a->nr) == MARK_AVOID;
	avoid_b = mark_of_evictor(view, evictors, b->nr) == MARK_AVOID;
	return avoid_a == avoid_b ? a->guilt.low > b->guilt.low : avoid_b;
}

static void add_suspect(const struct view *view, struct finding *f, const struct suspect *suspect)
{
	struct suspect s = *suspect;

	for (size_t i = 0; i < HOLDS; i++)
		if (is_worse(view, &f->evictors, &s, &f->named[i])) {
			struct suspect moved = f->named[i];

			f->named[i] = s;
			s = moved;
			if (s.nr == EVICTORS)
				return;
		}
}

/* Why no evictor is named */
static enum throttle_reason excuse(const struct throttle_rule *rule, const struct view *view,
				   const struct finding *f)
{
	const struct evictor *e = &f->evictors.evictor[f->most.nr];

	if (f->evictors.own > f->evictors.outside)
		return THROTTLE_OWN_DEMAND;
	if (f->most.nr == EVICTORS)
		return THROTTLE_NO_EVICTOR;
	if (f->most.guilt.named && is_omitted(view, &f->evictors, f->most.nr))
		return THROTTLE_SPARED;
	return e->taken >= rule->share * f->evictors.outside && e->back ? THROTTLE_MUTUAL :
		THROTTLE_NO_EVICTOR;
}

static void find_evictors(const struct action_input *in, const struct throttle_rule *rule,
			  struct finding *f)
{
	uint64_t most = 0;

	f->blind = evictors_read(in->view, &in->parameter[OF].cgroups, &f->evictors);
	for (size_t i = 0; i < f->evictors.nr; i++) {
		struct suspect s = { i, throttle_judge(rule, &f->evictors, i) };

		if (f->evictors.evictor[i].taken > most) {
			most = f->evictors.evictor[i].taken;
			f->most = s;
		}
		if (s.guilt.named && f->evictors.own <= f->evictors.outside &&
		    !is_omitted(in->view, &f->evictors, i))
			add_suspect(in->view, f, &s);
	}
	f->reason = excuse(rule, in->view, f);
}

static void look(const struct action_input *in, const struct throttle_rule *rule, struct finding *f)
{
	const struct headroom_stats *now, *before;

	*f = (struct finding){ .reason = THROTTLE_QUIET, .most.nr = EVICTORS };
	for (size_t i = 0; i < HOLDS; i++)
		f->named[i].nr = EVICTORS;
	if (in->when == UNKNOWN)
		f->blind = "the condition is unknown";
	else if (in->when == FALSE)
		f->blind = view_stats(in->view, &now, &before);
	else
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
	for (size_t i = 0; i < HOLDS && f->named[i].nr < EVICTORS; i++) {
		size_t nr = f->named[i].nr;
		uint64_t id = view->now->cgroup[f->evictors.evictor[nr].cgroup].id;
		struct throttle_hold *hold = find_hold(memory, id);

		/* One that is to be avoided comes after all others */
		if (!hold && i && mark_of_evictor(view, &f->evictors, nr) == MARK_AVOID)
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

/* The suspect that a cgroup is; NULL if it is none */
static const struct suspect *suspect_of(const struct finding *f, size_t at)
{
	for (size_t i = 0; i < HOLDS && f->named[i].nr < EVICTORS; i++)
		if (f->evictors.evictor[f->named[i].nr].cgroup == at)
			return &f->named[i];
	return NULL;
}

static struct throttle_reading read_now(const struct action_input *in, const struct finding *f,
					const struct throttle_rule *rule,
					const struct memory *memory,
					const struct throttle_hold *hold, size_t at)
{
	const struct suspect *s = suspect_of(f, at);
	uint64_t time = in->view->now->time.monotonic;
	struct throttle_reading now = {
		.time = time, .blind = f->blind, .named = s, .cooling = in->cooling,
	};

	if (s)
		now.taken = f->evictors.evictor[s->nr].taken * in->view->now->page_size;
	now.released = time - memory->suffered >= rule->idle ||
		(!s && f->named[0].nr < EVICTORS && time - hold->named >= rule->idle);
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

static void explain_most(const struct action_input *in, const struct finding *f,
			 struct action_plan *plan)
{
	const struct evictor *e = &f->evictors.evictor[f->most.nr];
	static const char *const why_not[] = {
		[THROTTLE_NO_EVICTOR] = ", which is less than share=",
		[THROTTLE_MUTUAL] = ", but the cgroup took about as many from it: both are short of memory",
		[THROTTLE_SPARED] = ", but it is marked never to be harmed",
	};

	if (f->most.nr == EVICTORS)
		explain(plan, "no cgroup that may be held back took any of the %" PRIu64
			" pages that others evicted", f->evictors.outside);
	else
		explain(plan, "%s took %.0f %% (%.0f to %.0f %%) of the %" PRIu64
			" pages that others evicted%s", in->view->now->cgroup[e->cgroup].path,
			100.0 * e->taken / f->evictors.outside, 100 * f->most.guilt.low,
			100 * f->most.guilt.high, f->evictors.outside, why_not[f->reason]);
}

static void explain_none(const struct action_input *in, const struct finding *f,
			 struct action_plan *plan)
{
	if (f->blind)
		explain(plan, "%s", f->blind);
	else if (f->reason == THROTTLE_QUIET)
		explain(plan, "nothing is held back");
	else if (f->reason == THROTTLE_OWN_DEMAND)
		explain(plan, "%" PRIu64 " pages were evicted for its own demand or limits, and %" PRIu64
			" for that of others: holding these back would not help", f->evictors.own,
			f->evictors.outside);
	else
		explain_most(in, f, plan);
}

/* Why the one that is held back is not named any more */
static void explain_rest(const struct action_input *in, const struct finding *f,
			 struct action_plan *plan)
{
	if (f->blind) {
		explain(plan, " (%s)", f->blind);
	} else if (in->when == TRUE && f->named[0].nr == EVICTORS) {
		explain(plan, " (no further step: ");
		explain_none(in, f, plan);
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
	if (s)
		explain(plan, " (it took %.0f %%, %.0f to %.0f %%, of the %" PRIu64
			" pages that others evicted)",
			100.0 * f->evictors.evictor[s->nr].taken / f->evictors.outside,
			100 * s->guilt.low, 100 * s->guilt.high, f->evictors.outside);
	else
		explain_rest(in, f, plan);
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

	look(in, &rule, &f);
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
		explain_none(in, &f, plan);
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
		.host_files = FRAME_BIT(FRAME_SELF),
		.stats = true, .blame = true,
	},
	.target_files = FRAME_BIT(FRAME_MEMORY_CURRENT) | FRAME_BIT(FRAME_MEMORY_LOW) |
			FRAME_BIT(FRAME_MEMORY_MIN) | FRAME_BIT(FRAME_MEMORY_HIGH) |
			FRAME_BIT(FRAME_CPU_MAX) | FRAME_BIT(FRAME_CPU_STAT) |
			FRAME_BIT(FRAME_FREEZE) | FRAME_BIT(FRAME_MARKS),
	.beside = true,
	.state_size = sizeof(struct memory),
	.plan = plan,
};
