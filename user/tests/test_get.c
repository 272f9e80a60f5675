// SPDX-License-Identifier: GPL-2.0
/* Test the connection and all readings against the fake kernel */

#include <errno.h>
#include <stdlib.h>
#include "fake_kernel.h"
#include "headroom.h"
#include "tap.h"

/* Open a handle to a kernel with this behaviour */
static struct headroom *open_fake(const char *behaviour)
{
	struct headroom *h;

	setenv("HEADROOM_FAKE", behaviour, 1);
	fake_kernel_requests = 0;
	is_int(headroom_open(&h), 0, *behaviour ? behaviour : "open");
	return h;
}

static void test_open(void)
{
	struct headroom *h;

	setenv("HEADROOM_FAKE", "absent", 1);
	is_int(headroom_open(&h), -ENOENT, "opening without the module fails");
	ok(strstr(headroom_error(h), "module is not loaded: run 'modprobe headroom'"),
	   "the message says how to load it");
	headroom_close(h);
	headroom_close(NULL);
}

static void test_status(void)
{
	struct headroom *h = open_fake("partly");
	struct headroom_status *status;

	is_int(headroom_status_get(h, &status), 0, "status is read");
	is_text(status->version, "0.0-fake", "version");
	is_uint(status->page_size, 4096, "page size");
	is_uint(status->sample_shift, 6, "sample shift");
	is_uint(status->table_entries, 65536, "table entries");
	is_uint(status->table_used, 16384, "table used");
	is_uint(status->table_bytes, 1 << 20, "table bytes");
	is_uint(status->cgroups, 6, "cgroups");
	is_uint(status->cgroup_bytes, 5120, "bytes of a cgroup");
	ok(!status->psi, "PSI");
	ok(status->stalls, "stalls are tracked");
	is_uint(status->stalled, 6, "stalled now");
	is_uint(status->histogram_bytes, 992, "bytes of a histogram");
	is_uint(status->histograms, 40, "histograms");
	is_uint(status->table_remembered, 100000, "remembered");
	is_uint(status->nr_hooks, 5, "hooks");
	is_text(status->hook[1].name, "mm_vmscan_memcg_reclaim_begin", "name of a hook");
	is_text(status->hook[1].covers, "memcg-reclaim stalls", "what it covers");
	ok(status->hook[0].required && !status->hook[1].required, "required");
	ok(status->hook[0].attached && !status->hook[1].attached, "attached");
	is_uint(status->dropped.table_full, 12345, "full buckets");
	is_uint(status->dropped.reclaim_slots, 3, "reclaims not followed");
	is_uint(status->dropped.histograms, 77, "values in no histogram");
	is_uint(status->dropped.notifications, 9, "notifications not sent");
	is_uint(status->dropped.resized, 1ull << 33, "pages forgotten when the table was replaced");
	is_uint(status->triggers, 2, "triggers");
	is_uint(status->worker_time, 1500000, "time of background work");
	is_uint(status->request_time, 5000000000, "time of requests");
	ok(!status->kernel, "a module that does not report its kernel");
	headroom_status_free(status);
	headroom_close(h);
}

static void test_cgroup(void)
{
	struct headroom *h = open_fake("");
	const struct headroom_stall *stall;
	struct headroom_cgroup *cgroup;

	is_int(headroom_cgroup_get(h, 3, &cgroup), 0, "one cgroup is read");
	is_uint(cgroup->id, 3, "id");
	is_uint(cgroup->parent_id, 2, "parent");
	is_text(cgroup->path, "/busy/db", "path");
	is_uint(cgroup->subtree.evictions, 2000, "evictions");
	is_uint(cgroup->subtree.refaults, 1280, "refaults");
	is_uint(cgroup->subtree.refaults_shared, 128, "shared refaults");
	is_uint(cgroup->subtree.refault_samples, 20, "samples");
	is_uint(cgroup->subtree.refault_distance.bucket[0].high, 639, "bucket of the distances");
	is_uint(cgroup->subtree.returned, 960, "returned pages");
	is_uint(cgroup->subtree.evictions_outside, 600, "evictions from outside");
	is_uint(cgroup->subtree.returned_outside, 60, "of them, returned pages");
	is_uint(cgroup->subtree.evictions_machine, 40, "evictions by the root");
	is_uint(cgroup->subtree.returned_machine, 6, "of them, returned pages");
	is_uint(cgroup->subtree.refault_age.bucket[0].low, 1 << 30, "bucket of the ages");
	is_uint(cgroup->subtree.forgotten, 40, "forgotten pages");
	is_uint(cgroup->subtree.displaced, 16, "displaced pages");
	is_uint(cgroup->subtree.reclaims_dropped, 8, "reclaims that were not followed");
	is_uint(cgroup->subtree.stalls_dropped, 12, "stalls that were not measured");
	is_uint(headroom_horizon(&cgroup->subtree), 16384, "bucket of their distances");
	is_uint(headroom_horizon_age(&cgroup->subtree), 1 << 29, "bucket of their ages");
	is_uint(headroom_stats_pages(&cgroup->local, HEADROOM_PAGE_KIND_ANON,
				     HEADROOM_REASON_KSWAPD)->refaults, 60,
		"refaults of a kind and reason");
	is_uint(cgroup->target.evictions, 1800, "evictions of the target");
	is_uint(cgroup->target.distance.bucket[0].low, 256, "bucket of the target's distances");
	is_uint(headroom_target_reclaim(&cgroup->target, HEADROOM_REASON_OWN_LIMIT)->scanned, 8000,
		"pages scanned for the target");
	stall = headroom_stats_stall(&cgroup->subtree, HEADROOM_STALL_CAUSE_MEMCG_RECLAIM);
	is_uint(stall->count, 10, "number of stalls");
	is_uint(stall->total, 20000000, "time in stalls");
	is_uint(stall->longest, 4500000000, "longest stall, an attribute of 8 bytes");
	is_uint(stall->latency.bucket[0].count, 10, "histogram of stalls");
	stall = headroom_stats_stall(&cgroup->subtree, HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM);
	is_uint(stall->total, 14000000, "the last known cause");
	is_uint(cgroup->subtree.stall_total, 30000000, "total of stalls");
	ok(cgroup->psi, "PSI totals are valid");
	is_uint(cgroup->psi_some, 1060000000, "total of some");
	is_uint(cgroup->psi_full, 1024000000, "total of full");
	headroom_cgroup_free(cgroup);

	is_int(headroom_cgroup_get(h, 99, &cgroup), -ENOENT, "a cgroup that does not exist");
	ok(!cgroup, "returns no cgroup");
	is_text(headroom_error(h), "no cgroup with this id has the memory controller",
		"the message is the kernel's");
	is_uint(fake_kernel_requests, 2, "a request refused with a message is not repeated");
	is_int(headroom_cgroup_get(h, 0, &cgroup), -ENOENT, "no cgroup has id 0");
	headroom_close(h);
}

static void test_snapshot(void)
{
	struct headroom *h = open_fake("");
	struct headroom_snapshot *s;

	/* the very first dump lacks a cgroup */
	headroom_snapshot_take(h, NULL, &s);
	is_uint(s->nr, 5, "the first snapshot has all cgroups");
	headroom_snapshot_free(s);
	is_int(headroom_snapshot_take(h, NULL, &s), 0, "second snapshot");
	is_uint(s->nr, 6, "it has one cgroup more");
	ok(s->consistent && s->time, "it is consistent and has a time");
	is_uint(headroom_snapshot_find(s, 3)->subtree.refaults, 2560, "a cgroup is found by id");
	ok(!headroom_snapshot_find(s, 7) && !headroom_snapshot_find(s, 0), "others are not found");
	headroom_snapshot_free(s);
	headroom_close(h);

	h = open_fake("many");
	is_int(headroom_snapshot_take(h, NULL, &s), 0, "snapshot of many cgroups");
	is_uint(s->nr, 206, "it has all of them");
	ok(headroom_snapshot_find(s, 1199), "it has the last one");
	headroom_snapshot_free(s);
	headroom_close(h);

	h = open_fake("huge");
	is_int(headroom_snapshot_take(h, NULL, &s), 0,
	       "snapshot with messages larger than the buffer");
	is_uint(headroom_snapshot_find(s, 2)->subtree.refault_distance.nr, 124,
		"its histograms are complete");
	headroom_snapshot_free(s);
	headroom_close(h);
}

static void take(struct headroom *h, const struct headroom_filter *filter,
		 struct headroom_snapshot **s)
{
	is_int(headroom_snapshot_take(h, filter, s), 0, "snapshot");
}

/* Counters and generations of the fake kernel grow with each dump, except for one cgroup. */
static void test_since(void)
{
	struct headroom *h = open_fake("");
	struct headroom_filter filter = { 0 };
	struct headroom_snapshot *s;
	uint64_t before;

	take(h, NULL, &s);
	ok(s->generation > 100 && s->cgroup[0].generation == s->generation,
	   "the snapshot has the largest generation");
	ok(s->cgroup[3].generation && s->cgroup[3].generation < s->cgroup[4].generation - 100,
	   "each cgroup has its own generation");
	before = s->generation;
	headroom_snapshot_free(s);

	filter.since = before;
	take(h, &filter, &s);
	is_uint(s->nr, 5, "only changed cgroups are read");
	ok(s->cgroup[0].id == 1 && s->cgroup[2].id == 3 && s->cgroup[4].id == 6,
	   "they are sorted by id");
	ok(!headroom_snapshot_find(s, 4), "the unchanged cgroup is missing");
	is_text(headroom_snapshot_find(s, 3)->path, "/busy/db", "a changed cgroup has its path");
	ok(headroom_stats_stall(&headroom_snapshot_find(s, 3)->subtree,
				HEADROOM_STALL_CAUSE_SWAP_IN)->count &&
	   headroom_snapshot_find(s, 3)->subtree.refault_distance.nr == 1, "and its details");
	ok(s->generation > before, "generations grow");
	before = s->generation;
	headroom_snapshot_free(s);

	setenv("HEADROOM_FAKE", "still", 1);
	filter.since = before;
	take(h, &filter, &s);
	is_uint(s->nr, 0, "nothing has changed: no cgroup is read");
	is_uint(s->generation, before, "the generation stays the same");
	ok(!headroom_snapshot_find(s, 1), "nothing is found in an empty snapshot");
	headroom_snapshot_free(s);

	setenv("HEADROOM_FAKE", "disorder", 1);
	is_int(headroom_snapshot_take(h, &filter, &s), -EBADMSG,
	       "changes that are not in order of generation are refused");
	headroom_close(h);
}

static void test_ancestor(void)
{
	struct headroom *h = open_fake("");
	struct headroom_filter filter = { .ancestor = 2 };
	struct headroom_snapshot *s;

	take(h, &filter, &s);
	is_uint(s->nr, 2, "an ancestor selects two cgroups");
	ok(s->cgroup[0].id == 2 && s->cgroup[1].id == 3, "itself and its child");
	headroom_snapshot_free(s);
	filter.ancestor = 99;
	is_int(headroom_snapshot_take(h, &filter, &s), -ENOENT, "an ancestor that does not exist");
	ok(!s, "returns no snapshot");
	is_text(headroom_error(h), "no cgroup with this id has the memory controller",
		"the message is the kernel's");
	headroom_close(h);
}

static bool has_details(const struct headroom_cgroup *cgroup)
{
	static const struct headroom_stats none;
	struct headroom_stats stats = cgroup->subtree;

	stats.evictions = stats.refaults = stats.refaults_shared = stats.refault_samples = 0;
	stats.returned = stats.stall_total = stats.overwritten = 0;
	stats.forgotten = stats.displaced = 0;
	stats.reclaims_dropped = stats.stalls_dropped = 0;
	stats.evictions_outside = stats.returned_outside = 0;
	stats.evictions_machine = stats.returned_machine = 0;
	return cgroup->psi || cgroup->target.distance.nr || cgroup->target.nr_reclaim ||
	       memcmp(&stats, &none, sizeof(stats));
}

/* libnl reports each failed lookup as a family that does not exist. */
static void test_lookup_timeout(void)
{
	struct headroom_status *status;
	struct headroom *h;

	setenv("HEADROOM_FAKE", "deaf", 1);
	is_int(headroom_open(&h), -ETIMEDOUT, "opening times out if the lookup has no answer");
	ok(strstr(headroom_error(h), "did not answer in time"), "message: %s", headroom_error(h));
	headroom_close(h);
	h = open_fake("stuck");
	is_int(headroom_status_get(h, &status), -ETIMEDOUT, "a request is not answered");
	setenv("HEADROOM_FAKE", "deaf", 1);
	is_int(headroom_status_get(h, &status), -ETIMEDOUT, "nor is the lookup on a new socket");
	setenv("HEADROOM_FAKE", "", 1);
	is_int(headroom_status_get(h, &status), 0, "the handle stays usable");
	headroom_status_free(status);
	headroom_close(h);
}

/* A handle stays usable after a timeout: a late answer is not taken for the next one. */
static void test_timeout(void)
{
	struct headroom *h = open_fake("");
	struct headroom_snapshot *s;
	struct headroom_status *status;

	is_int(headroom_timeout_set(h, 5000), 0, "a timeout is set");
	is_int(headroom_status_get(h, &status), 0, "an answer in time is read");
	headroom_status_free(status);
	setenv("HEADROOM_FAKE", "stuck", 1);
	is_int(headroom_status_get(h, &status), -ETIMEDOUT,
	       "a request without an answer times out");
	ok(!status, "returns no status");
	is_text(headroom_error(h), "the module did not answer in time", "the message says so");
	setenv("HEADROOM_FAKE", "", 1);
	is_int(headroom_snapshot_take(h, NULL, &s), 0, "the handle is usable after a timeout");
	headroom_snapshot_free(s);
	setenv("HEADROOM_FAKE", "stuck", 1);
	is_int(headroom_snapshot_take(h, NULL, &s), -ETIMEDOUT,
	       "a dump without an answer times out");
	ok(!s, "returns no snapshot");
	setenv("HEADROOM_FAKE", "", 1);
	is_int(headroom_timeout_set(h, UINT32_MAX), -EINVAL, "a timeout above INT_MAX is refused");
	headroom_close(h);
}

static void test_reserved(void)
{
	struct headroom_filter filter = { .reserved = { 0, 0, 1 } };
	struct headroom_params params = { .reserved = { 0, 1 } };
	struct headroom *h = open_fake("");
	struct headroom_snapshot *s;

	is_int(headroom_snapshot_take(h, &filter, &s), -EINVAL,
	       "a filter with a nonzero reserved word is refused");
	is_text(headroom_error(h), "struct headroom_filter: reserved[2] is not zero",
		"the message names the word");
	filter = (struct headroom_filter){ .omit = 1u << 31 };
	is_int(headroom_snapshot_take(h, &filter, &s), -EINVAL, "an unknown detail is refused");
	is_int(headroom_params_set(h, &params, HEADROOM_PARAM_STALLS), -EINVAL,
	       "parameters with a nonzero reserved word are refused");
	is_text(headroom_error(h), "struct headroom_params: reserved[1] is not zero",
		"the message names the word");
	headroom_close(h);
}

static void test_snapshot_delta(void)
{
	struct headroom *h = open_fake("");
	struct headroom_snapshot *before, *now;
	struct headroom_snapshot_delta *delta;

	take(h, NULL, &before);
	take(h, NULL, &now);
	is_int(headroom_snapshot_delta(now, before, &delta), 0, "delta of two snapshots");
	is_uint(delta->nr, now->nr, "it has each cgroup");
	is_uint(delta->interval, now->time - before->time, "it has the interval");
	for (size_t i = 0; i < now->nr; i++)
		if (now->cgroup[i].id == 3)
			is_uint(delta->cgroup[i].subtree.evictions,
				now->cgroup[i].subtree.evictions -
				headroom_snapshot_find(before, 3)->subtree.evictions,
				"counters are subtracted");
	headroom_snapshot_delta_free(delta);
	is_int(headroom_snapshot_delta(now, NULL, &delta), 0, "delta without an earlier snapshot");
	is_uint(delta->cgroup[0].subtree.evictions, now->cgroup[0].subtree.evictions,
		"it counts from zero");
	ok(delta->interval == 0, "it has no interval");
	headroom_snapshot_delta_free(delta);
	/* the earlier one lacks a cgroup: the walk over both must stay in step */
	before->cgroup++;
	before->nr--;
	is_int(headroom_snapshot_delta(now, before, &delta), 0,
	       "delta with a cgroup that was born");
	is_uint(delta->cgroup[0].subtree.evictions, now->cgroup[0].subtree.evictions,
		"the new cgroup counts from zero");
	is_uint(delta->cgroup[2].subtree.evictions, now->cgroup[2].subtree.evictions -
		headroom_snapshot_find(before, 3)->subtree.evictions,
		"the other cgroups are subtracted");
	headroom_snapshot_delta_free(delta);
	before->cgroup--;
	headroom_snapshot_free(before);
	headroom_snapshot_free(now);
	headroom_close(h);
}

/* Details that are omitted must be absent, even in the reused memory of a full snapshot. */
static void test_detail(void)
{
	struct headroom *h = open_fake("partly");
	struct headroom_filter filter = { .omit = HEADROOM_DETAIL_ALL };
	struct headroom_snapshot *s;
	size_t with = 0;

	for (int round = 0; round < 3; round++) {
		take(h, round == 1 ? NULL : &filter, &s);
		with = 0;
		for (size_t i = 0; i < s->nr; i++)
			with += has_details(&s->cgroup[i]);
		is_uint(with, round == 1 ? 6 : 0, "number of cgroups with details");
		ok(headroom_snapshot_find(s, 3)->local.evictions &&
		   headroom_snapshot_find(s, 3)->subtree.stall_total &&
		   headroom_snapshot_find(s, 2)->target.evictions, "all have their counters");
		headroom_snapshot_free(s);
	}
	filter.omit = HEADROOM_DETAIL_ALL & ~HEADROOM_DETAIL_STALLS;
	take(h, &filter, &s);
	ok(headroom_stats_stall(&headroom_snapshot_find(s, 3)->local,
				HEADROOM_STALL_CAUSE_SWAP_IN)->count &&
	   !headroom_snapshot_find(s, 3)->local.nr_pages,
	   "stalls are read, other details are not");
	headroom_snapshot_free(s);
	headroom_close(h);
}

/* Snapshots do not share memory, in whatever order they are freed. */
static void test_memory(void)
{
	struct headroom *h = open_fake("");
	struct headroom_snapshot *a, *b, *c;
	uint64_t evictions;

	take(h, NULL, &a);
	take(h, NULL, &b);
	evictions = headroom_snapshot_find(b, 3)->local.evictions;
	headroom_snapshot_free(a);
	take(h, NULL, &c);
	is_uint(headroom_snapshot_find(b, 3)->local.evictions, evictions,
		"the earlier snapshot keeps its counters");
	is_uint(headroom_snapshot_find(c, 3)->local.evictions, evictions + 2000,
		"the later snapshot has its own");
	headroom_snapshot_free(c);
	headroom_close(h);
	is_text(headroom_snapshot_find(b, 3)->path, "/busy/db", "a path outlives the handle");
	is_uint(headroom_snapshot_find(b, 3)->local.refault_distance.bucket[0].low, 512,
		"so does a histogram");
	headroom_snapshot_free(b);
	headroom_snapshot_free(NULL);
}

static void test_names(void)
{
	struct headroom *h = open_fake("removed=6");
	struct headroom_snapshot *s;

	fake_kernel_lookups = 0;
	is_int(headroom_snapshot_take(h, NULL, &s), 0,
	       "snapshot with a cgroup that is removed before its path is looked up");
	ok(s->nr == 6 && s->cgroup[4].path && !s->cgroup[5].path, "the removed cgroup has no path");
	headroom_snapshot_free(s);
	setenv("HEADROOM_FAKE", "", 1);
	for (int i = 0; i < 3; i++) {
		is_int(headroom_snapshot_take(h, NULL, &s), 0, "another snapshot");
		is_text(s->cgroup[5].path, "/busyness", "a later lookup finds the path");
		headroom_snapshot_free(s);
	}
	is_uint(fake_kernel_lookups, 7, "known paths are not looked up again");
	headroom_close(h);

	h = open_fake("removed=6");
	is_int(headroom_snapshot_take(h, NULL, &s), 0, "snapshot with one path missing");
	headroom_snapshot_free(s);
	setenv("HEADROOM_FAKE", "unnamed=6", 1);
	is_int(headroom_snapshot_take(h, NULL, &s), -EPERM,
	       "a lookup without permission fails the snapshot");
	setenv("HEADROOM_FAKE", "", 1);
	is_int(headroom_snapshot_take(h, NULL, &s), 0, "with permission it succeeds");
	is_text(s->cgroup[0].path, "/", "no path was forgotten");
	headroom_snapshot_free(s);
	headroom_close(h);
}

static void test_churn(void)
{
	/* eleven dumps were taken before: the first four of the next five are interrupted */
	struct headroom *h = open_fake("churn=15");
	struct headroom_snapshot *s;

	is_int(headroom_snapshot_take(h, NULL, &s), 0, "snapshot with interrupted dumps");
	is_uint(fake_kernel_requests, 5, "the dump is repeated");
	ok(s->consistent, "the last one is consistent");
	is_uint(s->nr, 6, "each cgroup is there once");
	headroom_snapshot_free(s);
	setenv("HEADROOM_FAKE", "churn=1000", 1);
	fake_kernel_requests = 0;
	is_int(headroom_snapshot_take(h, NULL, &s), 0,
	       "snapshot with dumps that are all interrupted");
	is_uint(fake_kernel_requests, 5, "the number of attempts is limited");
	ok(!s->consistent, "the snapshot is marked as inconsistent");
	is_uint(s->nr, 6, "each cgroup is there once");
	headroom_snapshot_free(s);
	headroom_close(h);
}

static void test_blame(void)
{
	struct headroom *h = open_fake("");
	struct headroom_blame *blame;

	is_int(headroom_blame_get(h, 3, &blame), 0, "blame of one victim");
	is_uint(blame->nr, 1, "it has one victim");
	is_uint(blame->victim[0].id, 3, "id of the victim");
	is_uint(blame->victim[0].nr, 5, "number of evictors");
	is_uint(blame->victim[0].evictor[0].error, 20, "error of an evictor");
	headroom_blame_free(blame);
	is_int(headroom_blame_get(h, 4, &blame), 0, "blame of a cgroup without evictions");
	is_uint(blame->victim[0].nr, 0, "it has no evictors");
	headroom_blame_free(blame);
	is_int(headroom_blame_get(h, 77, &blame), -ENOENT, "blame of a cgroup that does not exist");
	ok(!blame, "returns no blame");
	is_text(headroom_error(h), "no cgroup with this id has the memory controller",
		"the message is the kernel's");
	headroom_blame_free(NULL);
	is_int(headroom_blame_get(h, 0, &blame), 0, "blame of all cgroups");
	is_uint(blame->nr, 4, "it has each victim");
	is_uint(blame->victim[2].id, 5, "the victims are in order of id");
	headroom_blame_free(blame);
	headroom_close(h);
}

static void test_much_blame(void)
{
	struct headroom *h = open_fake("many");
	struct headroom_blame *blame;

	is_int(headroom_blame_get(h, 0, &blame), 0, "blame of many victims");
	is_uint(blame->nr, 204, "it has all of them");
	is_uint(blame->victim[203].id, 1199, "it has the last one");
	headroom_blame_free(blame);
	headroom_close(h);
}

static void test_blame_churn(void)
{
	/* two dumps of blame were taken before */
	struct headroom *h = open_fake("churn=5");
	struct headroom_blame *blame;

	is_int(headroom_blame_get(h, 0, &blame), 0, "blame with interrupted dumps");
	is_uint(fake_kernel_requests, 4, "the dump is repeated");
	is_uint(blame->nr, 4, "each victim is there once");
	headroom_blame_free(blame);
	setenv("HEADROOM_FAKE", "churn=1000", 1);
	fake_kernel_requests = 0;
	is_int(headroom_blame_get(h, 0, &blame), 0, "blame with dumps that are all interrupted");
	is_uint(fake_kernel_requests, 5, "the number of attempts is limited");
	is_uint(blame->nr, 4, "each victim is there once");
	headroom_blame_free(blame);
	headroom_close(h);
}

static void test_blame_failure(const char *behaviour, int err, const char *message)
{
	struct headroom *h = open_fake(behaviour);
	struct headroom_blame *blame;

	is_int(headroom_blame_get(h, 0, &blame), err, "blame fails");
	ok(!blame, "returns no blame");
	ok(strstr(headroom_error(h), message), "message: %s", headroom_error(h));
	setenv("HEADROOM_FAKE", "", 1);
	is_int(headroom_blame_get(h, 0, &blame), 0, "the handle stays usable");
	is_uint(blame ? blame->nr : 0, 4, "the next answer is complete");
	headroom_blame_free(blame);
	headroom_close(h);
}

static void test_stalled(void)
{
	struct headroom *h = open_fake("");
	struct headroom_stalled *stalled;
	size_t nr;

	is_int(headroom_stalled_get(h, &stalled, &nr), 0, "stalled tasks are read");
	is_uint(nr, 6, "number of tasks");
	is_uint(stalled[2].pid, 5000001, "pid of a task");
	is_uint(stalled[2].cgroup, 3, "cgroup of the task");
	is_uint(stalled[2].cause, HEADROOM_STALL_CAUSE_MEMCG_RECLAIM, "cause of the stall");
	is_uint(stalled[2].time, 5000000000, "time in the stall");
	free(stalled);
	setenv("HEADROOM_FAKE", "calm", 1);
	is_int(headroom_stalled_get(h, &stalled, &nr), 0, "no task is stalled");
	ok(!stalled && !nr, "the result is empty");
	setenv("HEADROOM_FAKE", "many", 1);
	is_int(headroom_stalled_get(h, &stalled, &nr), 0, "many tasks are stalled");
	is_uint(nr, 206, "all of them are there");
	is_uint(stalled[205].time, 200, "time of the last one");
	free(stalled);
	/* three dumps were taken before */
	setenv("HEADROOM_FAKE", "churn=5", 1);
	fake_kernel_requests = 0;
	is_int(headroom_stalled_get(h, &stalled, &nr), 0, "stalled tasks with interrupted dumps");
	is_uint(fake_kernel_requests, 3, "the dump is repeated");
	is_uint(nr, 6, "each task is there once");
	free(stalled);
	setenv("HEADROOM_FAKE", "churn=7 calm=8", 1);
	is_int(headroom_stalled_get(h, &stalled, &nr), 0, "only the interrupted dumps have tasks");
	ok(!stalled && !nr, "the result is empty");
	headroom_close(h);
}

static void test_stalled_failure(const char *behaviour, int err, const char *message)
{
	struct headroom *h = open_fake(behaviour);
	struct headroom_stalled *stalled;
	size_t nr;

	is_int(headroom_stalled_get(h, &stalled, &nr), err, "stalled tasks fail");
	ok(!stalled && !nr, "the result is empty");
	ok(strstr(headroom_error(h), message), "message: %s", headroom_error(h));
	setenv("HEADROOM_FAKE", "", 1);
	is_int(headroom_stalled_get(h, &stalled, &nr), 0, "the handle stays usable");
	is_uint(nr, 6, "the next answer is complete");
	free(stalled);
	headroom_close(h);
}

/* After each failure the handle must stay usable. */
static void test_failure(const char *behaviour, int err, const char *message)
{
	struct headroom *h = open_fake(behaviour);
	struct headroom_snapshot *s;

	is_int(headroom_snapshot_take(h, NULL, &s), err, "snapshot fails");
	ok(!s, "returns no snapshot");
	ok(strstr(headroom_error(h), message), "message: %s", headroom_error(h));
	setenv("HEADROOM_FAKE", "", 1);
	is_int(headroom_snapshot_take(h, NULL, &s), 0, "the handle stays usable");
	is_uint(s ? s->nr : 0, 6, "the next snapshot is complete");
	headroom_snapshot_free(s);
	headroom_close(h);
}

/* An ACK without the object must not look like an object that is all zero. */
static void test_empty_answer(void)
{
	struct headroom *h = open_fake("mute");
	struct headroom_status *status;
	struct headroom_cgroup *cgroup;
	struct headroom_params params;
	struct headroom_blame *blame;

	is_int(headroom_status_get(h, &status), -EBADMSG, "an ACK without a status");
	ok(!status, "returns no status");
	ok(strstr(headroom_error(h), "malformed"), "message: %s", headroom_error(h));
	is_int(headroom_cgroup_get(h, 3, &cgroup), -EBADMSG, "an ACK without a cgroup");
	ok(!cgroup, "returns no cgroup");
	is_int(headroom_blame_get(h, 3, &blame), -EBADMSG, "an ACK without blame");
	ok(!blame, "returns no blame");
	is_int(headroom_params_get(h, &params), -EBADMSG, "an ACK without parameters");
	setenv("HEADROOM_FAKE", "", 1);
	is_int(headroom_status_get(h, &status), 0, "the handle stays usable");
	headroom_status_free(status);
	headroom_close(h);
}

static void test_module_reloaded(void)
{
	struct headroom *h = open_fake("reload");
	struct headroom_snapshot *s;

	for (int i = 0; i < 3; i++) {
		is_int(headroom_snapshot_take(h, NULL, &s), 0,
		       "snapshot after the module was reloaded");
		headroom_snapshot_free(s);
	}
	headroom_close(h);
}

static void test_module_unloaded(void)
{
	struct headroom *h = open_fake("gone");
	struct headroom_status *status;
	struct headroom_cgroup *cgroup;

	is_int(headroom_status_get(h, &status), 0, "status before the module is unloaded");
	headroom_status_free(status);
	is_int(headroom_status_get(h, &status), -ENOTCONN, "status after the module was unloaded");
	ok(strstr(headroom_error(h), "not loaded"), "message: %s", headroom_error(h));
	is_int(headroom_cgroup_get(h, 3, &cgroup), -ENOTCONN,
	       "a missing module is not reported as a missing cgroup");
	setenv("HEADROOM_FAKE", "", 1);
	is_int(headroom_status_get(h, &status), 0, "status after the module was loaded again");
	headroom_status_free(status);
	headroom_close(h);
}

static void test_queue_overflow(void)
{
	struct headroom *h = open_fake("");
	struct headroom_snapshot *s;
	uint64_t evictions;

	is_int(headroom_snapshot_take(h, NULL, &s), 0, "snapshot before an overflow");
	evictions = headroom_snapshot_find(s, 3)->local.evictions;
	headroom_snapshot_free(s);
	setenv("HEADROOM_FAKE", "enobufs", 1);
	is_int(headroom_snapshot_take(h, NULL, &s), -ENOBUFS, "an overflow is not 'out of memory'");
	ok(strstr(headroom_error(h), "receive queue"), "message: %s", headroom_error(h));
	is_int(headroom_snapshot_take(h, NULL, &s), 0, "snapshot after the overflow");
	is_uint(headroom_snapshot_find(s, 3)->local.evictions, evictions + 2 * 2000,
		"it is the answer to this request, not to the earlier one");
	headroom_snapshot_free(s);
	headroom_close(h);
}

int main(void)
{
	test_open();
	test_status();
	test_cgroup();
	test_snapshot();
	test_names();
	test_churn();
	test_failure("eperm", -EPERM, "needs CAP_PERFMON or CAP_SYS_ADMIN: run as root");
	test_failure("breaks", -EMSGSIZE, "the fake kernel broke off");
	test_failure("malformed", -EBADMSG, "malformed");
	test_failure("disorder", -EBADMSG, "malformed");
	test_blame();
	test_much_blame();
	test_blame_churn();
	test_blame_failure("eperm", -EPERM, "needs CAP_PERFMON or CAP_SYS_ADMIN: run as root");
	test_blame_failure("breaks", -EMSGSIZE, "the fake kernel broke off");
	test_blame_failure("malformed", -EBADMSG, "malformed");
	test_blame_failure("disorder", -EBADMSG, "malformed");
	test_stalled();
	test_stalled_failure("eperm", -EPERM, "needs CAP_PERFMON or CAP_SYS_ADMIN: run as root");
	test_stalled_failure("breaks", -EMSGSIZE, "the fake kernel broke off");
	test_stalled_failure("malformed", -EBADMSG, "malformed");
	test_stalled_failure("vague", -EBADMSG, "malformed");
	test_empty_answer();
	test_module_reloaded();
	test_module_unloaded();
	test_queue_overflow();
	test_since();
	test_ancestor();
	test_detail();
	test_lookup_timeout();
	test_timeout();
	test_reserved();
	test_snapshot_delta();
	test_memory();
	return tap_done();
}
