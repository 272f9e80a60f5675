/* SPDX-License-Identifier: GPL-2.0 */
/* headroom help - open the man page of a topic */
#ifndef CMD_HELP_H
#define CMD_HELP_H

#include "command.h"

extern const struct command help_command;

/** help_topic - what the command line names; NULL for nothing */
const char *help_topic(void);
/** help_has - whether it is a topic with a page of its own */
bool help_has(const char *topic);
/** help_open - replace this process by man with the page of a topic, if it is installed */
void help_open(const char *topic);
/**
 * help_refuse - print why there is no help for a topic that is no subcommand
 *
 * Return: the exit code.
 */
int help_refuse(const char *topic);

#endif /* CMD_HELP_H */
