/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_NONRESIDENT_H
#define _HEADROOM_NONRESIDENT_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include "snapshot.h"

/* Larger shifts leave too few samples, larger tables the bits of the hash */
#define HEADROOM_MAX_SAMPLE_SHIFT	10
#define HEADROOM_MAX_TABLE_ENTRIES	BIT(25)

/**
 * struct headroom_nonresident - what is remembered of an evicted page
 * @owner: key of the cgroup that lost it
 * @evictor: key of the cgroup that drove the reclaim
 * @when: time of the eviction, in units of 2^HEADROOM_AGE_SHIFT ns
 * @kind: enum headroom_page_kind
 * @reason: enum headroom_reason
 * @up: where the target is: so many levels above @owner
 * @clock: @owner's eviction clock just after the page was evicted
 * @target_clock: the same of the target of the reclaim, if it had one
 * @clocks: both at once
 *
 * The pages of a batch differ in the clocks only.
 */
struct headroom_nonresident {
	u32 owner;
	u32 evictor;
	u32 when;
	u8 kind;
	u8 reason;
	u16 up;
	union {
		struct {
			u32 clock;
			u32 target_clock;
		};
		u64 clocks;
	};
};

/* One page, on both clocks. After 2^32 pages the second gets one too many. */
#define HEADROOM_TICK	(BIT_ULL(32) | 1)

/**
 * struct headroom_nonresident_slot - place of a page
 * @check: the lower half of its hash
 * @page: what is remembered
 */
struct headroom_nonresident_slot {
	u32 check;
	struct headroom_nonresident page;
} __packed __aligned(4);

/**
 * struct headroom_nonresident_bucket - some pages whose hashes are alike
 * @tag: 0 if the slot is free, 1 while it is being written, or seven bits of the
 *	page's hash and the highest bit set
 * @tags: all of these at once
 * @slot: the pages
 */
struct headroom_nonresident_bucket {
	union {
		u8 tag[8];
		u64 tags;
	};
	struct headroom_nonresident_slot slot[8];
} __aligned(256);

/**
 * struct headroom_nonresident_table - the table; see nonresident.c
 * @bucket: the buckets
 * @mask: their number, less one
 * @seed: of the hash
 * @unsampled: bits of the hash that are zero if a page is sampled
 * @shift: how many these are
 */
struct headroom_nonresident_table {
	struct headroom_nonresident_bucket *bucket;
	unsigned long mask;
	u64 seed;
	u64 unsampled;
	unsigned int shift;
};

extern struct headroom_nonresident_table headroom_nonresident_table;

/**
 * struct headroom_nonresident_use - the table's size
 * @entries: pages it has room for
 * @used: pages it holds
 * @bytes: its memory
 * @remembered: pages that were ever put into it
 */
struct headroom_nonresident_use {
	u64 entries;
	u64 used;
	u64 bytes;
	u64 remembered;
};

int headroom_nonresident_init(unsigned int sample_shift, unsigned long entries);
void headroom_nonresident_exit(void);
int headroom_nonresident_prepare(struct headroom_nonresident_table *new,
				 unsigned int sample_shift, unsigned long entries);
void headroom_nonresident_discard(struct headroom_nonresident_table *new);
void headroom_nonresident_pause(void);
void headroom_nonresident_install(const struct headroom_nonresident_table *new);
void headroom_nonresident_resume(const struct headroom_nonresident_table *new);
void headroom_nonresident_insert(u64 hash,
				 const struct headroom_nonresident *page);
void headroom_nonresident_replace(u64 hash,
				  const struct headroom_nonresident *page);
bool headroom_nonresident_take(u64 hash, struct headroom_nonresident *page);
void headroom_nonresident_read(struct headroom_nonresident_use *use);

/**
 * headroom_nonresident_hash - the hash by which a page is known
 * @file: what tells its file from all others, its bits well mixed
 * @index: offset in the file, in pages
 *
 * Pages of a file lie a golden ratio apart; one round of xor, multiply, xor then
 * makes every bit decide on all above and, at last, below it.
 *
 * Context: any.
 */
static inline u64 headroom_nonresident_hash(u64 file, u64 index)
{
	u64 x = (file ^ headroom_nonresident_table.seed) +
		index * 0x9e3779b97f4a7c15ULL;

	x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93ULL;
	return x ^ (x >> 32);
}

/**
 * headroom_nonresident_sampled - whether a page is one of those tracked
 * @hash: its hash
 *
 * Context: any.
 */
static inline bool headroom_nonresident_sampled(u64 hash)
{
	return !(hash & headroom_nonresident_table.unsampled);
}

/**
 * headroom_nonresident_shift - log2 of the pages that one sample stands for
 *
 * Context: any.
 */
static inline unsigned int headroom_nonresident_shift(void)
{
	return headroom_nonresident_table.shift;
}

/**
 * headroom_nonresident_group - the group of pages that a page is dealt into
 * @hash: its hash
 *
 * Groups are of equal size but for chance, and have nothing to do with what is
 * sampled: how much they differ tells how far the sample can be trusted.
 *
 * Context: any.
 * Return: below HEADROOM_NR_GROUPS.
 */
static inline unsigned int headroom_nonresident_group(u64 hash)
{
	return hash >> (64 - HEADROOM_MAX_SAMPLE_SHIFT - HEADROOM_GROUP_BITS) &
	       (HEADROOM_NR_GROUPS - 1);
}

/* The bucket that a page is in, if it is in any */
static inline struct headroom_nonresident_bucket *
headroom_nonresident_bucket(u64 hash)
{
	return &headroom_nonresident_table.bucket[(hash >> 32) &
						  headroom_nonresident_table.mask];
}

static inline u8 headroom_nonresident_tag(u64 hash)
{
	return hash | 0x80;
}

/*
 * The highest bit of each byte of @tags that is @tag. A byte above one that is can
 * be reported by mistake, one below cannot (the old test for a zero in a word).
 */
static inline u64 headroom_nonresident_find(u64 tags, u8 tag)
{
	u64 x = tags ^ tag * 0x0101010101010101ULL;

	return (x - 0x0101010101010101ULL) & ~x & 0x8080808080808080ULL;
}

/**
 * headroom_nonresident_maybe - whether a page may be one of those remembered
 * @hash: its hash, which must be sampled
 *
 * Most pages that come are new: that is seen from one word.
 *
 * Context: any.
 * Return: false only if it is not.
 */
static inline bool headroom_nonresident_maybe(u64 hash)
{
	return headroom_nonresident_find(READ_ONCE(headroom_nonresident_bucket(hash)->tags),
					 headroom_nonresident_tag(hash));
}

#endif /* _HEADROOM_NONRESIDENT_H */
