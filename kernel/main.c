// SPDX-License-Identifier: GPL-2.0
/*
 * Headroom: measure how much memory each cgroup needs, which tasks are stalled, and why
 *
 * This file has the order of init; exit is its exact reverse.
 */
#include <linux/module.h>

#include "cgroup.h"
#include "direct_write.h"
#include "functions.h"
#include "hist_alloc.h"
#include "kswapd.h"
#include "netlink.h"
#include "nonresident.h"
#include "notify.h"
#include "params.h"
#include "probe_times.h"
#include "reclaim.h"
#include "registry.h"
#include "rollup.h"
#include "stall.h"
#include "trigger.h"
#include "worker.h"

static int __init headroom_init(void)
{
	int err;

	hr_functions_init();
	err = hr_worker_init();
	if (err)
		return err;
	err = hr_cgroup_init();
	if (err)
		goto err_worker;
	hr_rollup_init();
	err = hr_registry_init();
	if (err)
		goto err_cgroup;
	err = hr_params_init();
	if (err)
		goto err_registry;
	err = hr_kswapd_init();
	if (err)
		goto err_params;
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
		goto err_attached;
	pr_info("version " HEADROOM_VERSION ", tracking 1 page in %u\n",
		1U << hr_nonresident_shift());
	return 0;

err_attached:
	hr_params_detach();
	hr_direct_write_exit();
	hr_notify_drop();
err_trigger:
	hr_trigger_exit();
err_stall:
	hr_stall_exit();
err_reclaim:
	hr_reclaim_exit();
err_kswapd:
	hr_kswapd_exit();
err_params:
	hr_params_exit();
err_registry:
	hr_registry_exit();
err_cgroup:
	hr_cgroup_exit();
	hr_hist_alloc_exit();
err_worker:
	hr_worker_exit();
	return err;
}

static void __exit headroom_exit(void)
{
	hr_netlink_exit();
	hr_params_detach();
	hr_probe_times_report();
	hr_direct_write_exit();
	hr_notify_drop();
	hr_trigger_exit();
	hr_stall_exit();
	hr_reclaim_exit();
	hr_kswapd_exit();
	hr_params_exit();
	hr_registry_exit();
	hr_cgroup_exit();
	hr_hist_alloc_exit();
	hr_worker_exit();
}

module_init(headroom_init);
module_exit(headroom_exit);

MODULE_DESCRIPTION("Per-cgroup refault and stall statistics");
MODULE_AUTHOR("The Headroom developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(HEADROOM_VERSION);
/*
 * The netlink family has no alias: any user may request a family by its name, and that
 * would load the module.
 */
