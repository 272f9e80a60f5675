/* SPDX-License-Identifier: GPL-2.0 */
/* The directory that has a file */
#ifndef HEADROOMD_PARENT_H
#define HEADROOMD_PARENT_H

#include <stddef.h>

/** parent_of - the path of the directory of @file */
void parent_of(char *dir, size_t size, const char *file);
/** parent_make - create the directory of @file, but not those above it; returns 0 or a negative errno */
int parent_make(const char *file);

#endif /* HEADROOMD_PARENT_H */
