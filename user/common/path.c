// SPDX-License-Identifier: GPL-2.0
/* Compare the paths of cgroups in the hierarchy */

#include <string.h>

#include "path.h"

static bool is_root(const char *path)
{
	return path[0] == '/' && !path[1];
}

bool path_is_below(const char *path, const char *top)
{
	size_t len = strlen(top);

	if (is_root(top))
		return path[0] == '/' && path[1];
	return strncmp(path, top, len) == 0 && path[len] == '/';
}

bool path_is_within(const char *path, const char *top)
{
	if (is_root(top))
		return true;
	return path && (strcmp(path, top) == 0 || path_is_below(path, top));
}
