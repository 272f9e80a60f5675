// SPDX-License-Identifier: GPL-2.0
/* Test the formatting of JSON numbers */

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include "../headroom/json.h"
#include "failing_malloc.h"
#include "tap.h"

static void is_printed(double value, const char *want)
{
	struct json_object *object = json_new_object();
	char line[64];

	json_add_number(object, "n", value);
	snprintf(line, sizeof(line), "{\"n\":%s}", want);
	is_text(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN), line, want);
	json_object_put(object);
}

/* What cannot be allocated spoils the line that it would be a part of. */
static void test_memory(void)
{
	struct json_object *object = json_new_object(), *inner = json_new_object();

	malloc_fail(1);
	json_add_text(inner, "text", "value");
	malloc_fail(0);
	json_add_uint(inner, "number", 1);
	json_add(object, "inner", inner);
	json_add_null(object, "null");
	is_int(json_print_line(object), -ENOMEM, "an object with a part that is spoiled");
	object = json_new_object();
	json_add(object, "inner", NULL);
	is_int(json_print_line(object), -ENOMEM, "an object without a part");
	object = json_new_array();
	json_append(object, NULL);
	is_int(json_print_line(object), -ENOMEM, "an array without a part");
	json_add_uint(NULL, "number", 1);
	json_add(NULL, "inner", json_new_object());
	is_int(json_print_line(NULL), -ENOMEM, "no object");
	object = json_new_object();
	json_add_null(object, "null");
	is_text(json_object_get_string(object), "{ \"null\": null }", "null is no failure");
	json_object_put(object);
}

int main(void)
{
	test_memory();
	is_printed(0, "0");
	is_printed(50, "50");
	is_printed(1234567, "1234567");
	is_printed(-1234567, "-1234567");
	is_printed(0x1p53 - 1, "9007199254740991");
	is_printed(0.1, "0.1");
	is_printed(93.75, "93.75");
	is_printed(1234567.5, "1234567.5");
	is_printed(100.0 / 3, "33.333333333333336");
	is_printed(0x1p70, "1.1805916207174113e+21");
	is_printed(NAN, "null");
	is_printed(INFINITY, "null");
	return tap_done();
}
