// SPDX-License-Identifier: LGPL-2.1
/*
 * Cache the paths of cgroups
 *
 * A list is in order of id. Each snapshot appends the cgroups that it is the first to
 * contain; removed cgroups stay. When a list has doubled, most of it may belong to removed
 * cgroups, and a new list starts with the cgroups of the current snapshot.
 */

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "connection.h"
#include "path_cache.h"

/* Growth that is not worth a new list */
#define FEW	1024

struct known {
	uint64_t id;
	char *path;
};

/*
 * The snapshots and the handle share a list; the last of @holders frees it. Any thread may
 * free a snapshot. The other members belong to the handle's thread.
 */
struct paths {
	atomic_uint holders;
	struct arena strings;
	struct known *known;
	size_t nr, room, most;
};

void paths_put(struct paths *paths)
{
	if (!paths || atomic_fetch_sub(&paths->holders, 1) > 1)
		return;
	arena_free(&paths->strings);
	free(paths->known);
	free(paths);
}

void headroom_forget_paths(struct headroom *h)
{
	paths_put(h->paths);
	h->paths = NULL;
}

/* Index of @id in the list, or where it would be */
static size_t position(const struct paths *paths, uint64_t id)
{
	size_t low = 0, high = paths->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (paths->known[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static char *keep_string(struct paths *paths, const char *path)
{
	size_t size = strlen(path) + 1;
	char *copy = arena_alloc(&paths->strings, (size + 7) & ~(size_t)7);

	return copy ? memcpy(copy, path, size) : NULL;
}

/* Append at the end; the caller sorts */
static int append(struct paths *paths, uint64_t id, const char *path)
{
	struct known *known = paths->known;
	size_t room = paths->room ? 2 * paths->room : 64;
	char *copy;

	if (paths->nr == paths->room) {
		known = reallocarray(known, room, sizeof(*known));
		if (!known)
			return -ENOMEM;
		paths->known = known;
		paths->room = room;
	}
	copy = keep_string(paths, path);
	if (!copy)
		return -ENOMEM;
	known[paths->nr++] = (struct known){ .id = id, .path = copy };
	return 0;
}

static int compare_known(const void *a, const void *b)
{
	uint64_t left = ((const struct known *)a)->id, right = ((const struct known *)b)->id;

	return (left > right) - (left < right);
}

/* Create a list of the paths in @s, and make @s use the copies in it */
static struct paths *create_list(struct headroom_snapshot *s)
{
	struct paths *paths = calloc(1, sizeof(*paths));
	size_t next = 0;

	if (!paths)
		return NULL;
	paths->holders = 1;
	for (size_t i = 0; i < s->nr; i++)
		if (s->cgroup[i].path && append(paths, s->cgroup[i].id, s->cgroup[i].path) < 0) {
			paths_put(paths);
			return NULL;
		}
	for (size_t i = 0; i < s->nr; i++)
		if (s->cgroup[i].path)
			s->cgroup[i].path = paths->known[next++].path;
	paths->most = 2 * paths->nr + FEW;
	return paths;
}

/* Look up the path of a cgroup that is not in the list */
static int look_up(struct headroom *h, struct headroom_cgroup *cgroup)
{
	struct paths *paths = h->paths;
	char *path;
	int err = headroom_cgroup_path(h, cgroup->id, &path);

	if (err < 0)
		return err == -ESTALE ? 0 : err;
	err = append(paths, cgroup->id, path);
	free(path);
	if (err)
		return headroom_fail(h, err, "out of memory");
	cgroup->path = paths->known[paths->nr - 1].path;
	return 0;
}

/* Set the paths that the list has; return the number of cgroups that are not in it */
static size_t name_known(const struct paths *paths, struct headroom_snapshot *s)
{
	const struct known *known = paths->known, *end = known + paths->nr;
	struct headroom_cgroup *cgroup;
	size_t unknown = 0;

	for (cgroup = s->cgroup; cgroup < s->cgroup + s->nr; cgroup++) {
		/* usually the next cgroup is the next entry */
		if (known < end && known->id != cgroup->id)
			known = paths->known + position(paths, cgroup->id);
		if (known < end && known->id == cgroup->id) {
			cgroup->path = known->path;
			known++;
		} else {
			cgroup->path = NULL;
			unknown++;
		}
	}
	return unknown;
}

int paths_name(struct headroom *h, struct headroom_snapshot *s, struct paths **held)
{
	struct paths *fresh;
	size_t unknown;
	int err = 0;

	if (!h->paths)
		h->paths = create_list(&(struct headroom_snapshot){ 0 });
	if (!h->paths)
		return headroom_fail(h, -ENOMEM, "out of memory");
	unknown = name_known(h->paths, s);
	for (size_t i = 0; !err && unknown && i < s->nr; i++)
		if (!s->cgroup[i].path)
			err = look_up(h, &s->cgroup[i]);
	if (unknown && h->paths->nr)
		qsort(h->paths->known, h->paths->nr, sizeof(*h->paths->known), compare_known);
	if (err)
		return err;
	if (h->paths->nr > h->paths->most) {
		fresh = create_list(s);
		if (!fresh)
			return headroom_fail(h, -ENOMEM, "out of memory");
		headroom_forget_paths(h);
		h->paths = fresh;
	}
	atomic_fetch_add(&h->paths->holders, 1);
	*held = h->paths;
	return 0;
}
