// SPDX-License-Identifier: GPL-2.0
/*
 * Attach the probes to tracepoints and functions
 *
 * The kernel does not export the mm tracepoints to modules, so they are looked up by name.
 * register_trace_<event>() would have the compiler check the prototype of a probe, but
 * needs the export. HR_FITS() makes the same check.
 *
 * For swap, kprobes on functions can replace the tracepoints, see probe_swap.c. No kprobe is
 * attached to a function whose prototype on the running kernel is not known.
 */
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/tracepoint.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

/* trace/events/compaction.h uses this type without declaring it */
struct compact_control;

#include <trace/events/block.h>
#include <trace/events/cgroup.h>
#include <trace/events/compaction.h>
#include <trace/events/filemap.h>
#include <trace/events/oom.h>
#include <trace/events/pagemap.h>
#include <trace/events/sched.h>
#include <trace/events/vmscan.h>

#include "btf.h"
#include "hooks.h"
#include "probes.h"

/* Zero; the build stops if the probe does not have the prototype of its tracepoint */
#define ASSERT_FITS(_event, _probe)					\
	(0 * sizeof(struct {						\
		char unused;						\
		static_assert(HR_FITS(_event, _probe),			\
			      "the prototype of tracepoint " #_event " is not known"); \
	}))

#define HOOK_FOR(_use, _event, _probe, _required, _covers)		\
	{								\
		.name = #_event,					\
		.probe = (void *)(_probe) + ASSERT_FITS(_event, _probe), \
		.required = (_required),				\
		.use = (_use),						\
		.covers = (_covers),					\
	}

#define HOOK(_event, _probe, _required, _covers)			\
	HOOK_FOR(HR_HOOK_ALWAYS, _event, _probe, _required, _covers)

#define FUNCTION(_function, _probe, _structure, _covers)		\
	{								\
		.name = _function "()",					\
		.use = HR_HOOK_KPROBES,				\
		.covers = _covers "; swap_kprobes=1 attaches it",	\
		.unattached = {						\
			[HR_UNATTACHED_NO_TYPES] = _covers		\
				"; not attached: the types of this kernel (BTF) cannot be read", \
			[HR_UNATTACHED_UNKNOWN] = _covers		\
				"; not attached: this kernel has it with an unknown prototype", \
			[HR_UNATTACHED_MISSING] = _covers		\
				"; not attached: the types of this kernel (BTF) lack it", \
			[HR_UNATTACHED_OTHER] = _covers			\
				"; not attached, since another function is unknown", \
		},							\
		.structure = _structure,				\
		.fn.kp = { .symbol_name = _function, .pre_handler = (_probe) }, \
	}

/*
 * A tracepoint that no header declares which a module can include: the position of one argument,
 * data being 0, and the structure that it points to, stand for the prototype
 */
#define PRIVATE_HOOK(_event, _probe, _position, _structure, _covers)	\
	{								\
		.name = #_event,					\
		.probe = (_probe),					\
		.use = HR_HOOK_TYPES,					\
		.covers = (_covers),					\
		.unattached = {						\
			[HR_UNATTACHED_UNKNOWN] = _covers		\
				"; not attached: not confirmed by the types (BTF)", \
		},							\
		.function = "__traceiter_" #_event,			\
		.structure = (_structure),				\
		.fn.argument = (_position),				\
	}

/*
 * An entry has the tracepoint, its probe, whether it is required, and what it covers.
 *
 * Hooks are attached in this order, and detached in the reverse order, while events fire.
 * An end is listed before its begin: an end without a begin is ignored, but a begin
 * without an end would leave an interval open for ever.
 */
static struct hr_hook hooks[] = {
	HOOK(mm_filemap_add_to_page_cache, hr_probe_filemap_add,
	     true, "refaults of file pages"),
	HOOK(mm_filemap_delete_from_page_cache, hr_probe_filemap_delete,
	     true, "evictions and refaults of file pages"),
	HOOK(block_bio_queue, hr_probe_read_bio,
	     false, "refaults of file pages that are written to in part"),
	HOOK_FOR(HR_HOOK_TRACEPOINTS,
		 block_bio_queue, hr_probe_bio,
		 false, "refaults from swap on block devices"),
	PRIVATE_HOOK(iomap_dio_complete, hr_probe_dio_complete,
		     1, "kiocb", "evicted pages that direct writes replace"),
	PRIVATE_HOOK(iomap_dio_rw_begin, hr_probe_dio_begin,
		     2, "iov_iter", "evicted pages that direct writes replace"),
	HOOK_FOR(HR_HOOK_TRACEPOINTS,
		 mm_vmscan_write_folio, hr_probe_write_folio,
		 false, "evictions to swap"),
	HOOK_FOR(HR_HOOK_SWAP,
		 mm_lru_insertion, hr_probe_lru_insertion,
		 false, "refaults from zswap; attached when a page goes to swap"),
	FUNCTION(HR_SWAP_READ, hr_probe_swap_read,
		 HR_SWAP_READ_OF, HR_SWAP_READ_COVERS),
	FUNCTION("workingset_eviction", hr_probe_workingset_eviction,
		 "folio", "evictions to swap of unchanged pages"),
	HOOK(mm_vmscan_lru_shrink_inactive, hr_probe_shrink_inactive,
	     false, "pages scanned and reclaimed"),
	HOOK(mm_vmscan_direct_reclaim_end,
	     HR_EITHER(mm_vmscan_direct_reclaim_end,
		       hr_probe_direct_end_memcg, hr_probe_direct_end),
	     false, "stalls in direct reclaim"),
	HOOK(mm_vmscan_direct_reclaim_begin,
	     HR_EITHER(mm_vmscan_direct_reclaim_begin,
		       hr_probe_direct_begin_memcg, hr_probe_direct_begin),
	     false, "stalls in direct reclaim"),
	HOOK(mm_vmscan_memcg_reclaim_end,
	     HR_EITHER(mm_vmscan_memcg_reclaim_end,
		       hr_probe_memcg_end_memcg, hr_probe_memcg_end),
	     false, "stalls in memcg reclaim"),
	HOOK(mm_vmscan_memcg_reclaim_begin,
	     HR_EITHER(mm_vmscan_memcg_reclaim_begin,
		       hr_probe_memcg_begin_memcg, hr_probe_memcg_begin),
	     false, "stalls in memcg reclaim"),
	HOOK_FOR(HR_HOOK_STALLS,
		 mm_compaction_end, hr_probe_compaction_end,
		 false, "stalls in compaction"),
	HOOK_FOR(HR_HOOK_STALLS,
		 mm_compaction_begin, hr_probe_compaction_begin,
		 false, "stalls in compaction"),
	HOOK_FOR(HR_HOOK_STALLS,
		 mm_vmscan_throttled, hr_probe_throttled,
		 false, "stalls in reclaim by reason of throttling"),
	HOOK_FOR(HR_HOOK_STALLS,
		 sched_switch, hr_probe_switch,
		 false, "waits for refaults, for swap and in memory.high"),
	HOOK(mm_vmscan_node_reclaim_end,
	     HR_EITHER(mm_vmscan_node_reclaim_end,
		       hr_probe_node_end_memcg, hr_probe_node_end),
	     false, "evictions by node reclaim, for an allocation or on request"),
	HOOK(mm_vmscan_node_reclaim_begin, hr_probe_node_begin,
	     false, "evictions by node reclaim, for an allocation or on request"),
#ifdef HR_BALANCE_EVENTS
	HOOK(mm_vmscan_balance_pgdat_end, hr_probe_balance_end,
	     false, "the end of kswapd's work before it sleeps"),
	HOOK(mm_vmscan_balance_pgdat_begin, hr_probe_balance_begin,
	     false, "the begin of kswapd's work before its first page"),
#endif
	HOOK(mm_vmscan_kswapd_sleep, hr_probe_kswapd_sleep,
	     false, "whose waking of kswapd evicted a page"),
	HOOK(mm_vmscan_wakeup_kswapd, hr_probe_wakeup_kswapd,
	     false, "whose waking of kswapd evicted a page"),
	HOOK(cgroup_mkdir, hr_probe_mkdir,
	     false, "new cgroups in dumps of what has changed, for two seconds"),
	HOOK(mark_victim, HR_EITHER(mark_victim, hr_probe_mark_victim_pid, hr_probe_mark_victim),
	     false, "notifications of OOM kills"),
	HOOK(cgroup_rmdir, hr_probe_rmdir,
	     false, "prompt removal of the records of removed cgroups"),
};

/* Protects the table of hooks; hr_hook() reads it without */
static DEFINE_MUTEX(hooks_mutex);
static bool live;	/* all probes are attached that can be */

static void resolve(struct tracepoint *tp, void *unused)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (!strcmp(tp->name, hooks[i].name))
			hooks[i].tp = tp;
}

static void set_attached(struct hr_hook *hook, bool attached)
{
	lockdep_assert_held(&hooks_mutex);
	/* Pairs with READ_ONCE() in put_hooks() of netlink_status.c */
	WRITE_ONCE(hook->attached, attached);
}

static int attach_tracepoint(struct hr_hook *hook)
{
	int err;

	lockdep_assert_held(&hooks_mutex);
	if (!hook->tp) {
		if (hook->required) {
			pr_err("cannot count %s: this kernel has no tracepoint %s; not loading\n",
			       hook->covers, hook->name);
			return -EOPNOTSUPP;
		}
		pr_notice("cannot count %s: this kernel has no tracepoint %s\n",
			  hook->covers, hook->name);
		return 0;
	}
	err = tracepoint_probe_register(hook->tp, hook->probe, NULL);
	if (err)
		pr_err("cannot attach to tracepoint %s: error %d\n", hook->name, err);
	set_attached(hook, !err);
	return err;
}

/* Attach a kprobe. Fails if the function is missing, since swap_kprobes=1 requests it. */
static int attach_function(struct hr_hook *hook)
{
	int err;

	lockdep_assert_held(&hooks_mutex);
	err = register_kprobe(&hook->fn.kp);
	if (err)
		pr_err("cannot attach a kprobe to %s: error %d; load without swap_kprobes=1\n",
		       hook->name, err);
	set_attached(hook, !err);
	return err;
}

/* Find the argument that the kprobe reads, or the reason why it cannot be attached */
static enum hr_unattached check_function(struct hr_hook *hook, const struct hr_btf *btf)
{
	const char *function = hook->fn.kp.symbol_name;
	int argument = hr_btf_argument(btf, function, hook->structure);

	lockdep_assert_held(&hooks_mutex);
	if (argument >= 0) {
		hook->fn.argument = argument;
		return HR_UNATTACHED_OTHER;
	}
	pr_warn("cannot check the prototype of %s(): error %d; swap_kprobes=1 has no effect\n",
		function, argument);
	return argument == -ENOENT ? HR_UNATTACHED_MISSING : HR_UNATTACHED_UNKNOWN;
}

/* Check all functions; all or none take kprobes, since these replace the tracepoints */
static bool check_functions(const struct hr_btf *btf)
{
	enum hr_unattached why[ARRAY_SIZE(hooks)];
	bool known = true;
	unsigned int i;

	lockdep_assert_held(&hooks_mutex);
	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		if (hooks[i].use != HR_HOOK_KPROBES)
			continue;
		why[i] = btf ? check_function(&hooks[i], btf) : HR_UNATTACHED_NO_TYPES;
		known &= why[i] == HR_UNATTACHED_OTHER;
	}
	for (i = 0; !known && i < ARRAY_SIZE(hooks); i++)
		if (hooks[i].use == HR_HOOK_KPROBES)
			hooks[i].covers = hooks[i].unattached[why[i]];
	return known;
}

/* Check the tracepoints that are in no header. One that is not confirmed is not attached. */
static void check_tracepoints(const struct hr_btf *btf)
{
	struct hr_hook *hook;

	lockdep_assert_held(&hooks_mutex);
	for (hook = hooks; hook < hooks + ARRAY_SIZE(hooks); hook++) {
		if (hook->use != HR_HOOK_TYPES || !hook->tp)
			continue;
		if (btf && hr_btf_argument(btf, hook->function, hook->structure) ==
			   (int)hook->fn.argument)
			continue;
		pr_warn("cannot check the prototype of tracepoint %s; it is not attached\n",
			hook->name);
		hook->covers = hook->unattached[HR_UNATTACHED_UNKNOWN];
		hook->unconfirmed = true;
	}
}

/*
 * Whether the prototypes of all functions are known, so that kprobes may be attached, if they are
 * requested. Also checks the tracepoints that need it.
 */
static bool functions_are_known(bool requested)
{
	struct hr_btf btf;
	bool known;
	size_t size;
	void *data;
	int err;

	lockdep_assert_held(&hooks_mutex);
	data = hr_btf_read(&size);
	err = IS_ERR(data) ? PTR_ERR(data) : hr_btf_parse(&btf, data, size);
	if (err)
		pr_warn("cannot read the BTF of this kernel: error %d; swap_kprobes=1 has no effect\n",
			err);
	check_tracepoints(err ? NULL : &btf);
	known = requested && check_functions(err ? NULL : &btf);
	if (!IS_ERR(data))
		vfree(data);
	return known;
}

static int attach(struct hr_hook *hook, bool swap_kprobes, bool stalls)
{
	switch (hook->use) {
	case HR_HOOK_KPROBES:
		return swap_kprobes ? attach_function(hook) : 0;
	case HR_HOOK_TRACEPOINTS:
		hook->unused = swap_kprobes;
		return swap_kprobes ? 0 : attach_tracepoint(hook);
	case HR_HOOK_SWAP:
		hook->unused = swap_kprobes;
		return 0;
	case HR_HOOK_STALLS:
		return stalls ? attach_tracepoint(hook) : 0;
	case HR_HOOK_TYPES:
		return hook->unconfirmed ? 0 : attach_tracepoint(hook);
	default:
		return attach_tracepoint(hook);
	}
}

static void detach(struct hr_hook *hook)
{
	lockdep_assert_held(&hooks_mutex);
	if (!hook->attached)
		return;
	if (hook->tp)
		tracepoint_probe_unregister(hook->tp, hook->probe, NULL);
	else
		unregister_kprobe(&hook->fn.kp);
	set_attached(hook, false);
}

static void detach_all(void)
{
	int i;

	lockdep_assert_held(&hooks_mutex);
	for (i = ARRAY_SIZE(hooks) - 1; i >= 0; i--)
		detach(&hooks[i]);
	tracepoint_synchronize_unregister();
}

/* Attach the probes that only serve while swap is used. An error is in the log and the status. */
static void attach_swap(struct work_struct *work)
{
	unsigned int i;

	mutex_lock(&hooks_mutex);
	for (i = 0; live && i < ARRAY_SIZE(hooks); i++)
		if (hooks[i].use == HR_HOOK_SWAP && !hooks[i].attached)
			attach_tracepoint(&hooks[i]);
	mutex_unlock(&hooks_mutex);
}

/**
 * hr_hooks_attach - attach all probes that this kernel supports
 * @swap_kprobes: attach kprobes for swap in place of tracepoints, if the prototypes of the
 *	functions can be checked
 * @stalls: also attach the probes that only stalls need
 *
 * Context: process, may sleep. Probes run before it returns.
 * Return: 0; -EOPNOTSUPP if a required tracepoint is missing; or the error of a
 * registration. On error no probe is attached.
 */
int hr_hooks_attach(bool swap_kprobes, bool stalls)
{
	unsigned int i;
	int err = 0;

	INIT_WORK(&hr_swap_used_work, attach_swap);
	for_each_kernel_tracepoint(resolve, NULL);
	mutex_lock(&hooks_mutex);
	swap_kprobes = functions_are_known(swap_kprobes);
	for (i = 0; !err && i < ARRAY_SIZE(hooks); i++)
		err = attach(&hooks[i], swap_kprobes, stalls);
	live = !err;
	if (err)
		detach_all();
	mutex_unlock(&hooks_mutex);
	if (err)
		cancel_work_sync(&hr_swap_used_work);
	return err;
}

static void detach_stalls(void)
{
	unsigned int i;

	lockdep_assert_held(&hooks_mutex);
	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (hooks[i].use == HR_HOOK_STALLS)
			detach(&hooks[i]);
	tracepoint_synchronize_unregister();
}

/**
 * hr_hooks_attach_stalls - attach the probes that only stalls need
 *
 * Context: process, may sleep; the other probes are attached.
 * Return: 0 or the error of a registration that failed; then none of them is attached.
 */
int hr_hooks_attach_stalls(void)
{
	unsigned int i;
	int err = 0;

	mutex_lock(&hooks_mutex);
	for (i = 0; !err && i < ARRAY_SIZE(hooks); i++)
		if (hooks[i].use == HR_HOOK_STALLS)
			err = attach_tracepoint(&hooks[i]);
	if (err)
		detach_stalls();
	mutex_unlock(&hooks_mutex);
	return err;
}

/**
 * hr_hooks_detach_stalls - detach the probes that only stalls need
 *
 * Context: process, may sleep. When it returns, none of them runs.
 */
void hr_hooks_detach_stalls(void)
{
	mutex_lock(&hooks_mutex);
	detach_stalls();
	mutex_unlock(&hooks_mutex);
}

/**
 * hr_hooks_detach - detach all probes
 *
 * Context: process, may sleep. When it returns, no probe runs.
 */
void hr_hooks_detach(void)
{
	mutex_lock(&hooks_mutex);
	live = false;
	detach_all();
	mutex_unlock(&hooks_mutex);
	/* No probe queues it any more; if it runs now, it attaches nothing */
	cancel_work_sync(&hr_swap_used_work);
}

/**
 * hr_hook - walk the table of hooks
 * @i: position, from 0
 *
 * Context: any.
 * Return: the hook; NULL past the last one.
 */
const struct hr_hook *hr_hook(unsigned int i)
{
	return i < ARRAY_SIZE(hooks) ? &hooks[i] : NULL;
}
