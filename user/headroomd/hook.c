// SPDX-License-Identifier: GPL-2.0
/* The words of the command of a hook */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hook.h"

static bool is_blank(char c)
{
	return isspace((unsigned char)c);
}

/*
 * Copy a word without its quotes
 * @text: moved behind the word
 * @to: moved behind the copy and its end
 *
 * Return: false if a quote is not closed.
 */
static bool copy_word(const char **text, char **to)
{
	const char *at = *text;

	for (; *at && !is_blank(*at); at++) {
		const char *end;

		if (*at != '\'' && *at != '"') {
			*(*to)++ = *at;
			continue;
		}
		end = strchr(at + 1, *at);
		if (!end)
			return false;
		memcpy(*to, at + 1, end - at - 1);
		*to += end - at - 1;
		at = end;
	}
	*(*to)++ = '\0';
	*text = at;
	return true;
}

/* The words are behind the array, in the same allocation */
char **hook_split(const char *command, const char **error)
{
	size_t length = strlen(command), most = length / 2 + 1, nr = 0;
	char **word = malloc((most + 1) * sizeof(*word) + length + 1);
	char *to = (char *)(word + most + 1);

	if (!word) {
		*error = "memory is short";
		return NULL;
	}
	for (;;) {
		while (is_blank(*command))
			command++;
		if (!*command)
			break;
		word[nr++] = to;
		if (!copy_word(&command, &to)) {
			*error = "a quote is not closed";
			free(word);
			return NULL;
		}
	}
	word[nr] = NULL;
	if (nr)
		return word;
	*error = "it is empty";
	free(word);
	return NULL;
}

bool hook_check(const char *command, const char *name, char *error, size_t size)
{
	const char *why;
	char **word = hook_split(command, &why);
	bool valid = word && word[0][0] == '/';

	if (!word)
		snprintf(error, size, "%s: %s", name, why);
	else if (!valid)
		snprintf(error, size, "%s: expected the absolute path of a program, such as /usr/bin/logger",
			 name);
	free(word);
	return valid;
}
