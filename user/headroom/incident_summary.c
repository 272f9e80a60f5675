// SPDX-License-Identifier: GPL-2.0
/*
 * Tell an incident in sentences
 *
 * Waits come in episodes: parts of the time in which a cgroup waits for more than LEAST_WAITING of it, with
 * pauses of less than PAUSE. The summary names the longest ones, why they were, what Headroom did, and
 * what was different then.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "incident_select.h"
#include "incident_summary.h"
#include "interval.h"
#include "text.h"
#include "why_facts.h"
#include "why_write.h"

/* Share of the time in stalls that belongs to an episode, the pause that ends it, and its least sum */
#define LEAST_WAITING	0.05
#define PAUSE		(15 * NS_PER_S)
#define LEAST_SUM	(NS_PER_S / 2)
/* Cgroups, causes, evictors, actions and gaps that are named */
#define MOST_CGROUPS	3
#define MOST_ITEMS	3
/* Time before and after an action that is compared, and how long the action has to take effect */
#define COMPARED	(60 * NS_PER_S)
#define SETTLED		(60 * NS_PER_S)

/* A part of the rows: behind @from, up to and with @to */
struct part {
	size_t from;
	size_t to;
};

struct teller {
	const struct incident *in;
	struct incident_summary *summary;
	char *text;
	size_t size;
	struct writer w;
};

static struct text clock_text(const struct incident *in, uint64_t ns)
{
	bool days = in->time[in->nr_rows - 1] - in->time[0] > 20 * 3600 * NS_PER_S;
	time_t seconds = ns / NS_PER_S;
	struct text text;
	struct tm tm;

	strftime(text.s, sizeof(text.s), days ? "%F %T" : "%T", localtime_r(&seconds, &tm));
	return text;
}

/* "12.3 s", "2 min 5 s", "1 h 3 min" */
static struct text duration_text(uint64_t ns)
{
	uint64_t seconds = (ns + NS_PER_S / 2) / NS_PER_S;
	struct text text;

	if (seconds < 60)
		return quantity_ns(ns);
	if (seconds < 3600)
		snprintf(text.s, sizeof(text.s), "%" PRIu64 " min %" PRIu64 " s", seconds / 60,
			 seconds % 60);
	else
		snprintf(text.s, sizeof(text.s), "%" PRIu64 " h %" PRIu64 " min", seconds / 3600,
			 seconds / 60 % 60);
	return text;
}

static void write_cgroup(struct teller *t, size_t cgroup)
{
	char *name = text_name_utf8(t->in->cgroup[cgroup].path);

	t->w.failed |= !name;
	fputs(name ? name : "", t->w.out);
	free(name);
}

/* --- parts of the time --- */

static double seconds_of(const struct incident *in, struct part part)
{
	double ns = 0;

	/* not of a gap */
	for (size_t row = part.from + 1; row <= part.to; row++)
		if (incident_value(in, 0, INCIDENT_REFAULTS, row) != INCIDENT_UNKNOWN)
			ns += in->time[row] - in->time[row - 1];
	return ns / NS_PER_S;
}

static uint64_t sum(const struct incident *in, size_t cgroup, enum incident_column column,
		    struct part part)
{
	uint64_t all = 0, value;

	for (size_t row = part.from + 1; row <= part.to; row++) {
		value = incident_value(in, cgroup, column, row);
		all += value == INCIDENT_UNKNOWN ? 0 : value;
	}
	return all;
}

/* The last row at or before a moment */
static size_t row_at(const struct incident *in, uint64_t time)
{
	size_t row = 0;

	while (row + 1 < in->nr_rows && in->time[row + 1] <= time)
		row++;
	return row;
}

static struct part part_of(const struct incident *in, uint64_t from, uint64_t to)
{
	return (struct part){ row_at(in, from), row_at(in, to) };
}

static bool waits_in(const struct incident *in, size_t cgroup, size_t row)
{
	uint64_t value = incident_value(in, cgroup, INCIDENT_WAITING, row);

	return value != INCIDENT_UNKNOWN &&
	       value > LEAST_WAITING * (in->time[row] - in->time[row - 1]);
}

/* The episode with the longest time in stalls; returns their number */
static size_t find_episode(const struct incident *in, size_t cgroup, struct part *longest)
{
	struct part now = { 0 };
	uint64_t most = 0;
	size_t nr = 0;

	for (size_t row = 1; row <= in->nr_rows; row++) {
		bool waits = row < in->nr_rows && waits_in(in, cgroup, row);

		if (waits && now.to && in->time[row - 1] - in->time[now.to] < PAUSE) {
			now.to = row;
		} else if (waits || (row == in->nr_rows && now.to)) {
			uint64_t waited = now.to ? sum(in, cgroup, INCIDENT_WAITING, now) : 0;

			nr += waited >= LEAST_SUM;
			if (waited >= LEAST_SUM && waited > most) {
				most = waited;
				*longest = now;
			}
			now = (struct part){ row - 1, row };
		}
	}
	return nr;
}

/* A stall is counted in the row in which it ended: the episode began with the longest of them */
static void include_begin(const struct incident *in, size_t cgroup, struct part *part)
{
	const struct incident_cgroup *c = &in->cgroup[cgroup];
	size_t row, from = part->from;

	for (size_t i = 0; i < c->nr_slow; i++) {
		if (c->slow[i].row <= part->from || c->slow[i].row > part->to)
			continue;
		row = row_at(in, in->time[c->slow[i].row] - c->slow[i].low);
		from = row < from ? row : from;
	}
	part->from = from;
}

/* --- sentences --- */

static void begin_text(struct teller *t)
{
	t->text = NULL;
	t->w = (struct writer){ .out = open_memstream(&t->text, &t->size) };
	t->w.failed = !t->w.out;
}

/* Keep the text as a sentence about a part of the time. Returns 0 or -ENOMEM. */
static int end_text(struct teller *t, const char *about, size_t cgroup, struct part part)
{
	struct incident_summary *s = t->summary;

	if ((t->w.out && fclose(t->w.out)) || t->w.failed || s->nr == INCIDENT_SENTENCES) {
		free(t->text);
		return t->w.failed ? -ENOMEM : 0;
	}
	if (*t->text == ' ')
		memmove(t->text, t->text + 1, t->size);
	s->sentence[s->nr++] = (struct incident_sentence){
		about, t->text, cgroup, t->in->time[part.from], t->in->time[part.to],
	};
	return 0;
}

static int tell_time(struct teller *t)
{
	const struct incident *in = t->in;
	const struct part all = { 0, in->nr_rows - 1 };
	time_t seconds = in->time[0] / NS_PER_S;
	struct tm tm;
	char date[32];

	begin_text(t);
	if (t->w.failed)
		return -ENOMEM;
	strftime(date, sizeof(date), "%F", localtime_r(&seconds, &tm));
	fprintf(t->w.out, "On %s from %s", date, clock_text(in, in->time[0]).s);
	fprintf(t->w.out, " to %s, in %s", clock_text(in, in->time[all.to]).s,
		duration_text(in->time[all.to] - in->time[0]).s);
	fprintf(t->w.out, ", %zu cgroups were recorded in %" PRIu64 " frames.", in->nr, in->frames);
	return end_text(t, "time", INCIDENT_NONE, all);
}

static void write_causes(struct teller *t, size_t cgroup, struct part part)
{
	uint64_t all = sum(t->in, cgroup, INCIDENT_WAITING, part), waited, most;
	bool done[HEADROOM_STALL_CAUSES] = { false };
	char label[HEADROOM_LABEL_SIZE];

	for (size_t item = 0; item < MOST_ITEMS; item++) {
		size_t longest = 0;

		most = 0;
		for (size_t i = 1; i < HEADROOM_STALL_CAUSES; i++) {
			waited = done[i] ? 0 : sum(t->in, cgroup, INCIDENT_CAUSES + i, part);
			if (waited > most) {
				most = waited;
				longest = i;
			}
		}
		if (!longest || why_share(most, all) < WHY_LEAST_SHARE)
			return;
		done[longest] = true;
		why_write_separator(&t->w, item);
		fprintf(t->w.out, "%s of it in %s", why_percent(why_share(most, all)).s,
			text_words(headroom_stall_cause_label(longest, label, sizeof(label))).s);
	}
}

static int tell_waits(struct teller *t, size_t cgroup, struct part part, size_t episodes)
{
	const struct incident *in = t->in;
	double waiting = sum(in, cgroup, INCIDENT_WAITING, part) / 1e9 / seconds_of(in, part);

	begin_text(t);
	if (t->w.failed)
		return -ENOMEM;
	fprintf(t->w.out, "From %s", clock_text(in, in->time[part.from]).s);
	fprintf(t->w.out, " to %s, ", clock_text(in, in->time[part.to]).s);
	write_cgroup(t, cgroup);
	fprintf(t->w.out, " waited for memory %s %% of the time", text_number(100 * waiting).s);
	if (waiting > 1)
		fputs(" (the stalls of several tasks add up)", t->w.out);
	write_causes(t, cgroup, part);
	fputc('.', t->w.out);
	if (episodes > 1)
		fprintf(t->w.out, " It waited %zu more %s, for less time in sum.", episodes - 1,
			episodes == 2 ? "time" : "times");
	return end_text(t, "waits", cgroup, part);
}

/* Pages that one cgroup evicted from another, for all reasons; @reason: of most of them */
static uint64_t taken(const struct incident *in, size_t victim, size_t evictor, uint32_t *reason)
{
	uint64_t all = 0, most = 0;

	*reason = 0;
	for (size_t i = 0; i < in->nr_flows; i++) {
		const struct incident_flow *flow = &in->flow[i];

		if (flow->victim != victim || flow->evictor != evictor)
			continue;
		all += flow->evictions;
		if (flow->evictions > most) {
			most = flow->evictions;
			*reason = flow->reason;
		}
	}
	return all;
}

static void write_evictors(struct teller *t, size_t cgroup, uint64_t all)
{
	const struct incident *in = t->in;
	bool *done = calloc(in->nr, sizeof(*done));
	char label[HEADROOM_LABEL_SIZE];
	uint32_t reason;

	t->w.failed |= !done;
	for (size_t item = 0; done && item < MOST_ITEMS; item++) {
		size_t evictor = INCIDENT_NONE;
		uint64_t most = 0, pages;

		for (size_t i = 0; i < in->nr; i++) {
			pages = done[i] ? 0 : taken(in, cgroup, i, &reason);
			if (pages > most) {
				most = pages;
				evictor = i;
			}
		}
		if (evictor == INCIDENT_NONE || why_share(most, all) < WHY_LEAST_SHARE)
			break;
		done[evictor] = true;
		fputs(item ? ", " : "", t->w.out);
		if (evictor == cgroup)
			fputs("the cgroup itself", t->w.out);
		else
			write_cgroup(t, evictor);
		fprintf(t->w.out, " %s", why_percent(why_share(most, all)).s);
		taken(in, cgroup, evictor, &reason);
		fprintf(t->w.out, " (%s)", text_words(headroom_reason_label(reason, label,
									    sizeof(label))).s);
	}
	free(done);
}

static int tell_evictors(struct teller *t, size_t cgroup, struct part part)
{
	const struct incident_cgroup *c = &t->in->cgroup[cgroup];
	uint64_t all = 0;

	for (size_t i = 0; i < t->in->nr_flows; i++)
		if (t->in->flow[i].victim == cgroup)
			all += t->in->flow[i].evictions;
	if (all < WHY_LEAST_EVENTS)
		return 0;
	begin_text(t);
	if (t->w.failed)
		return -ENOMEM;
	fprintf(t->w.out, "Because %" PRIu64 " of its pages, %s, were evicted; the evictors were ", all, quantity_bytes((double)all * t->in->page_size).s);
	write_evictors(t, cgroup, all);
	fprintf(t->w.out, ". It read back %" PRIu64 " pages.", c->total[INCIDENT_REFAULTS]);
	return end_text(t, "evictors", cgroup, part);
}

static bool is_act(const struct incident_decision *d)
{
	return !strcmp(d->kind, "knob") || !strcmp(d->kind, "deed");
}

/* The first act for a cgroup or one above it; INCIDENT_NONE if there was none. @nr: their number */
static size_t first_act(const struct incident *in, size_t cgroup, size_t *nr)
{
	size_t first = INCIDENT_NONE;

	*nr = 0;
	for (size_t i = 0; i < in->nr_decisions; i++) {
		if (!is_act(&in->decision[i]) || in->decision[i].cgroup != cgroup)
			continue;
		first = first == INCIDENT_NONE ? i : first;
		(*nr)++;
	}
	return first;
}

static int tell_acts(struct teller *t, size_t cgroup, size_t first, size_t nr)
{
	const struct incident *in = t->in;
	const struct incident_decision *d = &in->decision[first];
	char *text = text_name_utf8(d->text);

	begin_text(t);
	t->w.failed |= !text;
	if (t->w.out)
		fprintf(t->w.out, "At %s Headroom acted: %s.", clock_text(in, d->time).s,
			text ? text : "");
	free(text);
	if (t->w.out && nr > 1)
		fprintf(t->w.out, " It acted on this cgroup %zu more %s.", nr - 1,
			nr == 2 ? "time" : "times");
	return end_text(t, "actions", cgroup, part_of(in, d->time > 30 * NS_PER_S ? d->time -
						      30 * NS_PER_S : 0, d->time + COMPARED));
}

/* "it waited 42.0 % of the time and read back 410 pages a second" */
static void write_state(struct teller *t, size_t cgroup, struct part part)
{
	double seconds = seconds_of(t->in, part);

	fprintf(t->w.out, "it waited %s %% of the time and read back ",
		text_number(sum(t->in, cgroup, INCIDENT_WAITING, part) / 1e7 / seconds).s);
	fprintf(t->w.out, "%s pages a second",
		text_number(sum(t->in, cgroup, INCIDENT_REFAULTS, part) / seconds).s);
}

/* The minute before an act, and one after it, if the cgroup waited before */
static int tell_effect(struct teller *t, size_t cgroup, size_t act)
{
	const struct incident *in = t->in;
	uint64_t time = in->decision[act].time, last = in->time[in->nr_rows - 1];
	uint64_t end = time + SETTLED + COMPARED < last ? time + SETTLED + COMPARED : last;
	struct part before = part_of(in, time - COMPARED, time);
	struct part after = part_of(in, end - (end - time < COMPARED ? (end - time) / 2 : COMPARED),
				    end);

	if (before.from >= before.to || after.from >= after.to ||
	    seconds_of(in, before) <= 0 || seconds_of(in, after) <= 0 ||
	    sum(in, cgroup, INCIDENT_WAITING, before) < LEAST_WAITING * 1e9 * seconds_of(in, before))
		return 0;
	begin_text(t);
	if (t->w.failed)
		return -ENOMEM;
	fprintf(t->w.out, "In the %s before, ",
		duration_text(in->time[before.to] - in->time[before.from]).s);
	write_state(t, cgroup, before);
	fprintf(t->w.out, "; from %s", clock_text(in, in->time[after.from]).s);
	fprintf(t->w.out, " to %s, ", clock_text(in, in->time[after.to]).s);
	write_state(t, cgroup, after);
	fputc('.', t->w.out);
	return end_text(t, "effect", cgroup, (struct part){ before.from, after.to });
}

static int tell_memory(struct teller *t, size_t cgroup)
{
	const struct incident_curve *c = &t->in->cgroup[cgroup].curve;
	double page = t->in->page_size;
	struct headroom_extra extra;

	if (!c->known || !refaults_matter(c->seen, c->evictions, c->seconds))
		return 0;
	extra = headroom_curve_extra(&c->curve, SAVED_SHARE);
	begin_text(t);
	if (t->w.failed)
		return -ENOMEM;
	fprintf(t->w.out, "With %s more (", quantity_bytes(ceil(extra.value) * page).s);
	if (isfinite(extra.high)) {
		fprintf(t->w.out, "95 %% interval %s", quantity_bytes(ceil(extra.low) * page).s);
		fprintf(t->w.out, " to %s", quantity_bytes(ceil(extra.high) * page).s);
	} else {
		fprintf(t->w.out, "at least %s, without an upper bound",
			quantity_bytes(ceil(extra.low) * page).s);
	}
	fprintf(t->w.out, "), %.0f %% of its %s refaults/s would not have happened.",
		100 * SAVED_SHARE, text_number(c->seen / c->seconds).s);
	return end_text(t, "memory", cgroup, (struct part){ c->from, c->to });
}

static int tell_cgroup(struct teller *t, size_t cgroup)
{
	struct part part = { 0 };
	size_t episodes = find_episode(t->in, cgroup, &part), nr;
	size_t act = first_act(t->in, cgroup, &nr);
	int err;

	if (!episodes)
		return 0;
	include_begin(t->in, cgroup, &part);
	err = tell_waits(t, cgroup, part, episodes);
	if (!err)
		err = tell_evictors(t, cgroup, part);
	if (!err && act != INCIDENT_NONE)
		err = tell_acts(t, cgroup, act, nr);
	if (!err && act != INCIDENT_NONE)
		err = tell_effect(t, cgroup, act);
	return err ? err : tell_memory(t, cgroup);
}

/* The cgroup, not yet @done, whose own tasks waited longest; INCIDENT_NONE if none did */
static size_t most_waiting(const struct incident *in, size_t top, const bool *done)
{
	size_t most = INCIDENT_NONE;
	uint64_t longest = LEAST_SUM, waited;

	for (size_t i = 0; i < in->nr; i++) {
		waited = !done[i] && incident_is_within(in, i, top) ?
			 incident_own(in, i, INCIDENT_WAITING) : 0;
		if (waited >= longest) {
			longest = waited;
			most = i;
		}
	}
	return most;
}

/* What was done to or for cgroups that are not @done */
static int tell_other_acts(struct teller *t, size_t top, bool *done)
{
	const struct incident *in = t->in;
	size_t items = 0, nr;
	int err = 0;

	for (size_t i = 0; !err && i < in->nr_decisions && items < MOST_ITEMS; i++) {
		size_t cgroup = in->decision[i].cgroup;

		if (!is_act(&in->decision[i]) || cgroup == INCIDENT_NONE || done[cgroup] ||
		    !incident_is_within(in, cgroup, top))
			continue;
		done[cgroup] = true;
		first_act(in, cgroup, &nr);
		err = tell_acts(t, cgroup, i, nr);
		items++;
	}
	return err;
}

static int tell_cgroups(struct teller *t, size_t top, bool *done)
{
	size_t before = t->summary->nr, cgroup;
	int err = 0;

	for (size_t i = 0; !err && i < MOST_CGROUPS; i++) {
		cgroup = most_waiting(t->in, top, done);
		if (cgroup == INCIDENT_NONE)
			break;
		done[cgroup] = true;
		err = tell_cgroup(t, cgroup);
	}
	if (err || before != t->summary->nr)
		return err;
	begin_text(t);
	if (t->w.failed)
		return -ENOMEM;
	fputs(t->in->stalls_off ? "Whether tasks waited for memory is unknown: stalls were not tracked." :
	      "No cgroup waited long for memory.", t->w.out);
	return end_text(t, "waits", INCIDENT_NONE, (struct part){ 0, t->in->nr_rows - 1 });
}

static void write_gaps(struct teller *t)
{
	const struct incident *in = t->in;

	fprintf(t->w.out, "Nothing is known of %zu %s:", in->nr_gaps,
		in->nr_gaps == 1 ? "gap" : "gaps");
	for (size_t i = 0; i < in->nr_gaps && i < MOST_ITEMS; i++) {
		size_t row = in->gap[i].row;

		fprintf(t->w.out, "%s %s", i ? ";" : "", clock_text(in, in->time[row - 1]).s);
		fprintf(t->w.out, " to %s, %s", clock_text(in, in->time[row + 1]).s, in->gap[i].why);
	}
	fputs(in->nr_gaps > MOST_ITEMS ? "; and others." : ".", t->w.out);
}

static int tell_unknown(struct teller *t)
{
	const struct incident *in = t->in;
	uint64_t dropped = in->nr ? in->cgroup[0].dropped : 0;

	begin_text(t);
	if (t->w.failed)
		return -ENOMEM;
	if (in->nr_gaps)
		write_gaps(t);
	if (in->without_module)
		fprintf(t->w.out, " %" PRIu64 " frames have no statistics of the module.",
			in->without_module);
	if (in->psi_off)
		fputs(" The kernel did not mark tasks in memory stalls: waits for pages that are read"
		      " back are unknown.", t->w.out);
	if (in->stalls_off)
		fputs(" Stalls were not tracked all the time.", t->w.out);
	if (!in->blame_known)
		fputs(" Which cgroups evicted pages is unknown: that was not recorded.", t->w.out);
	if (dropped)
		fprintf(t->w.out, " %" PRIu64 " more stalls were not measured.", dropped);
	fflush(t->w.out);
	if (!t->size) {
		fclose(t->w.out);
		free(t->text);
		return 0;
	}
	return end_text(t, "unknown", INCIDENT_NONE, (struct part){ 0, in->nr_rows - 1 });
}

int incident_summarize(const struct incident *in, size_t top, struct incident_summary *summary)
{
	struct teller t = { .in = in, .summary = summary };
	bool *done = calloc(in->nr, sizeof(*done));
	int err = done ? 0 : -ENOMEM;

	*summary = (struct incident_summary){ 0 };
	if (!err)
		err = tell_time(&t);
	if (!err)
		err = tell_cgroups(&t, top, done);
	if (!err)
		err = tell_other_acts(&t, top, done);
	free(done);
	return err ? err : tell_unknown(&t);
}

void incident_summary_free(struct incident_summary *summary)
{
	for (size_t i = 0; i < summary->nr; i++)
		free(summary->sentence[i].text);
	summary->nr = 0;
}
