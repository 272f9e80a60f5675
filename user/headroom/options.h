/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The options of a subcommand
 *
 * One table both parses and explains them. Not getopt_long(): it takes any
 * unique beginning of a long option, so that an option added later breaks
 * scripts that work today.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "command.h"

enum option_kind {
	OPTION_FLAG,	/* bool */
	OPTION_SECONDS,	/* double, above 0: see parse_seconds() */
	OPTION_COUNT,	/* unsigned long */
	OPTION_TEXT,	/* const char * */
	OPTION_TEXTS,	/* struct texts: the option may be repeated */
	OPTION_CHOICE,	/* struct choice */
	OPTION_OPERAND,	/* const char *; required, no dashes */
	OPTION_OPTIONAL_OPERAND,	/* the same, behind the required ones */
	OPTION_OPERANDS,	/* struct texts: all that follow; at the end */
};

/** struct texts - what was given, in order; in a command line longer than this is a mistake */
struct texts {
	size_t nr;
	const char *text[32];
};

/**
 * struct choice - one word out of several
 * @words: end with NULL; the usage lists them
 * @chosen: index of the word; the default stands there before
 */
struct choice {
	const char *const *words;
	size_t chosen;
};

/**
 * struct option - an option or operand
 * @name: "--json", or for an operand "CGROUP"
 * @kind: what it takes
 * @argument: what it takes, for the usage; NULL for flags and operands
 * @help: for the usage
 * @value: where the value goes; the default stands there before
 */
struct option {
	const char *name;
	enum option_kind kind;
	const char *argument;
	const char *help;
	void *value;
};

/**
 * parse_options - parse the command line of @command
 * @options: ends with an entry without a name
 * @code: exit code, when the command is not to run
 *
 * Return: true when the command is to run. Otherwise what there was to say,
 * about a mistake or for --help, is said.
 */
bool parse_options(const struct command *command, const struct option *options, int argc,
		   char **argv, int *code);

/**
 * parse_seconds - a time above 0
 * @text: "5", "0.5", "50ms"; a number alone is seconds, units are ns, us, ms, s, min, h
 */
bool parse_seconds(const char *text, double *seconds);
/** parse_count - a whole number */
bool parse_count(const char *text, unsigned long *count);

/** parse_choice - one word out of several; what is not among them is said, about @name */
bool parse_choice(const struct command *command, const char *name, const char *text,
		  struct choice *choice);

/** usage_error - say what is wrong with the command line; returns EXIT_USAGE */
__attribute__((format(printf, 2, 3)))
int usage_error(const struct command *command, const char *format, ...);

#endif /* OPTIONS_H */
