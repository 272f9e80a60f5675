// SPDX-License-Identifier: GPL-2.0
/*
 * Headroom: how much memory each cgroup really needs, who is stalling, and why
 *
 * The order of init and exit.
 */
#include <linux/module.h>

#include "params.h"
#include "effort.h"
#include "hooks.h"
#include "kswapd.h"
#include "netlink.h"
#include "nonresident.h"
#include "notify.h"
#include "reclaim.h"
#include "registry.h"
#include "stall.h"
#include "trigger.h"

struct hr_effort hr_effort;

static int __init headroom_init(void)
{
	int err;

	err = hr_registry_init();
	if (err)
		return err;
	err = hr_params_init();
	if (err)
		goto err_registry;
	err = hr_kswapd_init();
	if (err)
		goto err_nonresident;
	err = hr_reclaim_init();
	if (err)
		goto err_kswapd;
	err = hr_stall_init();
	if (err)
		goto err_reclaim;
	err = hr_trigger_init();
	if (err)
		goto err_stall;
	err = hr_params_attach();
	if (err)
		goto err_trigger;
	err = hr_netlink_init();
	if (err)
		goto err_hooks;
	pr_info("version " HEADROOM_VERSION ", tracking 1 page in %u\n",
		1U << hr_nonresident_shift());
	return 0;

err_hooks:
	hr_params_stop();
	hr_hooks_detach();
	hr_notify_drop();
err_trigger:
	hr_trigger_exit();
err_stall:
	hr_stall_exit();
err_reclaim:
	hr_reclaim_exit();
err_kswapd:
	hr_kswapd_exit();
err_nonresident:
	hr_nonresident_exit();
err_registry:
	hr_registry_exit();
	return err;
}

static void __exit headroom_exit(void)
{
	hr_netlink_exit();
	hr_params_stop();
	hr_hooks_detach();
	hr_notify_drop();
	hr_trigger_exit();
	hr_stall_exit();
	hr_reclaim_exit();
	hr_kswapd_exit();
	hr_nonresident_exit();
	hr_registry_exit();
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
