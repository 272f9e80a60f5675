// SPDX-License-Identifier: GPL-2.0
/*
 * Check stalls by cause: each cause alone, against the kernel's pressure totals and against
 * its tracing; the list of stalled tasks; and many tasks at once
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgroup.h"
#include "kselftest_harness.h"
#include "module.h"
#include "stall_load.h"
#include "swap.h"
#include "tracing.h"
#include "workload.h"

#define FILE_A		SCRATCH "/a"
/* Large enough that no bucket of the nonresident table overflows */
#define TABLE		"table_entries=1048576"
/* The root of the hierarchy, as a path below the test's cgroup */
#define ROOT		".."
#define CAUSE(name)	HEADROOM_STALL_CAUSE_ ## name
#define PARAMETER	"/sys/module/headroom/parameters/stalls"
#define RECLAIM_END	"vmscan/mm_vmscan_memcg_reclaim_end"
#define THROTTLED	"vmscan/mm_vmscan_throttled"

static const char *const names[HEADROOM_STALL_CAUSES] = {
	[CAUSE(DIRECT_RECLAIM)] = "direct reclaim",
	[CAUSE(MEMCG_RECLAIM)] = "memcg reclaim",
	[CAUSE(MEMORY_HIGH_RECLAIM)] = "memory.high reclaim",
	[CAUSE(MEMORY_HIGH_THROTTLE)] = "memory.high throttle",
	[CAUSE(REFAULT)] = "refault",
	[CAUSE(SWAP_IN)] = "swap-in",
	[CAUSE(COMPACTION)] = "compaction",
	[CAUSE(OTHER)] = "other",
	[CAUSE(THROTTLED_WRITEBACK)] = "throttled writeback",
	[CAUSE(THROTTLED_ISOLATED)] = "throttled isolated",
	[CAUSE(THROTTLED_NOPROGRESS)] = "throttled noprogress",
	[CAUSE(THROTTLED_CONGESTED)] = "throttled congested",
	[CAUSE(PROACTIVE_RECLAIM)] = "proactive reclaim",
};

static void print_stalls(const struct headroom_stats *stats, int64_t psi)
{
	int cause;

	if (psi >= 0)
		fprintf(stderr, "# stalls %.1f ms, PSI some %.1f ms: %.1f %%\n",
			stats->stall_total / 1e6, psi / 1e6,
			psi ? 100.0 * stats->stall_total / psi : 0);
	for (cause = 1; cause < HEADROOM_STALL_CAUSES; cause++) {
		const struct headroom_stall *stall = headroom_stats_stall(stats, cause);

		if (stall->count)
			fprintf(stderr, "# %s: %" PRIu64 " in %.1f ms, %.2f %%\n", names[cause],
				stall->count, stall->total / 1e6, stats->stall_total ?
				100.0 * stall->total / stats->stall_total : 0);
	}
}

/* Throttling happens inside other stalls, and proactive reclaim is not a stall */
static uint64_t sum_of_causes(const struct headroom_stats *stats)
{
	uint64_t sum = 0;
	int cause;

	for (cause = 1; cause < CAUSE(THROTTLED_WRITEBACK); cause++)
		sum += headroom_stats_stall(stats, cause)->total;
	return sum;
}

FIXTURE(causes)
{
	struct headroom_cgroup *cg;
	int64_t psi;
	int readahead;
	int64_t cluster;
};

FIXTURE_SETUP(causes)
{
	if (access("/proc/pressure/memory", R_OK))
		SKIP(return, "PSI is off");
	if (access(SCRATCH, W_OK) || !swap_has(SWAP_DISK))
		SKIP(return, "no file system at " SCRATCH ", or no swap");
	self->readahead = -1;
	self->cluster = set_sysctl("vm/page-cluster", 0);
	ASSERT_EQ(0, swap_use(SWAP_DISK));
	ASSERT_EQ(0, module_reload(TABLE));
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, cgroup_create("a"));
}

FIXTURE_TEARDOWN(causes)
{
	headroom_cgroup_free(self->cg);
	tracing_end();
	cgroup_cleanup();
	unlink(FILE_A);
	if (self->readahead >= 0)
		scratch_readahead(self->readahead);
	set_sysctl("vm/page-cluster", self->cluster);
	swap_restore();
}

#define LOCAL(name)	headroom_stats_stall(&self->cg->local, CAUSE(name))
#define SUBTREE(name)	headroom_stats_stall(&self->cg->subtree, CAUSE(name))
#define READ(name)	ASSERT_EQ(0, module_update(&self->cg, name))

/*
 * Reads "a" when its load has ended. memory.pressure is read first: that updates the
 * kernel's totals, which the module reports as they are.
 */
#define READ_WITH_PSI()								\
	do {									\
		self->psi = cgroup_pressure("a", "some");			\
		ASSERT_LT(0, self->psi);					\
		READ("a");							\
		print_stalls(&self->cg->local, self->psi);			\
		EXPECT_TRUE(self->cg->psi);					\
		EXPECT_EQ(self->psi / 1000, self->cg->psi_some / 1000);		\
		EXPECT_EQ(sum_of_causes(&self->cg->local),			\
			  self->cg->local.stall_total);				\
	} while (0)

/* @_cause has 90 % of the time, and no other cause more than 1 % except @_other */
#define EXPECT_ALONE_EXCEPT(_cause, _other)				\
	do {									\
		const struct headroom_stats *_local = &self->cg->local;		\
		int _i;								\
										\
		EXPECT_LT(0, headroom_stats_stall(_local, _cause)->count);	\
		EXPECT_LE(0.9 * _local->stall_total,				\
			  headroom_stats_stall(_local, _cause)->total);		\
		for (_i = 1; _i < CAUSE(THROTTLED_WRITEBACK); _i++) {		\
			if (_i == (_cause) || _i == (_other))			\
				continue;					\
			EXPECT_GE(0.01 * _local->stall_total,			\
				  headroom_stats_stall(_local, _i)->total)	\
				TH_LOG("%s", names[_i]);			\
		}								\
	} while (0)

#define EXPECT_ALONE(_cause)	EXPECT_ALONE_EXCEPT(_cause, 0)

/*
 * Tracing reads the clock at the same places. Between both reads the emulator may stop a
 * CPU for a tenth of a second to run another one.
 */
#define EXPECT_AS_TRACED(_truth, _value)					\
	do {									\
		EXPECT_LE(0.98 * (_truth) - 1e8, (double)(_value));		\
		EXPECT_GE(1.02 * (_truth) + 1e8, (double)(_value));		\
	} while (0)

#define EXPECT_NEAR(_truth, _value, _share)					\
	do {									\
		EXPECT_LE((1 - (_share)) * (_truth), (double)(_value));		\
		EXPECT_GE((1 + (_share)) * (_truth), (double)(_value));		\
	} while (0)

/*
 * The task fills more memory than memory.max and never uses it again. With a lower limit,
 * all of it might be under writeback to a slow disk at once, and the kernel would kill the
 * task.
 */
TEST_F_TIMEOUT(causes, memcg_reclaim, 300)
{
	struct anon_job job = { .size = 192 * MIB, .passes = 1, .cpu = 0 };

	ASSERT_EQ(0, cgroup_write("a", "memory.max", "64M"));
	ASSERT_EQ(0, cgroup_run("a", touch_memory, &job));
	READ_WITH_PSI();
	EXPECT_ALONE(CAUSE(MEMCG_RECLAIM));
	EXPECT_NEAR(self->psi, self->cg->local.stall_total, 0.05);
	EXPECT_EQ(0, module_dropped());
}

/*
 * The pages of a file are clean, so reclaim keeps memory.high without throttling. The
 * stalls are short, so the time between the kernel's mark and the event is a share of them.
 */
TEST_F_TIMEOUT(causes, memory_high_reclaim, 300)
{
	struct read_job job = { .path = FILE_A, .passes = 1 };

	ASSERT_EQ(0, create_file(FILE_A, 256 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "memory.high", "24M"));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	READ_WITH_PSI();
	EXPECT_ALONE(CAUSE(MEMORY_HIGH_RECLAIM));
	EXPECT_NEAR(self->psi, self->cg->local.stall_total, 0.35);
}

/*
 * Without swap reclaim gets nothing, and the kernel enforces memory.high by sleeping. Before
 * each sleep it tries to reclaim 17 times: throttling does not come without reclaim.
 */
TEST_F_TIMEOUT(causes, memory_high_throttle, 300)
{
	struct anon_job job = { .size = 18 * MIB, .passes = 1, .cpu = 0 };

	ASSERT_EQ(0, cgroup_write("a", "memory.high", "16M"));
	ASSERT_EQ(0, cgroup_write("a", "memory.swap.max", "0"));
	ASSERT_EQ(0, cgroup_run("a", touch_memory, &job));
	READ_WITH_PSI();
	EXPECT_ALONE_EXCEPT(CAUSE(MEMORY_HIGH_THROTTLE), CAUSE(MEMORY_HIGH_RECLAIM));
	EXPECT_NEAR(self->psi, self->cg->local.stall_total, 0.05);
}

/*
 * The machine is short of memory, kswapd gets next to no CPU time, and the task has to
 * reclaim itself; no page is read back. The kernel's mark lasts until the task has a page
 * or has drained the lists of all CPUs to find one: no event shows that end.
 */
TEST_F_TIMEOUT(causes, direct_reclaim, 300)
{
	struct short_job job = { .enough = 12288, .most = 512 * MIB };
	struct hold_job hold = { .leave = 128 * MIB };
	int64_t before = vmstat("pgscan_direct_throttle");
	char token;
	pid_t holder;
	int status;

	ASSERT_EQ(0, cgroup_create("b"));
	ASSERT_EQ(0, drop_caches());
	ASSERT_EQ(0, pipe(hold.done));
	holder = cgroup_start("b", hold_memory, &hold);
	ASSERT_LT(0, holder);
	close(hold.done[1]);
	ASSERT_EQ(1, read(hold.done[0], &token, 1));
	status = cgroup_run("a", take_memory, &job);
	EXPECT_EQ(0, restore_kswapd());
	end_child(holder);
	ASSERT_EQ(0, status);
	READ_WITH_PSI();
	TH_LOG("throttled before it began: %" PRId64 " times",
	       vmstat("pgscan_direct_throttle") - before);
	EXPECT_ALONE(CAUSE(DIRECT_RECLAIM));
	EXPECT_NEAR(self->psi, self->cg->local.stall_total, 0.15);
}

#define MOST_RECLAIMS	16384

/*
 * A task's stalls according to the kernel's tracing: reclaim from its begin to its end; and
 * outside of reclaim, while the kernel has marked the task, each sleep from the switch away
 * to the switch back.
 */
struct truth {
	pid_t pid;
	int marks;
	int64_t marked_since;
	int64_t reclaims_since;
	int64_t sleeps_since;
	int64_t marked;
	int64_t waited;
	int64_t reclaimed;
	uint64_t nr_waits;
	size_t nr;
	int64_t reclaim[MOST_RECLAIMS];	/* how long each took */
};

static struct truth truth;

/* Starts to trace the stalls of a task that has none yet */
static int trace_stalls(pid_t pid)
{
	char switches[64], own[64];

	memset(&truth, 0, sizeof(truth));
	truth.pid = pid;
	snprintf(switches, sizeof(switches), "prev_pid == %d || next_pid == %d", pid, pid);
	snprintf(own, sizeof(own), "common_pid == %d", pid);
	return tracing_begin(24576) ||
	       tracing_event("sched/sched_switch", switches) ||
	       tracing_event("vmscan/mm_vmscan_memcg_reclaim_begin", own) ||
	       tracing_event(RECLAIM_END, own) ||
	       tracing_function("memstall_enter", "psi_memstall_enter", pid) ||
	       tracing_function("memstall_leave", "psi_memstall_leave", pid);
}

static void see_switch(struct truth *t, const struct traced *traced)
{
	const char *prev = strstr(traced->fields, "prev_pid=");
	const char *next = strstr(traced->fields, "next_pid=");
	const char *state = strstr(traced->fields, "prev_state=");

	if (!prev || !next || !state)
		return;
	/* A task that is preempted does not wait for memory */
	if (atoi(prev + 9) == t->pid && t->marks && !t->reclaims_since && state[11] != 'R')
		t->sleeps_since = traced->ns;
	if (atoi(next + 9) == t->pid && t->sleeps_since) {
		t->waited += traced->ns - t->sleeps_since;
		t->nr_waits++;
		t->sleeps_since = 0;
	}
}

static void see_truth(void *arg, const struct traced *traced)
{
	struct truth *t = arg;

	if (!strcmp(traced->event, "sched_switch")) {
		see_switch(t, traced);
	} else if (traced->pid != t->pid) {
		return;
	} else if (!strcmp(traced->event, "memstall_enter")) {
		if (!t->marks++)
			t->marked_since = traced->ns;
	} else if (!strcmp(traced->event, "memstall_leave")) {
		if (!--t->marks)
			t->marked += traced->ns - t->marked_since;
	} else if (!strcmp(traced->event, "mm_vmscan_memcg_reclaim_begin")) {
		t->reclaims_since = traced->ns;
	} else if (t->reclaims_since) {
		t->reclaimed += traced->ns - t->reclaims_since;
		if (t->nr < MOST_RECLAIMS)
			t->reclaim[t->nr] = traced->ns - t->reclaims_since;
		t->nr++;
		t->reclaims_since = 0;
	}
}

/* Whether "a" has waited often enough; on some kernels one wait is for many pages */
static bool enough_waits(void)
{
	struct headroom_cgroup *cg = module_read("a");
	uint64_t waits = 0;

	if (cg)
		waits = headroom_stats_stall(&cg->local, CAUSE(REFAULT))->count +
			headroom_stats_stall(&cg->local, CAUSE(SWAP_IN))->count;
	headroom_cgroup_free(cg);
	return waits >= 300;
}

/*
 * Another process evicts, so that the task that uses the memory never reclaims. The disk
 * @_disk is limited to 100 reads per second: with a fast disk, most of a stall would be the
 * submission of the read, which no event shows. With this limit it is between 5 and 10 %,
 * more where the emulator has to share its CPU.
 */
#define RUN_IN_ROUNDS(_job, _amount, _disk)					\
	do {									\
		char _max[64];							\
		pid_t _pid;							\
										\
		snprintf(_max, sizeof(_max), "%s riops=100", disk_number(_disk)); \
		ASSERT_EQ(0, cgroup_write(ROOT, "cgroup.subtree_control", "+io")); \
		ASSERT_EQ(0, cgroup_write("", "cgroup.subtree_control", "+io"));\
		ASSERT_EQ(0, pipe((_job)->used));				\
		ASSERT_EQ(0, pipe((_job)->evicted));				\
		_pid = cgroup_start("a", use_in_rounds, _job);			\
		ASSERT_LT(0, _pid);						\
		EXPECT_EQ(0, trace_stalls(_pid));				\
		close((_job)->used[1]);						\
		close((_job)->evicted[0]);					\
		EXPECT_EQ(0, evict_in_rounds(_job, "a", _amount, _max, enough_waits)); \
		close((_job)->used[0]);						\
		EXPECT_EQ(0, wait_child(_pid));					\
		EXPECT_EQ(0, cgroup_write("", "cgroup.subtree_control", "-io"));\
		EXPECT_EQ(0, cgroup_write(ROOT, "cgroup.subtree_control", "-io")); \
		EXPECT_EQ(0, tracing_read(see_truth, &truth));			\
	} while (0)

/* Each wait that the kernel has marked was counted */
#define EXPECT_TRACED_WAITS(_cause)						\
	do {									\
		const struct headroom_stall *_stall =				\
			headroom_stats_stall(&self->cg->local, _cause);		\
										\
		TH_LOG("traced: %" PRIu64 " waits in %.1f ms, marked for %.1f ms", \
		       truth.nr_waits, truth.waited / 1e6, truth.marked / 1e6);	\
		EXPECT_EQ(0, truth.marks);					\
		EXPECT_EQ(0, truth.nr);						\
		EXPECT_NEAR(truth.marked, self->psi, 0.05);			\
		EXPECT_EQ(truth.nr_waits, _stall->count);			\
		EXPECT_AS_TRACED(truth.waited, _stall->total);			\
	} while (0)

/*
 * The pages have to be in the working set when they are evicted, and the rest of it has to
 * be larger than the part that was evicted: only then does the kernel count the wait for
 * them as a stall. Readahead is off, since no task waits for pages read ahead.
 */
FIXTURE(refault)
{
	struct headroom_cgroup *cg;
	int64_t psi;
	int readahead;
};

FIXTURE_VARIANT(refault)
{
	bool read;
};

FIXTURE_VARIANT_ADD(refault, mapped) { .read = false };
FIXTURE_VARIANT_ADD(refault, read) { .read = true };

FIXTURE_SETUP(refault)
{
	if (access("/proc/pressure/memory", R_OK))
		SKIP(return, "PSI is off");
	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	ASSERT_EQ(0, swap_use(SWAP_NONE));
	self->readahead = scratch_readahead(0);
	ASSERT_LE(0, self->readahead);
	ASSERT_EQ(0, module_reload(TABLE));
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, cgroup_create("a"));
}

FIXTURE_TEARDOWN(refault)
{
	headroom_cgroup_free(self->cg);
	tracing_end();
	cgroup_cleanup();
	unlink(FILE_A);
	scratch_readahead(self->readahead);
	swap_restore();
}

TEST_F_TIMEOUT(refault, is_the_only_cause, 300)
{
	struct rounds_job job = {
		.path = FILE_A, .read = variant->read, .size = 12 * MIB, .rounds = 10,
	};

	ASSERT_EQ(0, create_file(FILE_A, job.size));
	RUN_IN_ROUNDS(&job, "768K", SCRATCH);
	if (job.read && lru_is_mglru() && !truth.marked) {
		/* MGLRU counts next to no page that is only read as working set */
		READ("a");
		EXPECT_LT(200, self->cg->local.refaults);
		EXPECT_EQ(0, self->cg->local.stall_total);
		return;
	}
	READ_WITH_PSI();
	EXPECT_LT(200, LOCAL(REFAULT)->count);
	EXPECT_GE(self->cg->local.refaults,
		  LOCAL(REFAULT)->count);
	EXPECT_ALONE(CAUSE(REFAULT));
	EXPECT_TRACED_WAITS(CAUSE(REFAULT));
	EXPECT_GE(1.05 * self->psi, (double)self->cg->local.stall_total);
}

TEST_F_TIMEOUT(causes, swap_in, 300)
{
	struct rounds_job job = { .size = 12 * MIB, .rounds = 10 };

	RUN_IN_ROUNDS(&job, "768K", swap_path());
	READ_WITH_PSI();
	EXPECT_LT(200, LOCAL(SWAP_IN)->count);
	EXPECT_ALONE(CAUSE(SWAP_IN));
	EXPECT_TRACED_WAITS(CAUSE(SWAP_IN));
	EXPECT_GE(1.05 * self->psi, (double)self->cg->local.stall_total);
}

/* Intervals of one task between two events; they do not nest */
struct intervals {
	pid_t pid;
	const char *begin;
	const char *end;
	int64_t began;
	int64_t total;
	uint64_t nr;
};

static void see_interval(void *arg, const struct traced *traced)
{
	struct intervals *in = arg;

	if (traced->pid != in->pid)
		return;
	if (!strcmp(traced->event, in->begin)) {
		in->began = traced->ns;
	} else if (!strcmp(traced->event, in->end) && in->began) {
		in->total += traced->ns - in->began;
		in->nr++;
		in->began = 0;
	}
}

/* Its own code is locked in memory while the machine is short of huge pages */
static int take_huge_pages(void *arg)
{
	return pin_to_cpu(0, 0) || mlockall(MCL_CURRENT) ||
	       set_sysctl("vm/nr_hugepages", *(int *)arg) < 0;
}

/* What one task did, as traced */
struct task_traced {
	struct intervals compaction;
	struct intervals reclaim;
};

static void see_task(void *arg, const struct traced *traced)
{
	struct task_traced *task = arg;

	see_interval(&task->compaction, traced);
	see_interval(&task->reclaim, traced);
}

static int trace_task(pid_t pid)
{
	static const char *const events[] = {
		"compaction/mm_compaction_begin", "compaction/mm_compaction_end",
		"vmscan/mm_vmscan_direct_reclaim_begin", "vmscan/mm_vmscan_direct_reclaim_end",
	};
	char filter[64];
	size_t i;

	snprintf(filter, sizeof(filter), "common_pid == %d", pid);
	if (tracing_begin(2048))
		return -1;
	for (i = 0; i < sizeof(events) / sizeof(*events); i++)
		if (tracing_event(events[i], filter))
			return -1;
	return 0;
}

/*
 * A task has used all memory and freed most of it again in small pieces: there is enough
 * free memory, but it is fragmented. A task of the new cgroup "a" allocates huge pages.
 * Returns how many it got, or -1.
 */
static int64_t compact_memory(struct task_traced *traced)
{
	struct hold_job hold = { .leave = 64 * MIB, .holes = true };
	int pages = 120;
	struct gate_job gate = { .work = take_huge_pages, .arg = &pages };
	pid_t holder, pid;
	char token = 0;
	bool failed;

	*traced = (struct task_traced){
		.compaction = { .begin = "mm_compaction_begin", .end = "mm_compaction_end" },
		.reclaim = { .begin = "mm_vmscan_direct_reclaim_begin",
			     .end = "mm_vmscan_direct_reclaim_end" },
	};
	if (cgroup_remove("a") || cgroup_create("a") || pipe(hold.done) || pipe(gate.go))
		return -1;
	holder = cgroup_start("b", hold_memory, &hold);
	close(hold.done[1]);
	pid = cgroup_start("a", work_behind_gate, &gate);
	traced->compaction.pid = pid;
	traced->reclaim.pid = pid;
	failed = holder < 0 || pid < 0 || read(hold.done[0], &token, 1) != 1 ||
		 trace_task(pid) || write(gate.go[1], &token, 1) != 1 || wait_child(pid) ||
		 tracing_read(see_task, traced);
	pages = set_sysctl("vm/nr_hugepages", 0);
	end_child(holder);
	close(hold.done[0]);
	close(gate.go[0]);
	close(gate.go[1]);
	return failed ? -1 : pages;
}

/*
 * Proactive compaction is off, since kcompactd would compact the memory before the task
 * does. kcompactd may still be faster; or compaction failed, and the kernel reclaims for a
 * while instead. Then the task compacts nothing, and the test tries again.
 */
TEST_F_TIMEOUT(causes, compaction, 300)
{
	int64_t proactive = set_sysctl("vm/compaction_proactiveness", 0), pages;
	const struct headroom_stats *local;
	struct task_traced traced;
	int tries = 0, i;

	ASSERT_EQ(0, cgroup_create("b"));
	do {
		pages = compact_memory(&traced);
	} while (pages >= 0 && !traced.compaction.nr && ++tries < 10);
	set_sysctl("vm/compaction_proactiveness", proactive);
	ASSERT_LE(0, pages);
	READ_WITH_PSI();
	local = &self->cg->local;
	TH_LOG("%" PRId64 " huge pages, after %d tries without compaction", pages, tries);
	TH_LOG("traced: compaction %" PRIu64 " in %.1f ms, direct reclaim %" PRIu64 " in %.1f ms",
	       traced.compaction.nr, traced.compaction.total / 1e6,
	       traced.reclaim.nr, traced.reclaim.total / 1e6);
	EXPECT_LT(0, traced.compaction.nr);
	EXPECT_EQ(traced.compaction.nr, headroom_stats_stall(local, CAUSE(COMPACTION))->count);
	EXPECT_AS_TRACED(traced.compaction.total,
		  headroom_stats_stall(local, CAUSE(COMPACTION))->total);
	EXPECT_EQ(traced.reclaim.nr, headroom_stats_stall(local, CAUSE(DIRECT_RECLAIM))->count);
	EXPECT_AS_TRACED(traced.reclaim.total,
		  headroom_stats_stall(local, CAUSE(DIRECT_RECLAIM))->total);
	for (i = 1; i < CAUSE(THROTTLED_WRITEBACK); i++) {
		if (i == CAUSE(COMPACTION) || i == CAUSE(DIRECT_RECLAIM))
			continue;
		EXPECT_GE(0.01 * self->cg->local.stall_total, headroom_stats_stall(local, i)->total)
			TH_LOG("%s", names[i]);
	}
	/* The task is not pinned: PSI can be off by a fifth, the trace is not */
	EXPECT_LT(0, self->psi);
}

/* A task of the cgroup asks, so that it would be charged if this were a stall */
TEST_F_TIMEOUT(causes, proactive_reclaim, 300)
{
	struct cgroup_setting order = { "a", "memory.reclaim", "16M" };
	struct read_job job = { .path = FILE_A, .passes = 1 };
	const struct headroom_stall *asked;

	ASSERT_EQ(0, create_file(FILE_A, 32 * MIB));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	ASSERT_EQ(0, cgroup_run("a", cgroup_apply, &order));
	READ("a");
	print_stalls(&self->cg->local, -1);
	asked = LOCAL(PROACTIVE_RECLAIM);
	EXPECT_LT(0, asked->count);
	EXPECT_LT(0, asked->total);
	EXPECT_EQ(asked->count, headroom_histogram_count(&asked->latency));
	EXPECT_EQ(0, self->cg->local.stall_total);
	EXPECT_EQ(0, sum_of_causes(&self->cg->local));
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The value of that rank or of its neighbours, and a quarter more, the width of a bucket */
#define EXPECT_QUANTILE(_truth, _histogram, _q)					\
	do {									\
		size_t _rank = (_q) * (_truth)->nr;				\
		double _low = (_truth)->reclaim[_rank - 1];			\
		double _high = (_truth)->reclaim[_rank + 1];			\
		double _ours = headroom_histogram_quantile(_histogram, _q);	\
										\
		TH_LOG("p%g: %.1f us, traced %.1f to %.1f us", 100 * (_q),	\
		       _ours / 1e3, _low / 1e3, _high / 1e3);			\
		EXPECT_LE(_low / 1.25, _ours);					\
		EXPECT_GE(_high * 1.25, _ours);					\
	} while (0)

/*
 * The task may move between CPUs. PSI is not exact then, see Documentation/stall.rst; the
 * task's own intervals are.
 */
TEST_F_TIMEOUT(causes, counts_equal_the_trace, 300)
{
	struct random_job job = { .size = 128 * MIB, .part = 68 * MIB, .touches = 40000 };
	struct gate_job gate = { .work = touch_at_random, .arg = &job };
	const struct headroom_stall *memcg, *swap_in;
	const struct headroom_stats *local;
	struct truth *t = &truth;
	char token = 0;
	pid_t pid;

	ASSERT_EQ(0, cgroup_write("a", "memory.max", "64M"));
	ASSERT_EQ(0, pipe(gate.go));
	pid = cgroup_start("a", work_behind_gate, &gate);
	ASSERT_LT(0, pid);
	EXPECT_EQ(0, trace_stalls(pid));
	EXPECT_EQ(1, write(gate.go[1], &token, 1));
	EXPECT_EQ(0, wait_child(pid));
	EXPECT_EQ(0, tracing_read(see_truth, t));
	READ("a");
	local = &self->cg->local;
	print_stalls(local, cgroup_pressure("a", "some"));
	TH_LOG("traced: %zu reclaims in %.1f ms, %" PRIu64
	       " waits in %.1f ms, marked for %.1f ms", t->nr, t->reclaimed / 1e6,
	       t->nr_waits, t->waited / 1e6, t->marked / 1e6);
	memcg = headroom_stats_stall(local, CAUSE(MEMCG_RECLAIM));
	swap_in = headroom_stats_stall(local, CAUSE(SWAP_IN));
	ASSERT_LT(100, t->nr);
	ASSERT_GE(MOST_RECLAIMS, t->nr);
	EXPECT_EQ(0, t->marks);
	EXPECT_EQ(t->nr, memcg->count);
	EXPECT_AS_TRACED(t->reclaimed, memcg->total);
	EXPECT_EQ(t->nr_waits, swap_in->count + headroom_stats_stall(local, CAUSE(REFAULT))->count +
		  headroom_stats_stall(local, CAUSE(OTHER))->count);
	EXPECT_AS_TRACED(t->reclaimed + t->waited, local->stall_total);
	/* The kernel has marked all time that is counted as a stall */
	EXPECT_GE(1.02 * t->marked + 1e8, (double)local->stall_total);

	qsort(t->reclaim, t->nr, sizeof(*t->reclaim), by_size);
	EXPECT_QUANTILE(t, &memcg->latency, 0.5);
	EXPECT_QUANTILE(t, &memcg->latency, 0.99);
	EXPECT_EQ(0, module_dropped());
}

static int stalled_get(struct headroom_stalled **stalled, size_t *nr)
{
	struct headroom *h = NULL;
	int err;

	*stalled = NULL;
	*nr = 0;
	err = headroom_open(&h);
	if (!err)
		err = headroom_stalled_get(h, stalled, nr);
	if (err)
		fprintf(stderr, "# cannot read the list of stalled tasks: %s\n", strerror(-err));
	headroom_close(h);
	return err;
}

/* Tasks that are in a stall: the larger of the status and the list, or -1 */
static int64_t stalled_tasks(void)
{
	int64_t counted = MODULE_STATUS(stalled);
	struct headroom_stalled *stalled;
	size_t nr;

	if (stalled_get(&stalled, &nr))
		return -1;
	free(stalled);
	return counted > (int64_t)nr ? counted : (int64_t)nr;
}

static bool no_task_is_stalled(void *unused)
{
	return !stalled_tasks();
}

/* Other tasks of the machine may stall as well, but not for long */
static bool all_stalls_end(void)
{
	return wait_until(no_task_is_stalled, NULL, 240);
}

/* A sleep for memory.high takes up to two seconds: long enough to be listed twice */
TEST_F_TIMEOUT(causes, stalled_task_is_listed, 300)
{
	struct anon_job job = { .size = 32 * MIB, .passes = 1, .cpu = 0 };
	struct headroom_stalled *stalled;
	uint64_t time = 0;
	bool grew = false, listed = false;
	size_t nr, k;
	pid_t pid;
	int i;

	ASSERT_EQ(0, cgroup_write("a", "memory.high", "16M"));
	ASSERT_EQ(0, cgroup_write("a", "memory.swap.max", "0"));
	pid = cgroup_start("a", touch_memory, &job);
	ASSERT_LT(0, pid);
	for (i = 0; i < 2000 && !grew; i++) {
		usleep(10000);
		ASSERT_EQ(0, stalled_get(&stalled, &nr));
		for (k = 0; k < nr; k++) {
			if (stalled[k].pid != pid ||
			    stalled[k].cause != CAUSE(MEMORY_HIGH_THROTTLE))
				continue;
			listed = true;
			EXPECT_EQ(cgroup_id("a"), stalled[k].cgroup);
			EXPECT_GT(10000000000LL, stalled[k].time);
			grew |= time && stalled[k].time > time;
			time = stalled[k].time;
		}
		free(stalled);
	}
	EXPECT_TRUE(listed);
	EXPECT_TRUE(grew);
	end_child(pid);
	EXPECT_TRUE(all_stalls_end());
}

static uint64_t memcg_stalls(const char *cgroup)
{
	struct headroom_cgroup *cg = module_read(cgroup);
	uint64_t count = cg ? headroom_stats_stall(&cg->local, CAUSE(MEMCG_RECLAIM))->count : 0;

	headroom_cgroup_free(cg);
	return count;
}

static bool has_memcg_stalls(void *cgroup)
{
	return memcg_stalls(cgroup);
}

#define CROWD	200

/*
 * 200 tasks in "a/x" want more than there is, while the kernel counts ends of reclaim and
 * of throttling. Of the tasks found in a stall, a third is killed and a third is moved to
 * "a/y".
 */
struct crowded {
	struct crowd crowd;
	enum { RUNS, MOVED, KILLED } state[CROWD];
	int killed;
	int moved;
	size_t most;		/* stalled at once */
	int64_t reclaims;	/* as the kernel counts */
	int64_t throttled[4];	/* by the kernel's reasons */
};

static bool tasks_are_isolated(void *unused)
{
	return tracing_counted(THROTTLED, 1 << 1, find_kswapd());
}

/* Kills or moves one task that was found in a stall; 0 or -1 */
static int kill_or_move(struct crowded *c, int i)
{
	char text[16];

	if (c->killed < c->moved && c->killed < CROWD / 3) {
		kill(c->crowd.pid[i], SIGKILL);
		c->state[i] = KILLED;
		c->killed++;
	} else if (c->moved < CROWD / 3) {
		snprintf(text, sizeof(text), "%d", c->crowd.pid[i]);
		if (cgroup_write("a/y", "cgroup.procs", text))
			return -1;
		c->state[i] = MOVED;
		c->moved++;
	}
	return 0;
}

static bool enough_killed_and_moved(void *arg)
{
	struct headroom_stalled *stalled;
	struct crowded *c = arg;
	size_t nr, k;
	int i;

	if (stalled_get(&stalled, &nr))
		return false;
	c->most = nr > c->most ? nr : c->most;
	for (k = 0; k < nr; k++) {
		for (i = 0; i < CROWD && c->crowd.pid[i] != stalled[k].pid; i++)
			;
		if (i < CROWD && c->state[i] == RUNS && kill_or_move(c, i))
			break;
	}
	free(stalled);
	return c->killed >= CROWD / 3 && c->moved >= CROWD / 3;
}

static void run_crowd(struct __test_metadata *_metadata, struct crowded *c)
{
	int reason;

	ASSERT_EQ(0, tracing_count(RECLAIM_END, "common_pid"));
	ASSERT_EQ(0, tracing_count(THROTTLED, "reason,common_pid"));
	ASSERT_EQ(0, crowd_start(&c->crowd, "a/x"));
	/* So many tasks isolate pages that others have to wait for them; not with MGLRU */
	if (!lru_is_mglru())
		EXPECT_TRUE(wait_until(tasks_are_isolated, NULL, 240));
	EXPECT_TRUE(wait_until(enough_killed_and_moved, c, 240));
	TH_LOG("up to %zu stalled at once, %d killed, %d moved", c->most, c->killed, c->moved);
	/* The first stall that is charged to "a/y" is the next one of a task moved there */
	EXPECT_TRUE(wait_until(has_memcg_stalls, "a/y", 240));
	EXPECT_EQ(0, crowd_end(&c->crowd));
	EXPECT_TRUE(all_stalls_end());
	c->reclaims = tracing_counted(RECLAIM_END, -1, -1);
	for (reason = 0; reason < 4; reason++)
		c->throttled[reason] = tracing_counted(THROTTLED, 1 << reason, find_kswapd());
	tracing_count_end(RECLAIM_END, "common_pid");
	tracing_count_end(THROTTLED, "reason,common_pid");
}

/* Each reclaim that was traced is counted as one, or as dropped */
static void check_reclaims(struct __test_metadata *_metadata, const struct headroom_stats *all,
			   int64_t traced)
{
	int64_t dropped = MODULE_STATUS(dropped.stall_slots);
	int64_t counted = headroom_stats_stall(all, CAUSE(MEMCG_RECLAIM))->count +
			  headroom_stats_stall(all, CAUSE(MEMORY_HIGH_RECLAIM))->count +
			  headroom_stats_stall(all, CAUSE(PROACTIVE_RECLAIM))->count;

	TH_LOG("%" PRId64 " reclaims traced, %" PRId64 " counted, %" PRId64 " dropped",
	       traced, counted, dropped);
	EXPECT_LT(0, traced);
	EXPECT_LE(0, dropped);
	EXPECT_GE(traced, counted);
	EXPECT_LE(traced, counted + dropped);
	EXPECT_EQ(0, MODULE_STATUS(dropped.reclaim_slots));
	EXPECT_EQ(sum_of_causes(all), all->stall_total);
}

/* enum headroom_stall_cause lists the reasons in another order than the kernel */
static void check_throttling(struct __test_metadata *_metadata, const struct headroom_stats *all,
			     const int64_t *traced)
{
	static const int causes[] = {
		CAUSE(THROTTLED_WRITEBACK), CAUSE(THROTTLED_ISOLATED),
		CAUSE(THROTTLED_NOPROGRESS), CAUSE(THROTTLED_CONGESTED),
	};
	int reason;

	EXPECT_TRUE(lru_is_mglru() || traced[1]);
	for (reason = 0; reason < 4; reason++) {
		TH_LOG("%s: %" PRId64 " traced", names[causes[reason]], traced[reason]);
		EXPECT_EQ(traced[reason], headroom_stats_stall(all, causes[reason])->count);
	}
}

TEST_F_TIMEOUT(causes, every_stall_of_a_crowd_is_counted, 600)
{
	struct crowded crowded = { .crowd = { .work = touch_and_rest, .nr = CROWD } };

	ASSERT_EQ(0, cgroup_write("a", "cgroup.subtree_control", "+memory"));
	ASSERT_EQ(0, cgroup_create("a/x"));
	ASSERT_EQ(0, cgroup_create("a/y"));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "72M"));
	run_crowd(_metadata, &crowded);
	EXPECT_LE(CROWD / 3, crowded.killed);
	EXPECT_LE(CROWD / 3, crowded.moved);
	READ(ROOT);
	print_stalls(&self->cg->subtree, -1);
	check_reclaims(_metadata, &self->cg->subtree, crowded.reclaims);
	check_throttling(_metadata, &self->cg->subtree, crowded.throttled);

	/* Both cgroups had stalls, and their parent had no others */
	EXPECT_LT(0, memcg_stalls("a/x"));
	EXPECT_LT(0, memcg_stalls("a/y"));
	READ("a");
	EXPECT_EQ(memcg_stalls("a/x") + memcg_stalls("a/y"), SUBTREE(MEMCG_RECLAIM)->count);
}

static int set_stalls(const char *value)
{
	int fd = open(PARAMETER, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, value, 1);
	close(fd);
	return n == 1 ? 0 : -1;
}

static uint64_t all_stalls(const struct headroom_stats *stats)
{
	uint64_t sum = 0;
	int cause;

	for (cause = 1; cause < HEADROOM_STALL_CAUSES; cause++)
		sum += headroom_stats_stall(stats, cause)->count;
	return sum;
}

TEST_F_TIMEOUT(causes, nothing_is_counted_while_off, 300)
{
	struct anon_job job = { .size = 32 * MIB, .passes = 2, .cpu = 0 };
	struct read_job file = { .path = FILE_A, .passes = 2 };
	uint64_t before, refaults;

	ASSERT_EQ(0, module_reload("stalls=N " TABLE));
	EXPECT_EQ(0, module_hook("sched_switch"));
	EXPECT_EQ(0, module_hook("mm_compaction_begin"));
	EXPECT_EQ(0, module_hook("mm_vmscan_throttled"));
	EXPECT_EQ(1, module_hook("mm_vmscan_memcg_reclaim_begin"));
	EXPECT_EQ(0, MODULE_STATUS(stalls));
	ASSERT_EQ(0, create_file(FILE_A, 32 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "24M"));
	ASSERT_EQ(0, cgroup_run("a", touch_memory, &job));
	ASSERT_EQ(0, cgroup_run("a", read_file, &file));
	READ("a");
	EXPECT_LT(0, cgroup_pressure("a", "some"));
	EXPECT_EQ(0, all_stalls(&self->cg->local));
	EXPECT_EQ(0, self->cg->local.stall_total);
	refaults = self->cg->local.refaults;
	EXPECT_LT(0, refaults);

	ASSERT_EQ(0, set_stalls("Y"));
	EXPECT_EQ(1, module_hook("sched_switch"));
	ASSERT_EQ(0, cgroup_run("a", touch_memory, &job));
	READ("a");
	before = all_stalls(&self->cg->local);
	EXPECT_LT(0, LOCAL(MEMCG_RECLAIM)->count);

	ASSERT_EQ(0, set_stalls("N"));
	EXPECT_EQ(0, module_hook("sched_switch"));
	ASSERT_EQ(0, cgroup_run("a", touch_memory, &job));
	ASSERT_EQ(0, cgroup_run("a", read_file, &file));
	READ("a");
	EXPECT_EQ(before, all_stalls(&self->cg->local));
	EXPECT_LT(refaults, self->cg->local.refaults);
	EXPECT_EQ(0, stalled_tasks());
}

/* Switching off drops the stalls that are open; when they end later, no new stall opens */
TEST_F_TIMEOUT(causes, switching_under_load, 300)
{
	struct anon_job job = { .size = 4 * MIB, .passes = INT_MAX, .cpu = -1 };
	pid_t pid[8];
	int i;

	ASSERT_EQ(0, cgroup_write("a", "memory.max", "16M"));
	for (i = 0; i < 8; i++) {
		pid[i] = cgroup_start("a", touch_memory, &job);
		ASSERT_LT(0, pid[i]);
	}
	for (i = 0; i < 50; i++) {
		ASSERT_EQ(0, set_stalls("N"));
		EXPECT_EQ(0, stalled_tasks());
		ASSERT_EQ(0, set_stalls("Y"));
		usleep(20000);
	}
	for (i = 0; i < 8; i++)
		end_child(pid[i]);
	EXPECT_TRUE(all_stalls_end());
	READ("a");
	print_stalls(&self->cg->local, -1);
	EXPECT_LT(0, LOCAL(MEMCG_RECLAIM)->count);
	/* A stall that began before the first switch would be as long as all of it */
	EXPECT_EQ(sum_of_causes(&self->cg->local), self->cg->local.stall_total);
	ASSERT_EQ(0, set_stalls("N"));
	EXPECT_EQ(0, stalled_tasks());
}

/*
 * The module did not see the begin of reclaim that began before stalls were switched on. A
 * task that sleeps in the middle of such reclaim is not charged with the cause "other".
 */
TEST_F_TIMEOUT(causes, switching_on_in_reclaim, 600)
{
	struct crowd crowd = { .work = touch_and_rest, .nr = CROWD };
	int i;

	ASSERT_EQ(0, cgroup_write("a", "memory.max", "72M"));
	ASSERT_EQ(0, crowd_start(&crowd, "a"));
	/* Four times, and until reclaim that began while stalls were tracked has also ended */
	for (i = 0; i < 4 || (i < 60 && !LOCAL(MEMCG_RECLAIM)->count); i++) {
		ASSERT_EQ(0, set_stalls("N"));
		usleep(200000);
		ASSERT_EQ(0, set_stalls("Y"));
		usleep(200000);
		READ("a");
	}
	EXPECT_EQ(0, crowd_end(&crowd));
	READ("a");
	print_stalls(&self->cg->local, -1);
	EXPECT_LT(0, LOCAL(MEMCG_RECLAIM)->count);
	EXPECT_EQ(0, LOCAL(OTHER)->count);
}

TEST_HARNESS_MAIN
