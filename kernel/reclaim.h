/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_RECLAIM_H
#define _HEADROOM_RECLAIM_H

#include <linux/memcontrol.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <asm/local.h>
#include <uapi/linux/headroom.h>

#include "nonresident.h"
#include "registry.h"

/*
 * As many as reclaim mostly takes in one go, with MGLRU; and as many as it can be, when
 * the last folio is a huge one
 */
#define HR_BATCH_PAGES	64
#define HR_BATCH_MAX	1024

/**
 * enum hr_reclaim_kind - what a task reclaims
 * @HR_RECLAIM_MEMCG: a memory cgroup, for a limit or because it was asked to
 * @HR_RECLAIM_GLOBAL: the machine, in direct reclaim or as kswapd
 */
enum hr_reclaim_kind {
	HR_RECLAIM_MEMCG,
	HR_RECLAIM_GLOBAL,
};

/**
 * enum hr_limit - what memcg reclaim is for
 * @HR_LIMIT_NONE: somebody asked for it
 * @HR_LIMIT_MAX: memory.max
 * @HR_LIMIT_HIGH: memory.high
 */
enum hr_limit {
	HR_LIMIT_NONE,
	HR_LIMIT_MAX,
	HR_LIMIT_HIGH,
};

/**
 * struct hr_batch - pages that a task takes from a cgroup, one after another
 * @task: who is in reclaim; NULL if nobody is
 * @memcg_kind: of the last page: folio->memcg_data, whose address of a memory cgroup
 *	stands for it as long as @victim is not dead; and in its lower bits the kind
 * @left: pages that the batch still has room for; less than none after a huge folio.
 *	Nobody shares it: it is a local_t for the sake of how it is counted down
 * @full: the clocks of @page when there is no room left
 * @page: what is to be remembered of the last page
 * @victim: the cgroup; NULL before the first page
 * @target: the cgroup whose memory is reclaimed as a whole; NULL if unknown
 *
 * The clocks of @page tick with each page of the batch, or if pages are sampled are set
 * when they are needed; those of @victim and @target
 * are set right when it is over. Others who take pages from the same cgroup at
 * the same time are therefore not counted in a distance, up to a batch for each; in
 * return, nothing that CPUs share is written for a page.
 */
struct hr_batch {
	struct task_struct *task;
	unsigned long memcg_kind;
	local_t left;
	u64 full;
	struct hr_nonresident page;
	struct hr_cgroup *victim;
	struct hr_cgroup *target;
};

/* The one that a task on this CPU used last: likely the one it uses next */
DECLARE_PER_CPU(struct hr_batch *, hr_last_batch);

int hr_reclaim_init(void);
void hr_reclaim_exit(void);
enum hr_limit hr_reclaim_begin(enum hr_reclaim_kind kind);
void hr_reclaim_end(void);
struct hr_batch *
hr_reclaim_evict(struct folio *folio, enum headroom_page_kind kind,
		 unsigned long nr);
void hr_reclaim_forget(void);
void hr_reclaim_scan(int nid, unsigned long scanned,
		     unsigned long reclaimed, int priority);
struct hr_cgroup *
hr_reclaim_target(struct hr_cgroup *victim,
		  enum headroom_reason reason, unsigned int up);

/*
 * Reclaim takes no slabs, and no page charged to an object: the flags are zero. Those of
 * files cost nothing.
 */
static __always_inline unsigned long hr_memcg_kind(const struct folio *folio,
						   enum headroom_page_kind kind)
{
	return READ_ONCE(folio->memcg_data) + (kind - HEADROOM_PAGE_KIND_FILE) * 8UL;
}

/* Ages are told by the ticks of the scheduler: to know better would take 50 instructions */
static __always_inline u32 hr_reclaim_now(void)
{
	return READ_ONCE(jiffies);
}

/**
 * hr_reclaim_next - take a page as one more of the last batch on this CPU
 * @batch: that batch
 * @folio: a folio of one page, still charged to its cgroup
 * @kind: what it holds
 *
 * The clocks do not tick yet. A batch whose victim dies is the last one no more, see
 * hr_reclaim_forget().
 *
 * Context: any but interrupts, under RCU; preemption off.
 * Return: whether it is.
 */
static __always_inline bool hr_reclaim_next(struct hr_batch *batch,
					    const struct folio *folio,
						  enum headroom_page_kind kind)
{
	if (unlikely(batch->task != current ||
		     batch->memcg_kind != hr_memcg_kind(folio, kind)))
		return false;
	if (unlikely(local_add_negative(-1, &batch->left))) {
		local_inc(&batch->left);
		return false;
	}
	return true;
}

/* Sets the clocks by the room that is left */
static inline void hr_reclaim_sync(struct hr_batch *batch)
{
	batch->page.clocks = batch->full - local_read(&batch->left) * HR_TICK;
}

#endif /* _HEADROOM_RECLAIM_H */
