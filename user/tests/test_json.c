// SPDX-License-Identifier: GPL-2.0
/* Test the formatting of JSON numbers */

#include <math.h>
#include <stdio.h>
#include "../headroom/json.h"
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

int main(void)
{
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
