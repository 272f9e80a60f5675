/* SPDX-License-Identifier: GPL-2.0 */
/* Print what headroomd answers, for people */
#ifndef DAEMON_PRINT_H
#define DAEMON_PRINT_H

struct json_object;

/* Each prints a line of an answer. What a field lacks, or has in another type, is left out. */
void daemon_print_status(struct json_object *line);
void daemon_print_rule(struct json_object *line);
void daemon_print_decision(struct json_object *line);
void daemon_print_log(struct json_object *line);

/** daemon_field_text - the text of a field; "" if there is none. It may have control characters. */
const char *daemon_field_text(struct json_object *object, const char *key);

#endif /* DAEMON_PRINT_H */
