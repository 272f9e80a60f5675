// SPDX-License-Identifier: GPL-2.0
/*
 * Find where words were inserted into a list of words
 *
 * When a value falls into a bucket of a histogram for the first time, a bucket is inserted into the
 * statistics of the cgroup, at two places if it has no descendants, and again in those of its
 * ancestors. All buckets have the same size. So for each number of places that divides the growth, the
 * best places are found by dynamic programming:
 *
 *	cost(i, j) = the fewest differences in the first i old words, with j insertions before them
 *	cost(i + 1, j) = min(cost(i, j), cost(i, j - 1)) + (old[i] != now[i + j * words])
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "splice.h"

static uint32_t word_at(const char *data, size_t i)
{
	uint32_t word;

	memcpy(&word, data + 4 * i, sizeof(word));
	return word;
}

/* The places of a number of insertions; @came has room for a byte for each old word and insertion */
static size_t find_places(const char *now, const char *old, size_t nr_old, struct splice *splice,
			  uint8_t *came)
{
	size_t cost[SPLICE_PLACES + 1], nr = splice->nr, j;

	for (j = 0; j <= nr; j++)
		cost[j] = j ? SIZE_MAX / 2 : 0;
	for (size_t i = 0; i < nr_old; i++) {
		/* From the last on, so that cost[j - 1] is still that before this word */
		for (j = nr + 1; j-- > 0; ) {
			bool inserted = j && cost[j - 1] < cost[j];

			came[i * (nr + 1) + j] = inserted;
			cost[j] = inserted ? cost[j - 1] : cost[j];
			cost[j] += word_at(old, i) != word_at(now, i + j * splice->words);
		}
	}
	/* What is not inserted before a word is at the end */
	for (j = 0; j < nr && cost[j] > cost[nr]; )
		j++;
	for (size_t last = nr; last > j; last--)
		splice->place[last - 1] = nr_old;
	nr = j;
	for (size_t i = nr_old; i-- > 0; ) {
		if (came[i * (splice->nr + 1) + j])
			splice->place[--j] = i;
	}
	return cost[nr];
}

size_t splice_find(const char *now, size_t nr_now, const char *old, size_t nr_old,
		   struct splice *splice)
{
	uint8_t *came = malloc(nr_old * (SPLICE_PLACES + 1) + 1);
	size_t growth = nr_now - nr_old, best = SIZE_MAX, cost;

	for (size_t nr = 1; came && nr <= SPLICE_PLACES; nr++) {
		struct splice tried = { .nr = nr, .words = growth / nr };

		if (growth % nr)
			continue;
		cost = find_places(now, old, nr_old, &tried, came);
		if (cost >= best)
			continue;
		best = cost;
		*splice = tried;
	}
	free(came);
	return best;
}

void splice_apply(char *to, const char *old, size_t nr_old, const struct splice *splice)
{
	size_t from = 0;

	for (size_t i = 0; i < splice->nr; i++) {
		memcpy(to, old + 4 * from, 4 * (splice->place[i] - from));
		to += 4 * (splice->place[i] - from);
		memset(to, 0, 4 * splice->words);
		to += 4 * splice->words;
		from = splice->place[i];
	}
	memcpy(to, old + 4 * from, 4 * (nr_old - from));
}
