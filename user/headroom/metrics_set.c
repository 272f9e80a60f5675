// SPDX-License-Identifier: GPL-2.0
/* Families from the library's tables of counters: see metrics_set.h */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics_set.h"

static bool is_time(const struct headroom_counter *counter)
{
	return !strcmp(counter->unit, "ns");
}

/* The unit in the name; NULL if there is none */
static const char *unit_of(const struct headroom_counter *counter)
{
	if (is_time(counter))
		return "seconds";
	return !strcmp(counter->unit, "pages") ? "pages" : NULL;
}

/* Remove @end from the end of @text, with the underscore before it. */
static void cut(char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	if (len > n && text[len - n - 1] == '_' && !strcmp(text + len - n, end))
		text[len - n - 1] = '\0';
}

static void name_family(char *name, size_t size, const char *prefix,
			const struct headroom_counter *counter)
{
	const char *unit = unit_of(counter);
	size_t used;

	snprintf(name, size, "%s%s", prefix,
		 strcmp(counter->name, "count") ? counter->name : counter->unit);
	if (counter->cumulative)
		cut(name, "total");
	used = strlen(name);
	if (unit)
		snprintf(name + used, size - used, "_%s", unit);
}

/* "of them, pages read again" is about the counter before it */
static void explain(char *help, size_t size, const struct headroom_counter *first,
		    const struct headroom_counter *counter)
{
	bool part = counter > first && !strncmp(counter->meaning, "of them, ", 9);

	snprintf(help, size, "%s%s%s", part ? counter[-1].meaning : "", part ? "; " : "",
		 counter->meaning);
}

static void add(struct metrics_set *set, struct exposition *e, const char *prefix,
		const struct headroom_counter *first, const struct headroom_counter *counter)
{
	struct metrics_set_entry *entry = reallocarray(set->entry, set->nr + 1, sizeof(*entry));
	char name[128], help[256];

	if (!entry) {
		exposition_spoil(e);
		return;
	}
	set->entry = entry;
	name_family(name, sizeof(name), prefix, counter);
	explain(help, sizeof(help), first, counter);
	entry[set->nr++] = (struct metrics_set_entry){
		counter,
		exposition_family(e, name, counter->cumulative ? EXPOSITION_COUNTER :
				  EXPOSITION_GAUGE, unit_of(counter), help),
	};
}

void metrics_set_add(struct metrics_set *set, struct exposition *e, enum headroom_counters_of of,
		     const char *prefix, bool (*has)(const struct headroom_counter *counter))
{
	const struct headroom_counter *first = headroom_counters(of), *counter;

	for (counter = first; counter->name; counter++)
		if (!has || has(counter))
			add(set, e, prefix, first, counter);
}

void metrics_set_clear(struct metrics_set *set)
{
	free(set->entry);
	*set = (struct metrics_set){ 0 };
}

void metrics_set_put_value(const struct metrics_set *set, struct exposition *e, size_t i,
			   const char *labels, uint64_t value)
{
	const struct metrics_set_entry *entry = &set->entry[i];

	if (is_time(entry->counter))
		exposition_add_ns(e, entry->family, labels, value);
	else
		exposition_add_uint(e, entry->family, labels, value);
}

void metrics_set_put(const struct metrics_set *set, struct exposition *e, const char *labels,
		     const void *base)
{
	for (size_t i = 0; i < set->nr; i++)
		metrics_set_put_value(set, e, i, labels,
				      headroom_counter_value(set->entry[i].counter, base));
}
