// SPDX-License-Identifier: GPL-2.0
/*
 * Answers to requests at the control socket
 *
 * A request is a word of the table, and an argument behind one blank if it takes one.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control_answer.h"
#include "control_json.h"
#include "json_build.h"

/* An answer lists at most so many claims, and so many errors: it has to fit into memory */
#define MAX_CLAIMS	1000
#define MAX_ERRORS	100

/**
 * struct answer - an answer that is being written
 * @out: its lines
 * @out_of_memory: a part of it is missing
 * @error: why the request failed; empty if it did not
 * @errors: what is wrong with the configuration
 */
struct answer {
	FILE *out;
	bool out_of_memory;
	char error[512];
	struct config_errors errors;
	const struct control_state *state;
	const struct control_acts *acts;
};

/* The request fails */
__attribute__((format(printf, 2, 3)))
static void fail(struct answer *a, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(a->error, sizeof(a->error), format, args);
	va_end(args);
}

/* Write a line, and free it */
static void put_line(struct answer *a, struct json_object *object)
{
	const char *text = json_text(object);

	if (!text || fprintf(a->out, "%s\n", text) < 0)
		a->out_of_memory = true;
	json_object_put(object);
}

/* --- status --- */

struct count {
	size_t nr;
	uint64_t last;
};

/* Decisions about a cgroup follow each other */
static void count_cgroup(void *arg, const struct decision *d)
{
	struct count *count = arg;

	count->nr += d->id != count->last;
	count->last = d->id;
}

/* The claims of a ledger, and their number; @ledger may be NULL */
static void add_claims(struct json_object *object, const char *number, const char *claims,
		       const struct ledger *ledger)
{
	struct json_object *array = json_new_array();
	const struct claim *claim = NULL;
	size_t nr = 0;

	if (ledger)
		claim = ledger_claims(ledger, &nr);
	for (size_t i = 0; i < nr && i < MAX_CLAIMS; i++)
		json_append(array, control_json_claim(&claim[i]));
	json_add_uint(object, number, nr);
	json_add(object, claims, array);
}

static struct json_object *frame_json(const struct control_frame *frame)
{
	struct json_object *object = json_new_object();

	json_add_uint(object, "unix_ns", frame->time);
	json_add_uint(object, "duration_ns", frame->duration);
	json_add_uint(object, "cgroups", frame->cgroups);
	return object;
}

/* A rule that has not acted is there with zeros */
static struct json_object *acts_json(const struct control_state *s)
{
	static const char *const key[] = {
		[TALLY_DONE] = "done", [TALLY_REFUSED] = "refused", [TALLY_FAILED] = "failed",
	};
	struct json_object *array = json_new_array(), *object;

	for (size_t i = 0; i < s->config->nr; i++) {
		object = json_new_object();
		json_add_text(object, "rule", s->config->rule[i].name);
		json_add_text(object, "action", s->config->rule[i].action->name);
		for (size_t result = 0; result < TALLY_RESULTS; result++)
			json_add_uint(object, key[result],
				      tally_of(s->tally, s->config->rule[i].name, result));
		json_append(array, object);
	}
	return array;
}

static struct json_object *kills_json(const struct tally *tally)
{
	struct json_object *object = json_new_object();

	json_add_uint(object, "verified", tally->verified);
	json_add_uint(object, "unverified", tally->unverified);
	return object;
}

static void status(struct answer *a, const char *argument)
{
	const struct control_state *s = a->state;
	struct json_object *object = json_new_object();
	struct count watched = {};
	uint64_t budget, added;

	(void)argument;
	budget = engine_budget(s->engine, &added);
	engine_each(s->engine, 0, count_cgroup, &watched);
	json_add_text(object, "version", VERSION);
	json_add_uint(object, "pid", getpid());
	json_add_uint(object, "uptime_ns", s->uptime);
	json_add_uint(object, "rules", s->config->nr);
	json_add_uint(object, "cgroups", watched.nr);
	json_add_bool(object, "paused", s->paused);
	json_add_bool(object, "dry_run", s->dry_run);
	json_add_text(object, "module_error", s->module_error);
	json_add_uint(object, "interval_ns", s->config->interval);
	if (s->frame.time)
		json_add(object, "frame", frame_json(&s->frame));
	else
		json_add_null(object, "frame");
	json_add_text(object, "record", s->config->record);
	if (budget < UINT64_MAX)
		json_add_uint(object, "budget_bytes", budget);
	else
		json_add_null(object, "budget_bytes");
	json_add_uint(object, "added_bytes", added);
	json_add(object, "acts", acts_json(s));
	json_add(object, "kills", kills_json(s->tally));
	add_claims(object, "knobs", "claims", engine_ledger(s->engine));
	add_claims(object, "dry_knobs", "dry_claims", engine_dry_ledger(s->engine));
	put_line(a, object);
}

/* --- rules --- */

struct held {
	const struct config *config;
	size_t *nr;
};

static void count_held(void *arg, const struct decision *d)
{
	struct held *held = arg;

	held->nr[d->rule - held->config->rule] += d->when == TRUE;
}

static size_t count_matches(const struct rule *rule, const struct frame *frame)
{
	size_t nr = 0;

	for (size_t i = 0; frame && i < frame->nr; i++)
		nr += pattern_matches(&rule->cgroups, frame->cgroup[i].path);
	return nr;
}

static void rules(struct answer *a, const char *argument)
{
	const struct config *config = a->state->config;
	const struct engine *engine = a->state->engine;
	struct held held = { config, calloc(config->nr + 1, sizeof(*held.nr)) };

	(void)argument;
	if (!held.nr) {
		a->out_of_memory = true;
		return;
	}
	engine_each(engine, 0, count_held, &held);
	for (size_t i = 0; i < config->nr; i++)
		put_line(a, control_json_rule(&config->rule[i],
					      count_matches(&config->rule[i], engine_frame(engine)),
					      held.nr[i]));
	free(held.nr);
}

/* --- why --- */

static void put_decision(void *arg, const struct decision *d)
{
	put_line(arg, control_json_decision(d));
}

/* A path below the cgroup root, the same with the root before it, or an id */
static size_t find_cgroup(const struct frame *frame, const char *root, const char *text)
{
	size_t length = strlen(root), i;
	uint64_t id;
	char *end;

	if (isdigit((unsigned char)*text)) {
		id = strtoull(text, &end, 10);
		return *end ? FRAME_NONE : frame_find(frame, id);
	}
	i = frame_find_path(frame, text);
	if (i != FRAME_NONE || strncmp(text, root, length))
		return i;
	if (!text[length])
		return frame_find_path(frame, "/");
	return text[length] == '/' ? frame_find_path(frame, text + length) : FRAME_NONE;
}

static void why(struct answer *a, const char *argument)
{
	const struct frame *frame = engine_frame(a->state->engine);
	size_t i;

	if (!frame) {
		fail(a, "no frame has been read yet");
		return;
	}
	i = find_cgroup(frame, a->state->root, argument);
	if (i == FRAME_NONE)
		fail(a, "no cgroup %s in the last frame", argument);
	else
		engine_each(a->state->engine, frame->cgroup[i].id, put_decision, a);
}

/* --- log --- */

static void put_history(void *arg, const struct history_line *line)
{
	put_line(arg, control_json_line(line));
}

static void print_log(struct answer *a, const char *argument)
{
	size_t n = HISTORY_LINES;
	char *end;

	if (*argument) {
		n = strtoul(argument, &end, 10);
		if (!isdigit((unsigned char)*argument) || *end || !n) {
			fail(a, "expected a number of lines in place of '%s'", argument);
			return;
		}
	}
	history_last(a->state->history, n, put_history, a);
}

/* --- requests that change the daemon --- */

static void pause_rules(struct answer *a, const char *argument)
{
	(void)argument;
	a->acts->pause(a->acts->arg, true);
}

static void resume_rules(struct answer *a, const char *argument)
{
	(void)argument;
	a->acts->pause(a->acts->arg, false);
}

static void reload(struct answer *a, const char *argument)
{
	(void)argument;
	if (!a->acts->reload(a->acts->arg, &a->errors))
		fail(a, "cannot use the configuration: keeping the current one");
}

/* --- all requests --- */

enum takes { NOTHING, PERHAPS_COUNT, CGROUP };

static const struct {
	const char *name;
	enum takes takes;
	bool changes;
	void (*answer)(struct answer *a, const char *argument);
} requests[] = {
	{ "status", NOTHING, false, status },
	{ "rules", NOTHING, false, rules },
	{ "why", CGROUP, false, why },
	{ "log", PERHAPS_COUNT, false, print_log },
	{ "pause", NOTHING, true, pause_rules },
	{ "resume", NOTHING, true, resume_rules },
	{ "reload", NOTHING, true, reload },
};

#define NR_REQUESTS	(sizeof(requests) / sizeof(requests[0]))

static void handle(struct answer *a, const char *request, bool may_change)
{
	size_t word = strcspn(request, " "), i = 0;
	const char *argument = request + word + (request[word] == ' ');

	while (i < NR_REQUESTS && (strlen(requests[i].name) != word ||
				   memcmp(requests[i].name, request, word)))
		i++;
	if (i == NR_REQUESTS)
		fail(a, "unknown request '%s': use status, rules, why, log, pause, resume or reload",
		     request);
	else if (requests[i].takes == NOTHING && request[word])
		fail(a, "%s takes no argument", requests[i].name);
	else if (requests[i].takes == CGROUP && !*argument)
		fail(a, "%s needs a cgroup", requests[i].name);
	else if (requests[i].changes && !may_change)
		fail(a, "permission denied: only root and the user of headroomd may %s",
		     requests[i].name);
	else
		requests[i].answer(a, argument);
}

static void put_end(struct answer *a)
{
	struct json_object *end = json_new_object(), *errors;

	json_add_bool(end, "ok", !*a->error);
	if (*a->error)
		json_add_text(end, "error", a->error);
	if (a->errors.nr) {
		errors = json_new_array();
		for (size_t i = 0; i < a->errors.nr && i < MAX_ERRORS; i++)
			json_append_text(errors, a->errors.text[i]);
		json_add(end, "errors", errors);
	}
	put_line(a, end);
}

char *control_answer(const char *request, bool may_change, const struct control_state *state,
		     const struct control_acts *acts, size_t *size)
{
	struct answer a = { .state = state, .acts = acts };
	char *text = NULL;

	a.out = open_memstream(&text, size);
	if (!a.out)
		return NULL;
	handle(&a, request, may_change);
	put_end(&a);
	config_errors_free(&a.errors);
	if (fclose(a.out) || a.out_of_memory) {
		free(text);
		return NULL;
	}
	return text;
}
