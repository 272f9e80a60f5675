/* SPDX-License-Identifier: GPL-2.0 */
/* headroom replay: read a recording */
#ifndef CMD_REPLAY_H
#define CMD_REPLAY_H

#include "command.h"

/**
 * replay_split - take the recording, the moment and the command out of the arguments
 * @argc: number of arguments; result: those that are left for the command, if there is one
 * @argv: the arguments behind "replay"; those that are left come first
 *
 * Return: the name of the command; NULL without one.
 */
const char *replay_split(int *argc, char **argv);
/** replay_begin - have the command read the recording; returns the exit code */
int replay_begin(void);

#endif /* CMD_REPLAY_H */
