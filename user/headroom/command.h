/* SPDX-License-Identifier: GPL-2.0 */
/* The interface of a subcommand, and the list of all */
#ifndef COMMAND_H
#define COMMAND_H

/**
 * struct command - a subcommand
 * @name: word on the command line
 * @operands: operands in the usage line; "" for none
 * @summary: one line for --help
 * @notes: text at the end of --help; NULL for none
 * @run: run the subcommand; @argv starts after its name. Returns the exit code
 */
struct command {
	const char *name;
	const char *operands;
	const char *summary;
	const char *notes;
	int (*run)(const struct command *command, int argc, char **argv);
};

extern const struct command status_command;
extern const struct command list_command;
extern const struct command top_command;
extern const struct command show_command;
extern const struct command blame_command;
extern const struct command curve_command;
extern const struct command stalls_command;
extern const struct command watch_command;
extern const struct command trigger_command;
extern const struct command config_command;

#endif /* COMMAND_H */
