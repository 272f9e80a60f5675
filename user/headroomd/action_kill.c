// SPDX-License-Identifier: GPL-2.0
/*
 * The action kill: end the cgroup that a policy chooses
 *
 * victim.c chooses, arbiter.c says whether it is time, and killing.c does it. The log has a reason
 * for each frame in which the condition holds and nothing is killed.
 *
 * A program may run before: to save what the victim leaves behind, or to have it end by itself. It
 * delays the kill by its time-out at most, and prevents none.
 */
#include <stdio.h>
#include <string.h>

#include "actions.h"
#include "field.h"
#include "hook.h"
#include "victim.h"

enum { VICTIMS, BY, LEAST, SETTLE, MOST, WINDOW, HOOK, TIMEOUT, USER };

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
				"anonymous, shared, locked and kernel memory and swap below which a cgroup is not killed"),
	[SETTLE] = ACTION_NUMBER("settle", UNIT_TIME, ARBITER_PATIENCE / 1e9, 3600, 15,
				 "time that memory may take to fall before the next kill of any rule"),
	[MOST] = ACTION_NUMBER("most", UNIT_COUNT, 1, 1000, 3, "kills within the window"),
	[WINDOW] = ACTION_NUMBER("window", UNIT_TIME, 1, ARBITER_MEMORY / 1e9, 600,
				 "time within which kills are counted"),
	[HOOK] = { .name = "hook", .type = PARAMETER_TEXT,
		   .meaning = "a program that runs before the kill, by its absolute path, and its arguments" },
	[TIMEOUT] = ACTION_NUMBER("timeout", UNIT_TIME, 0.1, 60, 5,
				  "time after which the program is killed, and the cgroup as well"),
	[USER] = { .name = "user", .type = PARAMETER_TEXT,
		   .meaning = "user that runs it; that of the daemon if not given" },
	{ .name = NULL },
};

static const struct action_program program = {
	.command = HOOK, .timeout = TIMEOUT, .user = USER,
};

static bool check(const struct action_value *parameter, char *error, size_t size)
{
	if (parameter[HOOK].text)
		return hook_check(parameter[HOOK].text, "hook", error, size);
	if (!parameter[TIMEOUT].text && !parameter[USER].text)
		return true;
	snprintf(error, size, "%s= is for the program before a kill: give hook= as well",
		 parameter[USER].text ? "user" : "timeout");
	return false;
}

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

static void add_kill(const struct action_input *in, size_t victim, struct action_plan *plan)
{
	struct deed *deed = &plan->deed[plan->nr++];

	*deed = (struct deed){
		.kind = DEED_KILL, .cgroup = victim, .settle = in->parameter[SETTLE].number * 1e9,
		.delay = in->parameter[HOOK].text ? in->parameter[TIMEOUT].number * 1e9 : 0,
	};
	field_number(frame_text(in->view->now, victim, FRAME_MEMORY_CURRENT), &deed->value);
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
		add_kill(in, victim.cgroup, plan);
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
	.program = &program,
	.check = check,
	.wish_more = wish_more,
	.plan = plan,
};
