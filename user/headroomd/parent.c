// SPDX-License-Identifier: GPL-2.0
/* The directory that has a file */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "parent.h"

void parent_of(char *dir, size_t size, const char *file)
{
	char *slash;

	snprintf(dir, size, "%s", file);
	slash = strrchr(dir, '/');
	if (!slash)
		snprintf(dir, size, ".");
	else
		slash[slash == dir] = '\0';
}

int parent_make(const char *file)
{
	char dir[PATH_MAX];

	parent_of(dir, sizeof(dir), file);
	return mkdir(dir, 0755) && errno != EEXIST ? -errno : 0;
}
