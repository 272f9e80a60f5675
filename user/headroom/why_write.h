/* SPDX-License-Identifier: GPL-2.0 */
/* Write the parts of sentences */
#ifndef WHY_WRITE_H
#define WHY_WRITE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "text.h"

/* Share below which an item is not worth naming */
#define WHY_LEAST_SHARE	0.01

/** struct writer - where the text of a subject goes; @failed: out of memory */
struct writer {
	FILE *out;
	bool failed;
};

/** why_percent - "42 %", "<1 %" */
struct text why_percent(double share);
/** why_write_name - write the path of a cgroup; @path is NULL for one that was removed */
void why_write_name(struct writer *w, const char *path, uint64_t id);
/** why_write_separator - write what is before an item of an enumeration: ": a, b, c" */
void why_write_separator(struct writer *w, size_t item);

#endif /* WHY_WRITE_H */
