/* SPDX-License-Identifier: GPL-2.0 */
/* The parameters of the action hook, and the words of its command */
#ifndef HEADROOMD_HOOK_H
#define HEADROOMD_HOOK_H

/** enum hook_parameter - parameters of a hook, in the order of the action's list */
enum hook_parameter {
	HOOK_COMMAND,	/* for hook_split() */
	HOOK_TIMEOUT,	/* seconds */
	HOOK_USER,	/* name of the user; NULL for that of the daemon */
};

/**
 * hook_split - split a command into words, without a shell
 * @command: words with blanks in between; 'a b' and "a b" are parts of a word, with their blanks. No
 *	other character is special, not even a backslash.
 * @error: result if it cannot be split: why, as the end of a sentence
 *
 * Return: the words and a NULL behind them, to be freed with one free(); NULL on failure.
 */
char **hook_split(const char *command, const char **error);

#endif /* HEADROOMD_HOOK_H */
