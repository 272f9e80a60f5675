// SPDX-License-Identifier: GPL-2.0
/* headroom trigger - wait until a cgroup stalls or refaults too much */

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
		{ "CGROUP", OPTION_OPERAND, NULL, "the cgroup: a path or an id", &cgroup },
		{ "--stall", OPTION_TEXT, "TIME", "more than so long in stalls", &spec.stall },
		{ "--refaults", OPTION_TEXT, "N", "or more than so many refaults",
		  &spec.refaults },
		{ "--window", OPTION_TEXT, "TIME", "within so long, 10ms to 1min (1s)",
		  &spec.window },
		{ "--cause", OPTION_CHOICE, "CAUSE", "only stalls for this cause", &spec.cause },
		{ "--each", OPTION_FLAG, NULL,
		  "watch it and each cgroup below it by itself, not all together", &spec.each },
		{ "--interval", OPTION_TEXT, "TIME",
		  "at least so long between two events about a cgroup (the window)",
		  &spec.interval },
		{ "--clear", OPTION_TEXT, "VALUE",
		  "no other event before it was at this or below: a TIME, or an N",
		  &spec.clear },
		{ "--count", OPTION_COUNT, "N", "events to print (0: for ever)", &loop.count },
		{ "--json", OPTION_FLAG, NULL, "one JSON object a line", &loop.json },
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
	.summary = "wait until a cgroup stalls, or refaults, more than that",
	.notes = "The kernel watches; a line is printed within the window in which it was too much.\n"
		 "Stalls of several tasks at once add up, and count before they end. 'any' is all\n"
		 "causes that are part of the total. The trigger is gone with this command.\n",
	.run = run,
};
