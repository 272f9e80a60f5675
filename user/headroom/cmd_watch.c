// SPDX-License-Identifier: GPL-2.0
/* headroom watch - print events, one per line */

#include <errno.h>
#include <stdlib.h>

#include "command.h"
#include "event_loop.h"
#include "failure.h"
#include "options.h"
#include "subtree.h"
#include "trigger_parse.h"

/* Options of the command line, and the loop they describe */
static struct {
	const char *name;
	struct texts triggers;
	struct event_loop loop;
} request = { .loop.group = true };

static int watch(struct headroom *h)
{
	char *top = NULL;
	int code = request.name ? find_top(h, request.name, &top) : EXIT_DONE;

	request.loop.top = top;
	if (!code)
		code = event_loop_run(&request.loop, h);
	free(top);
	return code;
}

static const struct option options[] = {
	{ "--trigger", OPTION_TEXTS, "SPEC", "add a trigger; may be repeated",
	  &request.triggers },
	{ "--subtree", OPTION_TEXT, "CGROUP", "only events of this cgroup and those below it",
	  &request.name },
	PROCESS_OPTIONS(&request.name),
	{ "--count", OPTION_COUNT, "N", "end after N events (0: never)", &request.loop.count },
	{ "--json", OPTION_FLAG, NULL, "print one JSON object per line",
	  &request.loop.json },
	{ 0 }
};

static int check(const struct command *command)
{
	struct event_loop *loop = &request.loop;
	struct watched *watched = loop->watched;
	int err;

	_Static_assert(sizeof(loop->watched) / sizeof(loop->watched[0]) >=
		       sizeof(request.triggers.text) / sizeof(request.triggers.text[0]),
		       "room for each --trigger");
	for (; loop->nr < request.triggers.nr; loop->nr++, watched++) {
		err = trigger_parse_text(command, request.triggers.text[loop->nr],
					 &watched->trigger, &watched->cgroup);
		if (err < 0)
			return err == -EINVAL ? EXIT_USAGE : say_failure(NULL, err);
	}
	return EXIT_DONE;
}

const struct command watch_command = {
	.name = "watch",
	.summary = "print events: new and removed cgroups, OOM kills, triggers",
	.notes = "SPEC is WHAT[,WHAT]...[:CGROUP]; CGROUP defaults to the root. WHAT is\n"
		 "  stall=TIME or refaults=N  sum over the window that fires the trigger\n"
		 "  window=TIME               length of the window (1s)\n"
		 "  cause=CAUSE               only stalls of this cause, see 'headroom trigger'\n"
		 "  each                      check each cgroup separately\n"
		 "  interval=TIME             least time between two events of a cgroup (the window)\n"
		 "  clear=TIME or clear=N     do not fire again until the sum drops to this\n"
		 "Needs CAP_SYS_ADMIN. Ends with exit code 3 when the module is unloaded.\n",
	.options = options,
	.check = check,
	.run = watch,
};
