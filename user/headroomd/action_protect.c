// SPDX-License-Identifier: GPL-2.0
/*
 * The action protect: memory.low and memory.min from refault distances
 *
 * protect.c has the model. Here is what it reads from frames.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "actions.h"
#include "protect.h"
#include "saturating.h"
#include "field.h"

enum { MAX, SHARE, RATE, IDLE, MIN };

static const char *const reasons[] = {
	[PROTECT_QUIET] = "quiet", [PROTECT_HOLDING] = "hold", [PROTECT_OWN_LIMIT] = "own limit",
	[PROTECT_UNHEEDED] = "unheeded", [PROTECT_RAISE_MIN] = "raise min",
	[PROTECT_AT_MIN] = "at min", [PROTECT_AT_MAX] = "at max",
	[PROTECT_ENOUGH] = "enough", [PROTECT_OVER_BUDGET] = "over budget",
	[PROTECT_RAISE] = "raise", [PROTECT_FEW_SAMPLES] = "few samples",
	[PROTECT_GIVE_BACK] = "give back", [PROTECT_COOLING] = "cooling",
	[PROTECT_BLIND] = "blind",
};

static const struct action_parameter parameters[] = {
	[MAX] = ACTION_NUMBER("max", UNIT_SIZE, 1 << 20, 0x1p60, 0, "upper bound of memory.low"),
	[SHARE] = ACTION_NUMBER("share", UNIT_SHARE, 0.01, 1, 0.95,
				"share of the refaults that the protection is to prevent"),
	[RATE] = ACTION_NUMBER("rate", UNIT_RATE, 0.01, 1e9, 20,
			       "refaults from others' reclaim above which it acts, and below which it is idle"),
	[IDLE] = ACTION_NUMBER("idle", UNIT_TIME, 1, 1e6, 60,
			       "time without refaults and evictions after which it is given back"),
	[MIN] = ACTION_NUMBER("min", UNIT_SIZE, 0, 0x1p60, 0,
			      "upper bound of memory.min, which is raised if the kernel does not heed memory.low"),
	{ .name = NULL },
};

/**
 * struct memory - what the action remembers of a cgroup
 * @active: time of the last frame in which the cgroup was active, ns; 0 before the first
 * @gave: time of the last frame in which it gave back, ns; 0 before the first
 * @breached: time of the last frame before which the kernel reclaimed below memory.low, ns; 0 if
 *	there is none since memory.min was raised
 */
struct memory {
	uint64_t active;
	uint64_t gave;
	uint64_t breached;
};

/* Whether the files of a frame have all that the model reads */
struct files {
	uint64_t current;
	uint64_t limit;
	uint64_t limit_hits;
	uint64_t breaches;
};

static bool read_files(const struct frame *frame, size_t i, struct files *files)
{
	const char *events = frame_text(frame, i, FRAME_MEMORY_EVENTS_LOCAL);
	uint64_t high, max_hits, high_hits;

	if (!field_number(frame_text(frame, i, FRAME_MEMORY_CURRENT), &files->current) ||
	    !field_number(frame_text(frame, i, FRAME_MEMORY_MAX), &files->limit) ||
	    !field_number(frame_text(frame, i, FRAME_MEMORY_HIGH), &high) ||
	    !field_key(events, "max", &max_hits) || !field_key(events, "high", &high_hits) ||
	    !field_key(events, "low", &files->breaches))
		return false;
	if (high < files->limit)
		files->limit = high;
	files->limit_hits = max_hits + high_hits;
	return true;
}

/* What the rule demands of memory.min; 0 if nothing */
static uint64_t min_demanded(const struct action_input *in)
{
	return action_demanded(in, in->view->cgroup, KNOB_MEMORY_MIN);
}

/* Keep what the rule has */
static void hold(const struct action_input *in, struct action_plan *plan, int reason)
{
	uint64_t min = min_demanded(in);

	plan->reason = reason;
	if (in->demand)
		action_demand(plan, in->view->cgroup, KNOB_MEMORY_LOW, in->demand);
	if (min)
		action_demand(plan, in->view->cgroup, KNOB_MEMORY_MIN, min);
}

/* Frames may come early: they must not speed up what is given back a quarter at a time */
static bool gives_back_now(const struct action_input *in, struct memory *memory)
{
	uint64_t time = in->view->now->time.monotonic;

	if (memory->gave && time - memory->gave < in->interval)
		return false;
	memory->gave = time;
	return true;
}

/* Without the file, or in a frame that lacks it, the rule can raise no memory.min */
static void read_min(const struct action_input *in, struct protect_rule *rule,
		     struct protect_reading *reading)
{
	uint64_t demand = min_demanded(in);

	if (!action_knob(in, in->view->cgroup, KNOB_MEMORY_MIN, &reading->min,
			 &reading->min_original)) {
		rule->min = 0;
		reading->min_demand = demand;
		return;
	}
	reading->min_demand = demand > reading->min_original ? demand : reading->min_original;
}

static uint64_t since_breach(const struct memory *memory, uint64_t time)
{
	return memory->breached ? time - memory->breached : UINT64_MAX;
}

/*
 * Whether a raise has to wait for the end of the cooldown. The first of memory.min does not: the raise of
 * memory.low had no effect that could be waited for.
 */
static bool has_to_wait(const struct action_input *in, const struct protect_reading *now,
			const struct protect_decision *d)
{
	if (!in->cooling || (d->min > now->min_demand && now->min_demand <= now->min_original))
		return false;
	return d->demand > now->demand || d->min > now->min_demand;
}

static void decide(const struct action_input *in, struct memory *memory,
		   const struct headroom_stats *delta, const struct files *now,
		   const struct files *before, struct action_plan *plan)
{
	const struct view *view = in->view;
	struct protect_rule rule = {
		.refaults = in->parameter[RATE].number, .max = in->parameter[MAX].number,
		.min = in->parameter[MIN].number, .quantile = in->parameter[SHARE].number,
		.idle = in->parameter[IDLE].number * 1e9,
	};
	uint64_t time = view->now->time.monotonic;
	struct protect_reading reading = {
		.wanted = in->when == TRUE,
		.delta = delta,
		.interval = view->seconds * 1e9,
		.clock = view_cgroup(view)->stats->subtree.evictions,
		.sample_shift = view->now->sample_shift,
		.page_size = view->now->page_size,
		.current = now->current,
		.low = in->value,
		.demand = in->demand > in->original ? in->demand : in->original,
		.original = in->original,
		.bounded = in->bounded,
		.limit = now->limit,
		.limit_hits = saturating_sub(now->limit_hits, before->limit_hits),
		.quiet = time - memory->active,
	};
	struct protect_decision d;

	if (now->breaches > before->breaches)
		memory->breached = time;
	reading.breached = since_breach(memory, time);
	read_min(in, &rule, &reading);
	d = protect_decide(&rule, &reading);
	if (in->explain)
		protect_explain(plan->why, sizeof(plan->why), &rule, &reading, &d);
	plan->reason = d.reason;
	if (d.active)
		memory->active = time;
	if (has_to_wait(in, &reading, &d)) {
		hold(in, plan, PROTECT_COOLING);
		return;
	}
	if (d.reason == PROTECT_GIVE_BACK && !gives_back_now(in, memory)) {
		hold(in, plan, PROTECT_GIVE_BACK);
		return;
	}
	if (d.demand > in->original)
		action_demand(plan, view->cgroup, KNOB_MEMORY_LOW, d.demand);
	if (d.min > reading.min_original)
		action_demand(plan, view->cgroup, KNOB_MEMORY_MIN, d.min);
	if (d.min > reading.min_demand)
		memory->breached = 0;
	plan->acts = d.demand > reading.demand || d.min > reading.min_demand;
}

static void plan(const struct action_input *in, void *state, struct action_plan *plan)
{
	const struct view *view = in->view;
	const struct headroom_stats *now, *before;
	const char *why = view_sampled_stats(view, &now, &before);
	struct files files, files_before;
	struct memory *memory = state;
	struct headroom_stats delta = {};

	if (!memory->active)
		memory->active = view->now->time.monotonic;
	if (in->when == UNKNOWN)
		why = "the condition is unknown";
	if (!why && (!read_files(view->now, view->cgroup, &files) ||
		     !read_files(view->before, view->cgroup_before, &files_before)))
		why = "its files cannot be read, or it has no memory controller";
	/* Most cgroups are idle, and all differences zero */
	if (!why && !view_is_idle(view) && headroom_stats_delta(now, before, &delta))
		why = "out of memory";
	if (why) {
		/* Time without readings is not idle time */
		memory->active = view->now->time.monotonic;
		hold(in, plan, PROTECT_BLIND);
		snprintf(plan->why, sizeof(plan->why), "%s", why);
		return;
	}
	decide(in, memory, &delta, &files, &files_before, plan);
	headroom_stats_clear(&delta);
}

/* memory.min, of the cgroup and of those above that have to have it for it */
static uint32_t own_files(const struct action_value *parameter)
{
	return parameter[MIN].number > 0 ? FRAME_BIT(FRAME_MEMORY_MIN) : 0;
}

const struct action action_protect = {
	.name = "protect",
	.meaning = "raise memory.low to the working set that refault distances show, and give it back when idle",
	.knob = KNOB_MEMORY_LOW,
	.parameter = parameters,
	.reasons = reasons,
	.wish = {
		.files = FRAME_BIT(FRAME_MEMORY_CURRENT) | FRAME_BIT(FRAME_MEMORY_MAX) |
			 FRAME_BIT(FRAME_MEMORY_HIGH) | FRAME_BIT(FRAME_MEMORY_EVENTS_LOCAL) |
			 FRAME_BIT(FRAME_MEMORY_LOW),
		.stats = true, .histograms = true,
	},
	.own_files = own_files,
	.state_size = sizeof(struct memory),
	.plan = plan,
};
