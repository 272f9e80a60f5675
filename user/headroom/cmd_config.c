// SPDX-License-Identifier: GPL-2.0
/* headroom config - show and change the parameters of the module at run time */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "failure.h"
#include "json.h"
#include "options.h"
#include "parameter.h"

#define SAMPLE_SHIFT_MAX	10

/* Parameters to change: their values, and a bit in @which for each */
struct change {
	struct headroom_params config;
	unsigned int which;
};

/* Options of the command line, and the changes they ask for */
static struct {
	struct texts assignments;
	struct change change;
	bool json;
} request;

static bool parse_switch(const char *text, bool *on)
{
	*on = strcmp(text, "on") == 0;
	return *on || strcmp(text, "off") == 0;
}

static bool parse_value(const struct command *command, enum parameter parameter, const char *text,
			struct change *change)
{
	const char *wanted = "on or off";
	unsigned long number;

	if (parameter == SAMPLE_SHIFT) {
		change->which |= HEADROOM_PARAM_SAMPLE_SHIFT;
		wanted = "a whole number from 0 to 10";
		if (parse_count(text, &number) && number <= SAMPLE_SHIFT_MAX) {
			change->config.sample_shift = number;
			return true;
		}
	} else if (parameter == TABLE_ENTRIES) {
		change->which |= HEADROOM_PARAM_TABLE_ENTRIES;
		wanted = "a whole number, 0 for the number of pages of the machine";
		if (parse_count(text, &number)) {
			change->config.table_entries = number;
			return true;
		}
	} else {
		change->which |= HEADROOM_PARAM_STALLS;
		if (parse_switch(text, &change->config.stalls))
			return true;
	}
	usage_error(command, "%s must be %s, not '%s'", parameter_names[parameter], wanted, text);
	return false;
}

static bool parse_assignment(const struct command *command, const char *text,
			     struct change *change)
{
	size_t len = strcspn(text, "=");

	for (size_t i = 0; i < NR_PARAMETERS; i++) {
		if (strlen(parameter_names[i]) != len || strncmp(parameter_names[i], text, len))
			continue;
		if (!text[len]) {
			usage_error(command, "%s needs a value: %s=VALUE", text, text);
			return false;
		}
		if (i != SWAP_KPROBES)
			return parse_value(command, i, text + len + 1, change);
		usage_error(command, "swap-kprobes cannot be changed while the module is loaded: "
			    "reload it with swap_kprobes=1");
		return false;
	}
	usage_error(command, "unknown parameter '%.*s'", (int)len, text);
	return false;
}

static int set(struct headroom *h, const struct change *change)
{
	int err = headroom_params_set(h, &change->config, change->which);

	if (err >= 0)
		return EXIT_DONE;
	/* the message of the module names the value that it refuses */
	say_failure(h, err);
	return err == -EINVAL || err == -ERANGE ? EXIT_USAGE :
	       err == -ENOTCONN ? EXIT_NOT_LOADED : EXIT_FAILED;
}

static int print(struct headroom *h, bool json)
{
	struct headroom_params config;
	int err = headroom_params_get(h, &config);

	if (err < 0)
		return say_failure(h, err);
	if (json) {
		err = json_print_line(parameters_json(&config));
		return err < 0 ? say_failure(h, err) : EXIT_DONE;
	}
	for (size_t i = 0; i < NR_PARAMETERS; i++)
		printf("%s=%s\n", parameter_names[i], parameter_value(&config, i).s);
	return EXIT_DONE;
}

static int set_and_print(struct headroom *h)
{
	int code = request.change.which ? set(h, &request.change) : EXIT_DONE;

	return code ? code : print(h, request.json);
}

static const struct option options[] = {
	{ "PARAMETER=VALUE", OPTION_OPERANDS, NULL, "parameter to change",
	  &request.assignments },
	{ "--json", OPTION_FLAG, NULL, "print one JSON object", &request.json },
	{ 0 }
};

static int check(const struct command *command)
{
	for (size_t i = 0; i < request.assignments.nr; i++)
		if (!parse_assignment(command, request.assignments.text[i], &request.change))
			return EXIT_USAGE;
	return EXIT_DONE;
}

const struct command config_command = {
	.name = "config",
	.summary = "show the parameters of the module, or change them",
	.notes = "Makes either all changes or none, then prints the parameters:\n"
		 "  sample-shift=N   track one page in 2^N, N from 0 to 10\n"
		 "  table-entries=N  evicted pages to remember; 0: the number of pages of the machine\n"
		 "  stalls=on|off    track stalls\n"
		 "Counters keep their values. A new sample-shift or table-entries clears the nonresident\n"
		 "table: refaults of the pages in it are not recognised.\n",
	.options = options,
	.check = check,
	.run = set_and_print,
};
