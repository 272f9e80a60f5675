// SPDX-License-Identifier: GPL-2.0
/* Read what 'headroom why' explains */

#include <errno.h>
#include <stdlib.h>

#include "field.h"
#include "source.h"
#include "why_read.h"

static int read_breaches(struct headroom *h, const struct headroom_cgroup *cgroup,
			 struct why_reading *reading)
{
	char text[1024];
	int err = cgroup->path ? source_file_read(h, cgroup->id, cgroup->path, FRAME_MEMORY_EVENTS,
						  text, sizeof(text)) : -ENOENT;

	reading->breaches_known = !err && field_key(text, "low", &reading->breaches);
	return err == -ENOMEM ? err : 0;
}

static int read_blame(struct headroom *h, struct headroom_blame **blame)
{
	int err = source_blame_get(h, 0, blame);

	return err == -ENODATA ? 0 : err;
}

/* Read the ancestors, from @parent up */
static int read_above(struct headroom *h, uint64_t parent, struct why_reading *reading)
{
	struct headroom_cgroup **above;
	int err;

	while (parent) {
		above = reallocarray(reading->above, reading->nr_above + 1, sizeof(*above));
		if (!above)
			return -ENOMEM;
		reading->above = above;
		err = source_cgroup_get(h, parent, &above[reading->nr_above]);
		if (err)
			return err;
		parent = above[reading->nr_above++]->parent_id;
	}
	return 0;
}

int why_read(struct headroom *h, uint64_t id, struct why_reading *reading)
{
	const struct headroom_filter filter = { .ancestor = id };
	const struct headroom_cgroup *cgroup;
	int err;

	*reading = (struct why_reading){ 0 };
	err = source_snapshot_take(h, &filter, &reading->snapshot);
	if (err)
		return err;
	cgroup = headroom_snapshot_find(reading->snapshot, id);
	if (!cgroup)
		return -ENOENT;
	err = read_breaches(h, cgroup, reading);
	if (!err)
		err = read_blame(h, &reading->blame);
	return err ? err : read_above(h, cgroup->parent_id, reading);
}

void why_reading_free(struct why_reading *reading)
{
	headroom_snapshot_free(reading->snapshot);
	headroom_blame_free(reading->blame);
	for (size_t i = 0; i < reading->nr_above; i++)
		source_cgroup_free(reading->above[i]);
	free(reading->above);
	*reading = (struct why_reading){ 0 };
}

/* Returns 0 or -ENOMEM; any other failure is in the result */
static int read_value(struct headroom *h, const struct headroom_cgroup *cgroup,
		      enum why_file file, struct why_value *value)
{
	static const enum frame_file files[WHY_FILES] = {
		[WHY_CURRENT] = FRAME_MEMORY_CURRENT, [WHY_MAX] = FRAME_MEMORY_MAX,
		[WHY_HIGH] = FRAME_MEMORY_HIGH, [WHY_LOW] = FRAME_MEMORY_LOW,
	};
	char text[64];
	int err = cgroup->path ? source_file_read(h, cgroup->id, cgroup->path, files[file], text,
						  sizeof(text)) : -ENOENT;

	if (!err && !field_number(text, &value->value))
		err = -EINVAL;
	value->error = -err;
	return err == -ENOMEM ? err : 0;
}

static int read_level(struct headroom *h, const struct headroom_cgroup *cgroup,
		      struct why_level *level)
{
	int err = 0;

	level->id = cgroup->id;
	level->path = cgroup->path;
	/* the root has no such files */
	for (size_t i = 0; !err && i < WHY_FILES; i++) {
		if (cgroup->parent_id)
			err = read_value(h, cgroup, i, &level->file[i]);
		else
			level->file[i].error = ENOENT;
	}
	return err;
}

/* Pages evicted for the limit of an ancestor, if it was one before */
static uint64_t evictions_since(const struct headroom_cgroup *now, const struct why_reading *before)
{
	for (size_t i = 0; i < before->nr_above; i++) {
		const struct headroom_cgroup *then = before->above[i];

		if (then->id == now->id && now->target.evictions >= then->target.evictions)
			return now->target.evictions - then->target.evictions;
	}
	return 0;
}

int why_read_levels(struct headroom *h, uint64_t id, const struct why_reading *now,
		    const struct why_reading *before, struct why_level **level, size_t *nr)
{
	const struct headroom_cgroup *self = headroom_snapshot_find(now->snapshot, id);
	const struct headroom_cgroup *then = headroom_snapshot_find(before->snapshot, id);
	int err;

	*nr = 1 + now->nr_above;
	*level = calloc(*nr, sizeof(**level));
	if (!*level)
		return -ENOMEM;
	err = read_level(h, self, *level);
	if (then && self->target.evictions >= then->target.evictions)
		(*level)->evictions = self->target.evictions - then->target.evictions;
	for (size_t i = 0; !err && i < now->nr_above; i++) {
		struct why_level *above = &(*level)[i + 1];

		err = read_level(h, now->above[i], above);
		above->evictions = evictions_since(now->above[i], before);
	}
	return err;
}
