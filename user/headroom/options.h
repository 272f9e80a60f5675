/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Parse and explain the options of a subcommand
 *
 * One table serves both the parser and --help. getopt_long() is no choice: it
 * accepts any unambiguous abbreviation of a long option, so a new option could
 * break scripts that use one.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "command.h"

enum option_kind {
	OPTION_FLAG,	/* bool */
	OPTION_SECONDS,	/* double, greater than 0: see parse_seconds() */
	OPTION_COUNT,	/* unsigned long */
	OPTION_TEXT,	/* const char * */
	OPTION_TEXTS,	/* struct texts: the option may be repeated */
	OPTION_CHOICE,	/* struct choice */
	OPTION_PID,	/* const char *: the path of the cgroup of this process */
	OPTION_SELF,	/* const char *: that of the cgroup of the command itself */
	OPTION_COLUMNS,	/* struct column_set; "help" lists the columns instead */
	OPTION_OPERAND,	/* const char *; required */
	OPTION_OPTIONAL_OPERAND,	/* const char *; follows the required operands */
	OPTION_OPERANDS,	/* struct texts: all remaining operands */
};

/** struct texts - values of a repeated option, in order; more than fit are a usage error */
struct texts {
	size_t nr;
	const char *text[32];
};

/**
 * struct choice - one word of a list
 * @word: words by index, then NULL; --help prints them
 * @chosen: index of the word; initialize it with the default
 */
struct choice {
	const char *(*word)(size_t i);
	size_t chosen;
};

/**
 * struct option - an option or operand; a table ends with an entry without a name
 * @name: "--json", or for an operand "CGROUP"
 * @kind: type of @value
 * @argument: name of the value in --help; NULL for flags and operands
 * @help: description in --help
 * @value: where to store the value; initialize it with the default
 */
struct option {
	const char *name;
	enum option_kind kind;
	const char *argument;
	const char *help;
	void *value;
};

/* The options to name a cgroup by a process, in place of the operand or option that sets @value */
#define PROCESS_OPTIONS(value)	\
	{ "--pid", OPTION_PID, "N", "the cgroup of the process N", value },	\
	{ "--self", OPTION_SELF, NULL, "the cgroup of this command", value }

/**
 * parse_options - parse the command line of @command
 * @code: exit code if the command must not run
 *
 * Return: true if the command may run. Otherwise the usage error or the text of
 * --help has been printed.
 */
bool parse_options(const struct command *command, int argc, char **argv, int *code);

/**
 * parse_seconds - parse a time greater than 0
 * @text: "5", "0.5", "50ms"; the unit is ns, us, ms, s, min or h, by default s
 */
bool parse_seconds(const char *text, double *seconds);
/** parse_count - parse a decimal number without sign */
bool parse_count(const char *text, unsigned long *count);

/** parse_choice - find @text in the words of @choice, or print an error about @name */
bool parse_choice(const struct command *command, const char *name, const char *text,
		  struct choice *choice);

/** usage_error - print an error of the command line; returns EXIT_USAGE */
__attribute__((format(printf, 2, 3)))
int usage_error(const struct command *command, const char *format, ...);

#endif /* OPTIONS_H */
