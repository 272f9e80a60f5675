// SPDX-License-Identifier: GPL-2.0
/* headroom config - the module's parameters, at run time */

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

/* What is to be changed */
struct change {
	struct headroom_params config;
	unsigned int which;
};

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
		wanted = "a whole number, 0 for as many as the machine has pages";
		if (parse_count(text, &number)) {
			change->config.table_entries = number;
			return true;
		}
	} else {
		change->which |= HEADROOM_PARAM_STALLS;
		if (parse_switch(text, &change->config.stalls))
			return true;
	}
	usage_error(command, "%s takes %s, not '%s'", parameter_names[parameter], wanted, text);
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
			    "load it with swap_kprobes=1");
		return false;
	}
	usage_error(command, "no parameter is called '%.*s'", (int)len, text);
	return false;
}

static int set(struct headroom *h, const struct change *change)
{
	int err = headroom_params_set(h, &change->config, change->which);

	if (err >= 0)
		return EXIT_DONE;
	/* the module explains which value it does not take */
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
		json_print_line(parameters_json(&config));
		return EXIT_DONE;
	}
	for (size_t i = 0; i < NR_PARAMETERS; i++)
		printf("%s=%s\n", parameter_names[i], parameter_value(&config, i).s);
	return EXIT_DONE;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct texts assignments = { 0 };
	struct change change = { 0 };
	bool json = false;
	const struct option options[] = {
		{ "PARAMETER=VALUE", OPTION_OPERANDS, NULL, "what to change", &assignments },
		{ "--json", OPTION_FLAG, NULL, "print one JSON object", &json },
		{ 0 }
	};
	struct headroom *h;
	int code;

	if (!parse_options(command, options, argc, argv, &code))
		return code;
	for (size_t i = 0; i < assignments.nr; i++)
		if (!parse_assignment(command, assignments.text[i], &change))
			return EXIT_USAGE;
	code = open_module(&h);
	if (!code && change.which)
		code = set(h, &change);
	if (!code)
		code = print(h, json);
	headroom_close(h);
	return code;
}

const struct command config_command = {
	.name = "config",
	.operands = "[PARAMETER=VALUE]...",
	.summary = "the module's parameters: show them, or change them at once",
	.notes = "Without operands, shows them; else, as they are then. Either all changes are made,\n"
		 "or none:\n"
		 "  sample-shift=N   track one page in 2^N, N from 0 to 10\n"
		 "  table-entries=N  evicted pages to remember; 0: as many as the machine has pages\n"
		 "  stalls=on|off    track stalls\n"
		 "No counter is lost; a new sample-shift or table-entries makes the table of evicted\n"
		 "pages anew, and those that were in it are forgotten.\n",
	.run = run,
};
