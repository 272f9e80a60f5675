// SPDX-License-Identifier: GPL-2.0
/* headroom replay: read a recording */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "cmd_replay.h"
#include "failure.h"
#include "moment.h"
#include "options.h"
#include "quantity.h"
#include "source.h"
#include "store.h"

/* Options of the command line */
static struct {
	const char *path;
	const char *at;
	const char *command;
} request;

/* The moment that --at names, ns since 1970; 0 without it */
static bool parse_at(const char *text, const struct store_span *span, uint64_t *wall)
{
	*wall = 0;
	return !text || moment_parse(text, span, wall);
}

static void print_moment(const char *word, uint64_t wall)
{
	time_t seconds = wall / NS_PER_S;
	struct tm tm;
	char text[32];

	strftime(text, sizeof(text), "%F %T", localtime_r(&seconds, &tm));
	printf("%s  %s\n", word, text);
}

static int read_span(struct store_span *span)
{
	struct store *store;
	int err = store_open(&store, request.path);

	if (!err)
		err = store_span(store, span);
	if (err)
		fprintf(stderr, "headroom: %s: %s\n", request.path, store_error(store));
	store_close(store);
	return err ? EXIT_FAILED : EXIT_DONE;
}

/* Without a command: what the recording has */
static int summarize(struct headroom *h)
{
	struct store_span span;
	int code = read_span(&span);

	(void)h;
	if (code)
		return code;
	printf("frames  %" PRIu64 "\n", span.frames);
	if (!span.frames)
		return EXIT_DONE;
	print_moment("from  ", span.first);
	print_moment("to    ", span.last);
	printf("size    %s, %.0f bytes a frame\n", quantity_bytes(span.bytes).s,
	       (double)span.bytes / span.frames);
	return EXIT_DONE;
}

int replay_begin(void)
{
	struct store_span span;
	uint64_t wall;
	int code = read_span(&span);

	if (code)
		return code;
	if (!parse_at(request.at, &span, &wall))
		return usage_error(&replay_command, "--at must be a time such as 14:08, \"2026-11-29 14:08:30\" or +10min, not '%s'",
				   request.at);
	return source_replay(request.path, wall);
}

/* Whether an argument is --at, with its value: 0 if not, else the number of arguments */
static int take_at(char **argv, int left)
{
	if (!strncmp(argv[0], "--at=", 5)) {
		request.at = argv[0] + 5;
		return 1;
	}
	if (strcmp(argv[0], "--at") || left < 2)
		return 0;
	request.at = argv[1];
	return 2;
}

const char *replay_split(int *argc, char **argv)
{
	char **left = calloc(*argc + 1, sizeof(*left));
	int nr = 0, used;

	for (int i = 0; left && i < *argc; i += used) {
		used = take_at(argv + i, *argc - i);
		if (used)
			continue;
		used = 1;
		if (argv[i][0] == '-' || request.command)
			left[nr++] = argv[i];
		else if (!request.path)
			request.path = argv[i];
		else
			request.command = argv[i];
	}
	if (request.command) {
		memcpy(argv, left, nr * sizeof(*left));
		*argc = nr;
	}
	free(left);
	return request.command;
}

static const struct option options[] = {
	{ "FILE", OPTION_OPERAND, NULL, "the recording", &request.path },
	{ "COMMAND", OPTION_OPTIONAL_OPERAND, NULL,
	  "list, show, blame, curve, why, stalls or top, with its options; without one, what the"
	  " recording has",
	  &request.command },
	{ "--at", OPTION_TEXT, "TIME",
	  "begin at 14:08, \"2026-11-29 14:08:30\", or +10min behind the first frame",
	  &request.at },
	{ 0 }
};

const struct command replay_command = {
	.name = "replay",
	.summary = "run another command on a recording",
	.notes = "Time is that of the recording: an interval begins at TIME; that of why and top ends there.\n",
	.options = options,
	.run = summarize,
	.without_module = true,
};
