// SPDX-License-Identifier: GPL-2.0
/*
 * Stalls by cause: each cause alone, against the kernel's pressure totals and
 * against its tracing; who is in a stall; and many tasks at once
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
/* Large enough that no bucket of the table overflows */
#define TABLE		"table_entries=1048576"
/* The root of all cgroups, seen from the test's */
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

static void tell(const struct headroom_stats *stats, int64_t psi)
{
	int cause;

	if (psi >= 0)
		fprintf(stderr, "# stalls %.1f ms, PSI some %.1f ms: %.1f %%\n",
			stats->stall_total / 1e6, psi / 1e6,
			psi ? 100.0 * stats->stall_total / psi : 0);
	for (cause = 1; cause < HEADROOM_STALL_CAUSES; cause++)
		if (headroom_stats_stall(stats, cause)->count)
			fprintf(stderr, "# %s: %" PRIu64 " in %.1f ms, %.2f %%\n",
				names[cause], headroom_stats_stall(stats, cause)->count,
				headroom_stats_stall(stats, cause)->total / 1e6,
				stats->stall_total ? 100.0 * headroom_stats_stall(stats,
						cause)->total /
						     stats->stall_total : 0);
}

/* What is throttled is inside of others, and proactive reclaim is none */
static uint64_t sum_of_causes(const struct headroom_stats *stats)
{
	uint64_t sum = 0;
	int cause;

	for (cause = 1; cause < CAUSE(THROTTLED_WRITEBACK); cause++)
		sum += headroom_stats_stall(stats, cause)->total;
	return sum;
}

/* The disk that is swapped to */
static const char *swap_disk(void)
{
	static char path[200];
	FILE *f = fopen("/proc/swaps", "re");

	*path = 0;
	if (f) {
		if (fscanf(f, "%*[^\n] %199s", path) != 1)
			*path = 0;
		fclose(f);
	}
	return path;
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

#define READ(name)						\
	do {							\
		headroom_cgroup_free(self->cg);			\
		self->cg = module_read(name);			\
		ASSERT_NE(NULL, self->cg);			\
	} while (0)

/*
 * Reads "a" when its work is done. The file comes first: reading it brings the
 * kernel's totals up to date, which the module takes as they are.
 */
#define READ_BESIDE_PSI()							\
	do {									\
		self->psi = cgroup_pressure("a", "some");			\
		ASSERT_LT(0, self->psi);					\
		READ("a");							\
		tell(&self->cg->local, self->psi);				\
		EXPECT_TRUE(self->cg->psi);					\
		EXPECT_EQ(self->psi / 1000, self->cg->psi_some / 1000);		\
		EXPECT_EQ(sum_of_causes(&self->cg->local),			\
			  self->cg->local.stall_total);				\
	} while (0)

/* One cause, and hardly anything of the others; @_besides may be more than that */
#define EXPECT_ALONE_BUT(_cause, _besides)					\
	do {									\
		const struct headroom_stats *_local = &self->cg->local;		\
		int _i;								\
										\
		EXPECT_LT(0, headroom_stats_stall(_local, _cause)->count);			\
		EXPECT_LE(0.9 * _local->stall_total, headroom_stats_stall(_local, _cause)->total); \
		for (_i = 1; _i < CAUSE(THROTTLED_WRITEBACK); _i++) {		\
			if (_i == (_cause) || _i == (_besides))			\
				continue;					\
			EXPECT_GE(0.01 * _local->stall_total,			\
				  headroom_stats_stall(_local, _i)->total)			\
				TH_LOG("%s", names[_i]);			\
		}								\
	} while (0)

#define EXPECT_ALONE(_cause)	EXPECT_ALONE_BUT(_cause, 0)

/*
 * What is traced at the same places. The emulator may stop a CPU for a tenth of a
 * second, to run another one, between the moments at which both look at the clock.
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
 * Memory is filled beyond memory.max, and never used again. With less than this,
 * all of it may be on its way to a slow disk at once, and the kernel kills the task.
 */
TEST_F_TIMEOUT(causes, memcg_reclaim, 300)
{
	struct anon_job job = { .size = 192 * MIB, .passes = 1, .cpu = 0 };

	ASSERT_EQ(0, cgroup_write("a", "memory.max", "64M"));
	ASSERT_EQ(0, cgroup_run("a", touch_memory, &job));
	READ_BESIDE_PSI();
	EXPECT_ALONE(CAUSE(MEMCG_RECLAIM));
	EXPECT_NEAR(self->psi, self->cg->local.stall_total, 0.05);
	EXPECT_EQ(0, module_dropped());
}

/*
 * The pages of a file are clean, so that memory.high is easily kept. The stalls are
 * short, and what the kernel does between the mark and the event is a share of them.
 */
TEST_F_TIMEOUT(causes, memory_high_reclaim, 300)
{
	struct read_job job = { .path = FILE_A, .passes = 1 };

	ASSERT_EQ(0, create_file(FILE_A, 256 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "memory.high", "24M"));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	READ_BESIDE_PSI();
	EXPECT_ALONE(CAUSE(MEMORY_HIGH_RECLAIM));
	EXPECT_NEAR(self->psi, self->cg->local.stall_total, 0.35);
}

/*
 * Without swap reclaim gets nothing, and memory.high is kept by sleeping. Before
 * each sleep the kernel tries to reclaim 17 times: the one is not to be had without
 * the other.
 */
TEST_F_TIMEOUT(causes, memory_high_throttle, 300)
{
	struct anon_job job = { .size = 18 * MIB, .passes = 1, .cpu = 0 };

	ASSERT_EQ(0, cgroup_write("a", "memory.high", "16M"));
	ASSERT_EQ(0, cgroup_write("a", "memory.swap.max", "0"));
	ASSERT_EQ(0, cgroup_run("a", touch_memory, &job));
	READ_BESIDE_PSI();
	EXPECT_ALONE_BUT(CAUSE(MEMORY_HIGH_THROTTLE), CAUSE(MEMORY_HIGH_RECLAIM));
	EXPECT_NEAR(self->psi, self->cg->local.stall_total, 0.05);
}

/*
 * The machine is short. kswapd gets next to nothing of the CPU, so that the task
 * has to reclaim itself; and nothing of it is ever read back. The mark lasts until
 * the task has its page, or has emptied the lists of all CPUs to find one: there
 * is no event for that.
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
	kill(holder, SIGKILL);
	wait_child(holder);
	ASSERT_EQ(0, status);
	READ_BESIDE_PSI();
	TH_LOG("throttled before it began: %" PRId64 " times",
	       vmstat("pgscan_direct_throttle") - before);
	EXPECT_ALONE(CAUSE(DIRECT_RECLAIM));
	EXPECT_NEAR(self->psi, self->cg->local.stall_total, 0.15);
}

#define MOST_RECLAIMS	16384

/*
 * What a task's stalls are by the kernel's tracing: reclaim from its begin to its
 * end; and else, where the kernel has marked the task, from when it leaves the
 * CPU to sleep until it is back.
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

/* Begins to trace the stalls of a task that has none yet */
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
	/* Who is preempted does not wait for memory */
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

/* Whether "a" has waited often enough: on some kernels each time is for many pages */
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
 * Evicted by somebody else, so that the task that uses it reclaims nothing. The
 * disk @_disk delivers no more than 100 pages in a second: where it is fast, most of
 * a stall is that the task asks for the page, of which no event tells. That is
 * between a twentieth and a tenth of it then, more where the emulator has to share
 * its CPU.
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

/* The waits that the kernel has marked, of which each is seen */
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
 * The pages have to be in the working set when they are evicted, and the rest of
 * it has to be larger than what was evicted: only then does the kernel take the
 * wait for them for a stall. No page is read ahead, which nobody waits for.
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

TEST_F_TIMEOUT(refault, alone, 300)
{
	struct rounds_job job = {
		.path = FILE_A, .read = variant->read, .size = 12 * MIB, .rounds = 10,
	};

	ASSERT_EQ(0, create_file(FILE_A, job.size));
	RUN_IN_ROUNDS(&job, "768K", SCRATCH);
	if (job.read && lru_is_mglru() && !truth.marked) {
		/* It takes hardly anything that is only read for a working set */
		READ("a");
		EXPECT_LT(200, self->cg->local.refaults);
		EXPECT_EQ(0, self->cg->local.stall_total);
		return;
	}
	READ_BESIDE_PSI();
	EXPECT_LT(200, headroom_stats_stall(&self->cg->local, CAUSE(REFAULT))->count);
	EXPECT_GE(self->cg->local.refaults,
		  headroom_stats_stall(&self->cg->local, CAUSE(REFAULT))->count);
	EXPECT_ALONE(CAUSE(REFAULT));
	EXPECT_TRACED_WAITS(CAUSE(REFAULT));
	EXPECT_GE(1.05 * self->psi, (double)self->cg->local.stall_total);
	EXPECT_LE(0.7 * self->psi, (double)self->cg->local.stall_total);
}

TEST_F_TIMEOUT(causes, swap_in, 300)
{
	struct rounds_job job = { .size = 12 * MIB, .rounds = 10 };

	RUN_IN_ROUNDS(&job, "768K", swap_disk());
	READ_BESIDE_PSI();
	EXPECT_LT(200, headroom_stats_stall(&self->cg->local, CAUSE(SWAP_IN))->count);
	EXPECT_ALONE(CAUSE(SWAP_IN));
	EXPECT_TRACED_WAITS(CAUSE(SWAP_IN));
	EXPECT_GE(1.05 * self->psi, (double)self->cg->local.stall_total);
	EXPECT_LE(0.7 * self->psi, (double)self->cg->local.stall_total);
}

/* Intervals between two events of one task, of which one is open at a time */
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

/* Its own code stays in memory, though the machine is short of huge pages */
static int take_huge_pages(void *arg)
{
	return pin_to_cpu(0, 0) || mlockall(MCL_CURRENT) || set_sysctl("vm/nr_hugepages", *(int *)arg) < 0;
}

/* What one task does between events, as traced */
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
 * Somebody has used all memory and given up most of it again, here and there:
 * there is enough, but not in one piece. A task of the new cgroup "a" takes it in
 * large ones. Returns how many it got, or -1.
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
	if (holder > 0) {
		kill(holder, SIGKILL);
		wait_child(holder);
	}
	close(hold.done[0]);
	close(gate.go[0]);
	close(gate.go[1]);
	return failed ? -1 : pages;
}

/*
 * kcompactd would have it put together before anybody asks. It may be quicker all the
 * same, or have failed, after which the kernel reclaims instead for a while: then
 * nothing was compacted by the task, and it tries again.
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
	READ_BESIDE_PSI();
	local = &self->cg->local;
	TH_LOG("%" PRId64 " huge pages, after %d vain tries", pages, tries);
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
	/* The task is not pinned: PSI can be off by a fifth, and the trace is not */
	EXPECT_LT(0, self->psi);
}

/* From within the cgroup, so that it would be booked there if it were a stall */
static int order_reclaim(void *amount)
{
	return cgroup_write("a", "memory.reclaim", amount) ? 1 : 0;
}

TEST_F_TIMEOUT(causes, proactive_reclaim, 300)
{
	struct read_job job = { .path = FILE_A, .passes = 1 };
	const struct headroom_stall *asked;

	ASSERT_EQ(0, create_file(FILE_A, 32 * MIB));
	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
	ASSERT_EQ(0, cgroup_run("a", order_reclaim, "16M"));
	READ("a");
	tell(&self->cg->local, -1);
	asked = headroom_stats_stall(&self->cg->local, CAUSE(PROACTIVE_RECLAIM));
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

/* The value of that rank, or the next one, and a quarter: as wide as a bucket */
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
 * A task that moves between CPUs as it likes. PSI is no yardstick then, see
 * Documentation/stall.rst; the task's own intervals are.
 */
TEST_F_TIMEOUT(causes, equal_the_trace, 300)
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
	tell(local, cgroup_pressure("a", "some"));
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
	/* Nothing is a stall that the kernel does not take for one */
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
		fprintf(stderr, "# read who is stalled: %d\n", err);
	headroom_close(h);
	return err;
}

/* Tasks that are in a stall, by both ways to ask, which have to agree; or -1 */
static int64_t stalled_tasks(void)
{
	struct headroom_status *status = module_status();
	struct headroom_stalled *stalled;
	int64_t counted = -1;
	size_t nr;

	if (status)
		counted = status->stalled;
	headroom_status_free(status);
	if (stalled_get(&stalled, &nr))
		return -1;
	free(stalled);
	return counted > (int64_t)nr ? counted : (int64_t)nr;
}

/* Others on the machine may stall as well, but not for ever */
static bool nobody_stays_stalled(void)
{
	int i;

	for (i = 0; i < 600; i++) {
		if (!stalled_tasks())
			return true;
		usleep(50000);
	}
	return false;
}

/* A sleep in memory.high takes up to two seconds: long enough to be seen twice */
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
	kill(pid, SIGKILL);
	wait_child(pid);
	EXPECT_TRUE(nobody_stays_stalled());
}

static uint64_t memcg_stalls(const char *cgroup)
{
	struct headroom_cgroup *cg = module_read(cgroup);
	uint64_t count = cg ? headroom_stats_stall(&cg->local, CAUSE(MEMCG_RECLAIM))->count : 0;

	headroom_cgroup_free(cg);
	return count;
}

#define CROWD	200

/*
 * All want more than there is. Of those that are found in a stall, some are
 * killed, and some moved to another cgroup.
 */
TEST_F_TIMEOUT(causes, crowd, 600)
{
	struct crowd crowd = { .work = touch_and_rest, .nr = CROWD };
	enum { RUNS, MOVED, KILLED } state[CROWD] = { RUNS };
	int throttled[4], killed = 0, moved = 0, reason, i, left;
	uint64_t sum = 0, lost, high, asked;
	struct headroom_stalled *stalled;
	struct headroom_status *status;
	size_t most = 0, nr, k;
	volatile pid_t *pid;
	int64_t counted;
	char text[16];
	pid_t first;

	ASSERT_EQ(0, cgroup_write("a", "cgroup.subtree_control", "+memory"));
	ASSERT_EQ(0, cgroup_create("a/x"));
	ASSERT_EQ(0, cgroup_create("a/y"));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "72M"));
	ASSERT_EQ(0, tracing_count(RECLAIM_END, "common_pid"));
	ASSERT_EQ(0, tracing_count(THROTTLED, "reason,common_pid"));
	ASSERT_EQ(0, crowd_start(&crowd, "a/x"));
	pid = crowd.pid;
	first = crowd.first;
	/* So many have pages in hand that others have to wait for them; not with MGLRU */
	for (i = 0; i < 600 && !lru_is_mglru() &&
	     !tracing_counted(THROTTLED, 1 << 1, find_kswapd()); i++)
		usleep(50000);
	for (left = 400; left && (killed < CROWD / 3 || moved < CROWD / 3); left--) {
		usleep(20000);
		ASSERT_EQ(0, stalled_get(&stalled, &nr));
		most = nr > most ? nr : most;
		for (k = 0; k < nr; k++) {
			for (i = 0; i < CROWD && pid[i] != stalled[k].pid; i++)
				;
			if (i == CROWD || state[i] != RUNS)
				continue;
			if (killed < moved && killed < CROWD / 3) {
				kill(pid[i], SIGKILL);
				state[i] = KILLED;
				killed++;
			} else if (moved < CROWD / 3) {
				snprintf(text, sizeof(text), "%d", pid[i]);
				EXPECT_EQ(0, cgroup_write("a/y", "cgroup.procs", text));
				state[i] = MOVED;
				moved++;
			}
		}
		free(stalled);
	}
	TH_LOG("up to %zu stalled at once, %d killed, %d moved", most, killed, moved);
	EXPECT_LE(CROWD / 3, killed);
	EXPECT_LE(CROWD / 3, moved);
	/* Those that were moved are there when their next stall begins */
	for (i = 0; i < 1200 && !memcg_stalls("a/y"); i++)
		usleep(50000);
	for (i = 0; i < CROWD; i++)
		kill(pid[i], SIGKILL);
	EXPECT_EQ(0, wait_child(first));
	EXPECT_TRUE(nobody_stays_stalled());
	counted = tracing_counted(RECLAIM_END, -1, -1);
	for (reason = 0; reason < 4; reason++)
		throttled[reason] = tracing_counted(THROTTLED, 1 << reason, find_kswapd());
	tracing_count_end(RECLAIM_END, "common_pid");
	tracing_count_end(THROTTLED, "reason,common_pid");
	status = module_status();
	ASSERT_NE(NULL, status);
	lost = status->dropped.stall_slots;
	EXPECT_EQ(0, status->dropped.reclaim_slots);
	headroom_status_free(status);
	READ(ROOT);
	tell(&self->cg->subtree, -1);
	high = headroom_stats_stall(&self->cg->subtree, CAUSE(MEMORY_HIGH_RECLAIM))->count;
	asked = headroom_stats_stall(&self->cg->subtree, CAUSE(PROACTIVE_RECLAIM))->count;
	sum = headroom_stats_stall(&self->cg->subtree, CAUSE(MEMCG_RECLAIM))->count + high + asked;
	TH_LOG("%" PRId64 " reclaims traced, %" PRIu64 " counted, %" PRIu64 " lost",
	       counted, sum, lost);
	EXPECT_LT(0, counted);
	EXPECT_GE(counted, sum);
	EXPECT_LE(counted, sum + lost);
	EXPECT_EQ(sum_of_causes(&self->cg->subtree), self->cg->subtree.stall_total);

	/* enum headroom_stall_cause has them in another order than the kernel */
	TH_LOG("throttled: writeback %d, isolated %d, noprogress %d, congested %d",
	       throttled[0], throttled[1], throttled[2], throttled[3]);
	EXPECT_TRUE(lru_is_mglru() || throttled[1]);
	EXPECT_EQ(throttled[0],
		  headroom_stats_stall(&self->cg->subtree, CAUSE(THROTTLED_WRITEBACK))->count);
	EXPECT_EQ(throttled[1],
		  headroom_stats_stall(&self->cg->subtree, CAUSE(THROTTLED_ISOLATED))->count);
	EXPECT_EQ(throttled[2],
		  headroom_stats_stall(&self->cg->subtree, CAUSE(THROTTLED_NOPROGRESS))->count);
	EXPECT_EQ(throttled[3],
		  headroom_stats_stall(&self->cg->subtree, CAUSE(THROTTLED_CONGESTED))->count);

	/* What the two cgroups have is what there is; both had some */
	EXPECT_LT(0, memcg_stalls("a/x"));
	EXPECT_LT(0, memcg_stalls("a/y"));
	READ("a");
	EXPECT_EQ(memcg_stalls("a/x") + memcg_stalls("a/y"),
		  headroom_stats_stall(&self->cg->subtree, CAUSE(MEMCG_RECLAIM))->count);
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

TEST_F_TIMEOUT(causes, switched_off, 300)
{
	struct anon_job job = { .size = 32 * MIB, .passes = 2, .cpu = 0 };
	struct read_job file = { .path = FILE_A, .passes = 2 };
	struct headroom_status *status;
	uint64_t before, refaults;

	ASSERT_EQ(0, module_reload("stalls=N " TABLE));
	EXPECT_EQ(0, module_hook("sched_switch"));
	EXPECT_EQ(0, module_hook("mm_compaction_begin"));
	EXPECT_EQ(0, module_hook("mm_vmscan_throttled"));
	EXPECT_EQ(1, module_hook("mm_vmscan_memcg_reclaim_begin"));
	status = module_status();
	ASSERT_NE(NULL, status);
	EXPECT_FALSE(status->stalls);
	headroom_status_free(status);
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
	EXPECT_LT(0, headroom_stats_stall(&self->cg->local, CAUSE(MEMCG_RECLAIM))->count);

	ASSERT_EQ(0, set_stalls("N"));
	EXPECT_EQ(0, module_hook("sched_switch"));
	ASSERT_EQ(0, cgroup_run("a", touch_memory, &job));
	ASSERT_EQ(0, cgroup_run("a", read_file, &file));
	READ("a");
	EXPECT_EQ(before, all_stalls(&self->cg->local));
	EXPECT_LT(refaults, self->cg->local.refaults);
	EXPECT_EQ(0, stalled_tasks());
}

/* Whatever is open at that moment is dropped, and what ends later opens nothing */
TEST_F_TIMEOUT(causes, switched_under_load, 300)
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
		kill(pid[i], SIGKILL);
	for (i = 0; i < 8; i++)
		wait_child(pid[i]);
	EXPECT_TRUE(nobody_stays_stalled());
	READ("a");
	tell(&self->cg->local, -1);
	EXPECT_LT(0, headroom_stats_stall(&self->cg->local, CAUSE(MEMCG_RECLAIM))->count);
	/* A stall that began before the first switch would be as long as all of it */
	EXPECT_EQ(sum_of_causes(&self->cg->local), self->cg->local.stall_total);
	ASSERT_EQ(0, set_stalls("N"));
	EXPECT_EQ(0, stalled_tasks());
}

/*
 * Of reclaim that began before stalls were tracked no begin was seen. A task that
 * sleeps in the middle of it does not wait for something else.
 */
TEST_F_TIMEOUT(causes, switched_on_in_reclaim, 600)
{
	struct crowd crowd = { .work = touch_and_rest, .nr = CROWD };
	const struct headroom_stats *local;
	volatile pid_t *pid;
	pid_t first;
	int i;

	ASSERT_EQ(0, cgroup_write("a", "memory.max", "72M"));
	ASSERT_EQ(0, crowd_start(&crowd, "a"));
	pid = crowd.pid;
	first = crowd.first;
	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, set_stalls("N"));
		usleep(200000);
		ASSERT_EQ(0, set_stalls("Y"));
		usleep(200000);
	}
	for (i = 0; i < CROWD; i++)
		kill(pid[i], SIGKILL);
	EXPECT_EQ(0, wait_child(first));
	READ("a");
	tell(&self->cg->local, -1);
	local = &self->cg->local;
	EXPECT_LT(0, headroom_stats_stall(local, CAUSE(MEMCG_RECLAIM))->count);
	EXPECT_EQ(0, headroom_stats_stall(local, CAUSE(OTHER))->count);
}

TEST_HARNESS_MAIN
