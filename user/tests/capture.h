/* SPDX-License-Identifier: GPL-2.0 */
/* Read what a function prints to stdout and stderr, by a file of tree.h */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "tree.h"

static int captured[2];

static inline void capture_begin(void)
{
	int fd = open(in_dir("output"), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		abort();
	fflush(stdout);
	for (int i = 0; i < 2; i++) {
		captured[i] = dup(1 + i);
		dup2(fd, 1 + i);
	}
	close(fd);
}

/* capture_end - what was printed since capture_begin(); valid until the next get() */
static inline const char *capture_end(void)
{
	fflush(stdout);
	for (int i = 0; i < 2; i++) {
		dup2(captured[i], 1 + i);
		close(captured[i]);
	}
	return get("output");
}

#endif /* CAPTURE_H */
