// SPDX-License-Identifier: GPL-2.0
/* Look up and print the names of cgroups */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "source.h"
#include "text.h"

static int compare_names(const void *left, const void *right)
{
	const struct name *a = left, *b = right;

	return (a->id > b->id) - (a->id < b->id);
}

/* Collect each id once, in ascending order. */
static int collect(const uint64_t *id, size_t nr, struct names *names)
{
	*names = (struct names){ .name = calloc(nr ? nr : 1, sizeof(*names->name)) };
	if (!names->name)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++)
		names->name[i].id = id[i];
	qsort(names->name, nr, sizeof(*names->name), compare_names);
	for (size_t i = 0; i < nr; i++) {
		uint64_t next = names->name[i].id;

		if (next && (!names->nr || names->name[names->nr - 1].id != next))
			names->name[names->nr++].id = next;
	}
	return 0;
}

int names_look_up(struct headroom *h, const uint64_t *id, size_t nr, struct names *names)
{
	int err = collect(id, nr, names);

	for (size_t i = 0; !err && i < names->nr; i++) {
		err = source_cgroup_path(h, names->name[i].id, &names->name[i].path);
		if (err == -ESTALE)
			err = 0;
	}
	return err;
}

void names_free(struct names *names)
{
	for (size_t i = 0; i < names->nr; i++)
		free(names->name[i].path);
	free(names->name);
}

const char *names_path(const struct names *names, uint64_t id)
{
	struct name key = { .id = id };
	const struct name *name;

	if (!names->nr)
		return NULL;
	name = bsearch(&key, names->name, names->nr, sizeof(key), compare_names);
	return name ? name->path : NULL;
}

char *names_print(const struct names *names, uint64_t id, size_t limit)
{
	const char *path = names_path(names, id);
	char *name;

	if (path)
		name = text_name(path);
	else if (asprintf(&name, "%" PRIu64, id) < 0)
		name = NULL;
	if (name)
		text_shorten(name, limit);
	return name;
}
