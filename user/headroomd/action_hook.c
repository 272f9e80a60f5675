// SPDX-License-Identifier: GPL-2.0
/*
 * The action hook: run a program when the condition becomes true
 *
 * It runs once, and again after each cooldown for which the condition still holds. A condition that
 * is unknown for a while has not become false. One that becomes true during the cooldown has its
 * run at the end of the cooldown, if it holds then.
 */
#include <stdio.h>

#include "actions.h"
#include "hook.h"

enum { COMMAND, TIMEOUT, USER };

enum { IDLE, RUN, RAN, COOLING, BLIND };

static const char *const reasons[] = {
	[IDLE] = "idle", [RUN] = "run", [RAN] = "ran", [COOLING] = "cooling", [BLIND] = "blind",
};

static const char *const sentences[] = {
	[IDLE] = "the program runs when the condition holds",
	[RUN] = "running the program",
	[RAN] = "the program has run since the condition holds",
	[COOLING] = "the program runs again after the cooldown, if the condition holds then",
	[BLIND] = "the condition is unknown",
};

static const struct action_parameter parameters[] = {
	[COMMAND] = { .name = "command", .type = PARAMETER_TEXT, .required = true,
		      .meaning = "the program, by its absolute path, and its arguments" },
	[TIMEOUT] = ACTION_NUMBER("timeout", UNIT_TIME, 0.1, 3600, 10,
				  "time after which the program is terminated"),
	[USER] = { .name = "user", .type = PARAMETER_TEXT,
		   .meaning = "user that runs it; that of the daemon if not given" },
	{ .name = NULL },
};

/**
 * struct memory - what the action remembers of a cgroup
 * @ran: the program has run since the condition became true
 */
struct memory {
	bool ran;
};

static const struct action_program program = {
	.command = COMMAND, .timeout = TIMEOUT, .user = USER,
};

static bool check(const struct action_value *parameter, char *error, size_t size)
{
	return hook_check(parameter[COMMAND].text, "command", error, size);
}

static int decide(const struct action_input *in, const struct memory *memory)
{
	if (in->when != TRUE)
		return in->when == FALSE ? IDLE : BLIND;
	if (memory->ran && !in->repeats)
		return RAN;
	return in->cooling ? COOLING : RUN;
}

static void plan(const struct action_input *in, void *state, struct action_plan *plan)
{
	struct memory *memory = state;

	plan->reason = decide(in, memory);
	if (in->when == FALSE)
		memory->ran = false;
	if (plan->reason == RUN) {
		memory->ran = true;
		plan->acts = true;
		plan->deed[plan->nr++] = (struct deed){
			.kind = DEED_RUN, .cgroup = in->view->cgroup,
		};
	}
	if (in->explain)
		snprintf(plan->why, sizeof(plan->why), "%s", sentences[plan->reason]);
}

const struct action action_hook = {
	.name = "hook",
	.meaning = "run a program with the evidence on its standard input",
	.knob = KNOBS,
	.parameter = parameters,
	.reasons = reasons,
	.program = &program,
	.check = check,
	.state_size = sizeof(struct memory),
	.plan = plan,
};
