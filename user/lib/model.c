// SPDX-License-Identifier: LGPL-2.1
/*
 * From counters to answers
 *
 * Pure functions of what was read.
 *
 * How much more memory would have saved a refault? The distance d of a
 * refault counts the pages that the cgroup lost between the page's eviction
 * and its return. Had all of them stayed out, d more pages of memory would
 * have kept this one; but those that came back meanwhile need no memory
 * beyond what they have again. The memory behind d is therefore the number of
 * pages that were evicted in between and still out when the page returned.
 *
 * Let S(t) be the share of evicted pages that have not returned after t
 * further evictions. Of the d pages evicted in between, the one evicted t
 * evictions ago is still out with probability S(t), hence
 *
 *	u(d) = S(0) + S(1) + ... + S(d - 1)
 *
 * This is the average eviction time of a cache (AET, USENIX ATC 2016), read
 * backwards for the list of the evicted. S comes from the same histogram: the
 * evictions that returned at distance t or less, out of all evictions. It
 * falls, so u grows ever slower: with S = 1 (a loop over a file: all come
 * back, all at the same distance) u(d) = d; where half the pages return
 * early, the rest costs half of its distance.
 *
 * A histogram tells no more than how many distances lie in a bucket. They are
 * taken to lie evenly in it, so that S falls in a straight line and the sum
 * over a bucket is a trapezium.
 *
 * What is approximate: the buckets; and evictions near the end of an interval,
 * whose refaults come later, against refaults near its beginning, whose
 * evictions came earlier. The two cancel when the load is steady. When it is
 * not, more may return than was evicted: then all is taken to return.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "counters.h"

/* What was counted since; a counter that went backwards began anew. */
static uint64_t since(uint64_t now, uint64_t before)
{
	return now >= before ? now - before : now;
}

static void counters_delta(const struct headroom_counter *counter, const void *now,
			   const void *before, void *delta)
{
	for (; counter->name; counter++)
		headroom_counter_set(counter, delta,
				     since(headroom_counter_get(counter, now),
					   headroom_counter_get(counter, before)));
}

static int histogram_delta(const struct headroom_histogram *now,
			   const struct headroom_histogram *before,
			   struct headroom_histogram *delta)
{
	const struct headroom_bucket *bucket;
	uint64_t count;
	size_t b = 0;

	if (!now->nr)
		return 0;
	delta->bucket = calloc(now->nr, sizeof(*delta->bucket));
	if (!delta->bucket)
		return -ENOMEM;
	for (size_t i = 0; i < now->nr; i++) {
		bucket = &now->bucket[i];
		count = bucket->count;
		while (b < before->nr && before->bucket[b].low < bucket->low)
			b++;
		if (b < before->nr && before->bucket[b].low == bucket->low)
			count = since(count, before->bucket[b].count);
		if (!count)
			continue;
		delta->bucket[delta->nr] = *bucket;
		delta->bucket[delta->nr++].count = count;
	}
	return 0;
}

static int stall_delta(const struct headroom_stall *now, const struct headroom_stall *before,
		       struct headroom_stall *delta)
{
	counters_delta(headroom_stall_counters, now, before, delta);
	delta->longest = now->longest;
	return histogram_delta(&now->latency, &before->latency, &delta->latency);
}

int headroom_stats_delta(const struct headroom_stats *now, const struct headroom_stats *before,
			 struct headroom_stats *delta)
{
	static const struct headroom_stats nothing;
	int err;

	if (!before)
		before = &nothing;
	memset(delta, 0, sizeof(*delta));
	counters_delta(headroom_stats_counters, now, before, delta);
	err = histogram_delta(&now->refault_distance, &before->refault_distance,
			      &delta->refault_distance);
	for (int cause = 1; !err && cause < HEADROOM_STALL_CAUSES; cause++)
		err = stall_delta(&now->stall[cause], &before->stall[cause],
				  &delta->stall[cause]);
	if (err)
		headroom_stats_clear(delta);
	return err;
}

void headroom_stats_clear(struct headroom_stats *stats)
{
	free(stats->refault_distance.bucket);
	for (int cause = 0; cause < HEADROOM_STALL_CAUSES; cause++)
		free(stats->stall[cause].latency.bucket);
	memset(stats, 0, sizeof(*stats));
}

uint64_t headroom_histogram_count(const struct headroom_histogram *hist)
{
	uint64_t count = 0;

	for (size_t i = 0; i < hist->nr; i++)
		count += hist->bucket[i].count;
	return count;
}

/* A bucket without an upper bound tells no more than its lower one. */
static uint64_t upper(const struct headroom_bucket *bucket)
{
	return bucket->high == UINT64_MAX ? bucket->low : bucket->high;
}

/* A place in a histogram: a bucket, and the share of it that lies below */
struct place {
	const struct headroom_bucket *bucket;
	double share;
};

/* @hist is not empty */
static struct place find_quantile(const struct headroom_histogram *hist, double q)
{
	const struct headroom_bucket *bucket = hist->bucket;
	const struct headroom_bucket *last = bucket + hist->nr - 1;
	double left = 0;

	if (q > 0)
		left = (q < 1 ? q : 1) * headroom_histogram_count(hist);
	for (; bucket < last && left > bucket->count; bucket++)
		left -= bucket->count;
	if (left < bucket->count)
		return (struct place){ bucket, left / bucket->count };
	return (struct place){ bucket, 1 };
}

uint64_t headroom_histogram_quantile(const struct headroom_histogram *hist, double q)
{
	const struct headroom_bucket *bucket;
	struct place place;

	if (!headroom_histogram_count(hist))
		return 0;
	place = find_quantile(hist, q);
	bucket = place.bucket;
	return bucket->low + (uint64_t)(place.share * (upper(bucket) - bucket->low));
}

uint64_t headroom_extra_memory(const struct headroom_stats *stats, double q)
{
	const struct headroom_histogram *hist = &stats->refault_distance;
	double refaults = headroom_histogram_count(hist);
	double evictions = stats->evictions > refaults ? stats->evictions : refaults;
	double still_out = 1, memory = 0, reached = 0, share, returned;
	const struct headroom_bucket *bucket;
	struct place end;

	if (refaults <= 0)
		return 0;
	end = find_quantile(hist, q);
	for (bucket = hist->bucket; bucket <= end.bucket; bucket++) {
		/* nobody returns between two buckets */
		memory += still_out * (bucket->low - reached);
		share = bucket == end.bucket ? end.share : 1;
		returned = share * bucket->count / evictions;
		memory += (still_out - returned / 2) * share * (upper(bucket) - bucket->low);
		still_out -= returned;
		reached = upper(bucket);
	}
	return memory + 0.5;
}
