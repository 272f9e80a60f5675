// SPDX-License-Identifier: GPL-2.0
/*
 * Register the generic netlink family "headroom"
 *
 * Documentation/netlink/specs/headroom.yaml specifies the protocol; nl_gen.c has the
 * numbers, policies and the table of operations generated from it. netlink_status.c,
 * netlink_cgroup.c, netlink_blame.c, netlink_stall.c and netlink_control.c answer the
 * requests, netlink_message.c has the code that they share, and notify.c sends
 * notifications.
 */
#include <linux/netlink.h>
#include <net/genetlink.h>

#include "netlink.h"
#include "netlink_message.h"
#include "netlink_ops.h"
#include "nl_gen.h"
#include "notify.h"
#include "trigger.h"

/* Remove the triggers of a socket that is closed, by whatever task: it takes no lock */
static int release(struct notifier_block *nb, unsigned long event, void *arg)
{
	const struct netlink_notify *socket = arg;

	if (event == NETLINK_URELEASE && socket->protocol == NETLINK_GENERIC &&
	    net_eq(socket->net, &init_net))
		hr_trigger_release(socket->portid);
	return NOTIFY_DONE;
}

static struct notifier_block released = {
	.notifier_call = release,
};

/**
 * hr_netlink_init - register the family and answer requests
 *
 * Context: process, may sleep; all that requests use is initialised.
 * Return: 0 or a negative errno.
 */
int __init hr_netlink_init(void)
{
	int err;

	hr_nl_adapt_family(&headroom_nl_family);
	hr_nl_message_init(&headroom_nl_family);
	err = netlink_register_notifier(&released);
	if (err)
		return err;
	err = genl_register_family(&headroom_nl_family);
	if (err) {
		netlink_unregister_notifier(&released);
		return err;
	}
	hr_notify_init();
	return 0;
}

/**
 * hr_netlink_exit - unregister the family
 *
 * Context: process, may sleep. When it returns, no request runs and no notification is
 * sent.
 */
void hr_netlink_exit(void)
{
	hr_trigger_stop();
	hr_notify_exit();
	genl_unregister_family(&headroom_nl_family);
	netlink_unregister_notifier(&released);
}
