// SPDX-License-Identifier: GPL-2.0
/* Rules, decisions, claims and log lines as JSON */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "control_json.h"
#include "json_build.h"

/* --- rules --- */

/* "protect max=1.0 GiB share=95.0 %" */
static void add_action(struct json_object *object, const struct rule *rule)
{
	const struct action_parameter *p = rule->action->parameter;
	char text[2048], buf[48];
	size_t at = snprintf(text, sizeof(text), "%s", rule->action->name);

	for (size_t i = 0; p[i].name && at < sizeof(text); i++) {
		const char *value = action_print_value(buf, sizeof(buf), &p[i],
						       &rule->parameter[i]);

		if (*value)
			at += snprintf(text + at, sizeof(text) - at, " %s=%s", p[i].name, value);
	}
	json_add_text(object, "do", text);
}

struct json_object *control_json_rule(const struct rule *rule, size_t cgroups, size_t holds)
{
	struct json_object *object = json_new_object(), *globs = json_new_array();

	for (size_t i = 0; i < rule->cgroups.nr; i++)
		json_append_text(globs, rule->cgroups.glob[i]);
	json_add_text(object, "rule", rule->name);
	json_add_text(object, "place", rule->place);
	json_add(object, "patterns", globs);
	json_add_text(object, "when", rule->when.text);
	add_action(object, rule);
	json_add_number(object, "weight", rule->weight);
	json_add_uint(object, "cooldown_ns", rule->cooldown);
	json_add_bool(object, "dry_run", rule->dry_run);
	json_add_uint(object, "cgroups", cgroups);
	json_add_uint(object, "holds", holds);
	return object;
}

/* --- decisions --- */

/* Unknown is null */
static void add_truth(struct json_object *object, enum truth truth)
{
	if (truth == UNKNOWN)
		json_add_null(object, "holds");
	else
		json_add_bool(object, "holds", truth == TRUE);
}

/* A moment on the clock of frames as one on the wall; null if it has not come */
static void add_since(struct json_object *object, const struct frame_clocks *now, uint64_t moment)
{
	if (moment)
		json_add_uint(object, "since_unix_ns", now->wall - (now->monotonic - moment));
	else
		json_add_null(object, "since_unix_ns");
}

static void add_sample(struct json_object *object, const struct signal *signal,
		       const struct sample *s)
{
	char text[192];

	json_add_text(object, "signal", signal->name);
	json_add_text(object, "unit", unit_word(signal->unit));
	json_add_number(object, "value", s->blind ? NAN : s->value);
	json_add_number(object, "low", s->blind ? NAN : s->low);
	json_add_number(object, "high", s->blind ? NAN : s->high);
	json_add_number(object, "whole", s->has_whole ? s->whole : NAN);
	json_add_text(object, "blind", s->blind);
	json_add_text(object, "value_text", sample_print(text, sizeof(text), signal, s));
}

static struct json_object *comparison(const struct decision *d, size_t i)
{
	const struct condition_node *node = &d->rule->when.node[i];
	const struct condition_state *state = &d->state[i];
	struct json_object *object = json_new_object();
	char *text = strndup(d->rule->when.text + node->text, node->length);

	if (text)
		json_add_text(object, "text", text);
	else
		json_spoil(object);
	free(text);
	add_sample(object, node->signal, &state->sample);
	json_add_bool(object, "above", node->above);
	json_add_number(object, "threshold", node->threshold.value);
	json_add_number(object, "until", node->has_until ? node->until.value : NAN);
	json_add_bool(object, "relative", node->threshold.relative);
	add_truth(object, state->truth);
	add_since(object, &d->time, state->changed);
	return object;
}

/* How long the part of a "for" has held */
static struct json_object *duration(const struct decision *d, size_t i)
{
	const struct condition_state *state = &d->state[i];
	struct json_object *object = json_new_object();

	json_add_uint(object, "for_ns", d->rule->when.node[i].duration);
	json_add_uint(object, "held_ns", state->since ? d->time.monotonic - state->since : 0);
	add_truth(object, state->truth);
	return object;
}

struct json_object *control_json_decision(const struct decision *d)
{
	struct json_object *comparisons = json_new_array(), *durations = json_new_array();
	struct json_object *object = json_new_object();
	const struct condition *when = &d->rule->when;

	for (size_t i = 0; i < when->nr; i++) {
		if (when->node[i].type == CONDITION_COMPARE)
			json_append(comparisons, comparison(d, i));
		else if (when->node[i].type == CONDITION_FOR)
			json_append(durations, duration(d, i));
	}
	json_add_text(object, "rule", d->rule->name);
	json_add_uint(object, "cgroup_id", d->id);
	json_add_text(object, "path", d->path);
	json_add_uint(object, "unix_ns", d->time.wall);
	json_add_text(object, "when", when->text);
	add_truth(object, d->when);
	add_since(object, &d->time, d->state[when->nr - 1].changed);
	json_add(object, "comparisons", comparisons);
	json_add(object, "durations", durations);
	json_add_text(object, "action", d->rule->action->name);
	json_add_text(object, "reason", d->why);
	json_add_bool(object, "dry_run", d->dry);
	return object;
}

/* --- claims --- */

/* The value of a knob; "max" is null */
static void add_value(struct json_object *object, const char *key, uint64_t value)
{
	if (value == UINT64_MAX)
		json_add_null(object, key);
	else
		json_add_uint(object, key, value);
}

struct json_object *control_json_claim(const struct claim *claim)
{
	struct json_object *object = json_new_object(), *demands = json_new_array(), *demand;

	for (size_t i = 0; i < claim->nr; i++) {
		demand = json_new_object();
		json_add_text(demand, "rule", claim->demand[i].rule);
		add_value(demand, "value", claim->demand[i].value);
		json_append(demands, demand);
	}
	json_add_uint(object, "cgroup_id", claim->id);
	json_add_text(object, "path", claim->path);
	json_add_text(object, "knob", knob_name(claim->knob));
	add_value(object, "original", claim->original);
	add_value(object, "written", claim->written);
	json_add(object, "demands", demands);
	json_add_text(object, "write_error", claim->error ? strerror(-claim->error) : NULL);
	return object;
}

/* --- log lines --- */

struct json_object *control_json_line(const struct history_line *line)
{
	static const char *const levels[] = {
		[LOG_EMERG] = "emerg", [LOG_ALERT] = "alert", [LOG_CRIT] = "crit",
		[LOG_ERR] = "error", [LOG_WARNING] = "warning", [LOG_NOTICE] = "notice",
		[LOG_INFO] = "info", [LOG_DEBUG] = "debug",
	};
	struct json_object *object = json_new_object();

	json_add_uint(object, "unix_ns", line->time);
	json_add_text(object, "level", levels[LOG_PRI(line->level)]);
	json_add_text(object, "line", line->text);
	return object;
}
