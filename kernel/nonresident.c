// SPDX-License-Identifier: GPL-2.0
/*
 * Remember evicted pages, and compute their refault distance when they come back
 *
 * Each cgroup has a clock that ticks once for each page that reclaim evicts from it. When
 * a page is evicted, the nonresident table remembers it together with the cgroup and the
 * reading of its clock. When the page is read again, that is a refault, and
 *
 *	refault distance = clock now - clock at eviction
 *
 * pages of the cgroup were evicted in between. With that many pages more, reclaim would
 * not have reached this one: the distance says, in evictions, how far the cgroup was from
 * having enough memory. The idea is that of mm/workingset.c, which keeps the reading in
 * the tree of the page cache. There, shadows are shrunk, and distances are only compared
 * with the size of the active list; here, the table has a fixed size, and distances are
 * recorded. Documentation/refault.rst has the model, and what a distance is worth in
 * memory.
 *
 * If pages are evicted for a limit further up, or because the machine is short, more
 * memory for the target of reclaim would have helped. The target has a clock of its own,
 * which counts the pages evicted on its behalf.
 *
 * Names
 * -----
 * A page is identified by file system, inode number and generation, and index. Place and
 * hash are linear in them; the constants spread pages evenly without mixing bits, see
 * nonresident.h:
 *
 *	place = inode * sqrt(2) + index * golden section	(of 2^32)
 *	hash  = inode * a + index * b + generation + file system * c	(of 2^64)
 *
 * c is random; the place, which decides whether a page is sampled, is always the same.
 *
 * Sampling
 * --------
 * A page is tracked if the highest sample_shift bits of its place are all zero: one
 * page in 2^sample_shift, and always the same ones (spatial sampling: SHARDS,
 * Waldspurger et al., FAST '15). The clocks count all pages, so distances need no
 * scaling; refaults stand for 2^sample_shift each.
 *
 * The table
 * ---------
 * A bucket holds eight pages. Their tags are one word: a miss reads only that, and
 * compares all eight at once.
 *
 *	 0      8                                                 232   256
 *	+------+---------------------------------------------------+-----+
 *	|tag[8]| slot[8]: check, victim, evictor, clocks, when, ... |     |
 *	+------+---------------------------------------------------+-----+
 *
 *	hash, 64 bits:  |     | group |               | check, 32 bits   |
 *	                    |  bucket, xor  |             |  bucket  |tag|
 *
 * Two pages are mistaken for each other only if bucket and check agree: a chance of at
 * most 8 in 2^32 for a lookup.
 *
 * There is no lock: some probes run under the lock of the page cache, others without it
 * and with interrupts on. The CPU that sets the highest bit of a free tag, or changes a tag
 * to BUSY, owns the slot until it stores the new tag. The CPU that changes a tag to EMPTY
 * owns the contents that it has read. A page cannot be evicted while it is being added, so
 * no CPU rewrites an entry with the same check while another takes it.
 *
 * If a bucket is full, the new page replaces the oldest one.
 */
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/vmalloc.h>

#include "dropped.h"
#include "nonresident.h"

#define WAYS	8
#define EMPTY	0
#define BUSY	HR_TAG_BUSY

struct hr_nonresident_table hr_nonresident_table __read_mostly;

/* Keeps the table from being replaced. Nests inside the registry lock. */
static DEFINE_MUTEX(size_mutex);
static unsigned long buckets;

DEFINE_STATIC_KEY_FALSE(hr_nonresident_sampling);
DEFINE_PER_CPU(u64, hr_nonresident_remembered);

/* The slot of the oldest page, or -1 if all are being written */
static noinline int
oldest_slot(const struct hr_nonresident_bucket *bucket, u64 tags, u32 now)
{
	int i, oldest = -1;
	u32 this, age = 0;

	/* Pairs with hr_nonresident_fill(), which may race: a wrong choice costs another page */
	for (i = 0; i < WAYS; i++, tags >>= 8) {
		this = now - READ_ONCE(bucket->slot[i].page.when);
		if ((u8)tags == BUSY || (oldest >= 0 && this <= age))
			continue;
		oldest = i;
		age = this;
	}
	return oldest;
}

/* The slot of a page that is remembered already, or -1 */
static int same_slot(const struct hr_nonresident_bucket *bucket, u64 tags,
		     u64 hash)
{
	u64 found = hr_nonresident_find(tags, hr_nonresident_tag(hash));
	int i;

	/* Pairs with WRITE_ONCE() in hr_nonresident_fill(); slot_write() checks the tag */
	for (; found; found &= found - 1) {
		i = __ffs64(found) / 8;
		if (READ_ONCE(bucket->slot[i].check) == (u32)hash)
			return i;
	}
	return -1;
}

/* Write a page to a slot whose tag is @old. Returns false if another CPU was first. */
static bool slot_write(struct hr_nonresident_bucket *bucket, unsigned int i,
		       u8 old, u64 hash, const struct hr_nonresident *page)
{
	/* Pairs with try_cmpxchg() in hr_nonresident_empty(): one of two CPUs gets the slot */
	if (unlikely(cmpxchg(&bucket->tag[i], old, BUSY) != old))
		return false;
	hr_nonresident_fill(bucket, i, hash, page);
	return true;
}

/**
 * hr_nonresident_insert_slow - insert into a bucket that is full or being written to
 * @hash: as for hr_nonresident_insert()
 * @page: as for hr_nonresident_insert()
 *
 * Context: any.
 */
noinline void hr_nonresident_insert_slow(u64 hash, const struct hr_nonresident *page)
{
	struct hr_nonresident_bucket *bucket = hr_nonresident_bucket(hash);
	u64 tags, empty;
	int tries, i;
	u8 old;

	for (tries = 0; tries < 2; tries++) {
		/* A hint. Pairs with cmpxchg() in slot_write(), which checks the tag */
		tags = READ_ONCE(bucket->tags);
		empty = ~tags & HR_TAGS_BUSY;
		i = empty ? __ffs64(empty) / 8 : oldest_slot(bucket, tags, page->when);
		old = i < 0 ? BUSY : tags >> 8 * i;
		if (old == BUSY || !slot_write(bucket, i, old, hash, page))
			continue;
		if (old != EMPTY)
			hr_drop(table_full, 1);
		return;
	}
	hr_drop(table_busy, 1);
}

/**
 * hr_nonresident_replace - remember a page in place of an older entry for it
 * @hash: its hash, which must be sampled
 * @page: what to remember of it
 *
 * Like hr_nonresident_insert(), for a page that may already be in the table: the kernel
 * can free a page in swap without a refault.
 *
 * Context: any.
 */
void hr_nonresident_replace(u64 hash, const struct hr_nonresident *page)
{
	struct hr_nonresident_bucket *bucket = hr_nonresident_bucket(hash);
	/* A hint. Pairs with cmpxchg() in slot_write(), which checks the tag */
	int i = same_slot(bucket, READ_ONCE(bucket->tags), hash);

	if (i < 0 || !slot_write(bucket, i, hr_nonresident_tag(hash), hash, page))
		hr_nonresident_insert(hash, page);
}

/**
 * hr_nonresident_take - find a page that came back, and remove it from the table
 * @hash: its hash, which must be sampled
 * @page: result: what the table remembered of it
 *
 * Context: any.
 * Return: whether the page was in the table.
 */
bool hr_nonresident_take(u64 hash, struct hr_nonresident *page)
{
	struct hr_nonresident_bucket *bucket = hr_nonresident_bucket(hash);
	u64 found = hr_nonresident_maybe(bucket, hash);
	int i;

	for (; found; found &= found - 1) {
		i = __ffs64(found) / 8;
		/* Pairs with WRITE_ONCE() in hr_nonresident_fill() */
		if (READ_ONCE(bucket->slot[i].check) != (u32)hash)
			continue;
		/* Valid only if hr_nonresident_empty() finds the tag unchanged */
		data_race(*page = bucket->slot[i].page);
		if (hr_nonresident_empty(bucket, i, hash))
			return true;
	}
	return false;
}

static u64 table_used(const struct hr_nonresident_bucket *bucket,
		      unsigned long nr)
{
	u64 used = 0;

	for (; nr; nr--, bucket++) {
		/*
		 * A taken slot has the highest bit of its tag set. Pairs with test_and_set_bit()
		 * in hr_nonresident_insert(); no order is needed.
		 */
		used += hweight64(READ_ONCE(bucket->tags) & 0x8080808080808080ULL);
		cond_resched();
	}
	return used;
}

/**
 * hr_nonresident_read - read the size and the use of the nonresident table
 * @use: result
 *
 * Context: process, may sleep; reads the whole table.
 */
void hr_nonresident_read(struct hr_nonresident_use *use)
{
	const struct hr_nonresident_bucket *bucket;
	int cpu;

	*use = (struct hr_nonresident_use){};
	/* Pairs with this_cpu_inc() in hr_nonresident_fill() */
	for_each_possible_cpu(cpu)
		use->remembered +=
			READ_ONCE(*per_cpu_ptr(&hr_nonresident_remembered, cpu));
	mutex_lock(&size_mutex);
	bucket = hr_nonresident_table.bucket;
	use->entries = (u64)buckets * WAYS;
	use->bytes = (u64)buckets * sizeof(*bucket);
	use->used = table_used(bucket, buckets);
	mutex_unlock(&size_mutex);
}

static unsigned long buckets_for(unsigned long entries)
{
	entries = clamp(entries, 64UL * WAYS, HR_MAX_TABLE_ENTRIES);
	return roundup_pow_of_two(entries) / WAYS;
}

static unsigned long buckets_of(const struct hr_nonresident_table *table)
{
	return table->mask / sizeof(struct hr_nonresident_bucket) + 1;
}

/**
 * hr_nonresident_prepare - allocate another table
 * @new: the table, for hr_nonresident_install(); without buckets if it would equal the
 *	one in use
 * @sample_shift: track one page in 2^sample_shift
 * @entries: pages to have room for; rounded up to a power of two
 *
 * Context: process, may sleep; the caller serializes this and all functions below.
 * Return: 0 or -ENOMEM.
 */
int hr_nonresident_prepare(struct hr_nonresident_table *new,
			   unsigned int sample_shift, unsigned long entries)
{
	const struct hr_nonresident_table *table = &hr_nonresident_table;
	unsigned long nr = buckets_for(entries);

	BUILD_BUG_ON(sizeof(struct hr_nonresident_bucket) != 256);
	*new = (struct hr_nonresident_table){
		.mask = (nr - 1) * sizeof(struct hr_nonresident_bucket),
		.weight = 1ULL << sample_shift,
		.file_system_step = table->file_system_step,
		.highest = U32_MAX >> sample_shift,
		.shift = sample_shift,
	};
	if (table->bucket && table->mask == new->mask && table->shift == new->shift)
		return 0;
	new->bucket = __vmalloc(array_size(nr, sizeof(struct hr_nonresident_bucket)),
				GFP_KERNEL | __GFP_ZERO | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	return new->bucket ? 0 : -ENOMEM;
}

/**
 * hr_nonresident_discard - free a table that was not installed
 * @new: the table
 *
 * Context: process, may sleep.
 */
void hr_nonresident_discard(struct hr_nonresident_table *new)
{
	vfree(new->bucket);
}

/**
 * hr_nonresident_pause - stop tracking pages
 *
 * Pages whose place is 0 are still tracked, in the first bucket of either table.
 *
 * Context: process, may sleep. When it returns, probes track no other page.
 */
void hr_nonresident_pause(void)
{
	static_branch_enable(&hr_nonresident_sampling);
	/*
	 * Pairs with the loads in hr_nonresident_sampled() and hr_nonresident_bucket(), which
	 * need no order before synchronize_rcu() returns
	 */
	WRITE_ONCE(hr_nonresident_table.highest, 0);
	WRITE_ONCE(hr_nonresident_table.mask, 0);
	synchronize_rcu();
}

/**
 * hr_nonresident_install - replace the table
 * @new: the new table, which this file owns from now on
 * @old: result: the replaced table, for hr_nonresident_retire()
 *
 * Context: process, may sleep; between hr_nonresident_pause() and
 * hr_nonresident_resume(). When it returns, hr_nonresident_read() reads the new table,
 * and no probe uses the old table or its sampling factor.
 */
void hr_nonresident_install(const struct hr_nonresident_table *new,
			    struct hr_nonresident_table *old)
{
	mutex_lock(&size_mutex);
	*old = (struct hr_nonresident_table){
		.bucket = hr_nonresident_table.bucket,
		.mask = (buckets - 1) * sizeof(struct hr_nonresident_bucket),
	};
	/*
	 * Pairs with the loads of hr_nonresident_bucket(), hr_nonresident_shift() and of the
	 * weight in refault.c, which need no order before synchronize_rcu() returns
	 */
	WRITE_ONCE(hr_nonresident_table.bucket, new->bucket);
	WRITE_ONCE(hr_nonresident_table.shift, new->shift);
	WRITE_ONCE(hr_nonresident_table.weight, new->weight);
	synchronize_rcu();
	buckets = buckets_of(new);
	mutex_unlock(&size_mutex);
}

/**
 * hr_nonresident_resume - resume tracking pages
 * @new: the installed table
 *
 * Context: process, may sleep.
 */
void hr_nonresident_resume(const struct hr_nonresident_table *new)
{
	WRITE_ONCE(hr_nonresident_table.mask, new->mask);
	/*
	 * Pairs with the loads of @highest in hr_nonresident_sampled() and of @mask in
	 * hr_nonresident_bucket(). A CPU that reorders them uses the first bucket for one page,
	 * which costs at most its refault.
	 */
	smp_wmb();
	WRITE_ONCE(hr_nonresident_table.highest, new->highest);
	if (!new->shift)
		static_branch_disable(&hr_nonresident_sampling);
}

/**
 * hr_nonresident_retire - free a table that was replaced
 * @old: the table
 *
 * Reads the whole table to count the pages that are forgotten with it.
 *
 * Context: process, may sleep.
 */
void hr_nonresident_retire(const struct hr_nonresident_table *old)
{
	hr_drop(resized, table_used(old->bucket, buckets_of(old)));
	vfree(old->bucket);
}

/**
 * hr_nonresident_init - allocate the nonresident table
 * @sample_shift: track one page in 2^sample_shift
 * @entries: pages to have room for; rounded up to a power of two
 *
 * Context: process, may sleep; before any probe runs.
 * Return: 0 or -ENOMEM.
 */
int hr_nonresident_init(unsigned int sample_shift, unsigned long entries)
{
	struct hr_nonresident_table *table = &hr_nonresident_table;
	int err = hr_nonresident_prepare(table, sample_shift, entries);

	if (err)
		return err;
	table->file_system_step = get_random_u64() | 1;
	buckets = buckets_for(entries);
	if (sample_shift)
		static_branch_enable(&hr_nonresident_sampling);
	return 0;
}

/**
 * hr_nonresident_exit - free the nonresident table
 *
 * Context: process; no probe runs any more.
 */
void hr_nonresident_exit(void)
{
	vfree(hr_nonresident_table.bucket);
	hr_nonresident_table.bucket = NULL;
}
