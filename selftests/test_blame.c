// SPDX-License-Identifier: GPL-2.0
/*
 * Check why pages were evicted and which cgroup evicted them: for limits, on request, and
 * when the machine is short of memory
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/loop.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "cgroup.h"
#include "kselftest_harness.h"
#include "module.h"
#include "stall_load.h"
#include "swap.h"
#include "workload.h"

#define FILE_A		SCRATCH "/a"
#define FILE_B		SCRATCH "/b"
#define PAGES(bytes)	((int64_t)((bytes) / 4096))
#define ANY_EVICTOR	UINT64_MAX
#define ANY_REASON	0
/* The root of the hierarchy, as a path below the test's cgroup */
#define ROOT		".."
#define MODULE		"swap_kprobes=1 table_entries=1048576"
#define NODE_RECLAIM	"/sys/devices/system/node/node0/reclaim"
#define LRU_GEN		"/sys/kernel/debug/lru_gen"
#define VMSCAN_EVENTS	"/sys/kernel/tracing/events/vmscan/"

/* Pages that @evictor evicted for @reason, according to @blame */
static struct headroom_pages taken_by(const struct headroom_blame *blame,
				      uint64_t evictor, uint32_t reason)
{
	struct headroom_pages sum = { 0 };
	size_t v, i;

	for (v = 0; v < blame->nr; v++)
		for (i = 0; i < blame->victim[v].nr; i++) {
			const struct headroom_evictor *e = &blame->victim[v].evictor[i];

			if ((evictor == ANY_EVICTOR || e->id == evictor) &&
			    (reason == ANY_REASON || e->reason == reason)) {
				sum.evictions += e->evictions;
				sum.refaults += e->refaults;
			}
		}
	return sum;
}

/* The number of entries of @evictor for @reason */
static unsigned int entries_of(const struct headroom_blame *blame, uint64_t evictor,
			      uint32_t reason)
{
	unsigned int nr = 0;
	size_t v, i;

	for (v = 0; v < blame->nr; v++)
		for (i = 0; i < blame->victim[v].nr; i++)
			nr += blame->victim[v].evictor[i].id == evictor &&
			      blame->victim[v].evictor[i].reason == reason;
	return nr;
}

static uint64_t all_kinds_and_reasons(const struct headroom_stats *stats)
{
	uint64_t sum = 0;
	int reason;

	for (reason = 1; reason < HEADROOM_REASONS; reason++)
		sum += pages_for_reason(stats, reason).evictions;
	return sum;
}

static void print_blame(const char *name, const struct headroom_blame *blame)
{
	size_t v, i;

	for (v = 0; v < blame->nr; v++)
		for (i = 0; i < blame->victim[v].nr; i++) {
			const struct headroom_evictor *e = &blame->victim[v].evictor[i];

			fprintf(stderr, "# %s: evictor %" PRIu64 " reason %u: %" PRIu64
				" evictions, %" PRIu64 " refaults, error %" PRIu64 "\n",
				name, e->id, e->reason, e->evictions, e->refaults,
				e->error);
		}
}

/* The distances whose bucket overlaps the range from @low to @high */
static uint64_t distances_between(const struct headroom_histogram *h,
				  double low, double high)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < h->nr; i++)
		if (h->bucket[i].high >= low && h->bucket[i].low <= high)
			sum += h->bucket[i].count;
	return sum;
}

/* Reads both the statistics and the blame of one cgroup, which have to agree */
#define READ(name)						\
	do {							\
		ASSERT_EQ(0, module_update(&self->cg, name));	\
		headroom_blame_free(self->blame);		\
		self->blame = module_blame(name);		\
		ASSERT_NE(NULL, self->blame);			\
		print_pages(name, &self->cg->local);		\
		print_blame(name, self->blame);			\
	} while (0)

#define EXPECT_SUMS(evicted, back)						\
	do {									\
		EXPECT_EQ(evicted,						\
			  taken_by(self->blame, ANY_EVICTOR, ANY_REASON).evictions);\
		EXPECT_EQ(back,							\
			  taken_by(self->blame, ANY_EVICTOR, ANY_REASON).refaults);	\
		EXPECT_EQ(self->cg->local.evictions,				\
			  all_kinds_and_reasons(&self->cg->local));		\
	} while (0)

FIXTURE(blame)
{
	struct headroom_cgroup *cg;
	struct headroom_blame *blame;
};

FIXTURE_SETUP(blame)
{
	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	ASSERT_EQ(0, module_reload(MODULE));
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, cgroup_create("a"));
}

FIXTURE_TEARDOWN(blame)
{
	headroom_cgroup_free(self->cg);
	headroom_blame_free(self->blame);
	cgroup_cleanup();
	unlink(FILE_A);
	unlink(FILE_B);
	swap_restore();
}

TEST_F_TIMEOUT(blame, own_limit, 300)
{
	struct read_job job = { .path = FILE_A, .passes = 2 };
	const struct headroom_reclaim *reclaim;
	const struct headroom_target *target;
	uint64_t a = cgroup_id("a");
	struct headroom_pages own;

	ASSERT_EQ(0, create_file(FILE_A, 96 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "32M"));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	READ("a");
	EXPECT_EQ(PAGES(96 * MIB), self->cg->local.refaults);
	EXPECT_PGSTEAL("a", self->cg->local.evictions);
	own = pages_for_reason(&self->cg->local, HEADROOM_REASON_OWN_LIMIT);
	EXPECT_LE(0.99 * self->cg->local.evictions, own.evictions);
	EXPECT_LE(0.99 * self->cg->local.refaults, own.refaults);
	EXPECT_LE(0.99 * self->cg->local.evictions,
		  taken_by(self->blame, a, HEADROOM_REASON_OWN_LIMIT).evictions);
	EXPECT_LE(0.99 * self->cg->local.refaults,
		  taken_by(self->blame, a, HEADROOM_REASON_OWN_LIMIT).refaults);
	EXPECT_SUMS(self->cg->local.evictions, self->cg->local.returned);

	/* It has no children: its counts as a target are its own */
	target = &self->cg->target;
	EXPECT_EQ(own.evictions, target->evictions);
	EXPECT_EQ(own.refaults, headroom_histogram_count(&target->distance));
	reclaim = headroom_target_reclaim(target, HEADROOM_REASON_OWN_LIMIT);
	EXPECT_EQ(0, module_dropped());
	if (!module_sees_scans())
		return;
	EXPECT_EQ(own.evictions, reclaim->reclaimed);
	EXPECT_LE(reclaim->reclaimed, reclaim->scanned);
	EXPECT_GE(12, reclaim->lowest_priority);
}

/* memory.high is an own limit, too */
TEST_F_TIMEOUT(blame, own_memory_high, 300)
{
	struct read_job job = { .path = FILE_A, .passes = 2 };
	struct headroom_pages own;

	ASSERT_EQ(0, create_file(FILE_A, 64 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "memory.high", "32M"));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	READ("a");
	EXPECT_LE(PAGES(32 * MIB), self->cg->local.evictions);
	own = pages_for_reason(&self->cg->local, HEADROOM_REASON_OWN_LIMIT);
	EXPECT_LE(0.99 * self->cg->local.evictions, own.evictions);
	EXPECT_EQ(own.evictions, self->cg->target.evictions);
	EXPECT_SUMS(self->cg->local.evictions, self->cg->local.returned);
}

TEST_F_TIMEOUT(blame, ancestor_limit, 300)
{
	struct read_job job = { .path = FILE_A, .passes = 2 };
	const struct headroom_histogram *distance;
	struct headroom_pages theirs;
	uint64_t x, evicted;
	int64_t resident;

	ASSERT_EQ(0, create_file(FILE_A, 160 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "64M"));
	ASSERT_EQ(0, cgroup_write("a", "cgroup.subtree_control", "+memory"));
	ASSERT_EQ(0, cgroup_create("a/x"));
	x = cgroup_id("a/x");
	ASSERT_EQ(0, cgroup_run("a/x", read_file, &job));
	READ("a/x");
	evicted = self->cg->local.evictions;
	EXPECT_EQ(PAGES(160 * MIB), self->cg->local.refaults);
	EXPECT_PGSTEAL("a/x", evicted);
	theirs = pages_for_reason(&self->cg->local, HEADROOM_REASON_ANCESTOR_LIMIT);
	EXPECT_LE(0.99 * evicted, theirs.evictions);
	EXPECT_LE(0.99 * self->cg->local.refaults, theirs.refaults);
	EXPECT_LE(0.99 * evicted,
		  taken_by(self->blame, x, HEADROOM_REASON_ANCESTOR_LIMIT).evictions);
	EXPECT_SUMS(evicted, self->cg->local.returned);
	EXPECT_EQ(0, self->cg->target.evictions);
	EXPECT_EQ(0, self->cg->target.distance.nr);

	/* The pool that was too small is the parent's */
	READ("a");
	EXPECT_EQ(0, self->cg->local.evictions);
	EXPECT_EQ(theirs.evictions, self->cg->target.evictions);
	resident = cgroup_read("a", "memory.stat", "file") / 4096;
	distance = &self->cg->target.distance;
	ASSERT_EQ(1, distance->nr);
	EXPECT_EQ(theirs.refaults, distance->bucket[0].count);
	EXPECT_LE(distance->bucket[0].low, PAGES(160 * MIB) - resident);
	EXPECT_GE(distance->bucket[0].high, PAGES(160 * MIB) - resident);
	EXPECT_EQ(0, module_dropped());
}

/* Reads a file twice, on any CPU */
static int read_twice(void *path)
{
	static char buf[64 * 1024];
	int fd = open(path, O_RDONLY | O_CLOEXEC), pass;
	ssize_t n = fd < 0 ? -1 : 0;

	for (pass = 0; pass < 2 && n >= 0; pass++) {
		lseek(fd, 0, SEEK_SET);
		do
			n = read(fd, buf, sizeof(buf));
		while (n > 0);
	}
	return n < 0;
}

/* Whether the event at which memcg reclaim begins names the target */
static bool targets_are_named(void)
{
	FILE *f = fopen(VMSCAN_EVENTS "mm_vmscan_memcg_reclaim_begin/format", "re");
	bool named = false;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		named |= strstr(line, "field:") && strstr(line, "memcg");
	if (f)
		fclose(f);
	return named;
}

/*
 * "a/x" has a memory.max, "a/y" a memory.high, and their parent a memory.max for both. Four
 * tasks are at these limits at the same time, after each child was at its own. Only its own
 * tasks bring a child to its own limit, and each task also evicts pages of the other child, but
 * for the limit of the parent.
 */
TEST_F_TIMEOUT(blame, nested_limits, 300)
{
	static const char *const names[] = { "a/x", "a/y" };
	const double part = targets_are_named() ? 1 : 0.95;
	char *const files[] = { FILE_A, FILE_B };
	struct headroom_pages own, above, by_itself;
	pid_t pid[4];
	int i;

	ASSERT_EQ(0, create_file(FILE_A, 64 * MIB));
	ASSERT_EQ(0, create_file(FILE_B, 96 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "64M"));
	ASSERT_EQ(0, cgroup_write("a", "cgroup.subtree_control", "+memory"));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, cgroup_create(names[i]));
	ASSERT_EQ(0, cgroup_write("a/x", "memory.max", "32M"));
	ASSERT_EQ(0, cgroup_write("a/y", "memory.high", "40M"));
	/* Together, the limit of the parent may keep a child below its own */
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, cgroup_run(names[i], read_twice, files[i]));
		ASSERT_EQ(0, drop_caches());
	}
	for (i = 0; i < 4; i++)
		pid[i] = cgroup_start(names[i % 2], read_twice, files[i % 2]);
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, wait_child(pid[i]));
	for (i = 0; i < 2; i++) {
		READ(names[i]);
		own = pages_for_reason(&self->cg->local, HEADROOM_REASON_OWN_LIMIT);
		above = pages_for_reason(&self->cg->local, HEADROOM_REASON_ANCESTOR_LIMIT);
		EXPECT_LT(PAGES(MIB), own.evictions);
		EXPECT_LT(PAGES(MIB), above.evictions);
		EXPECT_EQ(self->cg->local.evictions, own.evictions + above.evictions);
		EXPECT_PGSTEAL(names[i], self->cg->local.evictions);
		by_itself = taken_by(self->blame, cgroup_id(names[i]), HEADROOM_REASON_OWN_LIMIT);
		EXPECT_LE(part * own.evictions, by_itself.evictions);
		EXPECT_EQ(own.evictions, self->cg->target.evictions);
	}
	EXPECT_EQ(0, module_dropped());
}

struct turns_job {
	struct read_job read;
	off_t size;
	int passes;
	int mine[2];
	int other[2];
};

/* Reads a MiB each time it gets the token */
static int read_in_turns(void *arg)
{
	struct turns_job *job = arg;
	char token;
	int i;

	for (i = 0; i < job->passes; i++)
		for (job->read.from = 0; job->read.from < job->size;
		     job->read.from += MIB)
			if (read(job->mine[0], &token, 1) != 1 ||
			    read_file(&job->read) ||
			    write(job->other[1], &token, 1) != 1)
				return 1;
	return 0;
}

/*
 * "a/x" and "a/y" share the limit of "a" and each read a file of their own, a MiB each in
 * turn. Between eviction and return of a page, each of them evicts as many pages as the
 * other: in the pool of both the distance is twice that in either.
 */
FIXTURE(two_children)
{
	struct headroom_cgroup *cg;
	struct headroom_blame *blame;
	off_t size;
	double distance;	/* in the pool of both */
};

FIXTURE_SETUP(two_children)
{
	struct turns_job x = {
		.read = { .path = FILE_A, .passes = 1, .size = MIB },
		.size = 96 * MIB, .passes = 2,
	};
	struct turns_job y = x;
	pid_t pid[2];

	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	y.read.path = FILE_B;
	self->size = x.size;
	ASSERT_EQ(0, module_reload(MODULE));
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, create_file(FILE_A, x.size));
	ASSERT_EQ(0, create_file(FILE_B, x.size));
	ASSERT_EQ(0, cgroup_create_parent("a"));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "64M"));
	ASSERT_EQ(0, cgroup_create("a/x"));
	ASSERT_EQ(0, cgroup_create("a/y"));
	ASSERT_EQ(0, pipe(x.mine));
	ASSERT_EQ(0, pipe(y.mine));
	memcpy(x.other, y.mine, sizeof(x.other));
	memcpy(y.other, x.mine, sizeof(y.other));
	pid[0] = cgroup_start("a/x", read_in_turns, &x);
	pid[1] = cgroup_start("a/y", read_in_turns, &y);
	ASSERT_EQ(1, write(x.mine[1], "x", 1));
	ASSERT_EQ(0, wait_child(pid[0]));
	ASSERT_EQ(0, wait_child(pid[1]));
	self->distance = PAGES(2 * x.size) - cgroup_read("a", "memory.stat", "file") / 4096;
}

FIXTURE_TEARDOWN(two_children)
{
	headroom_cgroup_free(self->cg);
	headroom_blame_free(self->blame);
	cgroup_cleanup();
	unlink(FILE_A);
	unlink(FILE_B);
}

/* Each child is charged its own pages, and each evicts pages of both */
TEST_F_TIMEOUT(two_children, evict_from_each_other, 300)
{
	const char *const names[] = { "a/x", "a/y" };
	int i;

	for (i = 0; i < 2; i++) {
		const struct headroom_stats *local;

		READ(names[i]);
		local = &self->cg->local;
		EXPECT_EQ(PAGES(self->size), local->refaults);
		EXPECT_PGSTEAL(names[i], local->evictions);
		EXPECT_LE(0.99 * local->evictions,
			  pages_for_reason(local, HEADROOM_REASON_ANCESTOR_LIMIT).evictions);
		EXPECT_LT(0, taken_by(self->blame, cgroup_id("a/x"),
				      HEADROOM_REASON_ANCESTOR_LIMIT).evictions);
		EXPECT_LT(0, taken_by(self->blame, cgroup_id("a/y"),
				      HEADROOM_REASON_ANCESTOR_LIMIT).evictions);
		EXPECT_SUMS(local->evictions, local->returned);
		EXPECT_LE(0.9 * local->returned,
			  distances_between(&local->refault_distance,
					    0.4 * self->distance, 0.6 * self->distance));
	}
	EXPECT_EQ(0, module_dropped());
}

/* The parent is the target of all evictions from its children for its limit */
TEST_F_TIMEOUT(two_children, parent_is_the_target, 300)
{
	const char *const names[] = { "a/x", "a/y" };
	struct headroom_pages sum = { 0 };
	int i;

	for (i = 0; i < 2; i++) {
		struct headroom_pages pages;

		READ(names[i]);
		pages = pages_for_reason(&self->cg->local, HEADROOM_REASON_ANCESTOR_LIMIT);
		sum.evictions += pages.evictions;
		sum.refaults += pages.refaults;
	}
	READ("a");
	EXPECT_EQ(sum.evictions, self->cg->target.evictions);
	EXPECT_EQ(sum.refaults, headroom_histogram_count(&self->cg->target.distance));
	EXPECT_LE(0.9 * sum.refaults,
		  distances_between(&self->cg->target.distance,
				    0.85 * self->distance, 1.15 * self->distance));
	EXPECT_EQ(0, module_dropped());
}

TEST_F_TIMEOUT(blame, proactive, 300)
{
	struct cgroup_setting order = { "a", "memory.reclaim", "32M" };
	struct read_job job = { .path = FILE_A, .passes = 1 };
	struct headroom_pages asked;
	uint64_t evicted;

	ASSERT_EQ(0, create_file(FILE_A, 64 * MIB));
	ASSERT_EQ(0, cgroup_create("w"));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	ASSERT_EQ(0, cgroup_run("w", cgroup_apply, &order));
	READ("a");
	evicted = self->cg->local.evictions;
	EXPECT_LE(PAGES(32 * MIB), evicted);
	EXPECT_EQ(absent_pages(FILE_A), evicted);

	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	READ("a");
	EXPECT_EQ(evicted, self->cg->local.evictions);
	EXPECT_EQ(evicted, self->cg->local.refaults);
	EXPECT_EQ(evicted, self->cg->local.returned);
	asked = pages_for_reason(&self->cg->local, HEADROOM_REASON_PROACTIVE);
	EXPECT_LE(0.99 * evicted, asked.evictions);
	EXPECT_LE(0.99 * evicted, asked.refaults);
	asked = taken_by(self->blame, cgroup_id("w"), HEADROOM_REASON_PROACTIVE);
	EXPECT_LE(0.99 * evicted, asked.evictions);
	EXPECT_LE(0.99 * evicted, asked.refaults);
	EXPECT_SUMS(evicted, evicted);
	/* Proactive reclaim serves no limit */
	EXPECT_EQ(0, self->cg->target.evictions);
	EXPECT_EQ(0, module_dropped());
}

/* Requests 8 MiB of file pages from the node; fewer may be found at once */
static int reclaim_from_node(void *unused)
{
	static const char request[] = "8M swappiness=0";
	int fd = open(NODE_RECLAIM, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return 1;
	return write(fd, request, strlen(request)) < 0 && errno != EAGAIN;
}

/* A request to a node takes pages from all cgroups and has no target, although it is global */
TEST_F_TIMEOUT(blame, proactive_node, 300)
{
	struct read_job job = { .path = FILE_A, .passes = 1 };
	struct headroom_pages kswapd;
	uint64_t w, evicted;
	int i;

	if (access(NODE_RECLAIM, W_OK))
		SKIP(return, "nodes have no file \"reclaim\"; Linux 6.17 introduced it");
	ASSERT_EQ(0, create_file(FILE_A, 96 * MIB));
	ASSERT_EQ(0, cgroup_create("w"));
	w = cgroup_id("w");
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	ASSERT_EQ(0, absent_pages(FILE_A));
	for (i = 0; i < 32 && absent_pages(FILE_A) < PAGES(24 * MIB); i++)
		ASSERT_EQ(0, cgroup_run("w", reclaim_from_node, NULL));
	READ("a");
	evicted = self->cg->local.evictions;
	EXPECT_LE(PAGES(24 * MIB), evicted);
	EXPECT_EQ(absent_pages(FILE_A), evicted);
	EXPECT_EQ(evicted,
		  pages_for_reason(&self->cg->local, HEADROOM_REASON_PROACTIVE).evictions);
	EXPECT_EQ(evicted, taken_by(self->blame, w, HEADROOM_REASON_PROACTIVE).evictions);
	EXPECT_SUMS(evicted, 0);

	ASSERT_EQ(0, module_update(&self->cg, ROOT));
	kswapd = pages_for_reason(&self->cg->subtree, HEADROOM_REASON_KSWAPD);
	EXPECT_EQ(kswapd.evictions, self->cg->target.evictions);
	EXPECT_EQ(0, pages_for_reason(&self->cg->subtree,
				      HEADROOM_REASON_DIRECT_RECLAIM).evictions);
	EXPECT_EQ(0, module_dropped());
}

/* A task of another cgroup lowers the limit below the current usage */
TEST_F_TIMEOUT(blame, lowered_limit, 300)
{
	struct cgroup_setting limit = { "a", "memory.max", "32M" };
	struct read_job job = { .path = FILE_A, .passes = 1 };
	uint64_t evicted;

	ASSERT_EQ(0, create_file(FILE_A, 64 * MIB));
	ASSERT_EQ(0, cgroup_create("w"));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	ASSERT_EQ(0, cgroup_run("w", cgroup_apply, &limit));
	READ("a");
	evicted = self->cg->local.evictions;
	EXPECT_LE(PAGES(32 * MIB), evicted);
	EXPECT_LE(0.99 * evicted,
		  pages_for_reason(&self->cg->local, HEADROOM_REASON_OWN_LIMIT).evictions);
	EXPECT_LE(0.99 * evicted, taken_by(self->blame, cgroup_id("w"),
					HEADROOM_REASON_OWN_LIMIT).evictions);
	EXPECT_SUMS(evicted, 0);
}

/**
 * struct pageout_job - use memory, page it out, and use it again
 * @memory: a mapped file, or anonymous memory
 * @size: bytes
 * @write: use it by writing, not by reading
 * @ready: pipe to the process that pages it out: a byte after the first use
 * @gone: pipe from that process: a byte when the memory is paged out
 */
struct pageout_job {
	volatile char *memory;
	size_t size;
	bool write;
	int ready[2];
	int gone[2];
};

static void use(struct pageout_job *job)
{
	size_t at;

	for (at = 0; at < job->size; at += 4096)
		if (job->write) {
			/* No page is all zeros or one repeated value */
			job->memory[at] = 1;
			job->memory[at + 100] = at / 4096 % 255 + 1;
		} else {
			(void)job->memory[at];
		}
}

static int page_out(void *arg)
{
	struct pageout_job *job = arg;

	use(job);
	if (madvise((void *)job->memory, job->size, MADV_PAGEOUT))
		return 1;
	use(job);
	return 0;
}

TEST_F_TIMEOUT(blame, pageout_file, 300)
{
	struct pageout_job job = { .size = 16 * MIB };
	struct headroom_pages asked;
	int fd;

	ASSERT_EQ(0, create_file(FILE_A, job.size));
	fd = open(FILE_A, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	job.memory = mmap(NULL, job.size, PROT_READ, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, job.memory);
	ASSERT_EQ(0, cgroup_run("a", page_out, &job));
	close(fd);
	READ("a");
	asked = *headroom_stats_pages(&self->cg->local, HEADROOM_PAGE_KIND_FILE,
				      HEADROOM_REASON_MADVISE);
	EXPECT_LE(0.99 * PAGES(job.size), asked.evictions);
	EXPECT_GE(PAGES(job.size), asked.evictions);
	EXPECT_EQ(asked.evictions, self->cg->local.evictions);
	EXPECT_EQ(asked.evictions, asked.refaults);
	EXPECT_EQ(asked.evictions, taken_by(self->blame, cgroup_id("a"),
					    HEADROOM_REASON_MADVISE).evictions);
	EXPECT_EQ(asked.refaults, taken_by(self->blame, cgroup_id("a"),
					   HEADROOM_REASON_MADVISE).refaults);
	EXPECT_SUMS(self->cg->local.evictions, self->cg->local.returned);
}

/* Swaps to zram, since a disk is still writing the pages when madvise() returns */
TEST_F_TIMEOUT(blame, pageout_anon, 300)
{
	struct pageout_job job = { .size = 16 * MIB, .write = true };
	struct headroom_pages asked;
	int64_t truth;

	if (!swap_has(SWAP_ZRAM))
		SKIP(return, "no zram");
	ASSERT_EQ(0, swap_use(SWAP_ZRAM));
	job.memory = map_memory(job.size);
	ASSERT_NE(NULL, job.memory);
	truth = swap_ins();
	ASSERT_EQ(0, cgroup_run("a", page_out, &job));
	truth = swap_ins() - truth;
	READ("a");
	asked = *headroom_stats_pages(&self->cg->local, HEADROOM_PAGE_KIND_ANON,
				      HEADROOM_REASON_MADVISE);
	EXPECT_LE(0.99 * PAGES(job.size), truth);
	EXPECT_EQ(truth, asked.evictions);
	EXPECT_EQ(truth, asked.refaults);
	EXPECT_EQ(truth, taken_by(self->blame, cgroup_id("a"),
				  HEADROOM_REASON_MADVISE).refaults);
	EXPECT_SUMS(self->cg->local.evictions, self->cg->local.returned);
}

static int use_twice(void *arg)
{
	struct pageout_job *job = arg;
	char token = 0;

	use(job);
	if (write(job->ready[1], &token, 1) != 1 ||
	    read(job->gone[0], &token, 1) != 1)
		return 1;
	use(job);
	return 0;
}

struct advisor {
	pid_t pid;
	struct pageout_job *job;
};

static int advise(void *arg)
{
	const struct advisor *advisor = arg;
	struct iovec memory = {
		.iov_base = (void *)advisor->job->memory,
		.iov_len = advisor->job->size,
	};
	int pidfd = syscall(SYS_pidfd_open, advisor->pid, 0);
	ssize_t n = syscall(SYS_process_madvise, pidfd, &memory, 1, MADV_PAGEOUT, 0);

	return n == (ssize_t)memory.iov_len ? 0 : 1;
}

/* The evictor is the cgroup of the task that called process_madvise() */
TEST_F_TIMEOUT(blame, pageout_of_another, 300)
{
	struct pageout_job job = { .size = 16 * MIB };
	struct advisor advisor = { .job = &job };
	struct headroom_pages asked;
	char token;
	int fd;

	ASSERT_EQ(0, cgroup_create("w"));
	ASSERT_EQ(0, create_file(FILE_A, job.size));
	fd = open(FILE_A, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	job.memory = mmap(NULL, job.size, PROT_READ, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, job.memory);
	ASSERT_EQ(0, pipe(job.ready));
	ASSERT_EQ(0, pipe(job.gone));
	advisor.pid = cgroup_start("a", use_twice, &job);
	ASSERT_EQ(1, read(job.ready[0], &token, 1));
	EXPECT_EQ(0, cgroup_run("w", advise, &advisor));
	ASSERT_EQ(1, write(job.gone[1], &token, 1));
	EXPECT_EQ(0, wait_child(advisor.pid));
	close(fd);
	READ("a");
	asked = taken_by(self->blame, cgroup_id("w"), HEADROOM_REASON_MADVISE);
	/* The last pages may still be in a per-CPU batch and on no LRU list */
	EXPECT_LE(0.99 * PAGES(job.size), asked.evictions);
	EXPECT_EQ(asked.evictions, asked.refaults);
	EXPECT_EQ(self->cg->local.evictions, asked.evictions);
	EXPECT_SUMS(self->cg->local.evictions, self->cg->local.returned);
}

/* What the debugfs file of MGLRU says of a cgroup on node 0: its number and last generation */
static int read_generations(const char *path, unsigned long long *number, unsigned long *last)
{
	FILE *f = fopen(LRU_GEN, "re");
	char line[512], name[256];
	unsigned long long id;
	unsigned long seq;
	bool ours = false, found = false;
	int node = -1;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "memcg %llu %255s", &id, name) == 2) {
			ours = !strcmp(name, path);
			continue;
		}
		if (sscanf(line, " node %d", &node) == 1 || !ours || node ||
		    sscanf(line, " %lu", &seq) != 1)
			continue;
		*number = id;
		*last = seq;
		found = true;
	}
	if (f)
		fclose(f);
	return found ? 0 : -1;
}

static int write_lru_gen(const char *command)
{
	int fd = open(LRU_GEN, O_WRONLY | O_CLOEXEC);
	ssize_t n = write(fd, command, strlen(command));

	close(fd);
	return n < 0 ? -1 : 0;
}

/* Evict what a cgroup has by the debugfs file of MGLRU; the two youngest generations stay */
static int evict_by_lru_gen(void *path)
{
	unsigned long long number;
	unsigned long last;
	char command[128];
	int i;

	for (i = 0; i < 3; i++) {
		if (read_generations(path, &number, &last))
			return 1;
		snprintf(command, sizeof(command), "+ %llu 0 %lu", number, last);
		if (write_lru_gen(command))
			return 1;
	}
	if (read_generations(path, &number, &last))
		return 1;
	snprintf(command, sizeof(command), "- %llu 0 %lu 1", number, last - 2);
	return write_lru_gen(command) ? 1 : 0;
}

/* Reclaim that begins without an event, and not by madvise(), has no reason that is known */
TEST_F_TIMEOUT(blame, without_event, 300)
{
	struct read_job job = { .path = FILE_A, .passes = 1 };
	struct headroom_pages unknown;

	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	if (!lru_is_mglru() || access(LRU_GEN, W_OK))
		SKIP(return, "no MGLRU, or no " LRU_GEN);
	ASSERT_EQ(0, create_file(FILE_A, 16 * MIB));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	ASSERT_EQ(0, cgroup_run("..", evict_by_lru_gen, "/headroom-test/a"));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	READ("a");
	unknown = pages_for_reason(&self->cg->local, HEADROOM_REASON_UNKNOWN);
	EXPECT_LE(0.9 * PAGES(16 * MIB), unknown.evictions);
	EXPECT_EQ(self->cg->local.evictions, unknown.evictions);
	EXPECT_EQ(unknown.evictions, unknown.refaults);
	EXPECT_SUMS(self->cg->local.evictions, self->cg->local.returned);
}

/* Attach a file to a loop device; returns its descriptor, or -1 */
static int loop_attach(const char *path, char *device, size_t size)
{
	int control, file, loop = -1, number = -1;

	if (system("modprobe loop 2>/dev/null"))
		return -1;
	control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	file = open(path, O_RDWR | O_CLOEXEC);
	if (control >= 0)
		number = ioctl(control, LOOP_CTL_GET_FREE);
	snprintf(device, size, "/dev/loop%d", number);
	if (number >= 0)
		loop = open(device, O_RDWR | O_CLOEXEC);
	if (loop >= 0 && ioctl(loop, LOOP_SET_FD, file)) {
		close(loop);
		loop = -1;
	}
	close(control);
	close(file);
	return loop;
}

#define THP		"/sys/kernel/mm/transparent_hugepage/"
#define HUGE_PAGE	(2 * MIB)
#define HUGE_PAGES	12

static bool has_collapsed(void *arg)
{
	return cgroup_read("b", "memory.stat", "anon_thp") >= 4 * HUGE_PAGE;
}

/* Fills memory.max with file pages, and waits until khugepaged has made huge pages beside them */
static int be_collapsed(void *job)
{
	size_t size = (HUGE_PAGES + 1) * HUGE_PAGE;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *huge = (char *)(((uintptr_t)memory + HUGE_PAGE - 1) & -HUGE_PAGE);

	if (memory == MAP_FAILED)
		return -1;
	for (int i = 0; i < HUGE_PAGES; i++)
		huge[i * HUGE_PAGE] = 1;
	if (read_file(job) || madvise(huge, HUGE_PAGES * HUGE_PAGE, MADV_HUGEPAGE))
		return -1;
	return wait_until(has_collapsed, NULL, 200) ? 0 : -1;
}

/* Writes a text to a file; 0 or -1 */
static int set_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, text, strlen(text)) > 0;

	close(fd);
	return written ? 0 : -1;
}

/*
 * khugepaged charges huge pages to the cgroup of the process that it makes them for, and reclaims
 * at that cgroup's limit
 */
TEST_F_TIMEOUT(blame, khugepaged, 300)
{
	struct read_job job = { .path = FILE_A, .passes = 1 };
	struct headroom_pages own;

	if (access(THP "khugepaged", F_OK))
		SKIP(return, "no huge pages");
	ASSERT_EQ(0, set_text(THP "enabled", "madvise"));
	ASSERT_EQ(0, set_text(THP "khugepaged/scan_sleep_millisecs", "10"));
	ASSERT_EQ(0, set_text(THP "khugepaged/pages_to_scan", "8192"));
	ASSERT_EQ(0, create_file(FILE_A, 40 * MIB));
	ASSERT_EQ(0, cgroup_create_limited("b", "32M"));
	EXPECT_EQ(0, cgroup_run("b", be_collapsed, &job));
	READ("b");

	/* The file does not fit, nor do the huge pages beside it */
	own = taken_by(self->blame, cgroup_id("b"), HEADROOM_REASON_OWN_LIMIT);
	EXPECT_LE(PAGES(40 * MIB) - PAGES(32 * MIB) + PAGES(4 * HUGE_PAGE), own.evictions);
	EXPECT_EQ(self->cg->local.evictions, own.evictions);
}

/*
 * A loop device reads its file in a kernel thread, on behalf of the cgroup that reads the
 * device. Both the device's pages and the file's are evicted for that cgroup's limit.
 */
TEST_F_TIMEOUT(blame, loop_device, 300)
{
	struct read_job job = { .passes = 2 };
	struct headroom_pages own;
	struct headroom_cgroup *root;
	char device[32];
	int loop;

	ASSERT_EQ(0, create_file(FILE_A, 40 * MIB));
	loop = loop_attach(FILE_A, device, sizeof(device));
	if (loop < 0)
		SKIP(return, "no loop device");
	job.path = device;
	/* The request names a cgroup only if the controller of the disk is on */
	ASSERT_EQ(0, cgroup_enable_io());
	ASSERT_EQ(0, cgroup_create_limited("b", "24M"));
	EXPECT_EQ(0, cgroup_run("b", read_file, &job));
	READ("b");
	ioctl(loop, LOOP_CLR_FD, 0);
	close(loop);

	/* All pages of both, twice, except those in memory */
	own = taken_by(self->blame, cgroup_id("b"), HEADROOM_REASON_OWN_LIMIT);
	EXPECT_LE(4 * PAGES(40 * MIB) - PAGES(24 * MIB), own.evictions);
	EXPECT_EQ(self->cg->local.evictions, own.evictions);
	EXPECT_SUMS(self->cg->local.evictions, self->cg->local.returned);
	root = module_read(ROOT);
	ASSERT_NE(NULL, root);
	EXPECT_EQ(0, headroom_stats_stall(&root->local,
					  HEADROOM_STALL_CAUSE_MEMCG_RECLAIM)->count);
	headroom_cgroup_free(root);
}

/* One victim, many evictors: the list holds few of them, and the rest are summed up */
TEST_F_TIMEOUT(blame, list_is_bounded, 300)
{
	struct read_job victim = { .path = FILE_A, .passes = 1 };
	struct cgroup_setting order = { "a/v", "memory.reclaim", "640K" };
	struct headroom_pages others;
	char name[16];
	int i;

	ASSERT_EQ(0, create_file(FILE_A, 96 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "64M"));
	ASSERT_EQ(0, cgroup_write("a", "cgroup.subtree_control", "+memory"));
	ASSERT_EQ(0, cgroup_create("a/v"));
	ASSERT_EQ(0, cgroup_create_numbered("a/", 40));
	ASSERT_EQ(0, cgroup_run("a/v", read_file, &victim));
	for (i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "a/%d", i);
		/* Less than was requested may be found */
		ASSERT_LE(0, cgroup_run(name, cgroup_apply, &order));
	}
	ASSERT_EQ(0, cgroup_run("a/v", read_file, &victim));
	READ("a/v");
	EXPECT_PGSTEAL("a/v", self->cg->local.evictions);
	EXPECT_LT(PAGES(20 * MIB), self->cg->local.returned);
	EXPECT_SUMS(self->cg->local.evictions, self->cg->local.returned);
	ASSERT_EQ(1, self->blame->nr);
	EXPECT_LT(1, self->blame->victim[0].nr);
	EXPECT_GT(40, self->blame->victim[0].nr);
	others = taken_by(self->blame, 0, ANY_REASON);
	EXPECT_LT(0, others.evictions);
	/* The victim evicted most pages itself, when it read its file */
	EXPECT_LT(others.evictions / 40,
		  taken_by(self->blame, cgroup_id("a/v"), ANY_REASON).evictions);
	EXPECT_EQ(0, module_dropped());
}

/* When a cgroup is removed, its parent takes over its evictions as evictor and as victim */
TEST_F_TIMEOUT(blame, parent_takes_over_counts, 300)
{
	struct read_job victim = { .path = FILE_A, .passes = 1 };
	struct read_job job = { .path = FILE_B, .passes = 1 };
	struct headroom_pages by_e, by_a, by_v, of_e;
	uint64_t a = cgroup_id("a"), e, v, evicted, back;

	ASSERT_EQ(0, create_file(FILE_A, 48 * MIB));
	ASSERT_EQ(0, create_file(FILE_B, 48 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "64M"));
	ASSERT_EQ(0, cgroup_write("a", "cgroup.subtree_control", "+memory"));
	ASSERT_EQ(0, cgroup_create("a/v"));
	ASSERT_EQ(0, cgroup_create("a/e"));
	e = cgroup_id("a/e");
	v = cgroup_id("a/v");
	ASSERT_EQ(0, cgroup_run("a/v", read_file, &victim));
	ASSERT_EQ(0, cgroup_run("a/e", read_file, &job));
	ASSERT_EQ(0, cgroup_run("a/v", read_file, &victim));
	READ("a/e");
	of_e = taken_by(self->blame, ANY_EVICTOR, ANY_REASON);
	EXPECT_EQ(self->cg->local.evictions, of_e.evictions);
	READ("a/v");
	evicted = self->cg->local.evictions;
	back = self->cg->local.returned;
	EXPECT_SUMS(evicted, back);
	by_e = taken_by(self->blame, e, HEADROOM_REASON_ANCESTOR_LIMIT);
	by_v = taken_by(self->blame, v, HEADROOM_REASON_ANCESTOR_LIMIT);
	EXPECT_LT(0, by_e.evictions);
	EXPECT_LT(0, by_e.refaults);
	EXPECT_LT(0, by_v.evictions);
	by_a = taken_by(self->blame, a, HEADROOM_REASON_ANCESTOR_LIMIT);
	EXPECT_EQ(0, by_a.evictions);

	ASSERT_EQ(0, cgroup_remove("a/e"));
	READ("a/v");
	EXPECT_SUMS(evicted, back);
	EXPECT_EQ(0, taken_by(self->blame, e, ANY_REASON).evictions);
	by_a = taken_by(self->blame, a, HEADROOM_REASON_ANCESTOR_LIMIT);
	EXPECT_EQ(by_e.evictions, by_a.evictions);
	EXPECT_EQ(by_e.refaults, by_a.refaults);

	ASSERT_EQ(0, cgroup_remove("a/v"));
	EXPECT_EQ(0, cgroup_id("a/v"));
	READ("a");
	EXPECT_SUMS(self->cg->local.evictions + evicted + of_e.evictions,
		    self->cg->local.returned + back + of_e.refaults);
	by_a = taken_by(self->blame, a, ANY_REASON);
	EXPECT_EQ(evicted + of_e.evictions, by_a.evictions);
	EXPECT_EQ(0, taken_by(self->blame, v, ANY_REASON).evictions);
}

/* Removed evictors keep no entries: their parent has one entry for all of them */
TEST_F_TIMEOUT(blame, removed_evictors_share_an_entry, 300)
{
	struct read_job victim = { .path = FILE_A, .passes = 1 };
	struct read_job job = { .path = FILE_B, .passes = 1, .size = 16 * MIB };
	const uint32_t reason = HEADROOM_REASON_ANCESTOR_LIMIT;
	struct headroom_pages one, all = { 0 };
	uint64_t a = cgroup_id("a"), evicted, back;
	char name[16];
	int i, evictors = 0;

	ASSERT_EQ(0, create_file(FILE_A, 48 * MIB));
	ASSERT_EQ(0, create_file(FILE_B, 64 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "64M"));
	ASSERT_EQ(0, cgroup_write("a", "cgroup.subtree_control", "+memory"));
	ASSERT_EQ(0, cgroup_create("a/v"));
	ASSERT_EQ(0, cgroup_run("a/v", read_file, &victim));
	for (i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "a/%d", i);
		ASSERT_EQ(0, cgroup_create(name));
		job.from = i * job.size;
		ASSERT_EQ(0, cgroup_run(name, read_file, &job));
	}
	ASSERT_EQ(0, cgroup_run("a/v", read_file, &victim));
	READ("a/v");
	evicted = self->cg->local.evictions;
	back = self->cg->local.returned;
	for (i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "a/%d", i);
		one = taken_by(self->blame, cgroup_id(name), reason);
		evictors += one.evictions > 0;
		all.evictions += one.evictions;
		all.refaults += one.refaults;
	}
	ASSERT_LE(2, evictors);
	EXPECT_EQ(0, entries_of(self->blame, a, reason));

	ASSERT_EQ(0, cgroup_remove_numbered("a/", 4));
	READ("a/v");
	EXPECT_SUMS(evicted, back);
	EXPECT_EQ(1, entries_of(self->blame, a, reason));
	one = taken_by(self->blame, a, reason);
	EXPECT_EQ(all.evictions, one.evictions);
	EXPECT_EQ(all.refaults, one.refaults);
}

/* Pages evicted from one cgroup are read back by another one */
TEST_F_TIMEOUT(blame, shared_file, 300)
{
	struct read_job job = { .path = FILE_A, .passes = 1 };
	const struct headroom_histogram *distance;
	struct headroom_pages own;
	uint64_t evicted;
	size_t i;

	ASSERT_EQ(0, create_file(FILE_A, 96 * MIB));
	ASSERT_EQ(0, cgroup_create("b"));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "32M"));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	READ("a");
	evicted = self->cg->local.evictions;
	EXPECT_EQ(absent_pages(FILE_A), evicted);
	ASSERT_EQ(0, cgroup_run("b", read_file, &job));
	READ("b");
	EXPECT_EQ(evicted, self->cg->local.refaults);
	EXPECT_EQ(evicted, self->cg->local.refaults_shared);
	EXPECT_EQ(0, self->cg->local.returned);
	/* The reader gets the reason of the eviction */
	own = *headroom_stats_pages(&self->cg->local, HEADROOM_PAGE_KIND_FILE,
				      HEADROOM_REASON_OWN_LIMIT);
	EXPECT_LE(0.99 * evicted, own.refaults);
	EXPECT_EQ(0, own.evictions);
	EXPECT_EQ(0, taken_by(self->blame, ANY_EVICTOR, ANY_REASON).evictions);
	READ("a");
	EXPECT_EQ(evicted, self->cg->local.evictions);
	EXPECT_EQ(evicted, self->cg->local.returned);
	EXPECT_EQ(0, self->cg->local.refaults);
	EXPECT_SUMS(evicted, evicted);
	distance = &self->cg->local.refault_distance;
	EXPECT_EQ(evicted, headroom_histogram_count(distance));
	EXPECT_EQ(evicted, headroom_histogram_count(&self->cg->local.refault_age));
	for (i = 0; i < distance->nr; i++)
		EXPECT_GE(evicted, distance->bucket[i].low);
	EXPECT_EQ(0, module_dropped());
}

/*
 * The machine is short of memory: "b" has read a file, and "a" allocates until most of the
 * file is evicted. No cgroup has a limit, and swap is off.
 */
FIXTURE(pressure)
{
	struct headroom_cgroup *cg;
	struct headroom_blame *blame;
	int64_t scale;
	int64_t min_free;
	int64_t zone_reclaim;
};

FIXTURE_VARIANT(pressure)
{
	/* kswapd is starved, so that "a" has to reclaim itself */
	bool direct;
	/* vm.watermark_scale_factor: the range of free memory in which kswapd works */
	int scale;
	/* vm.min_free_kbytes: kswapd frees at least this much at a time */
	int min_free;
	/* vm.zone_reclaim_mode: a task reclaims from its node first, then from all of them */
	int zone_reclaim;
};

FIXTURE_VARIANT_ADD(pressure, kswapd) {
	.direct = false, .scale = 300, .min_free = 16384,
};

FIXTURE_VARIANT_ADD(pressure, direct) {
	.direct = true, .scale = 10, .min_free = 4096,
};

FIXTURE_VARIANT_ADD(pressure, node) {
	.direct = true, .scale = 10, .min_free = 4096, .zone_reclaim = 1,
};

FIXTURE_SETUP(pressure)
{
	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	ASSERT_EQ(0, swap_use(SWAP_NONE));
	self->scale = set_sysctl("vm/watermark_scale_factor", variant->scale);
	ASSERT_LT(0, self->scale);
	self->min_free = set_sysctl("vm/min_free_kbytes", variant->min_free);
	ASSERT_LT(0, self->min_free);
	self->zone_reclaim = set_sysctl("vm/zone_reclaim_mode", variant->zone_reclaim);
	ASSERT_LE(0, self->zone_reclaim);
	ASSERT_EQ(0, module_reload(MODULE));
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, cgroup_create("a"));
	ASSERT_EQ(0, cgroup_create("b"));
}

FIXTURE_TEARDOWN(pressure)
{
	headroom_cgroup_free(self->cg);
	headroom_blame_free(self->blame);
	cgroup_cleanup();
	unlink(FILE_B);
	set_sysctl("vm/watermark_scale_factor", self->scale);
	set_sysctl("vm/min_free_kbytes", self->min_free);
	set_sysctl("vm/zone_reclaim_mode", self->zone_reclaim);
	swap_restore();
}

struct pressure_job {
	bool direct;
	int64_t enough;		/* bytes that "b" may keep */
	int64_t low;		/* free pages below which to wait for kswapd */
};

/* Allocates until enough pages of "b" are evicted; the exit frees all memory */
static int press(void *arg)
{
	const struct pressure_job *job = arg;
	int i, waited = 0;

	if (job->direct && starve_kswapd())
		return 1;
	for (i = 0; i % 8 || cgroup_read("b", "memory.stat", "file") > job->enough; i++) {
		char *p = map_memory(MIB);

		if (!p)
			return 2;
		while (!job->direct && vmstat("nr_free_pages") < job->low) {
			if (waited++ == 3000)
				return 3;
			usleep(10000);
		}
		memset(p, 1, MIB);
	}
	return 0;
}

static bool kswapd_sleeps(void)
{
	char path[64], state = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", find_kswapd());
	f = fopen(path, "re");
	if (!f)
		return false;
	if (fscanf(f, "%*d (kswapd0) %c", &state) != 1)
		state = 0;
	fclose(f);
	return state == 'S';
}

static int64_t vm_pgsteal(void)
{
	int64_t khugepaged = vmstat("pgsteal_khugepaged");

	return vmstat("pgsteal_kswapd") + vmstat("pgsteal_direct") +
	       (khugepaged > 0 ? khugepaged : 0);
}

/* The root's statistics, and the kernel's counters before the machine was short */
struct settling {
	struct headroom_cgroup **cg;
	int64_t steal;
};

/* kswapd may still reclaim; when it is done, the kernel has counted as many evictions */
static bool all_is_counted(void *arg)
{
	const struct settling *s = arg;

	return !module_update(s->cg, ROOT) && kswapd_sleeps() &&
	       (*s->cg)->subtree.evictions == vm_pgsteal() - s->steal;
}

/* Checks that the root reports the reasons of the variant, as many as the kernel counts */
static void check_reasons(struct __test_metadata *_metadata, const struct headroom_cgroup *root,
			  bool expect_direct, int64_t direct)
{
	struct headroom_pages kswapd, by_task;

	kswapd = pages_for_reason(&root->subtree, HEADROOM_REASON_KSWAPD);
	by_task = pages_for_reason(&root->subtree, HEADROOM_REASON_DIRECT_RECLAIM);
	EXPECT_EQ(root->subtree.evictions, kswapd.evictions + by_task.evictions);
	EXPECT_EQ(direct, by_task.evictions);
	EXPECT_EQ(root->target.evictions, kswapd.evictions + by_task.evictions);
	/* The load has caused the kind of reclaim that the variant is about */
	EXPECT_EQ(expect_direct, by_task.evictions > 1000);
	EXPECT_EQ(expect_direct, by_task.evictions > 0);
}

/* How often tasks have reclaimed from a node before they allocated from it */
static int64_t node_reclaims(void)
{
	return vmstat("zone_reclaim_success") + vmstat("zone_reclaim_failed");
}

/* Checks that the module follows kswapd by the events that this kernel has */
static void check_hooks(struct __test_metadata *_metadata)
{
	bool exist = !access(VMSCAN_EVENTS "mm_vmscan_balance_pgdat_begin", F_OK);

	ASSERT_EQ(0, access(VMSCAN_EVENTS, F_OK));
	EXPECT_EQ(exist ? 1 : -1, module_hook("mm_vmscan_balance_pgdat_begin"));
	EXPECT_EQ(exist ? 1 : -1, module_hook("mm_vmscan_balance_pgdat_end"));
	EXPECT_EQ(1, module_hook("mm_vmscan_kswapd_sleep"));
}

TEST_F_TIMEOUT(pressure, evicts_from_others, 300)
{
	struct read_job job = { .path = FILE_B, .passes = 1 };
	struct pressure_job pressure = {
		.direct = variant->direct, .enough = 48 * MIB,
		/* Halfway from where kswapd is woken to where tasks have to help */
		.low = variant->min_free / 4 + PAGES(16 * MIB),
	};
	struct settling settling = { .cg = &self->cg, .steal = vm_pgsteal() };
	int64_t direct = vmstat("pgsteal_direct"), node = node_reclaims(), absent;
	struct headroom_pages kswapd, by_task;
	uint64_t a = cgroup_id("a");

	check_hooks(_metadata);
	ASSERT_EQ(0, create_file(FILE_B, 96 * MIB));
	ASSERT_EQ(0, cgroup_run("b", read_file, &job));
	ASSERT_EQ(0, absent_pages(FILE_B));
	ASSERT_EQ(0, cgroup_run("a", press, &pressure));
	/* 6.1 counts only the failures */
	if (vmstat("zone_reclaim_success") >= 0)
		EXPECT_EQ(variant->zone_reclaim, node_reclaims() > node);
	ASSERT_EQ(0, restore_kswapd());
	EXPECT_TRUE(wait_until(all_is_counted, &settling, 240));
	ASSERT_NE(NULL, self->cg);
	check_reasons(_metadata, self->cg, variant->direct, vmstat("pgsteal_direct") - direct);

	/* On kernels with large folios, one of the file may belong to another cgroup */
	absent = absent_pages(FILE_B);
	READ("b");
	EXPECT_LE(PAGES(40 * MIB), self->cg->local.evictions);
	EXPECT_LE(self->cg->local.evictions, absent);
	EXPECT_PGSTEAL("b", self->cg->local.evictions);
	EXPECT_EQ(0, self->cg->local.refaults);
	ASSERT_EQ(0, cgroup_run("b", read_file, &job));
	READ("b");
	EXPECT_EQ(absent, self->cg->local.refaults);
	kswapd = pages_for_reason(&self->cg->local, HEADROOM_REASON_KSWAPD);
	by_task = pages_for_reason(&self->cg->local, HEADROOM_REASON_DIRECT_RECLAIM);
	EXPECT_LE(0.95 * absent, kswapd.refaults + by_task.refaults);
	EXPECT_SUMS(self->cg->local.evictions, self->cg->local.returned);

	EXPECT_LE(0.9 * kswapd.evictions,
		  taken_by(self->blame, a, HEADROOM_REASON_KSWAPD).evictions);
	EXPECT_LE(0.9 * by_task.evictions,
		  taken_by(self->blame, a, HEADROOM_REASON_DIRECT_RECLAIM).evictions);
	EXPECT_EQ(0, module_dropped());
}

TEST_HARNESS_MAIN
