/* SPDX-License-Identifier: GPL-2.0 */
/* What the subcommands share */
#ifndef COMMAND_H
#define COMMAND_H

#include "headroom.h"

/* Exit codes; the usage tells them to people */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NOT_LOADED = 3,
};

/**
 * struct command - a subcommand
 * @name: its name
 * @operands: what stands behind it, besides options; "" when nothing
 * @summary: one line for the usage
 * @notes: what the usage adds at its end; NULL for nothing
 * @run: does it; @argv begins behind the name. Returns the exit code
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

/* What to do when stalls are not tracked */
#define STALLS_ON	"headroom config stalls=on"

/** open_module - connect, or say why not; returns the exit code */
int open_module(struct headroom **h);
/** say_failure - print what failed on @h; returns the exit code for @err */
int say_failure(const struct headroom *h, int err);
/** out_of_memory - say so and exit: nothing is left to do or to undo */
__attribute__((noreturn)) void out_of_memory(void);

#endif /* COMMAND_H */
