// SPDX-License-Identifier: GPL-2.0
/* headroom stalls - list the tasks that are stalled now */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "failure.h"
#include "json.h"
#include "names.h"
#include "options.h"
#include "parameter.h"
#include "path.h"
#include "repeat.h"
#include "source.h"
#include "subtree.h"
#include "text.h"

/* The tasks to show, longest stall first */
struct tasks {
	size_t nr;
	struct headroom_stalled *task;
};

/* Number of tasks of one cgroup that are stalled for one cause */
struct group {
	uint64_t cgroup;
	uint32_t cause;
	size_t nr;
};

static int compare(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

static int by_time(const void *left, const void *right)
{
	const struct headroom_stalled *a = left, *b = right;
	int by = compare(a->time, b->time);

	return by ? by : compare(b->pid, a->pid);
}

static int by_cgroup(const void *left, const void *right)
{
	const struct headroom_stalled *a = left, *b = right;
	int by = compare(b->cgroup, a->cgroup);

	return by ? by : compare(b->cause, a->cause);
}

/* Most tasks first, then by cgroup and cause for a stable order */
static int by_number(const void *left, const void *right)
{
	const struct group *a = left, *b = right;
	int by = compare(a->nr, b->nr);

	if (!by)
		by = compare(b->cgroup, a->cgroup);
	return by ? by : compare(b->cause, a->cause);
}

static int look_up_names(struct headroom *h, const struct tasks *tasks, struct names *names)
{
	uint64_t *id = calloc(tasks->nr ? tasks->nr : 1, sizeof(*id));
	int err;

	*names = (struct names){ 0 };
	if (!id)
		return -ENOMEM;
	for (size_t i = 0; i < tasks->nr; i++)
		id[i] = tasks->task[i].cgroup;
	err = names_look_up(h, id, tasks->nr, names);
	free(id);
	return err;
}

/* Keep the tasks of @top and below it, and sort them */
static void select_tasks(struct tasks *tasks, const struct names *names, const char *top)
{
	size_t nr = 0;

	for (size_t i = 0; i < tasks->nr; i++)
		if (path_is_within(names_path(names, tasks->task[i].cgroup), top))
			tasks->task[nr++] = tasks->task[i];
	tasks->nr = nr;
	if (nr)
		qsort(tasks->task, nr, sizeof(*tasks->task), by_time);
}

/* Read the name of a task; the caller frees it. NULL if the task has exited, or is of a recording */
static char *command_of(uint32_t pid)
{
	char path[sizeof("/proc//comm") + 10], *comm = NULL;
	size_t size = 0;
	ssize_t len;
	FILE *file;

	if (!source_is_live())
		return NULL;
	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return NULL;
	/* read to the end of the file: a name may contain newlines, and the kernel adds one */
	len = getdelim(&comm, &size, '\0', file);
	fclose(file);
	if (len > 0 && comm[len - 1] == '\n') {
		comm[len - 1] = '\0';
		return comm;
	}
	free(comm);
	return NULL;
}

static struct text cause_text(uint32_t cause)
{
	char label[HEADROOM_LABEL_SIZE];

	return text_words(headroom_stall_cause_label(cause, label, sizeof(label)));
}

/*
 * Format the columns before the cgroup; without @task, their headings. Returns their width,
 * or -ENOMEM.
 */
static int format_columns(char *line, size_t size, const struct headroom_stalled *task)
{
	char *comm, *printed;
	int len;

	if (!task)
		return snprintf(line, size, "%9s %-20s %7s %-15s ", "TIME", "CAUSE", "PID",
				"COMM");
	comm = command_of(task->pid);
	printed = text_name(comm ? comm : "-");
	free(comm);
	if (!printed)
		return -ENOMEM;
	text_shorten(printed, 15);
	len = snprintf(line, size, "%9s %-20s %7" PRIu32 " %s%*s ", quantity_ns(task->time).s,
		       cause_text(task->cause).s, task->pid, printed,
		       (int)(15 - text_columns(printed)), "");
	free(printed);
	return len;
}

/* Columns left for a name after @taken others, so that lines do not wrap on a terminal */
static size_t name_limit(size_t taken)
{
	size_t columns = terminal_columns();

	if (!isatty(STDOUT_FILENO))
		return SIZE_MAX;
	return columns > taken + 10 ? columns - taken : 10;
}

/* Print @columns and the name of a cgroup. */
static int print_with_name(const char *columns, const struct names *names, uint64_t cgroup,
			   size_t limit)
{
	char *name = names_print(names, cgroup, limit);

	if (!name)
		return -ENOMEM;
	printf("%s%s\n", columns, name);
	free(name);
	return 0;
}

static int print_tasks(const struct tasks *tasks, const struct names *names)
{
	size_t limit = name_limit(format_columns(NULL, 0, NULL));
	char columns[128];
	int err = 0;

	format_columns(columns, sizeof(columns), NULL);
	strcat(columns, "CGROUP");
	text_heading(columns);
	for (size_t i = 0; !err && i < tasks->nr; i++) {
		if (format_columns(columns, sizeof(columns), &tasks->task[i]) < 0)
			return -ENOMEM;
		err = print_with_name(columns, names, tasks->task[i].cgroup, limit);
	}
	return err;
}

/*
 * Count the tasks by group; the caller frees the result. NULL if out of memory. Reorders
 * @tasks; it is not empty.
 */
static struct group *count_groups(struct tasks *tasks, size_t *nr)
{
	struct group *group = calloc(tasks->nr, sizeof(*group));

	if (!group)
		return NULL;
	*nr = 0;
	qsort(tasks->task, tasks->nr, sizeof(*tasks->task), by_cgroup);
	for (size_t i = 0; i < tasks->nr; i++) {
		const struct headroom_stalled *task = &tasks->task[i];

		if (!i || by_cgroup(task, task - 1))
			group[(*nr)++] = (struct group){ task->cgroup, task->cause, 0 };
		group[*nr - 1].nr++;
	}
	qsort(group, *nr, sizeof(*group), by_number);
	return group;
}

static int print_groups(struct tasks *tasks, const struct names *names)
{
	size_t nr, limit = name_limit(9 + 1 + 20 + 1);
	struct group *group = count_groups(tasks, &nr);
	char columns[64];
	int err = 0;

	if (!group)
		return -ENOMEM;
	putchar('\n');
	text_heading("    TASKS CAUSE                CGROUP");
	for (size_t i = 0; !err && i < nr; i++) {
		snprintf(columns, sizeof(columns), "%9zu %-20s ", group[i].nr,
			 cause_text(group[i].cause).s);
		err = print_with_name(columns, names, group[i].cgroup, limit);
	}
	free(group);
	return err;
}

static int print_text(struct tasks *tasks, const struct names *names)
{
	int err;

	if (!tasks->nr) {
		puts("no task is stalled");
		return 0;
	}
	err = print_tasks(tasks, names);
	if (!err && tasks->nr > 1)
		err = print_groups(tasks, names);
	return err;
}

/*
 * {"time_ns": 81000000000, "unix_ns": ..., "boot_id": "...", "stalled_ns": 5200000,
 *  "cause": "memcg_reclaim", "in_total": true, "pid": 4711, "comm": "db", "cgroup_id": 3, "path": "/busy/db"}
 */
static int print_lines(const struct tasks *tasks, const struct names *names)
{
	uint64_t now = source_now();
	int err = 0;

	for (size_t i = 0; !err && i < tasks->nr; i++) {
		const struct headroom_stalled *task = &tasks->task[i];
		struct json_object *object = json_new_object();
		char *comm = command_of(task->pid);
		char label[HEADROOM_LABEL_SIZE];

		json_add_time(object, now);
		json_add_uint(object, "stalled_ns", task->time);
		json_add_text(object, "cause", headroom_stall_cause_label(task->cause, label,
									  sizeof(label)));
		json_add_bool(object, "in_total", headroom_stall_in_total(task->cause));
		json_add_uint(object, "pid", task->pid);
		json_add_text(object, "comm", comm);
		json_add_uint(object, "cgroup_id", task->cgroup);
		json_add_text(object, "path", names_path(names, task->cgroup));
		err = json_print_line(object);
		free(comm);
	}
	return err;
}

/* Fail if stalls are not tracked; returns the exit code */
static int check_tracked(struct headroom *h)
{
	struct headroom_status *status;
	int err = source_status_get(h, &status);
	bool tracked;

	if (err < 0)
		return say_failure(h, err);
	tracked = status->stalls;
	headroom_status_free(status);
	if (tracked)
		return EXIT_DONE;
	fputs(source_is_live() ? "headroom: stalls are not tracked: run '" STALLS_ON "'\n" :
	      "headroom: stalls were not tracked\n", stderr);
	return EXIT_FAILED;
}

/* Options of the command line, and the path of the cgroup */
static struct {
	const char *name;
	char *top;
	struct repeat repeat;
} request = { .repeat = { .seconds = 1, .count = 1 } };

static int take(struct headroom *h, void **reading, uint64_t *time)
{
	struct tasks *tasks = calloc(1, sizeof(*tasks));

	(void)time;
	if (!tasks)
		return -ENOMEM;
	*reading = tasks;
	return source_stalled_get(h, &tasks->task, &tasks->nr);
}

static int print_reading(struct headroom *h, void *now, void *before)
{
	struct tasks *tasks = now;
	struct names names;
	int err = look_up_names(h, tasks, &names);

	(void)before;
	if (!err) {
		select_tasks(tasks, &names, request.top);
		err = request.repeat.json ? print_lines(tasks, &names) :
					     print_text(tasks, &names);
	}
	names_free(&names);
	return err;
}

static void free_reading(void *reading)
{
	struct tasks *tasks = reading;

	free(tasks->task);
	free(tasks);
}

static int list(struct headroom *h)
{
	static const struct repeat_ops ops = { take, print_reading, free_reading };
	int code = check_tracked(h);

	if (!code)
		code = find_top(h, request.name, &request.top);
	if (!code)
		code = repeat_run(h, &request.repeat, &ops);
	free(request.top);
	return code;
}

static const struct option options[] = {
	{ "CGROUP", OPTION_OPTIONAL_OPERAND, NULL,
	  "only tasks in this cgroup and those below it", &request.name },
	PROCESS_OPTIONS(&request.name),
	{ "--interval", OPTION_SECONDS, "TIME", "time between two lists (1s)",
	  &request.repeat.seconds },
	{ "--count", OPTION_COUNT, "N", "number of lists (1); 0: until interrupted",
	  &request.repeat.count },
	{ "--json", OPTION_FLAG, NULL, "print one JSON object per line and task",
	  &request.repeat.json },
	{ 0 }
};

const struct command stalls_command = {
	.name = "stalls",
	.summary = "the tasks that are stalled now, longest stall first",
	.notes = "CGROUP is the task's cgroup when the stall began. COMM is '-' if the task has exited, and\n"
		 "in a recording.\n"
		 "Proactive reclaim is listed, although it is requested and not counted as a stall.\n",
	.options = options,
	.run = list,
	.replays = true,
};
