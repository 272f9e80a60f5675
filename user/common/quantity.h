/* SPDX-License-Identifier: GPL-2.0 */
/* Parse and format numbers with units */
#ifndef COMMON_QUANTITY_H
#define COMMON_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

/** struct unit - a unit and the factor that converts to the first one */
struct unit {
	const char *name;
	double factor;
};

/*
 * Units for quantity_parse(), each list terminated by a NULL name. Times are in seconds
 * and always have a unit; sizes are in bytes.
 */
extern const struct unit quantity_times[];
extern const struct unit quantity_sizes[];
extern const struct unit quantity_plain[];

/**
 * quantity_parse - parse a number and its unit: "0.5", "50ms", "1 GiB"
 * @text: decimal digits, a point allowed, then perhaps spaces and one of @units
 * @value: result, in the base unit; finite and at least 0
 *
 * Return: false if @text is anything else.
 */
bool quantity_parse(const char *text, const struct unit *units, double *value);

/** struct text - a short string returned by value, valid within one expression */
struct text {
	char s[32];
};

/** quantity_bytes - "512 B", "32.0 MiB" */
struct text quantity_bytes(double bytes);
/** quantity_ns - "850 ns", "1.2 ms", "73.1 s" */
struct text quantity_ns(uint64_t ns);

#endif /* COMMON_QUANTITY_H */
