// SPDX-License-Identifier: GPL-2.0
/* A moment of a recording, as the command line names it */

#include <time.h>

#include "clock.h"
#include "moment.h"
#include "options.h"

/* A moment on the day of @base, or on another */
static bool parse_time(const char *text, uint64_t base, uint64_t *wall)
{
	static const char *const formats[] = {
		"%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M",
		"%H:%M:%S", "%H:%M",
	};
	time_t seconds = base / NS_PER_S;
	struct tm tm;
	char *end;

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		localtime_r(&seconds, &tm);
		tm.tm_sec = 0;
		end = strptime(text, formats[i], &tm);
		if (!end || *end)
			continue;
		tm.tm_isdst = -1;
		*wall = mktime(&tm) * NS_PER_S;
		return true;
	}
	return false;
}

bool moment_parse(const char *text, const struct store_span *span, uint64_t *wall)
{
	double seconds;

	if (*text == '+' && parse_seconds(text + 1, &seconds)) {
		*wall = span->first + seconds * NS_PER_S;
		return true;
	}
	return parse_time(text, span->last, wall);
}
