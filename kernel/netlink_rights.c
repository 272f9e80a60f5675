// SPDX-License-Identifier: GPL-2.0
/*
 * Decide which requests a socket may send
 *
 * The flags of generic netlink know CAP_NET_ADMIN only, which a container with the host's
 * network has. It gives no right here. There are two rights:
 *
 *	read		CAP_PERFMON or CAP_SYS_ADMIN
 *	configure	CAP_SYS_ADMIN
 *
 * both in the initial user namespace, since the statistics are those of the whole machine.
 * Who may read may also set triggers, which report what reading shows, and sooner; trigger.c
 * limits how many.
 *
 * The task that opened the socket and the task that sends both need the capability, as
 * netlink_capable() checks. So a socket gives no right to the task that it is passed to, and
 * a privileged program whose output is the socket of another task sends nothing for that task.
 *
 * The group "events" needs CAP_SYS_ADMIN, which netlink_ops.c sets: the kernel has no flag
 * for groups that CAP_PERFMON may join.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <net/sock.h>
#include <uapi/linux/headroom.h>

#include "netlink_rights.h"

/* A command that is not listed here needs the right to configure */
static bool only_reads(u8 cmd)
{
	switch (cmd) {
	case HEADROOM_CMD_STATUS_GET:
	case HEADROOM_CMD_CGROUP_GET:
	case HEADROOM_CMD_BLAME_GET:
	case HEADROOM_CMD_STALL_GET:
	case HEADROOM_CMD_PARAMS_GET:
	case HEADROOM_CMD_TRIGGER_ADD:
	case HEADROOM_CMD_TRIGGER_DEL:
		return true;
	default:
		return false;
	}
}

/**
 * hr_nl_may_configure - whether a request has the right to configure
 * @request: the request
 *
 * Context: process, in the task that sends.
 */
bool hr_nl_may_configure(const struct sk_buff *request)
{
	return netlink_capable(request, CAP_SYS_ADMIN);
}

/**
 * hr_nl_authorize - check the right that a request needs
 * @request: the request, which may begin a dump
 * @cmd: HEADROOM_CMD_*
 * @extack: where to report the missing capability
 *
 * Context: process, in the task that sends.
 * Return: 0 or -EPERM.
 */
int hr_nl_authorize(const struct sk_buff *request, u8 cmd, struct netlink_ext_ack *extack)
{
	/* The lesser capability first: security modules log each one that is refused */
	if (only_reads(cmd) && netlink_capable(request, CAP_PERFMON))
		return 0;
	if (hr_nl_may_configure(request))
		return 0;
	if (only_reads(cmd))
		NL_SET_ERR_MSG(extack,
			       "needs CAP_PERFMON or CAP_SYS_ADMIN in the initial user namespace");
	else
		NL_SET_ERR_MSG(extack, "needs CAP_SYS_ADMIN in the initial user namespace");
	return -EPERM;
}

/**
 * hr_nl_user - the user that a request is charged to
 * @request: the request
 *
 * Context: process, in the task that sends.
 * Return: the real user id of the task that opened the socket.
 */
kuid_t hr_nl_user(const struct sk_buff *request)
{
	return NETLINK_CB(request).sk->sk_socket->file->f_cred->uid;
}
