// SPDX-License-Identifier: GPL-2.0
/* Test what the command and the daemon share: clock, paths, quantities, arithmetic */

#include "clock.h"
#include "path.h"
#include "quantity.h"
#include "saturating.h"
#include "tap.h"

static void test_clock(void)
{
	uint64_t now = clock_now();
	struct timespec left = clock_left(now + 100 * NS_PER_S);

	ok(clock_now() >= now, "the clock goes forward");
	is_uint(clock_after(5, 1.5), 1500000005, "a moment");
	ok(left.tv_sec >= 90 && left.tv_sec <= 100, "time left");
	left = clock_left(now ? now - 1 : 0);
	ok(!left.tv_sec && !left.tv_nsec, "no time left");
}

static void test_paths(void)
{
	ok(path_is_below("/a/b", "/a") && path_is_below("/a", "/"), "a child");
	ok(!path_is_below("/a", "/a") && !path_is_below("/", "/"), "not itself");
	ok(!path_is_below("/ab", "/a") && !path_is_below("/", "/a"), "no sibling or parent");
	ok(path_is_within("/a", "/a") && path_is_within("/a/b", "/a"), "within: itself and a child");
	ok(!path_is_within("/ab", "/a") && !path_is_within("/", "/a") &&
	   !path_is_within(NULL, "/a"), "within: no sibling or parent, and no unknown path");
	ok(path_is_within("/a", "/") && path_is_within("/", "/") && path_is_within(NULL, "/"),
	   "within: all in the root");
	ok(!path_is_below("", "/") && !path_is_below("", "/a") && !path_is_within("", "/a"),
	   "an empty text is no path");
	ok(!path_is_within("a", ""), "nor does anything begin with it");
}

static void is_parsed(const char *text, const struct unit *units, double want)
{
	double value = -1;

	ok(quantity_parse(text, units, &value) && value == want, "'%s' is %g", text, want);
}

static void test_parse(void)
{
	static const char *const wrong[] = {
		"", " ", "1 ", " 1s", "s", "1", "-1s", "+1s", "1x", "1e3ks", "nans", "infs", "0x1s",
		"0X1s", "1s ", "1 s s", "1e999s", ".s", "1,5s",
	};
	double value;

	is_parsed("5s", quantity_times, 5);
	is_parsed("50ms", quantity_times, 50e-3);
	is_parsed(".5 min", quantity_times, 30);
	is_parsed("1e3us", quantity_times, 1e-3);
	is_parsed("8ns", quantity_times, 8e-9);
	is_parsed("0h", quantity_times, 0);
	is_parsed("512", quantity_sizes, 512);
	is_parsed("1.5 KiB", quantity_sizes, 1536);
	is_parsed("2G", quantity_sizes, 0x1p31);
	is_parsed("3TiB", quantity_sizes, 3 * 0x1p40);
	is_parsed("0.95", quantity_plain, 0.95);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ok(!quantity_parse(wrong[i], quantity_times, &value), "refuses '%s'", wrong[i]);
}

static void test_format(void)
{
	is_text(quantity_bytes(0).s, "0 B", "no bytes");
	is_text(quantity_bytes(1023).s, "1023 B", "bytes");
	is_text(quantity_bytes(1024).s, "1.0 KiB", "KiB");
	is_text(quantity_bytes(1024 * 1024 - 1).s, "1.0 MiB", "never 1024.0 KiB");
	is_text(quantity_bytes(33554432).s, "32.0 MiB", "MiB");
	is_text(quantity_bytes(1.5 * (1ull << 40)).s, "1.5 TiB", "TiB");
	is_text(quantity_bytes(0x1p76).s, "67108864.0 PiB", "beyond the units");
	is_text(quantity_ns(0).s, "0 ns", "no time");
	is_text(quantity_ns(999).s, "999 ns", "ns");
	is_text(quantity_ns(1000).s, "1.0 us", "us");
	is_text(quantity_ns(999999).s, "1.0 ms", "never 1000.0 us");
	is_text(quantity_ns(1234567).s, "1.2 ms", "ms");
	is_text(quantity_ns(73100000000).s, "73.1 s", "s");
	is_text(quantity_ns(7310000000000).s, "7310.0 s", "many s");
}

static void test_arithmetic(void)
{
	is_uint(saturating_sub(5, 3), 2, "a difference");
	is_uint(saturating_sub(3, 3), 0, "no difference");
	is_uint(saturating_sub(3, 5), 0, "never negative");
	is_uint(saturating_sub(UINT64_MAX, 0), UINT64_MAX, "the largest");
	is_uint(saturating_add(3, 5), 8, "a sum");
	is_uint(saturating_add(UINT64_MAX, 0), UINT64_MAX, "the largest sum");
	is_uint(saturating_add(UINT64_MAX - 1, 5), UINT64_MAX, "a sum never wraps around");
	is_uint(saturating_whole(3.9), 3, "a whole number");
	is_uint(saturating_whole(-1), 0, "no negative one");
	is_uint(saturating_whole(0.0 / 0.0), 0, "nor one of what is none");
	is_uint(saturating_whole(0x1p63), 1ull << 63, "a large number");
	is_uint(saturating_whole(0x1p64), UINT64_MAX, "one that is too large");
	is_uint(saturating_whole(1.0 / 0.0), UINT64_MAX, "infinity");
}

int main(void)
{
	test_clock();
	test_paths();
	test_parse();
	test_format();
	test_arithmetic();
	return tap_done();
}
