// SPDX-License-Identifier: GPL-2.0
/* Parse and format numbers with units */

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quantity.h"

const struct unit quantity_times[] = {
	{ "s", 1 }, { "ms", 1e-3 }, { "us", 1e-6 }, { "ns", 1e-9 }, { "min", 60 }, { "h", 3600 },
	{ NULL, 0 }
};

const struct unit quantity_sizes[] = {
	{ "", 1 }, { "K", 0x1p10 }, { "M", 0x1p20 }, { "G", 0x1p30 }, { "T", 0x1p40 },
	{ "KiB", 0x1p10 }, { "MiB", 0x1p20 }, { "GiB", 0x1p30 }, { "TiB", 0x1p40 },
	{ NULL, 0 }
};

const struct unit quantity_plain[] = { { "", 1 }, { NULL, 0 } };

bool quantity_parse(const char *text, const struct unit *units, double *value)
{
	const char *name;
	char *end;

	/* strtod() also accepts signs, "inf" and hexadecimal digits */
	if (!isdigit((unsigned char)*text) && *text != '.')
		return false;
	if (text[0] == '0' && (text[1] | 0x20) == 'x')
		return false;
	*value = strtod(text, &end);
	if (end == text)
		return false;
	name = end + strspn(end, " ");
	/* spaces separate the number from a unit, and nothing else */
	if (name > end && !*name)
		return false;
	while (units->name && strcmp(units->name, name) != 0)
		units++;
	*value *= units->factor;
	return units->name && isfinite(*value);
}

/*
 * Format @value in the largest unit that keeps it at 1 or more. From step - 0.05 on, "%.1f"
 * would round up to a whole step, so the next unit is used.
 */
static struct text in_units(double value, double step, const char *const *unit)
{
	struct text text;
	bool whole = true;

	while (unit[1] && value >= step - 0.05) {
		value /= step;
		unit++;
		whole = false;
	}
	snprintf(text.s, sizeof(text.s), whole ? "%.0f %s" : "%.1f %s", value, *unit);
	return text;
}

struct text quantity_bytes(double bytes)
{
	static const char *const unit[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", NULL };

	return in_units(bytes, 1024, unit);
}

struct text quantity_ns(uint64_t ns)
{
	static const char *const unit[] = { "ns", "us", "ms", "s", NULL };

	return in_units(ns, 1000, unit);
}
