// SPDX-License-Identifier: GPL-2.0
/* headroom record: write frames to a file, for replay */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "command.h"
#include "failure.h"
#include "live.h"
#include "options.h"
#include "quantity.h"
#include "store.h"
#include "wait.h"

/* How long a request may wait for the module, ms */
#define TIMEOUT		10000

/* Options of the command line */
static struct {
	const char *path;
	double seconds;
	unsigned long count;
	double age;
	const char *size_text;
	double size;
} request = { .seconds = 1 };

/* All that a rule or a subcommand can read, but for large files that few need */
static const struct frame_wish everything = {
	.files = (FRAME_BIT(FRAME_FILES) - 1) & ~FRAME_BIT(FRAME_MEMORY_STAT),
	.host_files = FRAME_BIT(FRAME_HOST_FILES) - 1,
	.stats = true, .histograms = true, .stalled = true, .blame = true,
};

static uint32_t all_files(void *arg, uint64_t id, const char *path)
{
	(void)arg, (void)id, (void)path;
	return everything.files;
}

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "headroom: %s: %s\n", what, why);
	return EXIT_FAILED;
}

static int record_frame(struct live *live, struct store *store)
{
	struct frame *frame;
	int err = live_read(live, &frame);

	if (err)
		return fail("cannot read cgroups", strerror(-err));
	err = store_append(store, frame);
	if (!err)
		err = store_commit(store);
	frame_put(frame);
	return err ? fail(request.path, store_error(store)) : EXIT_DONE;
}

static int record_frames(struct live *live, struct store *store)
{
	unsigned long written = 0;
	uint64_t time;
	int code;

	do {
		time = clock_now();
		code = record_frame(live, store);
		written += !code;
		if (code || (request.count && written >= request.count))
			break;
		code = wait_for(-1, clock_after(time, request.seconds));
	} while (!code && !wait_stopped(request.count));
	return code;
}

static void print_summary(struct store *store)
{
	struct store_span span;

	if (store_span(store, &span) || !span.frames)
		return;
	fprintf(stderr, "%s: %" PRIu64 " frames, %s, %.0f bytes each\n", request.path, span.frames,
		quantity_bytes(span.bytes).s, (double)span.bytes / span.frames);
}

static int record(struct headroom *h)
{
	const struct store_keep keep = { .age = request.age * NS_PER_S, .size = request.size };
	struct store *store;
	struct live *live;
	int code = EXIT_DONE, err = store_create(&store, request.path, &keep);

	(void)h;
	if (!err)
		err = store_note_interval(store, request.seconds * NS_PER_S);
	if (err)
		code = fail(request.path, store_error(store));
	err = live_open(&live, TIMEOUT, true);
	if (!code && err)
		code = fail("cannot read cgroups", err == -ENODEV ?
			    "cgroup v2 is not mounted" : strerror(-err));
	if (!code) {
		live_wish(live, &everything, all_files, NULL);
		code = record_frames(live, store);
		print_summary(store);
	}
	live_close(live);
	store_close(store);
	return code;
}

static const struct option options[] = {
	{ "FILE", OPTION_OPERAND, NULL, "the recording; continued if it exists", &request.path },
	{ "--interval", OPTION_SECONDS, "TIME", "time between two frames (1s)", &request.seconds },
	{ "--count", OPTION_COUNT, "N", "number of frames; 0: until interrupted",
	  &request.count },
	{ "--age", OPTION_SECONDS, "TIME", "keep frames for TIME; without it for ever",
	  &request.age },
	{ "--size", OPTION_TEXT, "SIZE", "drop the oldest frames when the file has SIZE",
	  &request.size_text },
	{ 0 }
};

static int check(const struct command *command)
{
	if (request.size_text && (!quantity_parse(request.size_text, quantity_sizes, &request.size) ||
				  request.size < 0x1p20))
		return usage_error(command, "--size must be at least 1M, such as 500M, not '%s'",
				   request.size_text);
	return EXIT_DONE;
}

const struct command record_command = {
	.name = "record",
	.summary = "write the statistics of all cgroups to a file, for replay",
	.notes = "'headroom replay FILE' shows what a recording has. headroomd records as well, with\n"
		 "its decisions, if its configuration says so.\n",
	.options = options,
	.check = check,
	.run = record,
};
