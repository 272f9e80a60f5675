// SPDX-License-Identifier: GPL-2.0
/* Following a host by snapshots, against the fake kernel: updates and the tree */

#include <errno.h>
#include <stdlib.h>
#include "fake_kernel.h"
#include "headroom.h"
#include "tap.h"

/* A handle to a kernel that behaves so, and a snapshot of it */
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
	is_int(headroom_snapshot_update(h, before, &now, &changes), 0, "an update");
	is_uint(fake_kernel_requests, 2, "takes one dump, and the number of cgroups");
	is_uint(now->nr, 6, "it is whole");
	ok(is_only(changes->nr_born, changes->born, 6), "one cgroup was born");
	is_uint(changes->nr_gone, 0, "none is gone");
	is_uint(changes->nr_counted, 4, "four have counted");
	ok(changes->counted[0] == 1 && changes->counted[3] == 5, "in order of id");
	ok(now->generation > before->generation && now->time >= before->time, "it is later");
	ok(headroom_snapshot_find(now, 3)->subtree.evictions >
	   headroom_snapshot_find(before, 3)->subtree.evictions, "with new counters");
	ok(headroom_snapshot_find(now, 4)->generation ==
	   headroom_snapshot_find(before, 4)->generation, "the idle one was not read again");
	headroom_changes_free(changes);
	headroom_snapshot_free(before);
	is_text(headroom_snapshot_find(now, 4)->path, "/idle", "it has its path");
	is_text(headroom_snapshot_find(now, 6)->path, "/busyness", "and so has the new one");
	headroom_snapshot_free(now);
	headroom_close(h);
}

/* A copy has the lists and histograms of a cgroup that was not read again. */
static void test_copies(void)
{
	const struct headroom_filter none = { .omit = HEADROOM_DETAIL_HISTOGRAMS };
	struct headroom_snapshot *before, *now;
	struct headroom *h = begin("", NULL, &before);
	const struct headroom_cgroup *db = headroom_snapshot_find(before, 3);
	uint64_t samples = db->subtree.refault_samples;

	setenv("HEADROOM_FAKE", "still", 1);
	is_int(headroom_snapshot_update(h, before, &now, NULL), 0, "an update without changes");
	is_uint(fake_kernel_requests, 1, "takes one dump");
	is_uint(now->nr, before->nr, "it is whole");
	is_uint(now->generation, before->generation, "and of the same generation");
	/* The handle keeps the memory of the freed one, and uses it for the next. */
	headroom_snapshot_free(before);
	is_int(headroom_snapshot_take(h, &none, &before), 0, "a snapshot of less");
	headroom_snapshot_free(before);
	db = headroom_snapshot_find(now, 3);
	is_uint(headroom_stats_stall(&db->subtree, HEADROOM_STALL_CAUSE_MEMCG_RECLAIM)
			->latency.bucket[0].count, samples / 2, "a histogram in a list");
	is_uint(db->subtree.refault_distance.bucket[0].high, 10239, "a histogram");
	is_uint(headroom_stats_pages(&db->local, HEADROOM_PAGE_KIND_ANON,
				     HEADROOM_REASON_KSWAPD)->refaults, 3 * samples, "a list");
	is_uint(headroom_target_reclaim(&db->target, HEADROOM_REASON_OWN_LIMIT)->scanned,
		400 * samples,
		"reclaim");
	is_uint(db->target.distance.bucket[0].low, 16384, "a distance of the pool");
	is_uint(headroom_stats_stall(&db->subtree, 99)->count, 1, "an unknown cause");
	headroom_snapshot_free(now);
	headroom_close(h);
}

static void test_gone(void)
{
	struct headroom_snapshot *before, *now;
	struct headroom *h = begin("died=6", NULL, &before);
	struct headroom_changes *changes;

	/* one is born, one is gone: the number stays */
	setenv("HEADROOM_FAKE", "died=5", 1);
	is_int(headroom_snapshot_update(h, before, &now, &changes), 0, "an update");
	is_uint(fake_kernel_requests, 3, "takes another dump for the ids");
	ok(is_only(changes->nr_gone, changes->gone, 5), "a cgroup is gone");
	ok(is_only(changes->nr_born, changes->born, 6), "another was born");
	ok(!headroom_snapshot_find(now, 5), "the snapshot does not have it");
	is_uint(now->nr, 5, "but all others");
	headroom_changes_free(changes);
	headroom_snapshot_free(before);
	before = now;

	/* an idle one is gone: only its parent counts */
	setenv("HEADROOM_FAKE", "died=4", 1);
	is_int(headroom_snapshot_update(h, before, &now, &changes), 0, "another");
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

	is_uint(before->nr, 3, "a part of the tree");
	setenv("HEADROOM_FAKE", "born died=3", 1);
	is_int(headroom_snapshot_update(h, before, &now, &changes), 0, "an update of it");
	ok(is_only(changes->nr_gone, changes->gone, 3), "a cgroup is gone");
	is_uint(now->nr, 2, "nothing else came in");
	ok(!headroom_snapshot_find(now, 2)->subtree.nr_stalls &&
	   headroom_snapshot_find(now, 2)->subtree.nr_pages, "with the same details");
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
	is_int(headroom_snapshot_update(h, part, &now, &changes), -EINVAL, "a part");
	ok(!now && !changes && strstr(headroom_error(h), "taken with since"), "says why");
	headroom_snapshot_free(part);

	setenv("HEADROOM_FAKE", "gone", 1);
	is_int(headroom_snapshot_update(h, before, &now, &changes), -ENOTCONN, "no module");
	ok(!now && !changes, "gives nothing");
	is_uint(before->nr, 6, "the earlier one is as it was");
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
	is_text(tree_of(s), "1:0 2:1 3:2 7:2 6:1 4:1 5:1", "siblings in order of path");
	s->cgroup[2].path = NULL;
	is_text(tree_of(s), "1:0 2:1 7:2 3:2 6:1 4:1 5:1", "without a path, last");
	s->cgroup[6].path = NULL;
	is_text(tree_of(s), "1:0 2:1 3:2 7:2 6:1 4:1 5:1", "without paths, in order of id");
	s->cgroup++;
	s->nr--;
	is_text(tree_of(s), "2:0 3:1 7:1 6:0 4:0 5:0", "without a common root");
	s->nr = 0;
	is_int(headroom_snapshot_tree(s, &node), 0, "a tree of nothing");
	ok(!node, "is nothing");
	s->cgroup--;
	s->nr = 7;
	headroom_snapshot_free(s);
	headroom_close(h);
}

/* A recording may say anything about parents. */
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
