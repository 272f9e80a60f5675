// SPDX-License-Identifier: GPL-2.0
/*
 * Headroom: how much memory each cgroup really needs, who is stalling, and why
 *
 * The order of init and exit.
 */
#include <linux/module.h>

#include "config.h"
#include "effort.h"
#include "hooks.h"
#include "netlink.h"
#include "nonresident.h"
#include "notify.h"
#include "reclaim.h"
#include "registry.h"
#include "stall.h"
#include "trigger.h"

struct headroom_effort headroom_effort;

static int __init headroom_init(void)
{
	int err;

	err = headroom_registry_init();
	if (err)
		return err;
	err = headroom_config_init();
	if (err)
		goto err_registry;
	err = headroom_reclaim_init();
	if (err)
		goto err_nonresident;
	err = headroom_stall_init();
	if (err)
		goto err_reclaim;
	err = headroom_trigger_init();
	if (err)
		goto err_stall;
	err = headroom_config_attach();
	if (err)
		goto err_trigger;
	err = headroom_netlink_init();
	if (err)
		goto err_hooks;
	pr_info("version " HEADROOM_VERSION ", tracking 1 page in %u\n",
		1U << headroom_nonresident_shift());
	return 0;

err_hooks:
	headroom_config_stop();
	headroom_hooks_detach();
	headroom_notify_drop();
err_trigger:
	headroom_trigger_exit();
err_stall:
	headroom_stall_exit();
err_reclaim:
	headroom_reclaim_exit();
err_nonresident:
	headroom_nonresident_exit();
err_registry:
	headroom_registry_exit();
	return err;
}

static void __exit headroom_exit(void)
{
	headroom_netlink_exit();
	headroom_config_stop();
	headroom_hooks_detach();
	headroom_notify_drop();
	headroom_trigger_exit();
	headroom_stall_exit();
	headroom_reclaim_exit();
	headroom_nonresident_exit();
	headroom_registry_exit();
}

module_init(headroom_init);
module_exit(headroom_exit);

MODULE_DESCRIPTION("Per-cgroup refault and stall statistics");
MODULE_AUTHOR("The Headroom developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(HEADROOM_VERSION);
/*
 * No alias for the netlink family: anybody may ask for a family by its name, and
 * that would load the module.
 */
