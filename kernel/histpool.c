// SPDX-License-Identifier: GPL-2.0
/*
 * Histograms, made when their first value comes
 *
 * A cgroup has a histogram for each of a dozen causes of stalls, and some more;
 * each is a kilobyte, and nearly all stay empty. So there is only a pointer,
 * until a probe has something to put there. A probe cannot allocate: it takes a
 * histogram from a pool that the registry's worker fills up again. If the pool is
 * empty the value is in no histogram, which is counted.
 *
 * A histogram is never taken away from a cgroup that lives, and is freed with its
 * record, after a grace period.
 */
#include <linux/compiler.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "histpool.h"
#include "registry.h"
#include "stats.h"

#define POOL_SIZE	256

static struct {
	raw_spinlock_t lock;	/* a leaf; all here, and all that is adopted */
	unsigned int nr;
	struct headroom_hist *hist[POOL_SIZE];
	atomic64_t used;
} pool;

/* Gives *where a histogram, unless somebody else just has. NULL if none is left. */
static noinline struct headroom_hist *adopt(struct headroom_hist **where)
{
	struct headroom_hist *hist;
	unsigned long flags;
	bool low;

	raw_spin_lock_irqsave(&pool.lock, flags);
	hist = *where;
	if (!hist && pool.nr) {
		hist = pool.hist[--pool.nr];
		/* Pairs with the address dependency in headroom_hist_add() */
		smp_store_release(where, hist);
		atomic64_inc(&pool.used);
	}
	low = pool.nr < POOL_SIZE / 2;
	raw_spin_unlock_irqrestore(&pool.lock, flags);
	if (low)
		headroom_registry_kick(true);
	return hist;
}

/**
 * headroom_hist_add - add values to a bucket
 * @where: pointer to the histogram, in a record
 * @index: the bucket
 * @n: how many values
 *
 * Context: any, under RCU.
 */
void headroom_hist_add(struct headroom_hist **where, unsigned int index, u64 n)
{
	struct headroom_hist *hist = READ_ONCE(*where);

	if (unlikely(!hist))
		hist = adopt(where);
	if (likely(hist))
		atomic64_add(n, &hist->bucket[index]);
	else
		headroom_lose(histograms, n);
}

/**
 * headroom_hist_read - add a histogram to a sum
 * @to: the sum
 * @where: pointer to the histogram
 *
 * Context: process; the record does not go away.
 */
void headroom_hist_read(struct headroom_hist_totals *to,
			struct headroom_hist *const *where)
{
	const struct headroom_hist *hist = READ_ONCE(*where);
	unsigned int i;

	if (!hist)
		return;
	if (!to->used)
		memset(to->bucket, 0, sizeof(to->bucket));
	to->used = true;
	for (i = 0; i < HEADROOM_HIST_BUCKETS; i++)
		to->bucket[i] += atomic64_read(&hist->bucket[i]);
}

/**
 * headroom_hist_move - add one histogram to another
 * @to: of the one that stays; takes the other over if it had none
 * @from: of one that goes, which nobody writes to any more; none afterwards
 *
 * Context: process.
 */
void headroom_hist_move(struct headroom_hist **to, struct headroom_hist **from)
{
	unsigned int i;

	if (!*from)
		return;
	if (!*to) {
		*to = *from;
		*from = NULL;
		return;
	}
	for (i = 0; i < HEADROOM_HIST_BUCKETS; i++)
		atomic64_add(atomic64_read(&(*from)->bucket[i]), &(*to)->bucket[i]);
	headroom_hist_free(from);
}

/**
 * headroom_hist_free - free a histogram
 * @where: pointer to it; nobody uses it any more
 *
 * Context: any.
 */
void headroom_hist_free(struct headroom_hist **where)
{
	if (!*where)
		return;
	kfree(*where);
	*where = NULL;
	atomic64_dec(&pool.used);
}

/**
 * headroom_histpool_fill - fill the pool up
 *
 * Context: process, may sleep.
 */
void headroom_histpool_fill(void)
{
	struct headroom_hist *hist;

	while (READ_ONCE(pool.nr) < POOL_SIZE) {
		hist = kzalloc(sizeof(*hist), GFP_KERNEL);
		if (!hist)
			return;
		raw_spin_lock_irq(&pool.lock);
		if (pool.nr < POOL_SIZE) {
			pool.hist[pool.nr++] = hist;
			hist = NULL;
		}
		raw_spin_unlock_irq(&pool.lock);
		kfree(hist);
	}
}

/**
 * headroom_histpool_used - histograms that have an owner
 *
 * Context: any.
 */
u64 headroom_histpool_used(void)
{
	return atomic64_read(&pool.used);
}

/**
 * headroom_histpool_init - an empty pool
 *
 * Context: process; before any probe runs.
 */
void headroom_histpool_init(void)
{
	raw_spin_lock_init(&pool.lock);
}

/**
 * headroom_histpool_exit - free what is in the pool
 *
 * Context: process; no probe runs any more.
 */
void headroom_histpool_exit(void)
{
	while (pool.nr)
		kfree(pool.hist[--pool.nr]);
}
