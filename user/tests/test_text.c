// SPDX-License-Identifier: GPL-2.0
/* Test the formatting of numbers and names */

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include "command.h"
#include "names.h"
#include "tap.h"
#include "text.h"
#include "utf8.h"

static void test_numbers(void)
{
	is_text(text_number(0).s, "0", "zero");
	is_text(text_number(0.01).s, "<0.1", "a small number is not zero");
	is_text(text_number(0.05).s, "0.1", "the smallest with a decimal");
	is_text(text_number(12.34).s, "12.3", "a decimal below 100");
	is_text(text_number(99.96).s, "100", "never 100.0");
	is_text(text_number(123456.7).s, "123457", "no decimal from 100 on");
}

static void test_words(void)
{
	is_text(text_words("own_limit").s, "own limit", "words of a name");
	is_text(text_words("_a__b_").s, " a  b ", "every underscore");
	is_text(text_words("").s, "", "no name");
	is_uint(strlen(text_words("0123456789_123456789_123456789_123456789").s), 31,
		"a name that is too long");
}

static void is_name(const char *name, const char *want, const char *what)
{
	char *got = text_name(name);

	is_text(got, want, what);
	free(got);
}

static void is_shortened(const char *name, size_t columns, const char *want)
{
	char *copy = strdup(name);

	text_shorten(copy, columns);
	is_text(copy, want, name);
	free(copy);
}

static void test_names(void)
{
	is_name("/a b/c", "/a b/c", "a plain name");
	is_name("/a\033[2Jb\177\t", "/a\\x1b[2Jb\\x7f\\x09", "controls");
	is_name("/\xff\xc3", "/\\xff\\xc3", "invalid UTF-8");
	is_name("/\xc0\xaf\xed\xa0\x80\xf5", "/\\xc0\\xaf\\xed\\xa0\\x80\\xf5",
		"overlong forms and a surrogate");
	setlocale(LC_CTYPE, "C");
	is_name("/\xc3\xa4", "/\\xc3\\xa4", "a locale without UTF-8");
	is_shortened("/aaaa/bbbb", 6, "~/bbbb");
	if (!setlocale(LC_CTYPE, "C.UTF-8")) {
		tap_skip("names in UTF-8", "no such locale");
		return;
	}
	is_name("/\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "/\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
		"characters");
	is_name("/\xc2\x9b" "2J", "/\\xc2\\x9b2J", "controls in UTF-8");
	is_shortened("/aaaa/bbbb", 10, "/aaaa/bbbb");
	is_shortened("/aaaa/bbbb", 6, "\u2026/bbbb");
	is_shortened("/aaaa/\u00e4\u00e4\u00e4\u00e4", 6, "\u2026/\u00e4\u00e4\u00e4\u00e4");
	is_shortened("\u00e4\u00e4\u00e4\u00e4\u00e4/b", 4, "\u2026\u00e4/b");
	is_uint(text_columns("\u2026/\u00e4b"), 4, "columns");
}

static void test_utf8(void)
{
	char *valid = utf8_valid("\xff" "a\xc3\xa4\xe2\x82");

	is_uint(utf8_sequence(""), 0, "no character");
	is_uint(utf8_sequence("a"), 1, "1 byte");
	is_uint(utf8_sequence("\xdf\xbf"), 2, "2 bytes");
	is_uint(utf8_sequence("\xef\xbf\xbd"), 3, "3 bytes");
	is_uint(utf8_sequence("\xf4\x8f\xbf\xbf"), 4, "4 bytes");
	is_uint(utf8_sequence("\xf4\x90\x80\x80"), 0, "beyond Unicode");
	is_uint(utf8_sequence("\x80"), 0, "a continuation byte");
	is_uint(utf8_sequence("\xe2\x82"), 0, "truncated");
	is_text(valid, "\xef\xbf\xbd" "a\xc3\xa4\xef\xbf\xbd\xef\xbf\xbd",
		"U+FFFD for each other byte");
	free(valid);
}

static void test_columns(void)
{
	setenv("COLUMNS", "123", 1);
	is_uint(terminal_columns(), 123, "COLUMNS");
	setenv("COLUMNS", "12x", 1);
	ok(terminal_columns() != 12, "COLUMNS with garbage");
	setenv("COLUMNS", "-3", 1);
	ok(terminal_columns() < 10000, "negative COLUMNS");
}

static void is_printed(const struct names *names, uint64_t id, size_t limit, const char *want)
{
	char *got = names_print(names, id, limit);

	is_text(got, want, "the printed name of a cgroup");
	free(got);
}

static void test_cgroups(void)
{
	struct name name[] = { { 3, "/a\033" }, { 4, NULL }, { UINT64_MAX, "/abcdefgh" } };
	const struct names names = { 3, name }, none = { 0 };

	is_text(names_path(&names, UINT64_MAX), "/abcdefgh", "the path of a cgroup");
	ok(!names_path(&names, 4), "no path for a removed cgroup");
	ok(!names_path(&names, 5) && !names_path(&none, 3), "no path for an unknown cgroup");
	is_printed(&names, 3, SIZE_MAX, "/a\\x1b");
	is_printed(&names, 4, SIZE_MAX, "4");
	setlocale(LC_CTYPE, "C");
	is_printed(&names, UINT64_MAX, 5, "~efgh");
}

static void test_extra(void)
{
	is_text(text_extra(&(struct headroom_extra){ 0 }, 4096).s, "-", "refaults do not matter");
	is_text(text_extra(&(struct headroom_extra){ 8192, 8000, 8400 }, 4096).s, "32.0 MiB",
		"extra memory is known");
	is_text(text_extra(&(struct headroom_extra){ 8192, 4096, INFINITY }, 4096).s, ">16.0 MiB",
		"the upper bound is beyond the horizon");
	is_text(text_extra(&(struct headroom_extra){ 260000, 258000, INFINITY }, 4096).s, ">1007 MiB",
		"it fits into 10 columns");
}

int main(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	test_numbers();
	test_extra();
	test_words();
	test_names();
	test_utf8();
	test_columns();
	test_cgroups();
	return tap_done();
}
