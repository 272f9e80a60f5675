// SPDX-License-Identifier: GPL-2.0
/*
 * The action freeze: stop the cgroup that a policy chooses, for a while
 *
 * The rule keeps to its choice while the condition holds: a frozen cgroup has no part in the evidence
 * any more, and another choice in each frame would freeze all in turn. A demand on cgroup.freeze is
 * given back by the ledger when the rule does not renew it, also after a crash.
 *
 * A frozen cgroup can hold locks that others wait for, and neither answers nor frees memory. So it
 * is thawed after a time, whatever the condition says, and then left alone for another.
 */
#include <stdio.h>
#include <string.h>

#include "actions.h"
#include "field.h"
#include "victim.h"

enum { VICTIMS, BY, LEAST, MOST, REST };

/* The reasons why there is no victim follow, in the order of enum victim_skip */
enum { QUIET, UNSURE, COOLING, FREEZE, HOLD, RESTING, NO_VICTIM, SKIPPED };

static const char *const reasons[] = {
	[QUIET] = "quiet", [UNSURE] = "condition unknown", [COOLING] = "cooling",
	[FREEZE] = "freeze", [HOLD] = "hold", [RESTING] = "resting",
	[NO_VICTIM] = "no victim",
	VICTIM_REASONS(SKIPPED),
};

static const struct action_parameter parameters[] = {
	[VICTIMS] = VICTIM_AMONG,
	[BY] = VICTIM_BY,
	[LEAST] = ACTION_NUMBER("least", UNIT_SIZE, 0, 0x1p60, 1 << 20,
				"anonymous, shared, locked and kernel memory and swap below which a cgroup is not frozen"),
	[MOST] = ACTION_NUMBER("most", UNIT_TIME, 1, 3600, 60, "time after which it is thawed in any case"),
	[REST] = ACTION_NUMBER("rest", UNIT_TIME, 0, 86400, 60,
			       "time for which the rule then freezes nothing"),
	{ .name = NULL },
};

/**
 * struct memory - what the action remembers of a rule's cgroup
 * @id: the cgroup that it has frozen; 0 if there is none
 * @since: when, ns
 * @rest: until when it freezes nothing, ns
 */
struct memory {
	uint64_t id;
	uint64_t since;
	uint64_t rest;
};

static struct victim_search search_of(const struct action_input *in)
{
	return (struct victim_search){
		.view = in->view, .among = &in->parameter[VICTIMS].cgroups,
		.by = in->parameter[BY].number, .least = in->parameter[LEAST].number,
		.thawed = true,
	};
}

/* After a restart or a reload, the ledger still knows what the rule has frozen */
static void adopt(const struct action_input *in, struct memory *memory)
{
	const struct frame *frame = in->view->now;
	const struct victim_search search = search_of(in);

	for (size_t i = 0; i < frame->nr && !memory->id; i++)
		if (action_demanded(in, i, KNOB_FREEZE) && victim_may_be(&search, i)) {
			memory->id = frame->cgroup[i].id;
			memory->since = frame->time.monotonic;
		}
}

static void rest(const struct action_input *in, struct memory *memory)
{
	memory->id = 0;
	memory->rest = in->view->now->time.monotonic + in->parameter[REST].number * 1e9;
}

/* Keep a cgroup frozen; returns false if there is none any more */
static bool hold(const struct action_input *in, struct memory *memory, struct action_plan *plan)
{
	const struct frame *frame = in->view->now;
	double seconds = (frame->time.monotonic - memory->since) / 1e9;
	size_t i = memory->id ? frame_find(frame, memory->id) : FRAME_NONE;
	const char *path = i == FRAME_NONE ? "" : frame->cgroup[i].path;

	if (i == FRAME_NONE) {
		memory->id = 0;
		return false;
	}
	plan->reason = HOLD;
	if (!action_demanded(in, i, KNOB_FREEZE)) {
		snprintf(plan->why, sizeof(plan->why), "%s was thawed outside of headroomd", path);
	} else if (seconds < in->parameter[MOST].number) {
		action_demand(plan, i, KNOB_FREEZE, 1);
		snprintf(plan->why, sizeof(plan->why), "%s has been frozen for %.0f s", path,
			 seconds);
		return true;
	} else {
		snprintf(plan->why, sizeof(plan->why), "%s is thawed after %.0f s, the most that the rule allows",
			 path, seconds);
	}
	plan->reason = RESTING;
	rest(in, memory);
	return true;
}

/* Returns false, and the reason, if it is not the time to choose a cgroup */
static bool is_time(const struct action_input *in, const struct memory *memory,
		    struct action_plan *plan)
{
	if (in->when == UNKNOWN) {
		plan->reason = UNSURE;
		snprintf(plan->why, sizeof(plan->why), "nothing is frozen on a condition that is unknown");
	} else if (in->view->now->time.monotonic < memory->rest) {
		plan->reason = RESTING;
		snprintf(plan->why, sizeof(plan->why), "what was frozen has been thawed: nothing is frozen for %.0f s more",
			 (memory->rest - in->view->now->time.monotonic) / 1e9);
	} else if (in->cooling) {
		plan->reason = COOLING;
		snprintf(plan->why, sizeof(plan->why), "the rule has frozen a cgroup less than its cooldown ago");
	} else {
		return true;
	}
	return false;
}

static void choose(const struct action_input *in, struct memory *memory, struct action_plan *plan)
{
	const struct frame *frame = in->view->now;
	const struct victim_search search = search_of(in);
	struct victim victim;
	enum victim_skip skip;

	victim_find(&search, &victim);
	victim_explain(&search, &victim, plan->why, sizeof(plan->why));
	if (victim.cgroup == FRAME_NONE) {
		skip = victim_skip_of(&victim);
		plan->reason = skip == VICTIM_SKIPS ? NO_VICTIM : SKIPPED + (int)skip;
		return;
	}
	memory->id = frame->cgroup[victim.cgroup].id;
	memory->since = frame->time.monotonic;
	action_demand(plan, victim.cgroup, KNOB_FREEZE, 1);
	plan->acts = true;
	plan->reason = FREEZE;
}

static void plan(const struct action_input *in, void *state, struct action_plan *plan)
{
	struct memory *memory = state;

	if (in->when == FALSE) {
		memory->id = 0;
		plan->reason = QUIET;
		snprintf(plan->why, sizeof(plan->why), "nothing to do");
		return;
	}
	if (!memory->id)
		adopt(in, memory);
	if (!hold(in, memory, plan) && is_time(in, memory, plan))
		choose(in, memory, plan);
}

static void wish_more(const struct action_value *parameter, struct frame_wish *wish)
{
	victim_wish(parameter[BY].number, wish);
}

const struct action action_freeze = {
	.name = "freeze",
	.meaning = "freeze a cgroup that is chosen by its marks and by a policy, and thaw it when the condition does not hold any more",
	.knob = KNOBS,
	.parameter = parameters,
	.reasons = reasons,
	.wish = {
		.files = FRAME_BIT(FRAME_MARKS),
		.host_files = FRAME_BIT(FRAME_SELF),
	},
	.target_files = VICTIM_FILES | FRAME_BIT(FRAME_FREEZE),
	.wish_more = wish_more,
	.state_size = sizeof(struct memory),
	.plan = plan,
};
