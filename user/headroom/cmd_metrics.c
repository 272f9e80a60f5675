// SPDX-License-Identifier: GPL-2.0
/* headroom metrics - statistics for Prometheus: once, into a file, or over HTTP */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup_find.h"
#include "clock.h"
#include "command.h"
#include "control_socket.h"
#include "exposition.h"
#include "failure.h"
#include "metrics.h"
#include "metrics_group.h"
#include "metrics_listen.h"
#include "metrics_page.h"
#include "metrics_server.h"
#include "options.h"
#include "replace_file.h"
#include "source.h"
#include "text.h"

/* Options of the command line */
static struct {
	const char *listen;
	const char *textfile;
	const char *subtree;
	const char *groups;
	const char *recording;
	double span;
	struct metrics_wish wish;
} given = {
	.groups = "default",
	.recording = RECORDING,
	.span = 15 * 60,
	.wish = { .depth = ULONG_MAX, .series = 15000, .socket = CONTROL_SOCKET },
};

static int check(const struct command *command)
{
	const char *wrong;

	if (given.listen && given.textfile)
		return usage_error(command, "--listen and --textfile exclude each other");
	if (given.listen && !metrics_address_is_valid(given.listen))
		return usage_error(command, "--listen must be PORT, IPV4:PORT, [IPV6]:PORT or systemd, not '%s'",
				   given.listen);
	if (given.span < 10 || given.span > 24 * 3600)
		return usage_error(command, "--span must be 10s to 24h");
	if (given.textfile && !*given.textfile)
		return usage_error(command, "--textfile needs a path");
	if (metrics_parse_groups(given.groups, &given.wish.groups, &wrong))
		return usage_error(command, "--groups: no group '%.*s'",
				   (int)strcspn(wrong, ","), wrong);
	if (!*given.wish.socket)
		given.wish.socket = NULL;
	return EXIT_DONE;
}

/* Read, and write as a text. Returns the exit code. */
static int read_text(struct headroom *h, enum exposition_format format, char **text, size_t *size)
{
	struct exposition *e;
	int err = metrics_read(h, &given.wish, &e);

	if (!err)
		err = exposition_write(e, format, text, size);
	exposition_free(e);
	return err ? say_failure(h, err) : EXIT_DONE;
}

/* Names of cgroups may have control characters, which the format leaves as they are. */
static int print_for_people(char *text)
{
	char *line;

	while (*text && (line = strsep(&text, "\n"))) {
		char *safe = text_name(line);

		if (!safe)
			return -ENOMEM;
		puts(safe);
		free(safe);
	}
	return 0;
}

static int print_metrics(struct headroom *h)
{
	size_t size;
	char *text;
	int code = read_text(h, EXPOSITION_OPENMETRICS, &text, &size), err = 0;

	if (code)
		return code;
	if (isatty(STDOUT_FILENO))
		err = print_for_people(text);
	else
		fwrite(text, 1, size, stdout);
	free(text);
	return err ? say_failure(h, err) : EXIT_DONE;
}

static void put_text(FILE *out, const void *text)
{
	fputs(text, out);
}

static int write_textfile(struct headroom *h)
{
	size_t size;
	char *text;
	int code = read_text(h, EXPOSITION_PROMETHEUS, &text, &size), err;

	if (code)
		return code;
	/* node_exporter runs as another user */
	err = replace_file(given.textfile, 0644, put_text, text);
	free(text);
	if (!err || err == -ENOMEM)
		return err ? say_failure(h, err) : EXIT_DONE;
	fprintf(stderr, "headroom: cannot write %s: %s\n", given.textfile, strerror(-err));
	return EXIT_FAILED;
}

static int read_for_server(void *arg, struct exposition **e, const char **why)
{
	int err = metrics_read(arg, &given.wish, e);

	if (err)
		*why = err == -ENOMEM ? "out of memory" : source_error(arg);
	return err;
}

/* Say why there is no socket; returns the exit code */
static int say_no_socket(int err)
{
	if (err == -ENOENT)
		fputs("headroom: systemd has not passed exactly one socket: start headroom-metrics.socket\n",
		      stderr);
	else if (err == -EPROTOTYPE)
		fputs("headroom: the socket from systemd is none that listens for connections\n",
		      stderr);
	else
		fprintf(stderr, "headroom: cannot listen on %s: %s\n", given.listen, strerror(-err));
	return EXIT_FAILED;
}

static int serve(struct headroom *h)
{
	const struct metrics_page_wish wish = { given.recording, given.span * NS_PER_S };
	struct metrics_source source = { read_for_server, h, NULL };
	int fd = metrics_listen(given.listen), err;

	if (fd < 0)
		return say_no_socket(fd);
	if (*given.recording) {
		source.page = metrics_page_new(&wish);
		if (!source.page) {
			close(fd);
			return say_failure(NULL, -ENOMEM);
		}
	}
	err = metrics_serve(fd, &source);
	metrics_page_free(source.page);
	if (!err)
		return EXIT_DONE;
	fprintf(stderr, "headroom: cannot serve on %s: %s\n", given.listen, strerror(-err));
	return EXIT_FAILED;
}

/* Read once before the server starts, so that what fails each time fails now */
static int serve_if_readable(struct headroom *h)
{
	struct exposition *e;
	int err = metrics_read(h, &given.wish, &e);

	exposition_free(e);
	return err ? say_failure(h, err) : serve(h);
}

static int metrics(struct headroom *h)
{
	int code = given.subtree ? cgroup_find(h, given.subtree, &given.wish.subtree) : EXIT_DONE;

	if (code)
		return code;
	if (given.listen)
		return serve_if_readable(h);
	return given.textfile ? write_textfile(h) : print_metrics(h);
}

static const struct option options[] = {
	{ "--listen", OPTION_TEXT, "ADDRESS", "serve over HTTP: PORT, IP:PORT or systemd",
	  &given.listen },
	{ "--textfile", OPTION_TEXT, "FILE", "replace this file, for node_exporter",
	  &given.textfile },
	{ "--recording", OPTION_TEXT, "FILE",
	  "with --listen: show this recording at / (" RECORDING "); '': none",
	  &given.recording },
	{ "--span", OPTION_SECONDS, "TIME", "show the last TIME of the recording (15min)",
	  &given.span },
	{ "--groups", OPTION_TEXT, "GROUPS", "statistics, with commas between (default)",
	  &given.groups },
	{ "--subtree", OPTION_TEXT, "CGROUP", "only this cgroup and those below it",
	  &given.subtree },
	PROCESS_OPTIONS(&given.subtree),
	{ "--depth", OPTION_COUNT, "N", "only cgroups at most N levels below the top",
	  &given.wish.depth },
	{ "--top", OPTION_COUNT, "N", "only the N cgroups that were stalled most",
	  &given.wish.top },
	{ "--series", OPTION_COUNT, "N", "at most N series (15000); 0: no limit",
	  &given.wish.series },
	{ "--socket", OPTION_TEXT, "FILE", "socket of headroomd (" CONTROL_SOCKET "); '': none",
	  &given.wish.socket },
	{ 0 }
};

const struct command metrics_command = {
	.name = "metrics",
	.summary = "all statistics for Prometheus: once, into a file, or over HTTP",
	.notes = "Each cgroup includes those below it.\n\n"
		 "Groups:\n"
		 "  stall     time in stalls\n"
		 "  cause     the same by cause\n"
		 "  refault   evictions and refaults\n"
		 "  psi       memory.pressure\n"
		 "  memory    memory, swap, limits and protection\n"
		 "  reclaim   work of reclaim for the cgroup's limits, by reason\n"
		 "  kind      evictions and refaults by kind of page and reason\n"
		 "  blame     evictors of the cgroup's pages\n"
		 "  latency   number and durations of stalls, by cause\n"
		 "  distance  distances and ages of refaults\n"
		 "  default   the first five\n"
		 "  all       all of them\n",
	.options = options,
	.check = check,
	.run = metrics,
};
