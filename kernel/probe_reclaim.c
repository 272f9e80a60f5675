// SPDX-License-Identifier: GPL-2.0
/*
 * Probes of reclaim and compaction
 *
 * Direct reclaim, memcg reclaim and node reclaim each fire a pair of events in the task
 * that reclaims, with no lock held. kswapd fires none of these; it fires an event when it
 * goes to sleep, and the task that wakes it fires another.
 *
 * The same events, and those of compaction, are the begin and the end of stalls.
 */
#include <linux/bits.h>
#include <linux/mmzone.h>
#include <linux/sched.h>
#include <linux/time64.h>

#include "kswapd.h"
#include "probes.h"
#include "reclaim.h"
#include "stall.h"

void hr_probe_direct_begin(void *data, int order, gfp_t gfp)
{
	hr_reclaim_begin(HR_RECLAIM_GLOBAL);
	hr_stall_begin(HEADROOM_STALL_CAUSE_DIRECT_RECLAIM);
}

void hr_probe_direct_end(void *data, unsigned long nr_reclaimed)
{
	hr_stall_end(BIT(HEADROOM_STALL_CAUSE_DIRECT_RECLAIM));
	hr_reclaim_end();
}

void hr_probe_memcg_begin(void *data, int order, gfp_t gfp)
{
	static const enum headroom_stall_cause cause[] = {
		[HR_LIMIT_MAX] = HEADROOM_STALL_CAUSE_MEMCG_RECLAIM,
		[HR_LIMIT_HIGH] = HEADROOM_STALL_CAUSE_MEMORY_HIGH_RECLAIM,
		[HR_LIMIT_NONE] = HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM,
	};
	enum hr_limit limit = hr_reclaim_begin(HR_RECLAIM_MEMCG);

	hr_stall_begin(cause[limit]);
}

void hr_probe_memcg_end(void *data, unsigned long nr_reclaimed)
{
	hr_stall_end(BIT(HEADROOM_STALL_CAUSE_MEMCG_RECLAIM) |
		     BIT(HEADROOM_STALL_CAUSE_MEMORY_HIGH_RECLAIM) |
		     BIT(HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM));
	hr_reclaim_end();
}

/* Fires after the sleep, whose length is in whole ticks */
void hr_probe_throttled(void *data, int nid, int usec_timeout,
			int usec_delayed, int reason)
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
void hr_probe_compaction_begin(void *data, struct compact_control *cc,
			       unsigned long start, unsigned long end, bool sync)
{
	if (hr_stall_marked() && !(current->flags & PF_KTHREAD))
		hr_stall_begin(HEADROOM_STALL_CAUSE_COMPACTION);
}

void hr_probe_compaction_end(void *data, struct compact_control *cc,
			     unsigned long start, unsigned long end,
			     bool sync, int status)
{
	hr_stall_end(BIT(HEADROOM_STALL_CAUSE_COMPACTION));
}

void hr_probe_node_begin(void *data, int nid, int order, gfp_t gfp)
{
	hr_reclaim_begin(HR_RECLAIM_GLOBAL);
}

void hr_probe_node_end(void *data, unsigned long nr_reclaimed)
{
	hr_reclaim_end();
}

/* Fires for each batch of scanned pages */
void hr_probe_shrink_inactive(void *data, int nid, unsigned long scanned,
			      unsigned long reclaimed, struct reclaim_stat *stat,
			      int priority, int file)
{
	hr_reclaim_scan(nid, scanned, reclaimed, priority);
}

/* Fires only if kswapd is asleep */
void hr_probe_wakeup_kswapd(void *data, int nid, int zid, int order,
			    gfp_t gfp)
{
	hr_kswapd_woken(nid);
}

void hr_probe_kswapd_sleep(void *data, int nid)
{
	hr_kswapd_slept(nid);
	hr_reclaim_end();
}
