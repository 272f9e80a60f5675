// SPDX-License-Identifier: GPL-2.0
/* Explain in sentences why a cgroup waits for memory, and what helps */

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "parameter.h"
#include "path.h"
#include "text.h"
#include "why.h"
#include "why_recommend.h"
#include "why_write.h"

/* Items of an enumeration */
#define MOST_ITEMS	3
/* Share of kswapd from which its approximate division is worth a word */
#define LEAST_KSWAPD	0.1
/* An interval that is too short to see much, seconds; less than a second that was asked for */
#define SHORT_INTERVAL	0.9

static struct text pages_text(const struct why_facts *facts, double pages)
{
	return quantity_bytes(ceil(pages) * facts->in->page_size);
}

static struct text cause_text(uint32_t cause)
{
	char label[HEADROOM_LABEL_SIZE];

	return text_words(headroom_stall_cause_label(cause, label, sizeof(label)));
}

/* Write the causes with the most time, as shares of the total */
static void write_causes(struct writer *w, const struct headroom_stats *stats)
{
	bool done[HEADROOM_STALL_CAUSES] = { false };

	for (size_t item = 0; item < MOST_ITEMS; item++) {
		const struct headroom_stall *most = NULL;

		/* an unknown cause is not part of the total */
		for (size_t i = 0; i < stats->nr_stalls; i++) {
			const struct headroom_stall *stall = &stats->stall[i];

			if (headroom_stall_in_total(stall->cause) && !done[stall->cause] &&
			    (!most || stall->total > most->total))
				most = stall;
		}
		if (!most || most->total < WHY_LEAST_SHARE * stats->stall_total)
			return;
		done[most->cause] = true;
		why_write_separator(w, item);
		fprintf(w->out, "%s of it in %s",
			why_percent(why_share(most->total, stats->stall_total)).s,
			cause_text(most->cause).s);
	}
}

static void write_in_flight(struct writer *w, const struct why_facts *facts)
{
	const struct headroom_stalled *longest = facts->longest;

	if (facts->in->unknown.stalled) {
		fputs(" Whether tasks were stalled then is unknown: that was not recorded.",
		      w->out);
		return;
	}
	if (!longest) {
		fputs(" No task is stalled now.", w->out);
		return;
	}
	if (facts->nr_stalled == 1)
		fprintf(w->out, " One task is stalled now, for %s in ",
			quantity_ns(longest->time).s);
	else
		fprintf(w->out, " %zu tasks are stalled now, the longest for %s in ",
			facts->nr_stalled, quantity_ns(longest->time).s);
	fprintf(w->out, "%s.", cause_text(longest->cause).s);
}

static void write_waits(struct writer *w, const struct why_facts *facts)
{
	const struct headroom_stats *stats = &facts->activity->subtree;

	if (!facts->in->tracked) {
		fputs(facts->in->recorded ?
		      "Whether tasks wait for memory is unknown: stalls were not tracked." :
		      "Whether tasks wait for memory is unknown: stalls are not tracked, run '"
		      STALLS_ON "'.", w->out);
		return;
	}
	if (!stats->stall_total) {
		fputs(facts->longest || facts->in->unknown.stalled ? "No stall for memory ended." :
		      "Tasks do not wait for memory.", w->out);
	} else {
		fprintf(w->out, "Tasks %s for memory %s %% of the time",
			facts->waiting < WHY_LEAST_WAIT ? "hardly wait" : "wait",
			text_number(100 * facts->waiting).s);
		if (facts->waiting > 1)
			fputs(" (the stalls of several tasks add up)", w->out);
		write_causes(w, stats);
		fputc('.', w->out);
	}
	write_in_flight(w, facts);
	if (stats->stalls_dropped)
		fprintf(w->out, " %" PRIu64 " more stalls were not measured.",
			stats->stalls_dropped);
}

/* "for its own limit" */
static const char *reason_phrase(enum why_reason reason)
{
	static const char *const phrases[WHY_REASONS] = {
		[WHY_OWN_LIMIT] = "for its own limit",
		[WHY_DESCENDANT_LIMIT] = "for limits below it",
		[WHY_ANCESTOR_LIMIT] = "for the limit of an ancestor",
		[WHY_KSWAPD] = "by kswapd",
		[WHY_DIRECT_RECLAIM] = "by direct reclaim",
		[WHY_PROACTIVE] = "by proactive reclaim",
		[WHY_MADVISE] = "by MADV_PAGEOUT",
		[WHY_UNKNOWN] = "for an unknown reason",
	};

	return phrases[reason];
}

static void write_reasons(struct writer *w, const struct why_facts *facts)
{
	size_t item = 0;
	bool done[WHY_REASONS] = { false };

	for (size_t n = 0; n < WHY_REASONS; n++) {
		size_t most = WHY_REASONS;

		for (size_t i = 0; i < WHY_REASONS; i++)
			if (!done[i] && (most == WHY_REASONS ||
					 facts->evictions[i] > facts->evictions[most]))
				most = i;
		done[most] = true;
		if (!facts->evictions[most])
			return;
		why_write_separator(w, item++);
		fprintf(w->out, "%s %s",
			why_percent(why_share(facts->evictions[most], facts->all_evictions)).s,
			reason_phrase(most));
	}
}

static void write_outside(struct writer *w, const struct headroom_stats *stats)
{
	if (!stats->evictions_outside) {
		fputs(" None were taken from outside.", w->out);
		return;
	}
	fprintf(w->out, " Of them, %s were taken from outside",
		why_percent(why_share(stats->evictions_outside, stats->evictions)).s);
	if (stats->evictions_machine)
		fprintf(w->out, ", %s by the root cgroup and kernel threads",
			why_percent(why_share(stats->evictions_machine, stats->evictions)).s);
	if (stats->returned)
		fprintf(w->out, "; of those that were read again, %s",
			why_percent(why_share(stats->returned_outside, stats->returned)).s);
	fputc('.', w->out);
}

/* What was read again without an eviction was evicted before the interval */
static void write_no_evictions(struct writer *w, const struct why_facts *facts)
{
	uint64_t returned = facts->activity->subtree.returned;

	if (!returned)
		fputs("No page was evicted.", w->out);
	else
		fprintf(w->out, "No page was evicted in the interval; %" PRIu64 " %s evicted before "
			"it %s read again, %s.", returned, returned == 1 ? "page" : "pages",
			returned == 1 ? "was" : "were", pages_text(facts, returned).s);
}

static void write_evictions(struct writer *w, const struct why_facts *facts)
{
	if (!facts->all_evictions) {
		write_no_evictions(w, facts);
		return;
	}
	fprintf(w->out, "%" PRIu64 " %s evicted, %s", facts->all_evictions,
		facts->all_evictions == 1 ? "page was" : "pages were",
		pages_text(facts, facts->all_evictions).s);
	if (facts->all_evictions < WHY_LEAST_EVENTS) {
		fputs(": too few for shares to mean much.", w->out);
		return;
	}
	write_reasons(w, facts);
	fputc('.', w->out);
	if (!facts->root)
		write_outside(w, &facts->activity->subtree);
}

static void write_evictor(struct writer *w, const struct why_facts *facts,
			  const struct why_evictor *evictor)
{
	if (evictor->inside) {
		fputs(facts->in->interval->nr > 1 ? "the cgroup and those below it" :
		      "the cgroup itself", w->out);
		return;
	}
	why_write_name(w, evictor->path, evictor->id);
	/* the name of another cgroup stands for its subtree, that of an ancestor does not */
	if (evictor->merged && evictor->path &&
	    path_is_within(facts->in->level->path, evictor->path))
		fputs(" and others below it", w->out);
}

static void write_evictors(struct writer *w, const struct why_facts *facts)
{
	const struct why_blame *blame = &facts->blame;
	/* the sum of the others counts as an evictor without an entry */
	const struct why_evictor others = {
		.evictions = blame->others_evictions, .refaults = blame->others_refaults,
	};
	double rest = 1 - why_blame_share(blame, &others), share;
	size_t item = 0;

	if (blame->evictions < WHY_LEAST_EVENTS && !blame->by_refaults) {
		if (facts->in->unknown.blame)
			fputs("Which cgroups evict its pages is unknown: that was not recorded.",
			      w->out);
		else if (facts->all_evictions >= WHY_LEAST_EVENTS)
			fputs("Which cgroups evicted them is unknown.", w->out);
		return;
	}
	fprintf(w->out, "Evictors of the pages%s",
		blame->by_refaults ? " that were read again" : "");
	for (size_t i = 0; i < blame->nr && item < MOST_ITEMS; i++) {
		share = why_blame_share(blame, &blame->evictor[i]);
		if (share < WHY_LEAST_SHARE)
			break;
		why_write_separator(w, item++);
		write_evictor(w, facts, &blame->evictor[i]);
		fprintf(w->out, " %s", why_percent(share).s);
		rest -= share;
	}
	if (rest >= WHY_LEAST_SHARE) {
		why_write_separator(w, item++);
		fprintf(w->out, "other cgroups %s", why_percent(rest).s);
	}
	why_write_separator(w, item);
	fprintf(w->out, "unknown %s.", why_percent(why_blame_share(blame, &others)).s);
	if (facts->evictions[WHY_KSWAPD] >= LEAST_KSWAPD * facts->all_evictions &&
	    facts->all_evictions)
		fputs(" The part of kswapd is divided by wake-ups, which is approximate.", w->out);
}

static void write_gain(struct writer *w, const struct why_facts *facts)
{
	const struct why_memory *memory = &facts->memory;
	const struct headroom_extra *extra = &memory->extra;

	fprintf(w->out, "With %s more (", pages_text(facts, extra->value).s);
	if (isfinite(extra->high)) {
		fprintf(w->out, "95 %% interval %s to ", pages_text(facts, extra->low).s);
		fprintf(w->out, "%s", pages_text(facts, extra->high).s);
	} else {
		fprintf(w->out, "at least %s, without an upper bound",
			pages_text(facts, extra->low).s);
	}
	fprintf(w->out, "), %.0f %% of the %s refaults/s would not have happened.",
		100 * SAVED_SHARE, text_number(memory->refaults / facts->in->interval->seconds).s);
	if (memory->horizon)
		fprintf(w->out, " Beyond the horizon, a distance of %.0f evictions, nothing is "
			"known.", memory->horizon);
}

static void write_memory(struct writer *w, const struct why_facts *facts)
{
	const struct headroom_stats *stats = &facts->activity->subtree;
	const struct why_memory *memory = &facts->memory;
	double shared = why_share(stats->refaults_shared, stats->refaults);

	if (!memory->refaults)
		fputs("None of its evicted pages were read again", w->out);
	else if (!memory->matter)
		fprintf(w->out, "%s of its evicted pages were read again per second, too few for "
			"more memory to gain much",
			text_number(memory->refaults / facts->in->interval->seconds).s);
	else if (memory->samples < WHY_LEAST_EVENTS)
		fprintf(w->out, "Only %" PRIu64 " refaults were recorded, too few to say what more "
			"memory would save", memory->samples);
	else
		write_gain(w, facts);
	if (!memory->matter || memory->samples < WHY_LEAST_EVENTS)
		fputc('.', w->out);
	if (stats->refaults >= WHY_LEAST_EVENTS && shared >= 0.1)
		fprintf(w->out, " Of the pages that it read back, %s were evicted from other "
			"cgroups.", why_percent(shared).s);
}

/* Write which files of a level cannot be read */
static void write_unread(struct writer *w, const struct why_level *level)
{
	for (size_t i = 0; i < WHY_FILES; i++) {
		if (!level->file[i].error)
			continue;
		fprintf(w->out, " What limits or protects ");
		why_write_name(w, level->path, level->id);
		if (level->file[i].error == ENODATA)
			fprintf(w->out, " is unknown: its %s was not recorded.", why_file_name(i));
		else
			fprintf(w->out, " is unknown: cannot read its %s: %s.", why_file_name(i),
				strerror(level->file[i].error));
		return;
	}
}

static void write_level(struct writer *w, const struct why_level *level, size_t item)
{
	static const enum why_file limits[] = { WHY_MAX, WHY_HIGH, WHY_LOW };

	fputs(item ? "; " : "", w->out);
	why_write_name(w, level->path, level->id);
	fprintf(w->out, " uses %s", quantity_bytes(level->file[WHY_CURRENT].value).s);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const struct why_value *file = &level->file[limits[i]];

		if (limits[i] == WHY_LOW ? file->value : file->value != UINT64_MAX)
			fprintf(w->out, ", %s %s", why_file_name(limits[i]),
				file->value == UINT64_MAX ? "max" : quantity_bytes(file->value).s);
	}
}

static bool is_read(const struct why_level *level)
{
	for (size_t i = 0; i < WHY_FILES; i++)
		if (level->file[i].error)
			return false;
	return true;
}

/* Whether a level limits or protects anything */
static bool has_effect(const struct why_level *level)
{
	return level->file[WHY_MAX].value != UINT64_MAX ||
	       level->file[WHY_HIGH].value != UINT64_MAX || level->file[WHY_LOW].value;
}

/* The files of the cgroup, and of the ancestors that limit or protect it */
static void write_limits(struct writer *w, const struct why_facts *facts)
{
	const struct why_level *level = facts->in->level;
	size_t item = 0, nr = facts->in->nr_levels - 1, unread = nr;

	for (size_t i = 0; i < nr; i++) {
		if (!is_read(&level[i]))
			unread = unread == nr ? i : unread;
		else if (!i || has_effect(&level[i]))
			write_level(w, &level[i], item++);
	}
	if (item)
		fputc('.', w->out);
	if (unread < nr)
		write_unread(w, &level[unread]);
}

static void write_notes(struct writer *w, const struct why_facts *facts)
{
	if (facts->in->interval->seconds < SHORT_INTERVAL)
		fprintf(w->out, "Little can be seen in %.2f s: --interval 10 shows more.",
			facts->in->interval->seconds);
	if (!facts->in->interval->consistent)
		fputs(" Cgroups were created or removed during the read: some may be missing.",
		      w->out);
}

/* Keep the text of a subject, without the space before its first sentence; none if it is empty */
static void keep(struct why *why, const char *about, char *text)
{
	size_t space = strspn(text, " ");

	if (!text[space]) {
		free(text);
		return;
	}
	memmove(text, text + space, strlen(text + space) + 1);
	why->sentence[why->nr++] = (struct why_sentence){ about, text };
}

int why_explain(const struct why_input *in, struct why *why)
{
	static const struct {
		const char *about;
		void (*write)(struct writer *w, const struct why_facts *facts);
	} subjects[WHY_SENTENCES] = {
		{ "waits", write_waits }, { "evictions", write_evictions },
		{ "evictors", write_evictors }, { "memory", write_memory },
		{ "limits", write_limits }, { "notes", write_notes },
		{ "advice", NULL },
	};
	int err;

	*why = (struct why){ 0 };
	err = why_facts_find(in, &why->facts);
	if (err)
		return err;
	why->advice = why_advise(&why->facts);
	for (size_t i = 0; i < WHY_SENTENCES; i++) {
		struct writer w = { 0 };
		char *text = NULL;
		size_t size;

		w.out = open_memstream(&text, &size);
		if (!w.out)
			return -ENOMEM;
		if (subjects[i].write)
			subjects[i].write(&w, &why->facts);
		else
			why_recommend(&w, &why->facts, &why->advice);
		if (fclose(w.out) || w.failed) {
			free(text);
			return -ENOMEM;
		}
		keep(why, subjects[i].about, text);
	}
	return 0;
}

void why_free(struct why *why)
{
	for (size_t i = 0; i < why->nr; i++)
		free(why->sentence[i].text);
	why_facts_clear(&why->facts);
}
