/* SPDX-License-Identifier: GPL-2.0 */
/* Files of a directory that a test makes up, as a cgroup tree or otherwise */
#ifndef TREE_H
#define TREE_H

#include <stdio.h>
#include <stdlib.h>

static char dir[64];

/* in_dir - the path of a file below dir; good until the fourth call after this */
static const char *in_dir(const char *name)
{
	static char path[4][256];
	static int next;

	next = (next + 1) % 4;
	snprintf(path[next], sizeof(path[next]), "%s/%s", dir, name);
	return path[next];
}

/* put - write a file, in one step: somebody may be reading it */
static void put(const char *name, const char *text)
{
	char tmp[256];
	FILE *f;

	snprintf(tmp, sizeof(tmp), "%s.put", in_dir(name));
	f = fopen(tmp, "we");
	if (!f)
		abort();
	fputs(text, f);
	fclose(f);
	if (rename(tmp, in_dir(name)))
		abort();
}

/* get - a file's text, good until the next call; NULL without the file */
static const char *get(const char *name)
{
	static char text[65536];
	FILE *f = fopen(in_dir(name), "re");
	size_t n;

	if (!f)
		return NULL;
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	return text;
}

#endif /* TREE_H */
