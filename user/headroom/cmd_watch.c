// SPDX-License-Identifier: GPL-2.0
/* headroom watch - what happens, line by line */

#include <stdlib.h>

#include "command.h"
#include "event_loop.h"
#include "failure.h"
#include "names.h"
#include "options.h"
#include "trigger_parse.h"

/* A trigger that was asked for */
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
		{ "--subtree", OPTION_TEXT, "CGROUP", "only this cgroup and those below it",
		  &name },
		{ "--count", OPTION_COUNT, "N", "events to print (0: for ever)", &loop.count },
		{ "--json", OPTION_FLAG, NULL, "one JSON object a line", &loop.json },
		{ 0 }
	};
	struct wish wish[sizeof(texts.text) / sizeof(texts.text[0])];
	struct headroom *h;
	char *top = NULL;
	int code;

	if (!parse_options(command, options, argc, argv, &code))
		return code;
	for (size_t i = 0; i < texts.nr; i++)
		if (!trigger_parse_text(command, texts.text[i], &wish[i].trigger,
					&wish[i].cgroup))
			return EXIT_USAGE;
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
	.summary = "what happens: births, deaths, OOM kills, triggers, as lines",
	.notes = "SPEC is WHAT[,WHAT]...[:CGROUP], without CGROUP about the root. WHAT is\n"
		 "  stall=TIME or refaults=N  the threshold, within the window\n"
		 "  window=TIME               sum up over so long (1s)\n"
		 "  cause=CAUSE               only stalls for this cause, see 'headroom trigger'\n"
		 "  each                      each cgroup by itself\n"
		 "  interval=TIME             at least between two events (the window)\n"
		 "  clear=TIME or clear=N     no other event before the sum was that low\n"
		 "Needs CAP_SYS_ADMIN; ends with exit code 3 when the module is unloaded.\n",
	.run = run,
};
