// SPDX-License-Identifier: GPL-2.0
/* Patterns of cgroups: the "cgroups" of a rule */
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "pattern.h"

/* The kernel allows no longer name */
#define MAX_NAME	255

/* Length of a component, with the slash that it begins with */
static size_t component(const char *path)
{
	return 1 + strcspn(path + 1, "/");
}

static bool is_any_depth(const char *glob)
{
	return *glob && component(glob) == 3 && !memcmp(glob, "/**", 3);
}

/* Match one component */
static bool match_component(const char *glob, const char *path)
{
	char part[MAX_NAME + 2], name[MAX_NAME + 2];
	size_t n = component(glob), m = component(path);

	if (n >= sizeof(part) || m >= sizeof(name))
		return false;
	memcpy(part, glob, n);
	memcpy(name, path, m);
	part[n] = name[m] = '\0';
	return !fnmatch(part, name, FNM_NOESCAPE);
}

/*
 * Match components; both begin with a slash, or are empty
 *
 * If a component does not match, the last "**" takes one more. An earlier "**" need not: what it
 * could skip, the last one can skip as well. So the time is at most the product of the lengths,
 * for any depth that a container chooses.
 */
static bool match(const char *glob, const char *path)
{
	const char *behind = NULL, *taken = NULL;	/* the last "**" */

	for (;;) {
		if (is_any_depth(glob)) {
			glob += 3;
			behind = glob;
			taken = path;
		} else if (*glob && *path && match_component(glob, path)) {
			glob += component(glob);
			path += component(path);
		} else if (!*glob && !*path) {
			return true;
		} else if (!behind || !*taken) {
			return false;
		} else {
			taken += component(taken);
			path = taken;
			glob = behind;
		}
	}
}

/* Length of a set in brackets, such as "[!a-c]"; 0 if it has no end in the component */
static size_t set_length(const char *text)
{
	size_t n = 1, name;

	n += text[n] == '!' || text[n] == '^';
	n += text[n] == ']';
	for (; text[n] && text[n] != '/'; n++) {
		if (text[n] == ']')
			return n + 1;
		/* a class of characters, such as [:digit:] */
		name = strcspn(text + n, "/]");
		if (!strncmp(text + n, "[:", 2) && text[n + name] == ']' &&
		    text[n + name - 1] == ':')
			n += name;
	}
	return 0;
}

static bool has_open_set(const char *glob)
{
	size_t n;

	for (; *glob; glob += n) {
		n = *glob == '[' ? set_length(glob) : 1;
		if (!n)
			return true;
	}
	return false;
}

static bool has_dots(const char *glob)
{
	size_t n;

	for (; *glob; glob += n) {
		n = component(glob);
		if ((n == 2 || n == 3) && !memcmp(glob, "/..", n))
			return true;
	}
	return false;
}

static bool has_long_name(const char *glob)
{
	for (; *glob; glob += component(glob))
		if (component(glob) > MAX_NAME + 1)
			return true;
	return false;
}

static const char *fault_of(const char *glob)
{
	if (*glob != '/')
		return "expected a path below the cgroup root that begins with '/', such as /db.slice/*.service";
	if (glob[1] && (strstr(glob, "//") || glob[strlen(glob) - 1] == '/'))
		return "a component of the path is empty";
	if (has_dots(glob))
		return "the path has a '.' or '..'";
	if (has_open_set(glob))
		return "a '[' has no ']'";
	if (has_long_name(glob))
		return "a component has more than 255 bytes";
	return NULL;
}

/* Append to a list, whose room doubles at each power of two */
static int add(struct pattern *pattern, const char *text, size_t length)
{
	size_t nr = pattern->nr;
	char **all;

	if (!(nr & (nr - 1))) {
		all = reallocarray(pattern->glob, nr ? 2 * nr : 1, sizeof(*all));
		if (!all)
			return -ENOMEM;
		pattern->glob = all;
	}
	pattern->glob[nr] = strndup(text, length);
	if (!pattern->glob[nr])
		return -ENOMEM;
	pattern->nr++;
	return 0;
}

/* Length of a glob up to a comma that is not in brackets */
static size_t glob_length(const char *text)
{
	size_t n = 0, set;

	while (text[n] && text[n] != ',') {
		set = text[n] == '[' ? set_length(text + n) : 0;
		n += set ? set : 1;
	}
	return n;
}

int pattern_parse(const char *text, struct pattern *pattern, const char **error, size_t *column)
{
	const char *at = text;
	size_t n, used;
	char *glob;
	int err;

	*pattern = (struct pattern){};
	for (;; at += n + 1) {
		at += strspn(at, " \t");
		n = used = glob_length(at);
		while (used && isspace((unsigned char)at[used - 1]))
			used--;
		err = add(pattern, at, used);
		if (err)
			return err;
		glob = pattern->glob[pattern->nr - 1];
		*column = at - text;
		*error = fault_of(glob + (*glob == '!'));
		if (*error)
			return -EINVAL;
		if (!at[n])
			break;
	}
	for (size_t i = 0; i < pattern->nr; i++)
		if (pattern->glob[i][0] != '!')
			return 0;
	*column = 0;
	*error = "nothing but exclusions";
	return -EINVAL;
}

void pattern_free(struct pattern *pattern)
{
	for (size_t i = 0; i < pattern->nr; i++)
		free(pattern->glob[i]);
	free(pattern->glob);
	*pattern = (struct pattern){};
}

/* The root is "/" for people, and no component at all */
static const char *components(const char *path)
{
	return path[1] ? path : "";
}

bool pattern_excludes(const struct pattern *pattern, const char *path)
{
	for (size_t i = 0; i < pattern->nr; i++) {
		const char *glob = pattern->glob[i];

		if (*glob == '!' && match(components(glob + 1), components(path)))
			return true;
	}
	return false;
}

bool pattern_matches(const struct pattern *pattern, const char *path)
{
	for (size_t i = 0; i < pattern->nr; i++) {
		const char *glob = pattern->glob[i];

		if (*glob != '!' && match(components(glob), components(path)))
			return !pattern_excludes(pattern, path);
	}
	return false;
}

/* Whether a glob has components left to match below a path */
static bool reaches(const char *glob, const char *path)
{
	while (*path) {
		if (is_any_depth(glob))
			return true;
		if (!*glob || !match_component(glob, path))
			return false;
		glob += component(glob);
		path += component(path);
	}
	return *glob;
}

bool pattern_reaches(const struct pattern *pattern, const char *path)
{
	for (size_t i = 0; i < pattern->nr; i++)
		if (*pattern->glob[i] != '!' &&
		    reaches(components(pattern->glob[i]), components(path)))
			return true;
	return false;
}
