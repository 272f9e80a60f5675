// SPDX-License-Identifier: GPL-2.0
/*
 * Signals of stalls: time that tasks of the subtree spent waiting for memory
 *
 * A share is of wall time, and of one task: two tasks that wait all the time are 200 %.
 *
 * The module adds a stall to its counts when it ends. A task that exceeds memory.high sleeps for up to two
 * seconds, so with shorter frames most would have no stall, and a "for" would never be over. So
 * stalls that are open count with the time they have taken so far, which is taken off again when they
 * have ended. The counts are read first: a stall that ends in between is missing from one frame,
 * and never counted twice.
 */
#include "saturating.h"
#include "signals.h"

/* In place of a cause */
#define SUM_OF_CAUSES	UINT32_MAX

static const char not_tracked[] = "the module does not track stalls (headroom config stalls=on)";
static const char no_psi[] = "the kernel marks no waits: boot with psi=1";

/* Causes that the module distinguishes although the kernel marks no task, without PSI */
static bool needs_psi(uint32_t cause)
{
	return cause != HEADROOM_STALL_CAUSE_DIRECT_RECLAIM && cause != HEADROOM_STALL_CAUSE_COMPACTION;
}

/* As view_stats(), for statistics that only grow while stalls are tracked */
static const char *stall_stats(const struct view *view, uint32_t cause,
			       const struct headroom_stats **now,
			       const struct headroom_stats **before)
{
	const char *why = view_stats(view, now, before);

	if (!why && (view->now->stalls_off || view->before->stalls_off))
		why = not_tracked;
	if (!why && needs_psi(cause) && (view->now->psi_off || view->before->psi_off))
		why = no_psi;
	return why;
}

/* Time that the open stalls of a subtree have taken, ns; of a cause, or with SUM_OF_CAUSES of all */
static uint64_t open_time(const struct frame *frame, size_t top, uint32_t cause)
{
	const struct frame_stalls *stalls = frame->cgroup[top].stalls;

	if (!stalls)
		return 0;
	return cause == SUM_OF_CAUSES ? stalls->total : stalls->time[cause];
}

static struct sample stall_share(const struct view *view, uint32_t cause, uint64_t now,
				 uint64_t before)
{
	struct sample s;

	if (now < before)
		return view_rate_between(view, now, before);
	/* A recording may lack them in some frames */
	if (view->now->nr_stalled != FRAME_NONE && view->before->nr_stalled != FRAME_NONE) {
		now = saturating_add(now, open_time(view->now, view->cgroup, cause));
		before = saturating_add(before,
					open_time(view->before, view->cgroup_before, cause));
	}
	s = view_rate_between(view, now > before ? now : before, before);
	return signal_exact(s.value / 1e9);
}

static struct sample read_total(const struct signal *signal, const struct view *view,
				const struct signal_argument *argument)
{
	const struct headroom_stats *now, *before;
	const char *why = stall_stats(view, signal->number, &now, &before);

	(void)argument;
	return why ? signal_blind(why) :
	       stall_share(view, SUM_OF_CAUSES, now->stall_total, before->stall_total);
}

static struct sample read_cause(const struct signal *signal, const struct view *view,
				const struct signal_argument *argument)
{
	const struct headroom_stats *now, *before;
	const char *why = stall_stats(view, signal->number, &now, &before);

	(void)argument;
	if (why)
		return signal_blind(why);
	return stall_share(view, signal->number,
			   headroom_stats_stall(now, signal->number)->total,
			   headroom_stats_stall(before, signal->number)->total);
}

/* The stalls in flight in the subtree, without proactive reclaim: their number and the longest */
static const char *in_flight(const struct view *view, double *nr, double *longest)
{
	const struct frame_stalls *stalls = view->now->cgroup[view->cgroup].stalls;

	*nr = stalls ? stalls->tasks : 0;
	*longest = stalls ? stalls->longest / 1e9 : 0;
	if (view->now->module_error)
		return "the module does not answer";
	if (view->now->stalls_off || view->now->nr_stalled == FRAME_NONE)
		return not_tracked;
	if (view->now->psi_off)
		return no_psi;
	return NULL;
}

static struct sample read_tasks(const struct signal *signal, const struct view *view,
				const struct signal_argument *argument)
{
	double nr, longest;
	const char *why = in_flight(view, &nr, &longest);

	(void)signal, (void)argument;
	return why ? signal_blind(why) : signal_exact(nr);
}

static struct sample read_longest(const struct signal *signal, const struct view *view,
				  const struct signal_argument *argument)
{
	double nr, longest;
	const char *why = in_flight(view, &nr, &longest);

	(void)signal, (void)argument;
	return why ? signal_blind(why) : signal_exact(longest);
}

#define COMPACT		SIGNAL_HOOK(HOOK_BIT(COMPACTION_BEGIN), "mm_compaction_begin"),		\
			SIGNAL_HOOK(HOOK_BIT(COMPACTION_END), "mm_compaction_end")
#define SWITCH		SIGNAL_HOOK(HOOK_BIT(SWITCH), "sched_switch")
#define STALLS		{ .stats = true, .stalled = true }
#define ALL_STALLS	.parts = SIGNAL_HOOKS(HOOKS_DIRECT, HOOKS_MEMCG, COMPACT, SWITCH)
#define CAUSE(word, number_, meaning_, ...)							\
	{ .name = "stall." word, .unit = UNIT_SHARE, .wish = STALLS,			\
	  .hooks = SIGNAL_HOOKS(__VA_ARGS__), .meaning = meaning_,				\
	  .number = HEADROOM_STALL_CAUSE_##number_,						\
	  .metric = HEADROOM_TRIGGER_METRIC_STALL, .read = read_cause }
#define THROTTLED(word, number_, meaning_)							\
	CAUSE("throttled_" word, THROTTLED_##number_, meaning_,				\
	      SIGNAL_HOOK(HOOK_BIT(THROTTLED), "mm_vmscan_throttled"), SWITCH)

const struct signal signals_stall[] = {
	{ .name = "stall", .unit = UNIT_SHARE, .wish = STALLS, ALL_STALLS,
	  .meaning = "time in stalls of all causes, as a share of one task's time",
	  .metric = HEADROOM_TRIGGER_METRIC_STALL, .read = read_total },
	CAUSE("direct_reclaim", DIRECT_RECLAIM, "time in reclaim because the machine was short",
	      HOOKS_DIRECT),
	CAUSE("memcg_reclaim", MEMCG_RECLAIM, "time in reclaim because a memory.max was reached",
	      HOOKS_MEMCG),
	CAUSE("memory_high_reclaim", MEMORY_HIGH_RECLAIM,
	      "time in reclaim because a memory.high was reached", HOOKS_MEMCG),
	CAUSE("memory_high_throttle", MEMORY_HIGH_THROTTLE,
	      "time asleep because reclaim did not bring a cgroup below memory.high", SWITCH),
	CAUSE("refault", REFAULT, "time waiting for a file page that had been evicted", SWITCH),
	CAUSE("swap_in", SWAP_IN, "time waiting for a page from swap", SWITCH),
	CAUSE("compaction", COMPACTION, "time in compaction", COMPACT),
	CAUSE("other", OTHER, "time in other memory stalls", SWITCH),
	THROTTLED("writeback", WRITEBACK,
		  "time asleep in reclaim, waiting for writeback; part of other causes"),
	THROTTLED("isolated", ISOLATED,
		  "time asleep in reclaim because others had isolated too many pages; part of other causes"),
	THROTTLED("noprogress", NOPROGRESS,
		  "time asleep in reclaim that made no progress; part of other causes"),
	THROTTLED("congested", CONGESTED,
		  "time asleep in reclaim on a congested node; part of other causes"),
	CAUSE("proactive_reclaim", PROACTIVE_RECLAIM,
	      "time in reclaim on request, which is not a stall", HOOKS_MEMCG),
	{ .name = "stall.tasks", .unit = UNIT_COUNT, .wish = STALLS, ALL_STALLS,
	  .meaning = "tasks that are stalled now", .read = read_tasks },
	{ .name = "stall.longest", .unit = UNIT_TIME, .wish = STALLS, ALL_STALLS,
	  .meaning = "longest stall that has not ended", .read = read_longest },
	{ .name = NULL },
};
