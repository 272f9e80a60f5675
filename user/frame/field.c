// SPDX-License-Identifier: GPL-2.0
/*
 * Parse the texts of cgroup files and of files in /proc
 *
 * A value that is not there, or is no number, is missing: it is never taken for zero.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"

static bool parse(const char *text, uint64_t *value)
{
	char *end;

	/* strtoull() also accepts a sign */
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return !errno && (!*end || strchr(" \n", *end));
}

bool field_number(const char *text, uint64_t *value)
{
	if (!text)
		return false;
	if (strcmp(text, "max") == 0 || strcmp(text, "max\n") == 0) {
		*value = FIELD_MAX;
		return true;
	}
	return parse(text, value);
}

const char *field_next_line(const char *text)
{
	const char *end = strchr(text, '\n');

	return end && end[1] ? end + 1 : NULL;
}

bool field_key(const char *text, const char *key, uint64_t *value)
{
	size_t n = strlen(key);

	for (; text; text = field_next_line(text)) {
		if (strncmp(text, key, n) == 0 && (text[n] == ' ' || text[n] == ':'))
			return parse(text + n + strspn(text + n, ": "), value);
	}
	return false;
}

bool field_column(const char *text, unsigned int column, uint64_t *value)
{
	if (!text)
		return false;
	for (text += strspn(text, " "); column; column--) {
		text += strcspn(text, " \n");
		text += strspn(text, " ");
	}
	return parse(text, value);
}

/* What follows "NAME=" in the line that begins with @line; NULL if there is none */
static const char *pressure(const char *text, const char *line, const char *name)
{
	const char *end, *at;
	size_t n = strlen(line);

	for (; text; text = field_next_line(text)) {
		if (strncmp(text, line, n) || text[n] != ' ')
			continue;
		end = text + strcspn(text, "\n");
		at = strstr(text, name);
		n = strlen(name);
		return at && at < end && at[-1] == ' ' && at[n] == '=' ? at + n + 1 : NULL;
	}
	return NULL;
}

bool field_pressure(const char *text, const char *line, const char *average, double *percent)
{
	const char *at = pressure(text, line, average);
	char *end;

	if (!at || *at < '0' || *at > '9')
		return false;
	*percent = strtod(at, &end);
	return *end == ' ' && *percent <= 100;
}

bool field_pressure_total(const char *text, const char *line, uint64_t *us)
{
	const char *at = pressure(text, line, "total");

	return at && parse(at, us);
}
