// SPDX-License-Identifier: GPL-2.0
/* What 'headroom metrics' exports: see metrics.h */

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "exposition.h"
#include "metrics.h"
#include "metrics_cgroup.h"
#include "metrics_host.h"
#include "source.h"

/* Leave out details that are not exported: the module formats them at a cost. */
static uint32_t omitted(uint32_t groups)
{
	static const struct {
		uint32_t detail;
		uint32_t groups;
	} needed[] = {
		{ HEADROOM_DETAIL_PAGES, METRICS_BIT(METRICS_KIND) },
		{ HEADROOM_DETAIL_STALLS, METRICS_BIT(METRICS_CAUSE) | METRICS_BIT(METRICS_LATENCY) },
		{ HEADROOM_DETAIL_HISTOGRAMS,
		  METRICS_BIT(METRICS_LATENCY) | METRICS_BIT(METRICS_DISTANCE) },
		{ HEADROOM_DETAIL_TARGET, METRICS_BIT(METRICS_RECLAIM) },
		{ HEADROOM_DETAIL_PSI, METRICS_BIT(METRICS_PSI) },
	};
	uint32_t omit = 0;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!(groups & needed[i].groups))
			omit |= needed[i].detail;
	return omit;
}

/* Those that were stalled most first; of others, parents before children */
static int compare(const void *a, const void *b)
{
	const struct headroom_cgroup *const *x = a, *const *y = b;

	if ((*x)->subtree.stall_total != (*y)->subtree.stall_total)
		return (*x)->subtree.stall_total > (*y)->subtree.stall_total ? -1 : 1;
	return strcmp((*x)->path, (*y)->path);
}

/**
 * select_cgroups - the cgroups to export
 * @chosen: result, in order; has room for all of the snapshot
 * @unnamed: result, how many have no path
 *
 * Return: their number, or -ENOMEM.
 */
static ssize_t select_cgroups(const struct headroom_snapshot *s, const struct metrics_wish *wish,
			      const struct headroom_cgroup **chosen, size_t *unnamed)
{
	struct headroom_node *node;
	size_t nr = 0;
	int err = headroom_snapshot_tree(s, &node);

	*unnamed = 0;
	if (err)
		return err;
	for (size_t i = 0; i < s->nr; i++) {
		if (node[i].depth > wish->depth)
			continue;
		if (node[i].cgroup->path)
			chosen[nr++] = node[i].cgroup;
		else
			++*unnamed;
	}
	free(node);
	if (nr)
		qsort(chosen, nr, sizeof(*chosen), compare);
	return wish->top && wish->top < nr ? wish->top : nr;
}

/* All cgroups in order, up to the first one that does not fit, and none behind it */
static void put_cgroups(struct exposition *e, const struct metrics_wish *wish,
			const struct metrics_families *families, const struct metrics_moment *moment,
			const struct headroom_cgroup **cgroup, size_t nr,
			struct metrics_reading *reading)
{
	size_t limit = wish->series ? wish->series : SIZE_MAX, before;

	limit = limit > METRICS_READING_SERIES ? limit - METRICS_READING_SERIES : 0;
	for (size_t i = 0; i < nr; i++) {
		before = exposition_series(e);
		exposition_mark(e);
		metrics_put_cgroup(families, e, moment, cgroup[i]);
		if (!reading->cgroups_dropped && exposition_series(e) <= limit) {
			reading->cgroups++;
			continue;
		}
		reading->cgroups_dropped++;
		reading->series_dropped += exposition_series(e) - before;
		exposition_undo(e);
	}
}

static int put_snapshot(struct exposition *e, const struct metrics_wish *wish,
			const struct metrics_moment *moment, struct metrics_reading *reading)
{
	const struct headroom_snapshot *s = moment->snapshot;
	const struct headroom_cgroup **cgroup = calloc(s->nr + 1, sizeof(*cgroup));
	struct metrics_families *families = metrics_families_new(e, wish->groups);
	ssize_t nr = cgroup && families ? select_cgroups(s, wish, cgroup, &reading->unnamed) :
		     -ENOMEM;

	if (nr > 0)
		put_cgroups(e, wish, families, moment, cgroup, nr, reading);
	reading->consistent = s->consistent;
	metrics_families_free(families);
	free(cgroup);
	return nr < 0 ? nr : 0;
}

/* The module's status, with the horizon of the root */
static int put_module(struct headroom *h, struct exposition *e, uint32_t *page_size)
{
	struct headroom_cgroup *root = NULL;
	struct headroom_status *status;
	uint64_t id;
	int err = source_status_get(h, &status);

	if (err)
		return err;
	/* a container may not see the root: its horizon is then unknown */
	err = source_cgroup_id(h, "/", &id);
	if (!err)
		err = source_cgroup_get(h, id, &root);
	*page_size = status->page_size;
	metrics_put_module(e, status, root);
	source_cgroup_free(root);
	headroom_status_free(status);
	return err == -ENOMEM ? err : 0;
}

static int fill(struct headroom *h, const struct metrics_wish *wish, struct exposition *e)
{
	const struct headroom_filter filter = {
		.ancestor = wish->subtree, .omit = omitted(wish->groups),
	};
	struct metrics_moment moment = { .h = h };
	struct metrics_reading reading = { 0 };
	uint64_t start = clock_now();
	int err = put_module(h, e, &moment.page_size);

	if (!err && wish->socket)
		metrics_put_daemon(e, wish->socket);
	if (!err)
		err = source_snapshot_take(h, &filter, &moment.snapshot);
	if (!err && wish->groups & METRICS_BIT(METRICS_BLAME))
		err = source_blame_get(h, 0, &moment.blame);
	if (!err)
		err = put_snapshot(e, wish, &moment, &reading);
	reading.duration = clock_now() - start;
	if (!err)
		metrics_put_reading(e, &reading);
	headroom_blame_free(moment.blame);
	headroom_snapshot_free(moment.snapshot);
	return err;
}

int metrics_read(struct headroom *h, const struct metrics_wish *wish, struct exposition **e)
{
	int err;

	*e = exposition_new();
	err = *e ? fill(h, wish, *e) : -ENOMEM;
	if (err) {
		exposition_free(*e);
		*e = NULL;
	}
	return err;
}
