/* SPDX-License-Identifier: GPL-2.0 */
/* The names of the cgroups that an answer is about */
#ifndef NAMES_H
#define NAMES_H

#include "headroom.h"

/**
 * struct name - what a cgroup is called
 * @id: its id
 * @path: its path; NULL when it was removed meanwhile
 */
struct name {
	uint64_t id;
	char *path;
};

/**
 * struct names - the names of some cgroups
 * @nr: number of cgroups
 * @name: each once, in order of id
 */
struct names {
	size_t nr;
	struct name *name;
};

/**
 * names_look_up - the names of cgroups
 * @id: their ids, in any order and as often as it happens; 0 stands for none
 * @nr: number of ids
 * @names: result; free it with names_free(), after a failure too
 *
 * A cgroup stands in many places, and looking up a path is slow.
 *
 * Return: 0 or a negative errno, with a sentence in headroom_error().
 */
int names_look_up(struct headroom *h, const uint64_t *id, size_t nr, struct names *names);
void names_free(struct names *names);
/** names_path - the path of the cgroup with this id; NULL without one */
const char *names_path(const struct names *names, uint64_t id);
/**
 * names_print - a name as it is printed, to be freed
 * @limit: columns that it may take
 *
 * A cgroup that is gone has but its id.
 */
char *names_print(const struct names *names, uint64_t id, size_t limit);

/** is_below - whether @path is @top or below it; all are below "/", also a NULL */
bool is_below(const char *path, const char *top);
/**
 * find_top - the path of a cgroup that the user named
 * @name: what it was called; NULL for all
 * @top: result, to be freed; "/" for all
 *
 * Return: the exit code; what there was to say is said.
 */
int find_top(struct headroom *h, const char *name, char **top);

#endif /* NAMES_H */
