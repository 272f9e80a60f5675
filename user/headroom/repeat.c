// SPDX-License-Identifier: GPL-2.0
/* Take readings at intervals and print each one */

#include <stdio.h>
#include <time.h>

#include "clock.h"
#include "failure.h"
#include "options.h"
#include "output.h"
#include "repeat.h"
#include "source.h"
#include "wait.h"

int repeat_check(const struct command *command, const struct repeat *repeat)
{
	if (repeat->count != 1 && repeat->seconds <= 0)
		return usage_error(command, "--count needs --interval");
	return EXIT_DONE;
}

/* Wait for the next reading; false if there is none, or after a failure in @code */
static bool wait_for_next(const struct repeat *repeat, unsigned long printed, uint64_t time,
			  int *code)
{
	if (repeat->count && printed >= repeat->count)
		return false;
	*code = source_wait(clock_after(time, repeat->seconds));
	return !*code && !source_ended() && !wait_stopped(repeat->count);
}

/*
 * Behind a boot or a reload of the module counters begin again: the reading before is of no use.
 * Returns whether it was one.
 */
static bool say_break(void)
{
	const char *what = source_break();
	time_t seconds = source_wall(source_now()) / NS_PER_S;
	struct tm tm;
	char text[32];

	if (!what)
		return false;
	strftime(text, sizeof(text), "%F %T", localtime_r(&seconds, &tm));
	fprintf(stderr, "headroom: counters begin again behind %s: measuring from %s\n", what, text);
	return true;
}

static void drop(const struct repeat_ops *ops, void *reading)
{
	if (reading)
		ops->free(reading);
}

int repeat_run(struct headroom *h, const struct repeat *repeat, const struct repeat_ops *ops)
{
	void *before = NULL, *now;
	unsigned long printed = 0;
	uint64_t time;
	int code;

	do {
		if (before && say_break()) {
			ops->free(before);
			before = NULL;
		}
		now = NULL;
		time = source_now();
		source_mark();
		code = ops->take(h, &now, &time);
		if (!code && (before || !repeat->differences)) {
			if (printed++ && !repeat->json)
				putchar('\n');
			code = ops->print(h, now, before);
		}
		drop(ops, repeat->differences ? before : now);
		before = repeat->differences ? now : NULL;
		/* flush, so that a reader of the pipe sees each table at once */
	} while (!code && output_flush() && wait_for_next(repeat, printed, time, &code));
	drop(ops, before);
	if (!code && !printed && source_ended()) {
		fputs("headroom: the recording ends before the interval does\n", stderr);
		return EXIT_FAILED;
	}
	return code < 0 ? say_failure(h, code) : code;
}
