// SPDX-License-Identifier: GPL-2.0
/* Parse and explain the options of a subcommand */

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "column.h"
#include "failure.h"
#include "nearest.h"
#include "options.h"
#include "process_cgroup.h"
#include "quantity.h"

/* A longer interval is a typing error; this one cannot overflow a clock in ns. */
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

static void print_choice(const struct option *option)
{
	const struct choice *choice = option->value;
	const char *word;

	printf("  %-20s %s:", "", option->argument);
	for (size_t i = 0; (word = choice->word(i)); i++) {
		/* four words fit into 80 columns */
		if (i && i % 4 == 0)
			printf("\n  %-20s %*s", "", (int)strlen(option->argument) + 1, "");
		printf(" %s", word);
	}
	putchar('\n');
}

/* The operands in the usage line: CGROUP, [CGROUP] or [CGROUP]... */
static void print_operands(const struct option *option)
{
	for (; option->name; option++) {
		if (option->kind == OPTION_OPERAND)
			printf(" %s", option->name);
		else if (option->kind == OPTION_OPTIONAL_OPERAND)
			printf(" [%s]", option->name);
		else if (option->kind == OPTION_OPERANDS)
			printf(" [%s]...", option->name);
	}
}

static void print_usage(const struct command *command)
{
	const struct option *option;
	char left[40];

	printf("Usage: headroom %s", command->name);
	print_operands(command->options);
	printf(" [OPTION]...\n%s\n\n", command->summary);
	for (option = command->options; option->name; option++) {
		snprintf(left, sizeof(left), "%s%s%s", option->name,
			 option->argument ? " " : "", option->argument ? option->argument : "");
		printf("  %-20s %s\n", left, option->help);
		if (option->kind == OPTION_CHOICE)
			print_choice(option);
	}
	printf("  %-20s %s\n", "--help", "print this text");
	if (command->notes)
		printf("\n%s", command->notes);
}

bool parse_seconds(const char *text, double *seconds)
{
	return (quantity_parse(text, quantity_plain, seconds) ||
		quantity_parse(text, quantity_times, seconds)) &&
	       *seconds > 0 && *seconds <= SECONDS_MAX;
}

bool parse_count(const char *text, unsigned long *count)
{
	char *end;

	/* strtoul() converts "-1" to a large number */
	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*count = strtoul(text, &end, 10);
	return !errno && *end == '\0';
}

/* Join the words for a message: "stall, refaults or name" */
static void list_words(char *list, size_t size, const struct choice *choice)
{
	const char *word;
	int len = 0;

	for (size_t i = 0; (word = choice->word(i)) && len < (int)size; i++)
		len += snprintf(list + len, size - len, "%s%s",
				!i ? "" : choice->word(i + 1) ? ", " : " or ", word);
}

bool parse_choice(const struct command *command, const char *name, const char *text,
		  struct choice *choice)
{
	const char *word;
	char words[300];

	for (size_t i = 0; (word = choice->word(i)); i++) {
		if (strcmp(word, text) == 0) {
			choice->chosen = i;
			return true;
		}
	}
	list_words(words, sizeof(words), choice);
	usage_error(command, "%s must be %s, not '%s'", name, words, text);
	return false;
}

static bool add_text(struct texts *texts, const char *text)
{
	if (texts->nr == sizeof(texts->text) / sizeof(texts->text[0]))
		return false;
	texts->text[texts->nr++] = text;
	return true;
}

static void print_columns(void)
{
	for (size_t i = 0; i < NR_COLUMNS; i++)
		printf("%-10s %-10s %s\n", columns[i].name, columns[i].heading, columns[i].meaning);
}

static bool take_columns(const struct command *command, const struct option *option,
			 const char *text, int *code)
{
	const char *wrong, *meant;
	int len;

	if (strcmp(text, "help") == 0) {
		print_columns();
		*code = EXIT_DONE;
		return false;
	}
	if (column_set_parse(text, option->value, &wrong))
		return true;
	len = strcspn(wrong, ",");
	meant = nearest_word(wrong, len, column_name);
	if (meant)
		usage_error(command, "%s: no column '%.*s', did you mean '%s'?", option->name, len,
			    wrong, meant);
	else
		usage_error(command, "%s: no column '%.*s', '%s help' lists them", option->name, len,
			    wrong, option->name);
	return false;
}

/* The operand or option that --pid or --self has set */
static const void *set_by_process;

/* The string stays until the command ends. */
static bool take_process(const struct command *command, const struct option *option,
			 const char *pid, int *code)
{
	const char **value = option->value;
	char *path;
	int err;

	if (*value) {
		usage_error(command, "more than one CGROUP: '%s' and %s", *value, option->name);
		return false;
	}
	err = process_cgroup(pid, &path);
	*value = path;
	set_by_process = value;
	if (!err)
		return true;
	fprintf(stderr, "headroom: %s%s: %s\n", option->kind == OPTION_PID ? "process " : "", pid,
		err == -ESRCH ? "there is no such process" :
		err == -ENOENT ? "in no cgroup of version 2 that can be seen from here" :
		strerror(-err));
	*code = EXIT_FAILED;
	return false;
}

static bool take_pid(const struct command *command, const struct option *option,
		     const char *text, int *code)
{
	unsigned long pid;

	if (parse_count(text, &pid) && pid)
		return take_process(command, option, text, code);
	usage_error(command, "%s must be the number of a process, not '%s'", option->name, text);
	return false;
}

/* @code: the exit code if the result is false */
static bool take_value(const struct command *command, const struct option *option,
		       const char *text, int *code)
{
	const char *wanted;

	switch (option->kind) {
	case OPTION_SECONDS:
		if (parse_seconds(text, option->value))
			return true;
		wanted = "a time above 0, such as 5 or 50ms";
		break;
	case OPTION_COUNT:
		if (parse_count(text, option->value))
			return true;
		wanted = "a whole number";
		break;
	case OPTION_CHOICE:
		return parse_choice(command, option->name, text, option->value);
	case OPTION_COLUMNS:
		return take_columns(command, option, text, code);
	case OPTION_PID:
		return take_pid(command, option, text, code);
	case OPTION_OPERAND:
	case OPTION_OPTIONAL_OPERAND:
		if (option->value == set_by_process) {
			usage_error(command, "unexpected argument '%s'", text);
			return false;
		}
		*(const char **)option->value = text;
		return true;
	case OPTION_TEXTS:
	case OPTION_OPERANDS:
		if (add_text(option->value, text))
			return true;
		usage_error(command, "too many values: '%s'", text);
		return false;
	default:
		*(const char **)option->value = text;
		return true;
	}
	usage_error(command, "%s must be %s, not '%s'", option->name, wanted, text);
	return false;
}

static bool is_operand(const struct option *option)
{
	return option->kind == OPTION_OPERAND || option->kind == OPTION_OPTIONAL_OPERAND ||
	       option->kind == OPTION_OPERANDS;
}

/* Find the option that @word names; @word may be "NAME=VALUE" */
static const struct option *find_option(const struct option *options, const char *word)
{
	size_t len = strcspn(word, "=");

	for (; options->name; options++)
		if (!is_operand(options) && strlen(options->name) == len &&
		    strncmp(options->name, word, len) == 0)
			return options;
	return NULL;
}

/* Return the number of words consumed, 0 if the command must not run. */
static int take_option(const struct command *command, int argc, char **argv, int *code)
{
	const struct option *option = find_option(command->options, argv[0]);
	const char *attached = strchr(argv[0], '=');

	if (!option) {
		usage_error(command, "unknown option '%s'", argv[0]);
		return 0;
	}
	if (option->kind == OPTION_FLAG || option->kind == OPTION_SELF) {
		if (attached) {
			usage_error(command, "%s takes no value", option->name);
			return 0;
		}
		if (option->kind == OPTION_SELF)
			return take_process(command, option, "self", code);
		*(bool *)option->value = true;
		return 1;
	}
	if (attached)
		return take_value(command, option, attached + 1, code);
	if (argc < 2) {
		usage_error(command, "%s needs a value: %s", option->name, option->argument);
		return 0;
	}
	return take_value(command, option, argv[1], code) ? 2 : 0;
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

bool parse_options(const struct command *command, int argc, char **argv, int *code)
{
	const struct option *operand = next_operand(command->options);
	bool only_operands = false;
	int taken;

	*code = EXIT_USAGE;
	for (; argc > 0; argc -= taken, argv += taken) {
		taken = 1;
		if (only_operands || argv[0][0] != '-') {
			if (!operand->name)
				break;
			if (!take_value(command, operand, argv[0], code))
				return false;
			if (operand->kind != OPTION_OPERANDS)
				operand = next_operand(operand + 1);
		} else if (strcmp(argv[0], "--") == 0) {
			only_operands = true;
		} else if (is_help(argv[0])) {
			print_usage(command);
			*code = EXIT_DONE;
			return false;
		} else {
			taken = take_option(command, argc, argv, code);
			if (!taken)
				return false;
		}
	}
	if (argc > 0)
		usage_error(command, "unexpected argument '%s'", argv[0]);
	else if (operand->name && operand->kind == OPTION_OPERAND &&
		 !*(const char **)operand->value)
		usage_error(command, "%s is missing", operand->name);
	else
		return true;
	return false;
}
