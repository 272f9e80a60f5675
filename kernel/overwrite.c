// SPDX-License-Identifier: GPL-2.0
/*
 * Tell evicted pages that are overwritten from those that are read again
 *
 * A page that a task overwrites as a whole is not read, so no memory would have saved a read. A
 * page that it writes to in part is read first: that is a refault. When a page is added to the
 * page cache for a write, no event says which of the two follows. So such a page waits:
 *
 *	a bio reads it			a refault. Mostly it comes from the same task, before
 *					that adds another page; from a worker later if the
 *					cgroup's reads are throttled
 *	no bio within some seconds	overwritten
 *	a newer page takes its place	overwritten
 *
 * Overwritten pages are charged to the victim, as a part of its evictions.
 *
 * Pages wait in buckets of four, which their address selects. A bucket has a raw lock, a leaf. The
 * pages of a block that is added in one folio wait in one place, that of its first page.
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/spinlock.h>

#include "cgroup.h"
#include "nonresident.h"
#include "overwrite.h"
#include "rollup.h"

#define BUCKET_BITS	8
#define WAYS		4

/**
 * struct waiting - a page, or pages of a block, that were added for a write
 * @page: address of the page, or of the first one of the block, only to compare; NULL if the
 *	place is free
 * @hash: hash of its name
 * @since: jiffies when it began to wait
 * @pages: 1; of a block the bits of the pages that wait
 * @block: it is a block
 * @evicted: what the nonresident table remembered of it
 */
struct waiting {
	const struct page *page;
	u64 hash;
	unsigned long since;
	u16 pages;
	bool block;
	struct hr_nonresident evicted;
};

static struct bucket {
	raw_spinlock_t lock;
	struct waiting way[WAYS];
} buckets[1 << BUCKET_BITS] = {
	[0 ... (1 << BUCKET_BITS) - 1] = { .lock = __RAW_SPIN_LOCK_UNLOCKED(buckets.lock) },
};

unsigned long hr_overwrite_last __read_mostly;

static struct bucket *bucket_of(const struct page *page)
{
	return &buckets[hash_ptr((void *)page, BUCKET_BITS)];
}

/**
 * hr_overwritten - count pages as overwritten, with their victim
 * @evicted: what the nonresident table remembered of them
 * @nr: pages: one, or those of a block
 *
 * Does nothing if the victim is gone.
 *
 * Context: any; preemption off.
 */
void hr_overwritten(const struct hr_nonresident *evicted, unsigned int nr)
{
	struct hr_cgroup *victim = hr_cgroup_by_key(evicted->victim);

	if (!victim)
		return;
	hr_count(&victim->local, HR_OVERWRITTEN, nr * (u64)hr_nonresident_table.weight);
	hr_rollup_mark(&victim->rollup);
}

/* The first page of the block in which a page is, if its folio is large: see wait_for_reads() */
static const struct page *first_of_block(const struct page *page)
{
	return pfn_to_page(round_down(page_to_pfn(page), HR_BLOCK_PAGES));
}

/* End the wait of pages that were not read. The caller holds the lock, so preemption is off. */
static void overwritten(struct waiting *way)
{
	/* Pairs with READ_ONCE() in hr_overwrite_waits() */
	WRITE_ONCE(way->page, NULL);
	hr_overwritten(&way->evicted, hweight16(way->pages));
}

/* A free place in a bucket, or else the one of the page that has waited longest */
static struct waiting *place_in(struct bucket *bucket)
{
	struct waiting *way, *oldest = bucket->way;

	lockdep_assert_held(&bucket->lock);
	for (way = bucket->way; way < bucket->way + WAYS; way++) {
		if (!way->page)
			return way;
		if (time_before(way->since, oldest->since))
			oldest = way;
	}
	return oldest;
}

/**
 * hr_overwrite_wait - wait for the read of evicted pages that are added for a write
 * @page: the page, or the first one of the block
 * @hash: hash of its name
 * @pages: 0 for a single page, else the bits of the pages of the block that wait
 * @evicted: what the nonresident table remembered of them
 *
 * Context: any, under RCU.
 */
void hr_overwrite_wait(const struct page *page, u64 hash, u16 pages,
		       const struct hr_nonresident *evicted)
{
	struct bucket *bucket = bucket_of(page);
	unsigned long flags, now = jiffies;
	struct waiting *way;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	way = place_in(bucket);
	if (way->page)
		overwritten(way);
	way->hash = hash;
	way->since = now;
	way->block = pages;
	way->pages = pages ?: 1;
	way->evicted = *evicted;
	/* Pairs with READ_ONCE() in is_waiting() */
	WRITE_ONCE(way->page, page);
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
	/* Pairs with READ_ONCE() in hr_overwrite_waiting() */
	if (READ_ONCE(hr_overwrite_last) != now)
		WRITE_ONCE(hr_overwrite_last, now);
}

static bool is_waiting(const struct page *page)
{
	const struct bucket *bucket = bucket_of(page);
	unsigned int i;

	/* Pairs with WRITE_ONCE() in hr_overwrite_wait(): mostly by the same task */
	for (i = 0; i < WAYS; i++)
		if (READ_ONCE(bucket->way[i].page) == page)
			return true;
	return false;
}

/**
 * hr_overwrite_waits - whether a page may wait for its read
 * @page: the page
 *
 * Context: any.
 * Return: false if it does not; hr_overwrite_take() decides.
 */
bool hr_overwrite_waits(const struct page *page)
{
	return is_waiting(page) || is_waiting(first_of_block(page));
}

/* End the wait of a page, alone or in the block that begins with @first. Returns false if none. */
static bool take(const struct page *first, u64 hash, bool block, unsigned int i,
		 struct hr_nonresident *evicted)
{
	struct bucket *bucket = bucket_of(first);
	struct waiting *way;
	unsigned long flags;
	bool found = false;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	for (way = bucket->way; !found && way < bucket->way + WAYS; way++) {
		found = way->page == first && way->hash == hash && way->block == block &&
			way->pages & BIT(i);
		if (!found)
			continue;
		*evicted = way->evicted;
		way->pages &= ~BIT(i);
		/* Pairs with READ_ONCE() in is_waiting() */
		if (!way->pages)
			WRITE_ONCE(way->page, NULL);
	}
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
	return found;
}

/**
 * hr_overwrite_take - find a page that is read, and end its wait
 * @page: the page
 * @hash: hash of its name
 * @evicted: result: what the nonresident table remembered of it
 *
 * Context: any.
 * Return: whether the page waited.
 */
bool hr_overwrite_take(const struct page *page, u64 hash, struct hr_nonresident *evicted)
{
	const struct page *first = first_of_block(page);
	unsigned int i = page_to_pfn(page) % HR_BLOCK_PAGES;

	return take(page, hash, false, 0, evicted) ||
	       take(first, hash - i * hr_nonresident_table.key.hash_index, true, i, evicted);
}

/**
 * hr_overwrite_settle - count the pages that have waited long enough as overwritten
 *
 * Context: process.
 */
void hr_overwrite_settle(void)
{
	struct bucket *bucket;
	struct waiting *way;

	for (bucket = buckets; bucket < buckets + ARRAY_SIZE(buckets); bucket++) {
		raw_spin_lock_irq(&bucket->lock);
		for (way = bucket->way; way < bucket->way + WAYS; way++)
			if (way->page && jiffies - way->since > HR_OVERWRITE_PATIENCE)
				overwritten(way);
		raw_spin_unlock_irq(&bucket->lock);
	}
}
