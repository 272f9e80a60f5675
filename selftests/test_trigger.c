// SPDX-License-Identifier: GPL-2.0
/*
 * Check that triggers fire, how soon, and when they do not
 *
 * A task stalls when memory.high of its cgroup is 0: each charge makes it sleep, for up to
 * two seconds at a time, until it is killed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/headroom.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "kselftest_harness.h"
#include "module.h"
#include "stall_load.h"
#include "wire.h"
#include "workload.h"

#define MS		1000000ULL
#define SECOND		1000000000ULL
#define PATIENCE	20000
#define FILE_A		SCRATCH "/a"

#define STALL		HEADROOM_TRIGGER_METRIC_STALL
#define REFAULTS	HEADROOM_TRIGGER_METRIC_REFAULTS
#define EACH		HEADROOM_TRIGGER_SCOPE_EACH
#define SUBTREE		HEADROOM_TRIGGER_SCOPE_SUBTREE

FIXTURE(trigger)
{
	struct wire_event event;
	struct exchange x;
	int family;
	int fd;
};

FIXTURE_SETUP(trigger)
{
	if (access("/proc/pressure/memory", R_OK))
		SKIP(return, "PSI is off");
	ASSERT_EQ(0, module_reload(""));
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, cgroup_create_parent("a"));
	ASSERT_EQ(0, cgroup_create("a/x"));
	ASSERT_EQ(0, cgroup_create("a/y"));
	self->fd = open_socket();
	ASSERT_LE(0, self->fd);
	self->family = family_id(self->fd, NULL);
	ASSERT_LT(0, self->family);
}

FIXTURE_TEARDOWN(trigger)
{
	close(self->fd);
	cgroup_cleanup();
}

/* The attributes of a request; one that is 0 is left out, except clear if @with_clear */
struct spec {
	uint64_t cgroup;
	uint32_t scope;
	uint32_t metric;
	uint32_t cause;
	uint64_t threshold;
	uint64_t window;
	uint64_t interval;
	uint64_t clear;
	bool with_clear;
};

static void put_spec(struct exchange *x, int family, const struct spec *spec)
{
	prepare(x, family, HEADROOM_CMD_TRIGGER_ADD, 0);
	put_u64(x, HEADROOM_A_TRIGGER_CGROUP, spec->cgroup);
	if (spec->scope)
		put_u32(x, HEADROOM_A_TRIGGER_SCOPE, spec->scope);
	put_u32(x, HEADROOM_A_TRIGGER_METRIC, spec->metric);
	if (spec->cause)
		put_u32(x, HEADROOM_A_TRIGGER_CAUSE, spec->cause);
	put_u64(x, HEADROOM_A_TRIGGER_THRESHOLD, spec->threshold);
	put_u64(x, HEADROOM_A_TRIGGER_WINDOW, spec->window);
	if (spec->interval)
		put_u64(x, HEADROOM_A_TRIGGER_INTERVAL, spec->interval);
	if (spec->clear || spec->with_clear)
		put_u64(x, HEADROOM_A_TRIGGER_CLEAR, spec->clear);
}

/* Sets a trigger and returns its number */
#define ADD(...)								\
({										\
	const struct spec _spec = { __VA_ARGS__ };				\
										\
	put_spec(&self->x, self->family, &_spec);				\
	ASSERT_EQ(0, exchange(self->fd, &self->x));				\
	ASSERT_EQ(0, self->x.error);						\
	ASSERT_NE(0, self->x.number);						\
	self->x.number;								\
})

static int charge(void *unused)
{
	void *p = map_memory(64 * MIB);

	if (!p || pin_to_cpu(0, 0))
		return 1;
	fill_memory(p, 64 * MIB);
	return 0;
}

/* Starts a task that stalls in the cgroup until end_child(); its pid, or -1 */
static pid_t stall(const char *cgroup)
{
	if (cgroup_write(cgroup, "memory.high", "0") ||
	    cgroup_write(cgroup, "memory.swap.max", "0"))
		return -1;
	return cgroup_start(cgroup, charge, NULL);
}

/* Reads the next event: the trigger has fired for that cgroup, as number @_seq */
#define NEXT(_trigger, _seq, _cgroup)						\
	do {									\
		ASSERT_EQ(1, next_event(self->fd, self->family, &self->event, PATIENCE)); \
		EXPECT_EQ(HEADROOM_CMD_TRIGGER_NTF, self->event.cmd);		\
		EXPECT_EQ(_trigger, self->event.trigger);			\
		EXPECT_EQ(_seq, self->event.seq);				\
		EXPECT_EQ(cgroup_id(_cgroup), self->event.cgroup);		\
		EXPECT_STREQ("/headroom-test/" _cgroup, self->event.path);	\
		EXPECT_GE(monotonic_ns(), self->event.time);			\
	} while (0)

/* No event comes for that long */
#define NOTHING(_ms)								\
	ASSERT_EQ(0, next_event(self->fd, self->family, &self->event, _ms))

/* A stall of a child fires the trigger of its parent, once in each interval */
TEST_F_TIMEOUT(trigger, subtree, 120)
{
	uint32_t id = ADD(.cgroup = cgroup_id("a"), .metric = STALL,
			  .threshold = 50 * MS, .window = SECOND, .interval = 60 * SECOND);
	pid_t pid;

	EXPECT_EQ(1, MODULE_STATUS(triggers));
	NOTHING(500);
	pid = stall("a/x");
	ASSERT_LT(0, pid);
	NEXT(id, 1, "a");
	EXPECT_LE(50 * MS, self->event.value);
	NOTHING(2000);
	end_child(pid);
}

/* Stalls of another cgroup, other causes and other metrics do not fire a trigger */
TEST_F_TIMEOUT(trigger, other_events_do_not_fire, 120)
{
	pid_t pid;

	ADD(.cgroup = cgroup_id("a/y"), .metric = STALL, .threshold = 1, .window = SECOND);
	ADD(.cgroup = cgroup_id("a"), .metric = STALL, .threshold = 1, .window = SECOND,
	    .cause = HEADROOM_STALL_CAUSE_SWAP_IN);
	ADD(.cgroup = cgroup_id("a"), .metric = REFAULTS, .threshold = 1, .window = SECOND);
	pid = stall("a/x");
	ASSERT_LT(0, pid);
	NOTHING(3000);
	end_child(pid);
}

TEST_F_TIMEOUT(trigger, one_cause, 120)
{
	uint32_t id = ADD(.cgroup = cgroup_id("a"), .metric = STALL,
			  .threshold = 20 * MS, .window = SECOND, .interval = 60 * SECOND,
			  .cause = HEADROOM_STALL_CAUSE_MEMORY_HIGH_THROTTLE);
	pid_t pid = stall("a/x");

	ASSERT_LT(0, pid);
	NEXT(id, 1, "a");
	end_child(pid);
}

/* The event names the child, also one that was created after the trigger */
TEST_F_TIMEOUT(trigger, each, 120)
{
	uint32_t id = ADD(.cgroup = cgroup_id("a"), .scope = EACH, .metric = STALL,
			  .threshold = 50 * MS, .window = SECOND, .interval = 60 * SECOND);
	pid_t x, z;

	x = stall("a/x");
	ASSERT_LT(0, x);
	NEXT(id, 1, "a/x");
	ASSERT_EQ(0, cgroup_create("a/z"));
	z = stall("a/z");
	ASSERT_LT(0, z);
	NEXT(id, 2, "a/z");
	NOTHING(1500);
	end_child(x);
	end_child(z);
}

/* Of a stall that is open when the trigger is set, only the time after that counts */
TEST_F_TIMEOUT(trigger, set_in_a_stall, 120)
{
	static const uint32_t scopes[] = { SUBTREE, EACH };
	pid_t pid = stall("a/x");
	unsigned int i;

	ASSERT_LT(0, pid);
	usleep(700000);
	for (i = 0; i < 2; i++) {
		uint64_t begin = monotonic_ns();

		ADD(.cgroup = cgroup_id("a/x"), .scope = scopes[i], .metric = STALL,
		    .threshold = 500 * MS, .window = SECOND, .interval = 60 * SECOND);
		ASSERT_EQ(1, next_event(self->fd, self->family, &self->event, PATIENCE));
		EXPECT_LE(begin + 450 * MS, self->event.time);
		EXPECT_GE(SECOND, self->event.value);
	}
	end_child(pid);
}

/* One notification in each interval, and none after the end of the stall */
TEST_F_TIMEOUT(trigger, interval, 120)
{
	uint32_t id = ADD(.cgroup = cgroup_id("a"), .metric = STALL, .threshold = 20 * MS,
			  .window = 200 * MS, .interval = 500 * MS);
	uint64_t last = 0, now;
	pid_t pid = stall("a/x");
	unsigned int seq;

	ASSERT_LT(0, pid);
	for (seq = 1; seq <= 4; seq++) {
		NEXT(id, seq, "a");
		now = self->event.time;
		EXPECT_LE(last + 495 * MS, now);
		/* One task cannot stall for longer than the window; the rest is interpolation */
		EXPECT_GE(210 * MS, self->event.value);
		last = now;
	}
	end_child(pid);
	/* The threshold was also reached in the interval that has not ended yet */
	if (next_event(self->fd, self->family, &self->event, 1500) == 1)
		EXPECT_EQ(5, self->event.seq);
	NOTHING(1500);
}

/* After it has fired, a trigger fires again only when the sum has dropped to "clear" */
TEST_F_TIMEOUT(trigger, hysteresis, 120)
{
	uint32_t id = ADD(.cgroup = cgroup_id("a"), .metric = STALL, .threshold = 50 * MS,
			  .window = 300 * MS, .interval = 1, .clear = 10 * MS);
	pid_t pid;

	pid = stall("a/x");
	ASSERT_LT(0, pid);
	NEXT(id, 1, "a");
	NOTHING(1000);
	end_child(pid);
	NOTHING(700);
	pid = stall("a/x");
	ASSERT_LT(0, pid);
	NEXT(id, 2, "a");
	NOTHING(1000);
	end_child(pid);
}

/* A sum of 0 clears the trigger, and no other does */
TEST_F_TIMEOUT(trigger, hysteresis_at_zero, 120)
{
	uint32_t id = ADD(.cgroup = cgroup_id("a"), .scope = EACH, .metric = STALL,
			  .threshold = 50 * MS, .window = 300 * MS, .interval = 1,
			  .with_clear = true);
	int i;

	for (i = 1; i <= 3; i++) {
		pid_t pid = stall("a/y");

		ASSERT_LT(0, pid);
		NEXT(id, i, "a/y");
		NOTHING(600);
		end_child(pid);
		NOTHING(600);
	}
}

/* Short stalls with pauses: the sum is that of one window, not of all time */
TEST_F_TIMEOUT(trigger, old_stalls_leave_the_window, 120)
{
	pid_t pid;
	int i;

	ADD(.cgroup = cgroup_id("a"), .metric = STALL, .threshold = 1500 * MS,
	    .window = 2 * SECOND);
	for (i = 0; i < 3; i++) {
		pid = stall("a/x");
		ASSERT_LT(0, pid);
		usleep(600000);
		end_child(pid);
		usleep(2500000);
	}
	NOTHING(100);
}

TEST_F_TIMEOUT(trigger, refaults, 300)
{
	struct read_job job = { .path = FILE_A, .passes = 4 };
	struct headroom_cgroup *cg;
	uint32_t id;

	if (access(SCRATCH, W_OK))
		SKIP(return, "no file system at " SCRATCH);
	ASSERT_EQ(0, create_file(FILE_A, 64 * MIB));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "32M"));
	id = ADD(.cgroup = cgroup_id("a"), .metric = REFAULTS, .threshold = 1000,
		 .window = 60 * SECOND, .interval = 60 * SECOND);
	ASSERT_EQ(0, cgroup_run("a/x", read_file, &job));
	NEXT(id, 1, "a");
	EXPECT_LE(1000, self->event.value);
	cg = module_read("a");
	ASSERT_NE(NULL, cg);
	EXPECT_GE(cg->subtree.refaults, self->event.value);
	TH_LOG("fired at %" PRIu64 " of %" PRIu64 " refaults", self->event.value,
	       cg->subtree.refaults);
	headroom_cgroup_free(cg);
	unlink(FILE_A);
}

/* The last sum of a trigger whose window holds the whole load is the cgroup's total */
TEST_F_TIMEOUT(trigger, sum_equals_the_total, 300)
{
	struct anon_job job = { .size = 48 * MIB, .passes = 2, .cpu = 0 };
	struct headroom_cgroup *cg;
	int room = 4 * MIB;
	uint64_t sum = 0, begin;

	/* The events are read after the load has ended */
	ASSERT_EQ(0, setsockopt(self->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)));
	ASSERT_EQ(0, cgroup_write("a", "memory.max", "32M"));
	ADD(.cgroup = cgroup_id("a"), .metric = STALL, .threshold = 1,
	    .window = 60 * SECOND, .interval = 200 * MS);
	begin = monotonic_ns();
	ASSERT_EQ(0, cgroup_run("a/x", touch_memory, &job));
	if (monotonic_ns() - begin > 50 * SECOND)
		SKIP(return, "the load took longer than the longest window");
	while (next_event(self->fd, self->family, &self->event, 1000) == 1) {
		EXPECT_LE(sum, self->event.value);
		sum = self->event.value;
	}
	cg = module_read("a");
	ASSERT_NE(NULL, cg);
	TH_LOG("the last sum is %.3f ms, the total %.3f ms", sum / 1e6,
	       cg->subtree.stall_total / 1e6);
	EXPECT_LE(sum, cg->subtree.stall_total);
	EXPECT_LE(0.99 * cg->subtree.stall_total, sum);
	headroom_cgroup_free(cg);
}

/* Only the socket that set a trigger can remove it, by a request or by closing */
TEST_F_TIMEOUT(trigger, removal, 120)
{
	uint32_t id = ADD(.cgroup = cgroup_id("a"), .metric = STALL, .threshold = 20 * MS,
			  .window = SECOND);
	pid_t pid;
	int other;

	ADD(.cgroup = cgroup_id("a"), .scope = EACH, .metric = REFAULTS, .threshold = 1,
	    .window = SECOND);
	EXPECT_EQ(2, MODULE_STATUS(triggers));
	other = open_socket();
	ASSERT_LE(0, other);
	prepare(&self->x, self->family, HEADROOM_CMD_TRIGGER_DEL, 0);
	put_u32(&self->x, HEADROOM_A_TRIGGER_ID, id);
	ASSERT_EQ(0, exchange(other, &self->x));
	EXPECT_EQ(-ENOENT, self->x.error);
	close(other);
	EXPECT_EQ(2, MODULE_STATUS(triggers));
	ASSERT_EQ(0, exchange(self->fd, &self->x));
	EXPECT_EQ(0, self->x.error);
	EXPECT_EQ(1, MODULE_STATUS(triggers));
	pid = stall("a/x");
	ASSERT_LT(0, pid);
	NOTHING(1000);
	end_child(pid);
	close(self->fd);
	EXPECT_EQ(0, MODULE_STATUS(triggers));
	self->fd = open_socket();
}

/* Sets a trigger for "a" and waits to be killed */
static int set_and_wait(uint32_t family, uint32_t scope)
{
	const struct spec spec = {
		.cgroup = cgroup_id("a"), .scope = scope, .metric = STALL,
		.threshold = 1, .window = 10 * MS,
	};
	int fd = open_socket();
	struct exchange x;

	put_spec(&x, family, &spec);
	if (exchange(fd, &x) || x.error)
		return 1;
	for (;;)
		pause();
}

static bool has_triggers(void *number)
{
	return MODULE_STATUS(triggers) == *(uint32_t *)number;
}

/* The process that set a trigger is killed during a stall: its trigger is removed */
TEST_F_TIMEOUT(trigger, killed_process_leaves_no_trigger, 120)
{
	uint32_t none = 0, one = 1;
	pid_t pid, setter;
	int i;

	for (i = 0; i < 5; i++) {
		setter = fork();
		if (!setter)
			_exit(set_and_wait(self->family, i & 1 ? EACH : SUBTREE));
		pid = stall("a/x");
		ASSERT_LT(0, pid);
		EXPECT_TRUE(wait_until(has_triggers, &one, 60));
		end_child(setter);
		EXPECT_TRUE(wait_until(has_triggers, &none, 60));
		end_child(pid);
	}
}

/*
 * A trigger outlives its cgroup and fires no more, not even for a new cgroup of that name.
 * Such triggers do not block the unload.
 */
TEST_F_TIMEOUT(trigger, removed_cgroup, 120)
{
	pid_t pid;

	ADD(.cgroup = cgroup_id("a/x"), .metric = STALL, .threshold = 20 * MS,
	    .window = SECOND, .interval = 60 * SECOND);
	ADD(.cgroup = cgroup_id("a/x"), .scope = EACH, .metric = STALL,
	    .threshold = 20 * MS, .window = SECOND, .interval = 60 * SECOND);
	pid = stall("a/x");
	ASSERT_LT(0, pid);
	ASSERT_EQ(1, next_event(self->fd, self->family, &self->event, PATIENCE));
	ASSERT_EQ(1, next_event(self->fd, self->family, &self->event, PATIENCE));
	end_child(pid);
	ASSERT_EQ(0, cgroup_remove("a/x"));
	sleep(1);
	EXPECT_EQ(2, MODULE_STATUS(triggers));
	ASSERT_EQ(0, cgroup_create("a/x"));
	pid = stall("a/x");
	ASSERT_LT(0, pid);
	NOTHING(1000);
	ASSERT_EQ(0, module_unload());
	end_child(pid);
}

/* The least time that the worker needs in a second, of three: a busy host only adds to it; ns */
static int64_t least_work(struct __test_metadata *_metadata)
{
	int64_t least = INT64_MAX, before, work;
	int i;

	for (i = 0; i < 3; i++) {
		before = MODULE_STATUS(worker_time);
		ASSERT_LE(0, before);
		sleep(1);
		work = MODULE_STATUS(worker_time) - before;
		if (work < least)
			least = work;
	}
	return least;
}

/*
 * With an interval without end a trigger fires only once. It causes no more work than one
 * with a long interval.
 */
TEST_F_TIMEOUT(trigger, interval_without_end, 120)
{
	static const uint64_t intervals[] = { 60 * SECOND, UINT64_MAX };
	pid_t pid = stall("a/x");
	int64_t work[2];
	int i;

	ASSERT_LT(0, pid);
	for (i = 0; i < 2; i++) {
		ADD(.cgroup = cgroup_id("a"), .metric = STALL, .threshold = 20 * MS,
		    .window = 100 * MS, .interval = intervals[i]);
		ASSERT_EQ(1, next_event(self->fd, self->family, &self->event, PATIENCE));
		NOTHING(1000);
		work[i] = least_work(_metadata);
	}
	end_child(pid);
	TH_LOG("%" PRId64 " us of work in a second, then %" PRId64, work[0] / 1000,
	       work[1] / 1000);
	EXPECT_GT(3 * work[0], work[1]);
}

/*
 * Reads events until @enough were read in all, or none comes for a second. Adds up the events
 * and the overruns of the socket in @seen and @overruns.
 */
static void read_events(int fd, int family, struct wire_event *event, uint64_t enough,
			uint64_t *seen, uint64_t *overruns)
{
	int ret;

	while (*seen < enough && (ret = next_event(fd, family, event, 1000))) {
		*overruns += ret == -ENOBUFS;
		*seen += ret == 1;
	}
}

/*
 * A reader that is too slow gets ENOBUFS, and the sequence shows how many events it missed.
 * A gap at the end of the sequence shows only when another event follows, so the socket has
 * enough room for the last events.
 */
TEST_F_TIMEOUT(trigger, slow_reader, 120)
{
	uint64_t seen = 0, overruns = 0;
	int small = 1, large = 4 * MIB;
	int64_t dropped;
	pid_t pid;

	ADD(.cgroup = cgroup_id("a"), .metric = STALL, .threshold = 1, .window = 10 * MS,
	    .interval = 1);
	ASSERT_EQ(0, setsockopt(self->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)));
	pid = stall("a/x");
	ASSERT_LT(0, pid);
	usleep(500000);
	read_events(self->fd, self->family, &self->event, 50, &seen, &overruns);
	end_child(pid);
	read_events(self->fd, self->family, &self->event, UINT64_MAX, &seen, &overruns);
	EXPECT_LE(50, seen);
	EXPECT_LT(0, overruns);
	dropped = MODULE_STATUS(dropped.notifications);
	EXPECT_LT(0, dropped);

	ASSERT_EQ(0, setsockopt(self->fd, SOL_SOCKET, SO_RCVBUFFORCE, &large, sizeof(large)));
	pid = stall("a/x");
	ASSERT_LT(0, pid);
	read_events(self->fd, self->family, &self->event, seen + 1, &seen, &overruns);
	end_child(pid);
	read_events(self->fd, self->family, &self->event, UINT64_MAX, &seen, &overruns);
	TH_LOG("%" PRIu64 " events read, %" PRId64 " dropped in %" PRIu64
	       " overruns, the last has number %" PRIu64, seen, dropped, overruns,
	       self->event.seq);
	EXPECT_EQ(dropped, MODULE_STATUS(dropped.notifications));
	EXPECT_EQ(self->event.seq, seen + dropped);
}

/* The request in self->x is refused with that error, message, and offset or missing attribute */
#define REFUSED(_errno, _sentence, _offset, _missing)				\
	do {									\
		ASSERT_EQ(0, exchange(self->fd, &self->x));			\
		EXPECT_EQ(-(_errno), self->x.error);				\
		EXPECT_STREQ(_sentence, self->x.sentence);			\
		EXPECT_EQ(_offset, self->x.offset);				\
		EXPECT_EQ(_missing, self->x.missing);				\
	} while (0)

/* @_offset counts from the first attribute; a u64 takes 12 bytes and a u32 takes 8 */
#define REFUSED_SPEC(_errno, _sentence, _offset, ...)				\
	do {									\
		const struct spec _spec = { __VA_ARGS__ };			\
										\
		put_spec(&self->x, self->family, &_spec);			\
		REFUSED(_errno, _sentence, NLMSG_LENGTH(GENL_HDRLEN) + (_offset), 0); \
	} while (0)

TEST_F_TIMEOUT(trigger, missing_attribute_is_refused, 120)
{
	prepare(&self->x, self->family, HEADROOM_CMD_TRIGGER_ADD, 0);
	REFUSED(EINVAL, "name a cgroup to watch: cgroup is missing", 0,
		HEADROOM_A_TRIGGER_CGROUP);
	put_u64(&self->x, HEADROOM_A_TRIGGER_CGROUP, cgroup_id("a"));
	REFUSED(EINVAL, "choose what to sum up, stall or refaults: metric is missing", 0,
		HEADROOM_A_TRIGGER_METRIC);
	put_u32(&self->x, HEADROOM_A_TRIGGER_METRIC, STALL);
	REFUSED(EINVAL, "set the sum that fires the trigger: threshold is missing", 0,
		HEADROOM_A_TRIGGER_THRESHOLD);
	put_u64(&self->x, HEADROOM_A_TRIGGER_THRESHOLD, 1);
	REFUSED(EINVAL, "set the time to sum up over: window is missing", 0,
		HEADROOM_A_TRIGGER_WINDOW);
	EXPECT_EQ(0, MODULE_STATUS(triggers));
}

TEST_F_TIMEOUT(trigger, wrong_value_is_refused, 120)
{
	uint64_t a = cgroup_id("a");

	REFUSED_SPEC(ENOENT, "no cgroup with this id has the memory controller", 0,
		     .cgroup = 1ULL << 60, .metric = STALL, .threshold = 1, .window = SECOND);
	REFUSED_SPEC(ERANGE, "integer out of range", 12,
		     .cgroup = a, .scope = 3, .metric = STALL, .threshold = 1, .window = SECOND);
	REFUSED_SPEC(ERANGE, "integer out of range", 12,
		     .cgroup = a, .metric = 3, .threshold = 1, .window = SECOND);
	REFUSED_SPEC(ERANGE, "integer out of range", 20,
		     .cgroup = a, .metric = STALL, .cause = 14, .threshold = 1, .window = SECOND);
	REFUSED_SPEC(EINVAL,
		     "only stalls have a cause: leave it out, or choose the metric stall", 20,
		     .cgroup = a, .metric = REFAULTS, .cause = 1, .threshold = 1,
		     .window = SECOND);
	REFUSED_SPEC(ERANGE, "threshold: use 1 or more", 20,
		     .cgroup = a, .metric = STALL, .window = SECOND);
	REFUSED_SPEC(ERANGE, "window: use 10000000 (10 ms) to 60000000000 (1 min)", 32,
		     .cgroup = a, .metric = STALL, .threshold = 1, .window = 10 * MS - 1);
	REFUSED_SPEC(ERANGE, "window: use 10000000 (10 ms) to 60000000000 (1 min)", 32,
		     .cgroup = a, .metric = STALL, .threshold = 1, .window = 60 * SECOND + 1);
	REFUSED_SPEC(ERANGE, "clear: use less than the threshold", 44,
		     .cgroup = a, .metric = STALL, .threshold = 5, .window = SECOND, .clear = 5);
	EXPECT_EQ(0, MODULE_STATUS(triggers));
}

/* A number has 4 or 8 bytes. The attribute comes twice, and the last one counts. */
TEST_F_TIMEOUT(trigger, wrong_size_is_refused, 120)
{
	static const int attrs[] = {
		HEADROOM_A_TRIGGER_CGROUP, HEADROOM_A_TRIGGER_THRESHOLD,
		HEADROOM_A_TRIGGER_WINDOW, HEADROOM_A_TRIGGER_INTERVAL, HEADROOM_A_TRIGGER_CLEAR,
	};
	const struct spec spec = {
		.cgroup = cgroup_id("a"), .metric = STALL, .threshold = 1, .window = SECOND,
	};
	char bytes[16] = { 1 };
	unsigned int at;
	int size, i;

	for (size = 0; size < 16; size++) {
		if (size == 4 || size == 8)
			continue;
		for (i = 0; i < 5; i++) {
			put_spec(&self->x, self->family, &spec);
			at = next_offset(&self->x);
			put_attr(&self->x, attrs[i], bytes, size);
			ASSERT_EQ(0, exchange(self->fd, &self->x));
			EXPECT_GT(0, self->x.error);
			EXPECT_STRNE("", self->x.sentence);
			EXPECT_EQ(at, self->x.offset);
		}
	}
	EXPECT_EQ(0, MODULE_STATUS(triggers));
}

TEST_F_TIMEOUT(trigger, removal_of_no_trigger_is_refused, 120)
{
	prepare(&self->x, self->family, HEADROOM_CMD_TRIGGER_DEL, 0);
	REFUSED(EINVAL, "name the trigger to remove: id is missing", 0,
		HEADROOM_A_TRIGGER_ID);
	put_u32(&self->x, HEADROOM_A_TRIGGER_ID, 77);
	REFUSED(ENOENT, "this socket has set no trigger with this id",
		NLMSG_LENGTH(GENL_HDRLEN), 0);
	prepare(&self->x, self->family, HEADROOM_CMD_TRIGGER_DEL, 0);
	put_u32(&self->x, HEADROOM_A_TRIGGER_ID, 0);
	REFUSED(ERANGE, "integer out of range", NLMSG_LENGTH(GENL_HDRLEN), 0);
}

TEST_F_TIMEOUT(trigger, one_too_many_is_refused, 120)
{
	const struct spec last = {
		.cgroup = cgroup_id("a"), .metric = STALL, .threshold = 1, .window = SECOND,
	};
	int i;

	for (i = 0; i < 1024; i++)
		ADD(.cgroup = last.cgroup, .scope = i & 1 ? EACH : SUBTREE, .metric = STALL,
		    .threshold = 1, .window = SECOND);
	put_spec(&self->x, self->family, &last);
	REFUSED(ENOSPC, "1024 triggers are set: remove one first", 0, 0);
	EXPECT_EQ(1024, MODULE_STATUS(triggers));
}

#define ROUNDS	15

/* Times of one round, on CLOCK_MONOTONIC */
struct crossing {
	uint64_t crossed;	/* the stalls have reached 50 ms */
	uint64_t ours;		/* the event of the trigger was received */
	uint64_t psi;		/* poll() has returned for memory.pressure */
};

/*
 * A task stalls in the new cgroup @name, with a trigger and one of memory.pressure that are
 * set to 50 ms of stalls in a second. One task stalls without a break, so the event shows
 * when its stalls reached 50 ms.
 */
static void cross(struct __test_metadata *_metadata, int family, const char *name,
		  struct crossing *at)
{
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLPRI } };
	static const char pressure[] = "some 50000 1000000";
	const struct spec spec = {
		.cgroup = cgroup_id(name), .metric = STALL, .threshold = 50 * MS,
		.window = SECOND, .interval = 60 * SECOND,
	};
	struct wire_event event;
	struct exchange x;
	char path[128];
	pid_t pid;

	snprintf(path, sizeof(path), CGROUP_TEST "/%s/memory.pressure", name);
	fds[0].fd = open_socket();
	fds[1].fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, fds[0].fd);
	ASSERT_LE(0, fds[1].fd);
	ASSERT_LT(0, write(fds[1].fd, pressure, sizeof(pressure)));
	put_spec(&x, family, &spec);
	ASSERT_EQ(0, exchange(fds[0].fd, &x));
	ASSERT_EQ(0, x.error);
	/* Begin at a random point of any period that the kernel has */
	usleep(rand() % 200000);
	pid = stall(name);
	ASSERT_LT(0, pid);
	while (!at->ours || !at->psi) {
		ASSERT_LT(0, poll(fds, 2, PATIENCE));
		if (fds[1].revents && !at->psi) {
			at->psi = monotonic_ns();
			fds[1].events = 0;
		}
		if (!(fds[0].revents & POLLIN))
			continue;
		at->ours = monotonic_ns();
		ASSERT_EQ(1, next_event(fds[0].fd, family, &event, 0));
		at->crossed = event.time - (event.value - 50 * MS);
	}
	end_child(pid);
	close(fds[0].fd);
	close(fds[1].fd);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Time from 50 ms of stalls in a second to the process that waits for it */
TEST_F_TIMEOUT(trigger, latency, 600)
{
	double ours[ROUNDS], psi[ROUNDS];
	struct utsname uts;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		struct crossing at = {};
		char name[16];

		snprintf(name, sizeof(name), "l%d", i);
		ASSERT_EQ(0, cgroup_create(name));
		cross(_metadata, self->family, name, &at);
		ours[i] = ((double)at.ours - at.crossed) / 1e6;
		psi[i] = ((double)at.psi - at.crossed) / 1e6;
		ASSERT_EQ(0, cgroup_remove(name));
	}
	qsort(ours, ROUNDS, sizeof(*ours), by_size);
	qsort(psi, ROUNDS, sizeof(*psi), by_size);
	uname(&uts);
	TH_LOG("| from 50 ms of stalls in 1 s to the process, ms | median | least | most |");
	TH_LOG("| trigger, Linux %s | %.1f | %.1f | %.1f |", uts.release, ours[ROUNDS / 2],
	       ours[0], ours[ROUNDS - 1]);
	TH_LOG("| memory.pressure, the same | %.1f | %.1f | %.1f |", psi[ROUNDS / 2], psi[0],
	       psi[ROUNDS - 1]);
	EXPECT_GT(500, ours[ROUNDS / 2]);
}

TEST_HARNESS_MAIN
