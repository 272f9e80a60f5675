// SPDX-License-Identifier: GPL-2.0
/* Print which cgroup evicted the pages of which */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blame_table.h"
#include "path.h"
#include "text.h"

int blame_names(struct headroom *h, const struct headroom_blame *blame, struct names *names)
{
	size_t all = blame->nr, nr = 0;
	uint64_t *id;
	int err;

	*names = (struct names){ 0 };
	for (size_t i = 0; i < blame->nr; i++)
		all += blame->victim[i].nr;
	id = calloc(all ? all : 1, sizeof(*id));
	if (!id)
		return -ENOMEM;
	for (size_t i = 0; i < blame->nr; i++) {
		id[nr++] = blame->victim[i].id;
		for (size_t k = 0; k < blame->victim[i].nr; k++)
			id[nr++] = blame->victim[i].evictor[k].id;
	}
	err = names_look_up(h, id, nr, names);
	free(id);
	return err;
}

static int compare(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

/* Most refaults first, then most evictions, then by id for a stable order */
static int compare_rows(const void *left, const void *right)
{
	const struct blame_row *a = left, *b = right;
	int by = compare(a->refaults, b->refaults);

	if (!by)
		by = compare(a->evictions, b->evictions);
	return by ? by : compare(b->victim->id, a->victim->id);
}

/* The same for evictors; "(others)", which has no id, comes last. */
static int compare_evictors(const void *left, const void *right)
{
	const struct headroom_evictor *a = left, *b = right;
	int by = !a->id - !b->id;

	if (!by)
		by = compare(a->refaults, b->refaults);
	if (!by)
		by = compare(a->evictions, b->evictions);
	if (!by)
		by = compare(b->id, a->id);
	return by ? by : (int)a->reason - (int)b->reason;
}

int blame_table_select(const struct headroom_blame *blame, const struct names *names,
		       const char *top, struct blame_table *rows)
{
	*rows = (struct blame_table){ .row = calloc(blame->nr ? blame->nr : 1, sizeof(*rows->row)) };
	if (!rows->row)
		return -ENOMEM;
	for (size_t i = 0; i < blame->nr; i++) {
		struct headroom_victim *victim = &blame->victim[i];
		struct blame_row row = { .victim = victim, .path = names_path(names, victim->id) };

		if (!victim->nr || !path_is_within(row.path, top))
			continue;
		for (size_t k = 0; k < victim->nr; k++) {
			row.evictions += victim->evictor[k].evictions;
			row.refaults += victim->evictor[k].refaults;
		}
		qsort(victim->evictor, victim->nr, sizeof(*victim->evictor), compare_evictors);
		rows->row[rows->nr++] = row;
	}
	qsort(rows->row, rows->nr, sizeof(*rows->row), compare_rows);
	return 0;
}

double blame_share(const struct blame_row *row, const struct headroom_evictor *evictor)
{
	if (row->refaults)
		return 100.0 * evictor->refaults / row->refaults;
	return row->evictions ? 100.0 * evictor->evictions / row->evictions : 0;
}

/* The name of an evictor with its descendants */
static char *merged_name(const struct names *names, uint64_t id, size_t limit)
{
	char *name = names_print(names, id, limit > 2 ? limit - 2 : limit), *all;

	if (!name || asprintf(&all, "%s%s", name, strcmp(name, "/") ? "/*" : "*") < 0)
		all = NULL;
	free(name);
	return all;
}

static char *evictor_name(const struct names *names, const struct headroom_evictor *evictor,
			  size_t limit)
{
	char *name;

	if (evictor->id && evictor->merged)
		return merged_name(names, evictor->id, limit);
	if (evictor->id)
		return names_print(names, evictor->id, limit);
	name = text_name("(others)");
	if (name)
		text_shorten(name, limit);
	return name;
}

static struct text reason_text(uint32_t reason)
{
	char label[HEADROOM_LABEL_SIZE];

	return text_words(reason ? headroom_reason_label(reason, label, sizeof(label)) : "-");
}

/* "300", or "300+20" if up to 20 more evictions may be its own */
static void format_evictions(char *text, size_t size, const struct headroom_evictor *evictor)
{
	int len = snprintf(text, size, "%" PRIu64, evictor->evictions);

	if (evictor->error)
		snprintf(text + len, size - len, "+%" PRIu64, evictor->error);
}

/* Format the columns after the names; without @evictor, their headings. */
static int format_columns(char *line, size_t size, const struct blame_row *row,
			  const struct headroom_evictor *evictor)
{
	char evictions[48];

	if (!evictor)
		return snprintf(line, size, " %-14s %12s %10s %8s", "REASON", "EVICTIONS",
				"REFAULTS", "SHARE");
	format_evictions(evictions, sizeof(evictions), evictor);
	return snprintf(line, size, " %-14s %12s %10" PRIu64 " %6.1f %%",
			reason_text(evictor->reason).s, evictions,
			evictor->refaults, blame_share(row, evictor));
}

/* Widths of the two columns of names */
struct widths {
	size_t limit;
	size_t victim;
	size_t evictor;
};

/* Make a column at least as wide as @name, and free that; false if it is NULL */
static bool widen(size_t *width, char *name)
{
	if (!name)
		return false;
	if (text_columns(name) > *width)
		*width = text_columns(name);
	free(name);
	return true;
}

/* Fit lines into @columns: the two names share the width that the other columns leave. */
static int measure(const struct blame_table *rows, const struct names *names, size_t columns,
		   struct widths *widths)
{
	size_t taken = format_columns(NULL, 0, NULL, NULL) + 1;
	const struct headroom_victim *victim;

	*widths = (struct widths){
		.limit = SIZE_MAX,
		.victim = strlen("VICTIM"),
		.evictor = strlen("EVICTOR"),
	};
	if (columns != SIZE_MAX)
		widths->limit = columns > taken + 20 ? (columns - taken) / 2 : 10;
	for (size_t i = 0; i < rows->nr; i++) {
		victim = rows->row[i].victim;
		if (!widen(&widths->victim, names_print(names, victim->id, widths->limit)))
			return -ENOMEM;
		for (size_t k = 0; k < victim->nr; k++)
			if (!widen(&widths->evictor,
				   evictor_name(names, &victim->evictor[k], widths->limit)))
				return -ENOMEM;
	}
	return 0;
}

static int print_row(FILE *out, const struct blame_row *row, const struct names *names,
		     const struct widths *widths)
{
	char *victim = names_print(names, row->victim->id, widths->limit);
	char columns[128], *evictor;
	int err = victim ? 0 : -ENOMEM;

	for (size_t k = 0; !err && k < row->victim->nr; k++) {
		evictor = evictor_name(names, &row->victim->evictor[k], widths->limit);
		if (!evictor) {
			err = -ENOMEM;
			break;
		}
		format_columns(columns, sizeof(columns), row, &row->victim->evictor[k]);
		fprintf(out, "%s%*s %s%*s%s\n", victim, (int)(widths->victim - text_columns(victim)),
		       "", evictor, (int)(widths->evictor - text_columns(evictor)), "", columns);
		free(evictor);
	}
	free(victim);
	return err;
}

int blame_table_print(FILE *out, const struct blame_table *rows, const struct names *names,
		      size_t limit)
{
	struct widths widths;
	char columns[128], *heading;
	int err = measure(rows, names, limit, &widths);

	if (err < 0)
		return err;
	if (!rows->nr) {
		fputs("no evictions\n", out);
		return 0;
	}
	format_columns(columns, sizeof(columns), NULL, NULL);
	if (asprintf(&heading, "%-*s %-*s%s", (int)widths.victim, "VICTIM",
		     (int)widths.evictor, "EVICTOR", columns) < 0)
		return -ENOMEM;
	text_heading_to(out, heading);
	free(heading);
	for (size_t i = 0; !err && i < rows->nr; i++)
		err = print_row(out, &rows->row[i], names, &widths);
	return err;
}
