// SPDX-License-Identifier: GPL-2.0
/* Print events as lines or as JSON */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "clock.h"
#include "event_print.h"
#include "json.h"
#include "parameter.h"
#include "text.h"
#include "wall_clock.h"

static const char *const type_names[] = {
	[HEADROOM_EVENT_TRIGGER] = "trigger",
	[HEADROOM_EVENT_CGROUP_BORN] = "cgroup_born",
	[HEADROOM_EVENT_CGROUP_GONE] = "cgroup_gone",
	[HEADROOM_EVENT_OOM_KILL] = "oom_kill",
	[HEADROOM_EVENT_PARAMS] = "params",
	[HEADROOM_EVENT_EXIT] = "exit",
	[HEADROOM_EVENT_DROPPED] = "dropped",
};

static void print_start(const struct headroom_event *event)
{
	uint64_t ns = wall_clock_ns(event->time);
	time_t seconds = ns / NS_PER_S;
	char text[32] = "?";
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%T", &tm);
	printf("%s.%03u %-11s ", text, (unsigned int)(ns % NS_PER_S / 1000000),
	       text_words(type_names[event->type]).s);
}

static int print_name(const char *name)
{
	char *printed = text_name(name);

	if (!printed)
		return -ENOMEM;
	fputs(printed, stdout);
	free(printed);
	return 0;
}

static int print_cgroup(const struct headroom_event *event)
{
	if (event->path)
		return print_name(event->path);
	printf("%" PRIu64, event->cgroup);
	return 0;
}

static struct text amount(uint32_t metric, uint64_t value)
{
	struct text text;

	if (metric == HEADROOM_TRIGGER_METRIC_STALL)
		return quantity_ns(value);
	snprintf(text.s, sizeof(text.s), "%" PRIu64, value);
	return text;
}

/* "stalled 62.1 ms in 1.0 s, reached 50.0 ms (refault)" */
static void print_trigger(const struct headroom_event *event, const struct watched *watched)
{
	const struct headroom_trigger *trigger = &watched->trigger;

	fputs(trigger->metric == HEADROOM_TRIGGER_METRIC_STALL ? ": stalled " : ": refaults ",
	      stdout);
	printf("%s in %s", amount(trigger->metric, event->value).s, quantity_ns(trigger->window).s);
	printf(", reached %s", amount(trigger->metric, trigger->threshold).s);
	if (trigger->cause)
		printf(" (%s)", text_words(headroom_stall_cause_name(trigger->cause)).s);
}

static void print_config(const struct headroom_event *event)
{
	struct text value;

	for (size_t i = 0; i < NR_PARAMETERS; i++) {
		value = parameter_value(&event->params, i);
		printf("%s%s=%s", i ? " " : "", parameter_names[i], value.s);
	}
}

static int print_line(const struct headroom_event *event, const struct watched *watched)
{
	int err = 0;

	print_start(event);
	switch (event->type) {
	case HEADROOM_EVENT_OOM_KILL:
		err = print_cgroup(event);
		fputs(": ", stdout);
		if (!err)
			err = print_name(event->comm);
		printf(", pid %" PRIu32, event->pid);
		break;
	case HEADROOM_EVENT_TRIGGER:
		err = print_cgroup(event);
		if (watched)
			print_trigger(event, watched);
		break;
	case HEADROOM_EVENT_PARAMS:
		print_config(event);
		break;
	case HEADROOM_EVENT_EXIT:
		fputs("the module is being unloaded", stdout);
		break;
	case HEADROOM_EVENT_DROPPED:
		if (event->dropped)
			printf("%" PRIu64 " events", event->dropped);
		else
			fputs("events (number unknown)", stdout);
		break;
	default:
		err = print_cgroup(event);
	}
	putchar('\n');
	return err;
}

static void json_add_trigger(struct json_object *object, const struct headroom_event *event,
			     const struct watched *watched)
{
	bool stall;

	json_add_uint(object, "trigger", event->trigger);
	json_add_uint(object, "value", event->value);
	if (!watched)
		return;
	stall = watched->trigger.metric == HEADROOM_TRIGGER_METRIC_STALL;
	json_add_text(object, "metric", stall ? "stall" : "refaults");
	json_add_text(object, "cause", headroom_stall_cause_name(watched->trigger.cause));
	json_add_uint(object, "threshold", watched->trigger.threshold);
	json_add_uint(object, "window_ns", watched->trigger.window);
}

static int print_json(const struct headroom_event *event, const struct watched *watched)
{
	struct json_object *object = json_new_object();

	json_add_text(object, "type", type_names[event->type]);
	json_add_time(object, event->time);
	json_add_uint(object, "seq", event->seq);
	if (event->cgroup) {
		json_add_uint(object, "cgroup_id", event->cgroup);
		json_add_text(object, "path", event->path);
	}
	if (event->parent_id)
		json_add_uint(object, "parent_id", event->parent_id);
	if (event->type == HEADROOM_EVENT_OOM_KILL) {
		json_add_uint(object, "pid", event->pid);
		json_add_text(object, "comm", event->comm);
	}
	if (event->type == HEADROOM_EVENT_TRIGGER)
		json_add_trigger(object, event, watched);
	if (event->type == HEADROOM_EVENT_PARAMS)
		json_add(object, "params", parameters_json(&event->params));
	if (event->type == HEADROOM_EVENT_DROPPED)
		json_add_uint(object, "dropped", event->dropped);
	return json_print_line(object);
}

int event_print(const struct headroom_event *event, const struct watched *watched, bool json)
{
	/* a newer library may know types that this program does not */
	if (event->type >= sizeof(type_names) / sizeof(type_names[0]) || !type_names[event->type])
		return 0;
	return json ? print_json(event, watched) : print_line(event, watched);
}
