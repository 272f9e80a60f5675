// SPDX-License-Identifier: GPL-2.0
/*
 * Check who may send which request, and that no user and no cgroup uses up what others need:
 * triggers, their watches, and room for notifications of OOM kills
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <linux/headroom.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "kselftest_harness.h"
#include "module.h"
#include "tracing.h"
#include "wire.h"
#include "workload.h"

#define SECOND		1000000000ULL
/* ms to wait for an event */
#define PATIENCE	20000

#define NONE		0ULL
#define NET_ADMIN	(1ULL << CAP_NET_ADMIN)
#define PERFMON		(1ULL << CAP_PERFMON)
#define SYS_ADMIN	(1ULL << CAP_SYS_ADMIN)

static const uint64_t capabilities[] = { NONE, NET_ADMIN, PERFMON, SYS_ADMIN };

#define NR_CAPABILITIES	(sizeof(capabilities) / sizeof(capabilities[0]))

/* Changes the effective capabilities of this process, and the permitted ones if @drop; 0 or -1 */
static int set_capabilities(uint64_t set, bool drop)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return -1;
	data[0].effective = set;
	data[1].effective = set >> 32;
	if (drop) {
		data[0].permitted = set;
		data[1].permitted = set >> 32;
	}
	return syscall(SYS_capset, &header, data);
}

static int gain_all(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return -1;
	data[0].effective = data[0].permitted;
	data[1].effective = data[1].permitted;
	return syscall(SYS_capset, &header, data);
}

/* Returns a socket that user @uid opens with only these capabilities, or -1 */
static int open_socket_as(uid_t uid, uint64_t set)
{
	int fd;

	if (setresuid(uid, 0, 0) || set_capabilities(set, false))
		return -1;
	fd = open_socket();
	if (gain_all() || setresuid(0, 0, 0))
		return -1;
	return fd;
}

/**
 * struct cell - a sender
 * @capabilities: those that it has in the initial user namespace
 * @user_ns: it is in another one then, where it has all, and has those no more
 * @net_ns: it opens its socket in a network namespace of its own
 */
struct cell {
	uint64_t capabilities;
	bool user_ns;
	bool net_ns;
};

static int become(const struct cell *cell)
{
	int net = cell->net_ns ? CLONE_NEWNET : 0;

	if (cell->user_ns)
		return set_capabilities(cell->capabilities, true) ||
		       unshare(CLONE_NEWUSER | net) ? -1 : 0;
	return (net && unshare(net)) || set_capabilities(cell->capabilities, true) ? -1 : 0;
}

/* The next of all cells after @i of them; false at the end */
static bool next_cell(unsigned int i, struct cell *cell)
{
	*cell = (struct cell){
		.capabilities = capabilities[i % NR_CAPABILITIES],
		.user_ns = i / NR_CAPABILITIES & 1,
		.net_ns = i / NR_CAPABILITIES & 2,
	};
	return i < 4 * NR_CAPABILITIES;
}

static bool may(uint64_t set, bool configures)
{
	return set & (configures ? SYS_ADMIN : SYS_ADMIN | PERFMON);
}

/* What the kernel says when it refuses a request for want of a capability */
static const char *refusal(bool configures)
{
	return configures ? "needs CAP_SYS_ADMIN in the initial user namespace" :
			    "needs CAP_PERFMON or CAP_SYS_ADMIN in the initial user namespace";
}

FIXTURE(rights)
{
	struct exchange *x;
	int family;
};

/**
 * @cmd, @flags: the request
 * @fill: writes its attributes
 * @configures: it needs the right to configure
 * @error: of a request with that right
 */
FIXTURE_VARIANT(rights)
{
	int cmd;
	int flags;
	void (*fill)(struct exchange *x);
	bool configures;
	int error;
};

static void fill_nothing(struct exchange *x)
{
}

/* The sets "cgroup" and "blame" have the same number for the id */
static void fill_id(struct exchange *x)
{
	put_u64(x, HEADROOM_A_CGROUP_ID, cgroup_id(""));
}

static void fill_stalls(struct exchange *x)
{
	put_u32(x, HEADROOM_A_PARAMS_STALLS, 1);
}

static void fill_trigger(struct exchange *x, const char *cgroup)
{
	put_u64(x, HEADROOM_A_TRIGGER_CGROUP, cgroup_id(cgroup));
	put_u32(x, HEADROOM_A_TRIGGER_SCOPE, HEADROOM_TRIGGER_SCOPE_EACH);
	put_u32(x, HEADROOM_A_TRIGGER_METRIC, HEADROOM_TRIGGER_METRIC_STALL);
	put_u64(x, HEADROOM_A_TRIGGER_THRESHOLD, 1);
	put_u64(x, HEADROOM_A_TRIGGER_WINDOW, 60 * SECOND);
	/* Keeps what has fired once */
	put_u64(x, HEADROOM_A_TRIGGER_INTERVAL, 3600 * SECOND);
}

static void fill_trigger_of_test(struct exchange *x)
{
	fill_trigger(x, "");
}

/* No socket has set this trigger, so a removal that is allowed fails in another way */
static void fill_no_trigger(struct exchange *x)
{
	put_u32(x, HEADROOM_A_TRIGGER_ID, 77);
}

FIXTURE_VARIANT_ADD(rights, status_get) {
	.cmd = HEADROOM_CMD_STATUS_GET, .fill = fill_nothing,
};

FIXTURE_VARIANT_ADD(rights, cgroup_get) {
	.cmd = HEADROOM_CMD_CGROUP_GET, .fill = fill_id,
};

FIXTURE_VARIANT_ADD(rights, cgroup_dump) {
	.cmd = HEADROOM_CMD_CGROUP_GET, .flags = NLM_F_DUMP, .fill = fill_nothing,
};

FIXTURE_VARIANT_ADD(rights, blame_get) {
	.cmd = HEADROOM_CMD_BLAME_GET, .fill = fill_id,
};

FIXTURE_VARIANT_ADD(rights, blame_dump) {
	.cmd = HEADROOM_CMD_BLAME_GET, .flags = NLM_F_DUMP, .fill = fill_nothing,
};

FIXTURE_VARIANT_ADD(rights, stall_dump) {
	.cmd = HEADROOM_CMD_STALL_GET, .flags = NLM_F_DUMP, .fill = fill_nothing,
};

FIXTURE_VARIANT_ADD(rights, params_get) {
	.cmd = HEADROOM_CMD_PARAMS_GET, .fill = fill_nothing,
};

FIXTURE_VARIANT_ADD(rights, params_set) {
	.cmd = HEADROOM_CMD_PARAMS_SET, .fill = fill_stalls, .configures = true,
};

FIXTURE_VARIANT_ADD(rights, trigger_add) {
	.cmd = HEADROOM_CMD_TRIGGER_ADD, .fill = fill_trigger_of_test,
};

FIXTURE_VARIANT_ADD(rights, trigger_del) {
	.cmd = HEADROOM_CMD_TRIGGER_DEL, .fill = fill_no_trigger, .error = -ENOENT,
};

FIXTURE_SETUP(rights)
{
	int fd;

	ASSERT_EQ(0, module_reload(""));
	ASSERT_EQ(0, cgroup_setup());
	fd = open_socket();
	ASSERT_LE(0, fd);
	self->family = family_id(fd, NULL);
	ASSERT_LT(0, self->family);
	close(fd);
	self->x = mmap(NULL, sizeof(*self->x), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->x);
}

FIXTURE_TEARDOWN(rights)
{
	munmap(self->x, sizeof(*self->x));
	cgroup_cleanup();
}

/* A task with the rights of @cell sends the request in @x; 0 if it has the answer */
static int send_from(const struct cell *cell, struct exchange *x)
{
	pid_t pid = fork();
	int fd;

	if (pid)
		return wait_child(pid);
	if (become(cell))
		_exit(2);
	fd = open_socket();
	_exit(fd < 0 || exchange(fd, x) ? 1 : 0);
}

/* Whether the answer is that of a request with the right, or a refusal that names the right */
static bool is_answer(const struct exchange *x, bool allowed,
		      const FIXTURE_VARIANT(rights) *variant)
{
	const char *sentence = refusal(variant->configures);

	if (allowed)
		return x->error == variant->error;
	/* On Linux 6.1 the module cannot attach a message when a dump does not start */
	if (variant->flags && kernel_is_6_1())
		sentence = "";
	return x->error == -EPERM && !x->replies && !strcmp(sentence, x->sentence);
}

/* Outside of the initial network namespace there is no family, with any capability */
static bool is_absent(const struct exchange *x)
{
	return x->error == -ENOENT && !x->replies && !*x->sentence;
}

/* Each capability, in each kind of user and of network namespace */
TEST_F_TIMEOUT(rights, sender, 120)
{
	struct cell cell;
	unsigned int i;
	bool allowed;

	for (i = 0; next_cell(i, &cell); i++) {
		prepare(self->x, self->family, variant->cmd, variant->flags);
		variant->fill(self->x);
		ASSERT_EQ(0, send_from(&cell, self->x));
		allowed = !cell.user_ns && may(cell.capabilities, variant->configures);
		EXPECT_TRUE(cell.net_ns ? is_absent(self->x) :
			    is_answer(self->x, allowed, variant))
			TH_LOG("capabilities %#" PRIx64 "%s%s: error %d, \"%s\"",
			       cell.capabilities, cell.user_ns ? ", own user namespace" : "",
			       cell.net_ns ? ", own network namespace" : "", self->x->error,
			       self->x->sentence);
	}
	EXPECT_EQ(16, i);
}

/*
 * Opens the socket with the capabilities @opener in the initial user namespace, as a task that
 * passes it on, or makes it the output of a program with more; sends with @sender.
 */
static int send_through(uint64_t opener, const struct cell *sender, struct exchange *x)
{
	pid_t pid = fork();
	int fd;

	if (pid)
		return wait_child(pid);
	fd = open_socket_as(0, opener);
	if (fd < 0 || become(sender))
		_exit(2);
	_exit(exchange(fd, x) ? 1 : 0);
}

/* Both the task that opened the socket and the one that sends need the same capability */
TEST_F_TIMEOUT(rights, opener_and_sender, 120)
{
	static const uint64_t all = NET_ADMIN | PERFMON | SYS_ADMIN;
	struct cell sender = {};
	unsigned int i, j;
	bool allowed;

	for (i = 0; i <= NR_CAPABILITIES; i++)
		for (j = 0; j <= NR_CAPABILITIES + 1; j++) {
			uint64_t opener = i < NR_CAPABILITIES ? capabilities[i] : all;

			sender.capabilities = j < NR_CAPABILITIES ? capabilities[j] : all;
			sender.user_ns = j > NR_CAPABILITIES;
			prepare(self->x, self->family, variant->cmd, variant->flags);
			variant->fill(self->x);
			ASSERT_EQ(0, send_through(opener, &sender, self->x));
			allowed = !sender.user_ns &&
				  may(opener & sender.capabilities, variant->configures);
			EXPECT_TRUE(is_answer(self->x, allowed, variant))
				TH_LOG("opener %#" PRIx64 ", sender %#" PRIx64
				       "%s: error %d, \"%s\"", opener, sender.capabilities,
				       sender.user_ns ? " in its own user namespace" : "",
				       self->x->error, self->x->sentence);
		}
}

/* The group "events" */
FIXTURE(rights_group)
{
	struct result {
		int error;
		int events;
		bool joined;
	} *result;
	uint32_t group;
	int family;
};

FIXTURE_SETUP(rights_group)
{
	int fd;

	ASSERT_EQ(0, module_reload(""));
	ASSERT_EQ(0, cgroup_setup());
	fd = open_socket();
	ASSERT_LE(0, fd);
	self->family = family_id(fd, &self->group);
	ASSERT_LT(0, self->family);
	close(fd);
	self->result = mmap(NULL, sizeof(*self->result), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->result);
}

FIXTURE_TEARDOWN(rights_group)
{
	munmap(self->result, sizeof(*self->result));
	cgroup_cleanup();
}

/* Joins the group with the rights of @cell, and then counts the first event of three seconds */
static pid_t join_from(const struct cell *cell, int family, uint32_t group,
		       struct result *result)
{
	struct wire_event event;
	pid_t pid = fork();
	int fd;

	if (pid)
		return pid;
	if (become(cell))
		_exit(2);
	fd = open_socket();
	if (fd < 0)
		_exit(1);
	result->error = join_group(fd, group);
	__atomic_store_n(&result->joined, true, __ATOMIC_RELEASE);
	if (!result->error)
		result->events = next_event(fd, family, &event, cell->net_ns ? 3000 : PATIENCE);
	_exit(0);
}

static bool has_joined(void *result)
{
	return __atomic_load_n(&((struct result *)result)->joined, __ATOMIC_ACQUIRE);
}

/*
 * Only CAP_SYS_ADMIN in the initial user namespace receives events. In a network namespace of
 * its own, a task may join the number of the group, but no event gets there.
 */
TEST_F_TIMEOUT(rights_group, sender, 300)
{
	struct cell cell;
	char name[16];
	unsigned int i;
	pid_t pid;

	for (i = 0; next_cell(i, &cell); i++) {
		bool allowed = !cell.user_ns && !cell.net_ns && cell.capabilities == SYS_ADMIN;

		memset(self->result, 0, sizeof(*self->result));
		pid = join_from(&cell, self->family, self->group, self->result);
		ASSERT_TRUE(wait_until(has_joined, self->result, 20));
		snprintf(name, sizeof(name), "c%u", i);
		ASSERT_EQ(0, cgroup_create(name));
		ASSERT_EQ(0, wait_child(pid));
		EXPECT_EQ(allowed, self->result->events)
			TH_LOG("capabilities %#" PRIx64 "%s%s", cell.capabilities,
			       cell.user_ns ? ", own user namespace" : "",
			       cell.net_ns ? ", own network namespace" : "");
		if (!cell.net_ns)
			EXPECT_EQ(allowed ? 0 : -EPERM, self->result->error);
	}
	EXPECT_EQ(16, i);
}

/* Writes the value that the parameter has to its file, with the rights of @cell; 0 or an errno */
static int write_stalls(const struct cell *cell)
{
	pid_t pid = fork();
	int fd;

	if (pid)
		return wait_child(pid);
	if (become(cell))
		_exit(255);
	fd = open("/sys/module/headroom/parameters/stalls", O_WRONLY | O_CLOEXEC);
	_exit(fd < 0 || write(fd, "Y", 1) < 0 ? errno : 0);
}

/* User 0 owns the files of parameters, but the right to configure is that of params-set */
TEST_F_TIMEOUT(rights_group, sysfs_needs_the_right_to_configure, 120)
{
	struct cell cell;
	unsigned int i;

	for (i = 0; next_cell(i, &cell); i++) {
		EXPECT_EQ(!cell.user_ns && may(cell.capabilities, true) ? 0 : EPERM,
			  write_stalls(&cell))
			TH_LOG("capabilities %#" PRIx64 "%s", cell.capabilities,
			       cell.user_ns ? ", own user namespace" : "");
	}
}

/* Reads what the library's large messages have, with the capabilities of headroomd.service */
static int read_all(void)
{
	static const uint64_t set = PERFMON | 1ULL << CAP_DAC_READ_SEARCH | 1ULL << CAP_DAC_OVERRIDE;
	struct headroom_snapshot *s = NULL;
	struct headroom_cgroup *cg = NULL;
	struct headroom *h = NULL;
	int err;

	if (set_capabilities(set, true))
		return 1;
	err = headroom_open(&h) ?: headroom_snapshot_take(h, NULL, &s) ?:
	      headroom_cgroup_get(h, cgroup_id(""), &cg);
	if (err)
		fprintf(stderr, "# %s\n", headroom_error(h));
	err |= s && !headroom_snapshot_find(s, cgroup_id("c299"));
	headroom_cgroup_free(cg);
	headroom_snapshot_free(s);
	headroom_close(h);
	return err ? 2 : 0;
}

/* The library reads without CAP_NET_ADMIN, by which its queue for answers would be larger */
TEST_F_TIMEOUT(rights_group, library_needs_no_larger_queue, 120)
{
	pid_t pid;

	ASSERT_EQ(0, cgroup_create_numbered("c", 300));
	pid = fork();
	if (!pid)
		_exit(read_all());
	EXPECT_EQ(0, wait_child(pid));
}

/* Triggers of several users */
FIXTURE(rights_trigger)
{
	struct wire_event event;
	struct exchange x;
	int family;
	int fd;
};

FIXTURE_SETUP(rights_trigger)
{
	if (access("/proc/pressure/memory", R_OK))
		SKIP(return, "PSI is off");
	ASSERT_EQ(0, module_reload(""));
	ASSERT_EQ(0, cgroup_setup());
	self->fd = open_socket();
	ASSERT_LE(0, self->fd);
	self->family = family_id(self->fd, NULL);
	ASSERT_LT(0, self->family);
}

FIXTURE_TEARDOWN(rights_trigger)
{
	close(self->fd);
	cgroup_cleanup();
}

/* Sets a trigger for each cgroup below @cgroup; the number of the trigger or the error is in @x */
static int add_trigger(int fd, struct exchange *x, int family, const char *cgroup)
{
	prepare(x, family, HEADROOM_CMD_TRIGGER_ADD, 0);
	fill_trigger(x, cgroup);
	return exchange(fd, x);
}

/* Sets triggers until one is refused, at most 2000; returns the number of them */
static int add_all(int fd, struct exchange *x, int family)
{
	int nr = 0;

	while (nr < 2000 && !add_trigger(fd, x, family, "") && !x->error)
		nr++;
	return nr;
}

#define EXPECT_REFUSED(_errno, _sentence)					\
	do {									\
		EXPECT_EQ(-(_errno), self->x.error);				\
		EXPECT_STREQ(_sentence, self->x.sentence);			\
	} while (0)

#define USERS	4
#define USER_IS_FULL	"this user has set 256 triggers: remove one first"
#define REST_IS_RESERVED							\
	"768 triggers are set, and the others are reserved for CAP_SYS_ADMIN: remove one first"

/*
 * A user without CAP_SYS_ADMIN may set 256 triggers, on any number of sockets, and all such
 * users 768. The others remain for who has it, and closing sockets makes room at once.
 */
TEST_F_TIMEOUT(rights_trigger, limits, 300)
{
	int fd[USERS], second, i;

	for (i = 0; i < USERS; i++) {
		fd[i] = open_socket_as(1000 + i, PERFMON);
		ASSERT_LE(0, fd[i]);
		EXPECT_EQ(i < 3 ? 256 : 0, add_all(fd[i], &self->x, self->family));
		if (i < 3)
			EXPECT_REFUSED(EDQUOT, USER_IS_FULL);
		else
			EXPECT_REFUSED(ENOSPC, REST_IS_RESERVED);
	}
	second = open_socket_as(1000, PERFMON);
	ASSERT_LE(0, second);
	EXPECT_EQ(0, add_all(second, &self->x, self->family));
	EXPECT_REFUSED(EDQUOT, USER_IS_FULL);

	EXPECT_EQ(256, add_all(self->fd, &self->x, self->family));
	EXPECT_REFUSED(ENOSPC, "1024 triggers are set: remove one first");
	EXPECT_EQ(1024, MODULE_STATUS(triggers));

	close(fd[0]);
	EXPECT_EQ(768, MODULE_STATUS(triggers));
	EXPECT_EQ(0, add_all(second, &self->x, self->family));
	EXPECT_REFUSED(ENOSPC, REST_IS_RESERVED);
	close(self->fd);
	self->fd = open_socket();
	EXPECT_EQ(256, add_all(second, &self->x, self->family));
	EXPECT_EQ(768, MODULE_STATUS(triggers));
	close(second);
	for (i = 1; i < USERS; i++)
		close(fd[i]);
	EXPECT_EQ(0, MODULE_STATUS(triggers));
}

/* Root without the capability is a user like any other: the capability counts, not the name */
TEST_F_TIMEOUT(rights_trigger, root_without_capability, 300)
{
	int fd = open_socket_as(0, PERFMON);

	ASSERT_LE(0, fd);
	EXPECT_EQ(256, add_all(fd, &self->x, self->family));
	EXPECT_REFUSED(EDQUOT, USER_IS_FULL);
	EXPECT_EQ(768, add_all(self->fd, &self->x, self->family));
	EXPECT_REFUSED(ENOSPC, "1024 triggers are set: remove one first");
	close(fd);
}

#define CHILDREN	1030
#define TRIGGERS	5
#define OF_ONE_TRIGGER	1024
#define OF_ONE_USER	4096

static int charge(void)
{
	void *p = map_memory(64 * MIB);

	if (!p)
		return 1;
	fill_memory(p, 64 * MIB);
	return 0;
}

/* Starts a task in a new cgroup that stalls until it is killed; its pid, or -1 */
static pid_t start_stall(const char *name)
{
	struct clone_args args = { .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD };
	char path[128];
	pid_t pid;
	int fd;

	if (cgroup_create(name) || cgroup_write(name, "memory.high", "0") ||
	    cgroup_write(name, "memory.swap.max", "0"))
		return -1;
	snprintf(path, sizeof(path), CGROUP_TEST "/%s", name);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	args.cgroup = fd;
	/* Moving a task takes longer, since the kernel waits for all CPUs */
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (!pid)
		_exit(charge());
	close(fd);
	return pid;
}

static bool is_throttled(void *name)
{
	return cgroup_read(name, "memory.events", "high") > 0;
}

#define BATCH	16

/* Has a task stall in each of so many new cgroups, a few of them at a time; 0 or -1 */
static int stall_in_new(const char *prefix, int nr)
{
	pid_t pid[BATCH];
	char name[32];
	int i, j, err = 0;

	for (i = 0; i < nr && !err; i += BATCH) {
		for (j = 0; j < BATCH && i + j < nr; j++) {
			snprintf(name, sizeof(name), "%s%d", prefix, i + j);
			pid[j] = start_stall(name);
			err |= pid[j] < 0;
		}
		while (j--) {
			snprintf(name, sizeof(name), "%s%d", prefix, i + j);
			err |= !wait_until(is_throttled, name, 60);
			end_child(pid[j]);
		}
	}
	return err ? -1 : 0;
}

static void end_all_children(void)
{
	while (waitpid(-1, NULL, 0) > 0)
		;
}

/* Who sets the triggers of the scope "each" on the cgroup with many children */
FIXTURE_VARIANT(rights_trigger_watches)
{
	uid_t uid;
	uint64_t capabilities;
	int watches;
};

FIXTURE(rights_trigger_watches)
{
	struct wire_event event;
	struct exchange x;
	int family;
	int many, few;
};

FIXTURE_VARIANT_ADD(rights_trigger_watches, root) {
	.uid = 0, .capabilities = PERFMON | SYS_ADMIN, .watches = TRIGGERS * OF_ONE_TRIGGER,
};

FIXTURE_VARIANT_ADD(rights_trigger_watches, user) {
	.uid = 1000, .capabilities = PERFMON, .watches = OF_ONE_USER,
};

FIXTURE_SETUP(rights_trigger_watches)
{
	int room = 64 * MIB;

	if (access("/proc/pressure/memory", R_OK))
		SKIP(return, "PSI is off");
	ASSERT_EQ(0, module_reload(""));
	ASSERT_EQ(0, cgroup_setup());
	ASSERT_EQ(0, cgroup_create_parent("many"));
	ASSERT_EQ(0, cgroup_create_parent("few"));
	self->many = open_socket_as(variant->uid, variant->capabilities);
	ASSERT_LE(0, self->many);
	ASSERT_EQ(0, setsockopt(self->many, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)));
	self->few = open_socket();
	ASSERT_LE(0, self->few);
	self->family = family_id(self->few, NULL);
	ASSERT_LT(0, self->family);
}

FIXTURE_TEARDOWN(rights_trigger_watches)
{
	close(self->many);
	close(self->few);
	cgroup_cleanup();
}

/* Returns the number of events of a socket, until none comes for a while */
static int count_events(int fd, int family)
{
	struct wire_event event;
	int nr = 0;

	while (next_event(fd, family, &event, nr ? 3000 : PATIENCE) == 1)
		nr++;
	return nr;
}

/*
 * Many cgroups with stalls use up the watches of the triggers on them, and what is not watched
 * is counted. A trigger of another user on another cgroup is watched all the same.
 */
TEST_F_TIMEOUT(rights_trigger_watches, many_cgroups, 600)
{
	int i;

	for (i = 0; i < TRIGGERS; i++) {
		ASSERT_EQ(0, add_trigger(self->many, &self->x, self->family, "many"));
		ASSERT_EQ(0, self->x.error);
	}
	ASSERT_EQ(0, add_trigger(self->few, &self->x, self->family, "few"));
	ASSERT_EQ(0, self->x.error);
	ASSERT_EQ(0, stall_in_new("many/c", CHILDREN));
	i = count_events(self->many, self->family);
	TH_LOG("%d cgroups, %d triggers: %d watches, %" PRId64 " dropped", CHILDREN, TRIGGERS, i,
	       MODULE_STATUS(dropped.notifications));
	EXPECT_EQ(variant->watches, i);
	EXPECT_LT(0, MODULE_STATUS(dropped.notifications));
	ASSERT_EQ(0, stall_in_new("few/c", 1));
	EXPECT_EQ(1, count_events(self->few, self->family));
}

/* Returns the address of a symbol of the module; 0 if the kernel does not tell */
static uint64_t address_of(const char *symbol)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	uint64_t address = 0;
	char line[256], name[128];

	while (f && !address && fgets(line, sizeof(line), f))
		if (sscanf(line, "%" SCNx64 " %*c %127s", &address, name) != 2 ||
		    strcmp(name, symbol) || !strstr(line, "[headroom]"))
			address = 0;
	if (f)
		fclose(f);
	return address;
}

struct taken {
	uint64_t lock;
	int times;
	int others;
};

static void see_lock(void *arg, const struct traced *traced)
{
	struct taken *taken = arg;
	uint64_t lock = 0;

	if (strcmp(traced->event, "mutex"))
		return;
	sscanf(strstr(traced->fields, "lock=") ?: "", "lock=%" SCNx64, &lock);
	taken->times += lock == taken->lock;
	taken->others += lock != taken->lock;
}

/*
 * Closing a generic netlink socket takes no lock of the triggers, whether or not the socket has
 * any: a task that holds that lock may have no CPU time, and others would wait for it.
 */
TEST_F_TIMEOUT(rights_trigger, closing_takes_no_lock, 120)
{
	struct taken taken = { .lock = address_of("hr_triggers_mutex") };
	int with = open_socket(), without = open_socket();

	if (!taken.lock)
		SKIP(return, "the kernel does not tell addresses");
	ASSERT_EQ(0, add_trigger(self->fd, &self->x, self->family, ""));
	ASSERT_EQ(0, add_trigger(with, &self->x, self->family, ""));
	ASSERT_EQ(0, tracing_begin(256));
	if (tracing_function("mutex", "mutex_lock lock=%di:x64", getpid())) {
		tracing_end();
		SKIP(return, "this kernel traces no mutexes");
	}
	close(without);
	close(with);
	/* Takes the lock, so the trace shows that it would be seen */
	ASSERT_EQ(0, tracing_read(see_lock, &taken));
	TH_LOG("%d times, and %d other mutexes", taken.times, taken.others);
	EXPECT_EQ(0, taken.times);
	taken.times = 0;
	/* A worker sets triggers */
	ASSERT_EQ(0, tracing_begin(1024));
	ASSERT_EQ(0, tracing_function("mutex", "mutex_lock lock=%di:x64", 0));
	ASSERT_EQ(0, add_trigger(self->fd, &self->x, self->family, ""));
	ASSERT_EQ(0, tracing_read(see_lock, &taken));
	EXPECT_LT(0, taken.times);
	tracing_end();
	EXPECT_EQ(2, MODULE_STATUS(triggers));
}

#define LOOPS	100
#define PARTS	5

/* OOM kills in two cgroups, of which one loops */
FIXTURE(rights_oom)
{
	struct wire_event event;
	uint32_t group;
	int family;
	int fd;
};

FIXTURE_SETUP(rights_oom)
{
	int size = 8 * MIB;

	ASSERT_EQ(0, module_reload(""));
	ASSERT_EQ(0, cgroup_setup());
	self->fd = open_socket();
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, setsockopt(self->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)));
	self->family = family_id(self->fd, &self->group);
	ASSERT_LT(0, self->family);
}

FIXTURE_TEARDOWN(rights_oom)
{
	close(self->fd);
	cgroup_cleanup();
	end_all_children();
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

/* Becomes a real-time task on that CPU, on which no worker runs any more; 0 or -1 */
static int seize(int cpu)
{
	struct sched_param high = { .sched_priority = 50 };

	return pin_to_cpu(0, cpu) || sched_setscheduler(0, SCHED_FIFO, &high) ? -1 : 0;
}

static bool killed_in(const char *cgroup, int nr)
{
	return cgroup_read(cgroup, "memory.events", "oom_kill") >= nr;
}

/* Kills the task of "quiet" as soon as those of "loop" are killed, or after 30 seconds */
static int kill_after_loop(void)
{
	uint64_t end = monotonic_ns() + 30 * SECOND;

	while (!killed_in("loop", LOOPS) && monotonic_ns() < end)
		;
	return cgroup_write("quiet", "memory.max", "0") ? 1 : 0;
}

/* Keeps a CPU busy until the last task is killed, or for 30 seconds */
static int keep_busy(void)
{
	uint64_t end = monotonic_ns() + 30 * SECOND;

	while (!killed_in("quiet", 1) && monotonic_ns() < end)
		;
	return 0;
}

/* Starts the task for that CPU, which counts in @seized when it runs there; its pid, or -1 */
static pid_t start_on(int cpu, int64_t *seized)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	if (seize(cpu))
		_exit(2);
	__atomic_add_fetch(seized, 1, __ATOMIC_SEQ_CST);
	_exit(cpu == 1 ? kill_after_loop() : keep_busy());
}

static bool all_seized(void *seized)
{
	return __atomic_load_n((int64_t *)seized, __ATOMIC_SEQ_CST) ==
	       sysconf(_SC_NPROCESSORS_ONLN) - 1;
}

/* Kills all tasks of "loop" at once, and then that of "quiet", while no worker runs; 0 or -1 */
static int kill_both(int cpus)
{
	struct sched_param normal = {};
	/* The console would need longer than real-time tasks may run */
	int64_t console = set_sysctl("kernel/printk", 1);
	int64_t *seized = shared_counter();
	int err = console < 0 || !seized, cpu;
	pid_t other[cpus];

	err |= pin_to_cpu(0, 0);
	for (cpu = 1; cpu < cpus; cpu++)
		other[cpu] = start_on(cpu, seized);
	err |= !wait_until(all_seized, seized, 60);
	err |= seize(0);
	err |= cgroup_write("loop", "memory.max", "0");
	err |= sched_setscheduler(0, SCHED_OTHER, &normal);
	for (cpu = 1; cpu < cpus; cpu++)
		err |= wait_child(other[cpu]);
	err |= set_sysctl("kernel/printk", console) != 1;
	return err ? -1 : 0;
}

static bool is_charged(void *unused)
{
	return cgroup_read("loop", "memory.current", NULL) >= LOOPS * MIB / 4 &&
	       cgroup_read("quiet", "memory.current", NULL) >= MIB / 4;
}

/* Starts the tasks of "loop", spread over PARTS cgroups below it, and that of "quiet"; 0 or -1 */
static int start_tasks(void)
{
	char name[32];
	int i;

	for (i = 0; i < LOOPS; i++) {
		snprintf(name, sizeof(name), "loop/c%d", i % PARTS);
		if (cgroup_start(name, hold_some, NULL) < 0)
			return -1;
	}
	return cgroup_start("quiet", hold_some, NULL) < 0 ||
	       !wait_until(is_charged, NULL, 120) ? -1 : 0;
}

/* On PREEMPT_RT a task that spins for its victims would starve what they need to exit */
static bool may_starve_others(void)
{
	struct utsname uts;

	return !uname(&uts) && !strstr(uts.version, "PREEMPT_RT");
}

/*
 * A container in which 100 tasks are killed, in several cgroups of its own, fills the ring of
 * kills that are not sent yet. The kill in another one is reported all the same, and the
 * numbers of the events show how many were dropped.
 */
TEST_F_TIMEOUT(rights_oom, loop_in_another_cgroup, 300)
{
	int cpus = sysconf(_SC_NPROCESSORS_ONLN), seen = 0, quiet = 0;
	uint64_t seq = 0;
	int64_t dropped;

	if (cpus < 2 || !may_starve_others())
		SKIP(return, "the worker can not be kept from running");
	ASSERT_EQ(0, cgroup_create_parent("loop"));
	ASSERT_EQ(0, cgroup_create_numbered("loop/c", PARTS));
	ASSERT_EQ(0, cgroup_create("quiet"));
	ASSERT_EQ(0, cgroup_write("loop", "memory.oom.group", "1"));
	ASSERT_EQ(0, cgroup_write("loop", "memory.swap.max", "0"));
	ASSERT_EQ(0, cgroup_write("quiet", "memory.swap.max", "0"));
	ASSERT_EQ(0, start_tasks());
	headroom_status_free(module_status());
	ASSERT_EQ(0, join_group(self->fd, self->group));
	EXPECT_EQ(0, kill_both(cpus));
	/* The last event, since a gap at the end does not show */
	ASSERT_EQ(0, cgroup_create("last"));
	for (;; seen++) {
		ASSERT_EQ(1, next_event(self->fd, self->family, &self->event, PATIENCE));
		EXPECT_LT(seq, self->event.seq);
		seq = self->event.seq;
		if (self->event.cmd != HEADROOM_CMD_OOM_KILL_NTF)
			break;
		quiet += self->event.cgroup == cgroup_id("quiet");
	}
	EXPECT_EQ(HEADROOM_CMD_CGROUP_BORN_NTF, self->event.cmd);
	dropped = MODULE_STATUS(dropped.notifications);
	TH_LOG("%d kills were reported, %d of them in \"quiet\"; %" PRId64 " dropped", seen, quiet,
	       dropped);
	EXPECT_LT(0, dropped);
	EXPECT_EQ(1, quiet);
	EXPECT_EQ(LOOPS + 1, seen + dropped);
	EXPECT_EQ(seq - 1, seen + dropped);
}

TEST_HARNESS_MAIN
