// SPDX-License-Identifier: GPL-2.0
/* Patterns of cgroups: what they match, and how wrong ones are refused */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "pattern.h"
#include "tap.h"

#define NR(table)	(sizeof(table) / sizeof((table)[0]))

struct match {
	const char *pattern;
	const char *path;
	bool matches;
};

static void check_matches(const struct match *match, size_t nr)
{
	struct pattern pattern;
	const char *error = "";
	size_t column = 0;
	int err;

	for (size_t i = 0; i < nr; i++) {
		err = pattern_parse(match[i].pattern, &pattern, &error, &column);
		ok(!err && pattern_matches(&pattern, match[i].path) == match[i].matches,
		   "'%s' %s %s", match[i].pattern, match[i].matches ? "matches" : "does not match",
		   match[i].path);
		if (err)
			printf("# refused at %zu: %s\n", column, error);
		pattern_free(&pattern);
	}
}

static void check_names(void)
{
	static const struct match matches[] = {
		{ "/a", "/a", true }, { "/a", "/b", false }, { "/a", "/a/b", false },
		{ "/a", "/ab", false }, { "/a", "/", false }, { "/a/b", "/a", false },
		{ "/a/b", "/a/b", true }, { "/a/b", "/x/a/b", false },
		{ "/system.slice/redis.service", "/system.slice/redis.service", true },
		{ "/system.slice/redis.service", "/system.slice/redisXservice", false },
		{ "/a b", "/a b", true }, { "  /a\t", "/a", true }, { "/a;b", "/a;b", true },
		{ "/\xc3\xa9*", "/\xc3\xa9t\xc3\xa9", true },
	};

	check_matches(matches, NR(matches));
}

static void check_globs(void)
{
	static const struct match matches[] = {
		{ "/*", "/a", true }, { "/*", "/a/b", false }, { "/*", "/", false },
		{ "/*", "/.hidden", true }, { "/a*", "/a", true }, { "/a*", "/abc", true },
		{ "/a*", "/ba", false }, { "/*.service", "/x.service", true },
		{ "/*.service", "/x.slice", false }, { "/a/*/c", "/a/b/c", true },
		{ "/a/*/c", "/a/b/b/c", false }, { "/a/*/c", "/a/c", false },
		{ "/*a*b*", "/xxaxxbxx", true }, { "/*a*b*", "/xxbxxaxx", false },
		{ "/?", "/a", true }, { "/?", "/ab", false }, { "/?", "/", false },
		{ "/a?c", "/abc", true }, { "/a?c", "/ac", false }, { "/a?c", "/a/c", false },
		{ "/[ab]", "/a", true }, { "/[ab]", "/c", false }, { "/[a-c]x", "/bx", true },
		{ "/[!ab]", "/c", true }, { "/[!ab]", "/a", false }, { "/[^ab]", "/a", false },
		{ "/[]a]", "/]", true }, { "/[!]]", "/]", false }, { "/[!]]", "/a", true },
		{ "/[[]x", "/[x", true }, { "/[a,b]", "/,", true }, { "/[],]", "/,", true },
		{ "/[[:digit:]]", "/7", true }, { "/[[:digit:],]", "/,", true },
		{ "/a]", "/a]", true },
	};

	check_matches(matches, NR(matches));
}

static void check_any_depth(void)
{
	static const struct match matches[] = {
		{ "/**", "/", true }, { "/**", "/a", true }, { "/**", "/a/b/c", true },
		{ "/a/**", "/a", true }, { "/a/**", "/a/b", true }, { "/a/**", "/a/b/c", true },
		{ "/a/**", "/ab", false }, { "/a/**", "/b/a", false },
		{ "/**/x", "/x", true }, { "/**/x", "/a/x", true }, { "/**/x", "/a/b/x", true },
		{ "/**/x", "/a/b/y", false }, { "/**/x", "/x/y", false },
		{ "/a/**/x", "/a/x", true }, { "/a/**/x", "/a/b/c/x", true },
		{ "/a/**/x", "/a/b/c", false }, { "/a/**/x", "/x", false },
		{ "/a/**/x", "/a/x/b/x", true },
		{ "/**/a/**/b", "/a/b", true }, { "/**/a/**/b", "/x/a/y/z/b", true },
		{ "/**/a/**/b", "/b/a", false }, { "/**/a/**/b", "/a/b/c", false },
		{ "/**/**", "/", true }, { "/a/**/**", "/a", true }, { "/a/**/**", "/a/b", true },
		{ "/**/a/*/b", "/a/a/x/b", true }, { "/**/a/b/**/c", "/a/x/a/b/c", true },
		{ "/**/*.service", "/a/b.slice/c.service", true },
		{ "/a/**.service", "/a/b.service", true },
		{ "/a/**.service", "/a/b/c.service", false },
		{ "/**/a/**/a/**/a/**/a", "/a/a/a/a", true },
		{ "/**/a/**/a/**/a/**/a", "/a/a/a", false },
	};

	check_matches(matches, NR(matches));
}

static void check_lists(void)
{
	static const struct match matches[] = {
		{ "/a, /b", "/a", true }, { "/a, /b", "/b", true }, { "/a,/b", "/b", true },
		{ "/a , /b", "/a", true }, { "/a, /b", "/c", false },
		{ "/a*, !/ab", "/ac", true }, { "/a*, !/ab", "/ab", false },
		{ "!/ab, /a*", "/ab", false }, { "!/ab, /a*", "/ac", true },
		{ "/**, !/a/**", "/b/c", true }, { "/**, !/a/**", "/a", false },
		{ "/**, !/a/**", "/a/b", false }, { "/**, !/", "/", false },
		{ "/**, !/", "/a", true }, { "/a, !/a", "/a", false },
		{ "/[!a]x, !/[!b]x", "/bx", true }, { "/[!a]x, !/[!b]x", "/cx", false },
		{ "/!a", "/!a", true },
	};

	check_matches(matches, NR(matches));
}

/* systemd writes bytes that a unit's name may not have as \xNN; fnmatch() would drop the \ */
static void check_backslashes(void)
{
	static const struct match matches[] = {
		{ "/system-getty\\x2dfoo.slice", "/system-getty\\x2dfoo.slice", true },
		{ "/system-getty\\x2dfoo.slice", "/system-gettyx2dfoo.slice", false },
		{ "/system-getty\\x2d*", "/system-getty\\x2dfoo.slice", true },
		{ "/a\\*", "/a\\b", true }, { "/a\\*", "/a*", false },
		{ "/a\\[b]", "/a\\b", true }, { "/a\\", "/a\\", true },
	};

	check_matches(matches, NR(matches));
}

static void check_root(void)
{
	static const struct match matches[] = {
		{ "/", "/", true }, { "/", "/a", false }, { "/, /a", "/a", true },
	};

	check_matches(matches, NR(matches));
}

struct refusal {
	const char *text;
	size_t column;
	const char *error;
};

#define BEGIN		"expected a path below the cgroup root"
#define EMPTY		"a component of the path is empty"
#define DOTS		"the path has a '.' or '..'"
#define BRACKET		"a '[' has no ']'"

static void check_errors(void)
{
	static const struct refusal bad[] = {
		{ "", 0, BEGIN }, { "  ", 2, BEGIN }, { "a", 0, BEGIN }, { "*", 0, BEGIN },
		{ "**", 0, BEGIN }, { "!", 0, BEGIN }, { "!a", 0, BEGIN }, { "! /a", 0, BEGIN },
		{ "!!/a", 0, BEGIN }, { "/a,", 3, BEGIN }, { "/a,,/b", 3, BEGIN },
		{ ",/a", 0, BEGIN }, { "/a, b", 4, BEGIN }, { "/a, /b, !c", 8, BEGIN },
		{ "//", 0, EMPTY }, { "/a//b", 0, EMPTY }, { "/a/", 0, EMPTY },
		{ "/b, /a/", 4, EMPTY }, { "/a, !/b/", 4, EMPTY },
		{ "/./a", 0, DOTS }, { "/a/../b", 0, DOTS }, { "/..", 0, DOTS }, { "/.", 0, DOTS },
		{ "/a/..", 0, DOTS }, { "/a/.", 0, DOTS },
		{ "/a[b", 0, BRACKET }, { "/x, /a[b/c]", 4, BRACKET }, { "/[]", 0, BRACKET },
		{ "/a[b, /c", 0, BRACKET }, { "/[[:x:]", 0, BRACKET },
		{ "!/a", 0, "nothing but exclusions" }, { "!/a, !/b", 0, "nothing but exclusions" },
	};

	for (size_t i = 0; i < NR(bad); i++) {
		const char *error = "(accepted)";
		struct pattern pattern;
		size_t column = 0;
		int err = pattern_parse(bad[i].text, &pattern, &error, &column);

		error = error ? error : "(accepted)";
		ok(err == -EINVAL && column == bad[i].column &&
		   !strncmp(error, bad[i].error, strlen(bad[i].error)), "'%s' is refused",
		   bad[i].text);
		if (column != bad[i].column || strncmp(error, bad[i].error, strlen(bad[i].error)))
			printf("# got %zu: %s\n", column, error);
		pattern_free(&pattern);
		ok(!pattern.nr && !pattern.glob, "and nothing is left of it");
	}
}

/* @nr times @part, and @end; to be freed */
static char *repeated(const char *part, size_t nr, const char *end)
{
	size_t size = strlen(part);
	char *text = malloc(nr * size + strlen(end) + 1);

	if (!text)
		abort();
	for (size_t i = 0; i < nr; i++)
		memcpy(text + i * size, part, size);
	strcpy(text + nr * size, end);
	return text;
}

static void is_fast(const char *glob, const char *path, bool want, const char *name)
{
	struct timespec begin, end;
	struct pattern pattern;
	const char *error;
	double seconds;
	size_t column;
	bool matches;

	if (pattern_parse(glob, &pattern, &error, &column)) {
		ok(false, "%s: %s", name, error);
		pattern_free(&pattern);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &begin);
	matches = pattern_matches(&pattern, path);
	clock_gettime(CLOCK_MONOTONIC, &end);
	seconds = end.tv_sec - begin.tv_sec + (end.tv_nsec - begin.tv_nsec) / 1e9;
	ok(matches == want && seconds < 5, "%s: %.4f s", name, seconds);
	pattern_free(&pattern);
}

/* A container chooses the names of its cgroups, and how deep they are */
static void check_time(void)
{
	char *glob = repeated("/**/a", 4, "/b"), *path = repeated("/a", 2047, "");
	char *stars = repeated("*a", 120, "b"), *name = repeated("a", 254, "");
	char text[512];

	is_fast(glob, path, false, "a path of 4 KiB against four **");
	free(glob);
	glob = repeated("/**/a", 400, "");
	is_fast(glob, path, true, "a path of 4 KiB against 400 **");
	snprintf(text, sizeof(text), "/%s", stars);
	free(path);
	path = repeated("/", 1, name);
	is_fast(text, path, false, "a name of 254 bytes against 120 *");
	free(glob);
	free(path);
	free(stars);
	free(name);
}

/* The kernel allows names of 255 bytes, and a glob longer than that matches nothing */
static void check_long_names(void)
{
	char *longest = repeated("a", 254, "b");
	char path[512], glob[1024];
	struct pattern pattern;
	const char *error = "";
	size_t column = 1;

	snprintf(path, sizeof(path), "/%s", longest);
	check_matches(&(struct match){ path, path, true }, 1);
	snprintf(glob, sizeof(glob), "/%s?", longest);
	is_int(pattern_parse(glob, &pattern, &error, &column), -EINVAL,
	       "a component of 256 bytes is refused");
	is_text(error, "a component has more than 255 bytes", "with the reason");
	pattern_free(&pattern);
	free(longest);
}

static void check_long_list(void)
{
	char *text = repeated("/a,", 100000, "/b");
	struct pattern pattern;
	const char *error;
	size_t column;

	is_int(pattern_parse(text, &pattern, &error, &column), 0, "a list of 100001 globs");
	is_uint(pattern.nr, 100001, "has them all");
	ok(pattern_matches(&pattern, "/b"), "and the last one matches");
	pattern_free(&pattern);
	free(text);
}

/* Whether a pattern may match below a path */
static void check_reaches(void)
{
	static const struct match matches[] = {
		{ "/a/b", "/a", true }, { "/a/b", "/", true }, { "/a/b", "/a/b", false },
		{ "/a/b", "/c", false }, { "/a/b", "/a/b/c", false }, { "/*/b", "/c", true },
		{ "/*/b", "/c/d", false }, { "/a/**", "/a", true }, { "/a/**", "/a/b/c", true },
		{ "/a/**/x", "/a/b/c", true }, { "/a/**", "/b", false }, { "/", "/", false },
		{ "/x, /a/b", "/a", true }, { "/a, !/a/b", "/a", false },
	};
	struct pattern pattern;
	const char *error;
	size_t column;

	for (size_t i = 0; i < NR(matches); i++) {
		ok(!pattern_parse(matches[i].pattern, &pattern, &error, &column) &&
		   pattern_reaches(&pattern, matches[i].path) == matches[i].matches,
		   "'%s' %s below %s", matches[i].pattern,
		   matches[i].matches ? "reaches" : "does not reach", matches[i].path);
		pattern_free(&pattern);
	}
}

int main(void)
{
	check_reaches();
	check_names();
	check_globs();
	check_any_depth();
	check_lists();
	check_backslashes();
	check_root();
	check_errors();
	check_time();
	check_long_names();
	check_long_list();
	return tap_done();
}
