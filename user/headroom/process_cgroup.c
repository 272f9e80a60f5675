// SPDX-License-Identifier: GPL-2.0
/* The cgroup of a process, as /proc has it: "0::/system.slice/redis.service" */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "process_cgroup.h"

/* The path in the line of the cgroups of version 2; NULL if @line is another one */
static const char *path_in(char *line)
{
	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, "0::/", 4) != 0 || strncmp(line + 3, "/..", 3) == 0)
		return NULL;
	return line + 3;
}

/* What was returned last: a command names one process */
static const char *last;

bool process_cgroup_is(const char *path)
{
	return path && path == last;
}

int process_cgroup(const char *pid, char **path)
{
	char name[64], *line = NULL;
	const char *found = NULL;
	size_t size = 0;
	FILE *file;
	int err = 0;

	*path = NULL;
	snprintf(name, sizeof(name), "/proc/%s/cgroup", pid);
	file = fopen(name, "re");
	if (!file)
		return errno == ENOENT ? -ESRCH : -errno;
	errno = 0;
	while (!found && getline(&line, &size, file) >= 0)
		found = path_in(line);
	if (found)
		*path = strdup(found);
	else
		err = errno ? -errno : -ENOENT;
	if (found && !*path)
		err = -ENOMEM;
	last = *path;
	free(line);
	fclose(file);
	return err;
}
