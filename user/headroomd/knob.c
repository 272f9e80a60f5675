// SPDX-License-Identifier: GPL-2.0
/* Knobs: the cgroup files that actions set, and how the demands of several rules combine */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "field.h"
#include "journal.h"
#include "knob.h"

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

const struct knob_kind knobs[KNOBS] = {
	[KNOB_MEMORY_LOW] = { .file = FRAME_MEMORY_LOW, .combine = larger, .pages = true, .size = true,
			      .configured = true, .inherited = true },
	[KNOB_MEMORY_MIN] = { .file = FRAME_MEMORY_MIN, .combine = larger, .pages = true, .size = true,
			      .configured = true, .inherited = true },
	[KNOB_MEMORY_HIGH] = { .file = FRAME_MEMORY_HIGH, .combine = smaller, .pages = true, .size = true,
			       .configured = true },
	[KNOB_CPU_MAX] = { .file = FRAME_CPU_MAX, .combine = smaller, .configured = true },
	[KNOB_FREEZE] = { .file = FRAME_FREEZE, .combine = larger },
};

const char *knob_name(enum knob knob)
{
	return frame_files[knobs[knob].file];
}

enum knob knob_find(const char *name)
{
	enum knob knob = 0;

	while (knob < KNOBS && strcmp(knob_name(knob), name))
		knob++;
	return knob;
}

/* cpu.max has the period in a second column */
bool knob_parse(enum knob knob, const char *text, uint64_t *value)
{
	char first[32];

	if (!text || knob != KNOB_CPU_MAX)
		return field_number(text, value);
	snprintf(first, sizeof(first), "%.*s", (int)strcspn(text, " "), text);
	return field_number(first, value);
}

/* As page_counter_memparse() in the kernel, for which LONG_MAX bytes are max */
uint64_t knob_stored(enum knob knob, uint64_t value, uint64_t page_size)
{
	if (!knobs[knob].pages || !page_size)
		return value;
	if (value / page_size >= INT64_MAX / page_size)
		return FIELD_MAX;
	return value - value % page_size;
}

const char *knob_describe(char *buf, size_t size, enum knob knob, uint64_t value)
{
	if (knobs[knob].size)
		return journal_size(buf, size, value);
	if (knob == KNOB_FREEZE)
		snprintf(buf, size, "%s", value ? "frozen" : "thawed");
	else if (knob == KNOB_CPU_MAX && value != FIELD_MAX)
		snprintf(buf, size, "%g ms a period", value / 1e3);
	else
		knob_print(buf, size, value);
	return buf;
}

const char *knob_print(char *buf, size_t size, uint64_t value)
{
	if (value == FIELD_MAX)
		snprintf(buf, size, "max");
	else
		snprintf(buf, size, "%" PRIu64, value);
	return buf;
}
