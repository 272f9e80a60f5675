/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Remember evicted pages, and compute their refault distance when they come back
 */
#ifndef _HEADROOM_NONRESIDENT_H
#define _HEADROOM_NONRESIDENT_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/fs.h>
#include <linux/jump_label.h>
#include <linux/percpu.h>
#include <linux/swab.h>
#include <linux/types.h>

#include "counters.h"

/* Larger shifts leave too few samples; larger tables need more bits than the hash has */
#define HR_MAX_SAMPLE_SHIFT	10
#define HR_MAX_TABLE_ENTRIES	BIT(25)

/* Pages of a block, an aligned part of a large folio that has one entry */
#define HR_BLOCK_SHIFT	4
#define HR_BLOCK_PAGES	BIT(HR_BLOCK_SHIFT)

/**
 * struct hr_nonresident - an evicted page as the nonresident table remembers it
 * @victim: key of the cgroup that it was evicted from; 0 if unknown
 * @evictor: key of the cgroup whose demand evicted it
 * @keys: both in one word
 * @when: time of the eviction, in jiffies
 * @kind: enum headroom_page_kind
 * @origin: where the evictor is, up to HR_NR_ORIGINS: see there
 * @reason: enum headroom_reason
 * @up: levels from @victim up to the target
 * @why: these four in one word
 * @clock: @victim's eviction clock just after the page was evicted
 * @target_clock: the target's eviction clock at that time; 0 without a target
 * @clocks: both in one word
 *
 * The pages of a batch differ only in their clocks.
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
			u8 kind : 4;
			u8 origin : 4;
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

/* One page on both clocks. Every 2^32 pages the carry adds one to the second. */
#define HR_TICK	(BIT_ULL(32) | 1)

/**
 * struct hr_forgotten - an entry that an insertion replaced
 * @page: what it had
 * @pages: evicted pages that it stood for; 0 if no entry was replaced
 * @block: it was that of a block
 */
struct hr_forgotten {
	struct hr_nonresident page;
	unsigned int pages;
	bool block;
};

/**
 * struct hr_nonresident_slot - an entry of the nonresident table
 * @check: of a page, the lower half of its hash. Of a block, a bit for each page that is
 *	still evicted, and above them the upper half of what @check of a page has
 * @page: the page, or the last page of the block
 */
struct hr_nonresident_slot {
	u32 check;
	struct hr_nonresident page;
} __packed __aligned(4);

/**
 * struct hr_nonresident_bucket - eight slots for entries whose hashes agree in some bits
 * @tag: 0 if the slot is free, HR_TAG_BUSY while it is being written; otherwise that of a
 *	page, with the highest and the lowest bit set around six bits of its hash, or that
 *	of a block, with the two highest bits set and the lowest clear around five
 * @tags: all tags in one word
 * @slot: the entries
 * @block_check: of blocks, the other half of the check
 */
struct hr_nonresident_bucket {
	union {
		u8 tag[8];
		u64 tags;
	};
	struct hr_nonresident_slot slot[8];
	u16 block_check[8];
} __aligned(256);

/* Parts of a tag: the slot is taken; the slot has a page; the slot has a block */
#define HR_TAG_BUSY	0x80
#define HR_TAG_WRITTEN	0x01
#define HR_TAG_BLOCK	0x40
#define HR_TAGS_BUSY	0x8080808080808080ULL

/**
 * struct hr_nonresident_key - random factors of the parts of a page's name
 * @hash_file: of the file, in the hash
 * @hash_file_system: of the file system's address, in the hash
 * @hash_mix: of both together, in the hash
 * @hash_index: of the index, in the hash
 * @place_file: of the file, in the place
 * @place_index: of the index, in the place
 */
struct hr_nonresident_key {
	u64 hash_file;
	u64 hash_file_system;
	u64 hash_mix;
	u64 hash_index;
	u32 place_file;
	u32 place_index;
};

/**
 * struct hr_nonresident_table - the nonresident table; see nonresident.c
 * @bucket: the buckets
 * @mask: mask of the offset of a bucket, in bytes
 * @key: the factors, chosen once
 * @highest: largest place that is sampled
 * @weight: pages that one sample stands for
 * @shift: log2 of @weight
 * @bucket_shift: by which to shift a hash to get the offset of its bucket, before @mask
 *
 * One cache line. Probes read it without a lock; only hr_nonresident_pause(), _install()
 * and _resume() change it while probes run.
 */
struct hr_nonresident_table {
	void *bucket;
	unsigned long mask;
	struct hr_nonresident_key key;
	u32 highest;
	u16 weight;
	u8 shift;
	u8 bucket_shift;
} __aligned(64);

extern struct hr_nonresident_table hr_nonresident_table;

/* Enabled while not all pages are tracked, so that sampling costs nothing when it is off */
DECLARE_STATIC_KEY_FALSE(hr_nonresident_sampling);

/*
 * Enabled while not all pages are tracked, and once large folios are in the page cache: then a
 * page that is added takes more than the lookup of one entry
 */
DECLARE_STATIC_KEY_FALSE(hr_nonresident_look_closer);

/* Whether a block was ever put into the table */
extern bool hr_nonresident_has_blocks;

/* The last file system on this CPU whose inode numbers each name one file; or NULL */
DECLARE_PER_CPU(const struct super_block *, hr_plain_file_system);

/* Pages ever put into the table, also in blocks. The caller of an insertion counts them. */
DECLARE_PER_CPU(u64, hr_nonresident_remembered);

/**
 * struct hr_nonresident_use - size of the nonresident table
 * @entries: entries that it has room for, of a page or a block each
 * @used: entries that it holds
 * @bytes: memory that it occupies
 * @remembered: pages ever put into it, since the module was loaded
 */
struct hr_nonresident_use {
	u64 entries;
	u64 used;
	u64 bytes;
	u64 remembered;
};

/**
 * struct hr_page_name - identity of a page while it is not resident
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
void hr_nonresident_resume(const struct hr_nonresident_table *new);
void hr_nonresident_retire(const struct hr_nonresident_table *old);
bool hr_nonresident_insert_slow(u64 hash, const struct hr_nonresident *page,
				struct hr_forgotten *forgotten);
bool hr_nonresident_replace(u64 hash, const struct hr_nonresident *page,
			    struct hr_forgotten *forgotten);
bool hr_nonresident_replace_block(u64 hash, const struct hr_nonresident *page,
				  struct hr_forgotten *forgotten);
bool hr_nonresident_take(u64 hash, struct hr_nonresident *page);
u16 hr_nonresident_take_block(u64 hash, u16 pages, struct hr_nonresident *page);
void hr_nonresident_expect_blocks(void);
void hr_nonresident_read(struct hr_nonresident_use *use);
u64 hr_nonresident_entries(void);
u64 hr_nonresident_tell_apart_slow(u64 hash, const struct inode *inode);
void hr_nonresident_forget_file_systems(void);

/**
 * hr_nonresident_sampled - whether a page is tracked
 * @name: its name
 *
 * Context: any.
 */
static __always_inline bool hr_nonresident_sampled(struct hr_page_name name)
{
	const struct hr_nonresident_table *table = &hr_nonresident_table;
	u32 place = (u32)name.file * table->key.place_file +
		    (u32)name.index * table->key.place_index;

	return place <= table->highest;
}

/**
 * hr_nonresident_hash - the hash under which a page is found
 * @kind: what it holds
 * @name: its name
 *
 * The inode generation distinguishes a file from a later one with the same inode number,
 * if the file system keeps generations. The address of the inode cannot be used: it is
 * reused, and changes when the inode leaves the cache. The address of the file system is
 * reused after unmounting, as its device number often is. Documentation/refault.rst has
 * the cases that this misses.
 *
 * Context: any.
 */
static __always_inline u64 hr_nonresident_hash(enum headroom_page_kind kind,
					       struct hr_page_name name)
{
	const struct hr_nonresident_key *key = &hr_nonresident_table.key;
	u64 file = name.file * key->hash_file;

	if (kind == HEADROOM_PAGE_KIND_FILE)
		file += name.inode->i_generation +
			(unsigned long)name.inode->i_sb * key->hash_file_system;
	return swab64(file) * key->hash_mix + name.index * key->hash_index;
}

/**
 * hr_nonresident_block_hash - the hash under which a block is found
 * @hash: hash of one of its pages, from hr_nonresident_hash()
 * @index: index of that page
 *
 * That of the page of the same file whose index is the number of the block, so that blocks are
 * spread as pages are. The tag says which of the two it is.
 *
 * Context: any.
 */
static __always_inline u64 hr_nonresident_block_hash(u64 hash, u64 index)
{
	return hash - (index - (index >> HR_BLOCK_SHIFT)) * hr_nonresident_table.key.hash_index;
}

/**
 * hr_block_rest - pages from one on to the end of its block
 * @index: index of the page
 *
 * Context: any.
 */
static __always_inline unsigned long hr_block_rest(u64 index)
{
	return HR_BLOCK_PAGES - (index & (HR_BLOCK_PAGES - 1));
}

/**
 * hr_block_mask - the bits of consecutive pages in their block
 * @index: index of the first page
 * @nr: their number, up to hr_block_rest()
 *
 * Context: any.
 */
static __always_inline u16 hr_block_mask(u64 index, unsigned int nr)
{
	return ((1U << nr) - 1) << (index & (HR_BLOCK_PAGES - 1));
}

/**
 * hr_nonresident_tell_apart - tell files apart that share an inode number
 * @hash: hash of a page or a block of @inode
 * @inode: its file
 *
 * A page that is added needs this only if a tag fits.
 *
 * Context: any; preemption off.
 * Return: @hash; in file systems with subvolumes another one with the same bucket and tag.
 *	They differ in the same bits for each page of the file.
 */
static __always_inline u64 hr_nonresident_tell_apart(u64 hash, const struct inode *inode)
{
	if (likely(inode->i_sb == this_cpu_read(hr_plain_file_system)))
		return hash;
	return hr_nonresident_tell_apart_slow(hash, inode);
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
 * hr_nonresident_group - the group that a page belongs to
 * @hash: its hash
 *
 * Groups have equal size except for chance, and do not depend on which pages are sampled.
 * The differences between them show how far the sample can be trusted.
 *
 * Context: any.
 * Return: below HR_NR_GROUPS.
 */
static inline unsigned int hr_nonresident_group(u64 hash)
{
	return hash >> (64 - HR_MAX_SAMPLE_SHIFT - HR_GROUP_BITS) &
	       (HR_NR_GROUPS - 1);
}

static __always_inline struct hr_nonresident_bucket *
hr_nonresident_bucket(u64 hash)
{
	const struct hr_nonresident_table *table = &hr_nonresident_table;

	return table->bucket + (hash >> table->bucket_shift & table->mask);
}

static __always_inline unsigned int hr_nonresident_tag(u64 hash)
{
	return (u8)hash | HR_TAG_BUSY | HR_TAG_WRITTEN;
}

/*
 * Find the bytes of @tags that equal @tag, and set the highest bit of each. May also set
 * that of a byte above a match, but not below (the old test for a zero byte in a word).
 */
static __always_inline u64 hr_nonresident_find(u64 tags, u64 tag)
{
	u64 x = tags ^ tag * 0x0101010101010101ULL;

	return (x - 0x0101010101010101ULL) & ~x & HR_TAGS_BUSY;
}

/**
 * hr_nonresident_maybe - find the slots that a page may be in
 * @bucket: its bucket
 * @hash: its hash
 *
 * Most pages that are added are new: one word is enough to see that.
 *
 * Context: any.
 * Return: the highest bit of the byte of each such slot; 0 if the page is in no slot.
 */
static __always_inline u64
hr_nonresident_maybe(const struct hr_nonresident_bucket *bucket, u64 hash)
{
	/* Pairs with the release in hr_nonresident_fill() */
	return hr_nonresident_find(smp_load_acquire(&bucket->tags),
				   hr_nonresident_tag(hash));
}

/* Take a page out of its slot. Returns false if another CPU was first. */
static __always_inline bool
hr_nonresident_empty(struct hr_nonresident_bucket *bucket, unsigned long i,
		     u64 hash)
{
	u8 tag = hr_nonresident_tag(hash);

	/* Pairs with cmpxchg() in slot_write() of nonresident.c: one of two CPUs gets the page */
	return try_cmpxchg(&bucket->tag[i], &tag, 0);
}

/* Fill a slot that the caller owns, its tag being HR_TAG_BUSY */
static __always_inline void
hr_nonresident_fill(struct hr_nonresident_bucket *bucket, unsigned long i,
		    u64 hash, const struct hr_nonresident *page)
{
	/* Pairs with READ_ONCE() in hr_nonresident_take() and came_back() */
	WRITE_ONCE(bucket->slot[i].check, (u32)hash);
	/* A reader that races with this finds the tag changed: see hr_nonresident_empty() */
	data_race(bucket->slot[i].page = *page);
	/* Pairs with the acquire in hr_nonresident_maybe() */
	smp_store_release(&bucket->tag[i], hr_nonresident_tag(hash));
}

/**
 * hr_nonresident_insert - remember a page that was evicted
 * @hash: its hash, which must be sampled
 * @page: what to remember of it
 *
 * For a page that cannot be in the table: its refault would have removed it. The caller
 * counts what is remembered with hr_holder_add().
 *
 * Context: any.
 * Return: true; false if no slot was free: call hr_nonresident_insert_slow().
 */
static __always_inline bool
hr_nonresident_insert(u64 hash, const struct hr_nonresident *page)
{
	struct hr_nonresident_bucket *bucket = hr_nonresident_bucket(hash);
	/* A hint. Pairs with test_and_set_bit() below, which decides */
	u64 free = ~READ_ONCE(bucket->tags) & HR_TAGS_BUSY;
	unsigned long bit;

	if (unlikely(!free))
		return false;
	bit = __ffs(free);
	/* The CPU that sets the bit owns the slot */
	if (unlikely(test_and_set_bit(bit, (unsigned long *)&bucket->tags)))
		return false;
	hr_nonresident_fill(bucket, bit / 8, hash, page);
	return true;
}

#endif /* _HEADROOM_NONRESIDENT_H */
