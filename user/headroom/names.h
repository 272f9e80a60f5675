/* SPDX-License-Identifier: GPL-2.0 */
/* Look up and print the names of cgroups */
#ifndef NAMES_H
#define NAMES_H

#include "headroom.h"

/**
 * struct name - id and path of a cgroup
 * @id: cgroup id
 * @path: path below the root of the hierarchy; NULL if the cgroup was removed
 */
struct name {
	uint64_t id;
	char *path;
};

/**
 * struct names - names of several cgroups
 * @nr: number of cgroups
 * @name: names in ascending order of id, without duplicates
 */
struct names {
	size_t nr;
	struct name *name;
};

/**
 * names_look_up - look up each cgroup of a list once
 * @id: cgroup ids in any order, duplicates allowed; 0 is skipped
 * @nr: number of ids
 * @names: result; call names_free() even after a failure
 *
 * A report names the same cgroup many times, and looking up a path is slow.
 *
 * Return: 0 or a negative errno; unless that is -ENOMEM, headroom_error() has the message.
 */
int names_look_up(struct headroom *h, const uint64_t *id, size_t nr, struct names *names);
void names_free(struct names *names);
/** names_path - path of the cgroup; NULL if it is unknown or was removed */
const char *names_path(const struct names *names, uint64_t id);
/**
 * names_print - format the name of a cgroup; the caller frees it
 * @limit: width in columns
 *
 * A cgroup that was removed is named by its id.
 *
 * Return: NULL if out of memory.
 */
char *names_print(const struct names *names, uint64_t id, size_t limit);


#endif /* NAMES_H */
