// SPDX-License-Identifier: GPL-2.0
/* Parse the triggers of the command line */

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "trigger_parse.h"

#define DEFAULT_WINDOW	NS_PER_S

const char *trigger_cause(size_t cause)
{
	if (!cause)
		return "any";
	return cause < HEADROOM_STALL_CAUSES ? headroom_stall_cause_name(cause) : NULL;
}

static bool parse_ns(const struct command *command, const struct trigger_spec *spec,
		     const char *name, const char *text, uint64_t *ns)
{
	double seconds;

	if (!text)
		return true;
	if (parse_seconds(text, &seconds)) {
		*ns = llround(seconds * NS_PER_S);
		if (*ns)
			return true;
	}
	usage_error(command, "%s%s must be a time above 0, such as 5 or 50ms, not '%s'",
		    spec->dashes, name, text);
	return false;
}

static bool parse_refaults(const struct command *command, const struct trigger_spec *spec,
			   const char *name, const char *text, uint64_t *refaults)
{
	unsigned long count;

	if (!text)
		return true;
	if (parse_count(text, &count)) {
		*refaults = count;
		return true;
	}
	usage_error(command, "%s%s must be a whole number of refaults, not '%s'", spec->dashes, name,
		    text);
	return false;
}

/* "0" re-arms when the window is empty; parse_ns() would refuse it as a time */
static bool parse_clear(const struct command *command, const struct trigger_spec *spec,
			struct headroom_trigger *trigger)
{
	trigger->hysteresis = spec->clear;
	if (!spec->clear || strcmp(spec->clear, "0") == 0)
		return true;
	if (spec->stall)
		return parse_ns(command, spec, "clear", spec->clear, &trigger->clear);
	return parse_refaults(command, spec, "clear", spec->clear, &trigger->clear);
}

bool trigger_parse(const struct command *command, const struct trigger_spec *spec,
		   struct headroom_trigger *trigger)
{
	const char *wrong = NULL;

	*trigger = (struct headroom_trigger){
		.scope = spec->each ? HEADROOM_TRIGGER_SCOPE_EACH : HEADROOM_TRIGGER_SCOPE_SUBTREE,
		.metric = spec->stall ? HEADROOM_TRIGGER_METRIC_STALL :
					HEADROOM_TRIGGER_METRIC_REFAULTS,
		.cause = spec->cause.chosen,
		.window = DEFAULT_WINDOW,
	};
	if (!parse_ns(command, spec, "stall", spec->stall, &trigger->threshold) ||
	    !parse_refaults(command, spec, "refaults", spec->refaults, &trigger->threshold) ||
	    !parse_ns(command, spec, "window", spec->window, &trigger->window) ||
	    !parse_ns(command, spec, "interval", spec->interval, &trigger->interval) ||
	    !parse_clear(command, spec, trigger))
		return false;
	if (!spec->stall == !spec->refaults)
		wrong = "a trigger needs either stall or refaults";
	else if (spec->refaults && trigger->cause)
		wrong = "cause applies to stall, not to refaults";
	else if (!trigger->threshold)
		wrong = "refaults must be at least 1";
	else if (trigger->hysteresis && trigger->clear > trigger->threshold)
		wrong = "clear must not exceed the threshold";
	if (wrong)
		usage_error(command, "%s", wrong);
	return !wrong;
}

/* Parse one word, "window=1s" or "each", into @spec */
static bool take_word(const struct command *command, char *word, struct trigger_spec *spec)
{
	char *value = strchr(word, '=');
	struct {
		const char *name;
		const char **value;
	} names[] = {
		{ "stall", &spec->stall }, { "refaults", &spec->refaults },
		{ "window", &spec->window }, { "interval", &spec->interval },
		{ "clear", &spec->clear },
	};

	if (value)
		*value++ = '\0';
	if (!value && strcmp(word, "each") == 0) {
		spec->each = true;
		return true;
	}
	if (value && strcmp(word, "cause") == 0)
		return parse_choice(command, "cause", value, &spec->cause);
	for (size_t i = 0; value && i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(word, names[i].name) == 0) {
			*names[i].value = value;
			return true;
		}
	}
	usage_error(command, "unknown trigger setting '%s%s'", word, value ? "=" : "");
	return false;
}

int trigger_parse_text(const struct command *command, const char *text,
		       struct headroom_trigger *trigger, const char **cgroup)
{
	struct trigger_spec spec = { .dashes = "", .cause = { trigger_cause, 0 } };
	const char *colon = strchr(text, ':');
	char *copy, *rest, *word;
	bool good = true;

	*cgroup = colon ? colon + 1 : "/";
	copy = strndup(text, colon ? (size_t)(colon - text) : strlen(text));
	if (!copy)
		return -ENOMEM;
	rest = copy;
	while (good && (word = strsep(&rest, ",")))
		good = take_word(command, word, &spec);
	good = good && trigger_parse(command, &spec, trigger);
	free(copy);
	return good ? 0 : -EINVAL;
}
