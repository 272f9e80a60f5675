/* SPDX-License-Identifier: GPL-2.0 */
/* Quantities in the configuration: parse and print them, by the kind of their unit */
#ifndef HEADROOMD_UNIT_H
#define HEADROOMD_UNIT_H

#include <stdbool.h>
#include <stddef.h>

/** enum unit_kind - kinds of units; a quantity is written with one of its kind */
enum unit_kind {
	UNIT_RATE,	/* per second: "20/s" */
	UNIT_SHARE,	/* "5 %"; the value is 0.05 */
	UNIT_SIZE,	/* bytes: "512M" */
	UNIT_FLOW,	/* bytes per second: "10M/s"; "-1M/s" is less than none */
	UNIT_TIME,	/* seconds: "100ms" */
	UNIT_COUNT,	/* "3" */
};

/** unit_parse - parse a quantity; returns false if @text is none with a unit of @kind */
bool unit_parse(enum unit_kind kind, const char *text, double *value);
/** unit_example - what a quantity of a kind looks like, such as "a rate such as 20/s" */
const char *unit_example(enum unit_kind kind);
/** unit_word - a word for the kind, such as "rate" */
const char *unit_word(enum unit_kind kind);
/** unit_print - print a value; returns @buf */
const char *unit_print(char *buf, size_t size, enum unit_kind kind, double value);

#endif /* HEADROOMD_UNIT_H */
