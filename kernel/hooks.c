// SPDX-License-Identifier: GPL-2.0
/*
 * Hooks: which probe hangs on which tracepoint
 *
 * The mm tracepoints are not exported to modules, so they are looked up by
 * name. What the exports would have given, the compiler's check of the probe's
 * prototype, comes from check_trace_callback_type_<event>(), which refers to no
 * symbol of the kernel.
 */
#include <linux/tracepoint.h>
#include <trace/events/cgroup.h>
#include <trace/events/filemap.h>
#include <trace/events/vmscan.h>

#include "hooks.h"
#include "probes.h"

/* The call is compiled, for its check, and never made: sizeof does not evaluate */
#define HOOK(_event, _probe, _required, _covers)			\
	{								\
		.name = #_event,					\
		.probe = (void *)(_probe) +				\
			0 * sizeof((check_trace_callback_type_##_event(_probe), 0)), \
		.required = (_required),				\
		.covers = (_covers),					\
	}

/*
 * A new hook is one entry here: tracepoint, probe, required or not, coverage.
 *
 * They are attached in this order and detached in the reverse one, while events
 * go on. What ends something stands before what begins it: an end without its
 * begin is ignored, a begin without its end would stay open for ever.
 */
static struct headroom_hook hooks[] = {
	HOOK(mm_filemap_add_to_page_cache, headroom_probe_filemap_add,
	     true, "refaults of file pages"),
	HOOK(mm_filemap_delete_from_page_cache, headroom_probe_filemap_delete,
	     true, "evictions and refaults of file pages"),
	HOOK(mm_vmscan_direct_reclaim_end, headroom_probe_direct_end,
	     false, "stalls in direct reclaim"),
	HOOK(mm_vmscan_direct_reclaim_begin, headroom_probe_direct_begin,
	     false, "stalls in direct reclaim"),
	HOOK(mm_vmscan_memcg_reclaim_end, headroom_probe_memcg_end,
	     false, "stalls in memcg reclaim"),
	HOOK(mm_vmscan_memcg_reclaim_begin, headroom_probe_memcg_begin,
	     false, "stalls in memcg reclaim"),
	HOOK(cgroup_rmdir, headroom_probe_rmdir,
	     false, "prompt removal of the records of removed cgroups"),
};

static void resolve(struct tracepoint *tp, void *unused)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (!strcmp(tp->name, hooks[i].name))
			hooks[i].tp = tp;
}

static int attach(struct headroom_hook *hook)
{
	int err;

	if (!hook->tp) {
		if (hook->required) {
			pr_err("this kernel has no tracepoint %s, without which there are no %s; not loading\n",
			       hook->name, hook->covers);
			return -EOPNOTSUPP;
		}
		pr_notice("this kernel has no tracepoint %s: no %s\n",
			  hook->name, hook->covers);
		return 0;
	}
	err = tracepoint_probe_register(hook->tp, hook->probe, NULL);
	if (err) {
		pr_err("tracepoint %s takes no probe: error %d\n",
		       hook->name, err);
		return err;
	}
	hook->attached = true;
	return 0;
}

/**
 * headroom_hooks_attach - attach all probes that this kernel has a place for
 *
 * Context: process, may sleep. Probes run from now on.
 * Return: 0; -EOPNOTSUPP when a required tracepoint is missing; or the error of
 * a registration that failed, and then nothing is attached.
 */
int headroom_hooks_attach(void)
{
	unsigned int i;
	int err;

	for_each_kernel_tracepoint(resolve, NULL);
	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		err = attach(&hooks[i]);
		if (err) {
			headroom_hooks_detach();
			return err;
		}
	}
	return 0;
}

/**
 * headroom_hooks_detach - detach all probes
 *
 * Context: process, may sleep. When it returns, no probe runs.
 */
void headroom_hooks_detach(void)
{
	int i;

	for (i = ARRAY_SIZE(hooks) - 1; i >= 0; i--) {
		if (!hooks[i].attached)
			continue;
		tracepoint_probe_unregister(hooks[i].tp, hooks[i].probe, NULL);
		hooks[i].attached = false;
	}
	tracepoint_synchronize_unregister();
}

/**
 * headroom_hook - walk the table of hooks
 * @i: position, from 0
 *
 * Context: any.
 * Return: the hook; NULL past the last one.
 */
const struct headroom_hook *headroom_hook(unsigned int i)
{
	return i < ARRAY_SIZE(hooks) ? &hooks[i] : NULL;
}
