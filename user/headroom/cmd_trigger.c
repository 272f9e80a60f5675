// SPDX-License-Identifier: GPL-2.0
/* headroom trigger - wait until the stalls or refaults of a cgroup reach a threshold */

#include "command.h"
#include "event_loop.h"
#include "failure.h"
#include "options.h"
#include "trigger_parse.h"

static struct trigger_spec spec = { .dashes = "--", .cause = { trigger_cause, 0 } };
static struct event_loop loop = { .nr = 1 };

static int wait_for_trigger(struct headroom *h)
{
	return event_loop_run(&loop, h);
}

static const struct option options[] = {
	{ "CGROUP", OPTION_OPERAND, NULL, "path, name or id of the cgroup",
	  &loop.watched[0].cgroup },
	PROCESS_OPTIONS(&loop.watched[0].cgroup),
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

static int check(const struct command *command)
{
	return trigger_parse(command, &spec, &loop.watched[0].trigger) ? EXIT_DONE : EXIT_USAGE;
}

const struct command trigger_command = {
	.name = "trigger",
	.summary = "wait until the stalls or refaults of a cgroup reach a threshold",
	.notes = "The kernel checks the sum over the window. The trigger fires when the sum reaches\n"
		 "the threshold, and a line is printed each time. Stalls of several tasks add up, and\n"
		 "a stall counts before it ends. Cause 'any' is every cause that is part of the total.\n"
		 "The kernel removes the trigger when this command ends.\n",
	.options = options,
	.check = check,
	.run = wait_for_trigger,
};
