// SPDX-License-Identifier: GPL-2.0
/*
 * Sum up the evictors of each victim at a level of the hierarchy
 *
 * A service may spread over many cgroups, each of which takes little. The kernel merges the
 * entries of such cgroups when a victim has more evictors than entries, so the sum over a
 * subtree misses little: what is among the others, or was merged above the level.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "blame_level.h"
#include "blame_table.h"
#include "path.h"
#include "source.h"

/* Where the part of @path ends that has @level components; NULL if it has no more than that */
static const char *cut(const char *path, unsigned long level)
{
	while (path && level--)
		path = strchr(path + 1, '/');
	return path;
}

unsigned long blame_level_beside(const char *path, const char *around)
{
	unsigned long level = 1;
	size_t len = strcspn(around + 1, "/");

	/* skip the components that both have */
	while (len && len == strcspn(path + 1, "/") && strncmp(path, around, len + 1) == 0) {
		path += len + 1;
		around += len + 1;
		if (!*around)
			return level;
		level++;
		if (!*path)
			return level;
		len = strcspn(around + 1, "/");
	}
	return level;
}

/* What to sum up at: a level, or with @around the cgroups beside this path */
struct place {
	unsigned long level;
	const char *around;
};

/*
 * The id of the ancestor of @id at @place; @id itself if it is not below that, or if
 * one of them was removed. Returns 0 or a negative errno.
 */
static int ancestor(struct headroom *h, const struct names *names, uint64_t id,
		    const struct place *place, uint64_t *above)
{
	const char *path = names_path(names, id), *end;
	char *top;
	int err;

	*above = id;
	if (!path)
		return 0;
	end = cut(path, place->around ? blame_level_beside(path, place->around) : place->level);
	if (!end)
		return 0;
	top = strndup(path, end - path);
	if (!top)
		return -ENOMEM;
	err = source_cgroup_id(h, top, above);
	free(top);
	if (err != -ENOENT)
		return err;
	*above = id;
	return 0;
}

static struct headroom_evictor *find(struct headroom_victim *victim, size_t nr, uint64_t id,
				     uint32_t reason)
{
	for (size_t i = 0; i < nr; i++)
		if (victim->evictor[i].id == id && victim->evictor[i].reason == reason)
			return &victim->evictor[i];
	return NULL;
}

static int sum_victim(struct headroom *h, struct headroom_victim *victim,
		      const struct names *names, const struct place *place)
{
	size_t nr = 0;

	for (size_t i = 0; i < victim->nr; i++) {
		struct headroom_evictor evictor = victim->evictor[i], *sum;
		uint64_t id = evictor.id;
		int err = ancestor(h, names, id, place, &evictor.id);

		if (err)
			return err;
		evictor.merged |= evictor.id != id;
		sum = find(victim, nr, evictor.id, evictor.reason);
		if (!sum) {
			victim->evictor[nr++] = evictor;
			continue;
		}
		sum->evictions += evictor.evictions;
		sum->refaults += evictor.refaults;
		sum->merged = true;
	}
	victim->nr = nr;
	return 0;
}

/* The most that cgroups of a sum took and that is counted elsewhere */
static void set_errors(struct headroom_victim *victim, const struct names *names)
{
	const struct headroom_evictor *others = find(victim, victim->nr, 0, 0), *above;
	const char *path;

	for (struct headroom_evictor *e = victim->evictor; e < victim->evictor + victim->nr; e++) {
		path = names_path(names, e->id);
		if (!e->merged || !path)
			continue;
		e->error = others ? others->evictions : 0;
		for (above = victim->evictor; above < victim->evictor + victim->nr; above++) {
			const char *top = names_path(names, above->id);

			if (above->merged && above->reason == e->reason && top &&
			    above->id != e->id && path_is_below(path, top))
				e->error += above->evictions;
		}
	}
}

static int sum_all(struct headroom *h, struct headroom_blame *blame, const struct place *place)
{
	struct names names;
	int err = blame_names(h, blame, &names);

	for (size_t i = 0; !err && i < blame->nr; i++)
		err = sum_victim(h, &blame->victim[i], &names, place);
	names_free(&names);
	if (err)
		return err;
	/* Again, with the names of the sums */
	err = blame_names(h, blame, &names);
	for (size_t i = 0; !err && i < blame->nr; i++)
		set_errors(&blame->victim[i], &names);
	names_free(&names);
	return err;
}

int blame_level_sum(struct headroom *h, struct headroom_blame *blame, unsigned long level)
{
	const struct place place = { .level = level };

	return sum_all(h, blame, &place);
}

int blame_level_sum_beside(struct headroom *h, struct headroom_blame *blame, const char *around)
{
	const struct place place = { .around = around };

	return sum_all(h, blame, &place);
}
