// SPDX-License-Identifier: LGPL-2.1
/* Subtract one snapshot from another */

#include <errno.h>
#include <stdlib.h>

#include "headroom.h"

/* Difference of a counter; one that went backwards restarted from zero. */
static uint64_t since(uint64_t now, uint64_t before)
{
	return now >= before ? now - before : now;
}

/* On failure the caller frees @delta with the rest. */
static int subtract(const struct headroom_cgroup *now, const struct headroom_cgroup *before,
		    struct headroom_cgroup *delta)
{
	static const struct headroom_cgroup nothing;
	int err;

	if (!before)
		before = &nothing;
	delta->id = now->id;
	delta->parent_id = now->parent_id;
	delta->path = now->path;
	delta->generation = now->generation;
	delta->psi = now->psi;
	delta->psi_some = since(now->psi_some, before->psi_some);
	delta->psi_full = since(now->psi_full, before->psi_full);
	err = headroom_stats_delta(&now->local, &before->local, &delta->local);
	if (!err)
		err = headroom_stats_delta(&now->subtree, &before->subtree, &delta->subtree);
	if (!err)
		err = headroom_target_delta(&now->target, &before->target, &delta->target);
	return err;
}

int headroom_snapshot_delta(const struct headroom_snapshot *now,
			    const struct headroom_snapshot *before,
			    struct headroom_snapshot_delta **delta)
{
	static const struct headroom_snapshot nothing = { .consistent = true };
	struct headroom_snapshot_delta *d = calloc(1, sizeof(*d));
	const struct headroom_snapshot *from = before ? before : &nothing;
	int err = 0;

	*delta = NULL;
	if (!d)
		return -ENOMEM;
	d->interval = before ? now->time - before->time : 0;
	d->consistent = now->consistent && from->consistent;
	d->cgroup = calloc(now->nr ? now->nr : 1, sizeof(*d->cgroup));
	if (!d->cgroup)
		err = -ENOMEM;
	/* both snapshots are in order of id: walk them together */
	for (size_t b = 0; !err && d->nr < now->nr; ) {
		const struct headroom_cgroup *cgroup = &now->cgroup[d->nr];

		while (b < from->nr && from->cgroup[b].id < cgroup->id)
			b++;
		err = subtract(cgroup, b < from->nr && from->cgroup[b].id == cgroup->id ?
			       &from->cgroup[b] : NULL, &d->cgroup[d->nr++]);
	}
	if (err) {
		headroom_snapshot_delta_free(d);
		return err;
	}
	*delta = d;
	return 0;
}

void headroom_snapshot_delta_free(struct headroom_snapshot_delta *delta)
{
	if (!delta)
		return;
	for (size_t i = 0; i < delta->nr; i++) {
		headroom_stats_clear(&delta->cgroup[i].local);
		headroom_stats_clear(&delta->cgroup[i].subtree);
		headroom_target_clear(&delta->cgroup[i].target);
	}
	free(delta->cgroup);
	free(delta);
}
