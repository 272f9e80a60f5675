/* SPDX-License-Identifier: GPL-2.0 */
/* Triggers as the command line has them */
#ifndef TRIGGER_PARSE_H
#define TRIGGER_PARSE_H

#include "command.h"
#include "options.h"

/**
 * struct trigger_spec - what was written about a trigger
 * @dashes: what stands before the name of each of these, for complaints
 * @stall: time in stalls; NULL when not given, as all others
 * @refaults: a number of them, in place of @stall
 * @window: time over which is summed up; by default a second
 * @interval: time between two events
 * @clear: as @stall or @refaults
 * @each: watch each cgroup by itself
 * @cause: of stalls
 */
struct trigger_spec {
	const char *dashes;
	const char *stall;
	const char *refaults;
	const char *window;
	const char *interval;
	const char *clear;
	bool each;
	struct choice cause;
};

/** trigger_causes - the words for @cause: "any", and the causes by their numbers */
const char *const *trigger_causes(void);

/**
 * trigger_parse - make sense of a trigger
 * @command: that complains
 * @trigger: result; all but the cgroup
 *
 * Return: whether it makes sense. Otherwise that is said.
 */
bool trigger_parse(const struct command *command, const struct trigger_spec *spec,
		   struct headroom_trigger *trigger);
/**
 * trigger_parse_text - make sense of "stall=50ms,window=1s,cause=refault,each:CGROUP"
 * @cgroup: result, inside @text; the root when there is none
 */
bool trigger_parse_text(const struct command *command, const char *text,
			struct headroom_trigger *trigger, const char **cgroup);

#endif /* TRIGGER_PARSE_H */
