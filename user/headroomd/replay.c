// SPDX-License-Identifier: GPL-2.0
/*
 * Rules on a recording: what they would have decided
 *
 * The frames have what the rules that ran did. So the same configuration makes the same decisions,
 * and its demands are found in the frames. Other rules imagine what they would write, see ledger.c, but
 * the cgroups in the recording do not react: a replay shows decisions, not their effect.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "engine.h"
#include "gap.h"
#include "journal.h"
#include "replay.h"
#include "report.h"
#include "store.h"

static const char no_effect[] =
	"a replay shows decisions, not their effect: the recorded cgroups do not react";

/**
 * struct now - where a replay is
 * @before: time of the frame before, of those on which rules were evaluated
 * @frame: time of the frame
 */
struct now {
	struct frame_clocks before;
	struct frame_clocks frame;
};

/*
 * Frames come as they were recorded. If the configuration expects them more often than the writer of the
 * recording meant them to come, what lies between two of them is no gap.
 */
static int fit_interval(struct store *store, const char *recording, struct config *config)
{
	uint64_t interval;
	int err = store_interval(store, &interval);

	/* A busy machine delays frames, and the rules that ran did not know */
	if (err || !gap_is_missing(interval, config->interval))
		return err;
	fprintf(stderr, "headroomd: %s has a frame each %g s: rules are evaluated as often, and not each %g s\n",
		recording, interval / 1e9, config->interval / 1e9);
	config->interval = interval;
	return 0;
}

/*
 * Run a configuration on all frames, with a function that is called after each if it is not NULL.
 * Returns 0 or a negative errno, which has been printed.
 */
static int play(const char *recording, struct config *config, const struct engine_log *log,
		struct now *now, void (*played)(void *arg, const struct frame *frame))
{
	struct engine *engine = engine_new(false, log);
	struct frame *frame = NULL;
	struct store *store;
	int err = store_open(&store, recording), next;

	if (!err)
		err = fit_interval(store, recording, config);
	if (!err && engine)
		err = engine_open_ledger(engine, LEDGER_REPLAY, NULL, NULL);
	if (!err)
		err = engine ? engine_set_rules(engine, config) : -ENOMEM;
	while (!err && (next = store_next(store, &frame, NULL)) != 0) {
		if (next == -EBADMSG) {
			fprintf(stderr, "headroomd: %s: %s\n", recording, store_error(store));
			continue;
		}
		err = next < 0 ? next : 0;
		if (err)
			break;
		if (!frame->paused) {
			*now = (struct now){ now->frame, frame->time };
			err = engine_round(engine, frame);
			if (played)
				played(log->arg, frame);
		}
		frame_put(frame);
	}
	if (err)
		fprintf(stderr, "headroomd: %s: %s\n", recording, store_error(store));
	store_close(store);
	engine_free(engine);
	return err;
}

/* --- the log --- */

/* A line of the log, with the time of its frame */
static void print_line(const struct now *now, const char *line)
{
	const struct frame_clocks *clocks = &now->frame;
	time_t seconds = clocks->wall / NS_PER_S;
	struct tm tm;
	char text[32];

	strftime(text, sizeof(text), "%F %T", localtime_r(&seconds, &tm));
	printf("%s.%03u %s\n", text, (unsigned int)(clocks->wall % NS_PER_S / 1000000), line);
}

static void print_decision(void *arg, const struct decision *decision)
{
	char line[2048];

	if (journal_shows(report_decision_level(decision)))
		print_line(arg, report_decision(line, sizeof(line), decision));
}

static void print_claim(void *arg, const struct ledger_event *event,
			const struct decision *decision)
{
	char line[2048];

	print_line(arg, report_claim(line, sizeof(line), event, decision));
}

static void print_deed(void *arg, const struct frame *frame, const struct deed *deed,
		       const struct decision *decision)
{
	char line[2048];

	if (journal_shows(report_deed_level(deed)))
		print_line(arg, report_deed(line, sizeof(line), frame, deed, decision));
}

static void print_gap(void *arg, const struct frame *frame, const char *why)
{
	char line[256];

	(void)frame;
	snprintf(line, sizeof(line), "%s: durations begin again", why);
	print_line(arg, line);
}

int replay_run(const char *recording, const char *config_path)
{
	struct now now = {};
	const struct engine_log log = {
		print_decision, print_claim, print_deed, print_gap, &now,
	};
	struct config *config = config_load_or_print(config_path);
	int err;

	if (!config)
		return 2;
	err = play(recording, config, &log, &now, NULL);
	config_free(config);
	if (!err)
		fprintf(stderr, "headroomd: %s\n", no_effect);
	return err ? 1 : 0;
}

/* --- the comparison --- */

/**
 * struct row - what a rule did about a cgroup
 * @rule: its name
 * @path: of the cgroup
 * @id: the cgroup
 * @held: the condition holds; and since when, ns
 * @fired: number of times that it began to hold
 * @time: for how long in sum, ns
 * @acts: changes of knobs, and other deeds
 * @most: the largest number of bytes among them
 */
struct row {
	char *rule;
	char *path;
	uint64_t id;
	uint64_t held;
	unsigned int fired;
	uint64_t time;
	unsigned int acts;
	uint64_t most;
};

struct table {
	size_t nr;
	struct row *row;
	struct now now;
	unsigned int gaps;
	bool failed;
};

static struct row *row_of(struct table *t, const struct decision *d)
{
	struct row *all;

	for (size_t i = 0; i < t->nr; i++)
		if (t->row[i].id == d->id && !strcmp(t->row[i].rule, d->rule->name) &&
		    !strcmp(t->row[i].path, d->path))
			return &t->row[i];
	all = reallocarray(t->row, t->nr + 1, sizeof(*all));
	if (all)
		t->row = all;
	if (!all) {
		t->failed = true;
		return NULL;
	}
	all[t->nr] = (struct row){
		.rule = strdup(d->rule->name), .path = strdup(d->path), .id = d->id,
	};
	t->failed |= !all[t->nr].rule || !all[t->nr].path;
	return &all[t->nr++];
}

static void end_hold(struct row *row, uint64_t now)
{
	if (row->held)
		row->time += now - row->held;
	row->held = 0;
}

static void count_decision(void *arg, const struct decision *d)
{
	struct table *t = arg;
	struct row *row = row_of(t, d);

	if (!row || d->follows_up)
		return;
	if (d->when != TRUE) {
		end_hold(row, d->time.monotonic);
	} else if (!row->held) {
		row->held = d->time.monotonic;
		row->fired++;
	}
}

static void count_claim(void *arg, const struct ledger_event *event, const struct decision *d)
{
	struct row *row = d ? row_of(arg, d) : NULL;

	if (!row || event->type != LEDGER_WROTE)
		return;
	row->acts++;
	if (knobs[event->claim->knob].size && event->to > row->most)
		row->most = event->to;
}

static void count_deed(void *arg, const struct frame *frame, const struct deed *deed,
		       const struct decision *d)
{
	struct row *row = row_of(arg, d);

	(void)frame;
	if (!row)
		return;
	row->acts++;
	if (deed->value > row->most && deed->value != UINT64_MAX)
		row->most = deed->value;
}

/* Time in a gap was not watched */
static void count_gap(void *arg, const struct frame *frame, const char *why)
{
	struct table *t = arg;

	(void)frame, (void)why;
	t->gaps++;
	for (size_t i = 0; i < t->nr; i++)
		end_hold(&t->row[i], t->now.before.monotonic);
}

/* A cgroup that was removed has no further decisions */
static void end_removed(void *arg, const struct frame *frame)
{
	struct table *t = arg;

	for (size_t i = 0; i < t->nr; i++)
		if (t->row[i].held && frame_find(frame, t->row[i].id) == FRAME_NONE)
			end_hold(&t->row[i], t->now.before.monotonic);
}

static void print_table(const char *name, struct table *t)
{
	char most[48];

	printf("%s\n", name);
	printf("  %-24s %-36s %6s %9s %5s %12s\n", "RULE", "CGROUP", "FIRED", "FOR", "ACTS",
	       "AT MOST");
	for (size_t i = 0; i < t->nr; i++) {
		struct row *r = &t->row[i];

		printf("  %-24s %-36s %6u %7.0f s %5u %12s\n", r->rule, r->path, r->fired,
		       r->time / 1e9, r->acts,
		       r->most ? unit_print(most, sizeof(most), UNIT_SIZE, r->most) : "-");
	}
	if (!t->nr)
		printf("  no rule applied to any cgroup\n");
	if (t->gaps)
		printf("  durations began again behind %u gap%s\n", t->gaps, t->gaps == 1 ? "" : "s");
}

static void free_table(struct table *t)
{
	for (size_t i = 0; i < t->nr; i++) {
		free(t->row[i].rule);
		free(t->row[i].path);
	}
	free(t->row);
}

static int compare_one(const char *recording, const char *config_path)
{
	struct table t = {};
	const struct engine_log log = {
		count_decision, count_claim, count_deed, count_gap, &t,
	};
	struct config *config = config_load_or_print(config_path);
	int err;

	if (!config)
		return 2;
	err = play(recording, config, &log, &t.now, end_removed);
	for (size_t i = 0; i < t.nr; i++)
		end_hold(&t.row[i], t.now.frame.monotonic);
	if (!err && t.failed) {
		fprintf(stderr, "headroomd: out of memory\n");
		err = -ENOMEM;
	}
	if (!err)
		print_table(config_path, &t);
	free_table(&t);
	config_free(config);
	return err ? 1 : 0;
}

int replay_compare(const char *recording, const char *const config[2])
{
	int status = compare_one(recording, config[0]);

	if (!status)
		status = compare_one(recording, config[1]);
	if (!status)
		printf("%s\n", no_effect);
	return status;
}
