// SPDX-License-Identifier: LGPL-2.1
/* The counters by name: see counters.h */

#include "counters.h"

#define STATS(attr, field, unit, meaning) \
	{ HEADROOM_A_STATS_##attr, offsetof(struct headroom_stats, field), \
	  #field, unit, meaning }
#define STALL(attr, field, unit, meaning) \
	{ HEADROOM_A_STALL_##attr, offsetof(struct headroom_stall, field), \
	  #field, unit, meaning }
#define LOST(attr, field, unit, meaning) \
	{ HEADROOM_A_LOST_##attr, offsetof(struct headroom_status, lost.field), \
	  #field, unit, meaning }

const struct headroom_counter headroom_stats_counters[] = {
	STATS(EVICTIONS, evictions, "pages", "file pages taken by reclaim"),
	STATS(REFAULTS, refaults, "pages", "evicted file pages read again"),
	STATS(REFAULTS_SHARED, refaults_shared, "pages",
	      "of them, pages that another cgroup had lost"),
	STATS(REFAULT_SAMPLES, refault_samples, "samples",
	      "refaults really seen, behind the scaled number"),
	{ 0 }
};

const struct headroom_counter headroom_stall_counters[] = {
	STALL(COUNT, count, "stalls", "stalls that ended"),
	STALL(TOTAL, total, "ns", "time spent in them"),
	STALL(LONGEST, longest, "ns", "the longest one since the module was loaded"),
	{ 0 }
};

const struct headroom_counter headroom_lost_counters[] = {
	LOST(TABLE_FULL, table_full, "pages",
	     "evicted pages forgotten, their bucket of the nonresident table was full"),
	LOST(TABLE_BUSY, table_busy, "pages",
	     "evicted pages not remembered, another CPU was writing the same bucket"),
	LOST(CGROUP_UNKNOWN, cgroup_unknown, "events",
	     "events booked to an ancestor, the cgroup had no record at hand"),
	LOST(DISTANCE_UNKNOWN, distance_unknown, "pages",
	     "refaults without a distance, the cgroup that lost the page is gone"),
	LOST(STALL_SLOTS, stall_slots, "stalls",
	     "stalls not measured, too many tasks were stalled at once"),
	{ 0 }
};

const char *headroom_stall_cause_name(enum headroom_stall_cause cause)
{
	/* no default: the compiler then names a cause that is missing here */
	switch (cause) {
	case HEADROOM_STALL_CAUSE_DIRECT_RECLAIM:
		return "direct_reclaim";
	case HEADROOM_STALL_CAUSE_MEMCG_RECLAIM:
		return "memcg_reclaim";
	}
	return NULL;
}
