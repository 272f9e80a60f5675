/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/headroom.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_HEADROOM_H
#define _UAPI_LINUX_HEADROOM_H

#define HEADROOM_FAMILY_NAME	"headroom"
#define HEADROOM_FAMILY_VERSION	1

/**
 * enum headroom_stall_cause - What a task waited for. The throttled causes
 *   occur inside other stalls and are not part of the total. Proactive reclaim
 *   is not a stall.
 * @HEADROOM_STALL_CAUSE_DIRECT_RECLAIM: The task allocated a page while memory
 *   was short and had to reclaim before it could continue.
 * @HEADROOM_STALL_CAUSE_MEMCG_RECLAIM: The task charged a page while a cgroup
 *   at or above its own was at memory.max, and had to reclaim from that cgroup
 *   first.
 * @HEADROOM_STALL_CAUSE_MEMORY_HIGH_RECLAIM: A cgroup at or above the task's
 *   own exceeded memory.high, and the task had to reclaim from it before it
 *   returned to user space.
 * @HEADROOM_STALL_CAUSE_MEMORY_HIGH_THROTTLE: Reclaim did not bring that
 *   cgroup below memory.high, so the kernel put the task to sleep.
 * @HEADROOM_STALL_CAUSE_REFAULT: The task slept until a file page was read
 *   that had been evicted from the working set.
 * @HEADROOM_STALL_CAUSE_SWAP_IN: The task slept until a page was read from
 *   swap.
 * @HEADROOM_STALL_CAUSE_COMPACTION: The task needed contiguous pages and had
 *   to compact memory first.
 * @HEADROOM_STALL_CAUSE_OTHER: The task slept in what the kernel calls a
 *   memory stall, for none of the causes above; for example in the I/O
 *   throttle of its cgroup.
 * @HEADROOM_STALL_CAUSE_THROTTLED_WRITEBACK: The task slept inside reclaim
 *   because too many pages on the lists were under writeback.
 * @HEADROOM_STALL_CAUSE_THROTTLED_ISOLATED: The task slept inside reclaim or
 *   compaction because other tasks had isolated too many pages from the lists.
 * @HEADROOM_STALL_CAUSE_THROTTLED_NOPROGRESS: The task slept inside reclaim
 *   because reclaim made no progress.
 * @HEADROOM_STALL_CAUSE_THROTTLED_CONGESTED: The task slept inside reclaim
 *   because reclaim kept meeting pages under writeback.
 * @HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM: Time spent in reclaim on request: a
 *   write to memory.reclaim, or a write that lowered a limit. Not a stall, and
 *   not part of the total.
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
 * @HEADROOM_PAGE_KIND_FILE: A file page, in the page cache.
 * @HEADROOM_PAGE_KIND_ANON: Anonymous memory, which goes to swap.
 * @HEADROOM_PAGE_KIND_SHMEM: Shared memory or a file on tmpfs, which goes to
 *   swap. A refault whose eviction is unknown counts as anonymous memory.
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
 * @HEADROOM_REASON_ANCESTOR_LIMIT: An ancestor of its cgroup was at memory.max
 *   or memory.high.
 * @HEADROOM_REASON_KSWAPD: kswapd evicted it because the machine was short of
 *   memory. The evictors are the cgroups that woke kswapd.
 * @HEADROOM_REASON_DIRECT_RECLAIM: A task evicted it while allocating, because
 *   the machine was short of memory. The evictor is that task's cgroup.
 * @HEADROOM_REASON_PROACTIVE: Reclaim was requested through memory.reclaim or
 *   DAMON. The evictor is the cgroup of the requesting task.
 * @HEADROOM_REASON_MADVISE: MADV_PAGEOUT, or process_madvise() from another
 *   process.
 * @HEADROOM_REASON_UNKNOWN: The page was read again but its eviction is
 *   unknown: it happened before the module was loaded, was not seen, or was
 *   forgotten.
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
 * enum headroom_detail - What a dump of cgroups reports in addition to id,
 *   parent-id, generation and the counters directly in stats and target.
 * @HEADROOM_DETAIL_PAGES: Evictions and refaults by page kind and reason and,
 *   when sampling, by sample group.
 * @HEADROOM_DETAIL_STALLS: Stalls by cause.
 * @HEADROOM_DETAIL_HISTOGRAMS: All histograms. Stall latencies also require
 *   stalls, and the distance of target also requires target.
 * @HEADROOM_DETAIL_TARGET: Reclaim from the cgroup and its descendants as one
 *   pool.
 * @HEADROOM_DETAIL_PSI: The totals of memory.pressure.
 */
enum headroom_detail {
	HEADROOM_DETAIL_PAGES = 1,
	HEADROOM_DETAIL_STALLS = 2,
	HEADROOM_DETAIL_HISTOGRAMS = 4,
	HEADROOM_DETAIL_TARGET = 8,
	HEADROOM_DETAIL_PSI = 16,
};

/**
 * enum headroom_trigger_metric - The quantity that a trigger sums.
 * @HEADROOM_TRIGGER_METRIC_STALL: Nanoseconds in stalls, including those still
 *   open. Tasks that stall at the same time each contribute their own time.
 * @HEADROOM_TRIGGER_METRIC_REFAULTS: Refaults, scaled by the sampling factor.
 */
enum headroom_trigger_metric {
	HEADROOM_TRIGGER_METRIC_STALL = 1,
	HEADROOM_TRIGGER_METRIC_REFAULTS,
};

/**
 * enum headroom_trigger_scope - Which cgroups a trigger covers.
 * @HEADROOM_TRIGGER_SCOPE_SUBTREE: The cgroup and its descendants, as one sum.
 * @HEADROOM_TRIGGER_SCOPE_EACH: The cgroup and each of its descendants
 *   separately, including cgroups created later. The notification names the
 *   cgroup.
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
