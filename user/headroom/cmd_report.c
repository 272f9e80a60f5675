// SPDX-License-Identifier: GPL-2.0
/* headroom report: tell an incident on one page */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup_find.h"
#include "command.h"
#include "failure.h"
#include "incident_json.h"
#include "incident_page.h"
#include "incident_read.h"
#include "json_build.h"
#include "moment.h"
#include "options.h"
#include "quantity.h"
#include "replace_file.h"

/* Options of the command line */
static struct {
	const char *path;
	const char *from;
	const char *to;
	const char *cgroup;
	const char *output;
} request;

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "headroom: %s: %s\n", what, why);
	return EXIT_FAILED;
}

/* The cgroup that --cgroup names, by its path, an end of it, or a pattern. Returns the exit code. */
static int find_cgroup(const struct incident *in, size_t *top)
{
	static const char root[] = "/sys/fs/cgroup/";
	const char *name = request.cgroup;
	size_t nr = 0;

	*top = INCIDENT_NONE;
	if (!name)
		return EXIT_DONE;
	if (!strncmp(name, root, strlen(root)))
		name += strlen(root) - 1;
	*top = incident_find(in, name);
	for (size_t i = 0; *top == INCIDENT_NONE && i < in->nr; i++)
		nr += cgroup_matches(name, in->cgroup[i].path);
	for (size_t i = 0; nr == 1 && i < in->nr; i++)
		if (cgroup_matches(name, in->cgroup[i].path))
			*top = i;
	if (*top != INCIDENT_NONE)
		return EXIT_DONE;
	return fail(request.cgroup, nr ? "more than one cgroup of the recording has this name" :
		    "the recording has no such cgroup in this time");
}

static void put_page(FILE *out, const void *json)
{
	incident_page_write(out, json);
}

static int write_page(const char *json)
{
	mode_t mask = umask(0);
	int err;

	umask(mask);
	/* Standard output is flushed at the end of the program */
	if (!strcmp(request.output, "-")) {
		put_page(stdout, json);
		return ferror(stdout) ? fail(request.output, strerror(errno)) : EXIT_DONE;
	}
	err = replace_file(request.output, 0666 & ~mask, put_page, json);
	return err ? fail(request.output, strerror(-err)) : EXIT_DONE;
}

static int convert(const struct incident *in)
{
	const char *name = strrchr(request.path, '/');
	struct json_object *json;
	const char *text;
	size_t top;
	int code = find_cgroup(in, &top);

	if (code)
		return code;
	json = incident_json(in, top, name ? name + 1 : request.path);
	text = json ? json_text(json) : NULL;
	code = text ? write_page(text) : say_failure(NULL, -ENOMEM);
	json_object_put(json);
	return code;
}

/* The part of the recording. Returns the exit code. */
static int find_part(struct store *store, uint64_t *from, uint64_t *to)
{
	struct store_span span;

	if (store_span(store, &span))
		return fail(request.path, store_error(store));
	*from = 0;
	*to = UINT64_MAX;
	if (request.from && !moment_parse(request.from, &span, from))
		return usage_error(&report_command, "--from must be a time such as 14:08, \"2026-11-29 14:08:30\" or +10min, not '%s'",
				   request.from);
	if (request.to && !moment_parse(request.to, &span, to))
		return usage_error(&report_command, "--to must be a time such as 14:08, \"2026-11-29 14:08:30\" or +10min, not '%s'",
				   request.to);
	if (*to <= *from)
		return usage_error(&report_command, "--to must be behind --from");
	return EXIT_DONE;
}

static int report(struct headroom *h)
{
	const struct incident_limits limits = { INCIDENT_ROWS, SIZE_MAX };
	struct incident *in = NULL;
	struct store *store;
	uint64_t from, to;
	int err = store_open(&store, request.path), code;

	(void)h;
	code = err ? fail(request.path, store_error(store)) : find_part(store, &from, &to);
	if (!code) {
		err = incident_read(store, from, to, &limits, &in);
		if (err == -ENODATA)
			code = fail(request.path, "there are fewer than two frames in this time");
		else if (err)
			code = err == -ENOMEM ? say_failure(NULL, err) :
			       fail(request.path, store_error(store));
	}
	if (!code)
		code = convert(in);
	incident_free(in);
	store_close(store);
	return code;
}

static const struct option options[] = {
	{ "FILE", OPTION_OPERAND, NULL, "the recording", &request.path },
	{ "-o", OPTION_TEXT, "PAGE", "write the page to PAGE; -: to standard output",
	  &request.output },
	{ "--from", OPTION_TEXT, "TIME",
	  "begin at 14:08, \"2026-11-29 14:08:30\", or +10min behind the first frame",
	  &request.from },
	{ "--to", OPTION_TEXT, "TIME", "end at TIME", &request.to },
	{ "--cgroup", OPTION_TEXT, "CGROUP", "only CGROUP and those below it", &request.cgroup },
	{ 0 }
};

static int check(const struct command *command)
{
	if (!request.output)
		return usage_error(command, "-o PAGE is missing");
	return EXIT_DONE;
}

const struct command report_command = {
	.name = "report",
	.summary = "tell an incident in a recording on one page, for a browser",
	.notes = "The page is one file that needs no network.\n",
	.options = options,
	.check = check,
	.run = report,
	.without_module = true,
};
