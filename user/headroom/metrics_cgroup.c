// SPDX-License-Identifier: GPL-2.0
/* The metrics of a cgroup: see metrics_cgroup.h */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "exposition.h"
#include "field.h"
#include "metrics_cgroup.h"
#include "metrics_group.h"
#include "metrics_set.h"
#include "path.h"
#include "source.h"
#include "utf8.h"

#define LENGTH(array)	(sizeof(array) / sizeof((array)[0]))

/* Amounts of memory, from the files of the cgroup */
static const struct {
	enum frame_file file;
	const char *name;
	const char *help;
} amounts[] = {
	{ FRAME_MEMORY_CURRENT, "headroom_memory_current_bytes", "memory.current" },
	{ FRAME_SWAP_CURRENT, "headroom_memory_swap_current_bytes", "memory.swap.current" },
	{ FRAME_MEMORY_MAX, "headroom_memory_max_bytes", "memory.max; absent without a limit" },
	{ FRAME_MEMORY_HIGH, "headroom_memory_high_bytes", "memory.high; absent without a limit" },
	{ FRAME_MEMORY_LOW, "headroom_memory_low_bytes", "memory.low" },
};

/**
 * struct family_histogram - a histogram with fewer buckets than the module's
 * @first: logarithm to base 2 of the first bound, in the module's unit
 * @step: of that logarithm
 * @nr: number of bounds
 * @seconds: they are ns, which become seconds; others are pages, which become bytes
 *
 * The bounds are powers of two, at which the module's own buckets end, so that no count is guessed.
 */
struct family_histogram {
	unsigned int first;
	unsigned int step;
	size_t nr;
	bool seconds;
};

#define MOST_BOUNDS	10

/* 66 us to 17 s */
static const struct family_histogram latency = { 16, 2, 10, true };
/* 1 MiB to 16 GiB, with pages of 4 KiB */
static const struct family_histogram distance = { 8, 2, 8, false };
/* 0.13 s to 73 min */
static const struct family_histogram age = { 27, 3, 6, true };

/* A group without its families has none: sets are empty, and numbers SIZE_MAX */
struct metrics_families {
	struct metrics_set stall, cause, refault, psi, target, reclaim, kind, blame, latency;
	size_t amount[LENGTH(amounts)];
	size_t latency_histogram;
	size_t distance_histogram;
	size_t age_histogram;
};

static bool is_of_stalls(const struct headroom_counter *counter)
{
	return !strcmp(counter->unit, "ns") || !strcmp(counter->unit, "stalls");
}

static bool is_of_pages(const struct headroom_counter *counter)
{
	return !is_of_stalls(counter);
}

/* The time spent: the one counter of a cause that each cgroup has by default */
static bool is_total(const struct headroom_counter *counter)
{
	return !strcmp(counter->unit, "ns") && counter->cumulative;
}

static bool is_no_total(const struct headroom_counter *counter)
{
	return !is_total(counter);
}

static void add_sets(struct metrics_families *f, struct exposition *e, uint32_t groups)
{
	const struct {
		enum metrics_group group;
		struct metrics_set *set;
		enum headroom_counters_of of;
		const char *prefix;
		bool (*has)(const struct headroom_counter *counter);
	} sets[] = {
		{ METRICS_STALL, &f->stall, HEADROOM_COUNTERS_STATS, "headroom_", is_of_stalls },
		{ METRICS_CAUSE, &f->cause, HEADROOM_COUNTERS_STALL, "headroom_stall_cause_", is_total },
		{ METRICS_LATENCY, &f->latency, HEADROOM_COUNTERS_STALL, "headroom_stall_cause_",
		  is_no_total },
		{ METRICS_REFAULT, &f->refault, HEADROOM_COUNTERS_STATS, "headroom_", is_of_pages },
		{ METRICS_PSI, &f->psi, HEADROOM_COUNTERS_CGROUP, "headroom_", NULL },
		{ METRICS_RECLAIM, &f->target, HEADROOM_COUNTERS_TARGET, "headroom_target_", NULL },
		{ METRICS_RECLAIM, &f->reclaim, HEADROOM_COUNTERS_RECLAIM, "headroom_target_", NULL },
		{ METRICS_KIND, &f->kind, HEADROOM_COUNTERS_PAGES, "headroom_kind_", NULL },
		{ METRICS_BLAME, &f->blame, HEADROOM_COUNTERS_EVICTOR, "headroom_blame_", NULL },
	};

	for (size_t i = 0; i < LENGTH(sets); i++)
		if (groups & METRICS_BIT(sets[i].group))
			metrics_set_add(sets[i].set, e, sets[i].of, sets[i].prefix, sets[i].has);
}

static void add_histograms(struct metrics_families *f, struct exposition *e, uint32_t groups)
{
	f->latency_histogram = f->distance_histogram = f->age_histogram = SIZE_MAX;
	if (groups & METRICS_BIT(METRICS_LATENCY))
		f->latency_histogram = exposition_family(e, "headroom_stall_duration_seconds",
							 EXPOSITION_HISTOGRAM, "seconds",
							 "durations of stalls that ended");
	if (!(groups & METRICS_BIT(METRICS_DISTANCE)))
		return;
	f->distance_histogram = exposition_family(e, "headroom_refault_distance_bytes",
		EXPOSITION_HISTOGRAM, "bytes",
		"what was evicted from the victim between the eviction of a page and its refault");
	f->age_histogram = exposition_family(e, "headroom_refault_age_seconds",
		EXPOSITION_HISTOGRAM, "seconds", "time between eviction and refault");
}

struct metrics_families *metrics_families_new(struct exposition *e, uint32_t groups)
{
	struct metrics_families *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	add_sets(f, e, groups);
	for (size_t i = 0; i < LENGTH(amounts); i++)
		f->amount[i] = groups & METRICS_BIT(METRICS_MEMORY) ?
			       exposition_family(e, amounts[i].name, EXPOSITION_GAUGE, "bytes",
						 amounts[i].help) : SIZE_MAX;
	add_histograms(f, e, groups);
	return f;
}

void metrics_families_free(struct metrics_families *f)
{
	if (!f)
		return;
	metrics_set_clear(&f->stall);
	metrics_set_clear(&f->cause);
	metrics_set_clear(&f->latency);
	metrics_set_clear(&f->refault);
	metrics_set_clear(&f->psi);
	metrics_set_clear(&f->target);
	metrics_set_clear(&f->reclaim);
	metrics_set_clear(&f->kind);
	metrics_set_clear(&f->blame);
	free(f);
}

/* A label more; NULL, and the text is spoilt, if out of memory */
static char *add_label(struct exposition *e, const char *before, const char *name,
		       const char *value)
{
	char *labels = exposition_label(before, name, value);

	if (!labels)
		exposition_spoil(e);
	return labels;
}

static void put_histogram(struct exposition *e, size_t family, const char *labels,
			  const struct family_histogram *shape, uint32_t page_size,
			  const struct headroom_histogram *from)
{
	double bound[MOST_BOUNDS], unit = shape->seconds ? 1.0 / NS_PER_S : page_size;
	uint64_t count[MOST_BOUNDS + 1] = { 0 }, end;

	if (family == SIZE_MAX)
		return;
	for (size_t i = 0; i < shape->nr; i++) {
		end = (uint64_t)1 << (shape->first + i * shape->step);
		bound[i] = end * unit;
		for (size_t j = 0; j < from->nr; j++)
			if (from->bucket[j].high < end)
				count[i] += from->bucket[j].count;
	}
	count[shape->nr] = headroom_histogram_count(from);
	exposition_add_histogram(e, family, labels, bound, count, shape->nr);
}

static void put_causes(const struct metrics_families *f, struct exposition *e, const char *labels,
		       const struct headroom_stats *stats)
{
	if (!f->cause.nr && !f->latency.nr)
		return;
	for (size_t i = 0; i < stats->nr_stalls; i++) {
		const struct headroom_stall *stall = &stats->stall[i];
		char buf[HEADROOM_LABEL_SIZE];
		char *more = add_label(e, labels, "cause",
				       headroom_stall_cause_label(stall->cause, buf, sizeof(buf)));

		metrics_set_put(&f->cause, e, more, stall);
		metrics_set_put(&f->latency, e, more, stall);
		put_histogram(e, f->latency_histogram, more, &latency, 0, &stall->latency);
		free(more);
	}
}

static void put_kinds(const struct metrics_families *f, struct exposition *e, const char *labels,
		      const struct headroom_stats *stats)
{
	for (size_t i = 0; f->kind.nr && i < stats->nr_pages; i++) {
		const struct headroom_pages *pages = &stats->pages[i];
		char buf[HEADROOM_LABEL_SIZE];
		char *kind = add_label(e, labels, "kind",
				       headroom_page_kind_label(pages->kind, buf, sizeof(buf)));
		char *both = kind ? add_label(e, kind, "reason",
			headroom_reason_label(pages->reason, buf, sizeof(buf))) : NULL;

		metrics_set_put(&f->kind, e, both, pages);
		free(both);
		free(kind);
	}
}

static void put_target(const struct metrics_families *f, struct exposition *e, const char *labels,
		       const struct headroom_target *target)
{
	metrics_set_put(&f->target, e, labels, target);
	for (size_t i = 0; f->reclaim.nr && i < target->nr_reclaim; i++) {
		char buf[HEADROOM_LABEL_SIZE];
		char *more = add_label(e, labels, "reason",
			headroom_reason_label(target->reclaim[i].reason, buf, sizeof(buf)));

		metrics_set_put(&f->reclaim, e, more, &target->reclaim[i]);
		free(more);
	}
}

/* What is unknown, or has no limit, has no sample. */
static void put_memory(const struct metrics_families *f, struct exposition *e, const char *labels,
		       const struct metrics_moment *moment, const struct headroom_cgroup *cgroup)
{
	uint64_t value;
	char text[64];
	int err;

	for (size_t i = 0; i < LENGTH(amounts); i++) {
		if (f->amount[i] == SIZE_MAX)
			continue;
		err = source_file_read(moment->h, cgroup->id, cgroup->path, amounts[i].file, text,
				       sizeof(text));
		if (err == -ENOMEM)
			exposition_spoil(e);
		if (!err && field_number(text, &value) && value != FIELD_MAX)
			exposition_add_uint(e, f->amount[i], labels, value);
	}
}

/* The path of an evictor, which may be outside the subtree that was read; freed by the caller */
static char *evictor_path(const struct metrics_moment *moment, uint64_t id)
{
	const struct headroom_cgroup *cgroup = headroom_snapshot_find(moment->snapshot, id);
	char *path = NULL;

	if (!id)
		return strdup("(others)");
	if (cgroup && cgroup->path)
		return strdup(cgroup->path);
	if (!cgroup && source_cgroup_path(moment->h, id, &path) == -ENOMEM)
		return NULL;
	return path ? path : strdup("(removed)");
}

static const struct headroom_victim *find_victim(const struct headroom_blame *blame, uint64_t id)
{
	size_t low = 0, high = blame->nr;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (blame->victim[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < blame->nr && blame->victim[low].id == id ? &blame->victim[low] : NULL;
}

/**
 * struct blamed - evictors of one victim with the same labels
 * @labels: of the victim, the evictor and the reason
 * @sum: of their counters
 */
struct blamed {
	char *labels;
	struct headroom_evictor sum;
};

/* Whether an evictor is neither the victim nor below it; a path that is none begins with "(" */
static const char *is_outside(const char *evictor, const char *victim)
{
	if (evictor[0] != '/')
		return "unknown";
	return path_is_within(evictor, victim) ? "false" : "true";
}

static char *blamed_labels(struct exposition *e, const char *labels,
			   const struct metrics_moment *moment, const char *victim,
			   const struct headroom_evictor *evictor)
{
	char *path = evictor_path(moment, evictor->id), *text[3] = { NULL };
	char buf[HEADROOM_LABEL_SIZE];

	if (path)
		text[0] = exposition_label(labels, "evictor", path);
	if (text[0])
		text[1] = exposition_label(text[0], "outside", is_outside(path, victim));
	if (text[1])
		text[2] = exposition_label(text[1], "reason", evictor->id ?
			headroom_reason_label(evictor->reason, buf, sizeof(buf)) : "others");
	if (!text[2])
		exposition_spoil(e);
	free(text[1]);
	free(text[0]);
	free(path);
	return text[2];
}

/* Several removed cgroups, and a cgroup and the sum of those below it, have the same labels. */
static void sum_up(struct blamed *blamed, size_t *nr, char *labels,
		   const struct headroom_evictor *evictor)
{
	size_t i = 0;

	while (i < *nr && strcmp(blamed[i].labels, labels))
		i++;
	if (i < *nr) {
		free(labels);
	} else {
		blamed[i].labels = labels;
		++*nr;
	}
	for (const struct headroom_counter *c = headroom_counters(HEADROOM_COUNTERS_EVICTOR);
	     c->name; c++)
		*(uint64_t *)((char *)&blamed[i].sum + c->offset) +=
			headroom_counter_value(c, evictor);
}

static void put_blame(const struct metrics_families *f, struct exposition *e, const char *labels,
		      const struct metrics_moment *moment, const struct headroom_cgroup *cgroup)
{
	const struct headroom_victim *victim = moment->blame ?
					       find_victim(moment->blame, cgroup->id) : NULL;
	struct blamed *blamed;
	size_t nr = 0;

	if (!victim || !victim->nr)
		return;
	blamed = calloc(victim->nr, sizeof(*blamed));
	if (!blamed) {
		exposition_spoil(e);
		return;
	}
	for (size_t i = 0; i < victim->nr; i++) {
		char *more = blamed_labels(e, labels, moment, cgroup->path,
					   &victim->evictor[i]);

		if (more)
			sum_up(blamed, &nr, more, &victim->evictor[i]);
	}
	for (size_t i = 0; i < nr; i++) {
		metrics_set_put(&f->blame, e, blamed[i].labels, &blamed[i].sum);
		free(blamed[i].labels);
	}
	free(blamed);
}

static bool is_utf8(const char *text)
{
	size_t len;

	while ((len = utf8_sequence(text)))
		text += len;
	return !*text;
}

static char *label_cgroup(struct exposition *e, const struct headroom_cgroup *cgroup)
{
	char *labels = add_label(e, NULL, "cgroup", cgroup->path), *both;
	char id[24];

	if (!labels || is_utf8(cgroup->path))
		return labels;
	snprintf(id, sizeof(id), "%" PRIu64, cgroup->id);
	both = add_label(e, labels, "id", id);
	free(labels);
	return both;
}

void metrics_put_cgroup(const struct metrics_families *f, struct exposition *e,
			const struct metrics_moment *moment, const struct headroom_cgroup *cgroup)
{
	const struct headroom_stats *stats = &cgroup->subtree;
	char *labels = label_cgroup(e, cgroup);

	if (!labels)
		return;
	metrics_set_put(&f->stall, e, labels, stats);
	put_causes(f, e, labels, stats);
	metrics_set_put(&f->refault, e, labels, stats);
	if (cgroup->psi)
		metrics_set_put(&f->psi, e, labels, cgroup);
	put_target(f, e, labels, &cgroup->target);
	put_kinds(f, e, labels, stats);
	put_memory(f, e, labels, moment, cgroup);
	put_histogram(e, f->distance_histogram, labels, &distance, moment->page_size,
		      &stats->refault_distance);
	put_histogram(e, f->age_histogram, labels, &age, moment->page_size, &stats->refault_age);
	put_blame(f, e, labels, moment, cgroup);
	free(labels);
}
