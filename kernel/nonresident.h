/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_NONRESIDENT_H
#define _HEADROOM_NONRESIDENT_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/fs.h>
#include <linux/jump_label.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include "counters.h"

/* Larger shifts leave too few samples, larger tables the bits of the hash */
#define HR_MAX_SAMPLE_SHIFT	10
#define HR_MAX_TABLE_ENTRIES	BIT(25)

/**
 * struct hr_nonresident - what is remembered of an evicted page
 * @victim: key of the cgroup that lost it
 * @evictor: key of the cgroup that drove the reclaim
 * @keys: both at once
 * @when: time of the eviction, in ticks of the scheduler's clock
 * @kind: enum headroom_page_kind
 * @reason: enum headroom_reason
 * @up: where the target is: so many levels above @victim
 * @why: these three at once
 * @clock: @victim's eviction clock just after the page was evicted
 * @target_clock: the same of the target of the reclaim, if it had one
 * @clocks: both at once
 *
 * The pages of a batch differ in the clocks only.
 */
struct hr_nonresident {
	union {
		struct {
			u32 victim;
			u32 evictor;
		};
		u64 keys;
	};
	u32 when;
	union {
		struct {
			u8 kind;
			u8 reason;
			u16 up;
		};
		u32 why;
	};
	union {
		struct {
			u32 clock;
			u32 target_clock;
		};
		u64 clocks;
	};
};

/* One page, on both clocks. After 2^32 pages the second gets one too many. */
#define HR_TICK	(BIT_ULL(32) | 1)

/**
 * struct hr_nonresident_slot - place of a page
 * @check: the lower half of its hash
 * @page: what is remembered
 */
struct hr_nonresident_slot {
	u32 check;
	struct hr_nonresident page;
} __packed __aligned(4);

/**
 * struct hr_nonresident_bucket - some pages whose hashes are alike
 * @tag: 0 if the slot is free; else the highest bit is set, the lowest as well but
 *	while it is being written, and between them are six bits of the page's hash
 * @tags: all of these at once
 * @slot: the pages
 */
struct hr_nonresident_bucket {
	union {
		u8 tag[8];
		u64 tags;
	};
	struct hr_nonresident_slot slot[8];
} __aligned(256);

/* The parts of a tag: the slot is taken, and is written */
#define HR_TAG_BUSY	0x80
#define HR_TAG_WRITTEN	0x01
#define HR_TAGS_BUSY	0x8080808080808080ULL

/**
 * struct hr_nonresident_table - the table; see nonresident.c
 * @bucket: the buckets
 * @mask: of a bucket's offset, in bytes
 * @weight: pages that one sample stands for
 * @file_system_step: how far apart file systems are in memory, for the hash
 * @highest: the largest place that is sampled
 * @shift: log2 of @weight
 *
 * All in one cache line, which nobody writes to.
 */
struct hr_nonresident_table {
	void *bucket;
	unsigned long mask;
	u64 weight;
	u64 file_system_step;
	u32 highest;
	unsigned int shift;
} __aligned(64);

extern struct hr_nonresident_table hr_nonresident_table;

/* On if not all pages are tracked: what sampling takes costs nothing without it */
DECLARE_STATIC_KEY_FALSE(hr_nonresident_sampling);

/* Pages ever put into the table */
DECLARE_PER_CPU(u64, hr_nonresident_remembered);

/**
 * struct hr_nonresident_use - the table's size
 * @entries: pages it has room for
 * @used: pages it holds
 * @bytes: its memory
 * @remembered: pages that were ever put into it
 */
struct hr_nonresident_use {
	u64 entries;
	u64 used;
	u64 bytes;
	u64 remembered;
};

/**
 * struct hr_page_name - by what a page is known while it is away
 * @inode: its file; NULL for swap
 * @file: number of the file in its file system
 * @index: offset in the file, in pages
 */
struct hr_page_name {
	const struct inode *inode;
	u64 file;
	u64 index;
};

int hr_nonresident_init(unsigned int sample_shift, unsigned long entries);
void hr_nonresident_exit(void);
int hr_nonresident_prepare(struct hr_nonresident_table *new,
			   unsigned int sample_shift, unsigned long entries);
void hr_nonresident_discard(struct hr_nonresident_table *new);
void hr_nonresident_pause(void);
void hr_nonresident_install(const struct hr_nonresident_table *new,
			    struct hr_nonresident_table *old);
void hr_nonresident_retire(const struct hr_nonresident_table *old);
void hr_nonresident_resume(const struct hr_nonresident_table *new);
void hr_nonresident_insert_slow(u64 hash,
				const struct hr_nonresident *page);
void hr_nonresident_replace(u64 hash,
			    const struct hr_nonresident *page);
bool hr_nonresident_take(u64 hash, struct hr_nonresident *page);
void hr_nonresident_read(struct hr_nonresident_use *use);

/*
 * How far apart two pages of a file and two files are, in their places: the golden
 * section and the square root of 2, as fractions of 2^32. None are less rational, so
 * that, whichever regular part of the pages one looks at, the places are spread over
 * all numbers, and more evenly than those of a random hash.
 */
#define HR_PLACE_INDEX	0x9e3779b9U
#define HR_PLACE_FILE	0x6a09e667U

/* The same in a hash, good for its lower 48 bits as well as for all, and independent */
#define HR_HASH_INDEX	0x9c8e80f931266555ULL
#define HR_HASH_FILE	0xb25d9239680ab021ULL

/**
 * hr_nonresident_sampled - whether a page is one of those tracked
 * @name: its name
 *
 * Context: any.
 */
static __always_inline bool hr_nonresident_sampled(struct hr_page_name name)
{
	u32 place = (u32)name.file * HR_PLACE_FILE +
		    (u32)name.index * HR_PLACE_INDEX;

	return place <= hr_nonresident_table.highest;
}

/**
 * hr_nonresident_hash - the number under which a page is found
 * @kind: what it holds
 * @name: its name
 *
 * The inode generation tells a file from one that gets its inode number later, where
 * the file system keeps one. The inode's address would not do: it is reused, and
 * changes when the inode leaves the cache. That of the file system is reused after
 * unmounting, as its device number often is. Where this falls short stands in
 * Documentation/refault.rst.
 *
 * Context: any.
 */
static __always_inline u64 hr_nonresident_hash(enum headroom_page_kind kind,
					       struct hr_page_name name)
{
	u64 hash = name.file * HR_HASH_FILE + name.index * HR_HASH_INDEX;

	if (kind == HEADROOM_PAGE_KIND_FILE)
		hash += name.inode->i_generation + (unsigned long)name.inode->i_sb *
			hr_nonresident_table.file_system_step;
	return hash;
}

/**
 * hr_nonresident_shift - log2 of the pages that one sample stands for
 *
 * Context: any.
 */
static inline unsigned int hr_nonresident_shift(void)
{
	return hr_nonresident_table.shift;
}

/**
 * hr_nonresident_group - the group of pages that a page is dealt into
 * @hash: its hash
 *
 * Groups are of equal size but for chance, and have nothing to do with what is
 * sampled: how much they differ tells how far the sample can be trusted.
 *
 * Context: any.
 * Return: below HR_NR_GROUPS.
 */
static inline unsigned int hr_nonresident_group(u64 hash)
{
	return hash >> (64 - HR_MAX_SAMPLE_SHIFT - HR_GROUP_BITS) &
	       (HR_NR_GROUPS - 1);
}

/*
 * The bucket that a page is in, if it is in any. By one half of the hash alone, a
 * regular set of files could lie in few buckets; by both, it cannot.
 */
static __always_inline struct hr_nonresident_bucket *
hr_nonresident_bucket(u64 hash)
{
	const struct hr_nonresident_table *table = &hr_nonresident_table;

	return table->bucket + ((hash >> 32 ^ hash) & table->mask);
}

static __always_inline unsigned int hr_nonresident_tag(u64 hash)
{
	return (u8)hash | HR_TAG_BUSY | HR_TAG_WRITTEN;
}

/*
 * The highest bit of each byte of @tags that is @tag. A byte above one that is can
 * be reported by mistake, one below cannot (the old test for a zero in a word).
 */
static __always_inline u64 hr_nonresident_find(u64 tags, u64 tag)
{
	u64 x = tags ^ tag * 0x0101010101010101ULL;

	return (x - 0x0101010101010101ULL) & ~x & HR_TAGS_BUSY;
}

/**
 * hr_nonresident_maybe - in which slots a page may be
 * @bucket: its bucket
 * @hash: its hash
 *
 * Most pages that come are new: that is seen from one word.
 *
 * Context: any.
 * Return: the highest bit of each byte that stands for one; 0 only if it is in none.
 */
static __always_inline u64
hr_nonresident_maybe(const struct hr_nonresident_bucket *bucket, u64 hash)
{
	/* Pairs with the release in hr_nonresident_fill() */
	return hr_nonresident_find(smp_load_acquire(&bucket->tags),
					 hr_nonresident_tag(hash));
}

/* Takes a page out of its slot, unless somebody else does. Returns whether it did. */
static __always_inline bool
hr_nonresident_empty(struct hr_nonresident_bucket *bucket, unsigned long i,
		     u64 hash)
{
	u8 tag = hr_nonresident_tag(hash);

	return try_cmpxchg(&bucket->tag[i], &tag, 0);
}

/* Fills a slot that is ours, its tag being HR_TAG_BUSY */
static __always_inline void
hr_nonresident_fill(struct hr_nonresident_bucket *bucket, unsigned long i,
		    u64 hash, const struct hr_nonresident *page)
{
	WRITE_ONCE(bucket->slot[i].check, (u32)hash);
	/* Whoever reads it now, finds the tag changed afterwards */
	data_race(bucket->slot[i].page = *page);
	/* Pairs with the acquire of who takes the page */
	smp_store_release(&bucket->tag[i], hr_nonresident_tag(hash));
	this_cpu_inc(hr_nonresident_remembered);
}

/**
 * hr_nonresident_insert - remember a page that was evicted
 * @hash: its hash, which must be sampled
 * @page: who lost it, when, and why
 *
 * For pages that cannot be remembered already, since it would have been seen that
 * they came back. If the bucket is full its oldest page is forgotten, and counted
 * as lost.
 *
 * Context: any.
 */
static __always_inline void
hr_nonresident_insert(u64 hash, const struct hr_nonresident *page)
{
	struct hr_nonresident_bucket *bucket = hr_nonresident_bucket(hash);
	u64 free = ~READ_ONCE(bucket->tags) & HR_TAGS_BUSY;
	unsigned long bit;

	if (unlikely(!free))
		goto slow;
	bit = __ffs(free);
	/* Who sets the bit, of those who found it clear, owns the slot */
	if (unlikely(test_and_set_bit(bit, (unsigned long *)&bucket->tags)))
		goto slow;
	hr_nonresident_fill(bucket, bit / 8, hash, page);
	return;
slow:
	hr_nonresident_insert_slow(hash, page);
}

#endif /* _HEADROOM_NONRESIDENT_H */
