/* SPDX-License-Identifier: GPL-2.0 */
/* Parse the triggers of the command line */
#ifndef TRIGGER_PARSE_H
#define TRIGGER_PARSE_H

#include "command.h"
#include "options.h"

/**
 * struct trigger_spec - the settings of a trigger as text, each NULL if not given
 * @dashes: prefix of the names in error messages: "--" or ""
 * @stall: threshold as a time
 * @refaults: threshold as a count, instead of @stall
 * @window: length of the window; by default one second
 * @interval: least time between two events of a cgroup
 * @clear: sum at which the trigger may fire again, in the unit of the threshold
 * @each: check each cgroup of the subtree separately
 * @cause: cause of the stalls to count
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

/** trigger_cause - word for a cause of stalls; "any" for 0, NULL after the last */
const char *trigger_cause(size_t cause);

/**
 * trigger_parse - convert the settings of a trigger
 * @command: command that the error message names
 * @trigger: result, without the cgroup
 *
 * Return: true on success. On failure the error has been printed.
 */
bool trigger_parse(const struct command *command, const struct trigger_spec *spec,
		   struct headroom_trigger *trigger);
/**
 * trigger_parse_text - parse "stall=50ms,window=1s,cause=refault,each:CGROUP"
 * @cgroup: result; points into @text, or to "/" if @text names no cgroup
 *
 * Return: 0; -EINVAL after a usage error, which has been printed; -ENOMEM.
 */
int trigger_parse_text(const struct command *command, const char *text,
			struct headroom_trigger *trigger, const char **cgroup);

#endif /* TRIGGER_PARSE_H */
