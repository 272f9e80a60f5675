// SPDX-License-Identifier: GPL-2.0
/*
 * Check the notifications to the group: births and ends of cgroups, OOM kills, what a slow
 * reader misses, and the module's end; and parameters that change while the module runs
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
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
/* ms to wait for an event; the module finds a cgroup within two seconds, but VMs are slow */
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
	/* A request makes the module find the cgroups that exist, before events count */
	headroom_status_free(module_status());
	ASSERT_EQ(0, join_group(self->fd, group));
}

FIXTURE_TEARDOWN(events)
{
	close(self->fd);
	headroom_close(self->h);
	cgroup_cleanup();
}

/* Reads the next event, which must be @_cmd with the next number in the sequence */
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

TEST_F_TIMEOUT(events, cgroup_born_and_gone, 120)
{
	uint64_t top = cgroup_id(""), a, b;

	ASSERT_EQ(0, cgroup_create("a"));
	a = cgroup_id("a");
	NEXT(HEADROOM_CMD_CGROUP_BORN_NTF);
	EXPECT_EQ(a, self->event.cgroup);
	EXPECT_EQ(top, self->event.parent_id);
	EXPECT_STREQ("/headroom-test/a", self->event.path);

	/* A cgroup without the memory controller causes no event */
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

/* MANY cgroups with a child each; the child of cgroup[2 * i] is cgroup[2 * i + 1] */
struct family {
	uint64_t id;
	uint64_t parent;
	int events;
};

static int create_families(struct family *family)
{
	char name[64];
	int i;

	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		if (cgroup_create_parent(name))
			return -1;
		family[2 * i] = (struct family){ cgroup_id(name), cgroup_id(""), 0 };
		strcat(name, "/d");
		if (cgroup_create(name))
			return -1;
		family[2 * i + 1] = (struct family){ cgroup_id(name), family[2 * i].id, 0 };
	}
	return 0;
}

static int remove_families(void)
{
	char name[64];
	int i;

	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "c%d/d", i);
		if (cgroup_remove(name))
			return -1;
		*strchr(name, '/') = 0;
		if (cgroup_remove(name))
			return -1;
	}
	return 0;
}

/* Returns the index of the cgroup @id, or 2 * MANY */
static int find_family(const struct family *family, uint64_t id)
{
	int k = 0;

	while (k < 2 * MANY && family[k].id != id)
		k++;
	return k;
}

/* Each birth and each end is one event; a child's end comes before that of its parent */
TEST_F_TIMEOUT(events, many_at_once, 300)
{
	struct family family[2 * MANY];
	int i, k;

	ASSERT_EQ(0, create_families(family));
	for (i = 0; i < 2 * MANY; i++) {
		NEXT(HEADROOM_CMD_CGROUP_BORN_NTF);
		k = find_family(family, self->event.cgroup);
		ASSERT_GT(2 * MANY, k);
		EXPECT_EQ(1, ++family[k].events);
		EXPECT_EQ(family[k].parent, self->event.parent_id);
	}
	ASSERT_EQ(0, remove_families());
	for (i = 0; i < 2 * MANY; i++) {
		NEXT(HEADROOM_CMD_CGROUP_GONE_NTF);
		k = find_family(family, self->event.cgroup);
		ASSERT_GT(2 * MANY, k);
		EXPECT_EQ(2, ++family[k].events);
		/* The event names the parent, or the next ancestor if the parent is gone, too */
		EXPECT_EQ(true, family[k].parent == self->event.parent_id ||
				cgroup_id("") == self->event.parent_id);
		EXPECT_EQ(true, k & 1 || family[k + 1].events == 2);
	}
	NOTHING_MORE();
}

/* A reader that is too slow gets ENOBUFS, and the sequence shows how many events it missed */
TEST_F_TIMEOUT(events, slow_reader, 300)
{
	int size = 1, seen = 0, ret;
	uint64_t last;

	ASSERT_EQ(0, setsockopt(self->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)));
	ASSERT_EQ(0, cgroup_create_numbered("c", MANY));
	/* The request makes the module send all births: only the socket had no room */
	EXPECT_EQ(0, MODULE_STATUS(dropped.notifications));
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
	TH_LOG("read %d of %d, then number %" PRIu64 " after %" PRIu64,
	       seen, MANY, self->event.seq, last);
}

/* Uses more memory than its cgroup allows; @arg is the name that the task takes */
static int take_too_much(void *arg)
{
	void *p = map_memory(64 * MIB);

	prctl(PR_SET_NAME, arg);
	if (!p)
		return 1;
	fill_memory(p, 64 * MIB);
	return 0;
}

TEST_F_TIMEOUT(events, oom_kill, 120)
{
	static char comm[] = "too (much) (1)";
	int result;
	pid_t pid;

	ASSERT_EQ(1, module_hook("mark_victim"));
	ASSERT_EQ(0, cgroup_create_parent("a"));
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
	EXPECT_EQ(0, MODULE_STATUS(dropped.notifications));
	NOTHING_MORE();
}

static int hold_some(void *unused)
{
	void *p = map_memory(MIB / 4);

	if (!p)
		return 1;
	fill_memory(p, MIB / 4);
	for (;;)
		pause();
}

/* On PREEMPT_RT a task that spins for its victims would starve what they need to exit */
static bool may_starve_others(void)
{
	struct utsname uts;

	return !uname(&uts) && !strstr(uts.version, "PREEMPT_RT");
}

static const struct sched_param high = { .sched_priority = 50 }, normal;

/*
 * Starts a real-time task on another CPU, which counts in @busy when it runs there. It ends when
 * all tasks of "a" are killed but one, which a limit may have killed before, or after 30 seconds.
 */
static pid_t keep_busy(int cpu, int64_t *busy)
{
	pid_t pid = fork();
	uint64_t end;

	if (pid)
		return pid;
	alarm(0);
	if (pin_to_cpu(0, cpu) || sched_setscheduler(0, SCHED_FIFO, &high))
		_exit(1);
	__atomic_add_fetch(busy, 1, __ATOMIC_SEQ_CST);
	end = monotonic_ns() + 30 * 1000000000ULL;
	while (cgroup_read("a", "memory.events", "oom_kill") < MANY - 1 && monotonic_ns() < end)
		;
	_exit(0);
}

static bool all_busy(void *busy)
{
	return __atomic_load_n((int64_t *)busy, __ATOMIC_SEQ_CST) ==
	       sysconf(_SC_NPROCESSORS_ONLN) - 1;
}

/* Lowers memory.max of "a" to 0 in a real-time task, while such tasks occupy the other CPUs */
static int kill_in_real_time(void)
{
	int64_t *busy = shared_counter();
	int nr = sysconf(_SC_NPROCESSORS_ONLN);
	pid_t pid[MANY] = {};
	int cpu, err;

	if (!busy || nr > MANY || pin_to_cpu(0, 0))
		return -1;
	for (cpu = 1; cpu < nr; cpu++)
		pid[cpu] = keep_busy(cpu, busy);
	err = !wait_until(all_busy, busy, 60);
	err |= sched_setscheduler(0, SCHED_FIFO, &high);
	err |= cgroup_write("a", "memory.max", "0");
	err |= sched_setscheduler(0, SCHED_OTHER, &normal);
	for (cpu = 1; cpu < nr; cpu++)
		err |= wait_child(pid[cpu]);
	return err ? -1 : 0;
}

/*
 * Lowers memory.max of "a" to 0, which kills all its tasks. Real-time tasks occupy all CPUs until
 * they are killed, so that the worker cannot run and the ring of OOM kills overflows. The
 * scheduler would throttle real-time tasks after a second, and the console needs that long to
 * print the kernel's report of each kill, so the report is off. Nothing may end the test before
 * it is on again, or a splat would not be seen. 0 or -1.
 */
static int kill_at_once(void)
{
	int64_t console = set_sysctl("kernel/printk", 1);
	int err = console < 0;

	err |= may_starve_others() ? kill_in_real_time() : cgroup_write("a", "memory.max", "0");
	err |= set_sysctl("kernel/printk", console) != 1;
	return err ? -1 : 0;
}

/* Reads the next event; the numbers of events that were dropped before it are missing */
#define NEXT_AFTER_GAP()							\
	do {									\
		ASSERT_EQ(1, next_event(self->fd, self->family, &self->event, PATIENCE)); \
		ASSERT_LT(self->seq, self->event.seq);				\
		self->seq = self->event.seq;					\
	} while (0)

/* Kills that found no room are counted as dropped, and are missing in the sequence */
TEST_F_TIMEOUT(events, oom_kill_of_many, 300)
{
	uint64_t seen = 0, last = 0;
	int64_t dropped;
	pid_t pid[MANY];
	int i;

	ASSERT_EQ(0, cgroup_create("a"));
	ASSERT_EQ(0, cgroup_write("a", "memory.oom.group", "1"));
	NEXT(HEADROOM_CMD_CGROUP_BORN_NTF);
	for (i = 0; i < MANY; i++) {
		pid[i] = cgroup_start("a", hold_some, NULL);
		ASSERT_LT(0, pid[i]);
	}
	for (i = 0; i < 5000 && cgroup_read("a", "memory.current", NULL) < MANY * MIB / 4; i++)
		usleep(20000);
	ASSERT_EQ(0, cgroup_write("a", "memory.swap.max", "0"));
	EXPECT_EQ(0, kill_at_once());
	for (i = 0; i < MANY; i++)
		end_child(pid[i]);
	/* One task may have been killed for a limit before that */
	while (seen + MODULE_STATUS(dropped.notifications) < MANY - 1) {
		NEXT_AFTER_GAP();
		ASSERT_EQ(HEADROOM_CMD_OOM_KILL_NTF, self->event.cmd);
		seen++;
	}
	/* A gap at the end of the sequence shows only when another event follows */
	ASSERT_EQ(0, cgroup_create("b"));
	for (;; seen++) {
		NEXT_AFTER_GAP();
		if (self->event.cmd != HEADROOM_CMD_OOM_KILL_NTF)
			break;
	}
	ASSERT_EQ(HEADROOM_CMD_CGROUP_BORN_NTF, self->event.cmd);
	/* Without the births of "a" and "b" */
	last = self->event.seq - 2;
	dropped = MODULE_STATUS(dropped.notifications);
	TH_LOG("%" PRIu64 " kills were reported, %" PRId64 " dropped", seen, dropped);
	if (may_starve_others())
		EXPECT_LT(0, dropped);
	EXPECT_EQ(last, seen + dropped);
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

/* The family, sysfs and the status report the same values */
#define EXPECT_PARAMS(_shift, _entries, _stalls)				\
	do {									\
		struct headroom_params _params;					\
										\
		ASSERT_EQ(0, headroom_params_get(self->h, &_params));		\
		EXPECT_EQ(_shift, _params.sample_shift);			\
		EXPECT_EQ(_entries, _params.table_entries);			\
		EXPECT_EQ(_stalls, _params.stalls);				\
		EXPECT_EQ(_shift, parameter("sample_shift"));			\
		EXPECT_EQ(_entries, parameter("table_entries"));		\
		EXPECT_EQ(_stalls, parameter("stalls"));			\
		EXPECT_EQ(_shift, MODULE_STATUS(sample_shift));			\
		EXPECT_EQ(_stalls, MODULE_STATUS(stalls));			\
		if (_entries)							\
			EXPECT_EQ(_entries, MODULE_STATUS(table_entries));	\
	} while (0)

/* The next event reports all parameters */
#define EXPECT_PARAMS_EVENT()							\
	do {									\
		ASSERT_EQ(1, next_event(self->fd, self->family, &self->event, PATIENCE)); \
		EXPECT_EQ(HEADROOM_CMD_PARAMS_NTF, self->event.cmd);		\
		EXPECT_EQ(1U << HEADROOM_A_PARAMS_SAMPLE_SHIFT |		\
			  1U << HEADROOM_A_PARAMS_TABLE_ENTRIES |		\
			  1U << HEADROOM_A_PARAMS_STALLS |			\
			  1U << HEADROOM_A_PARAMS_SWAP_KPROBES, self->event.attrs); \
	} while (0)

TEST_F_TIMEOUT(events, parameters_change, 120)
{
	struct headroom_params new = { .sample_shift = 4, .table_entries = 65536 };
	int64_t automatic = MODULE_STATUS(table_entries);
	FILE *f;

	EXPECT_PARAMS(0, 0, 1);
	ASSERT_EQ(0, headroom_params_set(self->h, &new, HEADROOM_PARAM_SAMPLE_SHIFT));
	EXPECT_PARAMS(4, 0, 1);
	EXPECT_PARAMS_EVENT();
	/* The automatic size has room for the pages that are tracked */
	EXPECT_EQ(automatic / 16, MODULE_STATUS(table_entries));
	ASSERT_EQ(0, headroom_params_set(self->h, &new, HEADROOM_PARAM_TABLE_ENTRIES |
							HEADROOM_PARAM_STALLS));
	EXPECT_PARAMS(4, 65536, 0);
	EXPECT_PARAMS_EVENT();
	/* The same values again change nothing and cause no event */
	ASSERT_EQ(0, headroom_params_set(self->h, &new, HEADROOM_PARAM_TABLE_ENTRIES |
							HEADROOM_PARAM_STALLS));
	f = fopen(PARAMETERS "stalls", "we");
	ASSERT_NE(NULL, f);
	fputs("Y", f);
	ASSERT_EQ(0, fclose(f));
	EXPECT_PARAMS(4, 65536, 1);
	EXPECT_PARAMS_EVENT();
	NOTHING_MORE();
}

/* A table of a GiB does not fit, so the other parameters of the request do not change, either */
TEST_F_TIMEOUT(events, parameters_change_all_or_none, 120)
{
	struct headroom_params new = { .sample_shift = 2, .table_entries = 33554432 };

	ASSERT_EQ(-ENOMEM, headroom_params_set(self->h, &new, HEADROOM_PARAM_TABLE_ENTRIES |
					       HEADROOM_PARAM_SAMPLE_SHIFT |
					       HEADROOM_PARAM_STALLS));
	EXPECT_STREQ("no memory for so large a table: use fewer table-entries; nothing was changed",
		     headroom_error(self->h));
	EXPECT_PARAMS(0, 0, 1);
	NOTHING_MORE();
}

/* The request is refused with that error, message and offset of the attribute */
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

	prepare(&self->x, self->family, HEADROOM_CMD_PARAMS_GET, 0);
	put_u32(&self->x, 1, 1);
	/* The message is the kernel's, and another one on Linux 6.1 */
	ASSERT_EQ(0, exchange(self->fd, &self->x));
	EXPECT_EQ(-EINVAL, self->x.error);
	EXPECT_STRNE("", self->x.sentence);
	EXPECT_EQ(at, self->x.offset);
	EXPECT_PARAMS(0, 0, 1);
	NOTHING_MORE();
}

/* A number has 4 or 8 bytes */
TEST_F_TIMEOUT(events, parameters_refused_by_size, 60)
{
	char bytes[16] = { 1 };
	unsigned int at;
	int size;

	for (size = 0; size < 16; size++) {
		if (size == 4 || size == 8)
			continue;
		prepare(&self->x, self->family, HEADROOM_CMD_PARAMS_SET, 0);
		at = next_offset(&self->x);
		put_attr(&self->x, HEADROOM_A_PARAMS_TABLE_ENTRIES, bytes, size);
		ASSERT_EQ(0, exchange(self->fd, &self->x));
		EXPECT_GT(0, self->x.error);
		EXPECT_STRNE("", self->x.sentence);
		EXPECT_EQ(at, self->x.offset);
	}
	EXPECT_PARAMS(0, 0, 1);
	NOTHING_MORE();
}

/* Reads the file, which is larger than memory.max of "a"; @disk: pages that the disk served */
static int read_passes(int passes, int64_t *disk)
{
	struct read_job job = { .path = FILE_A, .passes = passes, .pages = disk };

	return cgroup_run("a", read_file, &job);
}

static int set_shift(struct headroom *h, unsigned int shift)
{
	struct headroom_params params = { .sample_shift = shift };

	return headroom_params_set(h, &params, HEADROOM_PARAM_SAMPLE_SHIFT);
}

/* A new sampling shift changes no counter */
static void check_unchanged(struct __test_metadata *_metadata, const struct headroom_stats *before,
			    const struct headroom_stats *after)
{
	EXPECT_EQ(before->refaults, after->refaults);
	EXPECT_EQ(before->refault_samples, after->refault_samples);
	EXPECT_EQ(before->evictions, after->evictions);
	EXPECT_EQ(headroom_histogram_count(&before->refault_distance),
		  headroom_histogram_count(&after->refault_distance));
}

/*
 * The passes after the first one have read @disk pages, all of which are refaults; @first:
 * refaults of the first pass after the change
 */
static void check_counted(struct __test_metadata *_metadata, const struct headroom_stats *before,
			  const struct headroom_stats *after, unsigned int shift,
			  uint64_t first, int64_t disk)
{
	uint64_t counted = after->refaults - before->refaults;
	uint64_t samples = after->refault_samples - before->refault_samples;
	struct headroom_estimate estimate;
	struct headroom_stats delta;

	ASSERT_EQ(0, headroom_stats_delta(after, before, &delta));
	estimate = headroom_refaults_estimate(&delta, shift);
	TH_LOG("1 in %u: read %" PRId64 ", refaults %" PRIu64 " (%" PRIu64
	       " of the first pass), samples %" PRIu64 ", estimate %.0f (%.0f to %.0f)",
	       1U << shift, disk, counted, first, samples, estimate.value, estimate.low,
	       estimate.high);
	EXPECT_EQ(counted, samples << shift);
	EXPECT_EQ(counted, headroom_histogram_count(&after->refault_distance) -
		  headroom_histogram_count(&before->refault_distance) +
		  headroom_stats_pages(&delta, HEADROOM_PAGE_KIND_ANON,
				       HEADROOM_REASON_UNKNOWN)->refaults);
	EXPECT_LT(0.8 * disk, counted);
	EXPECT_GT(1.2 * (disk + first), counted);
	headroom_stats_clear(&delta);
}

/*
 * The module tracks all pages, then one in 8, one in 2, and all again. No counter goes back
 * or is dropped, and each factor counts the refaults after the change to it. A pass evicts
 * all pages, so all passes but the first one after a change consist of refaults.
 */
TEST_F_TIMEOUT(events, counters_survive_a_new_shift, 600)
{
	static const unsigned int shifts[] = { 0, 3, 1, 0 };
	const uint64_t pages = 96 * MIB / 4096;
	struct headroom_cgroup *before, *after = NULL;
	struct headroom_estimate estimate;
	int64_t resized = 0, *disk;
	unsigned int i;

	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	if (access("/proc/self/io", R_OK))
		SKIP(return, "no count of what a task reads (CONFIG_TASK_IO_ACCOUNTING)");
	disk = shared_counter();
	ASSERT_NE(NULL, disk);
	ASSERT_EQ(0, create_file(FILE_A, 96 * MIB));
	ASSERT_EQ(0, cgroup_create_limited("a", "32M"));
	before = module_read("a");
	ASSERT_NE(NULL, before);
	for (i = 0; i < 4; i++) {
		uint64_t first;

		ASSERT_EQ(0, set_shift(self->h, shifts[i]));
		ASSERT_EQ(0, module_update(&after, "a"));
		check_unchanged(_metadata, &before->local, &after->local);
		ASSERT_EQ(0, module_update(&before, "a"));
		if (i)
			EXPECT_LT(resized, MODULE_STATUS(dropped.resized));
		resized = MODULE_STATUS(dropped.resized);

		ASSERT_EQ(0, read_passes(1, disk));
		ASSERT_EQ(0, module_update(&after, "a"));
		first = after->local.refaults - before->local.refaults;
		ASSERT_EQ(0, read_passes(3, disk));
		ASSERT_EQ(0, module_update(&after, "a"));
		check_counted(_metadata, &before->local, &after->local, shifts[i], first, *disk);
		ASSERT_EQ(0, module_update(&before, "a"));
		/* The estimate is as good for all refaults since the module was loaded */
		estimate = headroom_refaults_estimate(&after->local, shifts[i]);
		EXPECT_LT(0.85 * pages * 3 * (i + 1), estimate.value);
		EXPECT_GT(1.15 * pages * 4 * (i + 1), estimate.value);
	}
	headroom_cgroup_free(before);
	headroom_cgroup_free(after);
	unlink(FILE_A);
}

static bool has_refaulted(void *before)
{
	struct headroom_cgroup *cg = module_read("a");
	bool more = cg && cg->local.refaults > *(uint64_t *)before;

	if (more)
		*(uint64_t *)before = cg->local.refaults;
	headroom_cgroup_free(cg);
	return more;
}

/* The nonresident table is replaced again and again while pages are evicted and return */
TEST_F_TIMEOUT(events, table_is_replaced_under_load, 900)
{
	struct read_job job = { .path = FILE_A, .passes = INT_MAX };
	struct headroom_params params = {};
	struct headroom_cgroup *cg;
	uint64_t refaults = 0;
	int64_t steal;
	pid_t pid;
	int i;

	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	ASSERT_EQ(0, create_file(FILE_A, 64 * MIB));
	ASSERT_EQ(0, cgroup_create_limited("a", "32M"));
	pid = cgroup_start("a", read_file, &job);
	ASSERT_LT(0, pid);
	for (i = 0; i < 48; i++) {
		params.sample_shift = i % 4;
		params.table_entries = 4096 << i % 3;
		ASSERT_EQ(0, headroom_params_set(self->h, &params,
						 HEADROOM_PARAM_SAMPLE_SHIFT |
						 HEADROOM_PARAM_TABLE_ENTRIES));
		/* Now and then, long enough for pages to return */
		if (i % 16 == 15)
			EXPECT_TRUE(wait_until(has_refaulted, &refaults, 240));
	}
	end_child(pid);
	cg = module_read("a");
	ASSERT_NE(NULL, cg);
	steal = cgroup_pgsteal("a", cg->local.evictions);
	TH_LOG("evictions %" PRIu64 ", pgsteal %" PRId64 ", refaults %" PRIu64,
	       cg->local.evictions, steal, cg->local.refaults);
	EXPECT_EQ(steal, cg->local.evictions);
	EXPECT_LT(0, cg->local.refaults);
	headroom_cgroup_free(cg);
	unlink(FILE_A);
}

/* The event of the module's end is the last one */
TEST_F_TIMEOUT(events, module_exit, 60)
{
	ASSERT_EQ(0, cgroup_create("a"));
	NEXT(HEADROOM_CMD_CGROUP_BORN_NTF);
	ASSERT_EQ(0, module_unload());
	NEXT(HEADROOM_CMD_EXIT_NTF);
	EXPECT_EQ(1U << HEADROOM_A_EVENT_SEQ | 1U << HEADROOM_A_EVENT_TIME, self->event.attrs);
	NOTHING_MORE();
}

/* The status has the number of the last event and the times of work, which grow */
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
