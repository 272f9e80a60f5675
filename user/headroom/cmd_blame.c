// SPDX-License-Identifier: GPL-2.0
/* headroom blame - which cgroup evicted the pages of which, and how many came back */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "blame_level.h"
#include "blame_table.h"
#include "clock.h"
#include "command.h"
#include "failure.h"
#include "json.h"
#include "names.h"
#include "options.h"
#include "repeat.h"
#include "source.h"
#include "subtree.h"
#include "text.h"

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
		json_add_bool(object, "merged", evictor->merged);
	}
	json_add_counters(object, headroom_counters(HEADROOM_COUNTERS_EVICTOR), evictor);
	json_add_number(object, "share_percent", blame_share(row, evictor));
	return object;
}

/*
 * {"time_ns": 81000000000, "unix_ns": ..., "boot_id": "...", "id": 3, "path": "/busy/db", "evictions": 990,
 *  "refaults": 640, "evictors": [
 *  {"id": 2, "path": "/busy", "reason": "ancestor_limit", "merged": false, "evictions": 700,
 *   "refaults": 600, "error": 20, "share_percent": 93.75}, ...],
 *  "others": {"evictions": 5, "refaults": 0, "error": 0, "share_percent": 0}}
 */
static int print_lines(const struct blame_table *rows, const struct names *names)
{
	static const struct headroom_evictor none;
	uint64_t now = source_now();
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

/* Options of the command line, and the path of the cgroup */
static struct {
	const char *name;
	char *top;
	unsigned long level;	/* 0 for the evictors as the module has them */
	struct repeat repeat;	/* seconds is 0 for since the module was loaded */
} request = { .repeat.count = 1 };

static int print_blame(struct headroom *h, const struct headroom_blame *blame)
{
	struct blame_table rows = { 0 };
	struct names names;
	int err = blame_names(h, blame, &names);

	if (!err)
		err = blame_table_select(blame, &names, request.top, &rows);
	if (!err)
		err = request.repeat.json ? print_lines(&rows, &names) :
			blame_table_print(stdout, &rows, &names, isatty(STDOUT_FILENO) ?
					  terminal_columns() : SIZE_MAX);
	free(rows.row);
	names_free(&names);
	return err;
}

static int take(struct headroom *h, void **reading, uint64_t *time)
{
	struct headroom_blame *blame;
	int err = source_blame_get(h, 0, &blame);

	(void)time;
	if (!err && request.level)
		err = blame_level_sum(h, blame, request.level);
	if (err) {
		headroom_blame_free(blame);
		blame = NULL;
	}
	*reading = blame;
	return err;
}

static int print_reading(struct headroom *h, void *now, void *before)
{
	struct headroom_blame *taken = NULL;
	int err = before ? headroom_blame_delta(now, before, &taken) : 0;

	if (!err)
		err = print_blame(h, before ? taken : now);
	headroom_blame_free(taken);
	return err;
}

static void free_reading(void *reading)
{
	headroom_blame_free(reading);
}

static int show(struct headroom *h)
{
	static const struct repeat_ops ops = { take, print_reading, free_reading };
	int code = find_top(h, request.name, &request.top);

	request.repeat.differences = request.repeat.seconds > 0;
	if (!code)
		code = repeat_run(h, &request.repeat, &ops);
	free(request.top);
	return code;
}

static const struct option options[] = {
	{ "CGROUP", OPTION_OPTIONAL_OPERAND, NULL,
	  "only this cgroup and those below it as victims", &request.name },
	PROCESS_OPTIONS(&request.name),
	{ "--level", OPTION_COUNT, "N",
	  "sum up evictors more than N levels below the root with their ancestor there",
	  &request.level },
	{ "--interval", OPTION_SECONDS, "TIME",
	  "measure for TIME instead of since the module was loaded",
	  &request.repeat.seconds },
	{ "--count", OPTION_COUNT, "N", "number of measurements (1); 0: until interrupted",
	  &request.repeat.count },
	{ "--json", OPTION_FLAG, NULL, "print one JSON object per line and victim",
	  &request.repeat.json },
	{ 0 }
};

static int check(const struct command *command)
{
	return repeat_check(command, &request.repeat);
}

const struct command blame_command = {
	.name = "blame",
	.summary = "which cgroup evicted whose pages, why, and how many were read again",
	.notes = "SHARE is the evictor's share of the victim's refaults, or of its evictions if none\n"
		 "of its pages was read again. EVICTIONS of 300+20 means that up to 20 more are\n"
		 "counted under (others) or under an ancestor. An evictor whose name ends in /* has\n"
		 "the descendants without a line of their own added. Figures are since the module\n"
		 "was loaded, or for the interval.\n",
	.options = options,
	.check = check,
	.run = show,
	.replays = true,
};
