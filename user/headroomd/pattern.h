/* SPDX-License-Identifier: GPL-2.0 */
/* Patterns of cgroups: the "cgroups" of a rule */
#ifndef HEADROOMD_PATTERN_H
#define HEADROOMD_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct pattern - a list of globs
 * @nr: number of globs
 * @glob: each begins with "/", or with "!/" to exclude what it matches
 */
struct pattern {
	size_t nr;
	char **glob;
};

/**
 * pattern_parse - parse a list of globs with commas in between
 * @pattern: result; free with pattern_free(), in every case
 * @error: result, on -EINVAL: what is wrong
 * @column: result, on -EINVAL: where, from 0
 *
 * "*", "?" and sets such as "[a-c]" match within a component, "**" any number of components, also
 * none. A backslash is one, since systemd has them in names.
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int pattern_parse(const char *text, struct pattern *pattern, const char **error, size_t *column);
void pattern_free(struct pattern *pattern);
/** pattern_matches - whether some glob matches a path, and no exclusion does */
bool pattern_matches(const struct pattern *pattern, const char *path);
/** pattern_reaches - whether some glob may match a path below @path; exclusions do not count */
bool pattern_reaches(const struct pattern *pattern, const char *path);
/** pattern_excludes - whether an exclusion matches a path */
bool pattern_excludes(const struct pattern *pattern, const char *path);

#endif /* HEADROOMD_PATTERN_H */
