// SPDX-License-Identifier: GPL-2.0
/*
 * Headroom: how much memory each cgroup really needs, who is stalling, and why
 *
 * The order of init and exit, and the module's parameters.
 */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>

#include "hooks.h"
#include "netlink.h"
#include "nonresident.h"
#include "reclaim.h"
#include "registry.h"
#include "stall.h"

static unsigned int sample_shift;
module_param(sample_shift, uint, 0444);
MODULE_PARM_DESC(sample_shift,
		 "Track one page in 2^sample_shift for refaults, 0 to 10 (default: 0, every page)");

static unsigned long table_entries;
module_param(table_entries, ulong, 0444);
MODULE_PARM_DESC(table_entries,
		 "Evicted pages to remember, up to 33554432, 32 bytes each, rounded up to a power of two (default: tracked pages of the RAM)");

static bool swap_kprobes;
module_param(swap_kprobes, bool, 0444);
MODULE_PARM_DESC(swap_kprobes,
		 "Watch swap by kprobes in place of tracepoints: sees also what the tracepoints miss (default: N)");

static bool stalls = true;

static int set_stalls(const char *value, const struct kernel_param *kp)
{
	int err = param_set_bool(value, kp);

	return err ?: headroom_hooks_track_stalls(stalls);
}

static const struct kernel_param_ops stalls_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = set_stalls,
	.get = param_get_bool,
};
module_param_cb(stalls, &stalls_ops, &stalls, 0644);
MODULE_PARM_DESC(stalls,
		 "Track stalls; may be changed while the module is loaded (default: Y)");

static int __init check_parameters(void)
{
	if (sample_shift > HEADROOM_MAX_SAMPLE_SHIFT) {
		pr_err("sample_shift=%u is out of range: use 0 to %u\n",
		       sample_shift, HEADROOM_MAX_SAMPLE_SHIFT);
		return -EINVAL;
	}
	if (table_entries > HEADROOM_MAX_TABLE_ENTRIES) {
		pr_err("table_entries=%lu is out of range: use 0 (automatic) to %lu\n",
		       table_entries, HEADROOM_MAX_TABLE_ENTRIES);
		return -EINVAL;
	}
	if (!table_entries)
		table_entries = min(totalram_pages() >> sample_shift,
				    HEADROOM_MAX_TABLE_ENTRIES);
	return 0;
}

static int __init headroom_init(void)
{
	int err;

	err = check_parameters();
	if (err)
		return err;
	err = headroom_registry_init();
	if (err)
		return err;
	err = headroom_nonresident_init(sample_shift, table_entries);
	if (err)
		goto err_registry;
	err = headroom_reclaim_init();
	if (err)
		goto err_nonresident;
	err = headroom_stall_init();
	if (err)
		goto err_reclaim;
	err = headroom_hooks_attach(swap_kprobes, stalls);
	if (err)
		goto err_stall;
	err = headroom_netlink_init();
	if (err)
		goto err_hooks;
	pr_info("version " HEADROOM_VERSION ", tracking 1 page in %u\n",
		1U << sample_shift);
	return 0;

err_hooks:
	headroom_hooks_detach();
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
	headroom_hooks_detach();
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
