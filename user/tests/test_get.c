// SPDX-License-Identifier: GPL-2.0
/* Connection and reading, against the fake kernel */

#include <errno.h>
#include <stdlib.h>
#include "fake_kernel.h"
#include "headroom.h"
#include "tap.h"

/* A new handle to a kernel that behaves so */
static struct headroom *open_fake(const char *behaviour)
{
	struct headroom *h;

	setenv("HEADROOM_FAKE", behaviour, 1);
	fake_kernel_requests = 0;
	is_int(headroom_open(&h), 0, *behaviour ? behaviour : "all well");
	return h;
}

static void test_open(void)
{
	struct headroom *h;

	setenv("HEADROOM_FAKE", "absent", 1);
	is_int(headroom_open(&h), -ENOENT, "open without the module");
	ok(strstr(headroom_error(h), "module is not loaded: run 'modprobe headroom'"),
	   "says how to load it");
	headroom_close(h);
	headroom_close(NULL);
}

static void test_status(void)
{
	struct headroom *h = open_fake("partly");
	struct headroom_status *status;

	is_int(headroom_status_get(h, &status), 0, "status");
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
	is_uint(status->dropped.table_full, 12345, "lost");
	is_uint(status->dropped.reclaim_slots, 3, "reclaims lost");
	is_uint(status->dropped.histograms, 77, "values in no histogram");
	is_uint(status->dropped.notifications, 9, "notifications lost");
	is_uint(status->dropped.resized, 1ull << 33, "pages forgotten with their table");
	is_uint(status->triggers, 2, "triggers");
	is_uint(status->worker_time, 1500000, "time of the worker");
	is_uint(status->request_time, 5000000000, "time of the requests");
	ok(!status->kernel, "an older module does not tell its kernel");
	headroom_status_free(status);
	headroom_close(h);
}

static void test_cgroup(void)
{
	struct headroom *h = open_fake("");
	const struct headroom_stall *stall;
	struct headroom_cgroup *cgroup;

	is_int(headroom_cgroup_get(h, 3, &cgroup), 0, "one cgroup");
	is_uint(cgroup->id, 3, "id");
	is_uint(cgroup->parent_id, 2, "parent");
	is_text(cgroup->path, "/busy/db", "path");
	is_uint(cgroup->subtree.evictions, 2000, "evictions");
	is_uint(cgroup->subtree.refaults, 1280, "refaults");
	is_uint(cgroup->subtree.refaults_shared, 128, "shared");
	is_uint(cgroup->subtree.refault_samples, 20, "samples");
	is_uint(cgroup->subtree.refault_distance.bucket[0].high, 10239, "a bucket");
	is_uint(cgroup->subtree.returned, 960, "returned");
	is_uint(cgroup->subtree.refault_age.bucket[0].low, 1 << 30, "an age");
	is_uint(headroom_stats_pages(&cgroup->local, HEADROOM_PAGE_KIND_ANON,
				     HEADROOM_REASON_KSWAPD)->refaults,
			60,
		"refaults of a kind and reason");
	is_uint(cgroup->target.evictions, 1800, "evictions of the pool");
	is_uint(cgroup->target.distance.bucket[0].low, 16384, "a distance of the pool");
	is_uint(headroom_target_reclaim(&cgroup->target, HEADROOM_REASON_OWN_LIMIT)->scanned, 8000,
			"reclaim");
	stall = headroom_stats_stall(&cgroup->subtree, HEADROOM_STALL_CAUSE_MEMCG_RECLAIM);
	is_uint(stall->count, 10, "stalls");
	is_uint(stall->total, 20000000, "their time");
	is_uint(stall->longest, 4500000000, "an attribute of 8 bytes");
	is_uint(stall->latency.bucket[0].count, 10, "their latency");
	stall = headroom_stats_stall(&cgroup->subtree, HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM);
	is_uint(stall->total, 14000000, "the last cause");
	is_uint(cgroup->subtree.stall_total, 30000000, "the total");
	ok(cgroup->psi, "the kernel's own totals");
	is_uint(cgroup->psi_some, 1060000000, "some");
	is_uint(cgroup->psi_full, 1024000000, "full");
	headroom_cgroup_free(cgroup);

	is_int(headroom_cgroup_get(h, 99, &cgroup), -ENOENT, "a cgroup that is not");
	ok(!cgroup, "gives none");
	is_text(headroom_error(h), "no cgroup with this id has the memory controller",
		"the kernel's own sentence");
	is_uint(fake_kernel_requests, 2, "an explained refusal is not asked again");
	is_int(headroom_cgroup_get(h, 0, &cgroup), -ENOENT, "no cgroup has id 0");
	headroom_close(h);
}

static void test_snapshot(void)
{
	struct headroom *h = open_fake("");
	struct headroom_snapshot *s;

	/* the first dump of all lacks a cgroup */
	headroom_snapshot_take(h, NULL, &s);
	is_uint(s->nr, 5, "a snapshot has all cgroups");
	headroom_snapshot_free(s);
	is_int(headroom_snapshot_take(h, NULL, &s), 0, "another");
	is_uint(s->nr, 6, "has one more");
	ok(s->consistent && s->time, "consistent, at a time");
	is_uint(headroom_snapshot_find(s, 3)->subtree.refaults, 2560, "found by id");
	ok(!headroom_snapshot_find(s, 7) && !headroom_snapshot_find(s, 0), "or not");
	headroom_snapshot_free(s);
	headroom_close(h);

	h = open_fake("many");
	is_int(headroom_snapshot_take(h, NULL, &s), 0, "many cgroups");
	is_uint(s->nr, 206, "are complete");
	ok(headroom_snapshot_find(s, 1199), "to the last");
	headroom_snapshot_free(s);
	headroom_close(h);

	h = open_fake("huge");
	is_int(headroom_snapshot_take(h, NULL, &s), 0, "messages larger than any buffer");
	is_uint(headroom_snapshot_find(s, 2)->subtree.refault_distance.nr, 124, "are complete");
	headroom_snapshot_free(s);
	headroom_close(h);
}

static void take(struct headroom *h, const struct headroom_filter *filter,
		 struct headroom_snapshot **s)
{
	is_int(headroom_snapshot_take(h, filter, s), 0, "a snapshot");
}

/* Dumps count up, and so do generations: whatever counts has changed in the next one. */
static void test_since(void)
{
	struct headroom *h = open_fake("");
	struct headroom_filter filter = { 0 };
	struct headroom_snapshot *s;
	uint64_t before;

	take(h, NULL, &s);
	ok(s->generation > 100 && s->cgroup[0].generation == s->generation,
	   "the largest generation");
	ok(s->cgroup[3].generation && s->cgroup[3].generation < s->cgroup[4].generation - 100,
	   "each has its own");
	before = s->generation;
	headroom_snapshot_free(s);

	filter.since = before;
	take(h, &filter, &s);
	is_uint(s->nr, 5, "what has changed");
	ok(s->cgroup[0].id == 1 && s->cgroup[2].id == 3 && s->cgroup[4].id == 6,
	   "in order of id, though it came the other way");
	ok(!headroom_snapshot_find(s, 4), "without what has not");
	is_text(headroom_snapshot_find(s, 3)->path, "/busy/db", "each with its path");
	ok(headroom_stats_stall(&headroom_snapshot_find(s, 3)->subtree,
				HEADROOM_STALL_CAUSE_SWAP_IN)->count &&
	   headroom_snapshot_find(s, 3)->subtree.refault_distance.nr == 1, "and details");
	ok(s->generation > before, "generations grow");
	before = s->generation;
	headroom_snapshot_free(s);

	setenv("HEADROOM_FAKE", "still", 1);
	filter.since = before;
	take(h, &filter, &s);
	is_uint(s->nr, 0, "nothing has changed");
	is_uint(s->generation, before, "nor the generation");
	ok(!headroom_snapshot_find(s, 1), "nothing is found");
	headroom_snapshot_free(s);

	setenv("HEADROOM_FAKE", "disorder", 1);
	is_int(headroom_snapshot_take(h, &filter, &s), -EBADMSG, "changes out of order");
	headroom_close(h);
}

static void test_ancestor(void)
{
	struct headroom *h = open_fake("");
	struct headroom_filter filter = { .ancestor = 2 };
	struct headroom_snapshot *s;

	take(h, &filter, &s);
	is_uint(s->nr, 2, "one cgroup and what is below");
	ok(s->cgroup[0].id == 2 && s->cgroup[1].id == 3, "these");
	headroom_snapshot_free(s);
	filter.ancestor = 99;
	is_int(headroom_snapshot_take(h, &filter, &s), -ENOENT, "an ancestor that is not");
	ok(!s, "gives none");
	is_text(headroom_error(h), "no cgroup with this id has the memory controller",
		"the kernel's own sentence");
	headroom_close(h);
}

static bool has_details(const struct headroom_cgroup *cgroup)
{
	static const struct headroom_stats none;
	struct headroom_stats stats = cgroup->subtree;

	stats.evictions = stats.refaults = stats.refaults_shared = stats.refault_samples = 0;
	stats.returned = stats.stall_total = 0;
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

/* The module does not answer; later it does, and the handle has not lost its place. */
static void test_timeout(void)
{
	struct headroom *h = open_fake("");
	struct headroom_snapshot *s;
	struct headroom_status *status;

	is_int(headroom_timeout_set(h, 5000), 0, "a timeout");
	is_int(headroom_status_get(h, &status), 0, "an answer in time");
	headroom_status_free(status);
	setenv("HEADROOM_FAKE", "stuck", 1);
	is_int(headroom_status_get(h, &status), -ETIMEDOUT, "no answer");
	ok(!status, "no result");
	is_text(headroom_error(h), "the module did not answer in time", "a sentence");
	setenv("HEADROOM_FAKE", "", 1);
	is_int(headroom_snapshot_take(h, NULL, &s), 0, "the handle is usable after a timeout");
	headroom_snapshot_free(s);
	setenv("HEADROOM_FAKE", "stuck", 1);
	is_int(headroom_snapshot_take(h, NULL, &s), -ETIMEDOUT, "no answer to a dump");
	ok(!s, "no snapshot");
	setenv("HEADROOM_FAKE", "", 1);
	is_int(headroom_timeout_set(h, UINT32_MAX), -EINVAL, "a timeout out of range");
	headroom_close(h);
}

static void test_reserved(void)
{
	struct headroom_filter filter = { .reserved = { 0, 0, 1 } };
	struct headroom_params params = { .reserved = { 0, 1 } };
	struct headroom *h = open_fake("");
	struct headroom_snapshot *s;

	is_int(headroom_snapshot_take(h, &filter, &s), -EINVAL, "a reserved word of a filter");
	is_text(headroom_error(h), "struct headroom_filter: reserved[2] is not zero", "is named");
	filter = (struct headroom_filter){ .omit = 1u << 31 };
	is_int(headroom_snapshot_take(h, &filter, &s), -EINVAL, "an unknown detail");
	is_int(headroom_params_set(h, &params, HEADROOM_PARAM_STALLS), -EINVAL,
	       "a reserved word of parameters");
	is_text(headroom_error(h), "struct headroom_params: reserved[1] is not zero", "is named");
	headroom_close(h);
}

static void test_snapshot_delta(void)
{
	struct headroom *h = open_fake("");
	struct headroom_snapshot *before, *now;
	struct headroom_snapshot_delta *delta;

	take(h, NULL, &before);
	take(h, NULL, &now);
	is_int(headroom_snapshot_delta(now, before, &delta), 0, "delta of snapshots");
	is_uint(delta->nr, now->nr, "each cgroup");
	is_uint(delta->interval, now->time - before->time, "their interval");
	for (size_t i = 0; i < now->nr; i++)
		if (now->cgroup[i].id == 3)
			is_uint(delta->cgroup[i].subtree.evictions,
				now->cgroup[i].subtree.evictions -
				headroom_snapshot_find(before, 3)->subtree.evictions,
				"counters are subtracted");
	headroom_snapshot_delta_free(delta);
	is_int(headroom_snapshot_delta(now, NULL, &delta), 0, "delta to nothing");
	is_uint(delta->cgroup[0].subtree.evictions, now->cgroup[0].subtree.evictions,
		"counts from zero");
	ok(delta->interval == 0, "without an interval");
	headroom_snapshot_delta_free(delta);
	/* the first has a cgroup less: the walk must not slip */
	before->cgroup++;
	before->nr--;
	is_int(headroom_snapshot_delta(now, before, &delta), 0, "a cgroup that was born");
	is_uint(delta->cgroup[0].subtree.evictions, now->cgroup[0].subtree.evictions,
		"counts from zero");
	is_uint(delta->cgroup[2].subtree.evictions, now->cgroup[2].subtree.evictions -
		headroom_snapshot_find(before, 3)->subtree.evictions, "the others do not");
	headroom_snapshot_delta_free(delta);
	before->cgroup--;
	headroom_snapshot_free(before);
	headroom_snapshot_free(now);
	headroom_close(h);
}

/* In the memory of a snapshot with everything, too, there is nothing but what is asked for. */
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
		is_uint(with, round == 1 ? 6 : 0, "cgroups with details");
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
	   "some details, and not others");
	headroom_snapshot_free(s);
	headroom_close(h);
}

/* Each has memory of its own while it is there, whoever is freed first. */
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
	is_uint(headroom_snapshot_find(b, 3)->local.evictions, evictions, "the one before");
	is_uint(headroom_snapshot_find(c, 3)->local.evictions, evictions + 2000, "the one behind");
	headroom_snapshot_free(c);
	headroom_close(h);
	is_text(headroom_snapshot_find(b, 3)->path, "/busy/db", "outlives the handle");
	is_uint(headroom_snapshot_find(b, 3)->local.refault_distance.bucket[0].low, 8192,
		"with its histograms");
	headroom_snapshot_free(b);
	headroom_snapshot_free(NULL);
}

static void test_names(void)
{
	struct headroom *h = open_fake("removed=6");
	struct headroom_snapshot *s;

	fake_kernel_lookups = 0;
	is_int(headroom_snapshot_take(h, NULL, &s), 0, "a cgroup that is removed before it is named");
	ok(s->nr == 6 && s->cgroup[4].path && !s->cgroup[5].path, "has no path");
	headroom_snapshot_free(s);
	setenv("HEADROOM_FAKE", "", 1);
	for (int i = 0; i < 3; i++) {
		is_int(headroom_snapshot_take(h, NULL, &s), 0, "three more");
		is_text(s->cgroup[5].path, "/busyness", "path");
		headroom_snapshot_free(s);
	}
	is_uint(fake_kernel_lookups, 7, "what has a path is not looked up again");
	headroom_close(h);

	h = open_fake("removed=6");
	is_int(headroom_snapshot_take(h, NULL, &s), 0, "all but one have names");
	headroom_snapshot_free(s);
	setenv("HEADROOM_FAKE", "unnamed=6", 1);
	is_int(headroom_snapshot_take(h, NULL, &s), -EPERM, "which may not be looked up");
	setenv("HEADROOM_FAKE", "", 1);
	is_int(headroom_snapshot_take(h, NULL, &s), 0, "then it may");
	is_text(s->cgroup[0].path, "/", "and no name was forgotten");
	headroom_snapshot_free(s);
	headroom_close(h);
}

static void test_churn(void)
{
	/* eleven dumps were taken before: all but the last of five are interrupted */
	struct headroom *h = open_fake("churn=15");
	struct headroom_snapshot *s;

	is_int(headroom_snapshot_take(h, NULL, &s), 0, "a dump that is interrupted at first");
	is_uint(fake_kernel_requests, 5, "is taken again");
	ok(s->consistent, "until it is consistent");
	is_uint(s->nr, 6, "and has each cgroup once");
	headroom_snapshot_free(s);
	setenv("HEADROOM_FAKE", "churn=1000", 1);
	fake_kernel_requests = 0;
	is_int(headroom_snapshot_take(h, NULL, &s), 0, "a dump that is always interrupted");
	is_uint(fake_kernel_requests, 5, "is taken a few times");
	ok(!s->consistent, "and says that it is not consistent");
	is_uint(s->nr, 6, "and has each cgroup once");
	headroom_snapshot_free(s);
	headroom_close(h);
}

static void test_blame(void)
{
	struct headroom *h = open_fake("");
	struct headroom_blame *blame;

	is_int(headroom_blame_get(h, 3, &blame), 0, "blame of one cgroup");
	is_uint(blame->nr, 1, "is of one cgroup");
	is_uint(blame->victim[0].id, 3, "this one");
	is_uint(blame->victim[0].nr, 5, "with its evictors");
	is_uint(blame->victim[0].evictor[0].error, 20, "and their numbers");
	headroom_blame_free(blame);
	is_int(headroom_blame_get(h, 4, &blame), 0, "of one that lost nothing");
	is_uint(blame->victim[0].nr, 0, "is empty");
	headroom_blame_free(blame);
	is_int(headroom_blame_get(h, 77, &blame), -ENOENT, "of one that is not");
	ok(!blame, "gives none");
	is_text(headroom_error(h), "no cgroup with this id has the memory controller",
		"the kernel's own sentence");
	headroom_blame_free(NULL);
	is_int(headroom_blame_get(h, 0, &blame), 0, "of all");
	is_uint(blame->nr, 4, "has all that lost pages");
	is_uint(blame->victim[2].id, 5, "in order of id");
	headroom_blame_free(blame);
	headroom_close(h);
}

static void test_much_blame(void)
{
	struct headroom *h = open_fake("many");
	struct headroom_blame *blame;

	is_int(headroom_blame_get(h, 0, &blame), 0, "many victims");
	is_uint(blame->nr, 204, "are complete");
	is_uint(blame->victim[203].id, 1199, "to the last");
	headroom_blame_free(blame);
	headroom_close(h);
}

static void test_blame_churn(void)
{
	/* two dumps of blame were taken before */
	struct headroom *h = open_fake("churn=5");
	struct headroom_blame *blame;

	is_int(headroom_blame_get(h, 0, &blame), 0, "blame that is interrupted at first");
	is_uint(fake_kernel_requests, 4, "is read again");
	is_uint(blame->nr, 4, "and has each victim once");
	headroom_blame_free(blame);
	setenv("HEADROOM_FAKE", "churn=1000", 1);
	fake_kernel_requests = 0;
	is_int(headroom_blame_get(h, 0, &blame), 0, "blame that is always interrupted");
	is_uint(fake_kernel_requests, 5, "is read a few times");
	is_uint(blame->nr, 4, "and has each victim once");
	headroom_blame_free(blame);
	headroom_close(h);
}

static void test_blame_failure(const char *behaviour, int err, const char *sentence)
{
	struct headroom *h = open_fake(behaviour);
	struct headroom_blame *blame;

	is_int(headroom_blame_get(h, 0, &blame), err, "blame");
	ok(!blame, "gives none");
	ok(strstr(headroom_error(h), sentence), "sentence: %s", headroom_error(h));
	setenv("HEADROOM_FAKE", "", 1);
	is_int(headroom_blame_get(h, 0, &blame), 0, "then all is well again");
	is_uint(blame ? blame->nr : 0, 4, "and complete");
	headroom_blame_free(blame);
	headroom_close(h);
}

static void test_stalled(void)
{
	struct headroom *h = open_fake("");
	struct headroom_stalled *stalled;
	size_t nr;

	is_int(headroom_stalled_get(h, &stalled, &nr), 0, "stalled tasks");
	is_uint(nr, 6, "are all there");
	is_uint(stalled[2].pid, 5000001, "a task");
	is_uint(stalled[2].cgroup, 3, "its cgroup");
	is_uint(stalled[2].cause, HEADROOM_STALL_CAUSE_MEMCG_RECLAIM, "what it waits for");
	is_uint(stalled[2].time, 5000000000, "for how long");
	free(stalled);
	setenv("HEADROOM_FAKE", "calm", 1);
	is_int(headroom_stalled_get(h, &stalled, &nr), 0, "no stalled tasks");
	ok(!stalled && !nr, "are none");
	setenv("HEADROOM_FAKE", "many", 1);
	is_int(headroom_stalled_get(h, &stalled, &nr), 0, "many stalled tasks");
	is_uint(nr, 206, "are complete");
	is_uint(stalled[205].time, 200, "to the last");
	free(stalled);
	/* three dumps were taken before */
	setenv("HEADROOM_FAKE", "churn=5", 1);
	fake_kernel_requests = 0;
	is_int(headroom_stalled_get(h, &stalled, &nr), 0, "a dump that is interrupted at first");
	is_uint(fake_kernel_requests, 3, "is taken again");
	is_uint(nr, 6, "and has each task once");
	free(stalled);
	setenv("HEADROOM_FAKE", "churn=7 calm=8", 1);
	is_int(headroom_stalled_get(h, &stalled, &nr), 0, "tasks that are gone when it is");
	ok(!stalled && !nr, "are none");
	headroom_close(h);
}

static void test_stalled_failure(const char *behaviour, int err, const char *sentence)
{
	struct headroom *h = open_fake(behaviour);
	struct headroom_stalled *stalled;
	size_t nr;

	is_int(headroom_stalled_get(h, &stalled, &nr), err, "stalled tasks");
	ok(!stalled && !nr, "gives none");
	ok(strstr(headroom_error(h), sentence), "sentence: %s", headroom_error(h));
	setenv("HEADROOM_FAKE", "", 1);
	is_int(headroom_stalled_get(h, &stalled, &nr), 0, "then all is well again");
	is_uint(nr, 6, "and complete");
	free(stalled);
	headroom_close(h);
}

/* After each failure the handle must be fit for the next request. */
static void test_failure(const char *behaviour, int err, const char *sentence)
{
	struct headroom *h = open_fake(behaviour);
	struct headroom_snapshot *s;

	is_int(headroom_snapshot_take(h, NULL, &s), err, "snapshot");
	ok(!s, "gives none");
	ok(strstr(headroom_error(h), sentence), "sentence: %s", headroom_error(h));
	setenv("HEADROOM_FAKE", "", 1);
	is_int(headroom_snapshot_take(h, NULL, &s), 0, "then all is well again");
	is_uint(s ? s->nr : 0, 6, "and complete");
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
		is_int(headroom_snapshot_take(h, NULL, &s), 0, "the module was loaded anew: no matter");
		headroom_snapshot_free(s);
	}
	headroom_close(h);
}

static void test_module_unloaded(void)
{
	struct headroom *h = open_fake("gone");
	struct headroom_status *status;
	struct headroom_cgroup *cgroup;

	is_int(headroom_status_get(h, &status), 0, "as long as it is there");
	headroom_status_free(status);
	is_int(headroom_status_get(h, &status), -ENOTCONN, "the module was unloaded");
	ok(strstr(headroom_error(h), "not loaded"), "sentence: %s", headroom_error(h));
	is_int(headroom_cgroup_get(h, 3, &cgroup), -ENOTCONN, "told from a missing cgroup");
	setenv("HEADROOM_FAKE", "", 1);
	is_int(headroom_status_get(h, &status), 0, "loaded again, and the handle works");
	headroom_status_free(status);
	headroom_close(h);
}

static void test_queue_overflow(void)
{
	struct headroom *h = open_fake("");
	struct headroom_snapshot *s;
	uint64_t evictions;

	is_int(headroom_snapshot_take(h, NULL, &s), 0, "before an overflow");
	evictions = headroom_snapshot_find(s, 3)->local.evictions;
	headroom_snapshot_free(s);
	setenv("HEADROOM_FAKE", "enobufs", 1);
	is_int(headroom_snapshot_take(h, NULL, &s), -ENOBUFS, "overflow, not 'out of memory'");
	ok(strstr(headroom_error(h), "receive queue"), "sentence: %s", headroom_error(h));
	is_int(headroom_snapshot_take(h, NULL, &s), 0, "after it");
	is_uint(headroom_snapshot_find(s, 3)->local.evictions, evictions + 2 * 2000,
		"what is read is the answer to this request, not to the one before");
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
	test_failure("eperm", -EPERM, "needs CAP_NET_ADMIN: run as root");
	test_failure("breaks", -EMSGSIZE, "the fake kernel broke off");
	test_failure("malformed", -EBADMSG, "malformed");
	test_failure("disorder", -EBADMSG, "malformed");
	test_blame();
	test_much_blame();
	test_blame_churn();
	test_blame_failure("eperm", -EPERM, "needs CAP_NET_ADMIN: run as root");
	test_blame_failure("breaks", -EMSGSIZE, "the fake kernel broke off");
	test_blame_failure("malformed", -EBADMSG, "malformed");
	test_blame_failure("disorder", -EBADMSG, "malformed");
	test_stalled();
	test_stalled_failure("eperm", -EPERM, "needs CAP_NET_ADMIN: run as root");
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
