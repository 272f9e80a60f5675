// SPDX-License-Identifier: GPL-2.0
/*
 * Check that a cgroup with thousands of tasks in reclaim takes nothing from others, and that
 * nothing of it has a wrong reason
 *
 * The tasks get a twentieth of a CPU together, so nearly all that reclaim are stopped in the
 * middle of it and are there at once. Another cgroup reads through a limit of its own beside them.
 *
 * HEADROOM_TASKS is the number of tasks. A module that is built with -DHR_TASK_SLOT_BITS=3 shows
 * with 600 of them what takes 60,000 otherwise.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cgroup.h"
#include "kselftest_harness.h"
#include "module.h"
#include "tracing.h"
#include "workload.h"

#define HOLE_CROWD	SCRATCH "/crowd"
#define HOLE_OTHER	SCRATCH "/other"
#define HOLE_PAGES	(1024 * MIB / 4096)
#define RECLAIM_END	"vmscan/mm_vmscan_memcg_reclaim_end"
#define SECOND		1000000000ULL
#define MS		1000000ULL
#define STACK		(16 * 1024)

/* The tasks that should be in reclaim at once, and those that have to be, or find no slot */
#define SHOULD		(crowd.nr / 2)
#define MUST		(crowd.nr / 4)

static struct {
	int nr;			/* tasks */
	int start[2];		/* a pipe whose end for writing is closed when all may start */
	int64_t *ready;		/* tasks that exist */
	int fd;			/* the file that they read */
} crowd;

FIXTURE(crowd)
{
	struct headroom_cgroup *cg;
	struct headroom_events *events;
	pid_t pid;
};

FIXTURE_SETUP(crowd)
{
	const char *tasks = getenv("HEADROOM_TASKS");

	if (!tasks)
		SKIP(return, "HEADROOM_TASKS is not set");
	if (access(SCRATCH, W_OK) || access("/proc/pressure/memory", R_OK))
		SKIP(return, "no file system at " SCRATCH ", or PSI is off");
	crowd.nr = atoi(tasks);
	ASSERT_LT(0, crowd.nr);
	ASSERT_EQ(0, module_reload(""));
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, cgroup_enable_cpu());
	ASSERT_EQ(0, cgroup_create("crowd"));
	ASSERT_EQ(0, cgroup_create_limited("other", "16M"));
	ASSERT_EQ(0, create_hole(HOLE_CROWD, HOLE_PAGES * 4096));
	ASSERT_EQ(0, create_hole(HOLE_OTHER, 48 * MIB));
	crowd.ready = shared_counter();
	ASSERT_NE(NULL, crowd.ready);
	ASSERT_EQ(0, headroom_events_open(&self->events, false));
}

/* With the CPU time that thousands of tasks need to exit */
static void end_crowd(pid_t pid)
{
	if (pid <= 0)
		return;
	cgroup_write("crowd", "cpu.max", "max");
	end_child(pid);
}

FIXTURE_TEARDOWN(crowd)
{
	end_crowd(self->pid);
	headroom_events_close(self->events);
	headroom_cgroup_free(self->cg);
	cgroup_cleanup();
	unlink(HOLE_CROWD);
	unlink(HOLE_OTHER);
}

static void *read_at_random(void *number)
{
	unsigned int seed = (uintptr_t)number;
	char page[4096], none;

	atomic_fetch_add((_Atomic int64_t *)crowd.ready, 1);
	if (read(crowd.start[0], &none, 1))
		return NULL;
	for (;;)
		if (pread(crowd.fd, page, sizeof(page), rand_r(&seed) % HOLE_PAGES * 4096L) < 0)
			usleep(1000);
}

static int run_crowd(void *unused)
{
	pthread_attr_t attr;
	pthread_t thread;
	intptr_t i;

	close(crowd.start[1]);
	crowd.fd = open(HOLE_CROWD, O_RDONLY | O_CLOEXEC);
	/* Also if an assertion ends the test */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || crowd.fd < 0 ||
	    posix_fadvise(crowd.fd, 0, 0, POSIX_FADV_RANDOM) ||
	    pthread_attr_init(&attr) || pthread_attr_setstacksize(&attr, STACK))
		return 1;
	for (i = 0; i < crowd.nr; i++)
		if (pthread_create(&thread, &attr, read_at_random, (void *)i))
			return 1;
	for (;;)
		pause();
}

static bool all_exist(void *unused)
{
	return atomic_load((_Atomic int64_t *)crowd.ready) == crowd.nr;
}

/* Starts the tasks, which then all read at once; 0 or -1 */
static pid_t start_crowd(void)
{
	char limit[32];
	pid_t pid;

	if (pipe2(crowd.start, O_CLOEXEC))
		return -1;
	pid = cgroup_start("crowd", run_crowd, NULL);
	if (pid < 0 || !wait_until(all_exist, NULL, 240))
		return -1;
	snprintf(limit, sizeof(limit), "%" PRId64,
		 cgroup_read("crowd", "memory.current", NULL) + 16 * MIB + crowd.nr * 16384L);
	if (cgroup_write("crowd", "memory.max", limit) ||
	    cgroup_write("crowd", "cpu.max", "5000 100000"))
		return -1;
	close(crowd.start[1]);
	close(crowd.start[0]);
	return pid;
}

static bool many_stall(void *most)
{
	int64_t stalled = MODULE_STATUS(stalled);

	if (stalled > *(int64_t *)most)
		*(int64_t *)most = stalled;
	return stalled >= SHOULD || MODULE_STATUS(dropped.stall_slots) >= SHOULD;
}

/* Pages evicted or read back for other reasons than the cgroup's own limit */
static uint64_t pages_of_others(const struct headroom_stats *stats, bool unknown)
{
	uint64_t pages = 0;
	int reason;

	for (reason = 1; reason <= HEADROOM_REASON_UNKNOWN; reason++) {
		struct headroom_pages sum = pages_for_reason(stats, reason);

		if (reason != HEADROOM_REASON_OWN_LIMIT &&
		    (unknown || reason != HEADROOM_REASON_UNKNOWN))
			pages += sum.evictions + sum.refaults;
	}
	return pages;
}

/* What the other cgroup did is complete: all stalls, all reasons, and its trigger fires */
static void check_other(struct __test_metadata *_metadata, FIXTURE_DATA(crowd) *self,
			int64_t traced)
{
	const struct headroom_stats *other;
	const struct headroom_stall *stall;

	ASSERT_EQ(0, module_update(&self->cg, "other"));
	other = &self->cg->local;
	print_pages("other", other);
	stall = headroom_stats_stall(other, HEADROOM_STALL_CAUSE_MEMCG_RECLAIM);
	TH_LOG("other: %" PRIu64 " stalls of %" PRId64, stall->count, traced);
	EXPECT_LT(0, traced);
	EXPECT_EQ(traced, stall->count);
	EXPECT_LT(4 * 48 * MIB / 4096, other->evictions);
	EXPECT_EQ(other->evictions,
		  pages_for_reason(other, HEADROOM_REASON_OWN_LIMIT).evictions);
	EXPECT_EQ(0, pages_of_others(other, true));
	EXPECT_EQ(0, other->reclaims_dropped);
	EXPECT_EQ(0, other->stalls_dropped);
}

static void check_crowd(struct __test_metadata *_metadata, FIXTURE_DATA(crowd) *self)
{
	const struct headroom_stats *stats;
	struct headroom_pages unknown;

	ASSERT_EQ(0, module_update(&self->cg, "crowd"));
	stats = &self->cg->local;
	print_pages("crowd", stats);
	unknown = pages_for_reason(stats, HEADROOM_REASON_UNKNOWN);
	TH_LOG("crowd: %" PRIu64 " stalls, %" PRIu64 " dropped, and %" PRIu64 " reclaims",
	       headroom_stats_stall(stats, HEADROOM_STALL_CAUSE_MEMCG_RECLAIM)->count,
	       stats->stalls_dropped, stats->reclaims_dropped);
	EXPECT_LT(0, stats->evictions);
	EXPECT_EQ(0, pages_of_others(stats, false));
	EXPECT_EQ(0, headroom_stats_stall(stats, HEADROOM_STALL_CAUSE_OTHER)->count);
	if (!stats->reclaims_dropped)
		EXPECT_EQ(0, unknown.evictions);
	EXPECT_EQ(MODULE_STATUS(dropped.reclaim_slots), stats->reclaims_dropped);
	EXPECT_EQ(MODULE_STATUS(dropped.stall_slots), stats->stalls_dropped);
	EXPECT_EQ(stats->reclaims_dropped, self->cg->subtree.reclaims_dropped);
	ASSERT_EQ(0, module_update(&self->cg, ""));
	EXPECT_EQ(MODULE_STATUS(dropped.reclaim_slots), self->cg->subtree.reclaims_dropped);
	EXPECT_EQ(MODULE_STATUS(dropped.stall_slots), self->cg->subtree.stalls_dropped);
	EXPECT_EQ(0, self->cg->local.reclaims_dropped);
}

static void check_trigger(struct __test_metadata *_metadata, FIXTURE_DATA(crowd) *self, uint32_t id)
{
	struct pollfd ready = { .fd = headroom_events_fd(self->events), .events = POLLIN };
	struct headroom_event event = {};

	EXPECT_EQ(1, poll(&ready, 1, 60000));
	EXPECT_EQ(1, headroom_events_next(self->events, &event));
	EXPECT_EQ(HEADROOM_EVENT_TRIGGER, event.type);
	EXPECT_EQ(id, event.trigger);
	EXPECT_EQ(cgroup_id("other"), event.cgroup);
}

TEST_F_TIMEOUT(crowd, takes_nothing_from_others, 3600)
{
	struct read_job job = { .path = HOLE_OTHER, .passes = 6 };
	const struct headroom_trigger stalls = {
		.cgroup = cgroup_id("other"), .metric = HEADROOM_TRIGGER_METRIC_STALL,
		.threshold = MS, .window = SECOND, .interval = 60 * SECOND,
	};
	uint64_t begin = monotonic_ns();
	int64_t most = 0, traced;
	uint32_t id;
	pid_t pid;

	ASSERT_EQ(0, headroom_trigger_add(self->events, &stalls, &id));
	self->pid = start_crowd();
	ASSERT_LT(0, self->pid);
	wait_until(many_stall, &most, 900);
	TH_LOG("up to %" PRId64 " stalled at once after %" PRIu64 " s, %" PRId64 " dropped", most,
	       (monotonic_ns() - begin) / SECOND, MODULE_STATUS(dropped.stall_slots));
	EXPECT_LE(MUST, most + MODULE_STATUS(dropped.stall_slots));
	ASSERT_EQ(0, tracing_count(RECLAIM_END, "common_pid"));
	pid = cgroup_start("other", read_file, &job);
	ASSERT_LT(0, pid);
	check_trigger(_metadata, self, id);
	EXPECT_EQ(0, wait_child(pid));
	traced = tracing_counted(RECLAIM_END, pid, -1);
	tracing_count_end(RECLAIM_END, "common_pid");
	TH_LOG("%" PRId64 " stalled at the end", MODULE_STATUS(stalled));
	check_other(_metadata, self, traced);
	end_crowd(self->pid);
	self->pid = 0;
	check_crowd(_metadata, self);
}

TEST_HARNESS_MAIN
