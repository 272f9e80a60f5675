// SPDX-License-Identifier: GPL-2.0
/*
 * Check the netlink family: its replies, and which requests it refuses with which error and
 * message
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/headroom.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "kselftest_harness.h"
#include "module.h"
#include "wire.h"

FIXTURE(netlink)
{
	struct exchange x;
	int family;
	uint32_t group;
	int fd;
};

FIXTURE_SETUP(netlink)
{
	ASSERT_EQ(0, module_reload(""));
	ASSERT_EQ(0, cgroup_setup());
	self->fd = open_socket();
	ASSERT_LE(0, self->fd);
	self->family = family_id(self->fd, &self->group);
	ASSERT_LT(0, self->family);
}

FIXTURE_TEARDOWN(netlink)
{
	close(self->fd);
	cgroup_cleanup();
}

#define PREPARE(cmd, flags)	prepare(&self->x, self->family, cmd, flags)
#define SEND()			ASSERT_EQ(0, exchange(self->fd, &self->x))

TEST_F(netlink, status)
{
	PREPARE(HEADROOM_CMD_STATUS_GET, 0);
	SEND();
	EXPECT_EQ(0, self->x.error);
	EXPECT_EQ(1, self->x.replies);
}

TEST_F(netlink, dump_has_each_cgroup_once)
{
	int before;

	PREPARE(HEADROOM_CMD_CGROUP_GET, NLM_F_DUMP);
	SEND();
	before = self->x.replies;
	EXPECT_EQ(0, self->x.error);
	EXPECT_LE(2, before);
	ASSERT_EQ(0, cgroup_create_numbered("c", 100));
	PREPARE(HEADROOM_CMD_CGROUP_GET, NLM_F_DUMP);
	SEND();
	EXPECT_EQ(before + 100, self->x.replies);
	EXPECT_FALSE(self->x.interrupted);
}

TEST_F(netlink, one_cgroup)
{
	uint64_t id = cgroup_id("");

	PREPARE(HEADROOM_CMD_CGROUP_GET, 0);
	put_attr(&self->x, HEADROOM_A_CGROUP_ID, &id, sizeof(id));
	SEND();
	EXPECT_EQ(0, self->x.error);
	EXPECT_EQ(1, self->x.replies);
}

TEST_F(netlink, blame_of_one_cgroup)
{
	uint64_t id = cgroup_id("");

	PREPARE(HEADROOM_CMD_BLAME_GET, 0);
	put_attr(&self->x, HEADROOM_A_BLAME_ID, &id, sizeof(id));
	SEND();
	EXPECT_EQ(0, self->x.error);
	EXPECT_EQ(1, self->x.replies);
}

TEST_F(netlink, blame_dump)
{
	PREPARE(HEADROOM_CMD_BLAME_GET, NLM_F_DUMP);
	SEND();
	EXPECT_EQ(0, self->x.error);
	EXPECT_FALSE(self->x.interrupted);
}

/* A number below 2^32 may have 4 bytes */
TEST_F(netlink, id_of_4_bytes)
{
	uint32_t id = cgroup_id("");

	PREPARE(HEADROOM_CMD_CGROUP_GET, 0);
	put_attr(&self->x, HEADROOM_A_CGROUP_ID, &id, sizeof(id));
	SEND();
	EXPECT_EQ(0, self->x.error);
	EXPECT_EQ(1, self->x.replies);
}

/* The operations that take the id of a cgroup */
FIXTURE(netlink_id)
{
	struct exchange x;
	int family;
	int fd;
};

FIXTURE_VARIANT(netlink_id)
{
	int cmd;
	int attr;
};

FIXTURE_VARIANT_ADD(netlink_id, cgroup_get) {
	.cmd = HEADROOM_CMD_CGROUP_GET, .attr = HEADROOM_A_CGROUP_ID,
};

FIXTURE_VARIANT_ADD(netlink_id, blame_get) {
	.cmd = HEADROOM_CMD_BLAME_GET, .attr = HEADROOM_A_BLAME_ID,
};

FIXTURE_SETUP(netlink_id)
{
	ASSERT_EQ(0, module_reload(""));
	self->fd = open_socket();
	ASSERT_LE(0, self->fd);
	self->family = family_id(self->fd, NULL);
	ASSERT_LT(0, self->family);
}

FIXTURE_TEARDOWN(netlink_id)
{
	close(self->fd);
}

TEST_F(netlink_id, missing_is_refused)
{
	PREPARE(variant->cmd, 0);
	SEND();
	EXPECT_EQ(-EINVAL, self->x.error);
	EXPECT_STREQ("name a cgroup: id is missing; dump to get all",
		     self->x.sentence);
	EXPECT_EQ(variant->attr, self->x.missing);
}

TEST_F(netlink_id, unknown_is_refused)
{
	uint64_t id = 1ULL << 60;

	PREPARE(variant->cmd, 0);
	put_attr(&self->x, variant->attr, &id, sizeof(id));
	SEND();
	EXPECT_EQ(-ENOENT, self->x.error);
	EXPECT_STREQ("no cgroup with this id has the memory controller",
		     self->x.sentence);
	EXPECT_EQ(NLMSG_LENGTH(GENL_HDRLEN), self->x.offset);
}

TEST_F(netlink_id, wrong_size_is_refused)
{
	int size;

	for (size = 0; size < 16; size++) {
		char bytes[16] = { 1 };

		if (size == 4 || size == 8)
			continue;
		PREPARE(variant->cmd, 0);
		put_attr(&self->x, variant->attr, bytes, size);
		SEND();
		EXPECT_GT(0, self->x.error);
		EXPECT_STRNE("", self->x.sentence);
		EXPECT_EQ(NLMSG_LENGTH(GENL_HDRLEN), self->x.offset);
	}
}

TEST_F(netlink_id, unknown_attribute_is_refused)
{
	uint32_t value = 1;

	PREPARE(variant->cmd, 0);
	put_attr(&self->x, 99, &value, sizeof(value));
	SEND();
	EXPECT_GT(0, self->x.error);
	EXPECT_STRNE("", self->x.sentence);
}

TEST_F(netlink_id, id_in_a_dump_is_refused)
{
	uint32_t value = 1;

	PREPARE(variant->cmd, NLM_F_DUMP);
	put_attr(&self->x, variant->attr, &value, sizeof(value));
	SEND();
	EXPECT_GT(0, self->x.error);
	/* On Linux 6.1 the module cannot attach a message when a dump does not start */
	if (!kernel_is_6_1())
		EXPECT_STRNE("", self->x.sentence);
}

TEST_F(netlink, status_takes_no_attributes)
{
	uint32_t value = 1;

	PREPARE(HEADROOM_CMD_STATUS_GET, 0);
	put_attr(&self->x, 1, &value, sizeof(value));
	SEND();
	EXPECT_GT(0, self->x.error);
	EXPECT_STRNE("", self->x.sentence);
}

TEST_F(netlink, unknown_command_is_refused)
{
	PREPARE(HEADROOM_CMD_MAX + 1, 0);
	SEND();
	EXPECT_EQ(-EOPNOTSUPP, self->x.error);
}

/* Sends the shortest form of each request; 0 if each is refused with EPERM */
static int try_all(int family, uint32_t group)
{
	static const struct {
		int cmd;
		int flags;
	} all[] = {
		{ HEADROOM_CMD_STATUS_GET, 0 },
		{ HEADROOM_CMD_CGROUP_GET, 0 },
		{ HEADROOM_CMD_CGROUP_GET, NLM_F_DUMP },
		{ HEADROOM_CMD_BLAME_GET, 0 },
		{ HEADROOM_CMD_BLAME_GET, NLM_F_DUMP },
		{ HEADROOM_CMD_STALL_GET, NLM_F_DUMP },
		{ HEADROOM_CMD_PARAMS_GET, 0 },
		{ HEADROOM_CMD_PARAMS_SET, 0 },
		{ HEADROOM_CMD_TRIGGER_ADD, 0 },
		{ HEADROOM_CMD_TRIGGER_DEL, 0 },
	};
	struct exchange x;
	int fd = open_socket();
	unsigned int i;

	if (fd < 0)
		return 100;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		prepare(&x, family, all[i].cmd, all[i].flags);
		if (exchange(fd, &x) || x.error != -EPERM || x.replies)
			return 10 + i;
	}
	return join_group(fd, group) == -EPERM ? 0 : 101;
}

TEST_F(netlink, unprivileged_user_is_refused)
{
	pid_t pid = fork();

	if (!pid)
		_exit(setgid(65534) || setuid(65534) ? 9 : try_all(self->family, self->group));
	EXPECT_EQ(0, wait_child(pid));
}

/* Root of another user namespace has no rights, either */
TEST_F(netlink, user_namespace_is_refused)
{
	pid_t pid = fork();

	if (!pid)
		_exit(unshare(CLONE_NEWUSER) ? 9 : try_all(self->family, self->group));
	EXPECT_EQ(0, wait_child(pid));
}

/* Cgroups do not belong to a network namespace, so only the initial one has the family */
TEST_F(netlink, other_network_namespace_has_no_family)
{
	pid_t pid = fork();

	if (!pid) {
		int fd;

		if (unshare(CLONE_NEWNET))
			_exit(9);
		fd = open_socket();
		_exit(fd >= 0 && family_id(fd, NULL) == -ENOENT ? 0 : 1);
	}
	EXPECT_EQ(0, wait_child(pid));
}

TEST_HARNESS_MAIN
