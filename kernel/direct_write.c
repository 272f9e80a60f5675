// SPDX-License-Identifier: GPL-2.0
/*
 * Forget evicted pages that direct writes replace
 *
 * A direct write replaces what is on the disk. An evicted page in its range will be read with
 * content that was never in memory, so no memory would have saved that read: the page leaves the
 * nonresident table, and is counted as overwritten.
 *
 * The event at the end of a request has its true range, but does not say whether it was a write;
 * the event at the begin does. In between, the request is in a table of writes.
 *
 * A short range is processed at once, and a long one later, by work. The work looks up at most
 * PAGES_PER_SECOND. Pages beyond that, and those for which there is no place in the queue, stay in
 * the nonresident table and are counted as dropped. A write that fails has no range, so it costs
 * nothing here.
 */
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "direct_write.h"
#include "dropped.h"
#include "nonresident.h"
#include "overwrite.h"

#define AT_ONCE			16
#define AT_A_TIME		64
#define PAGES_PER_SECOND	BIT(18)
#define REQUEST_BITS		8
#define RANGES			256

/**
 * struct replaced - pages of a file, in a row
 * @hash: hash of the first page's name
 * @apart: what hr_nonresident_tell_apart() changes in the hash of each page
 * @name: name of the first page; without the inode, which may be gone
 * @nr: number of pages
 */
struct replaced {
	u64 hash;
	u64 apart;
	struct hr_page_name name;
	u64 nr;
};

/* Requests that are writes, by the hash of their address: a later one replaces an earlier one */
static const struct kiocb *writes[1 << REQUEST_BITS];

static struct {
	raw_spinlock_t lock;		/* a leaf; protects the next three members */
	unsigned int first;
	unsigned int nr;
	struct replaced range[RANGES];
	unsigned long second;		/* begin of the second that @left is for; of the work */
	u64 left;			/* pages that the work may still look up in it */
} queue = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(queue.lock),
};

static void process(struct work_struct *work);
static DECLARE_WORK(forget_work, process);

/**
 * hr_direct_write_begin - note whether a direct request is a write
 * @request: the request
 * @write: whether it is
 *
 * Context: any.
 */
void hr_direct_write_begin(const struct kiocb *request, bool write)
{
	const struct kiocb **slot = &writes[hash_ptr((void *)request, REQUEST_BITS)];

	/* Pairs with READ_ONCE() in hr_direct_write_end(): at the end of the same request */
	if (write)
		WRITE_ONCE(*slot, request);
	else if (READ_ONCE(*slot) == request)
		WRITE_ONCE(*slot, NULL);
}

/**
 * hr_direct_write_end - whether the direct request that ends is a write
 * @request: the request
 *
 * Context: any.
 * Return: false also if too many requests were open at once.
 */
bool hr_direct_write_end(const struct kiocb *request)
{
	/* Pairs with WRITE_ONCE() in hr_direct_write_begin(), for the same request */
	return READ_ONCE(writes[hash_ptr((void *)request, REQUEST_BITS)]) == request;
}

/* Forget those of the next @nr pages, all in one block, that are in its entry */
static void forget_block(const struct replaced *range, u64 nr)
{
	u64 index = range->name.index, hash = hr_nonresident_block_hash(range->hash, index);
	struct hr_nonresident evicted;
	u16 pages;

	pages = hr_nonresident_take_block(hash ^ range->apart, hr_block_mask(index, nr), &evicted);
	if (pages)
		hr_overwritten(&evicted, hweight16(pages));
}

/* Forget those of the next @nr pages that have entries of their own, and take all off the range */
static void forget_pages(struct replaced *range, u64 nr)
{
	const u64 step = hr_nonresident_table.key.hash_index;
	struct hr_nonresident evicted;

	for (; nr; nr--, range->nr--, range->name.index++, range->hash += step)
		if (hr_nonresident_sampled(range->name) &&
		    hr_nonresident_take(range->hash ^ range->apart, &evicted))
			hr_overwritten(&evicted, 1);
}

/* Forget up to @nr pages at the begin of a range, and take them off it */
static void forget(struct replaced *range, u64 nr)
{
	u64 n;

	for (; nr; nr -= n) {
		n = min_t(u64, nr, hr_block_rest(range->name.index));
		/* Pairs with WRITE_ONCE() in hr_nonresident_replace_block() */
		if (READ_ONCE(hr_nonresident_has_blocks))
			forget_block(range, n);
		forget_pages(range, n);
	}
}

/* Take the first range out of the queue. Returns false if there is none. */
static bool take(struct replaced *range)
{
	bool found;

	raw_spin_lock_irq(&queue.lock);
	found = queue.nr;
	if (found) {
		*range = queue.range[queue.first];
		queue.first = (queue.first + 1) % RANGES;
		queue.nr--;
	}
	raw_spin_unlock_irq(&queue.lock);
	return found;
}

static void process(struct work_struct *work)
{
	struct replaced range;
	u64 now;

	while (take(&range)) {
		if (time_after_eq(jiffies, queue.second + HZ)) {
			queue.second = jiffies;
			queue.left = PAGES_PER_SECOND;
		}
		while (range.nr && queue.left) {
			now = min3(range.nr, queue.left, (u64)AT_A_TIME);
			queue.left -= now;
			/* As in a probe: hr_params_set() waits until the table is not used */
			preempt_disable();
			forget(&range, now);
			preempt_enable();
			cond_resched();
		}
		hr_drop(direct_writes, range.nr);
	}
}

static void append(const struct replaced *range)
{
	unsigned long flags;
	bool room;

	raw_spin_lock_irqsave(&queue.lock, flags);
	room = queue.nr < RANGES;
	if (room)
		queue.range[(queue.first + queue.nr++) % RANGES] = *range;
	raw_spin_unlock_irqrestore(&queue.lock, flags);
	if (room)
		schedule_work(&forget_work);
	else
		hr_drop(direct_writes, range->nr);
}

/**
 * hr_direct_write - forget the pages that a direct write has replaced
 * @name: name of the first one
 * @nr: their number
 *
 * Context: any but below a run-queue lock; preemption off.
 */
void hr_direct_write(struct hr_page_name name, u64 nr)
{
	struct replaced range = {
		.hash = hr_nonresident_hash(HEADROOM_PAGE_KIND_FILE, name),
		.name = name,
		.nr = nr,
	};

	range.apart = range.hash ^ hr_nonresident_tell_apart(range.hash, name.inode);
	range.name.inode = NULL;
	if (nr <= AT_ONCE)
		forget(&range, nr);
	else
		append(&range);
}

/**
 * hr_direct_write_exit - discard the pages that are still to be forgotten
 *
 * Context: process, may sleep; no probe runs any more.
 */
void hr_direct_write_exit(void)
{
	cancel_work_sync(&forget_work);
}
