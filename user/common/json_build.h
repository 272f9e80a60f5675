/* SPDX-License-Identifier: GPL-2.0 */
/* Build JSON objects, and print them */
#ifndef COMMON_JSON_BUILD_H
#define COMMON_JSON_BUILD_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * An object or array remembers that a part of it could not be allocated, as a FILE
 * remembers a write error. So a caller checks only json_text(), which then returns
 * NULL. NULL is an object that could not be allocated itself.
 *
 * The json_add functions add a value to @object under @key, which must be a string
 * literal. json_add() takes over @value; NULL spoils @object.
 */
void json_add(struct json_object *object, const char *key, struct json_object *value);
void json_add_null(struct json_object *object, const char *key);
void json_add_uint(struct json_object *object, const char *key, uint64_t value);
void json_add_bool(struct json_object *object, const char *key, bool value);
/** json_add_number - add a double with all its digits; NAN and infinity become null */
void json_add_number(struct json_object *object, const char *key, double value);
/** json_add_text - add a string; invalid UTF-8 becomes U+FFFD, NULL becomes null */
void json_add_text(struct json_object *object, const char *key, const char *value);
/** json_add_copied - json_add() with a key that need not outlive the call */
void json_add_copied(struct json_object *object, const char *key, struct json_object *value);

struct json_object *json_new_object(void);
struct json_object *json_new_array(void);
/** json_append - append @value to @array */
void json_append(struct json_object *array, struct json_object *value);
/** json_append_text - append a string, as json_add_text() adds one */
void json_append_text(struct json_object *array, const char *value);

/** json_is_whole - whether no part of @value is missing */
bool json_is_whole(struct json_object *value);
/** json_spoil - note that a part of @value is missing */
void json_spoil(struct json_object *value);
/** json_text - the text of @object, which belongs to it; NULL if a part is missing */
const char *json_text(struct json_object *object);

#endif /* COMMON_JSON_BUILD_H */
