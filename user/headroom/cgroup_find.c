// SPDX-License-Identifier: GPL-2.0
/*
 * Find the cgroup that the command line names
 *
 * A path or an id is looked up by itself. Only if there is none, all cgroups are compared with the
 * name: with the whole path if it begins with "/", else with as many of its last components as the
 * name has.
 *
 * The cgroup of a process is often a leaf without the memory controller. What the process does is
 * charged to the nearest ancestor that has it, so that one is meant.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup_find.h"
#include "failure.h"
#include "process_cgroup.h"
#include "source.h"
#include "text.h"

/* The most candidates that a message lists */
#define LISTED	20

static bool is_pattern(const char *name)
{
	return strpbrk(name, "*?[");
}

/* The end of @path that has as many components as @name; NULL if it has less */
static const char *end_of(const char *path, const char *name)
{
	size_t slashes = 1;
	const char *end = path + strlen(path);

	for (; *name; name++)
		slashes += *name == '/';
	while (slashes && end > path)
		slashes -= *--end == '/';
	return slashes ? NULL : end + 1;
}

bool cgroup_matches(const char *name, const char *path)
{
	const char *part = *name == '/' ? path : end_of(path, name);

	if (!part || !*part)
		return false;
	/* names of units contain backslashes */
	return strcmp(name, part) == 0 || fnmatch(name, part, FNM_PATHNAME | FNM_NOESCAPE) == 0;
}

static int list_candidates(const char *name, const struct headroom_snapshot *s, size_t nr)
{
	char *safe = text_name(name);
	size_t listed = 0;

	fprintf(stderr, "headroom: %zu cgroups match %s, name one of them:\n", nr, safe ? safe : "");
	free(safe);
	for (size_t i = 0; i < s->nr && listed < LISTED; i++) {
		if (!s->cgroup[i].path || !cgroup_matches(name, s->cgroup[i].path))
			continue;
		safe = text_name(s->cgroup[i].path);
		if (!safe)
			return -ENOMEM;
		fprintf(stderr, "  %s\n", safe);
		free(safe);
		listed++;
	}
	if (nr > LISTED)
		fprintf(stderr, "  and %zu more\n", nr - LISTED);
	return EXIT_FAILED;
}

/* Returns the exit code, or a negative errno. */
static int search(const char *name, const struct headroom_snapshot *s, const char *message,
		  uint64_t *id)
{
	size_t nr = 0;

	for (size_t i = 0; i < s->nr; i++) {
		if (!s->cgroup[i].path || !cgroup_matches(name, s->cgroup[i].path))
			continue;
		*id = s->cgroup[i].id;
		nr++;
	}
	if (nr > 1)
		return list_candidates(name, s, nr);
	if (nr == 1)
		return EXIT_DONE;
	fprintf(stderr, "headroom: %s\n", message);
	return EXIT_FAILED;
}

/* Whether the module has statistics of a cgroup: 0, or -ENOENT */
static int check_known(struct headroom *h, uint64_t id)
{
	struct headroom_cgroup *cgroup;
	int err = source_cgroup_get(h, id, &cgroup);

	source_cgroup_free(cgroup);
	return err;
}

/* Make a path that of the parent; false if it is the root's */
static bool cut(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash || !slash[1])
		return false;
	slash[slash == path] = '\0';
	return true;
}

static int say_climbed(const char *from, const char *to)
{
	char *name = text_name(from), *above = text_name(to);
	int err = name && above ? 0 : -ENOMEM;

	if (!err)
		fprintf(stderr, "headroom: %s does not have the memory controller: using %s, to which its memory is charged\n",
			name, above);
	free(name);
	free(above);
	return err;
}

int cgroup_find_charged(struct headroom *h, const char *path, uint64_t *id)
{
	int err = source_cgroup_id(h, path, id);
	char *above;

	if (err)
		return err;
	above = strdup(path);
	if (!above)
		return -ENOMEM;
	err = check_known(h, *id);
	while (err == -ENOENT && cut(above)) {
		err = source_cgroup_id(h, above, id);
		if (!err)
			err = check_known(h, *id);
	}
	if (!err && strcmp(above, path))
		err = say_climbed(path, above);
	free(above);
	return err;
}

int cgroup_find(struct headroom *h, const char *name, uint64_t *id)
{
	const struct headroom_filter paths = { .omit = HEADROOM_DETAIL_ALL };
	struct headroom_snapshot *s;
	char message[512];
	int err = process_cgroup_is(name) ? cgroup_find_charged(h, name, id) :
					    source_cgroup_id(h, name, id);

	if (!err)
		return EXIT_DONE;
	if (err != -ENOENT || !*name || (*name == '/' && !is_pattern(name)))
		return say_failure(h, err);
	snprintf(message, sizeof(message), "%s", source_error(h));
	err = source_snapshot_take(h, &paths, &s);
	if (!err) {
		err = search(name, s, message, id);
		headroom_snapshot_free(s);
	}
	return err < 0 ? say_failure(h, err) : err;
}
