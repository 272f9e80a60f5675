// SPDX-License-Identifier: GPL-2.0
/*
 * Reclaim: which task reclaims on whose behalf
 *
 * Direct reclaim and memcg reclaim each fire a pair of events in the task that
 * does it, with no lock held. kswapd fires neither.
 */
#include "probes.h"
#include "stall.h"

void headroom_probe_direct_begin(void *data, int order, gfp_t gfp)
{
	headroom_stall_begin(HEADROOM_STALL_CAUSE_DIRECT_RECLAIM);
}

void headroom_probe_direct_end(void *data, unsigned long nr_reclaimed)
{
	headroom_stall_end(HEADROOM_STALL_CAUSE_DIRECT_RECLAIM);
}

void headroom_probe_memcg_begin(void *data, int order, gfp_t gfp)
{
	headroom_stall_begin(HEADROOM_STALL_CAUSE_MEMCG_RECLAIM);
}

void headroom_probe_memcg_end(void *data, unsigned long nr_reclaimed)
{
	headroom_stall_end(HEADROOM_STALL_CAUSE_MEMCG_RECLAIM);
}
