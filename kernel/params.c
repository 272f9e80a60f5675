// SPDX-License-Identifier: GPL-2.0
/*
 * Hold the module's parameters, and apply their changes while probes run
 *
 * /sys/module/headroom/parameters and params-get show the same values. A new sampling
 * factor or table size replaces the nonresident table:
 *
 *	allocate	first everything that can fail, so that all is changed or nothing
 *	pause		no page is tracked; the clocks keep counting evictions
 *	rescale		the samples seen so far are converted to the new factor
 *	install		the new table replaces the old one
 *	resume		pages are tracked again
 *
 * Each step waits for the probes that have not seen the last one. No eviction is missed;
 * the pages that were evicted before resume are forgotten with the old table.
 */
#include <linux/capability.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>

#include "params.h"
#include "hooks.h"
#include "nonresident.h"
#include "notify.h"
#include "reclaim.h"
#include "refault.h"
#include "registry.h"
#include "stall.h"

static struct hr_params params = {
	.stalls = true,
};

/*
 * Protects the variables of this file. The outermost of the locks that registry.c lists,
 * but inside the kernel's own lock of module parameters.
 */
static DEFINE_MUTEX(params_mutex);
static bool live;	/* the probes are attached */

module_param_named(sample_shift, params.sample_shift, uint, 0444);
MODULE_PARM_DESC(sample_shift,
		 "Track one page in 2^sample_shift for refaults, 0 to 10 (default: 0, every page)");

module_param_named(table_entries, params.table_entries, ulong, 0444);
MODULE_PARM_DESC(table_entries,
		 "Evicted pages to remember, up to 33554432, 32 bytes each, rounded up to a power of two (default: 0, as many as the RAM has tracked pages)");

module_param_named(swap_kprobes, params.swap_kprobes, bool, 0444);
MODULE_PARM_DESC(swap_kprobes,
		 "Attach kprobes to swap in place of tracepoints, which miss some pages (default: N)");

static int set_stalls(const char *value, const struct kernel_param *kp)
{
	struct hr_params new = { .stalls = true };
	unsigned int failed;
	int err = 0;

	/*
	 * sysfs checks only that the task is user 0, as containers without a user namespace
	 * are. A task that loads the module has CAP_SYS_MODULE.
	 */
	if (!capable(CAP_SYS_ADMIN) && !capable(CAP_SYS_MODULE))
		return -EPERM;
	if (value)
		err = kstrtobool(value, &new.stalls);
	return err ?: hr_params_set(&new, HR_PARAMS_STALLS, &failed);
}

static const struct kernel_param_ops stalls_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = set_stalls,
	.get = param_get_bool,
};
module_param_cb(stalls, &stalls_ops, &params.stalls, 0644);
MODULE_PARM_DESC(stalls,
		 "Track stalls; may be changed while the module is loaded (default: Y)");

/* The number of pages that the nonresident table has room for */
static unsigned long entries_of(const struct hr_params *wanted)
{
	return wanted->table_entries ?:
	       min(totalram_pages() >> wanted->sample_shift,
		   HR_MAX_TABLE_ENTRIES);
}

/**
 * hr_params_init - check the parameters, and allocate the nonresident table
 *
 * Context: process, may sleep.
 * Return: 0, -EINVAL or -ENOMEM.
 */
int __init hr_params_init(void)
{
	if (params.sample_shift > HR_MAX_SAMPLE_SHIFT) {
		pr_err("sample_shift=%u is out of range: use 0 to %u\n",
		       params.sample_shift, HR_MAX_SAMPLE_SHIFT);
		return -EINVAL;
	}
	if (params.table_entries > HR_MAX_TABLE_ENTRIES) {
		pr_err("table_entries=%lu is out of range: use 0 (automatic) to %lu\n",
		       params.table_entries, HR_MAX_TABLE_ENTRIES);
		return -EINVAL;
	}
	return hr_nonresident_init(params.sample_shift, entries_of(&params));
}

/**
 * hr_params_attach - attach the probes that the parameters request
 *
 * Afterwards, changes of parameters take effect at once.
 *
 * Context: process, may sleep.
 * Return: as hr_hooks_attach().
 */
int __init hr_params_attach(void)
{
	int err;

	mutex_lock(&params_mutex);
	hr_stall_track(params.stalls);
	err = hr_hooks_attach(params.swap_kprobes, params.stalls);
	live = !err;
	mutex_unlock(&params_mutex);
	return err;
}

/**
 * hr_params_detach - detach all probes, and keep the parameters as they are
 *
 * Context: process, may sleep. When it returns no probe runs.
 */
void hr_params_detach(void)
{
	mutex_lock(&params_mutex);
	live = false;
	hr_hooks_detach();
	mutex_unlock(&params_mutex);
}

/**
 * hr_params_exit - free the nonresident table
 *
 * Context: process; no probe runs any more.
 */
void hr_params_exit(void)
{
	hr_nonresident_exit();
}

/**
 * hr_params_get - copy the current parameters
 * @to: result
 *
 * Context: process, may sleep.
 */
void hr_params_get(struct hr_params *to)
{
	mutex_lock(&params_mutex);
	*to = params;
	mutex_unlock(&params_mutex);
}

static bool same(const struct hr_params *one, const struct hr_params *other)
{
	return one->sample_shift == other->sample_shift &&
	       one->table_entries == other->table_entries &&
	       one->stalls == other->stalls;
}

/* Cannot fail: see the head of this file */
static void replace_table(struct hr_nonresident_table *new)
{
	unsigned int old_shift = hr_nonresident_shift();
	struct hr_nonresident_table old;

	lockdep_assert_held(&params_mutex);
	hr_registry_lock();
	hr_nonresident_pause();
	hr_registry_rescale(old_shift, 0);
	hr_nonresident_install(new, &old);
	hr_registry_rescale(0, new->shift);
	/* Routes depend on the factor; all probes have seen the new one now */
	hr_refault_forget();
	hr_nonresident_resume(new);
	/* Batches depend on whether pages are tracked */
	hr_reclaim_forget();
	hr_registry_unlock();
	hr_nonresident_retire(&old);
}

/*
 * Attach or detach the probes of stalls. A stall begins in one probe and ends in another,
 * so tracking starts before they are attached, and stops after they are detached.
 */
static int track_stalls(bool on)
{
	int err = 0;

	lockdep_assert_held(&params_mutex);
	if (on) {
		hr_stall_track(true);
		err = hr_hooks_attach_stalls();
	} else {
		hr_hooks_detach_stalls();
	}
	if (!on || err)
		hr_stall_track(false);
	return err;
}

/* Apply @new, or nothing of it. The caller then stores @new. */
static int change(const struct hr_params *new, unsigned int *failed)
{
	struct hr_nonresident_table table;
	int err;

	lockdep_assert_held(&params_mutex);
	*failed = HR_PARAMS_SAMPLE_SHIFT | HR_PARAMS_TABLE_ENTRIES;
	err = hr_nonresident_prepare(&table, new->sample_shift, entries_of(new));
	if (err)
		return err;
	*failed = HR_PARAMS_STALLS;
	if (new->stalls != params.stalls)
		err = track_stalls(new->stalls);
	if (err) {
		hr_nonresident_discard(&table);
		return err;
	}
	if (table.bucket)
		replace_table(&table);
	return 0;
}

/**
 * hr_params_set - change several parameters, or none of them
 * @from: the new values, which are in range
 * @which: HR_PARAMS_* of those to change
 * @failed: on failure, HR_PARAMS_* of those that could not be changed
 *
 * Notifies listeners of a change. Before the probes are attached it only stores the values.
 *
 * Context: process, may sleep.
 * Return: 0; -ENOMEM, or the error of a probe that could not be attached.
 */
int hr_params_set(const struct hr_params *from, unsigned int which,
		  unsigned int *failed)
{
	struct hr_params new;
	int err = 0;

	mutex_lock(&params_mutex);
	new = params;
	if (which & HR_PARAMS_SAMPLE_SHIFT)
		new.sample_shift = from->sample_shift;
	if (which & HR_PARAMS_TABLE_ENTRIES)
		new.table_entries = from->table_entries;
	if (which & HR_PARAMS_STALLS)
		new.stalls = from->stalls;
	if (live && same(&new, &params))
		goto out;
	if (live)
		err = change(&new, failed);
	if (err)
		goto out;
	params = new;
	if (live)
		hr_notify_params(&params);
out:
	mutex_unlock(&params_mutex);
	return err;
}
