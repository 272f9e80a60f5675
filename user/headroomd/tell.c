// SPDX-License-Identifier: GPL-2.0
/* The parameters of the action notify: permissions, and paths with the name of the cgroup */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tell.h"

bool tell_mode(const char *text, unsigned int *mode)
{
	char *end;
	unsigned long value = strtoul(text, &end, 8);

	/* strtoul() also accepts blanks and a sign */
	if (!isdigit((unsigned char)*text) || *end || value > 0777)
		return false;
	*mode = value;
	return true;
}

bool tell_is_fixed(const char *template)
{
	for (const char *at = template; (at = strchr(at, '%')); at += 2)
		if (at[1] != '%')
			return false;
	return true;
}

/* The last component, which the root does not have */
static const char *last_name(const char *cgroup)
{
	const char *slash = cgroup ? strrchr(cgroup, '/') : NULL;

	return slash && slash[1] ? slash + 1 : "-";
}

const char *tell_path(char *path, const char *template, const char *cgroup, uint64_t id)
{
	size_t n = 0;

	if (*template != '/')
		return "expected an absolute path, such as /run/headroom/pressure/%n";
	for (const char *at = template; *at; at++) {
		size_t room = TELL_PATH - n;

		if (*at != '%')
			n += snprintf(path + n, room, "%c", *at);
		else if (at[1] == 'n')
			n += snprintf(path + n, room, "%s", last_name(cgroup));
		else if (at[1] == 'i')
			n += snprintf(path + n, room, "%llu", (unsigned long long)id);
		else if (at[1] == '%')
			n += snprintf(path + n, room, "%%");
		else
			return "expected n, i or % behind %";
		if (*at == '%')
			at++;
		if (n >= TELL_PATH)
			return "the path is longer than 107 bytes";
	}
	return NULL;
}
