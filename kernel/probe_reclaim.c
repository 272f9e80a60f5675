// SPDX-License-Identifier: GPL-2.0
/*
 * Probes of reclaim and compaction
 *
 * Direct reclaim, memcg reclaim and node reclaim each fire a pair of events in the task
 * that reclaims, with no lock held. These pairs do not nest: reclaim sets PF_MEMALLOC, and
 * the kernel begins no reclaim in a task that has it. kswapd fires none of these. It fires an
 * event when it goes to sleep, the task that wakes it fires another, and newer kernels fire
 * a pair around each pass of kswapd's work, which lies between two sleeps.
 *
 * The same events, and those of compaction, are the begin and the end of stalls.
 */
#include <linux/bits.h>
#include <linux/gfp.h>
#include <linux/mmzone.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <linux/time64.h>

#include "functions.h"
#include "kswapd.h"
#include "probes.h"
#include "reclaim.h"
#include "stall.h"

/* Frames from the probe up to the function behind the file, with some to spare */
#define REQUEST_DEPTH	12

static void direct_begin(void)
{
	hr_reclaim_begin(HR_RECLAIM_GLOBAL, NULL);
	hr_stall_begin(HEADROOM_STALL_CAUSE_DIRECT_RECLAIM);
}

HR_PROBE(hr_probe_direct_begin,
	 TP_PROTO(void *data, int order, gfp_t gfp),
	 TP_ARGS(data, order, gfp))
{
	direct_begin();
}

HR_PROBE(hr_probe_direct_begin_memcg,
	 TP_PROTO(void *data, gfp_t gfp, int order, struct mem_cgroup *memcg),
	 TP_ARGS(data, gfp, order, memcg))
{
	direct_begin();
}

static void direct_end(void)
{
	hr_stall_end(BIT(HEADROOM_STALL_CAUSE_DIRECT_RECLAIM));
	hr_reclaim_end();
}

HR_PROBE(hr_probe_direct_end,
	 TP_PROTO(void *data, unsigned long nr_reclaimed),
	 TP_ARGS(data, nr_reclaimed))
{
	direct_end();
}

HR_PROBE(hr_probe_direct_end_memcg,
	 TP_PROTO(void *data, unsigned long nr_reclaimed, struct mem_cgroup *memcg),
	 TP_ARGS(data, nr_reclaimed, memcg))
{
	direct_end();
}

/* @target is NULL on kernels whose event does not name it */
static void memcg_begin(struct mem_cgroup *target)
{
	static const enum headroom_stall_cause cause[] = {
		[HR_LIMIT_MAX] = HEADROOM_STALL_CAUSE_MEMCG_RECLAIM,
		[HR_LIMIT_HIGH] = HEADROOM_STALL_CAUSE_MEMORY_HIGH_RECLAIM,
		[HR_LIMIT_NONE] = HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM,
	};
	enum hr_limit limit = hr_reclaim_begin(HR_RECLAIM_MEMCG, target);

	hr_stall_begin(cause[limit]);
}

HR_PROBE(hr_probe_memcg_begin,
	 TP_PROTO(void *data, int order, gfp_t gfp),
	 TP_ARGS(data, order, gfp))
{
	memcg_begin(NULL);
}

HR_PROBE(hr_probe_memcg_begin_memcg,
	 TP_PROTO(void *data, gfp_t gfp, int order, struct mem_cgroup *memcg),
	 TP_ARGS(data, gfp, order, memcg))
{
	memcg_begin(memcg);
}

static void memcg_end(void)
{
	hr_stall_end(BIT(HEADROOM_STALL_CAUSE_MEMCG_RECLAIM) |
		     BIT(HEADROOM_STALL_CAUSE_MEMORY_HIGH_RECLAIM) |
		     BIT(HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM));
	hr_reclaim_end();
}

HR_PROBE(hr_probe_memcg_end,
	 TP_PROTO(void *data, unsigned long nr_reclaimed),
	 TP_ARGS(data, nr_reclaimed))
{
	memcg_end();
}

HR_PROBE(hr_probe_memcg_end_memcg,
	 TP_PROTO(void *data, unsigned long nr_reclaimed, struct mem_cgroup *memcg),
	 TP_ARGS(data, nr_reclaimed, memcg))
{
	memcg_end();
}

/* Fires after the sleep, whose length is in whole ticks */
HR_PROBE(hr_probe_throttled,
	 TP_PROTO(void *data, int nid, int usec_timeout, int usec_delayed, int reason),
	 TP_ARGS(data, nid, usec_timeout, usec_delayed, reason))
{
	static const enum headroom_stall_cause cause[] = {
		[VMSCAN_THROTTLE_WRITEBACK] = HEADROOM_STALL_CAUSE_THROTTLED_WRITEBACK,
		[VMSCAN_THROTTLE_ISOLATED] = HEADROOM_STALL_CAUSE_THROTTLED_ISOLATED,
		[VMSCAN_THROTTLE_NOPROGRESS] = HEADROOM_STALL_CAUSE_THROTTLED_NOPROGRESS,
		[VMSCAN_THROTTLE_CONGESTED] = HEADROOM_STALL_CAUSE_THROTTLED_CONGESTED,
	};

	if (reason < 0 || reason >= ARRAY_SIZE(cause) || current->flags & PF_KSWAPD)
		return;
	hr_stall_throttled(cause[reason], (u64)usec_delayed * NSEC_PER_USEC);
}

/* Fires for each zone. Compaction by kcompactd or on request is not a stall. */
HR_PROBE(hr_probe_compaction_begin,
	 TP_PROTO(void *data, struct compact_control *cc, unsigned long start,
		  unsigned long end, bool sync),
	 TP_ARGS(data, cc, start, end, sync))
{
	if (hr_stall_marked() && !(current->flags & PF_KTHREAD))
		hr_stall_begin(HEADROOM_STALL_CAUSE_COMPACTION);
}

HR_PROBE(hr_probe_compaction_end,
	 TP_PROTO(void *data, struct compact_control *cc, unsigned long start,
		  unsigned long end, bool sync, int status),
	 TP_ARGS(data, cc, start, end, sync, status))
{
	hr_stall_end(BIT(HEADROOM_STALL_CAUSE_COMPACTION));
}

/*
 * Whether the running task serves a write to the file "reclaim" of a node. No argument of the
 * event says so. Nor does the mark of a memory stall, which 7.2 sets for such a write, too.
 */
static noinline bool serves_request(void)
{
	unsigned long stack[REQUEST_DEPTH];
	unsigned int i, nr = stack_trace_save(stack, ARRAY_SIZE(stack), 0);

	for (i = 0; i < nr; i++)
		if (hr_function_at(stack[i]) == HR_FUNCTION_REQUEST)
			return true;
	return false;
}

/* Most allocations have other flags than a request: then the stack need not be read */
HR_PROBE(hr_probe_node_begin,
	 TP_PROTO(void *data, int nid, int order, gfp_t gfp),
	 TP_ARGS(data, nid, order, gfp))
{
	bool request = gfp == GFP_KERNEL && !order && serves_request();

	hr_reclaim_begin(request ? HR_RECLAIM_NODE : HR_RECLAIM_GLOBAL, NULL);
}

HR_PROBE(hr_probe_node_end,
	 TP_PROTO(void *data, unsigned long nr_reclaimed),
	 TP_ARGS(data, nr_reclaimed))
{
	hr_reclaim_end();
}

HR_PROBE(hr_probe_node_end_memcg,
	 TP_PROTO(void *data, unsigned long nr_reclaimed, struct mem_cgroup *memcg),
	 TP_ARGS(data, nr_reclaimed, memcg))
{
	hr_reclaim_end();
}

#ifdef HR_BALANCE_EVENTS
HR_PROBE(hr_probe_balance_begin,
	 TP_PROTO(void *data, int nid, int order, int highest_zoneidx),
	 TP_ARGS(data, nid, order, highest_zoneidx))
{
	hr_reclaim_begin_kswapd(nid);
}

HR_PROBE(hr_probe_balance_end,
	 TP_PROTO(void *data, int nid, int order, int highest_zoneidx,
		  unsigned long nr_reclaimed),
	 TP_ARGS(data, nid, order, highest_zoneidx, nr_reclaimed))
{
	hr_reclaim_end();
}
#endif

/* Fires for each batch of scanned pages */
HR_PROBE(hr_probe_shrink_inactive,
	 TP_PROTO(void *data, int nid, unsigned long scanned, unsigned long reclaimed,
		  struct reclaim_stat *stat, int priority, int file),
	 TP_ARGS(data, nid, scanned, reclaimed, stat, priority, file))
{
	hr_reclaim_scan(nid, scanned, reclaimed, priority);
}

/* Fires only if kswapd is asleep */
HR_PROBE(hr_probe_wakeup_kswapd,
	 TP_PROTO(void *data, int nid, int zid, int order, gfp_t gfp),
	 TP_ARGS(data, nid, zid, order, gfp))
{
	hr_kswapd_woken(nid);
}

HR_PROBE(hr_probe_kswapd_sleep, TP_PROTO(void *data, int nid), TP_ARGS(data, nid))
{
	hr_kswapd_slept(nid);
	hr_reclaim_end();
}
