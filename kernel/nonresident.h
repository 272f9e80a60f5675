/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_NONRESIDENT_H
#define _HEADROOM_NONRESIDENT_H

#include <linux/bits.h>
#include <linux/types.h>

/* Larger shifts leave too few samples, larger tables the bits of the hash */
#define HEADROOM_MAX_SAMPLE_SHIFT	10
#define HEADROOM_MAX_TABLE_ENTRIES	BIT(25)

/**
 * struct headroom_nonresident - what is remembered of an evicted page
 * @owner: key of the cgroup that lost it
 * @evictor: key of the cgroup that drove the reclaim
 * @clock: @owner's eviction clock just after the page was evicted
 * @target_clock: the same of the target of the reclaim, if it had one
 * @when: time of the eviction, in units of 2^HEADROOM_AGE_SHIFT ns
 * @kind: enum headroom_page_kind
 * @reason: enum headroom_reason
 * @up: where the target is: so many levels above @owner
 */
struct headroom_nonresident {
	u32 owner;
	u32 evictor;
	u32 clock;
	u32 target_clock;
	u32 when;
	u8 kind;
	u8 reason;
	u16 up;
};

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
u64 headroom_nonresident_hash(u64 file, u64 index);
bool headroom_nonresident_sampled(u64 hash);
unsigned int headroom_nonresident_group(u64 hash);
unsigned int headroom_nonresident_shift(void);
void headroom_nonresident_insert(u64 hash,
				 const struct headroom_nonresident *page);
bool headroom_nonresident_take(u64 hash, struct headroom_nonresident *page);
void headroom_nonresident_read(struct headroom_nonresident_use *use);

#endif /* _HEADROOM_NONRESIDENT_H */
