/* SPDX-License-Identifier: GPL-2.0 */
/* Rules on a fake machine, as in frames.h, for tests of one action or of what reports on rules */
#ifndef FAKE_RULES_H
#define FAKE_RULES_H

#include <json-c/json.h>

#include "engine.h"
#include "frames.h"
#include "tap.h"

static struct fake fake;
static struct config *config;
static struct engine *engine;

static inline void ignore_decision(void *arg, const struct decision *decision)
{
	(void)arg, (void)decision;
}

static inline void ignore_claim(void *arg, const struct ledger_event *event,
				const struct decision *decision)
{
	(void)arg, (void)event, (void)decision;
}

static inline void ignore_deed(void *arg, const struct frame *frame, const struct deed *deed,
			       const struct decision *decision)
{
	(void)arg, (void)frame, (void)deed, (void)decision;
}

static inline void ignore_gap(void *arg, const struct frame *frame, const char *why)
{
	(void)arg, (void)frame, (void)why;
}

static inline struct config *parse(const char *text, struct config_errors *errors)
{
	struct config *c;

	config_parse("conf", text, strlen(text), &c, errors);
	return c;
}

/* refuses_config - report whether a configuration has this error, and no other */
static inline void refuses_config(const char *text, const char *error)
{
	struct config_errors errors;
	struct config *c = parse(text, &errors);

	is_text(errors.nr == 1 && !c ? errors.text[0] : NULL, error, error);
	config_errors_free(&errors);
	config_free(c);
}

/* begin_rules - run the rules of a configuration; the machine is empty */
static inline void begin_rules(const char *text, const struct engine_log *log)
{
	struct config_errors errors;

	config = parse(text, &errors);
	engine = engine_new(false, log);
	if (!config || !engine || engine_set_rules(engine, config) ||
	    engine_open_ledger(engine, LEDGER_REPLAY, NULL, NULL))
		fake_wrong("no engine", errors.nr ? errors.text[0] : text);
}

static inline void end_rules(void)
{
	engine_free(engine);
	config_free(config);
	fake_free(&fake);
}

/* run_rules - change the machine as the lines of a text say, and run the rules on its next frame */
static inline void run_rules(const char *change)
{
	struct frame *frame;

	fake_change(&fake, change);
	frame = fake_frame(&fake);
	if (engine_round(engine, frame))
		abort();
	frame_put(frame);
}

/* --- what is said of them --- */

static inline struct json_object *member_of(struct json_object *object,
					     const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(object, key, &value);
	return value;
}

/* text_of - a member as a text; "null", or "missing" */
static inline const char *text_of(struct json_object *object, const char *key)
{
	struct json_object *value = member_of(object, key);

	return json_object_object_get_ex(object, key, NULL) ?
		(value ? json_object_get_string(value) : "null") : "missing";
}

#endif /* FAKE_RULES_H */
