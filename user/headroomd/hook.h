/* SPDX-License-Identifier: GPL-2.0 */
/* The words of the command of a hook */
#ifndef HEADROOMD_HOOK_H
#define HEADROOMD_HOOK_H

#include <stdbool.h>
#include <stddef.h>

/**
 * hook_split - split a command into words, without a shell
 * @command: words with blanks in between; 'a b' and "a b" are parts of a word, with their blanks. No
 *	other character is special, not even a backslash.
 * @error: result if it cannot be split: why, as the end of a sentence
 *
 * Return: the words and a NULL behind them, to be freed with one free(); NULL on failure.
 */
char **hook_split(const char *command, const char **error);
/**
 * hook_check - check a command: it has to be the absolute path of a program, and its arguments
 * @name: of the parameter, for @error
 * @error: result, if it is not valid
 */
bool hook_check(const char *command, const char *name, char *error, size_t size);

#endif /* HEADROOMD_HOOK_H */
