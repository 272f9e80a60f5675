/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A simulated cgroup: pages in an LRU list, some hot, the others cold
 *
 * Time passes in seconds. In each, hot pages are read at random, and so are cold ones, but rarely.
 * A page that was evicted is read back, which takes some time. Reclaim takes pages from the end of
 * the list; now and then from anywhere, as the kernel's lists are not quite LRU.
 */
#ifndef LRU_H
#define LRU_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "headroom.h"

#define LRU_PAGE	4096
#define LRU_BUCKETS	128

/**
 * struct lru_page - a page; those in memory are in a list, the most recently read one first
 * @evicted: the clock when it was evicted
 */
struct lru_page {
	uint32_t newer;
	uint32_t older;
	bool resident;
	uint64_t evicted;
};

/**
 * struct lru - a cgroup
 * @nr: number of pages
 * @hot: pages from 0 on that are hot
 * @rate: reads of a hot page in a second
 * @cold_rate: reads of a cold page in a second
 * @wait: ns that it takes to read a page back
 * @noise: share of the evictions that take any page
 * @page: the pages, and behind them the head of the list
 * @resident: pages in memory
 * @random: state of the random numbers
 * @stats: what the module counts
 * @pages: of it, the list of pages
 * @stall: of it, the list of stalls
 * @bucket: of it, the distances, each bucket in its place
 */
struct lru {
	uint32_t nr;
	uint32_t hot;
	double rate;
	double cold_rate;
	uint64_t wait;
	double noise;
	struct lru_page *page;
	uint64_t resident;
	uint64_t random;
	struct headroom_stats stats;
	struct headroom_pages pages;
	struct headroom_stall stall;
	struct headroom_bucket bucket[LRU_BUCKETS];
};

/* xorshift64*: the same on each machine */
static inline uint32_t lru_random(struct lru *lru, uint32_t below)
{
	lru->random ^= lru->random >> 12;
	lru->random ^= lru->random << 25;
	lru->random ^= lru->random >> 27;
	return (lru->random * 0x2545f4914f6cdd1dULL >> 32) * below >> 32;
}

static inline void lru_unlink(struct lru *lru, uint32_t i)
{
	struct lru_page *p = &lru->page[i];

	lru->page[p->newer].older = p->older;
	lru->page[p->older].newer = p->newer;
	p->resident = false;
	lru->resident--;
}

static inline void lru_link(struct lru *lru, uint32_t i)
{
	struct lru_page *p = &lru->page[i], *head = &lru->page[lru->nr];

	p->newer = lru->nr;
	p->older = head->older;
	lru->page[head->older].newer = i;
	head->older = i;
	p->resident = true;
	lru->resident++;
}

/* Buckets are a quarter of an octave wide, as those of the module */
static inline void lru_count_distance(struct lru *lru, uint64_t distance)
{
	unsigned int octave = 63 - __builtin_clzll(distance | 4);
	uint64_t width = 1ULL << (octave - 2);
	unsigned int i = distance < 4 ? distance : 4 * octave + (distance / width & 3);

	lru->bucket[i].count++;
	lru->bucket[i].low = distance / width * width;
	lru->bucket[i].high = lru->bucket[i].low + width - 1;
}

static inline void lru_read(struct lru *lru, uint32_t i)
{
	if (lru->page[i].resident) {
		lru_unlink(lru, i);
	} else {
		lru->stats.refaults++;
		lru->pages.refaults++;
		lru->stats.stall_total += lru->wait;
		lru->stall.total += lru->wait;
		lru->stall.count++;
		lru_count_distance(lru, lru->stats.evictions - lru->page[i].evicted + 1);
	}
	lru_link(lru, i);
}

/** lru_begin - a cgroup with all its pages in memory; free it with lru_end() */
static inline void lru_begin(struct lru *lru)
{
	lru->page = calloc(lru->nr + 1, sizeof(*lru->page));
	if (!lru->page)
		abort();
	lru->page[lru->nr].newer = lru->page[lru->nr].older = lru->nr;
	lru->random = 88172645463325252ULL;
	for (uint32_t i = lru->nr; i--; )
		lru_link(lru, i);
}

static inline void lru_end(struct lru *lru)
{
	free(lru->page);
}

/** lru_second - a second of its work */
static inline void lru_second(struct lru *lru)
{
	uint64_t cold = (lru->nr - lru->hot) * lru->cold_rate * 0x1p16;

	for (uint64_t n = lru->hot * lru->rate; n; n--)
		lru_read(lru, lru_random(lru, lru->hot));
	cold = (cold + lru_random(lru, 1 << 16)) >> 16;
	for (; cold; cold--)
		lru_read(lru, lru->hot + lru_random(lru, lru->nr - lru->hot));
}

/** lru_reclaim - reclaim that many bytes, as if they were asked for */
static inline void lru_reclaim(struct lru *lru, uint64_t bytes)
{
	uint32_t i;

	for (uint64_t n = bytes / LRU_PAGE; n && lru->resident; n--) {
		i = lru->page[lru->nr].newer;
		if (lru_random(lru, 1 << 16) < lru->noise * (1 << 16))
			do
				i = lru_random(lru, lru->nr);
			while (!lru->page[i].resident);
		lru_unlink(lru, i);
		lru->page[i].evicted = ++lru->stats.evictions;
		lru->pages.evictions++;
	}
}

/** lru_stats - its statistics; the lists are valid until the next call, in @lists */
static inline struct headroom_stats lru_stats(const struct lru *lru, struct lru *lists)
{
	struct headroom_stats stats = lru->stats;
	struct headroom_histogram *h = &stats.refault_distance;

	lists->pages = lru->pages;
	lists->pages.kind = HEADROOM_PAGE_KIND_FILE;
	lists->pages.reason = HEADROOM_REASON_PROACTIVE;
	lists->stall = lru->stall;
	lists->stall.cause = HEADROOM_STALL_CAUSE_REFAULT;
	stats.returned = stats.refaults;
	stats.nr_pages = stats.nr_stalls = 1;
	stats.pages = &lists->pages;
	stats.stall = &lists->stall;
	h->bucket = lists->bucket;
	for (size_t i = 0; i < LRU_BUCKETS; i++)
		if (lru->bucket[i].count)
			lists->bucket[h->nr++] = lru->bucket[i];
	return stats;
}

#endif /* LRU_H */
