/* SPDX-License-Identifier: GPL-2.0 */
/* Format numbers and names as text for people */
#ifndef TEXT_H
#define TEXT_H

#include <stdio.h>
#include "headroom.h"

/** struct text - a short text by value, to be used within one expression */
struct text {
	char s[32];
};

/** text_bytes - "512 B", "32.0 MiB" */
struct text text_bytes(double bytes);
/** text_ns - "850 ns", "1.2 ms", "73.1 s" */
struct text text_ns(uint64_t ns);
/** text_number - three digits or more: "0", "0.4", "12.3", "1234" */
struct text text_number(double number);

/** text_words - "own limit" for "own_limit", the name of a counter or reason */
struct text text_words(const char *name);

/**
 * text_name - a cgroup's name, safe to print
 *
 * Whoever may create cgroups chooses their names. What a terminal would obey,
 * or what is no character in this locale, becomes "\xNN". To be freed.
 */
char *text_name(const char *name);
/** text_columns - how many columns @name takes, one to each character */
size_t text_columns(const char *name);
/**
 * text_shorten - cut @name to @columns columns, in place, keeping its end
 *
 * The end is what tells one cgroup from its siblings.
 */
void text_shorten(char *name, size_t columns);
/** utf8_sequence - bytes of the character that @text begins with; 0 if invalid */
size_t utf8_sequence(const char *text);

/** terminal_columns - columns of the terminal: COLUMNS, or as it says, or 80 */
size_t terminal_columns(void);
/** text_heading - print a line, set off where it does not harm */
void text_heading(const char *line);
/** text_heading_to - the same into another file, which need not be one of the system */
void text_heading_to(FILE *out, const char *line);
/** text_alarm - print a line that people should not miss */
void text_alarm(const char *line);

#endif /* TEXT_H */
