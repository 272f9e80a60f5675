/* SPDX-License-Identifier: GPL-2.0 */
/* The same numbers as JSON */
#ifndef JSON_H
#define JSON_H

#include <json-c/json.h>
#include "headroom.h"

/*
 * The json_add functions put a value into @object under @key, which must be a
 * literal.
 */
void json_add(struct json_object *object, const char *key, struct json_object *value);
void json_add_uint(struct json_object *object, const char *key, uint64_t value);
void json_add_bool(struct json_object *object, const char *key, bool value);
/** json_add_number - with six significant digits */
void json_add_number(struct json_object *object, const char *key, double value);
/** json_add_text - bytes that are no UTF-8 become U+FFFD; NULL becomes null */
void json_add_text(struct json_object *object, const char *key, const char *value);

struct json_object *json_new_object(void);
struct json_object *json_new_array(void);
/** json_append - put @value at the end of @array */
void json_append(struct json_object *array, struct json_object *value);

/** json_stats - the statistics of a cgroup; histograms on demand: they are long */
struct json_object *json_stats(const struct headroom_stats *stats, bool histograms);
/** json_print_line - print @object on a line of its own, and free it */
void json_print_line(struct json_object *object);

#endif /* JSON_H */
