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

/* A trigger of the command line */
struct wish {
	struct headroom_trigger trigger;
	const char *cgroup;
};

static int watch(struct headroom *h, struct event_loop *loop, const struct wish *wish, size_t nr)
{
	int code = event_loop_open(loop, true);

	for (size_t i = 0; !code && i < nr; i++)
		code = event_loop_add(loop, h, wish[i].cgroup, &wish[i].trigger);
	if (!code)
		code = event_loop_run(loop);
	headroom_events_close(loop->e);
	return code;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct event_loop loop = { 0 };
	struct texts texts = { 0 };
	const char *name = NULL;
	const struct option options[] = {
		{ "--trigger", OPTION_TEXTS, "SPEC", "add a trigger; may be repeated", &texts },
		{ "--subtree", OPTION_TEXT, "CGROUP", "only events of this cgroup and those below it",
		  &name },
		{ "--count", OPTION_COUNT, "N", "end after N events (0: never)", &loop.count },
		{ "--json", OPTION_FLAG, NULL, "print one JSON object per line", &loop.json },
		{ 0 }
	};
	struct wish wish[sizeof(texts.text) / sizeof(texts.text[0])];
	struct headroom *h;
	char *top = NULL;
	int code, err;

	if (!parse_options(command, options, argc, argv, &code))
		return code;
	for (size_t i = 0; i < texts.nr; i++) {
		err = trigger_parse_text(command, texts.text[i], &wish[i].trigger,
					 &wish[i].cgroup);
		if (err < 0)
			return err == -EINVAL ? EXIT_USAGE : say_failure(NULL, err);
	}
	code = open_module(&h);
	if (!code)
		code = find_top(h, name, &top);
	loop.top = name ? top : NULL;
	if (!code)
		code = watch(h, &loop, wish, texts.nr);
	free(top);
	headroom_close(h);
	return code;
}

const struct command watch_command = {
	.name = "watch",
	.operands = "",
	.summary = "print events: new and removed cgroups, OOM kills, triggers",
	.notes = "SPEC is WHAT[,WHAT]...[:CGROUP]; CGROUP defaults to the root. WHAT is\n"
		 "  stall=TIME or refaults=N  sum over the window that fires the trigger\n"
		 "  window=TIME               length of the window (1s)\n"
		 "  cause=CAUSE               only stalls of this cause, see 'headroom trigger'\n"
		 "  each                      check each cgroup separately\n"
		 "  interval=TIME             least time between two events of a cgroup (the window)\n"
		 "  clear=TIME or clear=N     do not fire again until the sum drops to this\n"
		 "Needs CAP_SYS_ADMIN. Ends with exit code 3 when the module is unloaded.\n",
	.run = run,
};
