// SPDX-License-Identifier: LGPL-2.1
/*
 * Bring a snapshot up to date
 *
 * On most hosts a second changes few cgroups. A dump with since reports those, and this file
 * merges them into a copy of the earlier snapshot:
 *
 *	before	1  2  3  4     6		in order of id
 *	dump	1        4  5			root, 4: counted; 5: born
 *	alive	1  2     4  5  6		read only if their number is not as expected
 *	now	1  2     4' 5  6		3 is gone
 *
 * The kernel reports no removal in a dump. It does report the number of cgroups, and a
 * removal in one place and a birth in another cannot cancel each other out, because the
 * births are in the dump. Where the number is not as expected, a dump of the counters alone
 * has the ids of those that are left. Within an ancestor there is no such number: there the
 * ids are read whenever anything changed, since a removal changes the parent.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "connection.h"
#include "path_cache.h"
#include "snapshot.h"

/*
 * The three snapshots that a new one is made of. The new one is allocated first: it gets the memory of
 * the last one that was freed, which is as large as it needs.
 */
struct update {
	struct snapshot *now;
	const struct headroom_snapshot *before;
	struct headroom_snapshot *changed;
	/* NULL when nothing is gone */
	struct headroom_snapshot *alive;
	struct headroom_changes *changes;
};

static size_t count_known(const struct headroom_snapshot *before,
			  const struct headroom_snapshot *changed)
{
	size_t known = 0;

	for (size_t i = 0; i < changed->nr; i++)
		known += headroom_snapshot_find(before, changed->cgroup[i].id) != NULL;
	return known;
}

/* Whether a cgroup of @before may be gone: 1, 0 or a negative errno */
static int may_be_gone(struct headroom *h, const struct update *update, uint64_t ancestor)
{
	const struct headroom_snapshot *before = update->before, *changed = update->changed;
	struct headroom_status *status;
	size_t expected;
	int err;

	if (!changed->nr || !before->nr)
		return 0;
	if (ancestor)
		return 1;
	err = headroom_status_get(h, &status);
	if (err)
		return err;
	expected = before->nr + changed->nr - count_known(before, changed);
	err = status->cgroups != expected;
	headroom_status_free(status);
	return err;
}

static int read_update(struct headroom *h, struct update *update,
		       const struct headroom_filter *filter)
{
	struct headroom_filter part = *filter;
	int err;

	part.since = update->before->generation;
	err = headroom_snapshot_take(h, &part, &update->changed);
	if (!err)
		err = may_be_gone(h, update, filter->ancestor);
	if (err <= 0)
		return err;
	part = (struct headroom_filter){ .ancestor = filter->ancestor,
					 .omit = HEADROOM_DETAIL_ALL };
	return headroom_snapshot_take(h, &part, &update->alive);
}

/* A copy of @size bytes in @arena; *@err is set without memory */
static void *copy(struct arena *arena, const void *from, size_t size, int *err)
{
	void *to;

	if (!size)
		return NULL;
	to = arena_alloc(arena, (size + 7) & ~(size_t)7);
	if (!to) {
		*err = -ENOMEM;
		return NULL;
	}
	return memcpy(to, from, size);
}

static void copy_histogram(struct arena *arena, struct headroom_histogram *hist, int *err)
{
	hist->bucket = copy(arena, hist->bucket, hist->nr * sizeof(*hist->bucket), err);
}

/* The copies replace the pointers to the originals. On failure nothing reads them. */
static void copy_stats(struct arena *arena, struct headroom_stats *stats, int *err)
{
	copy_histogram(arena, &stats->refault_distance, err);
	copy_histogram(arena, &stats->refault_age, err);
	copy_histogram(arena, &stats->forgotten_distance, err);
	copy_histogram(arena, &stats->forgotten_age, err);
	stats->pages = copy(arena, stats->pages, stats->nr_pages * sizeof(*stats->pages), err);
	stats->group = copy(arena, stats->group, stats->nr_groups * sizeof(*stats->group), err);
	stats->stall = copy(arena, stats->stall, stats->nr_stalls * sizeof(*stats->stall), err);
	for (size_t i = 0; !*err && i < stats->nr_stalls; i++)
		copy_histogram(arena, &stats->stall[i].latency, err);
}

static int add_copy(struct snapshot *now, const struct headroom_cgroup *cgroup)
{
	struct headroom_cgroup *to = snapshot_add(now);
	struct arena *arena = &now->arena;
	int err = 0;

	if (!to)
		return -ENOMEM;
	*to = *cgroup;
	copy_stats(arena, &to->local, &err);
	copy_stats(arena, &to->subtree, &err);
	copy_histogram(arena, &to->target.distance, &err);
	to->target.reclaim = copy(arena, to->target.reclaim,
				  to->target.nr_reclaim * sizeof(*to->target.reclaim), &err);
	to->received = copy(arena, to->received, to->received_size, &err);
	return err;
}

static struct headroom_changes *new_changes(const struct update *update)
{
	struct headroom_changes *changes = calloc(1, sizeof(*changes));
	size_t changed = update->changed->nr + 1, before = update->before->nr + 1;

	if (!changes)
		return NULL;
	changes->born = calloc(changed, sizeof(*changes->born));
	changes->counted = calloc(changed, sizeof(*changes->counted));
	changes->gone = calloc(update->alive ? before : 1, sizeof(*changes->gone));
	if (changes->born && changes->counted && changes->gone)
		return changes;
	headroom_changes_free(changes);
	return NULL;
}

void headroom_changes_free(struct headroom_changes *changes)
{
	if (!changes)
		return;
	free(changes->born);
	free(changes->gone);
	free(changes->counted);
	free(changes);
}

static bool is_gone(const struct update *update, uint64_t id)
{
	return update->alive && !headroom_snapshot_find(update->alive, id);
}

/* A cgroup in one of the two or in both; the one in @changed is the later */
static int merge_one(struct snapshot *now, const struct update *update,
		     const struct headroom_cgroup *before, const struct headroom_cgroup *changed)
{
	struct headroom_changes *changes = update->changes;

	if (is_gone(update, (changed ? changed : before)->id)) {
		/* A cgroup born and removed between two readings is in neither. */
		if (before)
			changes->gone[changes->nr_gone++] = before->id;
		return 0;
	}
	if (changed && before)
		changes->counted[changes->nr_counted++] = changed->id;
	else if (changed)
		changes->born[changes->nr_born++] = changed->id;
	return add_copy(now, changed ? changed : before);
}

static int merge(struct snapshot *now, const struct update *update)
{
	const struct headroom_snapshot *before = update->before, *changed = update->changed;
	size_t b = 0, c = 0;
	int err = 0;

	while (!err && (b < before->nr || c < changed->nr)) {
		const struct headroom_cgroup *old = b < before->nr ? &before->cgroup[b] : NULL;
		const struct headroom_cgroup *new = c < changed->nr ? &changed->cgroup[c] : NULL;

		if (old && new && old->id != new->id) {
			if (old->id < new->id)
				new = NULL;
			else
				old = NULL;
		}
		b += old != NULL;
		c += new != NULL;
		err = merge_one(now, update, old, new);
	}
	return err;
}

static int build(struct headroom *h, struct update *update, const struct headroom_filter *filter)
{
	const struct headroom_snapshot *changed = update->changed;
	struct snapshot *now = update->now;
	struct headroom_cgroup *cgroup = now->s.cgroup;
	int err;

	update->changes = new_changes(update);
	if (!update->changes)
		return headroom_fail(h, -ENOMEM, "out of memory");
	now->s = *changed;
	now->s.cgroup = cgroup;
	now->s.nr = 0;
	now->s.consistent &= !update->alive || update->alive->consistent;
	now->filter = *filter;
	err = merge(now, update);
	if (err)
		return headroom_fail(h, err, "out of memory");
	return paths_name(h, &now->s, &now->paths);
}

int headroom_snapshot_update(struct headroom *h, const struct headroom_snapshot *before,
			     struct headroom_snapshot **now, struct headroom_changes **changes)
{
	const struct headroom_filter filter = ((const struct snapshot *)before)->filter;
	struct update update = { .before = before };
	int err;

	*now = NULL;
	if (changes)
		*changes = NULL;
	if (((const struct snapshot *)before)->recorded)
		return headroom_fail(h, -EINVAL, "this snapshot is from a recording: only one of "
				     "the running module can be updated");
	if (filter.since)
		return headroom_fail(h, -EINVAL, "this snapshot has only a part of the cgroups: "
				     "it was taken with since");
	update.now = snapshot_new(h);
	if (!update.now)
		return headroom_fail(h, -ENOMEM, "out of memory");
	err = read_update(h, &update, &filter);
	if (!err)
		err = build(h, &update, &filter);
	headroom_snapshot_free(update.changed);
	headroom_snapshot_free(update.alive);
	if (err)
		headroom_snapshot_free(&update.now->s);
	else
		*now = &update.now->s;
	if (!err && changes)
		*changes = update.changes;
	else
		headroom_changes_free(update.changes);
	return err;
}
