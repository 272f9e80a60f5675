// SPDX-License-Identifier: GPL-2.0
/*
 * Reclaim: which task reclaims on whose behalf
 *
 * Direct reclaim, memcg reclaim and node reclaim each fire a pair of events in the
 * task that does it, with no lock held. kswapd fires none of these, but tells when
 * it goes to sleep, and who wakes it is told in the waker.
 */
#include "probes.h"
#include "reclaim.h"
#include "stall.h"

void headroom_probe_direct_begin(void *data, int order, gfp_t gfp)
{
	headroom_reclaim_begin(HEADROOM_RECLAIM_GLOBAL);
	headroom_stall_begin(HEADROOM_STALL_CAUSE_DIRECT_RECLAIM);
}

void headroom_probe_direct_end(void *data, unsigned long nr_reclaimed)
{
	headroom_stall_end(HEADROOM_STALL_CAUSE_DIRECT_RECLAIM);
	headroom_reclaim_end();
}

void headroom_probe_memcg_begin(void *data, int order, gfp_t gfp)
{
	headroom_reclaim_begin(HEADROOM_RECLAIM_MEMCG);
	headroom_stall_begin(HEADROOM_STALL_CAUSE_MEMCG_RECLAIM);
}

void headroom_probe_memcg_end(void *data, unsigned long nr_reclaimed)
{
	headroom_stall_end(HEADROOM_STALL_CAUSE_MEMCG_RECLAIM);
	headroom_reclaim_end();
}

void headroom_probe_node_begin(void *data, int nid, int order, gfp_t gfp)
{
	headroom_reclaim_begin(HEADROOM_RECLAIM_GLOBAL);
}

void headroom_probe_node_end(void *data, unsigned long nr_reclaimed)
{
	headroom_reclaim_end();
}

/* Fires for each batch of pages that were looked at */
void headroom_probe_shrink_inactive(void *data, int nid, unsigned long scanned,
				    unsigned long reclaimed,
				    struct reclaim_stat *stat, int priority,
				    int file)
{
	headroom_reclaim_scan(nid, scanned, reclaimed, priority);
}

/* Fires only if kswapd is asleep */
void headroom_probe_wakeup_kswapd(void *data, int nid, int zid, int order,
				  gfp_t gfp)
{
	headroom_reclaim_wake_kswapd(nid);
}

void headroom_probe_kswapd_sleep(void *data, int nid)
{
	headroom_reclaim_sleep_kswapd(nid);
}
