/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Find the reason, the target and the evictor of each page that reclaim takes
 */
#ifndef _HEADROOM_RECLAIM_H
#define _HEADROOM_RECLAIM_H

#include <linux/memcontrol.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <asm/local.h>
#include <uapi/linux/headroom.h>

#include "limit.h"
#include "nonresident.h"

struct hr_cgroup;

/*
 * Pages of a batch: as many as MGLRU mostly takes at once; and the most that a batch has
 * if its last folio is a huge one
 */
#define HR_BATCH_PAGES	64
#define HR_BATCH_MAX	1024

/**
 * enum hr_reclaim_kind - the scope of reclaim
 * @HR_RECLAIM_MEMCG: a memory cgroup, for a limit or on request
 * @HR_RECLAIM_GLOBAL: the machine, in direct reclaim or as kswapd; or a node for an allocation
 * @HR_RECLAIM_NODE: a node, on request
 */
enum hr_reclaim_kind {
	HR_RECLAIM_MEMCG,
	HR_RECLAIM_GLOBAL,
	HR_RECLAIM_NODE,
};

/**
 * struct hr_batch - consecutive pages that a task evicts from one cgroup
 * @task: the task in reclaim; NULL if the batch is free
 * @memcg_kind: address of the last page's memory cgroup, with the page's kind in the lower
 *	bits. The address identifies the memory cgroup as long as @victim is not dead
 * @left: pages until the batch is full; negative after a huge folio. Only @task uses it;
 *	it is a local_t because that counts down in one instruction
 * @full: the clocks of @page when the batch is full
 * @page: what the nonresident table remembers of the last page
 * @remembered: entries that it has added to the table since the counts were last settled
 * @blocks: of them, blocks
 * @forgotten: pages of @victim that it forgot for them
 * @displaced: pages of other cgroups that it forgot for them
 * @victim: the cgroup; NULL before the first page
 * @target: the cgroup that reclaim works on as a whole; NULL if unknown
 *
 * The clocks of @page tick with each page of the batch; if pages are sampled, they are
 * computed from @left when they are needed. The clocks of @victim and @target are
 * advanced when the batch ends. So a distance misses the pages that other tasks evict
 * from the same cgroup at the same time, up to a batch for each task. In return, evicting
 * a page writes no memory that CPUs share.
 */
struct hr_batch {
	struct task_struct *task;
	unsigned long memcg_kind;
	local_t left;
	u64 full;
	struct hr_nonresident page;
	unsigned int remembered;
	unsigned int blocks;
	unsigned int forgotten;
	unsigned int displaced;
	struct hr_cgroup *victim;
	struct hr_cgroup *target;
};

/* The batch that a task on this CPU used last: likely the one it uses next */
DECLARE_PER_CPU(struct hr_batch *, hr_last_batch);

int hr_reclaim_init(void);
void hr_reclaim_exit(void);
enum hr_limit hr_reclaim_begin(enum hr_reclaim_kind kind, struct mem_cgroup *target);
void hr_reclaim_begin_kswapd(int nid);
void hr_reclaim_end(void);
struct hr_batch *hr_reclaim_evict(struct folio *folio, enum headroom_page_kind kind,
				  unsigned long nr);
void hr_reclaim_forget(void);
void hr_reclaim_scan(int nid, unsigned long scanned,
		     unsigned long reclaimed, int priority);
struct hr_cgroup *hr_reclaim_target(struct hr_cgroup *victim,
				    enum headroom_reason reason, unsigned int up);

/*
 * Reclaim evicts no slabs and no pages charged to an object, so the lower bits of
 * hr_folio_owner() are zero and free for the kind. Files come first: their kind adds 0.
 */
static __always_inline unsigned long hr_memcg_kind(unsigned long owner,
						   enum headroom_page_kind kind)
{
	return owner + (kind - HEADROOM_PAGE_KIND_FILE) * 8UL;
}

/* Ages are measured in jiffies: a better clock takes 50 instructions */
static __always_inline u32 hr_reclaim_now(void)
{
	/* Pairs with the kernel's do_timer(); needs no order */
	return READ_ONCE(jiffies);
}

/**
 * hr_reclaim_next - add a page to the last batch on this CPU
 * @batch: that batch
 * @folio: a folio of one page, still charged to its cgroup
 * @kind: what it holds
 *
 * Leaves the clocks to the caller. Does not check that the victim is alive:
 * hr_reclaim_forget() has replaced the last batch if it is not.
 *
 * Context: any but interrupts, under RCU; preemption off.
 * Return: whether the page belongs to the batch.
 */
static __always_inline bool hr_reclaim_next(struct hr_batch *batch,
					    const struct folio *folio,
					    enum headroom_page_kind kind)
{
	/* Pairs with the kernel's commit_charge(); the folio stays charged during a probe */
	if (unlikely(batch->task != current ||
		     batch->memcg_kind != hr_memcg_kind(hr_folio_owner(folio), kind)))
		return false;
	if (unlikely(local_add_negative(-1, &batch->left))) {
		local_inc(&batch->left);
		return false;
	}
	return true;
}

/* Compute the clocks from the room that is left */
static inline void hr_reclaim_sync(struct hr_batch *batch)
{
	batch->page.clocks = batch->full - local_read(&batch->left) * HR_TICK;
}

#endif /* _HEADROOM_RECLAIM_H */
