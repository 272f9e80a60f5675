// SPDX-License-Identifier: LGPL-2.1
/* Name, unit and meaning of each counter; names of causes, kinds and reasons */

#include <inttypes.h>
#include <stdio.h>

#include "counters.h"

/* Of a structure: attribute, member, whether it only grows, unit, meaning */
#define COUNTER(type, set, attr, member, grows, counted_in, text)	\
	{								\
		.name = #member, .unit = counted_in, .meaning = text,	\
		.cumulative = grows, .offset = offsetof(struct type, member), \
		.attribute = HEADROOM_A_##set##_##attr,			\
	}
#define STATS(attr, member, unit, meaning) \
	COUNTER(headroom_stats, STATS, attr, member, true, unit, meaning)
#define PAGES(attr, member, unit, meaning) \
	COUNTER(headroom_pages, PAGES, attr, member, true, unit, meaning)
#define GROUP(attr, member, unit, meaning) \
	COUNTER(headroom_group, SAMPLE_GROUP, attr, member, true, unit, meaning)
#define STALL(attr, member, grows, unit, meaning) \
	COUNTER(headroom_stall, STALL, attr, member, grows, unit, meaning)
#define TARGET(attr, member, unit, meaning) \
	COUNTER(headroom_target, TARGET, attr, member, true, unit, meaning)
#define RECLAIM(attr, member, unit, meaning) \
	COUNTER(headroom_reclaim, RECLAIM, attr, member, true, unit, meaning)
#define EVICTOR(attr, member, grows, unit, meaning) \
	COUNTER(headroom_evictor, EVICTOR, attr, member, grows, unit, meaning)
#define CGROUP(attr, member, unit, meaning) \
	COUNTER(headroom_cgroup, CGROUP, attr, member, true, unit, meaning)
#define DROPPED(attr, member, unit_, meaning_)				\
	{								\
		.name = #member, .unit = unit_, .meaning = meaning_,	\
		.cumulative = true,					\
		.offset = offsetof(struct headroom_status, dropped.member), \
		.attribute = HEADROOM_A_DROPPED_##attr,			\
	}

const struct headroom_counter headroom_stats_counters[] = {
	STATS(EVICTIONS, evictions, "pages", "pages evicted by reclaim"),
	STATS(REFAULTS, refaults, "pages", "evicted pages read again"),
	STATS(REFAULTS_SHARED, refaults_shared, "pages",
	      "of them, pages whose victim was another cgroup"),
	STATS(REFAULT_SAMPLES, refault_samples, "samples",
	      "refaults recorded, before scaling"),
	STATS(RETURNED, returned, "pages",
	      "pages evicted from this cgroup and read again by any cgroup"),
	STATS(STALL_TOTAL, stall_total, "ns",
	      "time in stalls of all causes that are part of the total"),
	STATS(OVERWRITTEN, overwritten, "pages",
	      "pages evicted from this cgroup and overwritten without being read"),
	STATS(EVICTIONS_OUTSIDE, evictions_outside, "pages",
	      "pages evicted by the demand of cgroups outside this one"),
	STATS(RETURNED_OUTSIDE, returned_outside, "pages", "of them, pages read again"),
	STATS(EVICTIONS_MACHINE, evictions_machine, "pages",
	      "pages evicted by the demand of the root cgroup itself"),
	STATS(RETURNED_MACHINE, returned_machine, "pages", "of them, pages read again"),
	STATS(FORGOTTEN, forgotten, "pages",
	      "evicted pages that the nonresident table forgot"),
	STATS(DISPLACED, displaced, "pages",
	      "pages of other cgroups forgotten to remember pages of this one"),
	STATS(RECLAIMS_DROPPED, reclaims_dropped, "reclaims",
	      "reclaims by tasks of this cgroup not followed: too many were open"),
	STATS(STALLS_DROPPED, stalls_dropped, "stalls",
	      "stalls of tasks of this cgroup not measured: too many were open"),
	{ 0 }
};

const struct headroom_counter headroom_pages_counters[] = {
	PAGES(EVICTIONS, evictions, "pages", "pages evicted by reclaim"),
	PAGES(REFAULTS, refaults, "pages", "evicted pages read again"),
	{ 0 }
};

const struct headroom_counter headroom_group_counters[] = {
	GROUP(EVICTIONS, evictions, "samples", "evictions recorded, not scaled"),
	GROUP(REFAULTS, refaults, "samples", "refaults recorded, not scaled"),
	{ 0 }
};

const struct headroom_counter headroom_stall_counters[] = {
	STALL(COUNT, count, true, "stalls", "stalls that ended"),
	STALL(TOTAL, total, true, "ns", "time spent in stalls"),
	STALL(LONGEST, longest, false, "ns", "longest stall since the module was loaded"),
	{ 0 }
};

const struct headroom_counter headroom_target_counters[] = {
	TARGET(EVICTIONS, evictions, "pages", "pages evicted for this cgroup's own limit"),
	{ 0 }
};

const struct headroom_counter headroom_reclaim_counters[] = {
	RECLAIM(SCANNED, scanned, "pages", "pages scanned on the inactive lists"),
	RECLAIM(RECLAIMED, reclaimed, "pages", "of them, pages that could be freed"),
	{ 0 }
};

const struct headroom_counter headroom_evictor_counters[] = {
	EVICTOR(EVICTIONS, evictions, true, "pages", "pages evicted since the evictor got its entry"),
	EVICTOR(REFAULTS, refaults, true, "pages", "of them, pages read again"),
	EVICTOR(ERROR, error, false, "pages",
		"upper bound of the pages evicted before it got its entry"),
	{ 0 }
};

const struct headroom_counter headroom_cgroup_counters[] = {
	CGROUP(PSI_SOME, psi_some, "ns", "total of \"some\" in memory.pressure"),
	CGROUP(PSI_FULL, psi_full, "ns", "total of \"full\" in memory.pressure"),
	{ 0 }
};

const struct headroom_counter headroom_dropped_counters[] = {
	DROPPED(TABLE_FULL, table_full, "pages",
	     "evicted pages forgotten: their bucket of the nonresident table was full"),
	DROPPED(TABLE_BUSY, table_busy, "pages",
	     "evicted pages not remembered: another CPU was writing the same bucket"),
	DROPPED(CGROUP_UNKNOWN, cgroup_unknown, "events",
	     "events charged to an ancestor: no spare record for the cgroup"),
	DROPPED(DISTANCE_UNKNOWN, distance_unknown, "pages",
	     "refaults without a distance: the victim is gone"),
	DROPPED(STALL_SLOTS, stall_slots, "stalls",
	     "stalls not measured: too many tasks were stalled at once"),
	DROPPED(RECLAIM_SLOTS, reclaim_slots, "reclaims",
	     "reclaims not followed: too many tasks reclaimed at once"),
	DROPPED(HISTOGRAMS, histograms, "values",
	     "values in no histogram: too many histograms were needed at once"),
	DROPPED(NOTIFICATIONS, notifications, "notifications",
	     "notifications not sent: too many at once, or no memory"),
	DROPPED(RESIZED, resized, "pages",
	     "evicted pages forgotten: the nonresident table was replaced"),
	DROPPED(DIRECT_WRITES, direct_writes, "pages",
	     "pages that direct writes replaced while too many others were"),
	{ 0 }
};

const struct headroom_counter *headroom_counters(enum headroom_counters_of of)
{
	static const struct headroom_counter none[] = { { 0 } };

	/* no default: the compiler then names a structure that is missing here */
	switch (of) {
	case HEADROOM_COUNTERS_STATS:
		return headroom_stats_counters;
	case HEADROOM_COUNTERS_PAGES:
		return headroom_pages_counters;
	case HEADROOM_COUNTERS_GROUP:
		return headroom_group_counters;
	case HEADROOM_COUNTERS_STALL:
		return headroom_stall_counters;
	case HEADROOM_COUNTERS_TARGET:
		return headroom_target_counters;
	case HEADROOM_COUNTERS_RECLAIM:
		return headroom_reclaim_counters;
	case HEADROOM_COUNTERS_EVICTOR:
		return headroom_evictor_counters;
	case HEADROOM_COUNTERS_CGROUP:
		return headroom_cgroup_counters;
	case HEADROOM_COUNTERS_DROPPED:
		return headroom_dropped_counters;
	}
	return none;
}

uint64_t headroom_counter_value(const struct headroom_counter *counter, const void *base)
{
	return headroom_counter_get(counter, base);
}

const char *headroom_stall_cause_name(enum headroom_stall_cause cause)
{
	/* no default case, so that the compiler warns about a missing cause */
	switch (cause) {
	case HEADROOM_STALL_CAUSE_DIRECT_RECLAIM:
		return "direct_reclaim";
	case HEADROOM_STALL_CAUSE_MEMCG_RECLAIM:
		return "memcg_reclaim";
	case HEADROOM_STALL_CAUSE_MEMORY_HIGH_RECLAIM:
		return "memory_high_reclaim";
	case HEADROOM_STALL_CAUSE_MEMORY_HIGH_THROTTLE:
		return "memory_high_throttle";
	case HEADROOM_STALL_CAUSE_REFAULT:
		return "refault";
	case HEADROOM_STALL_CAUSE_SWAP_IN:
		return "swap_in";
	case HEADROOM_STALL_CAUSE_COMPACTION:
		return "compaction";
	case HEADROOM_STALL_CAUSE_OTHER:
		return "other";
	case HEADROOM_STALL_CAUSE_THROTTLED_WRITEBACK:
		return "throttled_writeback";
	case HEADROOM_STALL_CAUSE_THROTTLED_ISOLATED:
		return "throttled_isolated";
	case HEADROOM_STALL_CAUSE_THROTTLED_NOPROGRESS:
		return "throttled_noprogress";
	case HEADROOM_STALL_CAUSE_THROTTLED_CONGESTED:
		return "throttled_congested";
	case HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM:
		return "proactive_reclaim";
	}
	return NULL;
}

bool headroom_stall_in_total(enum headroom_stall_cause cause)
{
	return cause >= HEADROOM_STALL_CAUSE_DIRECT_RECLAIM &&
	       cause < HEADROOM_STALL_CAUSE_THROTTLED_WRITEBACK;
}

const char *headroom_page_kind_name(enum headroom_page_kind kind)
{
	switch (kind) {
	case HEADROOM_PAGE_KIND_FILE:
		return "file";
	case HEADROOM_PAGE_KIND_ANON:
		return "anon";
	case HEADROOM_PAGE_KIND_SHMEM:
		return "shmem";
	}
	return NULL;
}

const char *headroom_reason_name(enum headroom_reason reason)
{
	switch (reason) {
	case HEADROOM_REASON_OWN_LIMIT:
		return "own_limit";
	case HEADROOM_REASON_ANCESTOR_LIMIT:
		return "ancestor_limit";
	case HEADROOM_REASON_KSWAPD:
		return "kswapd";
	case HEADROOM_REASON_DIRECT_RECLAIM:
		return "direct_reclaim";
	case HEADROOM_REASON_PROACTIVE:
		return "proactive";
	case HEADROOM_REASON_MADVISE:
		return "madvise";
	case HEADROOM_REASON_UNKNOWN:
		return "unknown";
	}
	return NULL;
}

static const char *label(const char *name, const char *what, uint32_t number, char *buf,
			 size_t size)
{
	if (name)
		return name;
	snprintf(buf, size, "%s_%" PRIu32, what, number);
	return buf;
}

const char *headroom_stall_cause_label(uint32_t cause, char *buf, size_t size)
{
	return label(headroom_stall_cause_name(cause), "cause", cause, buf, size);
}

const char *headroom_page_kind_label(uint32_t kind, char *buf, size_t size)
{
	return label(headroom_page_kind_name(kind), "kind", kind, buf, size);
}

const char *headroom_reason_label(uint32_t reason, char *buf, size_t size)
{
	return label(headroom_reason_name(reason), "reason", reason, buf, size);
}
