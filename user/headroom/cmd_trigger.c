// SPDX-License-Identifier: GPL-2.0
/* headroom trigger - wait until the stalls or refaults of a cgroup reach a threshold */

#include "command.h"
#include "event_loop.h"
#include "failure.h"
#include "options.h"
#include "trigger_parse.h"

static int wait_for_trigger(struct headroom *h, struct event_loop *loop, const char *cgroup,
			    const struct headroom_trigger *trigger)
{
	int code = event_loop_open(loop, false);

	if (!code)
		code = event_loop_add(loop, h, cgroup, trigger);
	if (!code)
		code = event_loop_run(loop);
	headroom_events_close(loop->e);
	return code;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct trigger_spec spec = { .dashes = "--", .cause = { trigger_causes(), 0 } };
	struct event_loop loop = { 0 };
	struct headroom_trigger trigger;
	const char *cgroup = NULL;
	const struct option options[] = {
		{ "CGROUP", OPTION_OPERAND, NULL, "path or id of the cgroup", &cgroup },
		{ "--stall", OPTION_TEXT, "TIME", "stall time that fires the trigger",
		  &spec.stall },
		{ "--refaults", OPTION_TEXT, "N", "number of refaults that fires it instead",
		  &spec.refaults },
		{ "--window", OPTION_TEXT, "TIME", "length of the window, 10ms to 1min (1s)",
		  &spec.window },
		{ "--cause", OPTION_CHOICE, "CAUSE", "only stalls of this cause", &spec.cause },
		{ "--each", OPTION_FLAG, NULL,
		  "check the cgroup and each one below it separately, not their sum", &spec.each },
		{ "--interval", OPTION_TEXT, "TIME",
		  "least time between two events of a cgroup (the window)",
		  &spec.interval },
		{ "--clear", OPTION_TEXT, "VALUE",
		  "do not fire again until the sum drops to this: a TIME, or an N",
		  &spec.clear },
		{ "--count", OPTION_COUNT, "N", "end after N events (0: never)", &loop.count },
		{ "--json", OPTION_FLAG, NULL, "print one JSON object per line", &loop.json },
		{ 0 }
	};
	struct headroom *h;
	int code;

	if (!parse_options(command, options, argc, argv, &code))
		return code;
	if (!trigger_parse(command, &spec, &trigger))
		return EXIT_USAGE;
	code = open_module(&h);
	if (!code)
		code = wait_for_trigger(h, &loop, cgroup, &trigger);
	headroom_close(h);
	return code;
}

const struct command trigger_command = {
	.name = "trigger",
	.operands = "CGROUP",
	.summary = "wait until the stalls or refaults of a cgroup reach a threshold",
	.notes = "The kernel checks the sum over the window. The trigger fires when the sum reaches\n"
		 "the threshold, and a line is printed each time. Stalls of several tasks add up, and\n"
		 "a stall counts before it ends. Cause 'any' is every cause that is part of the total.\n"
		 "The kernel removes the trigger when this command ends.\n",
	.run = run,
};
