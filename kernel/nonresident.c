// SPDX-License-Identifier: GPL-2.0
/*
 * Nonresident pages: what reclaim took, and how far away it was when it
 * came back
 *
 * Each cgroup has a clock that ticks once for each page that it loses to
 * reclaim. When a page is evicted, the table below remembers it together with
 * the cgroup and the reading of its clock. When the page is read again, that
 * is a refault, and
 *
 *	refault distance = clock now - clock at eviction
 *
 * pages were lost by the cgroup in between. With so many pages more, reclaim
 * would not have come round to this one: a distance is the distance, in
 * evictions, from having had enough memory. The idea is that of
 * mm/workingset.c, which keeps the reading in the page cache's own tree. Those
 * shadows are shrunk, and are only compared with the size of the active list;
 * here they live in a table of known size, and the distances are kept.
 * Documentation/refault.rst has the model, and what a distance is worth in
 * memory.
 *
 * When pages are taken for a limit further up, or because the machine is short,
 * the memory that would have helped is that of the reclaim's target. It has a
 * clock of its own, which counts what was taken on its behalf.
 *
 * Sampling
 * --------
 * A page is tracked if the highest sample_shift bits of the hash of its name
 * (file and index) are all zero: one page in 2^sample_shift, and always the
 * same ones (spatially hashed sampling: SHARDS, Waldspurger et al., FAST '15).
 * The clocks count all pages, so distances need no scaling; refaults stand
 * for 2^sample_shift each.
 *
 * The table
 * ---------
 * A bucket holds eight pages. The tags are half a cache line, which is all that
 * a miss reads.
 *
 *	 0               32                                            224
 *	+---------------+----------------------------------------------+
 *	| tag[8]        | page[8]: owner, evictor, clocks, when, ...   |
 *	+---------------+----------------------------------------------+
 *
 *	hash, 64 bits:  | sample | group | ... bucket ... | tag, 32 bits |
 *
 * A tag is the low half of the hash, EMPTY, or BUSY. Two pages are taken for
 * each other only if bucket and tag agree: at most 8 chances in 2^32 for a
 * lookup.
 *
 * There is no lock: probes run under the page cache's lock, and without it with
 * interrupts on. Who turns a tag into BUSY owns the
 * slot until it stores the new tag; who turns a tag into EMPTY owns what stood
 * there. A page cannot be evicted while it is being added, so an entry that is
 * taken cannot be written anew with the same tag in between.
 *
 * When a bucket is full, its oldest page goes.
 */
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/vmalloc.h>

#include "nonresident.h"
#include "stats.h"

#define WAYS	8
#define EMPTY	0U
#define BUSY	1U

/* The hash's bits that deal the sampled pages out into groups */
#define GROUP_SHIFT	(64 - HEADROOM_MAX_SAMPLE_SHIFT - HEADROOM_GROUP_BITS)

struct bucket {
	u32 tag[WAYS];
	struct headroom_nonresident page[WAYS];
} __aligned(32);

static struct {
	struct bucket *bucket;
	unsigned long mask;
	u64 seed;
	u64 unsampled;		/* bits of the hash that are zero if sampled */
	unsigned int shift;
} table __read_mostly;

/* Pages ever put into the table */
static DEFINE_PER_CPU(u64, remembered);

/* The finalizer of splitmix64: every bit of x decides on every bit of it */
static u64 mix(u64 x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

/**
 * headroom_nonresident_hash - the hash by which a page is known
 * @file: what tells its file from all others
 * @index: offset in the file, in pages
 *
 * Context: any.
 */
u64 headroom_nonresident_hash(u64 file, u64 index)
{
	return mix((file ^ table.seed) + index * 0x9e3779b97f4a7c15ULL);
}

/**
 * headroom_nonresident_sampled - whether a page is one of those tracked
 * @hash: its hash
 *
 * Context: any.
 */
bool headroom_nonresident_sampled(u64 hash)
{
	return !(hash & table.unsampled);
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
unsigned int headroom_nonresident_group(u64 hash)
{
	return (hash >> GROUP_SHIFT) & (HEADROOM_NR_GROUPS - 1);
}

/**
 * headroom_nonresident_shift - log2 of the pages that one sample stands for
 *
 * Context: any.
 */
unsigned int headroom_nonresident_shift(void)
{
	return table.shift;
}

static struct bucket *bucket_of(u64 hash)
{
	return &table.bucket[(hash >> 32) & table.mask];
}

static u32 tag_of(u64 hash)
{
	u32 tag = hash;

	return tag > BUSY ? tag : tag + BUSY + 1;
}

/*
 * The slot to write a page to: that of the same page, an empty one, or the
 * oldest. Sets *old to the tag that stands there.
 */
static int choose_slot(const struct bucket *bucket, u32 tag, u32 now, u32 *old)
{
	int i, empty = -1, oldest = -1;
	u32 age = 0;

	for (i = 0; i < WAYS; i++) {
		u32 found = READ_ONCE(bucket->tag[i]);

		if (found == tag) {
			*old = tag;
			return i;
		}
		if (found == EMPTY)
			empty = i;
	}
	if (empty >= 0) {
		*old = EMPTY;
		return empty;
	}
	for (i = 0; i < WAYS; i++) {
		u32 found = READ_ONCE(bucket->tag[i]);
		u32 this = now - READ_ONCE(bucket->page[i].when);

		if (found == BUSY || (oldest >= 0 && this <= age))
			continue;
		oldest = i;
		age = this;
		*old = found;
	}
	return oldest;
}

/**
 * headroom_nonresident_insert - remember a page that was evicted
 * @hash: its hash, which must be sampled
 * @page: who lost it, and when
 *
 * What stood in the slot before is forgotten, and counted as lost.
 *
 * Context: any.
 */
void headroom_nonresident_insert(u64 hash,
				 const struct headroom_nonresident *page)
{
	struct bucket *bucket = bucket_of(hash);
	u32 tag = tag_of(hash), old;
	int tries, i;

	for (tries = 0; tries < 2; tries++) {
		i = choose_slot(bucket, tag, page->when, &old);
		if (i < 0 || cmpxchg(&bucket->tag[i], old, BUSY) != old)
			continue;
		/* Whoever reads it now, finds the tag changed afterwards */
		data_race(bucket->page[i] = *page);
		/* Pairs with the acquire in headroom_nonresident_take() */
		smp_store_release(&bucket->tag[i], tag);
		this_cpu_inc(remembered);
		if (old != EMPTY && old != tag)
			headroom_lose(table_full, 1);
		return;
	}
	headroom_lose(table_busy, 1);
}

/**
 * headroom_nonresident_take - forget a page that came back
 * @hash: its hash, which must be sampled
 * @page: what was remembered of it
 *
 * Context: any.
 * Return: whether the page was remembered.
 */
bool headroom_nonresident_take(u64 hash, struct headroom_nonresident *page)
{
	struct bucket *bucket = bucket_of(hash);
	u32 tag = tag_of(hash);
	int i;

	for (i = 0; i < WAYS; i++) {
		/* Pairs with the release in headroom_nonresident_insert() */
		if (smp_load_acquire(&bucket->tag[i]) != tag)
			continue;
		/* What was read counts only if the slot is still ours to empty */
		data_race(*page = bucket->page[i]);
		if (cmpxchg(&bucket->tag[i], tag, EMPTY) == tag)
			return true;
	}
	return false;
}

/**
 * headroom_nonresident_read - how full the table is
 * @use: result
 *
 * Context: process; reads the whole table, and sleeps in between.
 */
void headroom_nonresident_read(struct headroom_nonresident_use *use)
{
	unsigned long b;
	int cpu, i;

	*use = (struct headroom_nonresident_use){
		.entries = (u64)(table.mask + 1) * WAYS,
		.bytes = (u64)(table.mask + 1) * sizeof(struct bucket),
	};
	for_each_possible_cpu(cpu)
		use->remembered += READ_ONCE(*per_cpu_ptr(&remembered, cpu));
	for (b = 0; b <= table.mask; b++) {
		for (i = 0; i < WAYS; i++)
			use->used += READ_ONCE(table.bucket[b].tag[i]) > BUSY;
		cond_resched();
	}
}

/**
 * headroom_nonresident_init - make the table
 * @sample_shift: track one page in 2^sample_shift
 * @entries: pages to have room for; rounded up to a power of two
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int headroom_nonresident_init(unsigned int sample_shift, unsigned long entries)
{
	unsigned long buckets;

	BUILD_BUG_ON(sizeof(struct bucket) != 224);
	entries = clamp(entries, 64UL * WAYS, HEADROOM_MAX_TABLE_ENTRIES);
	buckets = roundup_pow_of_two(entries) / WAYS;
	table.bucket = vzalloc(array_size(buckets, sizeof(struct bucket)));
	if (!table.bucket)
		return -ENOMEM;
	table.mask = buckets - 1;
	table.seed = get_random_u64();
	table.shift = sample_shift;
	table.unsampled = sample_shift ? ~0ULL << (64 - sample_shift) : 0;
	return 0;
}

/**
 * headroom_nonresident_exit - free the table
 *
 * Context: process; no probe runs any more.
 */
void headroom_nonresident_exit(void)
{
	vfree(table.bucket);
	table.bucket = NULL;
}
