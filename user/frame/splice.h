/* SPDX-License-Identifier: GPL-2.0 */
/* Find where words were inserted into a list of words */
#ifndef FRAME_SPLICE_H
#define FRAME_SPLICE_H

#include <stddef.h>
#include <stdint.h>

/* The most places where words are inserted */
#define SPLICE_PLACES	6

/**
 * struct splice - words that were inserted, as many at each place
 * @nr: number of places
 * @words: words inserted at each
 * @place: index of the old word before which they are, ascending
 */
struct splice {
	size_t nr;
	size_t words;
	size_t place[SPLICE_PLACES];
};

/**
 * splice_find - find the places after which the fewest words differ
 * @now: words
 * @nr_now: their number
 * @old: words
 * @nr_old: their number, less than @nr_now
 * @splice: result
 *
 * Return: number of old words that differ from their counterpart; SIZE_MAX if out of memory.
 */
size_t splice_find(const char *now, size_t nr_now, const char *old, size_t nr_old,
		   struct splice *splice);
/**
 * splice_apply - insert zeros into words
 * @to: result, of @nr_old + splice->nr * splice->words words
 */
void splice_apply(char *to, const char *old, size_t nr_old, const struct splice *splice);

#endif /* FRAME_SPLICE_H */
