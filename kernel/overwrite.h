/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tell evicted pages that are overwritten from those that are read again
 */
#ifndef _HEADROOM_OVERWRITE_H
#define _HEADROOM_OVERWRITE_H

#include <linux/compiler.h>
#include <linux/jiffies.h>
#include <linux/types.h>

struct hr_nonresident;
struct page;

/* How long a page waits for its read, in jiffies */
#define HR_OVERWRITE_PATIENCE	(4UL * HZ)

/* The time when the last page began to wait, in jiffies */
extern unsigned long hr_overwrite_last;

void hr_overwrite_wait(const struct page *page, u64 hash, u16 pages,
		       const struct hr_nonresident *evicted);
bool hr_overwrite_take(const struct page *page, u64 hash, struct hr_nonresident *evicted);
void hr_overwrite_settle(void);
void hr_overwritten(const struct hr_nonresident *evicted, unsigned int nr);
bool hr_overwrite_waits(const struct page *page);

/**
 * hr_overwrite_waiting - whether a page may wait for its read
 *
 * One load and a comparison, for the reads that no page waits for.
 *
 * Context: any.
 */
static inline bool hr_overwrite_waiting(void)
{
	/* Pairs with WRITE_ONCE() in hr_overwrite_wait(): by the same task before its read */
	return jiffies - READ_ONCE(hr_overwrite_last) <= HR_OVERWRITE_PATIENCE;
}

#endif /* _HEADROOM_OVERWRITE_H */
