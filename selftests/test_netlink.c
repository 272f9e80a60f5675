// SPDX-License-Identifier: GPL-2.0
/*
 * The netlink family: what it refuses, with which error and which sentence
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/headroom.h>
#include <linux/netlink.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "kselftest_harness.h"
#include "module.h"

/* A request as it goes over the wire, and the answer's error */
struct exchange {
	struct {
		struct nlmsghdr nlh;
		struct genlmsghdr genlh;
		char attrs[64];
	} request;
	int error;
	char sentence[128];
	unsigned int offset;
	unsigned int missing;
	int replies;
	bool interrupted;
};

static void put_attr(struct exchange *x, int type, const void *data, int len)
{
	struct nlattr *attr = (void *)&x->request + NLMSG_ALIGN(x->request.nlh.nlmsg_len);

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memcpy((char *)attr + NLA_HDRLEN, data, len);
	x->request.nlh.nlmsg_len = NLMSG_ALIGN(x->request.nlh.nlmsg_len) +
				   NLA_ALIGN(attr->nla_len);
}

static void prepare(struct exchange *x, int family, int cmd, int flags)
{
	memset(x, 0, sizeof(*x));
	x->request.nlh.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	x->request.nlh.nlmsg_type = family;
	x->request.nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	x->request.genlh.cmd = cmd;
	x->request.genlh.version = 1;
}

static void read_error(struct exchange *x, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *err = NLMSG_DATA(nlh);
	size_t at = sizeof(*err);

	x->error = err->error;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (nlh->nlmsg_type == NLMSG_DONE)
		at = sizeof(int);
	else if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		at += err->msg.nlmsg_len - NLMSG_HDRLEN;
	at = NLMSG_ALIGN(at);
	while (at + NLA_HDRLEN <= nlh->nlmsg_len - NLMSG_HDRLEN) {
		const struct nlattr *attr = NLMSG_DATA(nlh) + at;
		const void *data = (char *)attr + NLA_HDRLEN;

		if (attr->nla_type == NLMSGERR_ATTR_MSG)
			snprintf(x->sentence, sizeof(x->sentence), "%s", (char *)data);
		else if (attr->nla_type == NLMSGERR_ATTR_OFFS)
			memcpy(&x->offset, data, 4);
		else if (attr->nla_type == NLMSGERR_ATTR_MISS_TYPE)
			memcpy(&x->missing, data, 4);
		at += NLA_ALIGN(attr->nla_len);
	}
}

/* Sends the request and reads up to its acknowledgement; 0 or a socket error */
static int exchange(int fd, struct exchange *x, int *family)
{
	static char buf[65536];

	if (send(fd, &x->request, x->request.nlh.nlmsg_len, 0) < 0)
		return -errno;
	for (;;) {
		ssize_t n = recv(fd, buf, sizeof(buf), 0);
		struct nlmsghdr *nlh = (void *)buf;

		if (n < 0)
			return -errno;
		for (; NLMSG_OK(nlh, n); nlh = NLMSG_NEXT(nlh, n)) {
			if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
				x->interrupted = true;
			if (nlh->nlmsg_type == NLMSG_ERROR ||
			    nlh->nlmsg_type == NLMSG_DONE) {
				read_error(x, nlh);
				return 0;
			}
			x->replies++;
			if (family) {
				/* CTRL_ATTR_FAMILY_ID comes first or second */
				struct nlattr *a = NLMSG_DATA(nlh) + GENL_HDRLEN;

				while (a->nla_type != CTRL_ATTR_FAMILY_ID)
					a = (void *)a + NLA_ALIGN(a->nla_len);
				memcpy(family, (char *)a + NLA_HDRLEN, 2);
			}
		}
	}
}

static int open_socket(void)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	int on = 1;

	if (fd < 0 || bind(fd, (void *)&addr, sizeof(addr)))
		return -1;
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	return fd;
}

static int family_id(int fd)
{
	struct exchange x;
	int family = 0;

	prepare(&x, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	put_attr(&x, CTRL_ATTR_FAMILY_NAME, HEADROOM_FAMILY_NAME,
		 sizeof(HEADROOM_FAMILY_NAME));
	if (exchange(fd, &x, &family) || x.error)
		return x.error ?: -1;
	return family;
}

FIXTURE(netlink)
{
	struct exchange x;
	int family;
	int fd;
};

FIXTURE_SETUP(netlink)
{
	ASSERT_EQ(0, module_reload(""));
	ASSERT_EQ(0, cgroup_setup());
	self->fd = open_socket();
	ASSERT_LE(0, self->fd);
	self->family = family_id(self->fd);
	ASSERT_LT(0, self->family);
}

FIXTURE_TEARDOWN(netlink)
{
	close(self->fd);
	cgroup_cleanup();
}

#define EXCHANGE(cmd, flags) \
	prepare(&self->x, self->family, cmd, flags)
#define SEND() \
	ASSERT_EQ(0, exchange(self->fd, &self->x, NULL))

TEST_F(netlink, status)
{
	EXCHANGE(HEADROOM_CMD_STATUS_GET, 0);
	SEND();
	EXPECT_EQ(0, self->x.error);
	EXPECT_EQ(1, self->x.replies);
}

TEST_F(netlink, dump_has_each_cgroup_once)
{
	char name[32];
	int before, i;

	EXCHANGE(HEADROOM_CMD_CGROUP_GET, NLM_F_DUMP);
	SEND();
	before = self->x.replies;
	EXPECT_EQ(0, self->x.error);
	EXPECT_LE(2, before);
	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		ASSERT_EQ(0, cgroup_create(name));
	}
	EXCHANGE(HEADROOM_CMD_CGROUP_GET, NLM_F_DUMP);
	SEND();
	EXPECT_EQ(before + 100, self->x.replies);
	EXPECT_FALSE(self->x.interrupted);
}

TEST_F(netlink, one_cgroup)
{
	uint64_t id = cgroup_id("");

	EXCHANGE(HEADROOM_CMD_CGROUP_GET, 0);
	put_attr(&self->x, HEADROOM_A_CGROUP_ID, &id, sizeof(id));
	SEND();
	EXPECT_EQ(0, self->x.error);
	EXPECT_EQ(1, self->x.replies);
}

TEST_F(netlink, blame_of_one_cgroup)
{
	uint64_t id = cgroup_id("");

	EXCHANGE(HEADROOM_CMD_BLAME_GET, 0);
	put_attr(&self->x, HEADROOM_A_BLAME_ID, &id, sizeof(id));
	SEND();
	EXPECT_EQ(0, self->x.error);
	EXPECT_EQ(1, self->x.replies);
}

TEST_F(netlink, blame_dump)
{
	EXCHANGE(HEADROOM_CMD_BLAME_GET, NLM_F_DUMP);
	SEND();
	EXPECT_EQ(0, self->x.error);
	EXPECT_FALSE(self->x.interrupted);
}

TEST_F(netlink, short_id)
{
	uint32_t id = cgroup_id("");

	EXCHANGE(HEADROOM_CMD_CGROUP_GET, 0);
	put_attr(&self->x, HEADROOM_A_CGROUP_ID, &id, sizeof(id));
	SEND();
	EXPECT_EQ(0, self->x.error);
	EXPECT_EQ(1, self->x.replies);
}

/* Both operations name a cgroup, by the same number */
FIXTURE(netlink_id)
{
	struct exchange x;
	struct utsname uts;
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
	uname(&self->uts);
	self->fd = open_socket();
	ASSERT_LE(0, self->fd);
	self->family = family_id(self->fd);
	ASSERT_LT(0, self->family);
}

FIXTURE_TEARDOWN(netlink_id)
{
	close(self->fd);
}

TEST_F(netlink_id, missing)
{
	EXCHANGE(variant->cmd, 0);
	SEND();
	EXPECT_EQ(-EINVAL, self->x.error);
	EXPECT_STREQ("name a cgroup: id is missing; dump to get all",
		     self->x.sentence);
	EXPECT_EQ(variant->attr, self->x.missing);
}

TEST_F(netlink_id, unknown)
{
	uint64_t id = 1ULL << 60;

	EXCHANGE(variant->cmd, 0);
	put_attr(&self->x, variant->attr, &id, sizeof(id));
	SEND();
	EXPECT_EQ(-ENOENT, self->x.error);
	EXPECT_STREQ("no cgroup with this id has the memory controller",
		     self->x.sentence);
	EXPECT_EQ(NLMSG_LENGTH(GENL_HDRLEN), self->x.offset);
}

TEST_F(netlink_id, of_wrong_size)
{
	int size;

	for (size = 0; size < 16; size++) {
		char bytes[16] = { 1 };

		if (size == 4 || size == 8)
			continue;
		EXCHANGE(variant->cmd, 0);
		put_attr(&self->x, variant->attr, bytes, size);
		SEND();
		EXPECT_GT(0, self->x.error);
		EXPECT_STRNE("", self->x.sentence);
		EXPECT_EQ(NLMSG_LENGTH(GENL_HDRLEN), self->x.offset);
	}
}

TEST_F(netlink_id, with_unknown_attribute)
{
	uint32_t value = 1;

	EXCHANGE(variant->cmd, 0);
	put_attr(&self->x, 99, &value, sizeof(value));
	SEND();
	EXPECT_GT(0, self->x.error);
	EXPECT_STRNE("", self->x.sentence);
}

TEST_F(netlink_id, in_a_dump)
{
	uint32_t value = 1;

	EXCHANGE(variant->cmd, NLM_F_DUMP);
	put_attr(&self->x, variant->attr, &value, sizeof(value));
	SEND();
	EXPECT_GT(0, self->x.error);
	/* Linux 6.1 has no way to say why a dump does not start */
	if (strncmp(self->uts.release, "6.1.", 4))
		EXPECT_STRNE("", self->x.sentence);
}

TEST_F(netlink, status_takes_no_attributes)
{
	uint32_t value = 1;

	EXCHANGE(HEADROOM_CMD_STATUS_GET, 0);
	put_attr(&self->x, 1, &value, sizeof(value));
	SEND();
	EXPECT_GT(0, self->x.error);
	EXPECT_STRNE("", self->x.sentence);
}

TEST_F(netlink, unknown_command)
{
	EXCHANGE(HEADROOM_CMD_MAX + 1, 0);
	SEND();
	EXPECT_EQ(-EOPNOTSUPP, self->x.error);
}

/* Everything is refused to a process without privileges */
static int try_all(int family)
{
	struct exchange x;
	uint64_t id = 1;
	int fd = open_socket();

	if (fd < 0)
		return 10;
	prepare(&x, family, HEADROOM_CMD_STATUS_GET, 0);
	if (exchange(fd, &x, NULL) || x.error != -EPERM || x.replies)
		return 11;
	prepare(&x, family, HEADROOM_CMD_CGROUP_GET, 0);
	put_attr(&x, HEADROOM_A_CGROUP_ID, &id, sizeof(id));
	if (exchange(fd, &x, NULL) || x.error != -EPERM || x.replies)
		return 12;
	prepare(&x, family, HEADROOM_CMD_CGROUP_GET, NLM_F_DUMP);
	if (exchange(fd, &x, NULL) || x.error != -EPERM || x.replies)
		return 13;
	prepare(&x, family, HEADROOM_CMD_BLAME_GET, 0);
	put_attr(&x, HEADROOM_A_BLAME_ID, &id, sizeof(id));
	if (exchange(fd, &x, NULL) || x.error != -EPERM || x.replies)
		return 14;
	prepare(&x, family, HEADROOM_CMD_BLAME_GET, NLM_F_DUMP);
	if (exchange(fd, &x, NULL) || x.error != -EPERM || x.replies)
		return 15;
	return 0;
}

TEST_F(netlink, unprivileged)
{
	pid_t pid = fork();

	if (!pid)
		_exit(setgid(65534) || setuid(65534) ? 9 : try_all(self->family));
	EXPECT_EQ(0, wait_child(pid));
}

/* Nor does being root of a user namespace help */
TEST_F(netlink, user_namespace)
{
	pid_t pid = fork();

	if (!pid)
		_exit(unshare(CLONE_NEWUSER) ? 9 : try_all(self->family));
	EXPECT_EQ(0, wait_child(pid));
}

/* Cgroups know no network namespaces: the family is in the first one only */
TEST_F(netlink, network_namespace)
{
	pid_t pid = fork();

	if (!pid) {
		int fd;

		if (unshare(CLONE_NEWNET))
			_exit(9);
		fd = open_socket();
		_exit(fd >= 0 && family_id(fd) == -ENOENT ? 0 : 1);
	}
	EXPECT_EQ(0, wait_child(pid));
}

TEST_HARNESS_MAIN
