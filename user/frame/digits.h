/* SPDX-License-Identifier: GPL-2.0 */
/* Find the numbers in a text, and write them again */
#ifndef FRAME_DIGITS_H
#define FRAME_DIGITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most bytes that digits_print() writes: 20 digits, and a point */
#define DIGITS_MAX	21

/**
 * struct digits - a number in a text
 * @at: its first digit
 * @size: bytes, with the point
 * @value: as if it had no point
 * @decimals: digits behind the point
 */
struct digits {
	const char *at;
	size_t size;
	uint64_t value;
	unsigned int decimals;
};

/**
 * digits_next - find the next number
 * @at: where to begin, not within a number
 * @end: of the text
 *
 * Passes over what digits_print() would write otherwise: a number with more than 18 digits, or with
 * zeros in front.
 *
 * Return: false if there is none.
 */
bool digits_next(const char *at, const char *end, struct digits *digits);
/** digits_print - write a number; returns its size, at most DIGITS_MAX */
size_t digits_print(char *to, uint64_t value, unsigned int decimals);
/** digits_agree - whether two texts are the same but for the values of their numbers */
bool digits_agree(const char *a, size_t a_size, const char *b, size_t b_size);

#endif /* FRAME_DIGITS_H */
