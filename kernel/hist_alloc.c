// SPDX-License-Identifier: GPL-2.0
/*
 * Allocate a histogram when its first value comes
 *
 * A cgroup has a histogram for each of a dozen causes of stalls, and some more. Each takes
 * a kilobyte, and nearly all stay empty. So a record has only a pointer until a probe has
 * a value. A probe cannot allocate: it takes a histogram from a pool, which the sweep
 * refills. If the pool is empty, the value is counted as dropped.
 *
 * A living cgroup keeps its histograms. They are freed with its record, after a grace
 * period.
 */
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "dropped.h"
#include "hist_alloc.h"
#include "registry_lock.h"
#include "worker.h"

#define POOL_SIZE	256

static struct {
	raw_spinlock_t lock;	/* a leaf; protects @nr, @hist, and publishing a histogram */
	unsigned int nr;
	struct hr_hist *hist[POOL_SIZE];
	atomic64_t used;	/* histograms of all records */
} pool = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(pool.lock),
};

/* Publish a histogram at @where unless it has one. Returns it; NULL if the pool is empty. */
static noinline struct hr_hist *adopt(struct hr_hist **where)
{
	struct hr_hist *hist;
	unsigned long flags;
	bool low;

	raw_spin_lock_irqsave(&pool.lock, flags);
	hist = *where;
	if (!hist && pool.nr) {
		hist = pool.hist[--pool.nr];
		/* Pairs with the address dependency in hr_hist_add() */
		smp_store_release(where, hist);
		atomic64_inc(&pool.used);
	}
	low = pool.nr < POOL_SIZE / 2;
	raw_spin_unlock_irqrestore(&pool.lock, flags);
	if (low)
		hr_worker_kick(true);
	return hist;
}

/**
 * hr_hist_add - add values to a bucket
 * @where: pointer to the histogram in a record; may point to NULL
 * @index: the bucket
 * @n: number of values
 *
 * Context: any, under RCU.
 */
void hr_hist_add(struct hr_hist **where, unsigned int index, u64 n)
{
	/* Pairs with smp_store_release() in adopt() */
	struct hr_hist *hist = READ_ONCE(*where);

	if (unlikely(!hist))
		hist = adopt(where);
	if (likely(hist))
		atomic64_add(n, &hist->bucket[index]);
	else
		hr_drop(histograms, n);
}

/* Test four buckets at a time, since most are empty */
static bool four_empty(const atomic64_t *bucket)
{
	return !(atomic64_read(bucket) | atomic64_read(bucket + 1) |
		 atomic64_read(bucket + 2) | atomic64_read(bucket + 3));
}

/**
 * hr_hist_bound - update the bounds of the buckets in use
 * @hist: the histogram; NULL is allowed
 *
 * Saves readers from reading all 124 buckets of a dozen histograms. A bucket never
 * becomes empty again, so this reads only the buckets outside of the current bounds.
 *
 * Context: process; registry lock held.
 */
void hr_hist_bound(struct hr_hist *hist)
{
	unsigned int first = 0, end = HR_HIST_BUCKETS, low, high;

	BUILD_BUG_ON(HR_HIST_BUCKETS % 4);
	hr_registry_assert_locked();
	if (!hist)
		return;
	low = hist->end ? hist->first : HR_HIST_BUCKETS;
	high = hist->end;
	while (first + 4 <= low && four_empty(&hist->bucket[first]))
		first += 4;
	while (first < low && !atomic64_read(&hist->bucket[first]))
		first++;
	if (first == HR_HIST_BUCKETS)
		return;
	while (end >= high + 4 && four_empty(&hist->bucket[end - 4]))
		end -= 4;
	while (end > high && !atomic64_read(&hist->bucket[end - 1]))
		end--;
	hist->first = first;
	hist->end = end;
}

/**
 * hr_hist_sum - number of values in a histogram
 * @hist: the histogram, after hr_hist_bound(); NULL is allowed
 *
 * Context: process; registry lock held.
 */
u64 hr_hist_sum(const struct hr_hist *hist)
{
	unsigned int i;
	u64 sum = 0;

	hr_registry_assert_locked();
	for (i = hist ? hist->first : 0; hist && i < hist->end; i++)
		sum += atomic64_read(&hist->bucket[i]);
	return sum;
}

/**
 * hr_hist_copy - add one histogram to another
 * @to: pointer to the sum, which has no other writer; NULL there is replaced by a new one
 * @from: the histogram to add, after hr_hist_bound(); NULL is allowed
 *
 * Context: process; registry lock held. Does not wait for memory.
 * Return: 0 or -ENOMEM.
 */
int hr_hist_copy(struct hr_hist **to, const struct hr_hist *from)
{
	struct hr_hist *sum = *to;
	unsigned int i;

	hr_registry_assert_locked();
	if (!from || !from->end)
		return 0;
	if (!sum) {
		sum = kzalloc(sizeof(*sum), GFP_NOWAIT | __GFP_NOWARN);
		if (!sum)
			return -ENOMEM;
		atomic64_inc(&pool.used);
		*to = sum;
	}
	for (i = from->first; i < from->end; i++)
		atomic64_set(&sum->bucket[i], atomic64_read(&sum->bucket[i]) +
					      atomic64_read(&from->bucket[i]));
	sum->first = sum->end ? min(sum->first, from->first) : from->first;
	sum->end = max(sum->end, from->end);
	return 0;
}

/**
 * hr_hist_clear - empty a histogram that has no writer
 * @hist: the histogram; NULL is allowed
 *
 * Context: process; registry lock held.
 */
void hr_hist_clear(struct hr_hist *hist)
{
	hr_registry_assert_locked();
	if (!hist)
		return;
	memset(&hist->bucket[hist->first], 0,
	       (hist->end - hist->first) * sizeof(hist->bucket[0]));
	hist->first = 0;
	hist->end = 0;
}

/**
 * hr_hist_move - move the values of one histogram to another
 * @to: pointer to the sum; if it points to NULL it takes over the histogram of @from
 * @from: pointer to a histogram without a writer, which is freed; NULL afterwards
 *
 * Context: process; registry lock held.
 */
void hr_hist_move(struct hr_hist **to, struct hr_hist **from)
{
	unsigned int i;

	hr_registry_assert_locked();
	if (!*from)
		return;
	if (!*to) {
		*to = *from;
		*from = NULL;
		return;
	}
	for (i = 0; i < HR_HIST_BUCKETS; i++)
		atomic64_add(atomic64_read(&(*from)->bucket[i]), &(*to)->bucket[i]);
	hr_hist_free(from);
	hr_hist_bound(*to);
}

/**
 * hr_hist_free - free a histogram
 * @where: pointer to a histogram without a user, or to NULL; NULL afterwards
 *
 * Context: any.
 */
void hr_hist_free(struct hr_hist **where)
{
	if (!*where)
		return;
	kfree(*where);
	*where = NULL;
	atomic64_dec(&pool.used);
}

/**
 * hr_hist_alloc_fill - refill the pool
 *
 * Context: process, may sleep.
 */
void hr_hist_alloc_fill(void)
{
	struct hr_hist *hist;

	/* A hint, checked again below. Pairs with the update under the lock in adopt() */
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
 * hr_hist_alloc_used - number of histograms outside of the pool
 *
 * Context: any.
 */
u64 hr_hist_alloc_used(void)
{
	return atomic64_read(&pool.used);
}

/**
 * hr_hist_alloc_exit - free the pool
 *
 * Context: process; no probe runs any more.
 */
void hr_hist_alloc_exit(void)
{
	while (pool.nr)
		kfree(pool.hist[--pool.nr]);
}
