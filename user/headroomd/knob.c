// SPDX-License-Identifier: GPL-2.0
/* Knobs: the cgroup files that actions set, and how the demands of several rules combine */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "knob.h"
#include "field.h"

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

const struct knob_kind knobs[KNOBS] = {
	[KNOB_MEMORY_LOW] = { FRAME_MEMORY_LOW, larger, .pages = true, .inherited = true },
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

/* As page_counter_memparse() in the kernel, for which LONG_MAX bytes are max */
uint64_t knob_stored(enum knob knob, uint64_t value, uint64_t page_size)
{
	if (!knobs[knob].pages || !page_size)
		return value;
	if (value / page_size >= INT64_MAX / page_size)
		return FIELD_MAX;
	return value - value % page_size;
}

const char *knob_print(char *buf, size_t size, uint64_t value)
{
	if (value == FIELD_MAX)
		snprintf(buf, size, "max");
	else
		snprintf(buf, size, "%" PRIu64, value);
	return buf;
}
