/* SPDX-License-Identifier: GPL-2.0 */
/* Rules, decisions, claims and log lines as JSON; Documentation/json.rst lists the fields */
#ifndef HEADROOMD_CONTROL_JSON_H
#define HEADROOMD_CONTROL_JSON_H

#include <stddef.h>

#include "engine.h"
#include "history.h"

struct json_object;

/* Each returns an object for json_text(), which the caller puts */

/**
 * control_json_rule - a rule
 * @cgroups: number of cgroups that match it
 * @holds: number of them for which its condition holds
 */
struct json_object *control_json_rule(const struct rule *rule, size_t cgroups, size_t holds);
/** control_json_decision - the last decision of a rule about a cgroup, with all that it compared */
struct json_object *control_json_decision(const struct decision *decision);
/** control_json_claim - a changed knob, with the rules that demand it */
struct json_object *control_json_claim(const struct claim *claim);
/** control_json_line - a line of the log */
struct json_object *control_json_line(const struct history_line *line);

#endif /* HEADROOMD_CONTROL_JSON_H */
