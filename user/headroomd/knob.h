/* SPDX-License-Identifier: GPL-2.0 */
/* Knobs: the cgroup files that actions set, and how the demands of several rules combine */
#ifndef HEADROOMD_KNOB_H
#define HEADROOMD_KNOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"

/** enum knob - a cgroup file that actions set */
enum knob {
	KNOB_MEMORY_LOW,
	KNOB_MEMORY_MIN,
	KNOB_MEMORY_HIGH,
	KNOB_CPU_MAX,	/* us in each period, which stays as it is */
	KNOB_FREEZE,	/* 1: frozen */
	KNOBS,
};

/**
 * struct knob_kind - properties of a knob
 * @file: its file in frames
 * @combine: the value that satisfies two demands
 * @pages: the kernel stores whole pages
 * @size: values are bytes
 * @configured: systemd writes the configured value again when it likes
 * @inherited: a protection: an ancestor has to have the sum of what was added below it, or it has no
 *	effect, and the budget bounds it
 */
struct knob_kind {
	enum frame_file file;
	uint64_t (*combine)(uint64_t a, uint64_t b);
	bool pages;
	bool size;
	bool configured;
	bool inherited;
};

extern const struct knob_kind knobs[KNOBS];

/** knob_name - the name of its file, such as "memory.low" */
const char *knob_name(enum knob knob);
/** knob_find - look up a knob by the name of its file; returns KNOBS if there is none */
enum knob knob_find(const char *name);
/**
 * knob_stored - the value that a file has after @value was written
 * @page_size: bytes; 0 if unknown
 */
uint64_t knob_stored(enum knob knob, uint64_t value, uint64_t page_size);
/** knob_parse - the value in the text of a knob's file; returns false if there is none */
bool knob_parse(enum knob knob, const char *text, uint64_t *value);
/** knob_describe - a value for people; returns @buf */
const char *knob_describe(char *buf, size_t size, enum knob knob, uint64_t value);
/** knob_print - the text of a value, as the file has it; returns @buf */
const char *knob_print(char *buf, size_t size, uint64_t value);

#endif /* HEADROOMD_KNOB_H */
