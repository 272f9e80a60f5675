// SPDX-License-Identifier: GPL-2.0
/* Convert an explanation to JSON */

#include "why_json.h"

static void add_percent(struct json_object *object, const char *key, double part, double whole)
{
	if (whole > 0)
		json_add_number(object, key, 100 * part / whole);
	else
		json_add_null(object, key);
}

/* The cause of a stall, or null */
static void add_cause(struct json_object *object, const char *key,
		      const struct headroom_stalled *task)
{
	char label[HEADROOM_LABEL_SIZE];

	json_add_text(object, key, task ?
		      headroom_stall_cause_label(task->cause, label, sizeof(label)) : NULL);
}

static struct json_object *json_waits(const struct why_facts *facts)
{
	const struct headroom_stats *stats = &facts->activity->subtree;
	struct json_object *object = json_new_object(), *causes = json_new_array();

	json_add_number(object, "stall_percent", 100 * facts->waiting);
	for (size_t i = 0; i < stats->nr_stalls; i++) {
		const struct headroom_stall *stall = &stats->stall[i];
		struct json_object *cause;

		if (!headroom_stall_in_total(stall->cause) || !stall->total)
			continue;
		cause = json_new_object();
		json_add_text(cause, "cause", headroom_stall_cause_name(stall->cause));
		json_add_uint(cause, "count", stall->count);
		json_add_uint(cause, "total", stall->total);
		add_percent(cause, "share_percent", stall->total, stats->stall_total);
		json_append(causes, cause);
	}
	json_add(object, "causes", causes);
	json_add_uint(object, "stalls_dropped", stats->stalls_dropped);
	if (facts->in->unknown.stalled)
		json_add_null(object, "stalled");
	else
		json_add_uint(object, "stalled", facts->nr_stalled);
	if (facts->longest)
		json_add_uint(object, "longest_ns", facts->longest->time);
	else
		json_add_null(object, "longest_ns");
	add_cause(object, "longest_cause", facts->longest);
	return object;
}

static struct json_object *json_evictions(const struct why_facts *facts)
{
	const struct headroom_stats *stats = &facts->activity->subtree;
	struct json_object *object = json_new_object(), *reasons = json_new_array();

	json_add_uint(object, "evictions", stats->evictions);
	json_add_uint(object, "evictions_outside", stats->evictions_outside);
	json_add_uint(object, "evictions_machine", stats->evictions_machine);
	json_add_uint(object, "refaults", stats->refaults);
	json_add_uint(object, "refaults_shared", stats->refaults_shared);
	json_add_uint(object, "returned", stats->returned);
	json_add_uint(object, "returned_outside", stats->returned_outside);
	json_add_uint(object, "returned_machine", stats->returned_machine);
	for (size_t i = 0; i < WHY_REASONS; i++) {
		struct json_object *reason = json_new_object();

		json_add_text(reason, "reason", why_reason_name(i));
		json_add_uint(reason, "evictions", facts->evictions[i]);
		json_add_uint(reason, "refaults", facts->refaults[i]);
		json_append(reasons, reason);
	}
	json_add(object, "reasons", reasons);
	return object;
}

static struct json_object *json_evictors(const struct why_blame *blame)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < blame->nr; i++) {
		const struct why_evictor *evictor = &blame->evictor[i];
		struct json_object *object = json_new_object();

		json_add_uint(object, "id", evictor->id);
		json_add_text(object, "path", evictor->path);
		json_add_bool(object, "inside", evictor->inside);
		json_add_bool(object, "merged", evictor->merged);
		json_add_uint(object, "evictions", evictor->evictions);
		json_add_uint(object, "refaults", evictor->refaults);
		json_add_uint(object, "error", evictor->error);
		json_append(array, object);
	}
	return array;
}

static struct json_object *json_others(const struct why_blame *blame)
{
	struct json_object *object = json_new_object();

	json_add_uint(object, "evictions", blame->others_evictions);
	json_add_uint(object, "refaults", blame->others_refaults);
	return object;
}

static struct json_object *json_memory(const struct why_facts *facts)
{
	const struct why_memory *memory = &facts->memory;
	struct json_object *object = json_new_object();

	json_add_text(object, "pool", memory->target ? "target" : "local");
	json_add_uint(object, "refaults", memory->refaults);
	json_add_number(object, "refaults_per_s", memory->refaults / facts->in->interval->seconds);
	json_add_uint(object, "samples", memory->samples);
	json_add_bool(object, "matters", memory->matter);
	json_add_extra(object, &memory->extra, facts->in->page_size);
	if (memory->horizon)
		json_add_number(object, "horizon_pages", memory->horizon);
	else
		json_add_null(object, "horizon_pages");
	return object;
}

/* A number of bytes; null if it is unknown or "max" */
static void add_bytes(struct json_object *object, const char *key, const struct why_value *file)
{
	if (file->error || file->value == UINT64_MAX)
		json_add_null(object, key);
	else
		json_add_uint(object, key, file->value);
}

static struct json_object *json_limits(const struct why_input *in)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < in->nr_levels; i++) {
		const struct why_level *level = &in->level[i];
		struct json_object *object = json_new_object();
		bool read = true;

		for (size_t k = 0; k < WHY_FILES; k++)
			read &= !level->file[k].error;
		json_add_uint(object, "id", level->id);
		json_add_text(object, "path", level->path);
		json_add_bool(object, "read", read);
		add_bytes(object, "current_bytes", &level->file[WHY_CURRENT]);
		add_bytes(object, "max_bytes", &level->file[WHY_MAX]);
		add_bytes(object, "high_bytes", &level->file[WHY_HIGH]);
		add_bytes(object, "low_bytes", &level->file[WHY_LOW]);
		json_add_uint(object, "evictions", level->evictions);
		json_append(array, object);
	}
	return array;
}

static struct json_object *json_advice(const struct why *why)
{
	const struct why_advice *advice = &why->advice;
	struct json_object *object = json_new_object();

	json_add_text(object, "action", why_action_name(advice->action));
	json_add_text(object, "reason", advice->reason < WHY_REASONS ?
		      why_reason_name(advice->reason) : NULL);
	json_add_number(object, "share_percent", 100 * advice->share);
	json_add_number(object, "outside_percent", 100 * advice->outside);
	if (advice->id)
		json_add_uint(object, "cgroup_id", advice->id);
	else
		json_add_null(object, "cgroup_id");
	json_add_text(object, "path", advice->path);
	json_add_text(object, "file", advice->file);
	if (advice->value)
		json_add_uint(object, "value_bytes", advice->value);
	else
		json_add_null(object, "value_bytes");
	json_add_uint(object, "ancestors", advice->nr_above);
	return object;
}

static struct json_object *json_sentences(const struct why *why)
{
	struct json_object *array = json_new_array();

	for (size_t i = 0; i < why->nr; i++) {
		struct json_object *object = json_new_object();

		json_add_text(object, "about", why->sentence[i].about);
		json_add_text(object, "text", why->sentence[i].text);
		json_append(array, object);
	}
	return array;
}

struct json_object *why_json(const struct why *why)
{
	const struct why_facts *facts = &why->facts;
	const struct why_input *in = facts->in;
	struct json_object *object = json_new_object();

	json_add_time(object, in->interval->time);
	json_add_uint(object, "id", in->id);
	json_add_text(object, "path", facts->activity->cgroup->path);
	json_add_number(object, "interval_s", in->interval->seconds);
	json_add_bool(object, "consistent", in->interval->consistent);
	json_add_uint(object, "page_size", in->page_size);
	json_add_uint(object, "sample_shift", in->sample_shift);
	json_add_bool(object, "stalls_tracked", in->tracked);
	json_add(object, "waits", json_waits(facts));
	json_add(object, "evictions", json_evictions(facts));
	if (in->unknown.blame) {
		json_add_null(object, "evictors");
		json_add_null(object, "others");
	} else {
		json_add(object, "evictors", json_evictors(&facts->blame));
		json_add(object, "others", json_others(&facts->blame));
	}
	json_add(object, "memory", json_memory(facts));
	json_add(object, "limits", json_limits(in));
	if (in->unknown.breaches)
		json_add_null(object, "low_breaches");
	else
		json_add_uint(object, "low_breaches", in->breaches);
	if (in->unknown.mglru)
		json_add_null(object, "mglru");
	else
		json_add_bool(object, "mglru", in->mglru);
	json_add(object, "advice", json_advice(why));
	json_add(object, "sentences", json_sentences(why));
	return object;
}
