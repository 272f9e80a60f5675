// SPDX-License-Identifier: GPL-2.0
/*
 * Check refaults of file pages with loads whose true count is known: from the size of the
 * file, and from the pages that the disk served according to /proc/self/io of the reader.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "kselftest_harness.h"
#include "module.h"
#include "workload.h"

#define FILE_A		SCRATCH "/a"
#define PAGES(bytes)	((int64_t)((bytes) / 4096))
#define FILE_KIND	HEADROOM_PAGE_KIND_FILE

FIXTURE(refault)
{
	struct headroom_cgroup *cg;
	int64_t *pages;
};

FIXTURE_SETUP(refault)
{
	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	/*
	 * With the default size a bucket of the nonresident table overflows once in about a
	 * hundred runs, and module_dropped() is not 0: too often for a test.
	 */
	ASSERT_EQ(0, module_reload("table_entries=1048576"));
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, cgroup_create("a"));
	/* The disk does not serve a page of zeros that comes back from swap, and reads ahead others */
	ASSERT_EQ(0, cgroup_write("a", "memory.swap.max", "0"));
	self->pages = shared_counter();
	ASSERT_NE(NULL, self->pages);
}

FIXTURE_TEARDOWN(refault)
{
	headroom_cgroup_free(self->cg);
	cgroup_cleanup();
	unlink(FILE_A);
}

#define READ(name)	ASSERT_EQ(0, module_update(&self->cg, name))

/*
 * Each page returns after all other pages of the file, except those in memory, have been
 * evicted. The bucket is a quarter of an octave.
 */
static void check_one_distance(struct __test_metadata *_metadata,
			       const struct headroom_histogram *distance, uint64_t refaults,
			       int64_t expected)
{
	for (size_t i = 0; i < distance->nr; i++)
		TH_LOG("distance %" PRIu64 " to %" PRIu64 ": %" PRIu64, distance->bucket[i].low,
		       distance->bucket[i].high, distance->bucket[i].count);
	ASSERT_EQ(1, distance->nr);
	EXPECT_EQ(refaults, distance->bucket[0].count);
	EXPECT_EQ(24576, distance->bucket[0].low);
	EXPECT_EQ(28671, distance->bucket[0].high);
	EXPECT_LE(distance->bucket[0].low, expected);
	EXPECT_GE(distance->bucket[0].high, expected);
}

/*
 * Read all of the file once, and then @passes times more. What the disk serves from then on are
 * refaults. That is each page in each pass, except those that stay in memory: a few dozen on 7.3
 * with PREEMPT_RT. Returns -1 on failure.
 */
static int64_t read_again(const char *cgroup, int passes, int64_t *pages)
{
	struct read_job job = { .path = FILE_A, .passes = 1, .pages = pages };

	if (cgroup_run(cgroup, read_file, &job))
		return -1;
	job.passes = passes;
	return cgroup_run(cgroup, read_file, &job) ? -1 : *pages;
}

#define EXPECT_MOSTLY(all, truth) do {		\
	EXPECT_LE((all) * 0.997, truth);	\
	EXPECT_GE((all) + 50, truth);		\
} while (0)

TEST_F_TIMEOUT(refault, sequential, 600)
{
	int64_t resident, truth;

	ASSERT_EQ(0, create_file(FILE_A, 160 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "64M"));
	truth = read_again("a", 2, self->pages);
	READ("a");

	/* The disk serves all passes, and perhaps a few blocks of metadata */
	EXPECT_MOSTLY(2 * PAGES(160 * MIB), truth);
	EXPECT_EQ(truth, self->cg->local.refaults);
	EXPECT_PGSTEAL("a", self->cg->local.evictions);
	EXPECT_EQ(0, self->cg->local.refaults_shared);
	EXPECT_EQ(truth, self->cg->local.returned);
	EXPECT_EQ(truth, headroom_histogram_count(&self->cg->local.refault_age));
	EXPECT_EQ(truth, pages_of_kind(&self->cg->local, FILE_KIND).refaults);
	EXPECT_EQ(self->cg->local.evictions,
		  pages_of_kind(&self->cg->local, FILE_KIND).evictions);
	EXPECT_EQ(0, module_dropped());
	EXPECT_LE(cgroup_read("a", "memory.stat", "workingset_refault_file"),
		  self->cg->local.refaults);

	resident = cgroup_read("a", "memory.stat", "file") / 4096;
	check_one_distance(_metadata, &self->cg->local.refault_distance, truth,
			   PAGES(160 * MIB) - resident);
}

/* The number of first reads is not known here, so the true count lies in a range */
TEST_F_TIMEOUT(refault, random, 600)
{
	struct read_job job = {
		.path = FILE_A, .random = 60000, .seed = 1, .pages = self->pages,
	};
	int64_t first;

	ASSERT_EQ(0, create_file(FILE_A, 96 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "64M"));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	READ("a");

	/* Each read from the disk is the first one of its page, or a refault */
	first = PAGES(96 * MIB);
	EXPECT_LE(*self->pages - first, self->cg->local.refaults);
	EXPECT_GE(*self->pages, self->cg->local.refaults);
	EXPECT_PGSTEAL("a", self->cg->local.evictions);
	EXPECT_LE(cgroup_read("a", "memory.stat", "workingset_refault_file"),
		  self->cg->local.refaults);
	EXPECT_EQ(self->cg->local.refaults,
		  headroom_histogram_count(&self->cg->local.refault_distance));
}

/* All pages have been read once before, so each read from the disk is a refault */
TEST_F_TIMEOUT(refault, random_exact, 600)
{
	struct read_job job = { .path = FILE_A, .passes = 1, .pages = self->pages };
	uint64_t before;

	ASSERT_EQ(0, create_file(FILE_A, 96 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "64M"));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	READ("a");
	EXPECT_EQ(0, self->cg->local.refaults);
	before = self->cg->local.refaults;

	job.random = 40000;
	job.seed = 2;
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	READ("a");
	EXPECT_LT(0, *self->pages);
	EXPECT_EQ(*self->pages, self->cg->local.refaults - before);
}

/* One page in 16 is tracked: the counts are scaled up */
TEST_F_TIMEOUT(refault, sampled, 600)
{
	struct read_job job = { .path = FILE_A, .passes = 3 };

	ASSERT_EQ(0, module_reload("sample_shift=4 table_entries=1048576"));
	ASSERT_EQ(0, create_file(FILE_A, 160 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "64M"));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	READ("a");

	EXPECT_LE(81920 * 0.92, self->cg->local.refaults);
	EXPECT_GE(81920 * 1.08, self->cg->local.refaults);
	EXPECT_EQ(16 * self->cg->local.refault_samples, self->cg->local.refaults);
	EXPECT_PGSTEAL("a", self->cg->local.evictions);
	EXPECT_EQ(1, self->cg->local.refault_distance.nr);
}

/*
 * One page in 64 is tracked. The estimate takes into account how many of the evicted pages
 * were tracked. The file is a hole, so that its size costs no time.
 */
TEST_F_TIMEOUT(refault, sampled_estimate, 600)
{
	struct read_job job = { .path = FILE_A, .passes = 2 };
	int64_t truth = PAGES(640 * MIB);
	struct headroom_estimate estimate;

	ASSERT_EQ(0, module_reload("sample_shift=6 table_entries=1048576"));
	ASSERT_EQ(0, create_hole(FILE_A, 640 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "64M"));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	READ("a");
	/* All pages were read twice, and all that are not in memory were evicted */
	EXPECT_PGSTEAL("a", self->cg->local.evictions);
	EXPECT_MOSTLY(truth + absent_pages(FILE_A), self->cg->local.evictions);
	estimate = headroom_refaults_estimate(&self->cg->local, 6);
	TH_LOG("estimate %.0f, standard error %.0f, truth %" PRId64 ", unadjusted %" PRIu64,
	       estimate.value, estimate.error, truth, self->cg->local.refaults);
	EXPECT_LE(0.95 * truth, estimate.value);
	EXPECT_GE(1.05 * truth, estimate.value);
	EXPECT_LT(0, estimate.error);
	EXPECT_LE(estimate.low, estimate.value);
	EXPECT_GE(estimate.high, estimate.value);
}

/*
 * Reads the whole file and then random pages of it, so that each of the random reads that
 * the disk serves is a refault. Sets *@pages to their number and *@estimate to its estimate;
 * returns false on failure.
 */
static bool estimate_random_reads(int round, int64_t *pages,
				  struct headroom_estimate *estimate)
{
	struct read_job once = { .path = FILE_A, .passes = 1 };
	struct read_job job = {
		.path = FILE_A, .random = 10000, .seed = 100 + round, .pages = pages,
	};
	struct headroom_cgroup *before, *after;
	struct headroom_stats delta;
	bool done;

	if (module_reload("sample_shift=4 table_entries=1048576") ||
	    cgroup_run("a", read_file, &once))
		return false;
	before = module_read("a");
	done = before && !cgroup_run("a", read_file, &job);
	after = module_read("a");
	done = done && after &&
	       !headroom_stats_delta(&after->local, &before->local, &delta);
	if (done) {
		*estimate = headroom_refaults_estimate(&delta, 4);
		headroom_stats_clear(&delta);
	}
	headroom_cgroup_free(before);
	headroom_cgroup_free(after);
	return done;
}

/*
 * Each time the module is loaded it samples other pages. The true count lies in the interval
 * in 95 of 100 cases; it lies in fewer than 15 of 20 intervals once in 3000 runs. The
 * estimates have no bias: their errors cancel out.
 */
TEST_F_TIMEOUT(refault, sampled_intervals, 600)
{
	struct headroom_estimate estimate;
	double off = 0, variance = 0, width = 0;
	int i, inside = 0;

	ASSERT_EQ(0, create_file(FILE_A, 48 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "32M"));
	for (i = 0; i < 20; i++) {
		ASSERT_TRUE(estimate_random_reads(i, self->pages, &estimate));
		ASSERT_LT(1000, *self->pages);
		if (estimate.low <= *self->pages && *self->pages <= estimate.high)
			inside++;
		off += estimate.value - *self->pages;
		variance += estimate.error * estimate.error;
		width += (estimate.high - estimate.low) / *self->pages / 20;
	}
	TH_LOG("truth inside %d of 20 intervals; off by %.2f standard errors; width %.0f %%",
	       inside, off / sqrt(variance), width * 100);
	EXPECT_LE(15, inside);
	EXPECT_GE(4 * sqrt(variance), fabs(off));
	/* With intervals that are wide enough, the count would always be inside */
	EXPECT_GE(0.6, width);
}

/* Pages are evicted, stay away for a known time, and return */
TEST_F_TIMEOUT(refault, age, 300)
{
	struct read_job job = { .path = FILE_A, .passes = 1 };
	/* Both times are rounded to units */
	const int64_t unit = 1 << 20, wait = 300000000;
	int64_t begin, gone, back, end, evicted;
	const struct headroom_histogram *age;
	size_t i;

	ASSERT_EQ(0, create_file(FILE_A, 32 * MIB));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	begin = (int64_t)monotonic_ns();
	ASSERT_EQ(0, cgroup_write("a", "memory.reclaim", "16M"));
	gone = (int64_t)monotonic_ns();
	evicted = absent_pages(FILE_A);
	EXPECT_LE(PAGES(16 * MIB), evicted);
	while ((int64_t)monotonic_ns() < gone + wait)
		usleep(10000);
	back = (int64_t)monotonic_ns();
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	end = (int64_t)monotonic_ns();
	READ("a");
	EXPECT_EQ(evicted, self->cg->local.evictions);
	EXPECT_EQ(evicted, self->cg->local.refaults);
	EXPECT_EQ(evicted, self->cg->local.returned);
	age = &self->cg->local.refault_age;
	EXPECT_EQ(evicted, headroom_histogram_count(age));
	for (i = 0; i < age->nr; i++) {
		TH_LOG("away for %.1f to %.1f ms: %" PRIu64, age->bucket[i].low / 1e6,
		       age->bucket[i].high / 1e6, age->bucket[i].count);
		EXPECT_LE(age->bucket[i].low, end - begin + unit);
		EXPECT_GE(age->bucket[i].high, back - gone - unit);
	}
}

static bool adds_up(const struct headroom_stats *stats, const struct headroom_status *status)
{
	/* Each evicted page was stored, except those for which the table was busy */
	return stats->evictions == status->table_remembered + status->dropped.table_busy &&
	       /* Each stored page was dropped, is still in the table, or returned */
	       status->table_remembered == status->dropped.table_full + status->table_used +
					   stats->returned;
}

static bool table_adds_up(void *unused)
{
	struct headroom_cgroup *cg = module_read("a");
	struct headroom_status *status = module_status();
	bool does = cg && status && adds_up(&cg->local, status);

	(void)unused;
	if (cg && status && !does)
		printf("# evictions %" PRIu64 ", returned %" PRIu64 "; remembered %" PRIu64
		       ", busy %" PRIu64 ", full %" PRIu64 ", used %" PRIu64 "\n",
		       cg->local.evictions, cg->local.returned, status->table_remembered,
		       status->dropped.table_busy, status->dropped.table_full,
		       status->table_used);
	headroom_cgroup_free(cg);
	headroom_status_free(status);
	return does;
}

/* A nonresident table that is too small drops entries and counts them. Each has one page. */
TEST_F_TIMEOUT(refault, small_table, 600)
{
	struct read_job job = {
		.path = FILE_A, .random = 60000, .seed = 1, .pages = self->pages,
	};

	ASSERT_EQ(0, module_reload("table_entries=2048"));
	ASSERT_EQ(0, create_file(FILE_A, 96 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "32M"));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	/* kswapd counts the pages that it is evicting at this moment when it has done so */
	EXPECT_TRUE(wait_until(table_adds_up, NULL, 60));
	READ("a");
	EXPECT_EQ(2048, MODULE_STATUS(table_entries));
	EXPECT_GE(2048, MODULE_STATUS(table_used));
	EXPECT_GT(*self->pages - PAGES(96 * MIB), self->cg->local.refaults);
	EXPECT_LT(0, MODULE_STATUS(dropped.table_full));
}

/* Pages that leave memory without reclaim are neither evictions nor refaults */
TEST_F_TIMEOUT(refault, not_evictions, 600)
{
	struct read_job job = { .path = FILE_A, .passes = 1 };
	int fd;

	/* The whole file fits in memory */
	ASSERT_EQ(0, create_file(FILE_A, 32 * MIB));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	ASSERT_EQ(0, drop_caches());
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	fd = open(FILE_A, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	ASSERT_EQ(0, ftruncate(fd, 16 * MIB));
	ASSERT_EQ(0, ftruncate(fd, 32 * MIB));
	close(fd);
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	ASSERT_EQ(0, unlink(FILE_A));
	ASSERT_EQ(0, create_file(FILE_A, 32 * MIB));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	READ("a");
	EXPECT_EQ(0, self->cg->local.evictions);
	EXPECT_EQ(0, self->cg->local.refaults);
}

struct write_job {
	const char *path;
	off_t size;
};

static int write_again(void *arg)
{
	const struct write_job *job = arg;

	return write_file_again(job->path, job->size) ? 1 : 0;
}

/* An evicted page of a file that was truncated or removed is no refault in a new file */
TEST_F_TIMEOUT(refault, truncated_or_removed_file, 600)
{
	struct read_job job = { .path = FILE_A, .passes = 1 };
	struct write_job again = { .path = FILE_A, .size = 96 * MIB };

	ASSERT_EQ(0, create_file(FILE_A, 96 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "64M"));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	READ("a");
	EXPECT_LE(PAGES(32 * MIB), self->cg->local.evictions);
	EXPECT_EQ(0, pages_of_kind(&self->cg->local, FILE_KIND).refaults);

	ASSERT_EQ(0, cgroup_run("a", write_again, &again));
	READ("a");
	EXPECT_EQ(0, pages_of_kind(&self->cg->local, FILE_KIND).refaults);

	ASSERT_EQ(0, unlink(FILE_A));
	ASSERT_EQ(0, create_file(FILE_A, 96 * MIB));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	READ("a");
	EXPECT_EQ(0, pages_of_kind(&self->cg->local, FILE_KIND).refaults);
}

/* The controller is switched on after the cgroup was created, which no event shows */
TEST_F_TIMEOUT(refault, late_controller, 600)
{
	int64_t truth;

	ASSERT_EQ(0, create_file(FILE_A, 96 * MIB));
	ASSERT_EQ(0, cgroup_create("a/late"));
	ASSERT_EQ(NULL, module_read("a/late"));
	ASSERT_EQ(0, cgroup_write("a", "cgroup.subtree_control", "+memory"));
	ASSERT_EQ(0, cgroup_write("a/late", "memory.max", "32M"));
	truth = read_again("a/late", 1, self->pages);
	EXPECT_MOSTLY(PAGES(96 * MIB), truth);
	READ("a/late");
	EXPECT_EQ(truth, self->cg->local.refaults);
	EXPECT_PGSTEAL("a/late", self->cg->local.evictions);
	READ("a");
	EXPECT_EQ(0, self->cg->local.refaults);
	EXPECT_EQ(truth, self->cg->subtree.refaults);
}

/* The totals of a removed cgroup stay in its ancestors */
TEST_F_TIMEOUT(refault, totals_survive_removal, 600)
{
	int64_t truth;
	uint64_t id;

	ASSERT_EQ(0, create_file(FILE_A, 96 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "cgroup.subtree_control", "+memory"));
	ASSERT_EQ(0, cgroup_create_limited("a/removed", "32M"));
	id = cgroup_id("a/removed");
	truth = read_again("a/removed", 1, self->pages);
	EXPECT_MOSTLY(PAGES(96 * MIB), truth);
	READ("a/removed");
	EXPECT_EQ(id, self->cg->id);
	ASSERT_EQ(0, cgroup_remove("a/removed"));
	READ("a");
	EXPECT_EQ(0, self->cg->local.refaults);
	EXPECT_EQ(truth, self->cg->subtree.refaults);
	EXPECT_EQ(truth, headroom_histogram_count(&self->cg->subtree.refault_distance));
}

/* Pages evicted from one cgroup are read back by another one */
TEST_F_TIMEOUT(refault, shared, 600)
{
	struct read_job job = { .path = FILE_A, .passes = 1 };
	uint64_t evicted;

	ASSERT_EQ(0, create_file(FILE_A, 96 * MIB));
	ASSERT_EQ(0, cgroup_create("b"));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "32M"));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	READ("a");
	evicted = self->cg->local.evictions;
	ASSERT_EQ(0, cgroup_run("b", read_file, &job));
	READ("b");
	EXPECT_EQ(evicted, self->cg->local.refaults);
	EXPECT_EQ(evicted, self->cg->local.refaults_shared);
	EXPECT_EQ(0, self->cg->local.refault_distance.nr);
	READ("a");
	EXPECT_EQ(0, self->cg->local.refaults);
	EXPECT_EQ(evicted, headroom_histogram_count(&self->cg->local.refault_distance));
}

TEST_HARNESS_MAIN
