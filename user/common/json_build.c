// SPDX-License-Identifier: GPL-2.0
/* Build JSON objects, and print them */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "json_build.h"
#include "utf8.h"

/* An object or array with this address as its user data lacks a part */
static char spoiled;

bool json_is_whole(struct json_object *value)
{
	return value && json_object_get_userdata(value) != &spoiled;
}

void json_spoil(struct json_object *value)
{
	if (value)
		json_object_set_userdata(value, &spoiled, NULL);
}

/* Whether @value can become a part of @parent; if not, free @value and spoil @parent */
static bool fits(struct json_object *parent, struct json_object *value)
{
	if (json_is_whole(parent) && json_is_whole(value))
		return true;
	json_object_put(value);
	json_spoil(parent);
	return false;
}

struct json_object *json_new_object(void)
{
	return json_object_new_object();
}

struct json_object *json_new_array(void)
{
	return json_object_new_array();
}

void json_append(struct json_object *array, struct json_object *value)
{
	if (fits(array, value) && json_object_array_add(array, value) < 0) {
		json_object_put(value);
		json_spoil(array);
	}
}

void json_append_text(struct json_object *array, const char *value)
{
	char *valid = utf8_valid(value);

	json_append(array, valid ? json_object_new_string(valid) : NULL);
	free(valid);
}

/* @flags: JSON_C_OBJECT_KEY_IS_CONSTANT if @key outlives the object */
static void add(struct json_object *object, const char *key, struct json_object *value,
		unsigned int flags)
{
	if (json_object_object_add_ex(object, key, value, flags) < 0) {
		json_object_put(value);
		json_spoil(object);
	}
}

void json_add(struct json_object *object, const char *key, struct json_object *value)
{
	if (fits(object, value))
		add(object, key, value, JSON_C_OBJECT_KEY_IS_CONSTANT);
}

void json_add_copied(struct json_object *object, const char *key, struct json_object *value)
{
	if (fits(object, value))
		add(object, key, value, 0);
}

void json_add_null(struct json_object *object, const char *key)
{
	/* NULL is json-c's null, too */
	if (json_is_whole(object))
		add(object, key, NULL, JSON_C_OBJECT_KEY_IS_CONSTANT);
}

void json_add_uint(struct json_object *object, const char *key, uint64_t value)
{
	json_add(object, key, json_object_new_uint64(value));
}

void json_add_bool(struct json_object *object, const char *key, bool value)
{
	json_add(object, key, json_object_new_boolean(value));
}

/* Format @value with the fewest digits that read back as the same double. */
static void format_number(char *digits, size_t size, double value)
{
	if (value == trunc(value) && fabs(value) < 0x1p53) {
		snprintf(digits, size, "%.0f", value);
		return;
	}
	/* json-c itself would write 0.1 as 0.10000000000000001 */
	for (int precision = 15; precision <= 17; precision++) {
		snprintf(digits, size, "%.*g", precision, value);
		if (strtod(digits, NULL) == value)
			break;
	}
}

void json_add_number(struct json_object *object, const char *key, double value)
{
	char digits[32];

	if (!isfinite(value)) {
		json_add_null(object, key);
		return;
	}
	format_number(digits, sizeof(digits), value);
	json_add(object, key, json_object_new_double_s(value, digits));
}

void json_add_text(struct json_object *object, const char *key, const char *value)
{
	char *valid;

	if (!value) {
		json_add_null(object, key);
		return;
	}
	valid = utf8_valid(value);
	if (!valid) {
		json_spoil(object);
		return;
	}
	json_add(object, key, json_object_new_string(valid));
	free(valid);
}

const char *json_text(struct json_object *object)
{
	if (!json_is_whole(object))
		return NULL;
	return json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN |
					      JSON_C_TO_STRING_NOSLASHESCAPE);
}
