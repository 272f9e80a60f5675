// SPDX-License-Identifier: GPL-2.0
/* headroom why - explain why a cgroup waits for memory, and what helps */

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blame_level.h"
#include "blame_table.h"
#include "clock.h"
#include "command.h"
#include "failure.h"
#include "json.h"
#include "options.h"
#include "saturating.h"
#include "source.h"
#include "subtree.h"
#include "text.h"
#include "why.h"
#include "why_json.h"
#include "why_read.h"

/* Columns of the subjects, and of the text without a terminal */
#define SUBJECT_COLUMNS	11
#define TEXT_COLUMNS	80

/* Options of the command line */
static struct {
	const char *name;
	double seconds;
	bool json;
} request = { .seconds = 2 };

/* Length of the first word of @text; a number and its unit are one word */
static size_t word_length(const char *text)
{
	size_t len = strcspn(text, " ");

	while (len && isdigit((unsigned char)text[len - 1]) && text[len])
		len += 1 + strcspn(text + len + 1, " ");
	return len;
}

/* Print a text with its subject before it; break lines between words */
static void print_sentence(const struct why_sentence *sentence, size_t columns)
{
	size_t column = SUBJECT_COLUMNS, len, width;
	char *word = sentence->text;

	printf("%-*s", SUBJECT_COLUMNS, sentence->about);
	while (*word) {
		len = word_length(word);
		if (word[len])
			word[len++] = '\0';
		width = text_columns(word);
		if (column > SUBJECT_COLUMNS && column + 1 + width > columns) {
			printf("\n%*s", SUBJECT_COLUMNS, "");
			column = SUBJECT_COLUMNS;
		}
		column += printf("%s", column > SUBJECT_COLUMNS ? " " : "") + width;
		fputs(word, stdout);
		word += len;
	}
	putchar('\n');
}

static int print_text(const struct why *why)
{
	const struct headroom_cgroup *cgroup = why->facts.activity->cgroup;
	int err = text_cgroup_heading(cgroup->path, cgroup->id);

	if (err < 0)
		return err;
	printf("in %.2f s\n\n", why->facts.in->interval->seconds);
	for (size_t i = 0; i < why->nr; i++)
		print_sentence(&why->sentence[i], isatty(STDOUT_FILENO) ? terminal_columns() :
			       TEXT_COLUMNS);
	return 0;
}

static int explain(const struct why_input *in)
{
	struct why why;
	int err = why_explain(in, &why);

	if (!err)
		err = request.json ? json_print_line(why_json(&why)) : print_text(&why);
	why_free(&why);
	return err;
}

/* Keep the victims of the snapshot */
static void select_victims(struct headroom_blame *blame, const struct headroom_snapshot *snapshot)
{
	size_t nr = 0;

	for (size_t i = 0; i < blame->nr; i++) {
		if (headroom_snapshot_find(snapshot, blame->victim[i].id))
			blame->victim[nr++] = blame->victim[i];
		else
			free(blame->victim[i].evictor);
	}
	blame->nr = nr;
}

static int find_evictors(struct headroom *h, const struct why_reading *now,
			 const struct why_reading *before, const char *path,
			 struct headroom_blame **taken, struct names *names)
{
	int err;

	if (!now->blame || !before->blame) {
		*taken = calloc(1, sizeof(**taken));
		return *taken ? 0 : -ENOMEM;
	}
	err = headroom_blame_delta(now->blame, before->blame, taken);
	if (err)
		return err;
	select_victims(*taken, now->snapshot);
	err = blame_level_sum_beside(h, *taken, path);
	return err ? err : blame_names(h, *taken, names);
}

static int find_stalled(struct headroom *h, struct why_input *in, struct headroom_stalled **stalled)
{
	int err = source_stalled_get(h, stalled, &in->nr_stalled);

	in->unknown.stalled = err == -ENODATA;
	return in->unknown.stalled ? 0 : err;
}

static int compare(struct headroom *h, struct why_input *in, const struct why_reading *now,
		   const struct why_reading *before)
{
	const char *path = headroom_snapshot_find(now->snapshot, in->id)->path;
	struct headroom_stalled *stalled = NULL;
	struct headroom_blame *blame = NULL;
	struct interval *interval = NULL;
	struct why_level *level = NULL;
	struct names names = { 0 };
	int err;

	err = find_stalled(h, in, &stalled);
	if (!err)
		err = interval_new(now->snapshot, before->snapshot, in->sample_shift, &interval);
	if (!err)
		err = find_evictors(h, now, before, path, &blame, &names);
	if (!err)
		err = why_read_levels(h, in->id, now, before, &level, &in->nr_levels);
	in->stalled = stalled;
	in->interval = interval;
	in->blame = blame;
	in->names = &names;
	in->level = level;
	in->unknown.blame = !now->blame || !before->blame;
	in->unknown.breaches = !now->breaches_known || !before->breaches_known;
	if (!in->unknown.breaches)
		in->breaches = saturating_sub(now->breaches, before->breaches);
	if (!err)
		err = explain(in);
	free(level);
	names_free(&names);
	headroom_blame_free(blame);
	interval_free(interval);
	free(stalled);
	return err;
}

/* @change: "created" or "removed" */
static int say_changed(const char *change)
{
	fprintf(stderr, "headroom: %s: the cgroup was %s during the interval\n", request.name,
		change);
	return EXIT_FAILED;
}

/* Read the begin of the interval, and wait for its end; returns the exit code */
static int begin(struct headroom *h, uint64_t id, struct why_reading *before)
{
	uint64_t end;
	int err = source_begin(request.seconds * NS_PER_S, &end);
	int code;

	if (err)
		return say_failure(h, err);
	source_mark();
	err = why_read(h, id, before);
	/* in a recording, the cgroup was found at the end */
	if (err == -ENOENT)
		return say_changed(source_is_live() ? "removed" : "created");
	if (err)
		return say_failure(h, err);
	/* a signal ends the wait early; the command explains what it has measured */
	code = source_wait_whole(end);
	if (code || !source_ended())
		return code;
	fputs("headroom: the recording ends before the interval does\n", stderr);
	return EXIT_FAILED;
}

static int measure(struct headroom *h, struct why_input *in)
{
	struct why_reading before = { 0 }, now = { 0 };
	int code = begin(h, in->id, &before), err = 0;

	if (!code)
		err = why_read(h, in->id, &now);
	if (!err && !code)
		err = headroom_snapshot_find(now.snapshot, in->id)->path ?
		      compare(h, in, &now, &before) : -ENOENT;
	why_reading_free(&now);
	why_reading_free(&before);
	if (err == -ENOENT)
		return say_changed("removed");
	return err < 0 ? say_failure(h, err) : code;
}

static int prepare(struct headroom *h, struct why_input *in)
{
	struct headroom_status *status;
	int err = source_status_get(h, &status), mglru = source_mglru();

	if (err < 0)
		return err;
	*in = (struct why_input){
		.page_size = status->page_size,
		.sample_shift = status->sample_shift,
		.tracked = status->stalls,
		.mglru = mglru == 1, .unknown.mglru = mglru < 0,
		.recorded = !source_is_live(),
	};
	headroom_status_free(status);
	return 0;
}

static int show(struct headroom *h)
{
	struct why_input in;
	char *path = NULL;
	int err = prepare(h, &in), code;

	if (err < 0)
		return say_failure(h, err);
	code = find_top(h, request.name, &path);
	if (!code)
		err = source_cgroup_id(h, path, &in.id);
	free(path);
	if (err < 0)
		return say_failure(h, err);
	return code ? code : measure(h, &in);
}

static const struct option options[] = {
	{ "CGROUP", OPTION_OPERAND, NULL, "path, name or id of the cgroup", &request.name },
	PROCESS_OPTIONS(&request.name),
	{ "--interval", OPTION_SECONDS, "TIME", "time to measure (2s)", &request.seconds },
	{ "--json", OPTION_FLAG, NULL, "print one JSON object, with the numbers behind the text",
	  &request.json },
	{ 0 }
};

const struct command why_command = {
	.name = "why",
	.summary = "why a cgroup waits for memory, and what helps",
	.notes = "The figures are of the cgroup and all below it, except for evictors, which are\n"
		 "siblings of the cgroup or of an ancestor, each with all below it. The advice\n"
		 "follows the reason of most refaults.\n",
	.options = options,
	.run = show,
	.replays = true,
};
