// SPDX-License-Identifier: GPL-2.0
/*
 * Refaults of anonymous and shared memory, against the kernel's own count of the
 * pages that it read from swap space; with the module's watch on functions, and
 * without.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cgroup.h"
#include "kselftest_harness.h"
#include "module.h"
#include "swap.h"
#include "workload.h"

#define TMPFS_FILE	"/dev/shm/headroom-test"
#define PAGES(bytes)	((int64_t)((bytes) / 4096))
#define ANON		HEADROOM_PAGE_KIND_ANON
#define SHMEM		HEADROOM_PAGE_KIND_SHMEM

/* Large enough that no bucket of the table overflows */
#define TABLE		" table_entries=1048576"
#define FUNCTIONS	"swap_kprobes=1" TABLE
#define TRACEPOINTS	"swap_kprobes=0" TABLE

#define READ(name)	ASSERT_EQ(0, module_update(&self->cg, name))

/* Refaults of pages whose eviction was not seen */
static uint64_t unknown(const struct headroom_stats *stats)
{
	return headroom_stats_pages(stats, ANON, HEADROOM_REASON_UNKNOWN)->refaults +
	       headroom_stats_pages(stats, SHMEM, HEADROOM_REASON_UNKNOWN)->refaults;
}

static struct headroom_pages own_limit(const struct headroom_stats *stats)
{
	const struct headroom_pages *anon =
		headroom_stats_pages(stats, ANON, HEADROOM_REASON_OWN_LIMIT);
	const struct headroom_pages *shmem =
		headroom_stats_pages(stats, SHMEM, HEADROOM_REASON_OWN_LIMIT);

	return (struct headroom_pages){
		.evictions = anon->evictions + shmem->evictions,
		.refaults = anon->refaults + shmem->refaults,
	};
}

/*
 * Writing to swap takes its time. When all of a cgroup is on its way there,
 * memory.max has somebody killed; memory.high has him wait.
 */
#define LIMIT	"memory.high"

/*
 * The work is done by one task on one CPU, which puts its last pages on the LRU
 * lists when it exits; only then do the tracepoints fire. drop_caches does the
 * same for all CPUs, where it does.
 */
FIXTURE(swap)
{
	struct headroom_cgroup *cg;
	int64_t cluster;
};

FIXTURE_VARIANT(swap)
{
	const char *module;
	enum swap_space space;
	/* vm.page-cluster: pages read ahead are refaults as well */
	int cluster;
	int kind;
	struct memory_job job;
};

#define JOB		.size = 32 * MIB, .writes = 3, .reads = 2
#define WRITES		.size = 32 * MIB, .writes = 4

FIXTURE_VARIANT_ADD(swap, functions_disk) {
	.module = FUNCTIONS, .space = SWAP_DISK, .cluster = 0,
	.kind = ANON, .job = { JOB },
};

/* Once written, its pages stay in swap: they are evicted without being written */
FIXTURE_VARIANT_ADD(swap, functions_disk_clean) {
	.module = FUNCTIONS, .space = SWAP_DISK, .cluster = 3,
	.kind = ANON, .job = { .size = 32 * MIB, .writes = 1, .reads = 4 },
};

FIXTURE_VARIANT_ADD(swap, functions_zswap) {
	.module = FUNCTIONS, .space = SWAP_ZSWAP, .cluster = 3,
	.kind = ANON, .job = { JOB },
};

FIXTURE_VARIANT_ADD(swap, functions_zram) {
	.module = FUNCTIONS, .space = SWAP_ZRAM, .cluster = 3,
	.kind = ANON, .job = { JOB },
};

FIXTURE_VARIANT_ADD(swap, functions_tmpfs) {
	.module = FUNCTIONS, .space = SWAP_DISK, .cluster = 0,
	.kind = SHMEM, .job = { JOB, .path = TMPFS_FILE },
};

FIXTURE_VARIANT_ADD(swap, functions_tmpfs_zram) {
	.module = FUNCTIONS, .space = SWAP_ZRAM, .cluster = 3,
	.kind = SHMEM, .job = { JOB, .path = TMPFS_FILE },
};

FIXTURE_VARIANT_ADD(swap, functions_shared) {
	.module = FUNCTIONS, .space = SWAP_DISK, .cluster = 3,
	.kind = SHMEM, .job = { JOB, .shared = true },
};

FIXTURE_VARIANT_ADD(swap, tracepoints_disk) {
	.module = TRACEPOINTS, .space = SWAP_DISK, .cluster = 0,
	.kind = ANON, .job = { WRITES },
};

FIXTURE_VARIANT_ADD(swap, tracepoints_disk_clean) {
	.module = TRACEPOINTS, .space = SWAP_DISK, .cluster = 3,
	.kind = ANON, .job = { .size = 32 * MIB, .writes = 1, .reads = 4 },
};

FIXTURE_VARIANT_ADD(swap, tracepoints_zswap) {
	.module = TRACEPOINTS, .space = SWAP_ZSWAP, .cluster = 0,
	.kind = ANON, .job = { WRITES },
};

FIXTURE_VARIANT_ADD(swap, tracepoints_zram) {
	.module = TRACEPOINTS, .space = SWAP_ZRAM, .cluster = 3,
	.kind = ANON, .job = { JOB },
};

FIXTURE_VARIANT_ADD(swap, tracepoints_tmpfs) {
	.module = TRACEPOINTS, .space = SWAP_DISK, .cluster = 3,
	.kind = SHMEM, .job = { WRITES, .path = TMPFS_FILE },
};

FIXTURE_VARIANT_ADD(swap, tracepoints_shared) {
	.module = TRACEPOINTS, .space = SWAP_DISK, .cluster = 0,
	.kind = SHMEM, .job = { JOB, .shared = true },
};

FIXTURE_SETUP(swap)
{
	if (!swap_has(variant->space))
		SKIP(return, "no swap space of this kind");
	ASSERT_EQ(0, swap_use(variant->space));
	self->cluster = set_sysctl("vm/page-cluster", variant->cluster);
	ASSERT_LE(0, self->cluster);
	ASSERT_EQ(0, module_reload(variant->module));
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, cgroup_create("a"));
	ASSERT_EQ(0, cgroup_write("a", LIMIT, "20M"));
}

FIXTURE_TEARDOWN(swap)
{
	headroom_cgroup_free(self->cg);
	cgroup_cleanup();
	unlink(TMPFS_FILE);
	set_sysctl("vm/page-cluster", self->cluster);
	swap_restore();
}

TEST_F_TIMEOUT(swap, counts_what_the_kernel_reads, 300)
{
	bool functions = !strcmp(variant->module, FUNCTIONS);
	int other = variant->kind == ANON ? SHMEM : ANON;
	struct memory_job job = variant->job;
	const struct headroom_stats *a;
	uint64_t known, lost;
	int64_t truth;

	/* What is not seen is said, and stays at zero */
	ASSERT_EQ(functions, module_hook("swap_read"));
	if (!functions && (variant->space == SWAP_ZSWAP ||
			   (variant->space == SWAP_ZRAM && kernel_is_6_1()))) {
		ASSERT_EQ(0, cgroup_run("a", use_memory, &job));
		READ("a");
		EXPECT_EQ(0, self->cg->local.refaults);
		return;
	}

	truth = swap_ins();
	ASSERT_EQ(0, cgroup_run("a", use_memory, &job));
	ASSERT_EQ(0, drop_caches());
	truth = swap_ins() - truth;
	READ("a");
	a = &self->cg->local;
	print_pages("a", a);
	TH_LOG("%" PRId64 " pages read from swap, pgsteal %" PRId64, truth, cgroup_pgsteal("a"));

	/* Each pass but the first one brings back at least what does not fit */
	EXPECT_LE((job.writes + job.reads - 1) * PAGES(12 * MIB), truth);
	EXPECT_LE(cgroup_read("a", "memory.stat", "workingset_refault_anon"),
		  pages_of_kind(a, ANON).refaults + pages_of_kind(a, SHMEM).refaults);
	EXPECT_EQ(truth, a->refaults);
	EXPECT_EQ(0, a->refaults_shared);
	known = a->refaults - unknown(a);
	EXPECT_EQ(known, a->returned);
	EXPECT_EQ(known, headroom_histogram_count(&a->refault_distance));
	EXPECT_EQ(known, headroom_histogram_count(&a->refault_age));
	lost = a->evictions;
	EXPECT_LE(known, lost);
	EXPECT_LE(0.99 * lost, own_limit(a).evictions);
	EXPECT_LE(0.99 * known, own_limit(a).refaults);
	/* Its stack, again and again; or what was gone before it was mapped */
	EXPECT_GE(0.02 * lost, pages_of_kind(a, other).evictions);
	EXPECT_EQ(0, module_dropped());

	/*
	 * Tracepoints do not tell of a page that goes again without being written:
	 * one that was only read, or only read ahead.
	 */
	if (functions || (!variant->cluster && (!job.reads || variant->kind == SHMEM)))
		EXPECT_EQ(truth, known);
	if (functions)
		EXPECT_EQ(cgroup_pgsteal("a"), lost);
}

/* Swap slots and swap spaces that come and go */
FIXTURE(slots)
{
	struct headroom_cgroup *cg;
	int64_t cluster;
	pid_t busy;
};

FIXTURE_VARIANT(slots)
{
	const char *module;
};

FIXTURE_VARIANT_ADD(slots, functions) { .module = FUNCTIONS };
FIXTURE_VARIANT_ADD(slots, tracepoints) { .module = TRACEPOINTS };

FIXTURE_SETUP(slots)
{
	if (!swap_has(SWAP_DISK) || !swap_has(SWAP_FILE) || !swap_has(SWAP_ZRAM))
		SKIP(return, "not all kinds of swap space");
	self->cluster = set_sysctl("vm/page-cluster", 0);
	ASSERT_LE(0, self->cluster);
	ASSERT_EQ(0, module_reload(variant->module));
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, cgroup_create("a"));
	ASSERT_EQ(0, cgroup_create("b"));
	ASSERT_EQ(0, cgroup_write("a", LIMIT, "8M"));
	ASSERT_EQ(0, cgroup_write("b", LIMIT, "8M"));
}

FIXTURE_TEARDOWN(slots)
{
	headroom_cgroup_free(self->cg);
	cgroup_cleanup();
	if (self->busy > 0)
		wait_child(self->busy);
	set_sysctl("vm/page-cluster", self->cluster);
	swap_restore();
}

/*
 * A process exits with most of its memory in swap, and another one swaps into the
 * same slots: the file has not room for both. What comes back is not what the
 * first one lost.
 */
TEST_F_TIMEOUT(slots, used_again, 300)
{
	struct memory_job job = { .size = 28 * MIB, .writes = 2 };
	uint64_t returned;
	int64_t truth;

	ASSERT_EQ(0, swap_use(SWAP_FILE));
	ASSERT_EQ(0, cgroup_run("a", use_memory, &job));
	ASSERT_EQ(0, drop_caches());
	READ("a");
	returned = self->cg->local.returned;
	EXPECT_LT(0, returned);

	truth = swap_ins();
	job.seed = 1 << 20;
	ASSERT_EQ(0, cgroup_run("b", use_memory, &job));
	ASSERT_EQ(0, drop_caches());
	truth = swap_ins() - truth;
	READ("b");
	print_pages("b", &self->cg->local);
	EXPECT_LE(PAGES(20 * MIB), truth);
	/* The kernel counts those of the whole machine: a page may be somebody else's */
	EXPECT_LE(0.999 * truth, self->cg->local.refaults);
	EXPECT_GE(truth, self->cg->local.refaults);
	EXPECT_EQ(0, self->cg->local.refaults_shared);
	EXPECT_EQ(0, unknown(&self->cg->local));
	READ("a");
	EXPECT_EQ(returned, self->cg->local.returned);
	EXPECT_EQ(0, module_dropped());
}

/*
 * The disk is switched off while it is in use; all moves to zram. The process
 * finds its memory as it was, and nothing is invented.
 */
TEST_F_TIMEOUT(slots, swapoff, 300)
{
	struct memory_job job = { .size = 28 * MIB, .writes = 2, .reads = 2 };
	int64_t truth;
	int i;

	ASSERT_EQ(0, swap_use(SWAP_DISK));
	ASSERT_EQ(0, swap_add(SWAP_ZRAM));
	truth = swap_ins();
	self->busy = cgroup_start("a", use_memory, &job);
	/* In the middle: when it has begun to bring pages back */
	for (i = 0; i < 6000 && swap_ins() < truth + 1000; i++)
		usleep(10000);
	EXPECT_LE(truth + 1000, swap_ins());
	ASSERT_EQ(0, swap_off(SWAP_DISK));
	EXPECT_EQ(0, wait_child(self->busy));
	self->busy = 0;
	ASSERT_EQ(0, drop_caches());
	truth = swap_ins() - truth;
	READ("a");
	print_pages("a", &self->cg->local);
	TH_LOG("%" PRId64 " pages read from swap", truth);
	EXPECT_LT(1000, self->cg->local.refaults);
	EXPECT_GE(truth, self->cg->local.refaults);
	EXPECT_EQ(0, self->cg->local.refaults_shared);
}

TEST_HARNESS_MAIN
