// SPDX-License-Identifier: GPL-2.0
/*
 * The action kill: end the cgroup that a policy chooses
 *
 * victim.c chooses, arbiter.c says whether it is time, and killing.c does it. The log has a reason
 * for each frame in which the condition holds and nothing is killed.
 */
#include <stdio.h>
#include <string.h>

#include "actions.h"
#include "field.h"
#include "victim.h"

enum { VICTIMS, BY, LEAST, SETTLE, MOST, WINDOW };

/* The reasons why there is no victim follow, in the order of enum victim_skip */
enum { QUIET, UNSURE, COOLING, SETTLING, LIMIT, KILL, NO_VICTIM, SKIPPED };

static const char *const reasons[] = {
	[QUIET] = "quiet", [UNSURE] = "condition unknown", [COOLING] = "cooling",
	[SETTLING] = "settling", [LIMIT] = "limit reached", [KILL] = "kill",
	[NO_VICTIM] = "no victim",
	VICTIM_REASONS(SKIPPED),
};

static const struct action_parameter parameters[] = {
	[VICTIMS] = VICTIM_AMONG,
	[BY] = VICTIM_BY,
	[LEAST] = ACTION_NUMBER("least", UNIT_SIZE, 0, 0x1p60, 1 << 20,
				"memory.current below which a cgroup is not killed"),
	[SETTLE] = ACTION_NUMBER("settle", UNIT_TIME, ARBITER_PATIENCE / 1e9, 3600, 15,
				 "time that memory may take to fall before the next kill of any rule"),
	[MOST] = ACTION_NUMBER("most", UNIT_COUNT, 1, 1000, 3, "kills within the window"),
	[WINDOW] = ACTION_NUMBER("window", UNIT_TIME, 1, ARBITER_MEMORY / 1e9, 600,
				 "time within which kills are counted"),
	{ .name = NULL },
};

/* Returns false, and the reason, if it is not the time for a kill */
static bool is_time(const struct action_input *in, const struct arbiter_kill *kill,
		    struct action_plan *plan)
{
	static const int answers[] = {
		[ARBITER_SETTLING] = SETTLING, [ARBITER_LIMIT] = LIMIT,
	};
	enum arbiter_answer answer;

	if (in->when != TRUE || in->cooling) {
		plan->reason = in->when == FALSE ? QUIET : in->when == UNKNOWN ? UNSURE : COOLING;
		snprintf(plan->why, sizeof(plan->why), "%s", in->when == FALSE ?
			 "nothing to do" : in->when == UNKNOWN ?
			 "nothing is killed on a condition that is unknown" :
			 "the rule has killed less than its cooldown ago");
		return false;
	}
	answer = arbiter_ask(in->arbiter, in->view->now, kill);
	if (answer == ARBITER_FREE)
		return true;
	plan->reason = answers[answer];
	arbiter_explain(in->arbiter, in->view->now, kill, plan->why, sizeof(plan->why));
	return false;
}

static void add_kill(const struct frame *frame, size_t victim, uint64_t settle,
		     struct action_plan *plan)
{
	struct deed *deed = &plan->deed[plan->nr++];

	*deed = (struct deed){ .kind = DEED_KILL, .cgroup = victim, .settle = settle };
	field_number(frame_text(frame, victim, FRAME_MEMORY_CURRENT), &deed->value);
	plan->acts = true;
	plan->reason = KILL;
}

static void plan(const struct action_input *in, void *state, struct action_plan *plan)
{
	const struct action_value *parameter = in->parameter;
	const struct victim_search search = {
		.view = in->view, .among = &parameter[VICTIMS].cgroups,
		.by = parameter[BY].number, .least = parameter[LEAST].number,
		.arbiter = in->arbiter,
	};
	const struct arbiter_kill kill = {
		.rule = in->rule, .by = in->view->now->cgroup[in->view->cgroup].id,
		.settle = parameter[SETTLE].number * 1e9, .most = parameter[MOST].number,
		.window = parameter[WINDOW].number * 1e9,
	};
	struct victim victim;
	enum victim_skip skip;

	(void)state;
	if (!is_time(in, &kill, plan))
		return;
	victim_find(&search, &victim);
	victim_explain(&search, &victim, plan->why, sizeof(plan->why));
	skip = victim_skip_of(&victim);
	if (victim.cgroup != FRAME_NONE)
		add_kill(in->view->now, victim.cgroup, kill.settle, plan);
	else
		plan->reason = skip == VICTIM_SKIPS ? NO_VICTIM : SKIPPED + (int)skip;
}

static void wish_more(const struct action_value *parameter, struct frame_wish *wish)
{
	victim_wish(parameter[BY].number, wish);
}

const struct action action_kill = {
	.name = "kill",
	.meaning = "kill all tasks of a cgroup that is chosen by its marks and by a policy",
	.knob = KNOBS,
	.parameter = parameters,
	.reasons = reasons,
	.wish = {
		.files = FRAME_BIT(FRAME_MEMORY_CURRENT) | FRAME_BIT(FRAME_MEMORY_PRESSURE) |
			 FRAME_BIT(FRAME_MARKS),
		.host_files = FRAME_BIT(FRAME_MEMINFO) | FRAME_BIT(FRAME_SELF),
	},
	.target_files = VICTIM_FILES,
	.wish_more = wish_more,
	.plan = plan,
};
