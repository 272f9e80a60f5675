// SPDX-License-Identifier: GPL-2.0
/*
 * Find the reason, the target and the evictor of each page that reclaim takes
 *
 * Tracepoints mark the begin and the end of reclaim. The reason of an eviction in between
 * follows from the kind of reclaim:
 *
 *	memcg reclaim in a memory stall		a limit, that of the target
 *	memcg reclaim outside of one		a request, unless the target exceeds its
 *						memory.max, which was lowered then
 *	direct reclaim				the machine is short, and this task
 *						allocates
 *	node reclaim for an allocation		the same, but for one node only
 *	node reclaim on request			a request
 *	kswapd					the machine is short, and a task woke
 *						kswapd
 *	any other reclaim			MADV_PAGEOUT or DAMON, if the stack says so;
 *						otherwise unknown, see untraced.c
 *
 * The target is the cgroup whose memory is reclaimed as a whole: the one at its limit, see
 * limit.c, or the root.
 *
 * The evictor is the cgroup of the task; that which a kernel thread works for, if the thread names
 * it (active_memcg); or the target, if a kernel thread of the root charges memory for a cgroup that
 * it does not name. kswapd.c finds the evictor of kswapd.
 *
 * The slot of a task holds its open reclaim, see task_slots.h; only that task writes it:
 *
 *	task --> open_reclaim { driver, full } + { victim, target, evictor, left }
 *
 * Reclaim visits one cgroup after another and takes many pages from each. The second
 * half is therefore decided once for a batch of pages, which share one time of eviction.
 * The counters, clocks included, are updated when the batch is full or ends.
 *
 * On older kernels kswapd has no begin event: its reclaim is opened when it evicts its first
 * page, and closed when it goes to sleep. kswapd.c selects the evictor of each of its batches.
 */
#include <linux/cgroup.h>
#include <linux/memcontrol.h>
#include <linux/nodemask.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/topology.h>

#include "blame.h"
#include "cgroup.h"
#include "dropped.h"
#include "guess.h"
#include "holder.h"
#include "kswapd.h"
#include "limit.h"
#include "reclaim.h"
#include "rollup.h"
#include "stall.h"
#include "task_slots.h"
#include "untraced.h"

#define BATCH		HR_BATCH_PAGES

/**
 * struct open_reclaim - reclaim by one task that has not ended
 * @batch: the current batch
 * @kind: the scope
 * @nid: node, if the task is kswapd
 * @full: whose limit memcg reclaim serves
 * @guess: the same as guessed on older kernels, in builds that compare both
 * @driver: the task's cgroup at the begin
 * @evictor: the cgroup that the batch is charged to: @driver, one that woke kswapd, or the target
 *
 * Pointers to records hold references.
 */
struct open_reclaim {
	struct hr_batch batch;
	enum hr_reclaim_kind kind;
	int nid;
	struct hr_full full;
	struct hr_guess guess;
	struct hr_cgroup *driver;
	struct hr_cgroup *evictor;
};

/* The batch, which has the task, comes first: see task_slots.h */
static_assert(!offsetof(struct open_reclaim, batch.task));

static struct hr_task_slots slots __read_mostly;

/* Slots that only kswapd claims, one for each node, so that a crowd leaves it one */
static struct open_reclaim *reserve __read_mostly;

/* The batch for reclaim without events; and an empty batch, which belongs to no task */
static DEFINE_PER_CPU(struct hr_batch, untraced);
static struct hr_batch no_batch;

DEFINE_PER_CPU(struct hr_batch *, hr_last_batch);

static __always_inline void replace(struct hr_cgroup **where,
				    struct hr_cgroup *cg)
{
	if (*where == cg)
		return;
	if (cg)
		hr_cgroup_get(cg);
	hr_cgroup_put(*where);
	*where = cg;
}

/* The same with a reference that the caller has taken already */
static void replace_held(struct hr_cgroup **where, struct hr_cgroup *cg)
{
	hr_cgroup_put(*where);
	*where = cg;
}

/* XFS lends kswapd's flag to a worker that splits a tree for it */
static bool is_kswapd(void)
{
	return (current->flags & (PF_KSWAPD | PF_WQ_WORKER)) == PF_KSWAPD;
}

/* The slot of @task among the reserved ones, first that of this node; NULL: claims a free one */
static noinline struct open_reclaim *reserved(const struct task_struct *task)
{
	unsigned int i, nid = numa_mem_id();
	struct open_reclaim *open;

	for (i = 0; i < nr_node_ids; i++, nid++) {
		open = &reserve[nid < nr_node_ids ? nid : nid - nr_node_ids];
		/*
		 * Pairs with the cmpxchg() below, by the same task, and with the release in
		 * hr_task_slot_release()
		 */
		if (READ_ONCE(open->batch.task) != task)
			continue;
		if (task || !cmpxchg(&open->batch.task, NULL, current))
			return open;
	}
	return NULL;
}

/* Count a reclaim that is not followed: its pages have the reason unknown */
static void drop(void)
{
	struct hr_cgroup *cg = hr_cgroup_of_current();

	hr_drop(reclaim_slots, 1);
	hr_count(&cg->local, HR_RECLAIMS_DROPPED, 1);
	hr_rollup_mark(&cg->rollup);
	hr_untraced_forget();
}

static struct open_reclaim *slot_find(void)
{
	struct hr_batch *batch = this_cpu_read(hr_last_batch);
	struct open_reclaim *open = NULL;

	if (likely(batch->task == current))
		return container_of(batch, struct open_reclaim, batch);
	if (unlikely(is_kswapd()))
		open = reserved(current);
	return open ?: hr_task_slot_find(&slots, sizeof(*open), current);
}

static struct open_reclaim *slot_claim(void)
{
	struct open_reclaim *open = is_kswapd() ? reserved(NULL) : NULL;

	if (!open)
		open = hr_task_slot_claim(&slots, sizeof(*open));
	if (!open) {
		drop();
		return NULL;
	}
	/* Without room, so that hr_reclaim_next() adds no page to this batch */
	local_set(&open->batch.left, 0);
	this_cpu_write(hr_last_batch, &open->batch);
	return open;
}

/* Give the batch room for another @pages */
static void make_room(struct hr_batch *batch, unsigned int pages)
{
	local_set(&batch->left, pages);
	batch->full = batch->page.clocks + pages * HR_TICK;
}

/* Count the entries that the batch has added to the nonresident table */
static void settle_entries(struct hr_batch *batch)
{
	u64 weight = hr_nonresident_table.weight;
	struct hr_cgroup *victim;

	if (!batch->remembered)
		return;
	this_cpu_add(hr_nonresident_remembered,
		     batch->remembered + batch->blocks * (HR_BLOCK_PAGES - 1));
	hr_holder_add(batch->page.victim, batch->remembered);
	batch->remembered = 0;
	batch->blocks = 0;
	if (!(batch->forgotten | batch->displaced))
		return;
	victim = hr_cgroup_by_key(batch->page.victim);
	if (victim) {
		hr_count(&victim->local, HR_FORGOTTEN, batch->forgotten * weight);
		hr_count(&victim->local, HR_DISPLACED, batch->displaced * weight);
		hr_rollup_mark(&victim->rollup);
	}
	batch->forgotten = 0;
	batch->displaced = 0;
}

/* Charge the pages of the batch, and give it room for as many again */
static void settle(struct hr_batch *batch, struct hr_cgroup *evictor)
{
	const struct hr_nonresident *page = &batch->page;
	unsigned long evictions = BATCH - local_read(&batch->left);
	struct hr_page_stats *pages;
	struct hr_cgroup *victim;

	settle_entries(batch);
	if (!batch->victim || !evictions)
		return;
	victim = hr_cgroup_alive(batch->victim);
	hr_count(&victim->local, HR_EVICTIONS, evictions);
	if (batch->target)
		atomic64_add(evictions, &batch->target->target.evictions);
	pages = &victim->local.pages[hr_pages_index(page->kind, page->reason)];
	atomic64_add(evictions, &pages->evictions);
	pages = hr_cgroup_outside(victim, page->origin);
	if (pages)
		atomic64_add(evictions, &pages->evictions);
	hr_blame_add(&victim->blame, hr_cgroup_alive(evictor),
		     page->reason, evictions);
	hr_rollup_mark(&victim->rollup);
	if (batch->target)
		hr_rollup_mark(&hr_cgroup_alive(batch->target)->rollup);
	hr_reclaim_sync(batch);
	make_room(batch, BATCH);
}

static void flush(struct open_reclaim *open)
{
	hr_guess_evicted(&open->guess, &open->batch);
	settle(&open->batch, open->evictor);
}

/* Set reason and target of pages that memcg reclaim takes from the batch's victim */
static void find_limit(struct open_reclaim *open)
{
	struct hr_nonresident *page = &open->batch.page;
	unsigned int up;

	replace(&open->batch.target, hr_limit_find(&open->full, open->batch.victim, &up));
	page->up = up;
	page->reason = !open->batch.target ? HEADROOM_REASON_PROACTIVE :
		       up ? HEADROOM_REASON_ANCESTOR_LIMIT : HEADROOM_REASON_OWN_LIMIT;
	hr_guess_batch(&open->guess, open->batch.victim, open->batch.target, page->reason);
}

/* Fill in what the pages of a batch share, and read the clocks */
static void fill_page(struct hr_batch *batch, struct hr_cgroup *evictor,
		      enum headroom_page_kind kind)
{
	struct hr_nonresident *page = &batch->page;

	page->victim = batch->victim->key;
	page->evictor = evictor->key;
	page->when = hr_reclaim_now();
	page->kind = kind;
	page->origin = hr_cgroup_origin(batch->victim, hr_cgroup_alive(evictor), batch->target);
	page->clock = atomic64_read(&batch->victim->local.counter[HR_EVICTIONS]);
	page->target_clock = batch->target ?
			     atomic64_read(&batch->target->target.evictions) : 0;
}

/*
 * Whether a kernel thread charges memory for a cgroup that it does not name, like khugepaged, which
 * collapses the pages of a process
 */
static bool serves_unnamed(const struct open_reclaim *open)
{
	return open->kind == HR_RECLAIM_MEMCG && (current->flags & PF_KTHREAD) &&
	       open->driver == hr_cgroup_root();
}

/* Begin a batch: pages of one kind from one cgroup */
static void begin_batch(struct open_reclaim *open, struct folio *folio,
			enum headroom_page_kind kind)
{
	struct mem_cgroup *memcg = hr_folio_memcg(folio);
	struct hr_cgroup *victim = hr_cgroup_of(memcg);

	flush(open);
	replace(&open->batch.victim, victim);
	if (open->kind == HR_RECLAIM_MEMCG)
		find_limit(open);
	if (current_is_kswapd())
		replace_held(&open->evictor, hr_kswapd_evictor(open->nid));
	else if (unlikely(serves_unnamed(open)))
		replace(&open->evictor, open->batch.target ?: open->driver);
	open->batch.memcg_kind = hr_memcg_kind((unsigned long)memcg, kind);
	fill_page(&open->batch, open->evictor, kind);
	make_room(&open->batch, BATCH);
}

static enum headroom_reason reason_of(enum hr_reclaim_kind kind)
{
	if (kind == HR_RECLAIM_NODE)
		return HEADROOM_REASON_PROACTIVE;
	return current_is_kswapd() ? HEADROOM_REASON_KSWAPD : HEADROOM_REASON_DIRECT_RECLAIM;
}

/* Takes over the reference of @full */
static void open_init(struct open_reclaim *open, enum hr_reclaim_kind kind, struct hr_full full)
{
	flush(open);
	open->kind = kind;
	open->nid = 0;
	make_room(&open->batch, 0);
	replace(&open->driver, hr_cgroup_of_current());
	replace(&open->evictor, open->driver);
	replace(&open->batch.victim, NULL);
	hr_guess_end(&open->guess);
	hr_limit_end(&open->full);
	open->full = full;
	if (kind == HR_RECLAIM_MEMCG)
		return;
	open->batch.page.reason = reason_of(kind);
	open->batch.page.up = 0;
	replace(&open->batch.target, kind == HR_RECLAIM_NODE ? NULL : hr_cgroup_root());
}

/**
 * hr_reclaim_begin - open the reclaim that the running task begins
 * @kind: the scope
 * @target: target of memcg reclaim; NULL if the event does not name it
 *
 * Context: any but interrupts, under RCU; preemption off.
 * Return: the limit that memcg reclaim serves; HR_LIMIT_NONE for other reclaim.
 */
enum hr_limit hr_reclaim_begin(enum hr_reclaim_kind kind, struct mem_cgroup *target)
{
	struct open_reclaim *open = slot_find() ?: slot_claim();
	enum hr_limit limit = HR_LIMIT_NONE;
	struct hr_full full = {};

	if (kind == HR_RECLAIM_MEMCG)
		limit = hr_limit_begin(&full, target);
	if (!open) {
		hr_limit_end(&full);
		return limit;
	}
	open_init(open, kind, full);
	hr_guess_begin(&open->guess, &open->full, limit);
	return limit;
}

static void release(struct open_reclaim *open)
{
	replace(&open->driver, NULL);
	hr_guess_end(&open->guess);
	hr_limit_end(&open->full);
	replace(&open->batch.victim, NULL);
	replace(&open->batch.target, NULL);
	replace(&open->evictor, NULL);
	hr_task_slot_release(&slots, &open->batch.task);
}

/**
 * hr_reclaim_end - close the reclaim that the running task ends
 *
 * Does nothing if no reclaim is open.
 *
 * Context: any but interrupts; preemption off.
 */
void hr_reclaim_end(void)
{
	struct open_reclaim *open = slot_find();

	if (!open)
		return;
	flush(open);
	release(open);
}

/* The open reclaim of the running task, which begins here for kswapd; or NULL */
static struct open_reclaim *open_reclaim(int nid)
{
	struct open_reclaim *open = slot_find();

	if (open || !current_is_kswapd())
		return open;
	open = slot_claim();
	if (open) {
		open_init(open, HR_RECLAIM_GLOBAL, (struct hr_full){});
		open->nid = nid;
	}
	return open;
}

/**
 * hr_reclaim_begin_kswapd - open the reclaim that kswapd begins
 * @nid: its node
 *
 * Context: kswapd, under RCU; preemption off.
 */
void hr_reclaim_begin_kswapd(int nid)
{
	open_reclaim(nid);
}

/* Whether a folio belongs to the batch, and the batch has room */
static bool fits(const struct hr_batch *batch, const struct folio *folio,
		 enum headroom_page_kind kind)
{
	/* Pairs with the release in hr_cgroup_bury(); hr_reclaim_evict() checks it again */
	return batch->victim && local_read(&batch->left) > 0 &&
	       batch->memcg_kind == hr_memcg_kind(hr_folio_owner(folio), kind) &&
	       !READ_ONCE(batch->victim->dead);
}

/* Evict a folio in reclaim that is not followed, the last kind at the head of this file */
static struct hr_batch *evict_untraced(struct folio *folio,
				       enum headroom_page_kind kind,
				       unsigned long nr)
{
	struct hr_batch *batch = this_cpu_ptr(&untraced);
	struct hr_cgroup *driver = hr_cgroup_of_current();

	/* The entries of the last folio, which are added after this function */
	settle_entries(batch);
	batch->victim = hr_cgroup_of(hr_folio_memcg(folio));
	batch->page.reason = hr_untraced_reason();
	batch->page.up = 0;
	fill_page(batch, driver, kind);
	make_room(batch, BATCH);
	local_sub(nr, &batch->left);
	settle(batch, driver);
	return batch;
}

/**
 * hr_reclaim_evict - add a folio that the running task evicts to a batch
 * @folio: the folio, still charged to its cgroup
 * @kind: what it holds
 * @nr: its pages
 *
 * Begins a new batch if the folio's cgroup or kind differs from the last one's, or if
 * the batch is full.
 *
 * Context: any but interrupts, under RCU; preemption off.
 * Return: the batch, valid until the next call on this CPU. Its page has the clocks of
 * the folio's last page.
 */
struct hr_batch *hr_reclaim_evict(struct folio *folio, enum headroom_page_kind kind,
				  unsigned long nr)
{
	struct open_reclaim *open = open_reclaim(folio_nid(folio));

	if (!open)
		return evict_untraced(folio, kind, nr);
	if (!fits(&open->batch, folio, kind))
		begin_batch(open, folio, kind);
	this_cpu_write(hr_last_batch, &open->batch);
	/*
	 * Pairs with smp_mb() in hr_reclaim_forget(): either this sees that the victim died,
	 * or hr_reclaim_forget() replaces the batch that was just written
	 */
	smp_mb();
	if (unlikely(READ_ONCE(open->batch.victim->dead) ||
		     open->batch.victim->memcg != hr_folio_memcg(folio)))
		this_cpu_write(hr_last_batch, &no_batch);
	local_sub(nr, &open->batch.left);
	hr_reclaim_sync(&open->batch);
	return &open->batch;
}

/**
 * hr_reclaim_forget - end the last batch of each CPU after records have died
 *
 * Batches compare addresses of memory cgroups, which are reused. After a grace period no
 * batch continues with the address of a cgroup whose record has died.
 *
 * Context: process; @dead is set in those records.
 */
void hr_reclaim_forget(void)
{
	int cpu;

	/* Pairs with smp_mb() in hr_reclaim_evict() */
	smp_mb();
	for_each_possible_cpu(cpu)
		WRITE_ONCE(per_cpu(hr_last_batch, cpu), &no_batch);
}

/**
 * hr_reclaim_scan - count the pages that the running task scanned in inactive lists
 * @nid: their node
 * @scanned: pages scanned
 * @reclaimed: pages freed
 * @priority: scan priority, DEF_PRIORITY down to 0
 *
 * Charges them to the target or, if that is unknown, to the victim of the last page.
 *
 * Context: any but interrupts, under RCU; preemption off.
 */
void hr_reclaim_scan(int nid, unsigned long scanned,
		     unsigned long reclaimed, int priority)
{
	struct open_reclaim *open = open_reclaim(nid);
	struct hr_cgroup *target;
	enum headroom_reason reason;

	if (!open)
		return;
	target = open->batch.target ?: open->full.cg ?: open->batch.victim ?: open->driver;
	reason = open->batch.page.reason;
	/* The work is charged to the target, so the limit is its own */
	if (open->kind == HR_RECLAIM_MEMCG)
		reason = open->batch.target || open->full.cg ? HEADROOM_REASON_OWN_LIMIT :
							     HEADROOM_REASON_PROACTIVE;
	target = hr_cgroup_alive(target);
	hr_count_reclaim(&target->target, reason, scanned, reclaimed, priority);
	hr_rollup_mark(&target->rollup);
}

/* The record @up levels above. A cgroup knows its ancestors by level. */
static struct hr_cgroup *ancestor(const struct hr_cgroup *cg, unsigned int up)
{
	struct cgroup *cgrp = cg->memcg->css.cgroup;
	struct cgroup_subsys_state *css;

	cgrp = cgroup_ancestor(cgrp, cgrp->level - (int)up);
	/* Pairs with the kernel's online_css() and offline_css() */
	css = cgrp ? rcu_dereference_sched(cgrp->subsys[memory_cgrp_id]) : NULL;
	return css ? hr_cgroup_of(mem_cgroup_from_css(css)) : NULL;
}

/**
 * hr_reclaim_target - find the target of the reclaim that evicted a page
 * @victim: the victim
 * @reason: reason of the eviction
 * @up: levels from @victim up to the target
 *
 * Context: any, under RCU.
 * Return: the target's record; NULL if reclaim had no target.
 */
struct hr_cgroup *hr_reclaim_target(struct hr_cgroup *victim,
				    enum headroom_reason reason, unsigned int up)
{
	switch (reason) {
	case HEADROOM_REASON_OWN_LIMIT:
		return victim;
	case HEADROOM_REASON_ANCESTOR_LIMIT:
		return ancestor(victim, up);
	case HEADROOM_REASON_KSWAPD:
	case HEADROOM_REASON_DIRECT_RECLAIM:
		return hr_cgroup_root();
	default:
		return NULL;
	}
}

/**
 * hr_reclaim_init - allocate the slots of open reclaim
 *
 * Context: process, may sleep; before any probe runs.
 * Return: 0 or -ENOMEM.
 */
int hr_reclaim_init(void)
{
	int cpu, err;

	for_each_possible_cpu(cpu)
		per_cpu(hr_last_batch, cpu) = &no_batch;
	reserve = kvcalloc(nr_node_ids, sizeof(*reserve), GFP_KERNEL);
	if (!reserve)
		return -ENOMEM;
	err = hr_task_slots_init(&slots, sizeof(*reserve), HR_INTERVAL_RECLAIM);
	if (err)
		kvfree(reserve);
	return err;
}

/**
 * hr_reclaim_exit - discard open reclaim and free the slots
 *
 * Context: process; no probe runs any more.
 */
void hr_reclaim_exit(void)
{
	struct open_reclaim *open;
	unsigned int i;

	for (i = 0; (open = hr_task_slot_at(&slots, sizeof(*open), i)); i++)
		if (open->batch.task)
			release(open);
	for (i = 0; i < nr_node_ids; i++)
		if (reserve[i].batch.task)
			release(&reserve[i]);
	hr_guess_report();
	hr_task_slots_exit(&slots);
	kvfree(reserve);
	reserve = NULL;
}
