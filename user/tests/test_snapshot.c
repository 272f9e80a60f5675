// SPDX-License-Identifier: GPL-2.0
/* Test updates of snapshots and the tree of cgroups against the fake kernel */

#include <errno.h>
#include <stdlib.h>
#include "fake_kernel.h"
#include "headroom.h"
#include "tap.h"

/* Open a handle to a kernel with this behaviour, and take a snapshot */
static struct headroom *begin(const char *behaviour, const struct headroom_filter *filter,
			      struct headroom_snapshot **s)
{
	struct headroom *h;

	setenv("HEADROOM_FAKE", behaviour, 1);
	if (headroom_open(&h) < 0 || headroom_snapshot_take(h, filter, s) < 0) {
		printf("Bail out! no snapshot of the fake kernel\n");
		exit(1);
	}
	fake_kernel_requests = 0;
	return h;
}

/* Whether @id is the only one of @nr ids */
static bool is_only(size_t nr, const uint64_t *ids, uint64_t id)
{
	return nr == 1 && ids[0] == id;
}

static void test_born(void)
{
	struct headroom_snapshot *before, *now;
	struct headroom *h = begin("died=6", NULL, &before);
	struct headroom_changes *changes;

	setenv("HEADROOM_FAKE", "", 1);
	is_int(headroom_snapshot_update(h, before, &now, &changes), 0, "a snapshot is updated");
	is_uint(fake_kernel_requests, 2, "one dump and one status are read");
	is_uint(now->nr, 6, "the result is whole");
	ok(is_only(changes->nr_born, changes->born, 6), "one cgroup was born");
	is_uint(changes->nr_gone, 0, "no cgroup is gone");
	is_uint(changes->nr_counted, 4, "four cgroups changed a counter");
	ok(changes->counted[0] == 1 && changes->counted[3] == 5, "their ids are sorted");
	ok(now->generation > before->generation && now->time >= before->time,
	   "generation and time are later");
	ok(headroom_snapshot_find(now, 3)->subtree.evictions >
	   headroom_snapshot_find(before, 3)->subtree.evictions, "a counter has grown");
	ok(headroom_snapshot_find(now, 4)->generation ==
	   headroom_snapshot_find(before, 4)->generation, "the idle cgroup was not read again");
	headroom_changes_free(changes);
	headroom_snapshot_free(before);
	is_text(headroom_snapshot_find(now, 4)->path, "/idle", "the idle cgroup has its path");
	is_text(headroom_snapshot_find(now, 6)->path, "/busyness", "the new cgroup has its path");
	headroom_snapshot_free(now);
	headroom_close(h);
}

/* A cgroup that was not read again keeps copies of its lists and histograms. */
static void test_copies(void)
{
	const struct headroom_filter none = { .omit = HEADROOM_DETAIL_HISTOGRAMS };
	struct headroom_snapshot *before, *now;
	struct headroom *h = begin("", NULL, &before);
	const struct headroom_cgroup *db = headroom_snapshot_find(before, 3);
	uint64_t samples = db->subtree.refault_samples;

	setenv("HEADROOM_FAKE", "still", 1);
	is_int(headroom_snapshot_update(h, before, &now, NULL), 0, "an update without changes");
	is_uint(fake_kernel_requests, 1, "one dump is read");
	is_uint(now->nr, before->nr, "the result is whole");
	is_uint(now->generation, before->generation, "it has the same generation");
	/* overwrite the memory of the earlier one, which the handle keeps for the next snapshot */
	headroom_snapshot_free(before);
	is_int(headroom_snapshot_take(h, &none, &before), 0, "another snapshot is taken");
	headroom_snapshot_free(before);
	db = headroom_snapshot_find(now, 3);
	is_uint(headroom_stats_stall(&db->subtree, HEADROOM_STALL_CAUSE_MEMCG_RECLAIM)
			->latency.bucket[0].count, samples / 2, "histogram in a list");
	is_uint(db->subtree.refault_distance.bucket[0].high, 639, "histogram of a cgroup");
	is_uint(headroom_stats_pages(&db->local, HEADROOM_PAGE_KIND_ANON,
				     HEADROOM_REASON_KSWAPD)->refaults, 3 * samples,
				     "list of pages");
	is_uint(headroom_target_reclaim(&db->target, HEADROOM_REASON_OWN_LIMIT)->scanned,
		400 * samples, "list of reclaim");
	is_uint(db->target.distance.bucket[0].low, 256, "histogram of the target");
	is_uint(headroom_stats_stall(&db->subtree, 99)->count, 1, "unknown cause");
	headroom_snapshot_free(now);
	headroom_close(h);
}

static void test_gone(void)
{
	struct headroom_snapshot *before, *now;
	struct headroom *h = begin("died=6", NULL, &before);
	struct headroom_changes *changes;

	/* one cgroup is born, another removed: their number stays the same */
	setenv("HEADROOM_FAKE", "died=5", 1);
	is_int(headroom_snapshot_update(h, before, &now, &changes), 0, "a snapshot is updated");
	is_uint(fake_kernel_requests, 3, "another dump is read for the ids");
	ok(is_only(changes->nr_gone, changes->gone, 5), "a cgroup is gone");
	ok(is_only(changes->nr_born, changes->born, 6), "another cgroup was born");
	ok(!headroom_snapshot_find(now, 5), "the result lacks the removed cgroup");
	is_uint(now->nr, 5, "it has all others");
	headroom_changes_free(changes);
	headroom_snapshot_free(before);
	before = now;

	/* an idle cgroup is removed: only its parent changes */
	setenv("HEADROOM_FAKE", "died=4", 1);
	is_int(headroom_snapshot_update(h, before, &now, &changes), 0, "the result is updated");
	ok(is_only(changes->nr_gone, changes->gone, 4) &&
	   is_only(changes->nr_born, changes->born, 5), "an idle cgroup is gone");
	headroom_changes_free(changes);
	headroom_snapshot_free(before);
	headroom_snapshot_free(now);
	headroom_close(h);
}

static void test_within(void)
{
	const struct headroom_filter filter = { .ancestor = 2, .omit = HEADROOM_DETAIL_STALLS };
	struct headroom_snapshot *before, *now;
	struct headroom *h = begin("born", &filter, &before);
	struct headroom_changes *changes;

	is_uint(before->nr, 3, "snapshot of a part of the tree");
	setenv("HEADROOM_FAKE", "born died=3", 1);
	is_int(headroom_snapshot_update(h, before, &now, &changes), 0, "the part is updated");
	ok(is_only(changes->nr_gone, changes->gone, 3), "a cgroup is gone");
	is_uint(now->nr, 2, "cgroups outside the part are not added");
	ok(!headroom_snapshot_find(now, 2)->subtree.nr_stalls &&
	   headroom_snapshot_find(now, 2)->subtree.nr_pages, "the same details are read");
	headroom_changes_free(changes);
	headroom_snapshot_free(before);
	headroom_snapshot_free(now);
	headroom_close(h);
}

static void test_refused(void)
{
	struct headroom_filter filter = { 0 };
	struct headroom_snapshot *before, *part, *now;
	struct headroom *h = begin("", NULL, &before);
	struct headroom_changes *changes;

	filter.since = before->generation;
	headroom_snapshot_take(h, &filter, &part);
	is_int(headroom_snapshot_update(h, part, &now, &changes), -EINVAL,
	       "a snapshot taken with since is not updated");
	ok(!now && !changes && strstr(headroom_error(h), "taken with since"),
	   "the message says why");
	headroom_snapshot_free(part);

	setenv("HEADROOM_FAKE", "gone", 1);
	is_int(headroom_snapshot_update(h, before, &now, &changes), -ENOTCONN,
	       "an update without the module fails");
	ok(!now && !changes, "no result is returned");
	is_uint(before->nr, 6, "the earlier snapshot is unchanged");
	headroom_snapshot_free(before);
	headroom_changes_free(NULL);
	headroom_close(h);
}

/* "id:depth" of each node, in order */
static const char *tree_of(const struct headroom_snapshot *s)
{
	static char text[400];
	struct headroom_node *node;
	size_t len = 0;

	text[0] = '\0';
	if (headroom_snapshot_tree(s, &node) < 0)
		return "(failed)";
	for (size_t i = 0; i < s->nr; i++) {
		len += snprintf(text + len, sizeof(text) - len, "%s%" PRIu64 ":%zu", i ? " " : "",
				node[i].cgroup->id, node[i].depth);
		ok(node[i].end > i && node[i].end <= s->nr &&
		   (node[i].depth ? node[node[i].parent].end >= node[i].end : node[i].parent == i),
		   "node %zu lies within its parent", i);
	}
	free(node);
	return text;
}

static void test_tree(void)
{
	struct headroom_snapshot *s;
	struct headroom *h = begin("born", NULL, &s);
	struct headroom_node *node;

	headroom_snapshot_free(s);
	headroom_snapshot_take(h, NULL, &s);
	is_text(tree_of(s), "1:0 2:1 3:2 7:2 6:1 4:1 5:1", "siblings are in order of path");
	s->cgroup[2].path = NULL;
	is_text(tree_of(s), "1:0 2:1 7:2 3:2 6:1 4:1 5:1",
		"a cgroup without a path is the last sibling");
	s->cgroup[6].path = NULL;
	is_text(tree_of(s), "1:0 2:1 3:2 7:2 6:1 4:1 5:1",
		"cgroups without paths are in order of id");
	s->cgroup++;
	s->nr--;
	is_text(tree_of(s), "2:0 3:1 7:1 6:0 4:0 5:0", "cgroups without a parent are roots");
	s->nr = 0;
	is_int(headroom_snapshot_tree(s, &node), 0, "tree of an empty snapshot");
	ok(!node, "it is empty");
	s->cgroup--;
	s->nr = 7;
	headroom_snapshot_free(s);
	headroom_close(h);
}

/* Parents in a recording may form a circle. */
static void test_circles(void)
{
	struct headroom_cgroup cgroup[] = {
		{ .id = 1, .parent_id = 1 },
		{ .id = 2, .parent_id = 4 },
		{ .id = 3, .parent_id = 2 },
		{ .id = 4, .parent_id = 3 },
		{ .id = 5, .parent_id = 3 },
		{ .id = 6, .parent_id = 77 },
	};
	const struct headroom_snapshot s = { .nr = 6, .cgroup = cgroup };

	is_text(tree_of(&s), "1:0 6:0 2:0 3:1 4:2 5:2", "a circle is broken");
}

int main(void)
{
	test_born();
	test_copies();
	test_gone();
	test_within();
	test_refused();
	test_tree();
	test_circles();
	return tap_done();
}
