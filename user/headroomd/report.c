// SPDX-License-Identifier: GPL-2.0
/*
 * The decision log: what rules think, what they do, and what came of it
 *
 * A line for each change of a rule's mind about a cgroup, and for each change of a knob. In systemd's
 * journal the same has fields, to select by.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "journal.h"
#include "report.h"
#include "store.h"

/* Message ids, as journalctl -o verbose shows them; made with systemd-id128 new */
#define ID_DECISION	"93fb29d8fc424a0ba833f188d01bec67"
#define ID_KNOB		"308d38501118462ab3bc245d975e69ad"
#define ID_DEED		"2bc1e2dfa87f4c3eb80cd9cc4e3343bd"
#define ID_OUTCOME	"62af89d166ef4f5b9263acbf0f056e30"
#define ID_GAP		"a0e1d40578314b4cbba667c812945a78"

#define LINE		2048

static const char *words_of(enum truth truth)
{
	static const char *const words[] = {
		[FALSE] = "does not hold", [TRUE] = "holds", [UNKNOWN] = "is unknown",
	};

	return words[truth];
}

const char *report_decision(char *buf, size_t size, const struct decision *d)
{
	char condition[1024];

	condition_print(condition, sizeof(condition), &d->rule->when, d->state);
	snprintf(buf, size, "rule %s: %s: %sthe condition %s (%s)%s%s", d->rule->name, d->path,
		 d->follows_up ? "10 s later, " : "", words_of(d->when), condition,
		 *d->why ? ": " : "", d->why);
	return buf;
}

int report_decision_level(const struct decision *d)
{
	return d->quiet ? LOG_DEBUG : LOG_INFO;
}

/* The recording may be full, or gone: the log goes on, and the next frame reports it */
static void record(void *store, const char *kind, const char *rule, uint64_t id,
		   const char *cgroup, const char *text)
{
	const struct store_decision d = {
		.kind = kind, .rule = rule, .id = id, .cgroup = cgroup, .text = text,
	};

	if (store)
		store_decide(store, &d);
}

static void decided(void *arg, const struct decision *d)
{
	char line[LINE];
	const struct journal_field field[] = {
		{ "MESSAGE_ID", ID_DECISION }, { "HEADROOM_RULE", d->rule->name },
		{ "HEADROOM_CGROUP", d->path }, { "HEADROOM_ACTION", d->rule->action->name },
		{ "HEADROOM_CONDITION", words_of(d->when) }, { "HEADROOM_WHY", d->why },
	};

	report_decision(line, sizeof(line), d);
	journal_entry(report_decision_level(d), field, sizeof(field) / sizeof(field[0]), line);
	if (!d->quiet)
		record(arg, "decision", d->rule->name, d->id, d->path, line);
}

static int level_of(enum ledger_event_type type)
{
	static const int levels[] = {
		[LEDGER_WROTE] = LOG_INFO, [LEDGER_RESTORED] = LOG_INFO,
		[LEDGER_FAILED] = LOG_ERR, [LEDGER_OUTSIDE] = LOG_NOTICE,
		[LEDGER_RESET] = LOG_NOTICE, [LEDGER_REPAIRED] = LOG_NOTICE, [LEDGER_GONE] = LOG_INFO,
	};

	return levels[type];
}

/* What was done to a knob; one that is switched goes neither up nor down */
static const char *verb_of(enum knob knob, bool up, bool dry)
{
	if (knob == KNOB_FREEZE)
		return dry ? "would set" : "set";
	if (dry)
		return up ? "would raise" : "would lower";
	return up ? "raised" : "lowered";
}

static void print_event(char *buf, size_t size, const struct ledger_event *event, bool dry)
{
	const struct claim *c = event->claim;
	const char *knob = knob_name(c->knob);
	char from[32], to[32];

	knob_describe(from, sizeof(from), c->knob, event->from);
	knob_describe(to, sizeof(to), c->knob, event->to);
	switch (event->type) {
	case LEDGER_WROTE:
		snprintf(buf, size, "%s %s of %s from %s to %s",
			 verb_of(c->knob, event->to > event->from, dry), knob, c->path, from, to);
		break;
	case LEDGER_RESTORED:
		snprintf(buf, size, "%s %s of %s from %s to %s", dry ? "would restore" : "restored",
			 knob, c->path, from, to);
		break;
	case LEDGER_FAILED:
		snprintf(buf, size, "cannot set %s of %s from %s to %s: %s", knob, c->path, from,
			 to, strerror(-event->error));
		break;
	case LEDGER_OUTSIDE:
		snprintf(buf, size, "%s of %s was changed outside of headroomd from %s to %s, and stays as it is",
			 knob, c->path, from, to);
		break;
	case LEDGER_RESET:
		snprintf(buf, size, "%s of %s was reset outside of headroomd from %s to %s: setting it again",
			 knob, c->path, from, to);
		break;
	case LEDGER_REPAIRED:
		snprintf(buf, size, "%s of %s was changed outside of headroomd from %s to %s: adding what cgroups below it need",
			 knob, c->path, from, to);
		break;
	case LEDGER_GONE:
		snprintf(buf, size, "%s was removed, and the claim on its %s with it", c->path,
			 knob);
		break;
	}
}

const char *report_claim(char *buf, size_t size, const struct ledger_event *event,
			 const struct decision *d)
{
	char what[512], condition[1024];

	print_event(what, sizeof(what), event, d && d->dry);
	if (!d) {
		snprintf(buf, size, "%s", what);
		return buf;
	}
	condition_print(condition, sizeof(condition), &d->rule->when, d->state);
	snprintf(buf, size, "rule %s: %s: %s (%s)", d->rule->name, what, d->why, condition);
	return buf;
}

static void claimed(void *arg, const struct ledger_event *event, const struct decision *d)
{
	char line[LINE], old[32], new[32];
	const struct journal_field field[] = {
		{ "MESSAGE_ID", ID_KNOB }, { "HEADROOM_RULE", d ? d->rule->name : NULL },
		{ "HEADROOM_CGROUP", event->claim->path },
		{ "HEADROOM_KNOB", knob_name(event->claim->knob) },
		{ "HEADROOM_OLD", knob_print(old, sizeof(old), event->from) },
		{ "HEADROOM_NEW", knob_print(new, sizeof(new), event->to) },
		{ "HEADROOM_WHY", d ? d->why : NULL },
	};

	report_claim(line, sizeof(line), event, d);
	journal_entry(level_of(event->type), field, sizeof(field) / sizeof(field[0]), line);
	record(arg, "knob", d ? d->rule->name : NULL, event->claim->id, event->claim->path, line);
}

static void print_deed(char *buf, size_t size, const struct deed *deed, const char *path,
		       const struct decision *d)
{
	char value[32];

	journal_size(value, sizeof(value), deed->value);
	switch (deed->kind) {
	case DEED_RECLAIM:
		snprintf(buf, size, "%s %s of %s", d->dry ? "would reclaim" : "reclaims", value,
			 path);
		break;
	case DEED_KILL:
		snprintf(buf, size, "%s %s", d->dry ? "would kill" : "kills", path);
		break;
	case DEED_RUN:
		snprintf(buf, size, "%s its program for %s", d->dry ? "would run" : "runs", path);
		break;
	case DEED_TELL:
		snprintf(buf, size, "%s %s: %s available", d->dry ? "would notify" : "notifies",
			 path, deed->value == UINT64_MAX ? "unknown how much is" : value);
		break;
	case DEED_DEMAND:	/* see print_event() */
	case DEED_KINDS:
		break;
	}
}

const char *report_deed(char *buf, size_t size, const struct frame *frame,
			const struct deed *deed, const struct decision *d)
{
	char what[512], condition[1024];

	print_deed(what, sizeof(what), deed, frame->cgroup[deed->cgroup].path, d);
	condition_print(condition, sizeof(condition), &d->rule->when, d->state);
	snprintf(buf, size, "rule %s: %s: %s: %s (%s)", d->rule->name, d->path, what, d->why,
		 condition);
	return buf;
}

/* Those that are small and frequent would fill the log */
int report_deed_level(const struct deed *deed)
{
	return deed->kind == DEED_KILL ? LOG_WARNING : deed->kind == DEED_RUN ? LOG_INFO : LOG_DEBUG;
}

static void acted(void *arg, const struct frame *frame, const struct deed *deed,
		  const struct decision *d)
{
	const char *path = frame->cgroup[deed->cgroup].path;
	char line[LINE];
	const struct journal_field field[] = {
		{ "MESSAGE_ID", ID_DEED }, { "HEADROOM_RULE", d->rule->name },
		{ "HEADROOM_CGROUP", d->path }, { "HEADROOM_TARGET", path },
		{ "HEADROOM_ACTION", d->rule->action->name }, { "HEADROOM_WHY", d->why },
	};

	report_deed(line, sizeof(line), frame, deed, d);
	journal_entry(report_deed_level(deed), field, sizeof(field) / sizeof(field[0]), line);
	record(arg, "deed", d->rule->name, d->id, d->path, line);
}

/* Reclaim is frequent, and what it freed is in the next frame. A program that was not run is missed. */
static int level_of_outcome(const struct outcome *outcome)
{
	if ((outcome->error == -EBUSY && outcome->kind != DEED_RUN) ||
	    (!outcome->error && outcome->kind == DEED_RECLAIM))
		return LOG_DEBUG;
	return outcome->error ? LOG_ERR : LOG_NOTICE;
}

void report_outcome(struct store *store, const struct outcome *outcome)
{
	const struct journal_field field[] = {
		{ "MESSAGE_ID", ID_OUTCOME }, { "HEADROOM_RULE", outcome->rule },
		{ "HEADROOM_TARGET", outcome->path },
		{ "HEADROOM_ERROR", outcome->error ? strerrorname_np(-outcome->error) : NULL },
	};
	char line[LINE];

	snprintf(line, sizeof(line), "rule %s: %s", outcome->rule, outcome->text);
	journal_entry(level_of_outcome(outcome), field, sizeof(field) / sizeof(field[0]), line);
	record(store, "outcome", outcome->rule, outcome->id, outcome->path, line);
}

static void gap(void *arg, const struct frame *frame, const char *why)
{
	const struct journal_field field[] = { { "MESSAGE_ID", ID_GAP } };
	char line[256];

	(void)frame;
	snprintf(line, sizeof(line), "%s: durations begin again", why);
	journal_entry(LOG_NOTICE, field, 1, line);
	record(arg, "gap", NULL, 0, NULL, line);
}

struct engine_log report_to(struct store *store)
{
	return (struct engine_log){
		.decided = decided, .claimed = claimed, .acted = acted, .gap = gap, .arg = store,
	};
}
