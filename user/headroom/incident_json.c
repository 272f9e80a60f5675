// SPDX-License-Identifier: GPL-2.0
/*
 * An incident as the JSON that the page reads
 *
 *	format		1; a page reads no other
 *	version, recording, page_size, sample_shift, frames, per_row, cgroups_seen, utc_offset_s
 *	time_ms		of each row: the first one since 1970, then differences
 *	gaps		[{row, why}]
 *	causes		[{name, label}]: those that are part of the time in stalls
 *	summary		[{about, text, cgroup, from_ms, to_ms}]
 *	cgroups		[{path, name, parent, ...totals, series, extra, curve}]; name can be shown as it is
 *	left_out	{cgroups, waiting_ns, refaults, decisions}
 *	flows		[{victim, evictor, reason, evictions, refaults}]; evictor null: unknown, or left out
 *	stalls		[{cgroup, cause, row, low_ns, high_ns, pid, ended}]
 *	decisions	[{time_ms, cgroup, kind, rule, text}]
 *
 * A cgroup is its number in cgroups, or null. A series has a value for each row: null if unknown; a
 * series of one value is that value. Counters are pages, and microseconds in stalls. memory.current
 * and memory.swap.current are bytes, each as the difference to the last known one. Limits change
 * rarely: [[row, bytes], ...], null if unknown, "max" without a limit; above is the smallest one of the
 * cgroup's ancestors.
 *
 * So an hour of 40 busy cgroups takes a few MB, without an encoding that only a page could read.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "clock.h"
#include "incident_json.h"
#include "incident_select.h"
#include "incident_summary.h"
#include "interval.h"
#include "json.h"
#include "text.h"

#define FORMAT	1

struct converter {
	const struct incident *in;
	size_t top;
	struct incident_selection selection;
};

/* --- series --- */

/* Add a value that is JSON already; @json is freed */
static void add_raw(struct json_object *object, const char *key, char *json)
{
	json_add(object, key, json ? json_object_new_double_s(0, json) : NULL);
	free(json);
}

static bool is_constant(const struct incident *in, size_t cgroup, enum incident_column column)
{
	uint64_t first = incident_value(in, cgroup, column, 0);

	for (size_t row = 1; row < in->nr_rows; row++)
		if (incident_value(in, cgroup, column, row) != first)
			return false;
	return true;
}

/* Whether a column has nothing but zeros, and rows in which it is unknown */
static bool is_empty(const struct incident *in, size_t cgroup, enum incident_column column)
{
	return !in->cgroup[cgroup].column[column] ||
	       (column < INCIDENT_GAUGES && !in->cgroup[cgroup].total[column]);
}

static void write_value(FILE *out, uint64_t value, uint64_t unit)
{
	if (value == INCIDENT_UNKNOWN)
		fputs("null", out);
	else if (value == UINT64_MAX)
		fputs("\"max\"", out);
	else
		fprintf(out, "%" PRIu64, value / unit);
}

static void write_counter(FILE *out, const struct incident *in, size_t cgroup,
			  enum incident_column column)
{
	uint64_t unit = column >= INCIDENT_WAITING ? 1000 : 1;

	for (size_t row = 0; row < in->nr_rows; row++) {
		fputc(row ? ',' : '[', out);
		write_value(out, incident_value(in, cgroup, column, row), unit);
	}
	fputc(']', out);
}

static void write_gauge(FILE *out, const struct incident *in, size_t cgroup,
			enum incident_column column)
{
	uint64_t last = 0, value;

	for (size_t row = 0; row < in->nr_rows; row++) {
		value = incident_value(in, cgroup, column, row);
		fputc(row ? ',' : '[', out);
		if (value == INCIDENT_UNKNOWN)
			fputs("null", out);
		else
			fprintf(out, "%" PRId64, (int64_t)(value - last));
		last = value == INCIDENT_UNKNOWN ? last : value;
	}
	fputc(']', out);
}

static void write_limit(FILE *out, const struct incident *in, size_t cgroup,
			enum incident_column column)
{
	uint64_t last = 0, value;

	for (size_t row = 0; row < in->nr_rows; row++) {
		value = incident_value(in, cgroup, column, row);
		if (row && value == last)
			continue;
		fprintf(out, "%s[%zu,", row ? "," : "[", row);
		write_value(out, value, 1);
		fputc(']', out);
		last = value;
	}
	fputc(']', out);
}

static void add_series(struct json_object *object, const char *key, const struct incident *in,
		       size_t cgroup, enum incident_column column)
{
	char *json = NULL;
	size_t size;
	FILE *out = open_memstream(&json, &size);

	if (!out) {
		json_spoil(object);
		return;
	}
	if (column >= INCIDENT_MIN)
		write_limit(out, in, cgroup, column);
	else if (is_constant(in, cgroup, column))
		write_value(out, incident_value(in, cgroup, column, 0),
			    column >= INCIDENT_WAITING && column < INCIDENT_GAUGES ? 1000 : 1);
	else if (column >= INCIDENT_GAUGES)
		write_gauge(out, in, cgroup, column);
	else
		write_counter(out, in, cgroup, column);
	if (fclose(out)) {
		free(json);
		json = NULL;
	}
	add_raw(object, key, json);
}

static struct json_object *json_series(const struct incident *in, size_t cgroup)
{
	static const struct { const char *key; enum incident_column column; } columns[] = {
		{ "refaults", INCIDENT_REFAULTS }, { "evictions", INCIDENT_EVICTIONS },
		{ "waiting", INCIDENT_WAITING }, { "current", INCIDENT_CURRENT },
		{ "swap", INCIDENT_SWAP }, { "min", INCIDENT_MIN }, { "low", INCIDENT_LOW },
		{ "high", INCIDENT_HIGH }, { "max", INCIDENT_MAX },
		{ "above", INCIDENT_ABOVE },
	};
	struct json_object *series = json_new_object(), *causes = json_new_object();
	char label[HEADROOM_LABEL_SIZE];

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		add_series(series, columns[i].key, in, cgroup, columns[i].column);
	for (uint32_t cause = 1; cause < HEADROOM_STALL_CAUSES; cause++)
		if (!is_empty(in, cgroup, INCIDENT_CAUSES + cause))
			add_series(causes, headroom_stall_cause_label(cause, label, sizeof(label)), in,
				   cgroup, INCIDENT_CAUSES + cause);
	json_add(series, "causes", causes);
	return series;
}

/* --- parts --- */

static uint64_t ms(uint64_t ns)
{
	return ns / 1000000;
}

/* The number of a cgroup; null if it is not shown */
static void add_cgroup(struct json_object *object, const char *key, const struct converter *c,
		       size_t cgroup)
{
	size_t number = cgroup == INCIDENT_NONE ? INCIDENT_NONE : c->selection.number[cgroup];

	if (number == INCIDENT_NONE)
		json_add_null(object, key);
	else
		json_add_uint(object, key, number);
}

static void add_time(struct json_object *object, const struct incident *in)
{
	char *json = NULL;
	size_t size;
	FILE *out = open_memstream(&json, &size);

	if (!out) {
		json_spoil(object);
		return;
	}
	for (size_t row = 0; row < in->nr_rows; row++)
		fprintf(out, "%c%" PRIu64, row ? ',' : '[',
			ms(in->time[row]) - (row ? ms(in->time[row - 1]) : 0));
	fputc(']', out);
	add_raw(object, "time_ms", fclose(out) ? NULL : json);
}

static struct json_object *json_gaps(const struct incident *in)
{
	struct json_object *gaps = json_new_array(), *gap;

	for (size_t i = 0; i < in->nr_gaps; i++) {
		gap = json_new_object();
		json_add_uint(gap, "row", in->gap[i].row);
		json_add_text(gap, "why", in->gap[i].why);
		json_append(gaps, gap);
	}
	return gaps;
}

static struct json_object *json_causes(void)
{
	struct json_object *causes = json_new_array(), *cause;
	char label[HEADROOM_LABEL_SIZE];
	const char *name;

	for (uint32_t i = 1; i < HEADROOM_STALL_CAUSES; i++) {
		if (!headroom_stall_in_total(i))
			continue;
		name = headroom_stall_cause_label(i, label, sizeof(label));
		cause = json_new_object();
		json_add_text(cause, "name", name);
		json_add_text(cause, "label", text_words(name).s);
		json_append(causes, cause);
	}
	return causes;
}

static struct json_object *json_summary(const struct converter *c)
{
	struct json_object *array = json_new_array(), *object;
	struct incident_summary summary;

	if (incident_summarize(c->in, c->top, &summary))
		json_spoil(array);
	for (size_t i = 0; i < summary.nr; i++) {
		object = json_new_object();
		json_add_text(object, "about", summary.sentence[i].about);
		json_add_text(object, "text", summary.sentence[i].text);
		add_cgroup(object, "cgroup", c, summary.sentence[i].cgroup);
		json_add_uint(object, "from_ms", ms(summary.sentence[i].from));
		json_add_uint(object, "to_ms", ms(summary.sentence[i].to));
		json_append(array, object);
	}
	incident_summary_free(&summary);
	return array;
}

static struct json_object *json_point(const struct headroom_curve_point *p, double page,
				      double seconds)
{
	const double numbers[] = { p->pages * page, p->refaults / seconds, p->pages_low * page,
				   p->refaults_low / seconds, p->pages_high * page,
				   p->refaults_high / seconds };
	struct json_object *point = json_new_array();
	char digits[32];

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		snprintf(digits, sizeof(digits), "%.6g", numbers[i]);
		json_append(point, json_object_new_double_s(numbers[i], isfinite(numbers[i]) ?
							    digits : "null"));
	}
	return point;
}

/* Points: memory and refaults a second, those of the lower bound, and those of the upper one */
static struct json_object *json_curve(const struct incident *in, const struct incident_curve *c)
{
	struct headroom_extra extra = headroom_curve_extra(&c->curve, SAVED_SHARE);
	struct json_object *object = json_new_object(), *points = json_new_array();

	json_add_text(object, "pool", c->target ? "target" : "local");
	json_add_uint(object, "from_ms", ms(in->time[c->from]));
	json_add_uint(object, "to_ms", ms(in->time[c->to]));
	json_add_number(object, "interval_s", c->seconds);
	json_add_uint(object, "evictions", c->evictions);
	json_add_uint(object, "refaults", c->seen);
	json_add_bool(object, "matters", refaults_matter(c->seen, c->evictions, c->seconds));
	json_add_extra(object, &extra, in->page_size);
	json_add_number(object, "saved_share", SAVED_SHARE);
	json_add_pages(object, "horizon_bytes", c->curve.point[c->curve.nr - 1].pages,
		       in->page_size);
	json_add_number(object, "horizon_evictions", c->curve.horizon);
	json_add_number(object, "beyond_per_s", c->curve.beyond / c->seconds);
	for (size_t i = 0; i < c->curve.nr; i++)
		json_append(points, json_point(&c->curve.point[i], in->page_size, c->seconds));
	json_add(object, "points", points);
	return object;
}

static struct json_object *json_reasons(const struct incident_cgroup *c)
{
	struct json_object *reasons = json_new_object();
	char label[HEADROOM_LABEL_SIZE];

	for (uint32_t i = 1; i < HEADROOM_REASONS; i++)
		if (c->reason[i])
			json_add_copied(reasons, headroom_reason_label(i, label, sizeof(label)),
					json_object_new_uint64(c->reason[i]));
	return reasons;
}

static struct json_object *json_cgroup(const struct converter *converter, size_t cgroup)
{
	const struct incident_cgroup *c = &converter->in->cgroup[cgroup];
	struct json_object *object = json_new_object();
	char *name = text_name_utf8(c->path);

	json_add_text(object, "path", c->path);
	json_add(object, "name", name ? json_object_new_string(name) : NULL);
	free(name);
	add_cgroup(object, "parent", converter, c->parent);
	json_add_uint(object, "waiting_ns", c->total[INCIDENT_WAITING]);
	json_add_uint(object, "own_waiting_ns", incident_own(converter->in, cgroup, INCIDENT_WAITING));
	json_add_uint(object, "stalls", c->stalls);
	json_add_uint(object, "longest_ns", c->longest);
	json_add_uint(object, "refaults", c->total[INCIDENT_REFAULTS]);
	json_add_uint(object, "evictions", c->total[INCIDENT_EVICTIONS]);
	json_add_uint(object, "outside", c->outside);
	json_add_uint(object, "dropped", c->dropped);
	json_add_number(object, "peak_bytes", c->peak == INCIDENT_UNKNOWN ? NAN : c->peak);
	json_add(object, "reasons", json_reasons(c));
	if (c->curve.known)
		json_add(object, "curve", json_curve(converter->in, &c->curve));
	else
		json_add_null(object, "curve");
	json_add(object, "series", json_series(converter->in, cgroup));
	return object;
}

static struct json_object *json_left_out(const struct converter *c)
{
	struct json_object *object = json_new_object();

	json_add_uint(object, "cgroups", c->selection.left_out);
	json_add_uint(object, "waiting_ns", c->selection.waiting);
	json_add_uint(object, "refaults", c->selection.refaults);
	json_add_uint(object, "decisions", c->in->decisions_left_out);
	return object;
}

static struct json_object *json_flows(const struct converter *c)
{
	struct json_object *flows = json_new_array(), *object;
	char label[HEADROOM_LABEL_SIZE];

	for (size_t i = 0; i < c->in->nr_flows; i++) {
		const struct incident_flow *flow = &c->in->flow[i];

		if (!incident_is_within(c->in, flow->victim, c->top) ||
		    c->selection.number[flow->victim] == INCIDENT_NONE)
			continue;
		object = json_new_object();
		add_cgroup(object, "victim", c, flow->victim);
		add_cgroup(object, "evictor", c, flow->evictor);
		json_add_text(object, "reason", flow->reason ?
			      headroom_reason_label(flow->reason, label, sizeof(label)) : NULL);
		json_add_uint(object, "evictions", flow->evictions);
		json_add_uint(object, "refaults", flow->refaults);
		json_append(flows, object);
	}
	return flows;
}

static struct json_object *json_slow(const struct converter *c)
{
	struct json_object *stalls = json_new_array(), *object;
	const struct incident_stall *slowest[INCIDENT_STALLS];
	size_t nr = incident_slowest(c->in, c->top, slowest);
	char label[HEADROOM_LABEL_SIZE];

	for (size_t i = 0; i < nr; i++) {
		const struct incident_stall *stall = slowest[i];

		object = json_new_object();
		add_cgroup(object, "cgroup", c, stall->cgroup);
		json_add_text(object, "cause", headroom_stall_cause_label(stall->cause, label,
									  sizeof(label)));
		json_add_uint(object, "row", stall->row);
		json_add_uint(object, "low_ns", stall->low);
		json_add_uint(object, "high_ns", stall->high);
		json_add_number(object, "pid", stall->pid ? stall->pid : NAN);
		json_add_bool(object, "ended", stall->ended);
		json_append(stalls, object);
	}
	return stalls;
}

static struct json_object *json_decisions(const struct converter *c)
{
	struct json_object *decisions = json_new_array(), *object;
	char *text;

	for (size_t i = 0; i < c->in->nr_decisions; i++) {
		const struct incident_decision *d = &c->in->decision[i];

		if (d->cgroup != INCIDENT_NONE && c->selection.number[d->cgroup] == INCIDENT_NONE &&
		    !incident_is_within(c->in, d->cgroup, c->top))
			continue;
		object = json_new_object();
		text = d->text ? text_name_utf8(d->text) : NULL;
		json_add_uint(object, "time_ms", ms(d->time));
		add_cgroup(object, "cgroup", c, d->cgroup);
		json_add_text(object, "kind", d->kind);
		json_add_text(object, "rule", d->rule);
		json_add_text(object, "text", text);
		free(text);
		json_append(decisions, object);
	}
	return decisions;
}

static long utc_offset(uint64_t ns)
{
	time_t seconds = ns / NS_PER_S;
	struct tm tm;

	return localtime_r(&seconds, &tm)->tm_gmtoff;
}

static void add_head(struct json_object *object, const struct incident *in, const char *name)
{
	json_add_uint(object, "format", FORMAT);
	json_add_text(object, "version", VERSION);
	json_add_text(object, "recording", name);
	json_add_uint(object, "page_size", in->page_size);
	json_add_uint(object, "sample_shift", in->sample_shift);
	json_add_uint(object, "frames", in->frames);
	json_add_uint(object, "per_row", in->per_row);
	json_add_uint(object, "cgroups_seen", in->nr);
	json_add_bool(object, "blame_known", in->blame_known);
	json_add_number(object, "utc_offset_s", utc_offset(in->time[0]));
	add_time(object, in);
	json_add(object, "gaps", json_gaps(in));
	json_add(object, "causes", json_causes());
}

struct json_object *incident_json(const struct incident *in, size_t top, const char *name)
{
	struct json_object *object = json_new_object(), *cgroups = json_new_array();
	struct converter c = { .in = in, .top = top };

	if (incident_select(in, top, &c.selection)) {
		json_object_put(object);
		json_object_put(cgroups);
		incident_selection_free(&c.selection);
		return NULL;
	}
	add_head(object, in, name);
	json_add(object, "summary", json_summary(&c));
	for (size_t i = 0; i < c.selection.nr; i++)
		json_append(cgroups, json_cgroup(&c, c.selection.shown[i]));
	json_add(object, "cgroups", cgroups);
	json_add(object, "left_out", json_left_out(&c));
	json_add(object, "flows", json_flows(&c));
	json_add(object, "stalls", json_slow(&c));
	json_add(object, "decisions", json_decisions(&c));
	incident_selection_free(&c.selection);
	return object;
}
