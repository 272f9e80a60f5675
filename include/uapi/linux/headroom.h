/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/headroom.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_HEADROOM_H
#define _UAPI_LINUX_HEADROOM_H

#define HEADROOM_FAMILY_NAME	"headroom"
#define HEADROOM_FAMILY_VERSION	1

/**
 * enum headroom_stall_cause - What a task waited for. Those that are throttled
 *   happen inside others and are not part of the total; proactive reclaim is
 *   no stall at all.
 * @HEADROOM_STALL_CAUSE_DIRECT_RECLAIM: The task allocated a page, memory was
 *   short, and it had to reclaim before it could go on.
 * @HEADROOM_STALL_CAUSE_MEMCG_RECLAIM: The task charged a page and a cgroup
 *   above it was at its memory.max, so that it had to reclaim from that cgroup
 *   first.
 * @HEADROOM_STALL_CAUSE_MEMORY_HIGH_RECLAIM: A cgroup above the task was
 *   beyond its memory.high, and the task had to reclaim from it before it
 *   returned to user space.
 * @HEADROOM_STALL_CAUSE_MEMORY_HIGH_THROTTLE: Reclaim did not get that cgroup
 *   below its memory.high, and the task was made to sleep.
 * @HEADROOM_STALL_CAUSE_REFAULT: The task slept until a page of a file was
 *   read that had been evicted from the working set.
 * @HEADROOM_STALL_CAUSE_SWAP_IN: The task slept until a page was read from
 *   swap.
 * @HEADROOM_STALL_CAUSE_COMPACTION: The task needed contiguous pages and had
 *   to compact memory first.
 * @HEADROOM_STALL_CAUSE_OTHER: The task slept in what the kernel calls a
 *   memory stall, for none of these reasons; for example for the I/O throttle
 *   of its cgroup.
 * @HEADROOM_STALL_CAUSE_THROTTLED_WRITEBACK: Inside reclaim, the task slept
 *   because too many pages on the lists were being written.
 * @HEADROOM_STALL_CAUSE_THROTTLED_ISOLATED: Inside reclaim or compaction, the
 *   task slept because others had taken too many pages off the lists.
 * @HEADROOM_STALL_CAUSE_THROTTLED_NOPROGRESS: Inside reclaim, the task slept
 *   because it made no progress.
 * @HEADROOM_STALL_CAUSE_THROTTLED_CONGESTED: Inside reclaim, the task slept
 *   because pages were written again and again.
 * @HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM: Not a stall, and not part of the
 *   total: a write to memory.reclaim, or to a limit that was lowered,
 *   reclaimed for so long.
 */
enum headroom_stall_cause {
	HEADROOM_STALL_CAUSE_DIRECT_RECLAIM = 1,
	HEADROOM_STALL_CAUSE_MEMCG_RECLAIM,
	HEADROOM_STALL_CAUSE_MEMORY_HIGH_RECLAIM,
	HEADROOM_STALL_CAUSE_MEMORY_HIGH_THROTTLE,
	HEADROOM_STALL_CAUSE_REFAULT,
	HEADROOM_STALL_CAUSE_SWAP_IN,
	HEADROOM_STALL_CAUSE_COMPACTION,
	HEADROOM_STALL_CAUSE_OTHER,
	HEADROOM_STALL_CAUSE_THROTTLED_WRITEBACK,
	HEADROOM_STALL_CAUSE_THROTTLED_ISOLATED,
	HEADROOM_STALL_CAUSE_THROTTLED_NOPROGRESS,
	HEADROOM_STALL_CAUSE_THROTTLED_CONGESTED,
	HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM,
};

/**
 * enum headroom_page_kind - What a page held.
 * @HEADROOM_PAGE_KIND_FILE: A page of a file, in the page cache.
 * @HEADROOM_PAGE_KIND_ANON: Anonymous memory, which goes to swap.
 * @HEADROOM_PAGE_KIND_SHMEM: Shared memory or a file on tmpfs, which goes to
 *   swap. A page that comes back and is not recognised counts as anonymous
 *   memory.
 */
enum headroom_page_kind {
	HEADROOM_PAGE_KIND_FILE = 1,
	HEADROOM_PAGE_KIND_ANON,
	HEADROOM_PAGE_KIND_SHMEM,
};

/**
 * enum headroom_reason - Why a page was evicted.
 * @HEADROOM_REASON_OWN_LIMIT: Its cgroup was at its own memory.max or
 *   memory.high.
 * @HEADROOM_REASON_ANCESTOR_LIMIT: A cgroup above its own was at its
 *   memory.max or memory.high.
 * @HEADROOM_REASON_KSWAPD: kswapd evicted it, because the machine ran short of
 *   memory. The evictors are the cgroups that woke kswapd.
 * @HEADROOM_REASON_DIRECT_RECLAIM: A task that allocated memory evicted it,
 *   because the machine was short of memory. The evictor is that task's
 *   cgroup.
 * @HEADROOM_REASON_PROACTIVE: Somebody asked for it, by memory.reclaim or
 *   through DAMON. The evictor is the cgroup of the task that asked.
 * @HEADROOM_REASON_MADVISE: MADV_PAGEOUT, or process_madvise() from another
 *   process.
 * @HEADROOM_REASON_UNKNOWN: The page came back, and its eviction is not known:
 *   it happened before the module was loaded, was not seen, or was forgotten.
 */
enum headroom_reason {
	HEADROOM_REASON_OWN_LIMIT = 1,
	HEADROOM_REASON_ANCESTOR_LIMIT,
	HEADROOM_REASON_KSWAPD,
	HEADROOM_REASON_DIRECT_RECLAIM,
	HEADROOM_REASON_PROACTIVE,
	HEADROOM_REASON_MADVISE,
	HEADROOM_REASON_UNKNOWN,
};

/**
 * enum headroom_detail - What a dump of cgroups reports beside id, parent-id,
 *   generation and the counters that stand in stats and target themselves.
 * @HEADROOM_DETAIL_PAGES: Evictions and refaults by kind of page and reason,
 *   and, when sampling, by group of pages.
 * @HEADROOM_DETAIL_STALLS: The causes of stalls.
 * @HEADROOM_DETAIL_HISTOGRAMS: All histograms, that is, also the latencies of
 *   stalls if those are asked for, and the distance of target.
 * @HEADROOM_DETAIL_TARGET: Reclaim from the cgroup and all below it as one
 *   pool.
 * @HEADROOM_DETAIL_PSI: What memory.pressure has.
 */
enum headroom_detail {
	HEADROOM_DETAIL_PAGES = 1,
	HEADROOM_DETAIL_STALLS = 2,
	HEADROOM_DETAIL_HISTOGRAMS = 4,
	HEADROOM_DETAIL_TARGET = 8,
	HEADROOM_DETAIL_PSI = 16,
};

/**
 * enum headroom_trigger_metric - What a trigger watches.
 * @HEADROOM_TRIGGER_METRIC_STALL: Nanoseconds in stalls, those that have not
 *   ended yet included. As many tasks as are stalled at once count each.
 * @HEADROOM_TRIGGER_METRIC_REFAULTS: Refaults, scaled.
 */
enum headroom_trigger_metric {
	HEADROOM_TRIGGER_METRIC_STALL = 1,
	HEADROOM_TRIGGER_METRIC_REFAULTS,
};

/**
 * enum headroom_trigger_scope - Which cgroups a trigger watches.
 * @HEADROOM_TRIGGER_SCOPE_SUBTREE: The cgroup and all below it, together.
 * @HEADROOM_TRIGGER_SCOPE_EACH: The cgroup and each one below it by itself,
 *   those born later included. The notification tells which one it was.
 */
enum headroom_trigger_scope {
	HEADROOM_TRIGGER_SCOPE_SUBTREE = 1,
	HEADROOM_TRIGGER_SCOPE_EACH,
};

enum {
	HEADROOM_A_STATUS_VERSION = 1,
	HEADROOM_A_STATUS_PAGE_SIZE,
	HEADROOM_A_STATUS_SAMPLE_SHIFT,
	HEADROOM_A_STATUS_TABLE_ENTRIES,
	HEADROOM_A_STATUS_TABLE_USED,
	HEADROOM_A_STATUS_TABLE_BYTES,
	HEADROOM_A_STATUS_TABLE_REMEMBERED,
	HEADROOM_A_STATUS_CGROUPS,
	HEADROOM_A_STATUS_CGROUP_BYTES,
	HEADROOM_A_STATUS_PSI,
	HEADROOM_A_STATUS_STALLS,
	HEADROOM_A_STATUS_STALLED,
	HEADROOM_A_STATUS_HISTOGRAM_BYTES,
	HEADROOM_A_STATUS_HISTOGRAMS,
	HEADROOM_A_STATUS_KERNEL,
	HEADROOM_A_STATUS_TRIGGERS,
	HEADROOM_A_STATUS_WORKER_TIME,
	HEADROOM_A_STATUS_REQUEST_TIME,
	HEADROOM_A_STATUS_HOOK,
	HEADROOM_A_STATUS_DROPPED,
	HEADROOM_A_STATUS_EVENT_SEQ,

	__HEADROOM_A_STATUS_MAX,
	HEADROOM_A_STATUS_MAX = (__HEADROOM_A_STATUS_MAX - 1)
};

enum {
	HEADROOM_A_HOOK_NAME = 1,
	HEADROOM_A_HOOK_REQUIRED,
	HEADROOM_A_HOOK_ATTACHED,
	HEADROOM_A_HOOK_COVERS,

	__HEADROOM_A_HOOK_MAX,
	HEADROOM_A_HOOK_MAX = (__HEADROOM_A_HOOK_MAX - 1)
};

enum {
	HEADROOM_A_DROPPED_TABLE_FULL = 1,
	HEADROOM_A_DROPPED_TABLE_BUSY,
	HEADROOM_A_DROPPED_CGROUP_UNKNOWN,
	HEADROOM_A_DROPPED_DISTANCE_UNKNOWN,
	HEADROOM_A_DROPPED_STALL_SLOTS,
	HEADROOM_A_DROPPED_RECLAIM_SLOTS,
	HEADROOM_A_DROPPED_HISTOGRAMS,
	HEADROOM_A_DROPPED_NOTIFICATIONS,
	HEADROOM_A_DROPPED_RESIZED,

	__HEADROOM_A_DROPPED_MAX,
	HEADROOM_A_DROPPED_MAX = (__HEADROOM_A_DROPPED_MAX - 1)
};

enum {
	HEADROOM_A_CGROUP_ID = 1,
	HEADROOM_A_CGROUP_PARENT_ID,
	HEADROOM_A_CGROUP_LOCAL,
	HEADROOM_A_CGROUP_SUBTREE,
	HEADROOM_A_CGROUP_TARGET,
	HEADROOM_A_CGROUP_PSI_SOME,
	HEADROOM_A_CGROUP_PSI_FULL,
	HEADROOM_A_CGROUP_GENERATION,
	HEADROOM_A_CGROUP_ANCESTOR,
	HEADROOM_A_CGROUP_SINCE,
	HEADROOM_A_CGROUP_DETAIL,

	__HEADROOM_A_CGROUP_MAX,
	HEADROOM_A_CGROUP_MAX = (__HEADROOM_A_CGROUP_MAX - 1)
};

enum {
	HEADROOM_A_STATS_EVICTIONS = 1,
	HEADROOM_A_STATS_REFAULTS,
	HEADROOM_A_STATS_REFAULTS_SHARED,
	HEADROOM_A_STATS_REFAULT_SAMPLES,
	HEADROOM_A_STATS_RETURNED,
	HEADROOM_A_STATS_PAGES,
	HEADROOM_A_STATS_REFAULT_DISTANCE,
	HEADROOM_A_STATS_REFAULT_AGE,
	HEADROOM_A_STATS_SAMPLE_GROUP,
	HEADROOM_A_STATS_STALL_TOTAL,
	HEADROOM_A_STATS_STALL,

	__HEADROOM_A_STATS_MAX,
	HEADROOM_A_STATS_MAX = (__HEADROOM_A_STATS_MAX - 1)
};

enum {
	HEADROOM_A_PAGES_KIND = 1,
	HEADROOM_A_PAGES_REASON,
	HEADROOM_A_PAGES_EVICTIONS,
	HEADROOM_A_PAGES_REFAULTS,

	__HEADROOM_A_PAGES_MAX,
	HEADROOM_A_PAGES_MAX = (__HEADROOM_A_PAGES_MAX - 1)
};

enum {
	HEADROOM_A_SAMPLE_GROUP_EVICTIONS = 1,
	HEADROOM_A_SAMPLE_GROUP_REFAULTS,

	__HEADROOM_A_SAMPLE_GROUP_MAX,
	HEADROOM_A_SAMPLE_GROUP_MAX = (__HEADROOM_A_SAMPLE_GROUP_MAX - 1)
};

enum {
	HEADROOM_A_TARGET_EVICTIONS = 1,
	HEADROOM_A_TARGET_DISTANCE,
	HEADROOM_A_TARGET_RECLAIM,

	__HEADROOM_A_TARGET_MAX,
	HEADROOM_A_TARGET_MAX = (__HEADROOM_A_TARGET_MAX - 1)
};

enum {
	HEADROOM_A_RECLAIM_REASON = 1,
	HEADROOM_A_RECLAIM_SCANNED,
	HEADROOM_A_RECLAIM_RECLAIMED,
	HEADROOM_A_RECLAIM_LOWEST_PRIORITY,

	__HEADROOM_A_RECLAIM_MAX,
	HEADROOM_A_RECLAIM_MAX = (__HEADROOM_A_RECLAIM_MAX - 1)
};

enum {
	HEADROOM_A_BLAME_ID = 1,
	HEADROOM_A_BLAME_EVICTOR,
	HEADROOM_A_BLAME_OTHERS,

	__HEADROOM_A_BLAME_MAX,
	HEADROOM_A_BLAME_MAX = (__HEADROOM_A_BLAME_MAX - 1)
};

enum {
	HEADROOM_A_EVICTOR_ID = 1,
	HEADROOM_A_EVICTOR_REASON,
	HEADROOM_A_EVICTOR_EVICTIONS,
	HEADROOM_A_EVICTOR_REFAULTS,
	HEADROOM_A_EVICTOR_ERROR,

	__HEADROOM_A_EVICTOR_MAX,
	HEADROOM_A_EVICTOR_MAX = (__HEADROOM_A_EVICTOR_MAX - 1)
};

enum {
	HEADROOM_A_STALL_CAUSE = 1,
	HEADROOM_A_STALL_COUNT,
	HEADROOM_A_STALL_TOTAL,
	HEADROOM_A_STALL_LONGEST,
	HEADROOM_A_STALL_LATENCY,

	__HEADROOM_A_STALL_MAX,
	HEADROOM_A_STALL_MAX = (__HEADROOM_A_STALL_MAX - 1)
};

enum {
	HEADROOM_A_STALLED_PID = 1,
	HEADROOM_A_STALLED_CGROUP,
	HEADROOM_A_STALLED_CAUSE,
	HEADROOM_A_STALLED_TIME,

	__HEADROOM_A_STALLED_MAX,
	HEADROOM_A_STALLED_MAX = (__HEADROOM_A_STALLED_MAX - 1)
};

enum {
	HEADROOM_A_HISTOGRAM_SHIFT = 1,
	HEADROOM_A_HISTOGRAM_FIRST,
	HEADROOM_A_HISTOGRAM_COUNTS,

	__HEADROOM_A_HISTOGRAM_MAX,
	HEADROOM_A_HISTOGRAM_MAX = (__HEADROOM_A_HISTOGRAM_MAX - 1)
};

enum {
	HEADROOM_A_PARAMS_SAMPLE_SHIFT = 1,
	HEADROOM_A_PARAMS_TABLE_ENTRIES,
	HEADROOM_A_PARAMS_STALLS,
	HEADROOM_A_PARAMS_SWAP_KPROBES,

	__HEADROOM_A_PARAMS_MAX,
	HEADROOM_A_PARAMS_MAX = (__HEADROOM_A_PARAMS_MAX - 1)
};

enum {
	HEADROOM_A_TRIGGER_ID = 1,
	HEADROOM_A_TRIGGER_CGROUP,
	HEADROOM_A_TRIGGER_SCOPE,
	HEADROOM_A_TRIGGER_METRIC,
	HEADROOM_A_TRIGGER_CAUSE,
	HEADROOM_A_TRIGGER_THRESHOLD,
	HEADROOM_A_TRIGGER_WINDOW,
	HEADROOM_A_TRIGGER_INTERVAL,
	HEADROOM_A_TRIGGER_CLEAR,

	__HEADROOM_A_TRIGGER_MAX,
	HEADROOM_A_TRIGGER_MAX = (__HEADROOM_A_TRIGGER_MAX - 1)
};

enum {
	HEADROOM_A_EVENT_SEQ = 1,
	HEADROOM_A_EVENT_TIME,
	HEADROOM_A_EVENT_CGROUP,
	HEADROOM_A_EVENT_PARENT_ID,
	HEADROOM_A_EVENT_PATH,
	HEADROOM_A_EVENT_PID,
	HEADROOM_A_EVENT_COMM,
	HEADROOM_A_EVENT_TRIGGER,
	HEADROOM_A_EVENT_VALUE,

	__HEADROOM_A_EVENT_MAX,
	HEADROOM_A_EVENT_MAX = (__HEADROOM_A_EVENT_MAX - 1)
};

enum {
	HEADROOM_CMD_STATUS_GET = 1,
	HEADROOM_CMD_CGROUP_GET,
	HEADROOM_CMD_BLAME_GET,
	HEADROOM_CMD_STALL_GET,
	HEADROOM_CMD_PARAMS_GET,
	HEADROOM_CMD_PARAMS_SET,
	HEADROOM_CMD_TRIGGER_ADD,
	HEADROOM_CMD_TRIGGER_DEL,
	HEADROOM_CMD_TRIGGER_NTF,
	HEADROOM_CMD_CGROUP_BORN_NTF,
	HEADROOM_CMD_CGROUP_GONE_NTF,
	HEADROOM_CMD_OOM_KILL_NTF,
	HEADROOM_CMD_PARAMS_NTF,
	HEADROOM_CMD_EXIT_NTF,

	__HEADROOM_CMD_MAX,
	HEADROOM_CMD_MAX = (__HEADROOM_CMD_MAX - 1)
};

#define HEADROOM_MCGRP_EVENTS	"events"

#endif /* _UAPI_LINUX_HEADROOM_H */
