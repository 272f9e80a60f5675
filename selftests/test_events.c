// SPDX-License-Identifier: GPL-2.0
/*
 * Notifications to everybody who listens, and parameters that are changed
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <linux/headroom.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "kselftest_harness.h"
#include "module.h"
#include "wire.h"
#include "workload.h"

#define PARAMETERS	"/sys/module/headroom/parameters/"
#define FILE_A		SCRATCH "/a"
#define MANY		100
/* A cgroup is found within two seconds, and the machine is slow */
#define PATIENCE	20000

FIXTURE(events)
{
	struct wire_event event;
	struct exchange x;
	struct headroom *h;
	uint64_t seq;
	int family;
	int fd;
};

FIXTURE_SETUP(events)
{
	int size = 8 * MIB;
	uint32_t group;

	ASSERT_EQ(0, module_reload(""));
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, headroom_open(&self->h));
	self->fd = open_socket();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, setsockopt(self->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)));
	self->family = family_id(self->fd, &group);
	ASSERT_LT(0, self->family);
	ASSERT_NE(0, group);
	/* So that all that is there already is no news */
	headroom_status_free(module_status());
	ASSERT_EQ(0, join_group(self->fd, group));
}

FIXTURE_TEARDOWN(events)
{
	close(self->fd);
	headroom_close(self->h);
	cgroup_cleanup();
}

/* The next one, which has the next number */
#define NEXT(_cmd)								\
	do {									\
		ASSERT_EQ(1, next_event(self->fd, self->family, &self->event, PATIENCE)); \
		ASSERT_EQ(_cmd, self->event.cmd);				\
		ASSERT_EQ(self->seq + 1, self->event.seq);			\
		ASSERT_NE(0, self->event.time);					\
		ASSERT_GE(monotonic_ns(), self->event.time);			\
		self->seq = self->event.seq;					\
	} while (0)

#define NOTHING_MORE()								\
	ASSERT_EQ(0, next_event(self->fd, self->family, &self->event, 3000))

TEST_F_TIMEOUT(events, born_and_gone, 120)
{
	uint64_t top = cgroup_id(""), a, b;

	ASSERT_EQ(0, cgroup_create("a"));
	a = cgroup_id("a");
	NEXT(HEADROOM_CMD_CGROUP_BORN_NTF);
	EXPECT_EQ(a, self->event.cgroup);
	EXPECT_EQ(top, self->event.parent_id);
	EXPECT_STREQ("/headroom-test/a", self->event.path);

	/* Without the controller there is nothing to tell */
	ASSERT_EQ(0, cgroup_create("a/b"));
	b = cgroup_id("a/b");
	NOTHING_MORE();
	ASSERT_EQ(0, cgroup_write("a", "cgroup.subtree_control", "+memory"));
	NEXT(HEADROOM_CMD_CGROUP_BORN_NTF);
	EXPECT_EQ(b, self->event.cgroup);
	EXPECT_EQ(a, self->event.parent_id);
	EXPECT_STREQ("/headroom-test/a/b", self->event.path);

	ASSERT_EQ(0, cgroup_write("a", "cgroup.subtree_control", "-memory"));
	NEXT(HEADROOM_CMD_CGROUP_GONE_NTF);
	EXPECT_EQ(b, self->event.cgroup);
	EXPECT_EQ(a, self->event.parent_id);
	EXPECT_STREQ("/headroom-test/a/b", self->event.path);

	ASSERT_EQ(0, cgroup_remove("a/b"));
	ASSERT_EQ(0, cgroup_remove("a"));
	NEXT(HEADROOM_CMD_CGROUP_GONE_NTF);
	EXPECT_EQ(a, self->event.cgroup);
	EXPECT_EQ(top, self->event.parent_id);
	EXPECT_STREQ("/headroom-test/a", self->event.path);
	NOTHING_MORE();
}

/* Parents are told of before their children, or after: ends the other way round */
TEST_F_TIMEOUT(events, many_at_once, 300)
{
	uint64_t id[2 * MANY], parent[2 * MANY];
	int told[2 * MANY] = {}, i, k;
	char name[64];

	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		ASSERT_EQ(0, cgroup_create(name));
		ASSERT_EQ(0, cgroup_write(name, "cgroup.subtree_control", "+memory"));
		id[2 * i] = cgroup_id(name);
		parent[2 * i] = cgroup_id("");
		parent[2 * i + 1] = id[2 * i];
		strcat(name, "/d");
		ASSERT_EQ(0, cgroup_create(name));
		id[2 * i + 1] = cgroup_id(name);
	}
	for (i = 0; i < 2 * MANY; i++) {
		NEXT(HEADROOM_CMD_CGROUP_BORN_NTF);
		for (k = 0; k < 2 * MANY && id[k] != self->event.cgroup; k++)
			;
		ASSERT_GT(2 * MANY, k);
		EXPECT_EQ(1, ++told[k]);
		EXPECT_EQ(parent[k], self->event.parent_id);
	}
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "c%d/d", i);
		ASSERT_EQ(0, cgroup_remove(name));
		*strchr(name, '/') = 0;
		ASSERT_EQ(0, cgroup_remove(name));
	}
	for (i = 0; i < 2 * MANY; i++) {
		NEXT(HEADROOM_CMD_CGROUP_GONE_NTF);
		for (k = 0; k < 2 * MANY && id[k] != self->event.cgroup; k++)
			;
		ASSERT_GT(2 * MANY, k);
		EXPECT_EQ(2, ++told[k]);
		/* A child that goes has its parent still, or that is gone with it */
		EXPECT_EQ(true, parent[k] == self->event.parent_id ||
				cgroup_id("") == self->event.parent_id);
		/* Its children went before it */
		EXPECT_EQ(true, k & 1 || told[k + 1] == 2);
	}
	NOTHING_MORE();
}

/* Whoever reads too slowly is told so, and sees how much is missing */
TEST_F_TIMEOUT(events, slow_reader, 300)
{
	int size = 1, seen = 0, i, ret;
	struct headroom_status *status;
	uint64_t last;
	char name[32];

	ASSERT_EQ(0, setsockopt(self->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)));
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		ASSERT_EQ(0, cgroup_create(name));
	}
	status = module_status();
	ASSERT_NE(NULL, status);
	/* The module has sent them all: it is the socket that had no room */
	EXPECT_EQ(0, status->dropped.notifications);
	headroom_status_free(status);
	ret = next_event(self->fd, self->family, &self->event, 1000);
	EXPECT_EQ(-ENOBUFS, ret);
	while (next_event(self->fd, self->family, &self->event, 100) == 1) {
		EXPECT_EQ(self->seq + 1, self->event.seq);
		self->seq = self->event.seq;
		seen++;
	}
	EXPECT_GT(MANY, seen);
	last = self->seq;
	ASSERT_EQ(0, cgroup_create("last"));
	ASSERT_EQ(1, next_event(self->fd, self->family, &self->event, PATIENCE));
	EXPECT_EQ(cgroup_id("last"), self->event.cgroup);
	EXPECT_EQ(MANY + 1, self->event.seq);
	TH_LOG("%d of %d were read, then one with number %" PRIu64 " after %" PRIu64,
	       seen, MANY, self->event.seq, last);
}

static int take_too_much(void *arg)
{
	size_t at, size = 64 * MIB;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);

	prctl(PR_SET_NAME, arg);
	for (at = 0; at < size; at += 4096)
		p[at] = 1;
	return 0;
}

TEST_F_TIMEOUT(events, oom_kill, 120)
{
	static char comm[] = "too (much) (1)";
	struct headroom_status *status;
	int result;
	pid_t pid;

	ASSERT_EQ(1, module_hook("mark_victim"));
	ASSERT_EQ(0, cgroup_create("a"));
	ASSERT_EQ(0, cgroup_write("a", "cgroup.subtree_control", "+memory"));
	ASSERT_EQ(0, cgroup_create("a/b"));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "16M"));
	ASSERT_EQ(0, cgroup_write("a", "memory.swap.max", "0"));
	pid = cgroup_start("a/b", take_too_much, comm);
	ASSERT_LT(0, pid);
	ASSERT_EQ(pid, waitpid(pid, &result, 0));
	ASSERT_EQ(true, WIFSIGNALED(result));
	NEXT(HEADROOM_CMD_CGROUP_BORN_NTF);
	NEXT(HEADROOM_CMD_CGROUP_BORN_NTF);
	NEXT(HEADROOM_CMD_OOM_KILL_NTF);
	EXPECT_EQ(pid, self->event.pid);
	EXPECT_STREQ(comm, self->event.comm);
	EXPECT_EQ(cgroup_id("a/b"), self->event.cgroup);
	EXPECT_STREQ("/headroom-test/a/b", self->event.path);
	status = module_status();
	ASSERT_NE(NULL, status);
	EXPECT_EQ(0, status->dropped.notifications);
	headroom_status_free(status);
	NOTHING_MORE();
}

static int take_some(void *unused)
{
	size_t at, size = MIB / 4;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		       -1, 0);

	if (p == MAP_FAILED)
		return 1;
	for (at = 0; at < size; at += 4096)
		p[at] = 1;
	for (;;)
		pause();
}

/* With PREEMPT_RT a task that spins for its victims would starve what they need to die */
static bool may_starve_others(void)
{
	struct utsname uts;

	return !uname(&uts) && !strstr(uts.version, "PREEMPT_RT");
}

/*
 * A crowd that dies at once, by a task that leaves its CPU to nobody: who found no room
 * is counted, and missing in the sequence. The scheduler would let others in after a
 * second, which the console needs for what the kernel has to say of each.
 */
TEST_F_TIMEOUT(events, oom_kill_of_many, 300)
{
	struct sched_param high = { .sched_priority = 50 }, normal = {};
	struct headroom_status *status;
	uint64_t seen = 0, last = 0;
	int64_t console;
	pid_t pid[MANY];
	int i, ret;

	ASSERT_EQ(0, cgroup_create("a"));
	ASSERT_EQ(0, cgroup_write("a", "memory.oom.group", "1"));
	NEXT(HEADROOM_CMD_CGROUP_BORN_NTF);
	for (i = 0; i < MANY; i++) {
		pid[i] = cgroup_start("a", take_some, NULL);
		ASSERT_LT(0, pid[i]);
	}
	for (i = 0; i < 1000 && cgroup_read("a", "memory.current", NULL) < MANY * MIB / 4; i++)
		usleep(20000);
	ASSERT_EQ(0, cgroup_write("a", "memory.swap.max", "0"));
	/* From here to where it is set again nothing may end the test: a splat would not be seen */
	console = set_sysctl("kernel/printk", 1);
	EXPECT_LE(0, console);
	if (may_starve_others())
		EXPECT_EQ(0, sched_setscheduler(0, SCHED_FIFO, &high));
	ret = cgroup_write("a", "memory.max", "0");
	EXPECT_EQ(0, sched_setscheduler(0, SCHED_OTHER, &normal));
	EXPECT_EQ(1, set_sysctl("kernel/printk", console));
	EXPECT_EQ(0, ret);
	for (i = 0; i < MANY; i++) {
		kill(pid[i], SIGKILL);
		waitpid(pid[i], &ret, 0);
	}
	while (next_event(self->fd, self->family, &self->event, 3000) == 1) {
		EXPECT_EQ(HEADROOM_CMD_OOM_KILL_NTF, self->event.cmd);
		EXPECT_LT(self->seq, self->event.seq);
		self->seq = self->event.seq;
		seen++;
	}
	/* What was lost last of all is seen when something follows; and a was born first */
	ASSERT_EQ(0, cgroup_create("b"));
	ASSERT_EQ(1, next_event(self->fd, self->family, &self->event, PATIENCE));
	EXPECT_EQ(HEADROOM_CMD_CGROUP_BORN_NTF, self->event.cmd);
	last = self->event.seq - 2;
	status = module_status();
	ASSERT_NE(NULL, status);
	TH_LOG("%" PRIu64 " kills were told of, %" PRIu64 " were not", seen,
	       status->dropped.notifications);
	/* One of them may have been killed for a limit before that */
	EXPECT_LE(MANY - 1, seen + status->dropped.notifications);
	if (may_starve_others())
		EXPECT_LT(0, status->dropped.notifications);
	EXPECT_EQ(last, seen + status->dropped.notifications);
	headroom_status_free(status);
}

static int64_t parameter(const char *name)
{
	char path[128], value[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), PARAMETERS "%s", name);
	f = fopen(path, "re");
	if (!f || !fgets(value, sizeof(value), f))
		*value = 0;
	if (f)
		fclose(f);
	return *value == 'Y' ? 1 : *value == 'N' ? 0 : *value ? atoll(value) : -1;
}

/* What is asked for, what sysfs and the status show, and what is told to listeners */
#define EXPECT_CONFIG(_shift, _entries, _stalls)				\
	do {									\
		struct headroom_params _config;					\
		struct headroom_status *_status;				\
										\
		ASSERT_EQ(0, headroom_params_get(self->h, &_config));		\
		EXPECT_EQ(_shift, _config.sample_shift);			\
		EXPECT_EQ(_entries, _config.table_entries);			\
		EXPECT_EQ(_stalls, _config.stalls);				\
		EXPECT_EQ(_shift, parameter("sample_shift"));			\
		EXPECT_EQ(_entries, parameter("table_entries"));		\
		EXPECT_EQ(_stalls, parameter("stalls"));			\
		_status = module_status();					\
		ASSERT_NE(NULL, _status);					\
		EXPECT_EQ(_shift, _status->sample_shift);			\
		EXPECT_EQ(_stalls, _status->stalls);				\
		if (_entries)							\
			EXPECT_EQ(_entries, _status->table_entries);		\
		headroom_status_free(_status);					\
	} while (0)

#define EXPECT_TOLD()								\
	do {									\
		ASSERT_EQ(1, next_event(self->fd, self->family, &self->event, PATIENCE)); \
		EXPECT_EQ(HEADROOM_CMD_PARAMS_NTF, self->event.cmd);		\
		EXPECT_EQ(1U << HEADROOM_A_PARAMS_SAMPLE_SHIFT |		\
			  1U << HEADROOM_A_PARAMS_TABLE_ENTRIES |		\
			  1U << HEADROOM_A_PARAMS_STALLS |			\
			  1U << HEADROOM_A_PARAMS_SWAP_KPROBES, self->event.attrs); \
	} while (0)

TEST_F_TIMEOUT(events, parameters, 120)
{
	struct headroom_params new = { .sample_shift = 4, .table_entries = 65536 };
	struct headroom_status *status;
	uint64_t automatic;
	FILE *f;

	status = module_status();
	ASSERT_NE(NULL, status);
	automatic = status->table_entries;
	headroom_status_free(status);
	EXPECT_CONFIG(0, 0, 1);
	ASSERT_EQ(0, headroom_params_set(self->h, &new, HEADROOM_PARAM_SAMPLE_SHIFT));
	EXPECT_CONFIG(4, 0, 1);
	EXPECT_TOLD();
	/* Automatic is what the pages that are tracked need */
	status = module_status();
	ASSERT_NE(NULL, status);
	EXPECT_EQ(automatic / 16, status->table_entries);
	headroom_status_free(status);
	ASSERT_EQ(0, headroom_params_set(self->h, &new, HEADROOM_PARAM_TABLE_ENTRIES |
							HEADROOM_PARAM_STALLS));
	EXPECT_CONFIG(4, 65536, 0);
	EXPECT_TOLD();
	/* Nothing changes */
	ASSERT_EQ(0, headroom_params_set(self->h, &new, HEADROOM_PARAM_TABLE_ENTRIES |
							HEADROOM_PARAM_STALLS));
	f = fopen(PARAMETERS "stalls", "we");
	ASSERT_NE(NULL, f);
	fputs("Y", f);
	ASSERT_EQ(0, fclose(f));
	EXPECT_CONFIG(4, 65536, 1);
	EXPECT_TOLD();
	NOTHING_MORE();
}

/* A GiB, on a machine that has no more: nothing changes, not even what could */
TEST_F_TIMEOUT(events, all_or_nothing, 120)
{
	struct headroom_params new = { .sample_shift = 2, .table_entries = 33554432 };

	ASSERT_EQ(-ENOMEM, headroom_params_set(self->h, &new, HEADROOM_PARAM_TABLE_ENTRIES |
					       HEADROOM_PARAM_SAMPLE_SHIFT |
					       HEADROOM_PARAM_STALLS));
	EXPECT_STREQ("no memory for so large a table: use fewer table-entries; nothing was changed",
		     headroom_error(self->h));
	EXPECT_CONFIG(0, 0, 1);
	NOTHING_MORE();
}

/* Which attribute each refusal is about, and what it says */
#define EXPECT_REFUSED(_errno, _sentence, _offset)				\
	do {									\
		ASSERT_EQ(0, exchange(self->fd, &self->x));			\
		EXPECT_EQ(-(_errno), self->x.error);				\
		EXPECT_STREQ(_sentence, self->x.sentence);			\
		EXPECT_EQ(_offset, self->x.offset);				\
	} while (0)

TEST_F_TIMEOUT(events, parameters_refused, 60)
{
	unsigned int at;
	char bytes[16] = { 1 };
	int size;

	prepare(&self->x, self->family, HEADROOM_CMD_PARAMS_SET, 0);
	at = next_offset(&self->x);
	EXPECT_REFUSED(EINVAL, "name a parameter: sample-shift, table-entries or stalls", 0);

	put_u64(&self->x, HEADROOM_A_PARAMS_TABLE_ENTRIES, 33554433);
	EXPECT_REFUSED(ERANGE, "table-entries: use 0 (automatic) to 33554432", at);

	prepare(&self->x, self->family, HEADROOM_CMD_PARAMS_SET, 0);
	put_u32(&self->x, HEADROOM_A_PARAMS_STALLS, 0);
	at = next_offset(&self->x);
	put_u32(&self->x, HEADROOM_A_PARAMS_SAMPLE_SHIFT, 11);
	EXPECT_REFUSED(ERANGE, "integer out of range", at);

	prepare(&self->x, self->family, HEADROOM_CMD_PARAMS_SET, 0);
	at = next_offset(&self->x);
	put_u32(&self->x, HEADROOM_A_PARAMS_STALLS, 2);
	EXPECT_REFUSED(ERANGE, "integer out of range", at);

	prepare(&self->x, self->family, HEADROOM_CMD_PARAMS_SET, 0);
	put_u32(&self->x, HEADROOM_A_PARAMS_SWAP_KPROBES, 1);
	EXPECT_REFUSED(EINVAL, "Unknown attribute type", at);

	for (size = 0; size < 16; size++) {
		if (size == 4 || size == 8)
			continue;
		prepare(&self->x, self->family, HEADROOM_CMD_PARAMS_SET, 0);
		put_attr(&self->x, HEADROOM_A_PARAMS_TABLE_ENTRIES, bytes, size);
		ASSERT_EQ(0, exchange(self->fd, &self->x));
		EXPECT_GT(0, self->x.error);
		EXPECT_STRNE("", self->x.sentence);
		EXPECT_EQ(at, self->x.offset);
	}
	prepare(&self->x, self->family, HEADROOM_CMD_PARAMS_GET, 0);
	put_u32(&self->x, 1, 1);
	/* Linux 6.1 has a sentence of its own for that */
	ASSERT_EQ(0, exchange(self->fd, &self->x));
	EXPECT_EQ(-EINVAL, self->x.error);
	EXPECT_STRNE("", self->x.sentence);
	EXPECT_EQ(at, self->x.offset);
	EXPECT_CONFIG(0, 0, 1);
	NOTHING_MORE();
}

/* Pages of a file that is larger than its cgroup, read over and over */
static void read_passes(struct __test_metadata *_metadata, int passes, int64_t *disk)
{
	struct read_job job = { .path = FILE_A, .passes = passes, .pages = disk };

	ASSERT_EQ(0, cgroup_run("a", read_file, &job));
}

/*
 * Tracked are all pages, one in 8, one in 2, and all again. No counter goes back or is
 * lost, and what is counted after each change is what that factor sees: the loop evicts
 * all, so that all but the first pass after a change are refaults.
 */
TEST_F_TIMEOUT(events, counters_survive, 600)
{
	static const unsigned int shifts[] = { 0, 3, 1, 0 };
	const uint64_t pages = 96 * MIB / 4096;
	struct headroom_cgroup *before, *after;
	struct headroom_params config = {};
	struct headroom_status *status;
	uint64_t resized = 0;
	int64_t *disk;
	unsigned int i;

	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	disk = shared_counter();
	ASSERT_NE(NULL, disk);
	ASSERT_EQ(0, create_file(FILE_A, 96 * MIB));
	ASSERT_EQ(0, cgroup_create("a"));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "32M"));
	before = module_read("a");
	ASSERT_NE(NULL, before);
	for (i = 0; i < 4; i++) {
		struct headroom_estimate estimate;
		struct headroom_stats delta;
		uint64_t counted, samples, first;
		double factor = 1 << shifts[i];

		config.sample_shift = shifts[i];
		ASSERT_EQ(0, headroom_params_set(self->h, &config,
						 HEADROOM_PARAM_SAMPLE_SHIFT));
		after = module_read("a");
		ASSERT_NE(NULL, after);
		/* To change it changes no counter */
		EXPECT_EQ(before->local.refaults, after->local.refaults);
		EXPECT_EQ(before->local.refault_samples, after->local.refault_samples);
		EXPECT_EQ(before->local.evictions, after->local.evictions);
		EXPECT_EQ(headroom_histogram_count(&before->local.refault_distance),
			  headroom_histogram_count(&after->local.refault_distance));
		headroom_cgroup_free(before);
		before = after;
		status = module_status();
		ASSERT_NE(NULL, status);
		if (i)
			EXPECT_LT(resized, status->dropped.resized);
		resized = status->dropped.resized;
		headroom_status_free(status);

		read_passes(_metadata, 1, disk);
		after = module_read("a");
		ASSERT_NE(NULL, after);
		first = after->local.refaults - before->local.refaults;
		headroom_cgroup_free(after);
		read_passes(_metadata, 3, disk);
		after = module_read("a");
		ASSERT_NE(NULL, after);
		counted = after->local.refaults - before->local.refaults;
		samples = after->local.refault_samples - before->local.refault_samples;
		ASSERT_EQ(0, headroom_stats_delta(&after->local, &before->local, &delta));
		estimate = headroom_refaults_estimate(&delta, shifts[i]);
		TH_LOG("1 in %.0f: read %" PRId64 ", refaults %" PRIu64
		       " (%" PRIu64 " of the first pass), samples %" PRIu64
		       ", estimate %.0f (%.0f to %.0f); forgotten %" PRIu64,
		       factor, *disk, counted, first, samples, estimate.value, estimate.low,
		       estimate.high, resized);
		EXPECT_EQ(counted, samples << shifts[i]);
		EXPECT_EQ(after->local.refaults - before->local.refaults,
			  headroom_histogram_count(&after->local.refault_distance) -
			  headroom_histogram_count(&before->local.refault_distance) +
			  headroom_stats_pages(&delta, HEADROOM_PAGE_KIND_ANON,
					HEADROOM_REASON_UNKNOWN)->refaults);
		EXPECT_LT(0.8 * *disk, counted);
		EXPECT_GT(1.2 * (*disk + first), counted);
		headroom_stats_clear(&delta);
		headroom_cgroup_free(before);
		before = after;
		/* Of everything since the module was loaded, the estimate is good as well */
		estimate = headroom_refaults_estimate(&after->local, shifts[i]);
		EXPECT_LT(0.85 * pages * 3 * (i + 1), estimate.value);
		EXPECT_GT(1.15 * pages * 4 * (i + 1), estimate.value);
	}
	headroom_cgroup_free(before);
	unlink(FILE_A);
}

/* The table is replaced again and again while pages are evicted and come back */
TEST_F_TIMEOUT(events, replaced_under_load, 600)
{
	struct read_job job = { .path = FILE_A, .passes = 12 };
	struct headroom_params config = {};
	struct headroom_cgroup *cg;
	int64_t steal;
	pid_t pid;
	int i;

	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	ASSERT_EQ(0, create_file(FILE_A, 64 * MIB));
	ASSERT_EQ(0, cgroup_create("a"));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "32M"));
	pid = cgroup_start("a", read_file, &job);
	ASSERT_LT(0, pid);
	for (i = 0; waitpid(pid, NULL, WNOHANG) == 0; i++) {
		config.sample_shift = i % 4;
		config.table_entries = 4096 << i % 3;
		ASSERT_EQ(0, headroom_params_set(self->h, &config,
						 HEADROOM_PARAM_SAMPLE_SHIFT |
						 HEADROOM_PARAM_TABLE_ENTRIES));
		/* Long enough for pages to come back, now and then */
		if (i % 16 == 0)
			usleep(3000000);
	}
	cg = module_read("a");
	ASSERT_NE(NULL, cg);
	/* Not one eviction was missed, but for what the last task's batch still has */
	steal = cgroup_read("a", "memory.stat", "pgsteal");
	TH_LOG("replaced %d times; evictions %" PRIu64 ", pgsteal %" PRId64 ", refaults %" PRIu64,
	       i, cg->local.evictions, steal, cg->local.refaults);
	EXPECT_EQ(steal, cg->local.evictions);
	EXPECT_LT(3, i);
	EXPECT_LT(0, cg->local.refaults);
	headroom_cgroup_free(cg);
	unlink(FILE_A);
}

/* The end is told, and nothing after it */
TEST_F_TIMEOUT(events, exit, 60)
{
	ASSERT_EQ(0, cgroup_create("a"));
	NEXT(HEADROOM_CMD_CGROUP_BORN_NTF);
	ASSERT_EQ(0, module_unload());
	NEXT(HEADROOM_CMD_EXIT_NTF);
	EXPECT_EQ(1U << HEADROOM_A_EVENT_SEQ | 1U << HEADROOM_A_EVENT_TIME, self->event.attrs);
	NOTHING_MORE();
}

TEST_F_TIMEOUT(events, status, 60)
{
	struct headroom_status *first = module_status(), *second;

	ASSERT_NE(NULL, first);
	sleep(3);
	second = module_status();
	ASSERT_NE(NULL, second);
	EXPECT_STRNE("", first->kernel);
	EXPECT_LT(first->worker_time, second->worker_time);
	EXPECT_LT(first->request_time, second->request_time);
	EXPECT_EQ(0, second->triggers);
	EXPECT_EQ(0, second->event_seq);
	headroom_status_free(second);
	ASSERT_EQ(0, cgroup_create("a"));
	NEXT(HEADROOM_CMD_CGROUP_BORN_NTF);
	second = module_status();
	ASSERT_NE(NULL, second);
	EXPECT_EQ(1, self->event.seq);
	EXPECT_EQ(1, second->event_seq);
	headroom_status_free(first);
	headroom_status_free(second);
}

TEST_HARNESS_MAIN
