// SPDX-License-Identifier: GPL-2.0
/*
 * The table of signals, and what the families have in common
 *
 * A new signal is an entry in the table of its family; a new family is a file, and its table's name
 * below.
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "signals.h"

static const struct signal *const tables[] = {
	signals_stall, signals_refault, signals_blame, signals_memory, signals_psi, signals_host,
};

#define NR_TABLES	(sizeof(tables) / sizeof(tables[0]))

/* The table that has a signal */
static size_t table_of(const struct signal *signal)
{
	for (size_t i = 0; i < NR_TABLES; i++)
		for (const struct signal *s = tables[i]; s->name; s++)
			if (s == signal)
				return i;
	return NR_TABLES;
}

const struct signal *signal_next(const struct signal *signal)
{
	size_t i;

	if (!signal)
		return tables[0];
	if (signal[1].name)
		return signal + 1;
	i = table_of(signal) + 1;
	return i < NR_TABLES ? tables[i] : NULL;
}

const struct signal *signal_find(const char *name, size_t length)
{
	const struct signal *s = NULL;

	while ((s = signal_next(s)))
		if (strlen(s->name) == length && memcmp(s->name, name, length) == 0)
			return s;
	return NULL;
}

#define MAX_NAME	64

/* Levenshtein's distance: insertions, removals and replacements that make @a of @b */
static unsigned int distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	unsigned int row[MAX_NAME + 1], left, above, best;

	for (size_t j = 0; j <= b_length; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		above = row[0];		/* row i - 1, column j - 1 */
		row[0] = left = i;
		for (size_t j = 1; j <= b_length; j++) {
			best = above + (a[i - 1] != b[j - 1]);
			above = row[j];
			if (best > above + 1)
				best = above + 1;
			if (best > left + 1)
				best = left + 1;
			row[j] = left = best;
		}
	}
	return row[b_length];
}

const char *signal_suggest(const char *name, size_t length)
{
	unsigned int d, least = length / 2 + 2;
	const struct signal *s = NULL;
	const char *nearest = NULL;

	if (length > MAX_NAME)
		return NULL;
	while ((s = signal_next(s))) {
		d = distance(name, length, s->name, strlen(s->name));
		if (d < least) {
			least = d;
			nearest = s->name;
		}
	}
	return nearest;
}

/* The first hook of a list that was not attached in one of the frames; NULL if none is known to be */
static const struct signal_hook *lacking(const struct view *view, const struct signal_hook *hook)
{
	for (; hook && hook->bits; hook++)
		if (hooks_lack(&view->now->hooks, hook->bits) ||
		    (view->before && hooks_lack(&view->before->hooks, hook->bits)))
			return hook;
	return NULL;
}

struct sample signal_read(const struct signal *signal, const struct view *view,
			  const struct signal_argument *argument)
{
	struct sample s = signal->read(signal, view, argument);
	const struct signal_hook *hook;

	if (s.blind)
		return s;
	hook = lacking(view, signal->hooks);
	if (hook)
		return signal_blind(hook->blind);
	hook = lacking(view, signal->parts);
	if (hook) {
		s.high = INFINITY;
		s.lacks = hook->names;
	}
	return s;
}
