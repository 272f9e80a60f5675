// SPDX-License-Identifier: GPL-2.0
/*
 * Check that no cgroup erases another one's entries in the nonresident table, with a table that
 * is much too small for all. A service reads a file again and again; all its reads of the disk
 * after the first pass are refaults. Others stream at full speed beside it.
 *
 * The table has 16,384 entries; 65,536 with HEADROOM_SCALE=full. All sizes are fractions of it.
 * Files are read without large folios, whose pages share entries, but for one test.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "kselftest_harness.h"
#include "module.h"
#include "workload.h"

#define FILE_A		SCRATCH "/a"
#define HOLE		SCRATCH "/hole"
#define PAGES(bytes)	((int64_t)((bytes) / 4096))
#define STREAMERS	8

/* Entries of the nonresident table */
static int64_t table_entries(void)
{
	const char *scale = getenv("HEADROOM_SCALE");

	return scale && !strcmp(scale, "full") ? 65536 : 16384;
}

/* A number of pages, in eighths of the table */
static int64_t eighths(int n)
{
	return table_entries() / 8 * n;
}

static int load_module(void)
{
	char params[32];

	snprintf(params, sizeof(params), "table_entries=%" PRId64, table_entries());
	return module_reload(params);
}

/* A cgroup whose memory.max is a number of pages; 0 or -1 */
static int create_limited(const char *cgroup, int64_t pages)
{
	char max[32];

	snprintf(max, sizeof(max), "%" PRId64, pages * 4096);
	return cgroup_create_limited(cgroup, max);
}

FIXTURE(share)
{
	struct headroom_cgroup *cg;
	int64_t *pages;
	pid_t streamer[STREAMERS];
};

FIXTURE_SETUP(share)
{
	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	ASSERT_EQ(0, load_module());
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, create_limited("service", eighths(2)));
	self->pages = shared_counter();
	ASSERT_NE(NULL, self->pages);
}

FIXTURE_TEARDOWN(share)
{
	char path[32];
	int i;

	for (i = 0; i < STREAMERS; i++) {
		if (self->streamer[i] > 0)
			end_child(self->streamer[i]);
		snprintf(path, sizeof(path), HOLE "%d", i);
		unlink(path);
	}
	headroom_cgroup_free(self->cg);
	cgroup_cleanup();
	unlink(FILE_A);
}

#define READ(name)	ASSERT_EQ(0, module_update(&self->cg, name))

/* Reads a hole from start to end until the process is killed */
static int stream(void *path)
{
	struct read_job job = { .path = path, .passes = 1 << 20, .single = true };

	return read_file(&job);
}

/* The same in folios as large as the kernel makes them */
static int stream_large(void *path)
{
	struct read_job job = { .path = path, .passes = 1 << 20 };

	return read_file(&job);
}

/* A streamer in @cgroup, on whichever CPU read_file() uses */
static pid_t start_streamer(const char *cgroup, int number, int (*work)(void *path))
{
	static char path[STREAMERS][32];

	snprintf(path[number], sizeof(path[number]), HOLE "%d", number);
	if (create_hole(path[number], 1024 * MIB))
		return -1;
	return cgroup_start(cgroup, work, path[number]);
}

struct progress {
	const char *cgroup;
	uint64_t evictions;
};

static bool has_evicted(void *arg)
{
	const struct progress *wanted = arg;
	struct headroom_cgroup *cg = module_read(wanted->cgroup);
	bool done = cg && cg->subtree.evictions >= wanted->evictions;

	headroom_cgroup_free(cg);
	return done;
}

/* Waits until the cgroup and those below it have lost @more pages from now on; 0 or -1 */
static int wait_for_evictions(const char *cgroup, uint64_t more)
{
	struct headroom_cgroup *cg = module_read(cgroup);
	struct progress wanted = { .cgroup = cgroup };

	if (!cg)
		return -1;
	wanted.evictions = cg->subtree.evictions + more;
	headroom_cgroup_free(cg);
	return wait_until(has_evicted, &wanted, 300) ? 0 : -1;
}

/*
 * The service reads its file @passes times more. Before each pass the streamers below @others
 * fill the table twice. Returns the reads of the disk, or -1.
 */
static int64_t cycle(int passes, const char *others, int64_t *pages)
{
	struct read_job job = { .path = FILE_A, .passes = 1, .single = true, .pages = pages };
	int64_t truth = 0;

	while (passes--) {
		if ((others && wait_for_evictions(others, eighths(16))) ||
		    cgroup_run("service", read_file, &job))
			return -1;
		truth += *pages;
	}
	return truth;
}

/*
 * Repeats the cycle until a pass forgets no more than @few pages of the service: the table is divided
 * among the cgroups that hold entries every two seconds. 0 or -1.
 */
static int warm_up(const char *others, int64_t *pages, uint64_t few)
{
	uint64_t forgotten = 0;
	struct headroom_cgroup *cg;
	int pass;

	for (pass = 0; pass < 30; pass++) {
		if (cycle(1, others, pages) < 0)
			return -1;
		cg = module_read("service");
		if (!cg)
			return -1;
		forgotten = cg->local.forgotten - forgotten;
		if (pass && forgotten <= few) {
			headroom_cgroup_free(cg);
			return 0;
		}
		forgotten = cg->local.forgotten;
		headroom_cgroup_free(cg);
	}
	return -1;
}

/* Subtracts @before, which is freed, from the service's local counters; 0 or -1 */
static int since(struct headroom_cgroup *before, struct headroom_stats *delta)
{
	struct headroom_cgroup *now = module_read("service");
	int err = now ? headroom_stats_delta(&now->local, &before->local, delta) : -1;

	headroom_cgroup_free(before);
	headroom_cgroup_free(now);
	return err;
}

/*
 * The service's refaults come after evictions of three eighths of the table: less than its share. At
 * most a share @few of them may be missed. MGLRU keeps up to an eighth of the pages.
 */
static void check_service(struct __test_metadata *_metadata, FIXTURE_DATA(share) *self,
			  const char *others, double few)
{
	struct headroom_stats delta;
	int64_t truth;

	ASSERT_EQ(0, warm_up(others, self->pages, eighths(5) * few));
	READ("service");
	truth = cycle(3, others, self->pages);
	ASSERT_EQ(0, since(self->cg, &delta));
	self->cg = NULL;
	/* MGLRU keeps some of the pages */
	EXPECT_LE(3 * eighths(5) * 0.7, truth);
	TH_LOG("%" PRIu64 " refaults of %" PRId64 ", %" PRIu64 " forgotten", delta.refaults, truth,
	       delta.forgotten);
	EXPECT_LE(truth * (1 - few), delta.refaults);
	EXPECT_GE(truth, delta.refaults);
	EXPECT_GE(truth * few, delta.forgotten);
	if (few == 0) {
		EXPECT_EQ(UINT64_MAX, headroom_horizon(&delta));
		EXPECT_EQ(UINT64_MAX, headroom_horizon_age(&delta));
	}
	headroom_stats_clear(&delta);
}

/* One streamer: each has half of the table */
TEST_F_TIMEOUT(share, streamer, 900)
{
	ASSERT_EQ(0, create_file(FILE_A, eighths(5) * 4096));
	ASSERT_EQ(0, cgroup_create_limited("others", "8M"));
	self->streamer[0] = start_streamer("others", 0, stream);
	ASSERT_LT(0, self->streamer[0]);
	check_service(_metadata, self, "others", 0);

	/* What the table forgot were pages of the streamer */
	READ("others");
	EXPECT_LT(eighths(32), self->cg->local.forgotten);
	EXPECT_EQ(0, self->cg->local.displaced);
	EXPECT_GT(eighths(8), headroom_horizon(&self->cg->local));
	EXPECT_LT(eighths(1), headroom_horizon(&self->cg->local));
	EXPECT_LT(0, headroom_horizon_age(&self->cg->local));
}

/*
 * Streamers whose pages come and go in large folios. The entries of a folio are counted together, so
 * that the streamers exceed their share for a moment.
 */
TEST_F_TIMEOUT(share, large_folios, 900)
{
	char name[16];

	if (!kernel_has_large_folios())
		SKIP(return, "ext4 has no large folios");
	ASSERT_EQ(0, create_file(FILE_A, eighths(5) * 4096));
	ASSERT_EQ(0, cgroup_create_parent("others"));
	for (int i = 0; i < STREAMERS; i++) {
		snprintf(name, sizeof(name), "others/%d", i);
		ASSERT_EQ(0, cgroup_create_limited(name, "8M"));
		self->streamer[i] = start_streamer(name, i, stream_large);
		ASSERT_LT(0, self->streamer[i]);
	}
	check_service(_metadata, self, "others", 0.005);
	/* They have filled the table */
	READ("others");
	EXPECT_LT(eighths(8), self->cg->subtree.forgotten);
}

/* Eight streamers below one parent: half of the table for all of them together */
TEST_F_TIMEOUT(share, streamers_below_one_parent, 900)
{
	char name[16];

	ASSERT_EQ(0, create_file(FILE_A, eighths(5) * 4096));
	ASSERT_EQ(0, cgroup_create_parent("others"));
	for (int i = 0; i < STREAMERS; i++) {
		snprintf(name, sizeof(name), "others/%d", i);
		ASSERT_EQ(0, cgroup_create_limited(name, "4M"));
		self->streamer[i] = start_streamer(name, i, stream);
		ASSERT_LT(0, self->streamer[i]);
	}
	check_service(_metadata, self, "others", 0);
}

static bool is_gone(void *cgroup)
{
	struct headroom_status *status = module_status();
	bool gone = status && status->cgroups < *(uint32_t *)cgroup;

	headroom_status_free(status);
	return gone;
}

/* The entries of a removed cgroup are forgotten before those of others */
TEST_F_TIMEOUT(share, removed_cgroup, 900)
{
	struct read_job job = { .path = HOLE "0", .passes = 2, .single = true };
	uint32_t cgroups;

	ASSERT_EQ(0, create_file(FILE_A, eighths(5) * 4096));
	ASSERT_EQ(0, create_hole(HOLE "0", eighths(16) * 4096));
	ASSERT_EQ(0, cgroup_create_limited("others", "8M"));
	ASSERT_EQ(0, cgroup_run("others", read_file, &job));
	EXPECT_LE(0.95 * table_entries(), MODULE_STATUS(table_used));
	cgroups = MODULE_STATUS(cgroups);
	ASSERT_EQ(0, cgroup_remove("others"));
	ASSERT_TRUE(wait_until(is_gone, &cgroups, 60));
	check_service(_metadata, self, NULL, 0);
	READ("service");
	EXPECT_EQ(0, self->cg->local.displaced);
}

/*
 * A cycle that does not fit its cgroup's share of the table: its refaults are missed, and the
 * horizon says so. Pages that return before the horizon are all seen.
 */
TEST_F_TIMEOUT(share, horizon, 900)
{
	struct read_job near = {
		.path = FILE_A, .passes = 1, .single = true, .pages = self->pages,
		.from = eighths(10 - 2 - 1) * 4096, .size = eighths(1) * 4096,
	};
	struct headroom_stats delta;
	uint64_t horizon, age;
	int64_t truth;

	ASSERT_EQ(0, create_hole(FILE_A, eighths(10) * 4096));
	ASSERT_EQ(0, cgroup_create_limited("others", "8M"));
	self->streamer[0] = start_streamer("others", 0, stream);
	ASSERT_LT(0, self->streamer[0]);
	ASSERT_LE(0, cycle(3, "others", self->pages));
	READ("service");
	horizon = headroom_horizon(&self->cg->local);
	age = headroom_horizon_age(&self->cg->local);
	truth = 2 * eighths(10);
	TH_LOG("%" PRIu64 " refaults of %" PRId64 ", %" PRIu64 " forgotten, horizon %" PRIu64
	       " pages, %.1f s", self->cg->local.refaults, truth, self->cg->local.forgotten, horizon,
	       age / 1e9);
	/* Each page returns after as many evictions as the table has entries; the share is half of it */
	EXPECT_GT(0.05 * truth, self->cg->local.refaults);
	/* A bucket is up to a fifth too near, and the streamer displaces some entries for a moment */
	EXPECT_LE(eighths(1), horizon);
	EXPECT_GT(eighths(5), horizon);
	EXPECT_LT(0, age);
	EXPECT_NE(UINT64_MAX, age);

	/* Of the pages evicted last, each returns after evictions of an eighth of the table */
	ASSERT_EQ(0, cgroup_run("service", read_file, &near));
	ASSERT_EQ(0, since(self->cg, &delta));
	self->cg = NULL;
	TH_LOG("%" PRIu64 " refaults of %" PRId64, delta.refaults, PAGES(near.size));
	EXPECT_LE(PAGES(near.size) - 8, delta.refaults);
	EXPECT_EQ(delta.refaults, headroom_histogram_count(&delta.refault_distance));
	headroom_stats_clear(&delta);
}

TEST_HARNESS_MAIN
