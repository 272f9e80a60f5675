// SPDX-License-Identifier: GPL-2.0
/* headroom blame - who took whose pages, and were they missed */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "counters.h"
#include "json.h"
#include "names.h"
#include "options.h"
#include "text.h"

/* A victim with what its evictors took together */
struct row {
	const struct headroom_victim *victim;
	const char *path;
	uint64_t evictions;
	uint64_t refaults;
};

/* The victims to show, sorted */
struct rows {
	size_t nr;
	struct row *row;
};

/* The names of all victims and evictors */
static int look_up_names(struct headroom *h, const struct headroom_blame *blame,
			 struct names *names)
{
	size_t all = blame->nr, nr = 0;
	uint64_t *id;
	int err;

	for (size_t i = 0; i < blame->nr; i++)
		all += blame->victim[i].nr;
	id = calloc(all ? all : 1, sizeof(*id));
	if (!id)
		out_of_memory();
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

/* What was missed most first; then what was taken, and a table that is stable */
static int compare_rows(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	int by = compare(a->refaults, b->refaults);

	if (!by)
		by = compare(a->evictions, b->evictions);
	return by ? by : compare(b->victim->id, a->victim->id);
}

/* The same; all the others, which have no id, come last. */
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

static struct rows select_rows(const struct headroom_blame *blame, const struct names *names,
			       const char *top)
{
	struct rows rows = { .row = calloc(blame->nr ? blame->nr : 1, sizeof(*rows.row)) };

	if (!rows.row)
		out_of_memory();
	for (size_t i = 0; i < blame->nr; i++) {
		struct headroom_victim *victim = &blame->victim[i];
		struct row row = { .victim = victim, .path = names_path(names, victim->id) };

		if (!victim->nr || !is_below(row.path, top))
			continue;
		for (size_t k = 0; k < victim->nr; k++) {
			row.evictions += victim->evictor[k].evictions;
			row.refaults += victim->evictor[k].refaults;
		}
		qsort(victim->evictor, victim->nr, sizeof(*victim->evictor), compare_evictors);
		rows.row[rows.nr++] = row;
	}
	qsort(rows.row, rows.nr, sizeof(*rows.row), compare_rows);
	return rows;
}

/* Of the victim's refaults in percent; of its evictions if nothing came back */
static double share(const struct row *row, const struct headroom_evictor *evictor)
{
	if (row->refaults)
		return 100.0 * evictor->refaults / row->refaults;
	return row->evictions ? 100.0 * evictor->evictions / row->evictions : 0;
}

static char *evictor_name(const struct names *names, const struct headroom_evictor *evictor,
			  size_t limit)
{
	char *name;

	if (evictor->id)
		return names_print(names, evictor->id, limit);
	name = text_name("(others)");
	text_shorten(name, limit);
	return name;
}

/* A reason that is newer than this program has no name. */
static struct text reason_text(uint32_t reason)
{
	const char *name = headroom_reason_name(reason);

	return text_words(name ? name : reason ? "?" : "-");
}

/* "300", or "300+20" when up to 20 more may have been its pages */
static void format_evictions(char *text, size_t size, const struct headroom_evictor *evictor)
{
	int len = snprintf(text, size, "%" PRIu64, evictor->evictions);

	if (evictor->error)
		snprintf(text + len, size - len, "+%" PRIu64, evictor->error);
}

/* The columns after the names; the heading is the same with no evictor. */
static int format_columns(char *line, size_t size, const struct row *row,
			  const struct headroom_evictor *evictor)
{
	char evictions[48];

	if (!evictor)
		return snprintf(line, size, " %-14s %12s %10s %8s", "REASON", "EVICTIONS",
				"REFAULTS", "SHARE");
	format_evictions(evictions, sizeof(evictions), evictor);
	return snprintf(line, size, " %-14s %12s %10" PRIu64 " %6.1f %%",
			reason_text(evictor->reason).s, evictions,
			evictor->refaults, share(row, evictor));
}

/* Widths of the two columns of names */
struct widths {
	size_t limit;
	size_t victim;
	size_t evictor;
};

static void widen(size_t *width, char *name)
{
	size_t columns = text_columns(name);

	if (columns > *width)
		*width = columns;
	free(name);
}

/* On a terminal a line must not wrap: the two names share what the rest leaves. */
static struct widths measure(const struct rows *rows, const struct names *names)
{
	struct widths widths = {
		.limit = SIZE_MAX,
		.victim = strlen("VICTIM"),
		.evictor = strlen("EVICTOR"),
	};
	size_t columns = format_columns(NULL, 0, NULL, NULL) + 1;
	const struct headroom_victim *victim;

	if (isatty(STDOUT_FILENO))
		widths.limit = terminal_columns() > columns + 20 ?
			       (terminal_columns() - columns) / 2 : 10;
	for (size_t i = 0; i < rows->nr; i++) {
		victim = rows->row[i].victim;
		widen(&widths.victim, names_print(names, victim->id, widths.limit));
		for (size_t k = 0; k < victim->nr; k++)
			widen(&widths.evictor,
			      evictor_name(names, &victim->evictor[k], widths.limit));
	}
	return widths;
}

static void print_row(const struct row *row, const struct names *names,
		      const struct widths *widths)
{
	char *victim = names_print(names, row->victim->id, widths->limit);
	char columns[128], *evictor;

	for (size_t k = 0; k < row->victim->nr; k++) {
		evictor = evictor_name(names, &row->victim->evictor[k], widths->limit);
		format_columns(columns, sizeof(columns), row, &row->victim->evictor[k]);
		printf("%s%*s %s%*s%s\n", victim, (int)(widths->victim - text_columns(victim)),
		       "", evictor, (int)(widths->evictor - text_columns(evictor)), "", columns);
		free(evictor);
	}
	free(victim);
}

static void print_table(const struct rows *rows, const struct names *names)
{
	struct widths widths = measure(rows, names);
	char columns[128], *heading;

	if (!rows->nr) {
		puts("no pages were lost");
		return;
	}
	format_columns(columns, sizeof(columns), NULL, NULL);
	if (asprintf(&heading, "%-*s %-*s%s", (int)widths.victim, "VICTIM",
		     (int)widths.evictor, "EVICTOR", columns) < 0)
		out_of_memory();
	text_heading(heading);
	free(heading);
	for (size_t i = 0; i < rows->nr; i++)
		print_row(&rows->row[i], names, &widths);
}

static struct json_object *json_evictor(const struct row *row, const struct names *names,
					const struct headroom_evictor *evictor)
{
	struct json_object *object = json_new_object();

	if (evictor->id) {
		json_add_uint(object, "id", evictor->id);
		json_add_text(object, "path", names_path(names, evictor->id));
		json_add_text(object, "reason", headroom_reason_name(evictor->reason));
	}
	json_add_counters(object, headroom_evictor_counters, evictor);
	json_add_number(object, "share_percent", share(row, evictor));
	return object;
}

/*
 * {"id": 3, "path": "/busy/db", "evictions": 990, "refaults": 640, "evictors": [
 *  {"id": 2, "path": "/busy", "reason": "ancestor_limit", "evictions": 700,
 *   "refaults": 600, "error": 20, "share_percent": 93.75}, ...],
 *  "others": {"evictions": 5, "refaults": 0, "error": 0, "share_percent": 0}}
 */
static void print_lines(const struct rows *rows, const struct names *names)
{
	static const struct headroom_evictor nobody;

	for (size_t i = 0; i < rows->nr; i++) {
		struct json_object *object = json_new_object(), *evictors = json_new_array();
		const struct headroom_evictor *evictor, *others = &nobody;
		const struct row *row = &rows->row[i];

		for (size_t k = 0; k < row->victim->nr; k++) {
			evictor = &row->victim->evictor[k];
			if (evictor->id)
				json_append(evictors, json_evictor(row, names, evictor));
			else
				others = evictor;
		}
		json_add_uint(object, "id", row->victim->id);
		json_add_text(object, "path", row->path);
		json_add_uint(object, "evictions", row->evictions);
		json_add_uint(object, "refaults", row->refaults);
		json_add(object, "evictors", evictors);
		json_add(object, "others", json_evictor(row, names, others));
		json_print_line(object);
	}
}

static int blame_all(struct headroom *h, const char *top, bool json)
{
	struct headroom_blame *blame;
	struct names names;
	struct rows rows;
	int err;

	err = headroom_blame_get(h, 0, &blame);
	if (err < 0)
		return say_failure(h, err);
	err = look_up_names(h, blame, &names);
	if (!err) {
		rows = select_rows(blame, &names, top);
		if (json)
			print_lines(&rows, &names);
		else
			print_table(&rows, &names);
		free(rows.row);
	}
	names_free(&names);
	headroom_blame_free(blame);
	return err < 0 ? say_failure(h, err) : EXIT_DONE;
}

static int run(const struct command *command, int argc, char **argv)
{
	const char *name = NULL;
	bool json = false;
	const struct option options[] = {
		{ "CGROUP", OPTION_OPTIONAL_OPERAND, NULL,
		  "only pages lost by this cgroup and those below it", &name },
		{ "--json", OPTION_FLAG, NULL, "one JSON object a line for each victim", &json },
		{ 0 }
	};
	struct headroom *h;
	char *top = NULL;
	int code;

	if (!parse_options(command, options, argc, argv, &code))
		return code;
	code = open_module(&h);
	if (!code)
		code = find_top(h, name, &top);
	if (!code)
		code = blame_all(h, top, json);
	free(top);
	headroom_close(h);
	return code;
}

const struct command blame_command = {
	.name = "blame",
	.operands = "[CGROUP]",
	.summary = "who took whose pages, why, and were they missed",
	.notes = "SHARE is that of the pages that the victim lost and that were read again; where\n"
		 "none was, that of its evictions. EVICTIONS of 300+20 means that up to 20 more\n"
		 "are counted among the others. All is since the module was loaded.\n",
	.run = run,
};
