// SPDX-License-Identifier: GPL-2.0
/* headroom daemon - ask headroomd, or have it pause, resume or reload */

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "control_socket.h"
#include "daemon_client.h"
#include "daemon_print.h"
#include "failure.h"
#include "options.h"
#include "text.h"

/* The daemon may wait 15 s for a module that does not answer */
#define TIMEOUT	30

enum takes { NOTHING, PERHAPS_COUNT, CGROUP };

static const struct {
	const char *name;
	enum takes takes;
	void (*print)(struct json_object *line);
	const char *done;	/* what to print when there are no lines */
} requests[] = {
	{ "status", NOTHING, daemon_print_status, NULL },
	{ "rules", NOTHING, daemon_print_rule, "no rules" },
	{ "why", CGROUP, daemon_print_decision, "no rule applies to this cgroup" },
	{ "log", PERHAPS_COUNT, daemon_print_log, "nothing was logged" },
	{ "pause", NOTHING, NULL, "paused until 'headroom daemon resume'" },
	{ "resume", NOTHING, NULL, "resumed" },
	{ "reload", NOTHING, NULL, "reloaded the configuration" },
};

#define NR_REQUESTS	(sizeof(requests) / sizeof(requests[0]))

static const char *request_word(size_t i)
{
	return i < NR_REQUESTS ? requests[i].name : NULL;
}

static struct {
	const char *request;
	const char *argument;
	const char *socket;
	bool json;
	struct choice choice;
} given = { .socket = CONTROL_SOCKET, .choice = { .word = request_word } };

static const struct option options[] = {
	{ "REQUEST", OPTION_OPERAND, NULL, "what to ask, see below", &given.request },
	{ "CGROUP|N", OPTION_OPTIONAL_OPERAND, NULL, "of why and log", &given.argument },
	PROCESS_OPTIONS(&given.argument),
	{ "--socket", OPTION_TEXT, "FILE", "control socket (" CONTROL_SOCKET ")",
	  &given.socket },
	{ "--json", OPTION_FLAG, NULL, "print the answer as it is, one JSON object per line",
	  &given.json },
	{ 0 }
};

static int check(const struct command *command)
{
	enum takes takes;
	unsigned long n;

	if (!parse_choice(command, "REQUEST", given.request, &given.choice))
		return EXIT_USAGE;
	takes = requests[given.choice.chosen].takes;
	if (takes == CGROUP && (!given.argument || !*given.argument))
		return usage_error(command, "%s needs a CGROUP", given.request);
	if (takes == NOTHING && given.argument)
		return usage_error(command, "%s takes no argument, not '%s'", given.request,
				   given.argument);
	if (given.argument && takes == PERHAPS_COUNT &&
	    (!parse_count(given.argument, &n) || !n))
		return usage_error(command, "N must be a whole number above 0, not '%s'",
				   given.argument);
	if (given.argument && strchr(given.argument, '\n'))
		return usage_error(command, "no cgroup has a line end in its name");
	return EXIT_DONE;
}

/* Say why there is no answer; returns the exit code */
static int say_no_answer(int err)
{
	switch (err) {
	case -ENOENT:
	case -ECONNREFUSED:
		fprintf(stderr, "headroom: no headroomd listens on %s: start it with 'systemctl start headroomd', or name its socket with --socket\n",
			given.socket);
		break;
	case -EACCES:
		fprintf(stderr, "headroom: may not connect to %s: run as root, or as a member of the group that socket-group in headroomd.conf names\n",
			given.socket);
		break;
	case -ETIMEDOUT:
		fprintf(stderr, "headroom: headroomd does not answer on %s\n", given.socket);
		break;
	default:
		fprintf(stderr, "headroom: cannot ask headroomd on %s: %s\n", given.socket,
			strerror(-err));
	}
	return EXIT_FAILED;
}

static void say_error(const char *text)
{
	char *safe = text_name(text);

	fprintf(stderr, "headroom: %s\n", safe ? safe : "out of memory");
	free(safe);
}

/* The last line: returns the exit code */
static int finish(struct json_object *end)
{
	struct json_object *errors;

	if (json_object_get_boolean(json_object_object_get(end, "ok")))
		return EXIT_DONE;
	say_error(daemon_field_text(end, "error"));
	errors = json_object_object_get(end, "errors");
	for (size_t i = 0; json_object_is_type(errors, json_type_array) &&
			   i < json_object_array_length(errors); i++)
		say_error(json_object_get_string(json_object_array_get_idx(errors, i)));
	return EXIT_FAILED;
}

/*
 * Print the lines of an answer
 *
 * Return: the exit code; -1 if the last line is missing.
 */
static int print_answer(char *answer)
{
	size_t nr = 0;
	int code = -1;
	char *end;

	for (char *line = answer; code < 0 && (end = strchr(line, '\n')); line = end + 1) {
		struct json_object *object;

		*end = '\0';
		object = json_tokener_parse(line);
		if (!json_object_is_type(object, json_type_object)) {
			json_object_put(object);
			break;
		}
		if (given.json)
			puts(line);
		if (json_object_object_get(object, "ok"))
			code = finish(object);
		else if (!given.json && requests[given.choice.chosen].print)
			requests[given.choice.chosen].print(object);
		nr++;
		json_object_put(object);
	}
	if (code == EXIT_DONE && nr == 1 && !given.json && requests[given.choice.chosen].done)
		puts(requests[given.choice.chosen].done);
	return code;
}

static int ask(struct headroom *h)
{
	char *request, *answer;
	int code, err;

	(void)h;
	if (asprintf(&request, "%s%s%s", given.request, given.argument ? " " : "",
		     given.argument ? given.argument : "") < 0)
		return say_no_answer(-ENOMEM);
	err = daemon_ask(given.socket, request, TIMEOUT, &answer);
	free(request);
	if (err)
		return say_no_answer(err);
	code = print_answer(answer);
	free(answer);
	if (code >= 0)
		return code;
	fprintf(stderr, "headroom: headroomd closed the connection before it had answered\n");
	return EXIT_FAILED;
}

const struct command daemon_command = {
	.name = "daemon",
	.summary = "ask headroomd about its rules, or have it pause, resume or reload",
	.notes = "Requests:\n"
		 "  status      what it runs, and which knobs it has changed\n"
		 "  rules       the rules, and how many cgroups they match\n"
		 "  why CGROUP  the last decision of each rule about a cgroup\n"
		 "  log [N]     the last lines of its log, or the last N\n"
		 "  pause       evaluate no rules, and change nothing; what was changed stays\n"
		 "  resume      evaluate them again\n"
		 "  reload      read the configuration again\n"
		 "Only root and the user of headroomd may pause, resume and reload.\n",
	.options = options,
	.without_module = true,
	.check = check,
	.run = ask,
};
