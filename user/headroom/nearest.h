/* SPDX-License-Identifier: GPL-2.0 */
/* Find the word that was probably meant */
#ifndef NEAREST_H
#define NEAREST_H

#include <stddef.h>

/**
 * nearest_word - the word that is most like a misspelled one
 * @text: what was written; only the first @len bytes
 * @word: words by index, then NULL
 *
 * Return: NULL if none is near: at most one character in three may be missing, added, wrong or
 * exchanged with the next.
 */
const char *nearest_word(const char *text, size_t len, const char *(*word)(size_t i));

#endif /* NEAREST_H */
