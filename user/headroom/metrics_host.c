// SPDX-License-Identifier: GPL-2.0
/* The metrics of a host: see metrics_host.h */

#include <json-c/json.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "daemon_client.h"
#include "exposition.h"
#include "metrics_host.h"
#include "metrics_set.h"

/* A second for each answer, so that a scrape does not wait for a daemon that hangs */
#define DAEMON_TIMEOUT	1

/* --- a family with one sample --- */

static void gauge(struct exposition *e, const char *name, const char *unit, double value,
		  const char *help)
{
	exposition_add_number(e, exposition_family(e, name, EXPOSITION_GAUGE, unit, help), NULL,
			      value);
}

static void seconds_total(struct exposition *e, const char *name, uint64_t ns, const char *help)
{
	exposition_add_ns(e, exposition_family(e, name, EXPOSITION_COUNTER, "seconds", help), NULL,
			  ns);
}

/* @labels, which may be NULL, and one more; an empty value for NULL */
static char *label(struct exposition *e, const char *before, const char *name, const char *value)
{
	char *labels = exposition_label(before, name, value ? value : "");

	if (!labels)
		exposition_spoil(e);
	return labels;
}

/* A sample with two labels */
static void put_pair(struct exposition *e, size_t family, const char *name, const char *value,
		     const char *name2, const char *value2, double number)
{
	char *first = label(e, NULL, name, value);
	char *both = first ? label(e, first, name2, value2) : NULL;

	exposition_add_number(e, family, both, number);
	free(both);
	free(first);
}

/* --- the module --- */

static void put_hooks(struct exposition *e, const struct headroom_status *status)
{
	size_t family = exposition_family(e, "headroom_module_hook_attached", EXPOSITION_GAUGE,
		NULL, "1 for an attached hook; without it, some counters stay at zero");

	for (size_t i = 0; i < status->nr_hooks; i++)
		put_pair(e, family, "hook", status->hook[i].name, "required",
			 status->hook[i].required ? "true" : "false", status->hook[i].attached);
}

static void put_dropped(struct exposition *e, const struct headroom_status *status)
{
	struct metrics_set dropped = { 0 };

	metrics_set_add(&dropped, e, HEADROOM_COUNTERS_DROPPED, "headroom_dropped_", NULL);
	metrics_set_put(&dropped, e, NULL, status);
	metrics_set_clear(&dropped);
}

static void put_table(struct exposition *e, const struct headroom_status *status)
{
	size_t remembered = exposition_family(e, "headroom_module_remembered_pages",
		EXPOSITION_COUNTER, "pages", "evicted pages put into the nonresident table");

	exposition_add_uint(e, remembered, NULL, status->table_remembered);
	gauge(e, "headroom_module_table_entries", NULL, status->table_entries,
	      "capacity of the nonresident table");
	gauge(e, "headroom_module_table_entries_used", NULL, status->table_used,
	      "entries of the nonresident table in use");
	gauge(e, "headroom_module_table_bytes", "bytes", status->table_bytes,
	      "memory of the nonresident table");
}

static void put_cost(struct exposition *e, const struct headroom_status *status)
{
	gauge(e, "headroom_module_cgroups", NULL, status->cgroups, "cgroups with a record");
	gauge(e, "headroom_module_cgroup_bytes", "bytes",
	      (double)status->cgroups * status->cgroup_bytes, "memory of all records of cgroups");
	gauge(e, "headroom_module_buckets_bytes", "bytes",
	      (double)status->histograms * status->histogram_bytes, "memory of all histograms");
	gauge(e, "headroom_module_triggers", NULL, status->triggers, "triggers of all processes");
	gauge(e, "headroom_module_stalled_tasks", NULL, status->stalled,
	      "tasks in a stall or in proactive reclaim now");
	seconds_total(e, "headroom_module_worker_seconds", status->worker_time,
		      "CPU time of background work");
	seconds_total(e, "headroom_module_request_seconds", status->request_time,
		      "CPU time for answers to requests");
}

/* INFINITY if all that was evicted is still recognised */
static double horizon(const struct headroom_cgroup *root)
{
	uint64_t ns = headroom_horizon_age(&root->subtree);

	return ns == UINT64_MAX ? INFINITY : (double)ns / NS_PER_S;
}

void metrics_put_module(struct exposition *e, const struct headroom_status *status,
			const struct headroom_cgroup *root)
{
	size_t info = exposition_family(e, "headroom_module", EXPOSITION_INFO, NULL,
					"release of the module and of the kernel");

	put_pair(e, info, "version", status->version, "kernel", status->kernel, 1);
	gauge(e, "headroom_module_page_size_bytes", "bytes", status->page_size,
	      "bytes in a page");
	gauge(e, "headroom_module_sampled_ratio", "ratio",
	      ldexp(1, -(int)status->sample_shift), "share of the pages that are tracked");
	gauge(e, "headroom_module_stalls_tracked", NULL, status->stalls, "1 if stalls are tracked");
	put_hooks(e, status);
	put_table(e, status);
	put_cost(e, status);
	put_dropped(e, status);
	if (root)
		gauge(e, "headroom_horizon_seconds", "seconds", horizon(root),
		      "age up to which a refault is recognised; +Inf if there is no bound");
}

/* --- headroomd --- */

static double number(struct json_object *object, const char *key)
{
	struct json_object *value = json_object_object_get(object, key);

	return value ? json_object_get_double(value) : NAN;
}

/* A gauge from a field of an answer; none if the field is null or missing */
static void put_field(struct exposition *e, const char *name, const char *unit,
		      struct json_object *object, const char *key, double factor, const char *help)
{
	double value = number(object, key);

	if (!isnan(value))
		gauge(e, name, unit, value * factor, help);
}

/* Claims whose last write failed; an answer lists 1,000 claims at most */
static size_t failed_claims(struct json_object *status)
{
	struct json_object *claims = json_object_object_get(status, "claims");
	size_t nr = 0;

	for (size_t i = 0; json_object_is_type(claims, json_type_array) &&
			   i < json_object_array_length(claims); i++)
		if (json_object_object_get(json_object_array_get_idx(claims, i), "write_error"))
			nr++;
	return nr;
}

static void put_daemon_status(struct exposition *e, struct json_object *s)
{
	struct json_object *frame = json_object_object_get(s, "frame");

	put_field(e, "headroom_daemon_uptime_seconds", "seconds", s, "uptime_ns", 1.0 / NS_PER_S,
		  "time since headroomd was started");
	put_field(e, "headroom_daemon_rules", NULL, s, "rules", 1, "rules of headroomd");
	put_field(e, "headroom_daemon_cgroups", NULL, s, "cgroups", 1,
		  "cgroups that a rule matches");
	put_field(e, "headroom_daemon_paused", NULL, s, "paused", 1, "1 if no rule is evaluated");
	put_field(e, "headroom_daemon_dry_run", NULL, s, "dry_run", 1,
		  "1 if headroomd changes nothing, and logs what it would do");
	gauge(e, "headroom_daemon_module_lost", NULL, !!json_object_object_get(s, "module_error"),
	      "1 if headroomd cannot read the module");
	put_field(e, "headroom_daemon_knobs", NULL, s, "knobs", 1,
		  "cgroup files that headroomd has changed, and will restore");
	put_field(e, "headroom_daemon_dry_knobs", NULL, s, "dry_knobs", 1,
		  "cgroup files that rules in a dry run would have changed");
	gauge(e, "headroom_daemon_failed_knobs", NULL, failed_claims(s),
	      "cgroup files that headroomd could not write");
	put_field(e, "headroom_daemon_added_bytes", "bytes", s, "added_bytes", 1,
		  "protection that headroomd has added");
	put_field(e, "headroom_daemon_budget_bytes", "bytes", s, "budget_bytes", 1,
		  "the most protection that it may add");
	put_field(e, "headroom_daemon_frame_seconds", "seconds", frame, "duration_ns",
		  1.0 / NS_PER_S, "time that the last reading of headroomd took");
}

static void put_rule(struct exposition *e, const size_t family[3], struct json_object *rule)
{
	static const char *const key[] = { "cgroups", "holds", "dry_run" };
	const char *name = json_object_get_string(json_object_object_get(rule, "rule"));
	char *labels = label(e, NULL, "rule", name);

	for (size_t i = 0; i < 3; i++)
		exposition_add_number(e, family[i], labels, number(rule, key[i]));
	free(labels);
}

static void put_act(struct exposition *e, size_t family, struct json_object *act,
		    const char *result)
{
	const char *action = json_object_get_string(json_object_object_get(act, "action"));
	const char *rule = json_object_get_string(json_object_object_get(act, "rule"));
	char *labels = label(e, NULL, "rule", rule);
	char *two = labels ? label(e, labels, "action", action) : NULL;
	char *three = two ? label(e, two, "result", result) : NULL;

	exposition_add_number(e, family, three, number(act, result));
	free(three);
	free(two);
	free(labels);
}

/* A daemon of before has no acts */
static void put_acts(struct exposition *e, struct json_object *status)
{
	static const char *const results[] = { "done", "refused", "failed" };
	struct json_object *acts = json_object_object_get(status, "acts"), *act;
	size_t family;

	if (!json_object_is_type(acts, json_type_array))
		return;
	family = exposition_family(e, "headroom_daemon_acts", EXPOSITION_COUNTER, NULL,
		"acts of the rule: done; refused, because one like it was under way; or failed");
	for (size_t i = 0; i < json_object_array_length(acts); i++) {
		act = json_object_array_get_idx(acts, i);
		for (size_t r = 0; r < sizeof(results) / sizeof(results[0]); r++)
			put_act(e, family, act, results[r]);
	}
}

static void put_kills(struct exposition *e, struct json_object *status)
{
	struct json_object *kills = json_object_object_get(status, "kills");
	size_t family;
	char *labels;

	if (!json_object_is_type(kills, json_type_object))
		return;
	family = exposition_family(e, "headroom_daemon_kills", EXPOSITION_COUNTER, NULL,
		"kills of headroomd; verified: no task was left");
	for (int verified = 0; verified < 2; verified++) {
		labels = label(e, NULL, "verified", verified ? "true" : "false");
		exposition_add_number(e, family, labels,
				      number(kills, verified ? "verified" : "unverified"));
		free(labels);
	}
}

/*
 * Ask, and parse the lines of the answer
 *
 * Return: an array of objects, without the last line, which says that it succeeded; NULL if it did
 * not. The caller puts it.
 */
static struct json_object *ask(const char *socket, const char *request)
{
	struct json_object *array = json_object_new_array(), *object = NULL;
	bool ok = false;
	char *answer, *line, *at;

	if (!array || daemon_ask(socket, request, DAEMON_TIMEOUT, &answer)) {
		json_object_put(array);
		return NULL;
	}
	at = answer;
	while (!ok && (line = strsep(&at, "\n")) && at) {
		object = json_tokener_parse(line);
		if (!json_object_is_type(object, json_type_object))
			break;
		ok = json_object_get_boolean(json_object_object_get(object, "ok"));
		if (!ok && json_object_array_add(array, object))
			break;
		if (!ok)
			object = NULL;
	}
	json_object_put(object);
	free(answer);
	if (ok)
		return array;
	json_object_put(array);
	return NULL;
}

void metrics_put_daemon(struct exposition *e, const char *socket)
{
	struct json_object *status = ask(socket, "status"), *rules = NULL;
	size_t family[3];

	if (status && json_object_array_length(status) == 1) {
		put_daemon_status(e, json_object_array_get_idx(status, 0));
		put_acts(e, json_object_array_get_idx(status, 0));
		put_kills(e, json_object_array_get_idx(status, 0));
		rules = ask(socket, "rules");
	}
	if (rules) {
		family[0] = exposition_family(e, "headroom_daemon_rule_cgroups", EXPOSITION_GAUGE,
					      NULL, "cgroups that the rule matches");
		family[1] = exposition_family(e, "headroom_daemon_rule_holds", EXPOSITION_GAUGE,
					      NULL, "of them, cgroups for which its condition holds");
		family[2] = exposition_family(e, "headroom_daemon_rule_dry_run", EXPOSITION_GAUGE,
					      NULL, "1 if the rule only logs what it would do");
		for (size_t i = 0; i < json_object_array_length(rules); i++)
			put_rule(e, family, json_object_array_get_idx(rules, i));
	}
	json_object_put(rules);
	json_object_put(status);
}

/* --- the reading --- */

void metrics_put_reading(struct exposition *e, const struct metrics_reading *reading)
{
	gauge(e, "headroom_cgroups", NULL, reading->cgroups, "cgroups that are exported");
	gauge(e, "headroom_cgroups_dropped", NULL, reading->cgroups_dropped,
	      "cgroups that the limit on series leaves out: those that were stalled least");
	gauge(e, "headroom_cgroups_unnamed", NULL, reading->unnamed,
	      "cgroups that are not exported because they have no path");
	gauge(e, "headroom_series_dropped", NULL, reading->series_dropped,
	      "series that the limit on series leaves out");
	gauge(e, "headroom_series", NULL, exposition_series(e) + 3,
	      "series of this answer");
	gauge(e, "headroom_scrape_consistent", NULL, reading->consistent,
	      "0 if cgroups came or went during the reading: some may be missing");
	gauge(e, "headroom_scrape_duration_seconds", "seconds",
	      (double)reading->duration / NS_PER_S, "time that this reading took");
}
