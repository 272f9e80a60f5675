// SPDX-License-Identifier: GPL-2.0
/*
 * Check stalls in reclaim against the kernel's pressure totals and its tracing. PSI is exact
 * only for a task that does not migrate, so the task that is compared with it is pinned.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "kselftest_harness.h"
#include "module.h"
#include "swap.h"
#include "tracing.h"
#include "workload.h"

#define RECLAIM_END	"vmscan/mm_vmscan_memcg_reclaim_end"

#define CAUSE(stats, name)	headroom_stats_stall(stats, HEADROOM_STALL_CAUSE_ ## name)

FIXTURE(stall)
{
	struct headroom_cgroup *cg;
};

FIXTURE_SETUP(stall)
{
	if (access("/proc/pressure/memory", R_OK))
		SKIP(return, "PSI is off");
	ASSERT_EQ(0, module_reload(""));
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, cgroup_create("a"));
}

FIXTURE_TEARDOWN(stall)
{
	headroom_cgroup_free(self->cg);
	cgroup_cleanup();
}

/* A task thrashes anonymous memory; its stalls are memcg reclaim, as long as PSI says */
TEST_F_TIMEOUT(stall, memcg_reclaim_equals_psi, 900)
{
	struct anon_job job = { .size = 96 * MIB, .passes = 6, .cpu = 0 };
	const struct headroom_stall *memcg, *direct;
	int64_t psi;

	if (!*swap_path())
		SKIP(return, "no swap");
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "48M"));
	psi = cgroup_pressure("a", "some");
	ASSERT_EQ(0, cgroup_run("a", touch_memory, &job));
	psi = cgroup_pressure("a", "some") - psi;
	ASSERT_EQ(0, module_update(&self->cg, "a"));
	memcg = CAUSE(&self->cg->local, MEMCG_RECLAIM);
	direct = CAUSE(&self->cg->local, DIRECT_RECLAIM);
	TH_LOG("memcg reclaim %.1f ms in %" PRIu64 " stalls, PSI some %.1f ms: %.1f %%",
	       memcg->total / 1e6, memcg->count, psi / 1e6, 100.0 * memcg->total / psi);

	EXPECT_LT(0, psi);
	EXPECT_LE(0.95 * psi, memcg->total);
	EXPECT_GE(1.05 * psi, memcg->total);
	EXPECT_EQ(memcg->count, headroom_histogram_count(&memcg->latency));
	EXPECT_GE(memcg->total, memcg->longest);
	EXPECT_LE(memcg->total / memcg->count, memcg->longest);
	EXPECT_GT(memcg->total / 100, direct->total);
	EXPECT_EQ(memcg->total, CAUSE(&self->cg->subtree, MEMCG_RECLAIM)->total);
}

/* A task of the cgroup asks, so that it would be charged if this were a stall */
static int ask_for_reclaim(void *unused)
{
	cgroup_write("a", "memory.reclaim", "16M");
	return cgroup_write("a", "memory.max", "8M") ? 1 : 0;
}

/* Neither a write to memory.reclaim nor one that lowers memory.max is a stall */
TEST_F_TIMEOUT(stall, requested_reclaim_is_no_stall, 600)
{
	struct read_job job = { .path = SCRATCH "/a", .passes = 1 };
	const struct headroom_stats *local;

	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	ASSERT_EQ(0, create_file(job.path, 32 * MIB));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	ASSERT_EQ(0, cgroup_run("a", ask_for_reclaim, NULL));
	unlink(job.path);
	ASSERT_EQ(0, module_update(&self->cg, "a"));
	local = &self->cg->local;
	EXPECT_LE(24 * MIB / 4096, local->evictions);
	EXPECT_EQ(0, CAUSE(local, MEMCG_RECLAIM)->count);
	EXPECT_EQ(0, CAUSE(local, DIRECT_RECLAIM)->count);
}

/* Creates "a/@i", moves the task there, and removes the cgroup that it was in; 0 or -1 */
static int move_on(pid_t pid, int i)
{
	char from[16], to[16], text[16];

	snprintf(from, sizeof(from), "a/%d", i - 1);
	snprintf(to, sizeof(to), "a/%d", i);
	snprintf(text, sizeof(text), "%d", pid);
	return cgroup_create(to) || cgroup_write(to, "cgroup.procs", text) ||
	       cgroup_remove(from) ? -1 : 0;
}

/*
 * A task is moved to another cgroup while it reclaims, and its old cgroup is removed, so
 * often that some stalls end in a removed cgroup. All are counted somewhere below "a", as
 * many as the kernel's tracing counts.
 */
TEST_F_TIMEOUT(stall, removal_drops_no_stall, 900)
{
	struct anon_job job = { .size = 64 * MIB, .passes = 1000, .cpu = -1 };
	const struct headroom_stall *stall;
	uint64_t before = 0;
	int64_t reclaims;
	pid_t pid;
	int i;

	if (!*swap_path())
		SKIP(return, "no swap");
	ASSERT_EQ(0, tracing_count(RECLAIM_END, "common_pid"));
	ASSERT_EQ(0, cgroup_write("a", "cgroup.subtree_control", "+memory"));
	ASSERT_EQ(0, cgroup_create("a/0"));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "32M"));
	pid = cgroup_start("a/0", touch_memory, &job);
	ASSERT_LT(0, pid);
	for (i = 1; i <= 100; i++) {
		usleep(20000);
		ASSERT_EQ(0, move_on(pid, i));
		ASSERT_EQ(0, module_update(&self->cg, "a"));
		stall = CAUSE(&self->cg->subtree, MEMCG_RECLAIM);
		EXPECT_LE(before, stall->total);
		before = stall->total;
	}
	end_child(pid);
	reclaims = tracing_counted(RECLAIM_END, pid, -1);
	tracing_count_end(RECLAIM_END, "common_pid");
	ASSERT_EQ(0, module_update(&self->cg, "a"));
	EXPECT_LT(0, reclaims);
	EXPECT_EQ(reclaims, CAUSE(&self->cg->subtree, MEMCG_RECLAIM)->count);
	/* Distances are dropped here, of pages that removed cgroups had swapped out */
	EXPECT_EQ(0, MODULE_STATUS(dropped.stall_slots));
	EXPECT_EQ(0, MODULE_STATUS(dropped.reclaim_slots));
	EXPECT_EQ(0, MODULE_STATUS(dropped.cgroup_unknown));
}

TEST_HARNESS_MAIN
