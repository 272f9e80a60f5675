/* SPDX-License-Identifier: GPL-2.0 */
/* Compare the paths of cgroups in the hierarchy */
#ifndef COMMON_PATH_H
#define COMMON_PATH_H

#include <stdbool.h>

/** path_is_below - whether @path is a descendant of @top; all but "/" are below "/" */
bool path_is_below(const char *path, const char *top);
/** path_is_within - whether @path is @top or below it; all are within "/", even NULL */
bool path_is_within(const char *path, const char *top);

#endif /* COMMON_PATH_H */
