/* SPDX-License-Identifier: GPL-2.0 */
/* The interface of a subcommand, and the list of all */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>

#include "headroom.h"

struct option;

/**
 * struct command - a subcommand
 * @name: word on the command line
 * @summary: one line for --help
 * @notes: text at the end of --help; NULL for none
 * @options: what parse_options() parses; their values are static variables of the subcommand
 * @without_module: @run needs no connection, and gets NULL
 * @check: check and convert the values before connecting to the module; NULL if there is
 *	nothing to check. Returns the exit code
 * @run: run the subcommand, connected to the module. Returns the exit code
 * @replays: it reads through source.h, and can do so from a recording
 */
struct command {
	const char *name;
	const char *summary;
	const char *notes;
	const struct option *options;
	bool without_module;
	int (*check)(const struct command *command);
	int (*run)(struct headroom *h);
	bool replays;
};

extern const struct command status_command;
extern const struct command list_command;
extern const struct command top_command;
extern const struct command show_command;
extern const struct command blame_command;
extern const struct command curve_command;
extern const struct command why_command;
extern const struct command stalls_command;
extern const struct command watch_command;
extern const struct command trigger_command;
extern const struct command config_command;
extern const struct command record_command;
extern const struct command replay_command;
extern const struct command report_command;
extern const struct command daemon_command;
extern const struct command metrics_command;

#endif /* COMMAND_H */
