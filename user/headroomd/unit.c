// SPDX-License-Identifier: GPL-2.0
/* Quantities in the configuration: parse and print them, by the kind of their unit */
#include <math.h>
#include <stdio.h>

#include "quantity.h"
#include "unit.h"

static const struct unit rates[] = {
	{ "/s", 1 }, { "/min", 1.0 / 60 }, { "/h", 1.0 / 3600 }, { NULL, 0 }
};

static const struct unit shares[] = { { "%", 0.01 }, { NULL, 0 } };

static const struct unit flows[] = {
	{ "B/s", 1 }, { "K/s", 0x1p10 }, { "M/s", 0x1p20 }, { "G/s", 0x1p30 },
	{ "KiB/s", 0x1p10 }, { "MiB/s", 0x1p20 }, { "GiB/s", 0x1p30 }, { NULL, 0 }
};

static const struct {
	const struct unit *units;
	const char *word;
	const char *example;
} kinds[] = {
	[UNIT_RATE] = { rates, "rate", "a rate such as 20/s" },
	[UNIT_SHARE] = { shares, "share", "a share such as 5 %" },
	[UNIT_SIZE] = { quantity_sizes, "size", "a size such as 512M" },
	[UNIT_FLOW] = { flows, "flow", "a growth such as 10M/s or -1M/s" },
	[UNIT_TIME] = { quantity_times, "time", "a time such as 100ms" },
	[UNIT_COUNT] = { quantity_plain, "count", "a number without a unit, such as 3" },
};

bool unit_parse(enum unit_kind kind, const char *text, double *value)
{
	bool negative = kind == UNIT_FLOW && *text == '-';

	if (!quantity_parse(text + negative, kinds[kind].units, value))
		return false;
	*value = negative ? -*value : *value;
	return true;
}

const char *unit_example(enum unit_kind kind)
{
	return kinds[kind].example;
}

const char *unit_word(enum unit_kind kind)
{
	return kinds[kind].word;
}

static void print_time(char *buf, size_t size, double seconds)
{
	if (seconds < 1000)
		snprintf(buf, size, "%s", quantity_ns(seconds * 1e9).s);
	else
		snprintf(buf, size, "%.0f s", seconds);
}

const char *unit_print(char *buf, size_t size, enum unit_kind kind, double value)
{
	if (isinf(value)) {
		snprintf(buf, size, "unlimited");
		return buf;
	}
	switch (kind) {
	case UNIT_RATE:
		snprintf(buf, size, "%.*f/s", value < 10 ? 1 : 0, value);
		break;
	case UNIT_SHARE:
		snprintf(buf, size, "%.*f %%", value < 0.1 ? 2 : 1, 100 * value);
		break;
	case UNIT_SIZE:
		snprintf(buf, size, "%s", quantity_bytes(value).s);
		break;
	case UNIT_FLOW:
		snprintf(buf, size, "%s%s/s", value < 0 ? "-" : "", quantity_bytes(fabs(value)).s);
		break;
	case UNIT_TIME:
		print_time(buf, size, value);
		break;
	case UNIT_COUNT:
		snprintf(buf, size, "%.0f", value);
		break;
	}
	return buf;
}
