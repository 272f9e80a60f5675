// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <linux/headroom.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "wire.h"
#include "workload.h"

static const void *data_of(const struct nlattr *attr)
{
	return (const char *)attr + NLA_HDRLEN;
}

static const struct nlattr *next_attr(const struct nlattr *attr)
{
	return (const void *)attr + NLA_ALIGN(attr->nla_len);
}

static uint64_t number_of(const struct nlattr *attr)
{
	uint32_t small;
	uint64_t large;

	if (attr->nla_len == NLA_HDRLEN + sizeof(small)) {
		memcpy(&small, data_of(attr), sizeof(small));
		return small;
	}
	memcpy(&large, data_of(attr), sizeof(large));
	return large;
}

unsigned int next_offset(const struct exchange *x)
{
	return NLMSG_ALIGN(x->request.nlh.nlmsg_len);
}

void put_attr(struct exchange *x, int type, const void *data, int len)
{
	struct nlattr *attr = (void *)&x->request + next_offset(x);

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memcpy((char *)attr + NLA_HDRLEN, data, len);
	x->request.nlh.nlmsg_len = next_offset(x) + NLA_ALIGN(attr->nla_len);
}

void put_u32(struct exchange *x, int type, uint32_t value)
{
	put_attr(x, type, &value, sizeof(value));
}

void put_u64(struct exchange *x, int type, uint64_t value)
{
	put_attr(x, type, &value, sizeof(value));
}

void prepare(struct exchange *x, int family, int cmd, int flags)
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

		if (attr->nla_type == NLMSGERR_ATTR_MSG)
			snprintf(x->sentence, sizeof(x->sentence), "%s",
				 (const char *)data_of(attr));
		else if (attr->nla_type == NLMSGERR_ATTR_OFFS)
			memcpy(&x->offset, data_of(attr), 4);
		else if (attr->nla_type == NLMSGERR_ATTR_MISS_TYPE)
			memcpy(&x->missing, data_of(attr), 4);
		at += NLA_ALIGN(attr->nla_len);
	}
}

int begin_exchange(int fd, struct exchange *x)
{
	x->error = 0;
	*x->sentence = 0;
	x->offset = 0;
	x->missing = 0;
	x->replies = 0;
	x->interrupted = false;
	return send(fd, &x->request, x->request.nlh.nlmsg_len, 0) < 0 ? -errno : 0;
}

int continue_exchange(int fd, struct exchange *x,
		      void (*reply)(const struct nlmsghdr *nlh, void *arg), void *arg)
{
	static char buf[65536];
	ssize_t n = recv(fd, buf, sizeof(buf), 0);
	struct nlmsghdr *nlh = (void *)buf;

	if (n < 0)
		return -errno;
	for (; NLMSG_OK(nlh, n); nlh = NLMSG_NEXT(nlh, n)) {
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			x->interrupted = true;
		if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE) {
			read_error(x, nlh);
			return 0;
		}
		x->replies++;
		reply(nlh, arg);
	}
	return 1;
}

int finish_exchange(int fd, struct exchange *x,
		    void (*reply)(const struct nlmsghdr *nlh, void *arg), void *arg)
{
	int err;

	do
		err = continue_exchange(fd, x, reply, arg);
	while (err > 0);
	return err;
}

static int run(int fd, struct exchange *x,
	       void (*reply)(const struct nlmsghdr *nlh, void *arg), void *arg)
{
	return begin_exchange(fd, x) ?: finish_exchange(fd, x, reply, arg);
}

static void read_number(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr = NLMSG_DATA(nlh) + GENL_HDRLEN;
	struct exchange *x = arg;

	if (nlh->nlmsg_len >= NLMSG_LENGTH(GENL_HDRLEN) + NLA_HDRLEN + 4 &&
	    attr->nla_len == NLA_HDRLEN + 4)
		memcpy(&x->number, data_of(attr), 4);
}

int exchange(int fd, struct exchange *x)
{
	return run(fd, x, read_number, x);
}

int open_socket(void)
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

int limit_to_one_message(int fd)
{
	int size = 4096;

	return setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) ? -1 : 0;
}

struct family {
	int id;
	uint32_t group;
};

/* The family has one group: { { name, id } } */
static uint32_t group_of(const struct nlattr *groups)
{
	const struct nlattr *group = data_of(groups);
	const struct nlattr *attr = data_of(group);
	uint32_t id = 0;

	for (; (void *)attr < (void *)group + group->nla_len; attr = next_attr(attr))
		if ((attr->nla_type & NLA_TYPE_MASK) == CTRL_ATTR_MCAST_GRP_ID)
			memcpy(&id, data_of(attr), sizeof(id));
	return id;
}

static void read_family(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr = NLMSG_DATA(nlh) + GENL_HDRLEN;
	struct family *family = arg;

	for (; (void *)attr < (void *)nlh + nlh->nlmsg_len; attr = next_attr(attr)) {
		if ((attr->nla_type & NLA_TYPE_MASK) == CTRL_ATTR_FAMILY_ID)
			memcpy(&family->id, data_of(attr), 2);
		else if ((attr->nla_type & NLA_TYPE_MASK) == CTRL_ATTR_MCAST_GROUPS)
			family->group = group_of(attr);
	}
}

int family_id(int fd, uint32_t *group)
{
	struct family family = {};
	struct exchange x;

	prepare(&x, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	put_attr(&x, CTRL_ATTR_FAMILY_NAME, HEADROOM_FAMILY_NAME,
		 sizeof(HEADROOM_FAMILY_NAME));
	if (run(fd, &x, read_family, &family) || x.error)
		return x.error ?: -1;
	if (group)
		*group = family.group;
	return family.id;
}

int join_group(int fd, uint32_t group)
{
	return setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
			  sizeof(group)) ? -errno : 0;
}

static void read_attr(struct wire_event *event, const struct nlattr *attr)
{
	switch (attr->nla_type) {
	case HEADROOM_A_EVENT_SEQ:
		event->seq = number_of(attr);
		break;
	case HEADROOM_A_EVENT_TIME:
		event->time = number_of(attr);
		break;
	case HEADROOM_A_EVENT_CGROUP:
		event->cgroup = number_of(attr);
		break;
	case HEADROOM_A_EVENT_PARENT_ID:
		event->parent_id = number_of(attr);
		break;
	case HEADROOM_A_EVENT_PATH:
		snprintf(event->path, sizeof(event->path), "%s", (const char *)data_of(attr));
		break;
	case HEADROOM_A_EVENT_PID:
		event->pid = number_of(attr);
		break;
	case HEADROOM_A_EVENT_COMM:
		snprintf(event->comm, sizeof(event->comm), "%s", (const char *)data_of(attr));
		break;
	case HEADROOM_A_EVENT_TRIGGER:
		event->trigger = number_of(attr);
		break;
	case HEADROOM_A_EVENT_VALUE:
		event->value = number_of(attr);
		break;
	}
}

int next_event(int fd, int family, struct wire_event *event, int milliseconds)
{
	uint64_t until = monotonic_ns() + milliseconds * 1000000ULL;
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	static char buf[65536];

	for (;;) {
		const struct nlmsghdr *nlh = (const void *)buf;
		const struct nlattr *attr;
		uint64_t now = monotonic_ns();
		ssize_t n;

		if (poll(&poll_fd, 1, now < until ? (until - now) / 1000000 + 1 : 0) <= 0)
			return 0;
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n < 0)
			return -errno;
		/* A notification has a datagram to itself */
		if (nlh->nlmsg_type != family)
			continue;
		memset(event, 0, sizeof(*event));
		event->cmd = ((const struct genlmsghdr *)NLMSG_DATA(nlh))->cmd;
		attr = NLMSG_DATA(nlh) + GENL_HDRLEN;
		for (; (void *)attr < (void *)nlh + nlh->nlmsg_len; attr = next_attr(attr)) {
			event->attrs |= 1U << attr->nla_type;
			if (event->cmd != HEADROOM_CMD_PARAMS_NTF)
				read_attr(event, attr);
		}
		return 1;
	}
}
