/* SPDX-License-Identifier: GPL-2.0 */
/* Format numbers and names as text for people */
#ifndef TEXT_H
#define TEXT_H

#include <stdio.h>
#include "headroom.h"
#include "quantity.h"

/** text_number - one decimal below 100, none above: "0", "<0.1", "12.3", "1234" */
struct text text_number(double number);

/**
 * text_extra - extra memory in a column of 10
 *
 * Return: the estimate; ">32.0 MiB", the lower bound, if the upper one is beyond the horizon;
 * "-" for a cgroup whose refaults do not matter.
 */
struct text text_extra(const struct headroom_extra *extra, uint32_t page_size);

/** text_file_bytes - bytes as a file of a cgroup has them: "max" for INFINITY, "-" for NAN */
struct text text_file_bytes(double bytes);

/** text_words - replace underscores by spaces: "own limit" for "own_limit" */
struct text text_words(const char *name);

/**
 * text_name - make the name of a cgroup safe to print
 *
 * Names come from any user who may create cgroups. Control characters, and bytes that are
 * not valid in this locale, become "\xNN".
 *
 * Return: a copy that the caller frees; NULL if out of memory.
 */
char *text_name(const char *name);
/** text_name_utf8 - the same for a place where UTF-8 can be shown whatever the locale is */
char *text_name_utf8(const char *name);
/** text_columns - width of @name, one column per character */
size_t text_columns(const char *name);
/**
 * text_shorten - cut @name to @columns in place, keeping its end
 *
 * The end distinguishes a cgroup from its siblings.
 */
void text_shorten(char *name, size_t columns);

/** terminal_columns - width of the terminal: $COLUMNS, else from the terminal, else 80 */
size_t terminal_columns(void);
/** text_heading - print a line; bold on a terminal that allows colour */
void text_heading(const char *line);
/** text_heading_to - the same to @out, which may be a memory stream */
void text_heading_to(FILE *out, const char *line);
/**
 * text_cgroup_heading - print the heading of a cgroup's report: "/a/b (id 4711)"
 *
 * Return: 0 or -ENOMEM.
 */
int text_cgroup_heading(const char *path, uint64_t id);
/** text_alarm - print a line; highlighted on a terminal that allows colour */
void text_alarm(const char *line);

#endif /* TEXT_H */
