// SPDX-License-Identifier: GPL-2.0
/* Find the numbers in a text, and write them again */
#include <string.h>

#include "digits.h"

/* Digits of a value that is certain to fit */
#define MOST_DIGITS	18

static bool is_digit(const char *at, const char *end)
{
	return at < end && *at >= '0' && *at <= '9';
}

/* Take digits; returns their number */
static size_t take(const char **at, const char *end, uint64_t *value)
{
	size_t nr = 0;

	for (; is_digit(*at, end); ++*at, nr++)
		*value = 10 * *value + (**at - '0');
	return nr;
}

bool digits_next(const char *at, const char *end, struct digits *digits)
{
	while (at < end) {
		size_t whole;

		if (!is_digit(at, end)) {
			at++;
			continue;
		}
		*digits = (struct digits){ .at = at };
		whole = take(&at, end, &digits->value);
		if (at < end && *at == '.' && is_digit(at + 1, end)) {
			at++;
			digits->decimals = take(&at, end, &digits->value);
		}
		digits->size = at - digits->at;
		if (whole + digits->decimals <= MOST_DIGITS && (whole == 1 || *digits->at != '0'))
			return true;
	}
	return false;
}

size_t digits_print(char *to, uint64_t value, unsigned int decimals)
{
	char reversed[DIGITS_MAX];
	size_t size = 0;

	for (unsigned int nr = 0; value || nr <= decimals; nr++, value /= 10) {
		if (nr && nr == decimals)
			reversed[size++] = '.';
		reversed[size++] = '0' + value % 10;
	}
	for (size_t i = 0; i < size; i++)
		to[i] = reversed[size - 1 - i];
	return size;
}

bool digits_agree(const char *a, size_t a_size, const char *b, size_t b_size)
{
	const char *a_end = a + a_size, *b_end = b + b_size;
	struct digits x, y;

	while (digits_next(a, a_end, &x)) {
		if (!digits_next(b, b_end, &y) || x.decimals != y.decimals ||
		    x.at - a != y.at - b || memcmp(a, b, x.at - a))
			return false;
		a = x.at + x.size;
		b = y.at + y.size;
	}
	return !digits_next(b, b_end, &y) && a_end - a == b_end - b && !memcmp(a, b, a_end - a);
}
