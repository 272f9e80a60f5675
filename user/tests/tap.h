/* SPDX-License-Identifier: GPL-2.0 */
/* Write results in the Test Anything Protocol: one line per check, the plan at the end */
#ifndef TAP_H
#define TAP_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_checks, tap_failures;

/* ok - report a check; returns whether it held */
#define ok(condition, ...) tap_ok((condition), __FILE__, __LINE__, __VA_ARGS__)

__attribute__((format(printf, 4, 5)))
static inline bool tap_ok(bool passed, const char *file, int line, const char *format, ...)
{
	va_list args;

	printf("%sok %d - ", passed ? "" : "not ", ++tap_checks);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	if (!passed) {
		printf("# at %s:%d\n", file, line);
		tap_failures++;
	}
	return passed;
}

#define is_uint(got, want, name) do { \
	uint64_t got_ = (got), want_ = (want); \
	if (!ok(got_ == want_, "%s", name)) \
		printf("# got %" PRIu64 ", want %" PRIu64 "\n", got_, want_); \
} while (0)

#define is_int(got, want, name) do { \
	int got_ = (got), want_ = (want); \
	if (!ok(got_ == want_, "%s", name)) \
		printf("# got %d, want %d\n", got_, want_); \
} while (0)

#define is_text(got, want, name) do { \
	const char *got_ = (got), *want_ = (want); \
	if (!ok(got_ && strcmp(got_, want_) == 0, "%s", name)) \
		printf("# got '%s', want '%s'\n", got_ ? got_ : "(null)", want_); \
} while (0)

/* is_near - check that a value is within @percent of @want */
#define is_near(got, want, percent, name) do { \
	double got_ = (got), want_ = (want), off_ = got_ - want_; \
	if (!ok((off_ < 0 ? -off_ : off_) <= want_ * (percent) / 100, "%s", name)) \
		printf("# got %g, want %g\n", got_, want_); \
} while (0)

/* tap_skip - report a check that cannot be made here */
static inline void tap_skip(const char *name, const char *why)
{
	printf("ok %d - %s # SKIP %s\n", ++tap_checks, name, why);
}

/* tap_done - write the plan; returns the exit status for main() */
static inline int tap_done(void)
{
	printf("1..%d\n", tap_checks);
	return tap_failures ? 1 : 0;
}

#endif /* TAP_H */
