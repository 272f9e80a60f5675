/* SPDX-License-Identifier: GPL-2.0 */
/* A temporary directory with the files of a test, such as a fake cgroup tree */
#ifndef TREE_H
#define TREE_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[64];

/* make_dir - create the directory, whose path is then in dir */
static inline void make_dir(void)
{
	snprintf(dir, sizeof(dir), "/tmp/headroomd-test.XXXXXX");
	if (!mkdtemp(dir))
		abort();
}

/* remove_dir - remove the directory and everything in it */
static inline void remove_dir(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (system(command))
		abort();
}

/* clear_dir - remove everything in it */
static inline void clear_dir(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s/*", dir);
	if (system(command))
		abort();
}

/* in_dir - the path of a file in dir; valid until the fourth call after this one */
static inline const char *in_dir(const char *name)
{
	static char path[4][256];
	static int next;

	next = (next + 1) % 4;
	snprintf(path[next], sizeof(path[next]), "%s/%s", dir, name);
	return path[next];
}

/* put - replace a file atomically: a daemon may be reading it */
static inline void put(const char *name, const char *text)
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

/* get - the text of a file, valid until the next call; NULL if there is no such file */
static inline const char *get(const char *name)
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

/* make_cgroup - make a directory with a file memory.low, unless it exists; set memory.low */
static inline void make_cgroup(const char *name, const char *low)
{
	char file[128];

	mkdir(in_dir(name), 0755);
	snprintf(file, sizeof(file), "%s/memory.low", name);
	put(file, low);
}

/* replace_cgroup - replace the cgroup at a path by another one */
static inline void replace_cgroup(const char *name, const char *low)
{
	static int nr;
	char old[32];

	snprintf(old, sizeof(old), "removed-%d", ++nr);
	if (rename(in_dir(name), in_dir(old)))
		abort();
	make_cgroup(name, low);
}

/*
 * get_number - the number in a file; UINT64_MAX if there is no such file. A daemon
 * truncates a file before it writes; a cgroup file is never empty.
 */
static inline uint64_t get_number(const char *name)
{
	const char *text = get(name);
	int i;

	for (i = 0; text && !*text && i < 100; i++) {
		usleep(1000);
		text = get(name);
	}
	return text ? strtoull(text, NULL, 10) : UINT64_MAX;
}

/* put_min - give a cgroup a file memory.min */
static inline void put_min(const char *name, const char *min)
{
	char file[128];

	snprintf(file, sizeof(file), "%s/memory.min", name);
	put(file, min);
}

/* min_of - memory.min of a cgroup, as get_number() */
static inline uint64_t min_of(const char *name)
{
	char file[128];

	snprintf(file, sizeof(file), "%s/memory.min", name);
	return get_number(file);
}

/* low_of - memory.low of a cgroup, as get_number() */
static inline uint64_t low_of(const char *name)
{
	char file[128];

	snprintf(file, sizeof(file), "%s/memory.low", name);
	return get_number(file);
}

#endif /* TREE_H */
