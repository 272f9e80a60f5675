/* SPDX-License-Identifier: GPL-2.0 */
/* Translate the configurations of other programs into a headroomd.conf: the option --import */
#ifndef HEADROOMD_IMPORT_H
#define HEADROOMD_IMPORT_H

#include <stddef.h>
#include <stdio.h>

#include "import_kinds.h"

/**
 * import_texts - translate files that have been read
 * @file: the files; their kinds are recognised
 * @out: result: a configuration, with a comment on all that differs
 * @error: result: what is wrong; empty on success
 *
 * Return: 0, or -EINVAL; then what is in @out is of no use.
 */
int import_texts(const struct import_file *file, size_t nr, FILE *out, char *error, size_t size);
/** import_print - translate files to the standard output; returns the exit status */
int import_print(const char *const *path, size_t nr);

#endif /* HEADROOMD_IMPORT_H */
