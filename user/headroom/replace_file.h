/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOM_REPLACE_FILE_H
#define HEADROOM_REPLACE_FILE_H

#include <stdio.h>
#include <sys/types.h>

/**
 * replace_file - replace a file as a whole: until all is written, it is what it was
 * @path: the file; what is there and is no file, such as a device, is written to
 * @mode: permissions of a new file
 * @write: writes the text; what it cannot write is an error of the stream
 * @arg: for @write
 *
 * The file beside it does not end as @path does, so that readers of a directory, such as node_exporter, pass
 * over it.
 *
 * Return: 0 or a negative errno.
 */
int replace_file(const char *path, mode_t mode, void (*write)(FILE *out, const void *arg),
		 const void *arg);

#endif /* HEADROOM_REPLACE_FILE_H */
