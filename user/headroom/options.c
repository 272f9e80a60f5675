// SPDX-License-Identifier: GPL-2.0
/* The options of a subcommand: see options.h */

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

/* Longer intervals are taken for mistakes; and they overflow no clock. */
#define SECONDS_MAX	(365.0 * 24 * 3600)

int usage_error(const struct command *command, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "headroom %s: ", command->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, ", see 'headroom %s --help'\n", command->name);
	return EXIT_USAGE;
}

static void print_usage(const struct command *command, const struct option *options)
{
	const struct option *option;
	char left[40];

	printf("Usage: headroom %s%s%s [OPTION]...\n%s\n\n", command->name,
	       *command->operands ? " " : "", command->operands, command->summary);
	for (option = options; option->name; option++) {
		snprintf(left, sizeof(left), "%s%s%s", option->name,
			 option->argument ? " " : "", option->argument ? option->argument : "");
		printf("  %-20s %s\n", left, option->help);
	}
	printf("  %-20s %s\n", "--help", "this text");
	if (command->notes)
		printf("\n%s", command->notes);
}

static bool parse_seconds(const char *text, double *seconds)
{
	char *end;

	errno = 0;
	*seconds = strtod(text, &end);
	return !errno && end != text && *end == '\0' && !isspace((unsigned char)*text) &&
	       isfinite(*seconds) && *seconds > 0 && *seconds <= SECONDS_MAX;
}

static bool parse_count(const char *text, unsigned long *count)
{
	char *end;

	/* strtoul() takes "-1" for a large number */
	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*count = strtoul(text, &end, 10);
	return !errno && *end == '\0';
}

static bool take_value(const struct command *command, const struct option *option,
		       const char *text)
{
	const char *wanted;

	switch (option->kind) {
	case OPTION_SECONDS:
		if (parse_seconds(text, option->value))
			return true;
		wanted = "a number of seconds above 0";
		break;
	case OPTION_COUNT:
		if (parse_count(text, option->value))
			return true;
		wanted = "a whole number";
		break;
	default:
		*(const char **)option->value = text;
		return true;
	}
	usage_error(command, "%s takes %s, not '%s'", option->name, wanted, text);
	return false;
}

static bool is_operand(const struct option *option)
{
	return option->kind == OPTION_OPERAND || option->kind == OPTION_OPTIONAL_OPERAND;
}

/* The option that @word names, up to a '=' */
static const struct option *find_option(const struct option *options, const char *word)
{
	size_t len = strcspn(word, "=");

	for (; options->name; options++)
		if (!is_operand(options) && strlen(options->name) == len &&
		    strncmp(options->name, word, len) == 0)
			return options;
	return NULL;
}

/* Returns how many words were taken, 0 after a mistake. */
static int take_option(const struct command *command, const struct option *options, int argc,
		       char **argv)
{
	const struct option *option = find_option(options, argv[0]);
	const char *attached = strchr(argv[0], '=');

	if (!option) {
		usage_error(command, "unknown option '%s'", argv[0]);
		return 0;
	}
	if (option->kind == OPTION_FLAG) {
		if (attached) {
			usage_error(command, "%s takes no value", option->name);
			return 0;
		}
		*(bool *)option->value = true;
		return 1;
	}
	if (attached)
		return take_value(command, option, attached + 1);
	if (argc < 2) {
		usage_error(command, "%s needs a value: %s", option->name, option->argument);
		return 0;
	}
	return take_value(command, option, argv[1]) ? 2 : 0;
}

static const struct option *next_operand(const struct option *option)
{
	while (option->name && !is_operand(option))
		option++;
	return option;
}

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

bool parse_options(const struct command *command, const struct option *options, int argc,
		   char **argv, int *code)
{
	const struct option *operand = next_operand(options);
	bool only_operands = false;
	int taken;

	*code = EXIT_USAGE;
	for (; argc > 0; argc -= taken, argv += taken) {
		taken = 1;
		if (only_operands || argv[0][0] != '-') {
			if (!operand->name)
				break;
			*(const char **)operand->value = argv[0];
			operand = next_operand(operand + 1);
		} else if (strcmp(argv[0], "--") == 0) {
			only_operands = true;
		} else if (is_help(argv[0])) {
			print_usage(command, options);
			*code = EXIT_DONE;
			return false;
		} else {
			taken = take_option(command, options, argc, argv);
			if (!taken)
				return false;
		}
	}
	if (argc > 0)
		usage_error(command, "one argument too many: '%s'", argv[0]);
	else if (operand->name && operand->kind == OPTION_OPERAND)
		usage_error(command, "%s is missing", operand->name);
	else
		return true;
	return false;
}
