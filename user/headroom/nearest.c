// SPDX-License-Identifier: GPL-2.0
/*
 * Find the word that was probably meant
 *
 * The distance of two words is the number of characters to insert, remove, replace, or exchange
 * with the next one. Row i of the table has the distances of the first i characters of one word
 * from each beginning of the other.
 */
#include <string.h>

#include "nearest.h"

/* No word that is looked for is longer */
#define LONGEST	40

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t distance(const char *a, size_t len_a, const char *b, size_t len_b)
{
	size_t table[LONGEST + 1][LONGEST + 1];

	for (size_t i = 0; i <= len_a; i++) {
		for (size_t j = 0; j <= len_b; j++) {
			if (!i || !j) {
				table[i][j] = i + j;
				continue;
			}
			table[i][j] = least(least(table[i - 1][j], table[i][j - 1]) + 1,
					    table[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				table[i][j] = least(table[i][j], table[i - 2][j - 2] + 1);
		}
	}
	return table[len_a][len_b];
}

const char *nearest_word(const char *text, size_t len, const char *(*word)(size_t i))
{
	const char *nearest = NULL, *candidate;
	size_t best = 0, apart, longer;

	if (!len || len > LONGEST)
		return NULL;
	for (size_t i = 0; (candidate = word(i)); i++) {
		size_t size = strlen(candidate);

		if (size > LONGEST)
			continue;
		apart = distance(text, len, candidate, size);
		longer = len > size ? len : size;
		if (3 * apart > longer || (nearest && apart >= best))
			continue;
		nearest = candidate;
		best = apart;
	}
	return nearest;
}
