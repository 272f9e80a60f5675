// SPDX-License-Identifier: GPL-2.0
/* Compare the paths of cgroups in the hierarchy */

#include <string.h>

#include "path.h"

bool path_is_below(const char *path, const char *top)
{
	size_t len = strlen(top);

	if (!top[1])
		return path[1];
	return strncmp(path, top, len) == 0 && path[len] == '/';
}

bool path_is_within(const char *path, const char *top)
{
	if (!top[1])
		return true;
	return path && (strcmp(path, top) == 0 || path_is_below(path, top));
}
