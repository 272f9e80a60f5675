/* SPDX-License-Identifier: GPL-2.0 */
/* What all translations into a headroomd.conf write: comments, and rules */
#ifndef HEADROOMD_IMPORT_WRITE_H
#define HEADROOMD_IMPORT_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The most rules of a translation, and bytes of a name */
#define IMPORT_RULES	256
#define IMPORT_NAME	64

/* Cgroups that may be victims of a shortage of the machine as a whole */
#define IMPORT_ALL_VICTIMS \
	"/system.slice/*, /machine.slice/*, /user.slice/user-*.slice/session-*.scope, " \
	"/user.slice/user-*.slice/user@*.service/*/*"

/*
 * The condition that there is reclaim: evicted pages, or tasks that wait because nothing can be
 * evicted. Without it, pressure need not come from a lack of memory.
 */
#define IMPORT_RECLAIM_HAPPENS	"(evictions > 0/s or stall > 0 %)"

/** enum import_action - the actions that translations use */
enum import_action { IMPORT_NOTHING, IMPORT_KILL, IMPORT_RECLAIM, IMPORT_HOOK };

/** enum import_by - how "kill" ranks victims */
enum import_by { IMPORT_BY_SIZE = 1, IMPORT_BY_SWAP, IMPORT_BY_STALL, IMPORT_BY_REFAULTS };

/** enum import_parameter - parameters of the actions, in the order in which they are written */
enum import_parameter {
	IMPORT_VICTIMS,
	IMPORT_SETTLE,
	IMPORT_STALL,
	IMPORT_STEP,
	IMPORT_LEAST,
	IMPORT_IO,
	IMPORT_COMMAND,
	IMPORT_TIMEOUT,
	IMPORT_PARAMETERS,
};

/**
 * struct import_rule - a rule to write
 * @name: what it is named after; any text
 * @cgroups: its patterns, checked by import_cgroups()
 * @when: its condition
 * @action: what it does
 * @by: IMPORT_KILL: the order of victims; 0 for the default
 * @parameter: text of each parameter; empty if it is not given. Checked by import_is_plain()
 * @cooldown: time between two acts; empty or NULL for none
 * @dry_run: it must not act before the admin has looked at it
 */
struct import_rule {
	const char *name;
	const char *cgroups;
	const char *when;
	enum import_action action;
	enum import_by by;
	const char *parameter[IMPORT_PARAMETERS];
	const char *cooldown;
	bool dry_run;
};

/**
 * struct import - a translation
 * @out: where to
 * @quiet: leave comments out, because the same were written before
 * @blank: the last line is empty
 * @name: the names of the rules
 * @nr: number of rules
 * @error: why there is no translation; empty if there is one
 */
struct import {
	FILE *out;
	bool quiet;
	bool blank;
	char name[IMPORT_RULES][IMPORT_NAME];
	size_t nr;
	char error[512];
};

/** struct import_number - a number as text, valid within one expression */
struct import_number {
	char s[40];
};

/** import_fail - note why there is no translation; the first reason stays */
void import_fail(struct import *import, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/** import_comment - write a comment, in lines of at most 100 columns */
void import_comment(struct import *import, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/** import_blank - write an empty line, unless the last one is empty */
void import_blank(struct import *import);
/** import_rule - write a rule; a name that exists gets a number */
void import_rule(struct import *import, const struct import_rule *rule);
/** import_is_plain - whether a text can be a value in headroomd.conf */
bool import_is_plain(const char *text);
/**
 * import_cgroups - translate a list of cgroups, with commas in between
 *
 * Return: patterns, to be freed with free(); NULL if there are none that a rule can have, or if out
 * of memory.
 */
char *import_cgroups(const char *list);
/** import_number - print a number with up to three decimals and no exponent, as "0.5" */
struct import_number import_number(double value);
/** import_size - print a size, as "1536M" */
struct import_number import_size(double bytes);
/** import_percent - parse a number from 0 to 100, with or without "%", "‰" or "‱" */
bool import_percent(const char *text, double *percent);
/** import_seconds - parse a time as systemd does, "1min 30s"; a plain number is in seconds */
bool import_seconds(const char *text, double *seconds);
/** import_seconds_text - print a time above 0, as "30s" */
struct import_number import_seconds_text(double seconds);
/** import_settle - print a time to wait after an act, of 5 s to 1 h */
struct import_number import_settle(double seconds);
/**
 * import_swap_short - the condition that swap is short; to be freed with free()
 *
 * A zram device takes memory and may never look full, and a machine without swap has none that could
 * be free: then a lack of memory counts. Such a machine never satisfies a plain "swap.free <".
 *
 * @free: share or size of swap below which it is short, as "10 %"
 * @with_memory: the caller's condition has a lack of memory already
 */
char *import_swap_short(const char *free, bool with_memory);
/* What import_swap_short() adds, in words */
#define IMPORT_SWAP_WORDS \
	"on zram, swap may never look full, and without swap none is free: the condition also holds " \
	"while memory is short and zram takes more than half of it, or tasks wait for it"

#endif /* HEADROOMD_IMPORT_WRITE_H */
