// SPDX-License-Identifier: GPL-2.0
/*
 * Stalls in reclaim, against the kernel's own pressure totals. PSI is exact
 * only for a task that does not migrate, hence the pinning.
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

TEST_F_TIMEOUT(stall, anon_thrash_is_memcg_reclaim, 900)
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
	self->cg = module_read("a");
	ASSERT_NE(NULL, self->cg);
	memcg = headroom_stats_stall(&self->cg->local, HEADROOM_STALL_CAUSE_MEMCG_RECLAIM);
	direct = headroom_stats_stall(&self->cg->local, HEADROOM_STALL_CAUSE_DIRECT_RECLAIM);
	TH_LOG("memcg reclaim %.1f ms in %llu stalls, PSI some %.1f ms: %.1f %%",
	       memcg->total / 1e6, (unsigned long long)memcg->count, psi / 1e6,
	       100.0 * memcg->total / psi);

	EXPECT_LT(0, psi);
	EXPECT_LE(0.95 * psi, memcg->total);
	EXPECT_GE(1.05 * psi, memcg->total);
	EXPECT_EQ(memcg->count, headroom_histogram_count(&memcg->latency));
	EXPECT_GE(memcg->total, memcg->longest);
	EXPECT_LE(memcg->total / memcg->count, memcg->longest);
	EXPECT_GT(memcg->total / 100, direct->total);
	EXPECT_EQ(memcg->total,
		  headroom_stats_stall(&self->cg->subtree,
				HEADROOM_STALL_CAUSE_MEMCG_RECLAIM)->total);
}

/* From within the cgroup, so that it would be booked there if it were a stall */
static int order_reclaim(void *unused)
{
	cgroup_write("a", "memory.reclaim", "16M");
	return cgroup_write("a", "memory.max", "8M") ? 1 : 0;
}

/* Somebody's order to reclaim is nobody's stall */
TEST_F_TIMEOUT(stall, proactive_reclaim_is_none, 600)
{
	struct read_job job = { .path = SCRATCH "/a", .passes = 1 };

	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	ASSERT_EQ(0, create_file(job.path, 32 * MIB));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	ASSERT_EQ(0, cgroup_run("a", order_reclaim, NULL));
	unlink(job.path);
	self->cg = module_read("a");
	ASSERT_NE(NULL, self->cg);
	EXPECT_LE(24 * MIB / 4096, self->cg->local.evictions);
	EXPECT_EQ(0,
		  headroom_stats_stall(&self->cg->local,
				       HEADROOM_STALL_CAUSE_MEMCG_RECLAIM)->count);
	EXPECT_EQ(0,
		  headroom_stats_stall(&self->cg->local,
				       HEADROOM_STALL_CAUSE_DIRECT_RECLAIM)->count);
}

/*
 * Moved to another cgroup in the middle, and the first one removed: again and
 * again, until stalls have ended in a cgroup that was not there any more. All are
 * counted somewhere below "a": as many as the kernel's own tracing counts.
 */
TEST_F_TIMEOUT(stall, nothing_is_lost_with_the_cgroup, 900)
{
	struct anon_job job = { .size = 64 * MIB, .passes = 1000, .cpu = -1 };
	const struct headroom_stall *stall;
	struct headroom_status *status;
	uint64_t before = 0;
	int64_t reclaims;
	char pids[32];
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
	snprintf(pids, sizeof(pids), "%d", pid);
	for (i = 1; i <= 100; i++) {
		char from[16], to[16];

		snprintf(from, sizeof(from), "a/%d", i - 1);
		snprintf(to, sizeof(to), "a/%d", i);
		usleep(20000);
		ASSERT_EQ(0, cgroup_create(to));
		ASSERT_EQ(0, cgroup_write(to, "cgroup.procs", pids));
		ASSERT_EQ(0, cgroup_remove(from));
		headroom_cgroup_free(self->cg);
		self->cg = module_read("a");
		ASSERT_NE(NULL, self->cg);
		stall =
			headroom_stats_stall(&self->cg->subtree,
					     HEADROOM_STALL_CAUSE_MEMCG_RECLAIM);
		EXPECT_LE(before, stall->total);
		before = stall->total;
	}
	end_child(pid);
	reclaims = tracing_counted(RECLAIM_END, pid, -1);
	tracing_count_end(RECLAIM_END, "common_pid");
	headroom_cgroup_free(self->cg);
	self->cg = module_read("a");
	ASSERT_NE(NULL, self->cg);
	stall = headroom_stats_stall(&self->cg->subtree, HEADROOM_STALL_CAUSE_MEMCG_RECLAIM);
	EXPECT_LT(0, reclaims);
	EXPECT_EQ(reclaims, stall->count);
	/* Distances are lost here, of pages that removed cgroups had swapped out */
	status = module_status();
	ASSERT_NE(NULL, status);
	EXPECT_EQ(0, status->dropped.stall_slots);
	EXPECT_EQ(0, status->dropped.reclaim_slots);
	EXPECT_EQ(0, status->dropped.cgroup_unknown);
	headroom_status_free(status);
}

TEST_HARNESS_MAIN
