// SPDX-License-Identifier: GPL-2.0
/* headroom blame - which cgroup evicted the pages of which, and how many came back */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "blame_table.h"
#include "clock.h"
#include "command.h"
#include "counters.h"
#include "failure.h"
#include "json.h"
#include "names.h"
#include "options.h"
#include "subtree.h"
#include "text.h"
#include "wait.h"

static struct json_object *json_evictor(const struct blame_row *row, const struct names *names,
					const struct headroom_evictor *evictor)
{
	struct json_object *object = json_new_object();
	char label[HEADROOM_LABEL_SIZE];

	if (evictor->id) {
		json_add_uint(object, "id", evictor->id);
		json_add_text(object, "path", names_path(names, evictor->id));
		json_add_text(object, "reason",
			      headroom_reason_label(evictor->reason, label, sizeof(label)));
	}
	json_add_counters(object, headroom_evictor_counters, evictor);
	json_add_number(object, "share_percent", blame_share(row, evictor));
	return object;
}

/*
 * {"time_ns": 81000000000, "unix_ns": ..., "boot_id": "...", "id": 3, "path": "/busy/db", "evictions": 990,
 *  "refaults": 640, "evictors": [
 *  {"id": 2, "path": "/busy", "reason": "ancestor_limit", "evictions": 700,
 *   "refaults": 600, "error": 20, "share_percent": 93.75}, ...],
 *  "others": {"evictions": 5, "refaults": 0, "error": 0, "share_percent": 0}}
 */
static int print_lines(const struct blame_table *rows, const struct names *names)
{
	static const struct headroom_evictor none;
	uint64_t now = clock_now();
	int err = 0;

	for (size_t i = 0; !err && i < rows->nr; i++) {
		struct json_object *object = json_new_object(), *evictors = json_new_array();
		const struct headroom_evictor *evictor, *others = &none;
		const struct blame_row *row = &rows->row[i];

		for (size_t k = 0; k < row->victim->nr; k++) {
			evictor = &row->victim->evictor[k];
			if (evictor->id)
				json_append(evictors, json_evictor(row, names, evictor));
			else
				others = evictor;
		}
		json_add_time(object, now);
		json_add_uint(object, "id", row->victim->id);
		json_add_text(object, "path", row->path);
		json_add_uint(object, "evictions", row->evictions);
		json_add_uint(object, "refaults", row->refaults);
		json_add(object, "evictors", evictors);
		json_add(object, "others", json_evictor(row, names, others));
		err = json_print_line(object);
	}
	return err;
}

/* Options of the command line */
struct request {
	const char *name;
	double seconds;		/* 0: since the module was loaded */
	unsigned long count;
	bool json;
};

static int print_blame(struct headroom *h, const struct headroom_blame *blame, const char *top,
		       bool json)
{
	struct blame_table rows = { 0 };
	struct names names;
	int err = blame_names(h, blame, &names);

	if (!err)
		err = blame_table_select(blame, &names, top, &rows);
	if (!err)
		err = json ? print_lines(&rows, &names) :
			     blame_table_print(stdout, &rows, &names, isatty(STDOUT_FILENO) ?
					       terminal_columns() : SIZE_MAX);
	free(rows.row);
	names_free(&names);
	return err < 0 ? say_failure(h, err) : EXIT_DONE;
}

static int show_totals(struct headroom *h, const struct request *request, const char *top)
{
	struct headroom_blame *blame;
	int code, err = headroom_blame_get(h, 0, &blame);

	if (err < 0)
		return say_failure(h, err);
	code = print_blame(h, blame, top, request->json);
	headroom_blame_free(blame);
	return code;
}

static int show_intervals(struct headroom *h, const struct request *request, const char *top)
{
	struct headroom_blame *before, *now, *taken;
	uint64_t start = clock_now();
	int code = EXIT_DONE, err = headroom_blame_get(h, 0, &before);

	for (unsigned long n = 0; !err && !code && (!request->count || n < request->count); n++) {
		if (!wait_until(clock_after(start, request->seconds), request->count))
			break;
		start = clock_now();
		err = headroom_blame_get(h, 0, &now);
		if (err < 0)
			break;
		if (n && !request->json)
			putchar('\n');
		err = headroom_blame_delta(now, before, &taken);
		if (!err)
			code = print_blame(h, taken, top, request->json);
		headroom_blame_free(taken);
		headroom_blame_free(before);
		before = now;
		if (fflush(stdout) != 0)
			break;
	}
	headroom_blame_free(before);
	return err < 0 ? say_failure(h, err) : code;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct request request = { .count = 1 };
	const struct option options[] = {
		{ "CGROUP", OPTION_OPTIONAL_OPERAND, NULL,
		  "only this cgroup and those below it as victims", &request.name },
		{ "--interval", OPTION_SECONDS, "TIME",
		  "measure for TIME instead of since the module was loaded",
		  &request.seconds },
		{ "--count", OPTION_COUNT, "N", "number of measurements (1); 0: until interrupted",
		  &request.count },
		{ "--json", OPTION_FLAG, NULL, "print one JSON object per line and victim",
		  &request.json },
		{ 0 }
	};
	struct headroom *h;
	char *top = NULL;
	int code;

	if (!parse_options(command, options, argc, argv, &code))
		return code;
	if (request.count != 1 && request.seconds <= 0)
		return usage_error(command, "--count needs --interval");
	code = open_module(&h);
	if (!code)
		code = find_top(h, request.name, &top);
	if (!code)
		code = request.seconds > 0 ? show_intervals(h, &request, top) :
					     show_totals(h, &request, top);
	free(top);
	headroom_close(h);
	return code;
}

const struct command blame_command = {
	.name = "blame",
	.operands = "[CGROUP]",
	.summary = "which cgroup evicted whose pages, why, and how many were read again",
	.notes = "SHARE is the evictor's share of the victim's refaults, or of its evictions if none\n"
		 "of its pages was read again. EVICTIONS of 300+20 means that up to 20 more are\n"
		 "counted under (others). Figures are since the module was loaded, or for the\n"
		 "interval.\n",
	.run = run,
};
