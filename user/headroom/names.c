// SPDX-License-Identifier: GPL-2.0
/* Look up and print the names of cgroups */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "names.h"
#include "text.h"

static int compare_names(const void *left, const void *right)
{
	const struct name *a = left, *b = right;

	return (a->id > b->id) - (a->id < b->id);
}

/* Collect each id once, in ascending order. */
static struct names collect(const uint64_t *id, size_t nr)
{
	struct names names = { .name = calloc(nr ? nr : 1, sizeof(*names.name)) };

	if (!names.name)
		out_of_memory();
	for (size_t i = 0; i < nr; i++)
		names.name[i].id = id[i];
	qsort(names.name, nr, sizeof(*names.name), compare_names);
	for (size_t i = 0; i < nr; i++) {
		uint64_t next = names.name[i].id;

		if (next && (!names.nr || names.name[names.nr - 1].id != next))
			names.name[names.nr++].id = next;
	}
	return names;
}

int names_look_up(struct headroom *h, const uint64_t *id, size_t nr, struct names *names)
{
	int err;

	*names = collect(id, nr);
	for (size_t i = 0; i < names->nr; i++) {
		err = headroom_cgroup_path(h, names->name[i].id, &names->name[i].path);
		if (err < 0 && err != -ESTALE)
			return err;
	}
	return 0;
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
		out_of_memory();
	text_shorten(name, limit);
	return name;
}

bool is_below(const char *path, const char *top)
{
	size_t len = strlen(top);

	if (!top[1])
		return true;
	return path && strncmp(path, top, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

/* Ask the module first: it reports whether the cgroup has the memory controller. */
static int find_known(struct headroom *h, uint64_t id, char **top)
{
	struct headroom_cgroup *cgroup;
	int err = headroom_cgroup_get(h, id, &cgroup);

	headroom_cgroup_free(cgroup);
	return err < 0 ? err : headroom_cgroup_path(h, id, top);
}

int find_top(struct headroom *h, const char *name, char **top)
{
	uint64_t id;
	int err;

	if (!name) {
		*top = strdup("/");
		if (!*top)
			out_of_memory();
		return EXIT_DONE;
	}
	err = headroom_cgroup_id(h, name, &id);
	if (err < 0)
		return say_failure(h, err);
	err = find_known(h, id, top);
	if (!err)
		return EXIT_DONE;
	if (err != -ENOENT)
		return say_failure(h, err);
	fprintf(stderr, "headroom: %s: %s\n", name, headroom_error(h));
	return EXIT_FAILED;
}
