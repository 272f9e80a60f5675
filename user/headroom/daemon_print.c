// SPDX-License-Identifier: GPL-2.0
/*
 * Print what headroomd answers, for people
 *
 * Texts of the daemon contain names of cgroups, which any user may choose.
 */

#include <inttypes.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "daemon_print.h"
#include "quantity.h"
#include "text.h"

/* --- fields --- */

static struct json_object *field(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value) ? value : NULL;
}

const char *daemon_field_text(struct json_object *object, const char *key)
{
	struct json_object *value = field(object, key);

	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
}

static uint64_t number(struct json_object *object, const char *key)
{
	return json_object_get_uint64(field(object, key));
}

static bool is_true(struct json_object *object, const char *key)
{
	return json_object_get_boolean(field(object, key));
}

static size_t length(struct json_object *array)
{
	return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

static void put(const char *text)
{
	char *safe = text_name(text);

	fputs(safe ? safe : "(out of memory)", stdout);
	free(safe);
}

static void put_field(struct json_object *object, const char *key)
{
	put(daemon_field_text(object, key));
}

static const char *plural(uint64_t nr)
{
	return nr == 1 ? "" : "s";
}

/* A moment of the wall clock; @fraction adds milliseconds */
static void put_time(uint64_t ns, bool fraction)
{
	time_t seconds = ns / NS_PER_S;
	struct tm tm;
	char text[32];

	strftime(text, sizeof(text), "%F %T", localtime_r(&seconds, &tm));
	fputs(text, stdout);
	if (fraction)
		printf(".%03u", (unsigned int)(ns % NS_PER_S / 1000000));
}

/* An age in the largest two units that it has */
static void put_age(uint64_t ns)
{
	uint64_t s = ns / NS_PER_S;

	if (s < 60)
		printf("%" PRIu64 " s", s);
	else if (s < 3600)
		printf("%" PRIu64 " min %" PRIu64 " s", s / 60, s % 60);
	else if (s < 24 * 3600)
		printf("%" PRIu64 " h %" PRIu64 " min", s / 3600, s % 3600 / 60);
	else
		printf("%" PRIu64 " d %" PRIu64 " h", s / (24 * 3600), s % (24 * 3600) / 3600);
}

/* --- status --- */

/* A value of a knob; null is max. Those of memory are in bytes, those of cpu.max in us. */
static void put_value(struct json_object *object, const char *key, const char *knob)
{
	if (!field(object, key))
		fputs("max", stdout);
	else if (strncmp(knob, "memory.", 7) == 0)
		fputs(quantity_bytes(number(object, key)).s, stdout);
	else if (strcmp(knob, "cpu.max") == 0)
		printf("%g ms a period", number(object, key) / 1e3);
	else if (strcmp(knob, "cgroup.freeze") == 0)
		fputs(number(object, key) ? "frozen" : "thawed", stdout);
	else
		printf("%" PRIu64, number(object, key));
}

/* @dry: a rule in a dry run claims it, so that its original is what it has */
static void put_claim(struct json_object *claim, bool dry)
{
	const char *knob = daemon_field_text(claim, "knob");
	struct json_object *demands = field(claim, "demands"), *demand;

	fputs("  ", stdout);
	put(knob);
	fputs(" of ", stdout);
	put_field(claim, "path");
	fputs(dry ? ": would be " : ": ", stdout);
	put_value(claim, "written", knob);
	fputs(dry ? ", is " : ", originally ", stdout);
	put_value(claim, "original", knob);
	for (size_t i = 0; i < length(demands); i++) {
		demand = json_object_array_get_idx(demands, i);
		fputs("; rule ", stdout);
		put_field(demand, "rule");
		fputs(" demands ", stdout);
		put_value(demand, "value", knob);
	}
	if (!length(demands))
		fputs("; for cgroups below it", stdout);
	if (field(claim, "write_error")) {
		fputs("; cannot be written: ", stdout);
		put_field(claim, "write_error");
	}
	putchar('\n');
}

static void put_claims(struct json_object *claims, uint64_t nr, bool dry)
{
	printf("%-11s %" PRIu64 " knob%s\n", dry ? "imagined" : "changed", nr, plural(nr));
	for (size_t i = 0; i < length(claims); i++)
		put_claim(json_object_array_get_idx(claims, i), dry);
	if (nr > length(claims))
		printf("  and %" PRIu64 " more\n", nr - length(claims));
}

static void put_frame(struct json_object *frame)
{
	fputs("last frame  ", stdout);
	if (!frame) {
		fputs("none\n", stdout);
		return;
	}
	put_time(number(frame, "unix_ns"), false);
	printf(", %" PRIu64 " cgroup%s, took %s\n", number(frame, "cgroups"),
	       plural(number(frame, "cgroups")), quantity_ns(number(frame, "duration_ns")).s);
}

static void put_budget(struct json_object *s)
{
	if (!field(s, "budget_bytes"))
		return;
	printf("budget      %s", quantity_bytes(number(s, "budget_bytes")).s);
	printf(" for protections, of which %s in use\n",
	       quantity_bytes(number(s, "added_bytes")).s);
}

/* The acts of all rules; daemons before these have none */
static void put_acts(struct json_object *s)
{
	struct json_object *acts = field(s, "acts"), *kills = field(s, "kills"), *act;
	uint64_t done = 0, refused = 0, failed = 0;

	if (!acts || !kills)
		return;
	for (size_t i = 0; i < length(acts); i++) {
		act = json_object_array_get_idx(acts, i);
		done += number(act, "done");
		refused += number(act, "refused");
		failed += number(act, "failed");
	}
	printf("acts        %" PRIu64 " done, %" PRIu64 " refused, %" PRIu64 " failed\n", done,
	       refused, failed);
	if (number(kills, "verified") || number(kills, "unverified"))
		printf("kills       %" PRIu64 " verified, %" PRIu64 " after which tasks were left\n",
		       number(kills, "verified"), number(kills, "unverified"));
}

void daemon_print_status(struct json_object *s)
{
	uint64_t rules = number(s, "rules"), cgroups = number(s, "cgroups");

	fputs("headroomd   ", stdout);
	put_field(s, "version");
	printf(", pid %" PRIu64 ", running for ", number(s, "pid"));
	put_age(number(s, "uptime_ns"));
	printf("\nrules       %" PRIu64 ", for %" PRIu64 " cgroup%s%s%s\n", rules, cgroups,
	       plural(cgroups), is_true(s, "dry_run") ? "; a dry run" : "",
	       is_true(s, "paused") ? "; paused: nothing is evaluated or changed" : "");
	fputs("module      ", stdout);
	put(field(s, "module_error") ? daemon_field_text(s, "module_error") : "answers");
	printf("\ninterval    %s\n", quantity_ns(number(s, "interval_ns")).s);
	put_frame(field(s, "frame"));
	put_budget(s);
	fputs("recording   ", stdout);
	put(field(s, "record") ? daemon_field_text(s, "record") : "none");
	putchar('\n');
	put_acts(s);
	put_claims(field(s, "claims"), number(s, "knobs"), false);
	if (number(s, "dry_knobs"))
		put_claims(field(s, "dry_claims"), number(s, "dry_knobs"), true);
}

/* --- rules --- */

void daemon_print_rule(struct json_object *rule)
{
	struct json_object *patterns = field(rule, "patterns");
	uint64_t cgroups = number(rule, "cgroups");

	fputs("rule ", stdout);
	put_field(rule, "rule");
	fputs(" (", stdout);
	put_field(rule, "place");
	printf(")%s\n  cgroups  ", is_true(rule, "dry_run") ? ", only logged" : "");
	for (size_t i = 0; i < length(patterns); i++) {
		fputs(i ? ", " : "", stdout);
		put(json_object_get_string(json_object_array_get_idx(patterns, i)));
	}
	fputs("\n  when     ", stdout);
	put_field(rule, "when");
	fputs("\n  do       ", stdout);
	put_field(rule, "do");
	printf(", weight %g", json_object_get_double(field(rule, "weight")));
	if (number(rule, "cooldown_ns"))
		printf(", at most once in %s", quantity_ns(number(rule, "cooldown_ns")).s);
	printf("\n  matches  %" PRIu64 " cgroup%s, and holds for %" PRIu64 "\n", cgroups,
	       plural(cgroups), number(rule, "holds"));
}

/* --- why --- */

static const char *truth(struct json_object *object, const char *yes, const char *no,
			 const char *unknown)
{
	return !field(object, "holds") ? unknown : is_true(object, "holds") ? yes : no;
}

static void put_since(struct json_object *object)
{
	if (!field(object, "since_unix_ns"))
		return;
	fputs(", since ", stdout);
	put_time(number(object, "since_unix_ns"), false);
}

static void put_comparison(struct json_object *comparison)
{
	fputs("  ", stdout);
	put_field(comparison, "text");
	fputs(": ", stdout);
	put_field(comparison, "value_text");
	if (!field(comparison, "blind"))
		printf(", %s", truth(comparison, "yes", "no", "unknown"));
	put_since(comparison);
	putchar('\n');
}

static void put_duration(struct json_object *duration)
{
	printf("  for %s", quantity_ns(number(duration, "for_ns")).s);
	printf(": it has held for %s, %s\n", quantity_ns(number(duration, "held_ns")).s,
	       truth(duration, "yes", "no", "unknown"));
}

void daemon_print_decision(struct json_object *decision)
{
	struct json_object *comparisons = field(decision, "comparisons");
	struct json_object *durations = field(decision, "durations");

	fputs("rule ", stdout);
	put_field(decision, "rule");
	fputs(" for ", stdout);
	put_field(decision, "path");
	printf(": the condition %s", truth(decision, "holds", "does not hold", "is unknown"));
	put_since(decision);
	putchar('\n');
	for (size_t i = 0; i < length(comparisons); i++)
		put_comparison(json_object_array_get_idx(comparisons, i));
	for (size_t i = 0; i < length(durations); i++)
		put_duration(json_object_array_get_idx(durations, i));
	fputs("  ", stdout);
	put_field(decision, "action");
	fputs(is_true(decision, "dry_run") ? ", only logged: " : ": ", stdout);
	put_field(decision, "reason");
	putchar('\n');
}

/* --- log --- */

void daemon_print_log(struct json_object *line)
{
	put_time(number(line, "unix_ns"), true);
	putchar(' ');
	put_field(line, "line");
	putchar('\n');
}
