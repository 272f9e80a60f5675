// SPDX-License-Identifier: LGPL-2.1
/*
 * Paths of cgroups that were looked up before: see path_cache.h
 *
 * A list is in order of id. It only grows, by those that are new in a snapshot; when it
 * has become twice as long as it was, most may be of cgroups that are gone, and a new
 * list begins with those of the snapshot.
 */

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "connection.h"
#include "path_cache.h"

/* Too few to be worth the trouble */
#define FEW	1024

struct known {
	uint64_t id;
	char *path;
};

/*
 * @holders may be threads that free their snapshots; the rest is only looked at by the
 * handle's.
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

/* Where @id stands, or would */
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

/* Adds to the end, out of order */
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

/* A new list, with the paths that @s has. Those of @s are then its own. */
static struct paths *begin_anew(struct headroom_snapshot *s)
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

/* Looks up the path of a cgroup that is not in the list. */
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

/* Names what the list has; returns how many it has not. */
static size_t name_known(const struct paths *paths, struct headroom_snapshot *s)
{
	const struct known *known = paths->known, *end = known + paths->nr;
	struct headroom_cgroup *cgroup;
	size_t unknown = 0;

	for (cgroup = s->cgroup; cgroup < s->cgroup + s->nr; cgroup++) {
		/* mostly all are there, one behind the other */
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
		h->paths = begin_anew(&(struct headroom_snapshot){ 0 });
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
		fresh = begin_anew(s);
		if (!fresh)
			return headroom_fail(h, -ENOMEM, "out of memory");
		headroom_forget_paths(h);
		h->paths = fresh;
	}
	atomic_fetch_add(&h->paths->holders, 1);
	*held = h->paths;
	return 0;
}
