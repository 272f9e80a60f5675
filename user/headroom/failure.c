// SPDX-License-Identifier: GPL-2.0
/* Report failures, and end with the right exit code */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "failure.h"

int open_module(struct headroom **h)
{
	int err = headroom_open(h);

	if (!err)
		return EXIT_DONE;
	fprintf(stderr, "headroom: %s\n", headroom_error(*h));
	return err == -ENOENT ? EXIT_NOT_LOADED : EXIT_FAILED;
}

int say_failure(const struct headroom *h, int err)
{
	fprintf(stderr, "headroom: %s\n", headroom_error(h));
	return err == -ENOTCONN ? EXIT_NOT_LOADED : EXIT_FAILED;
}

void out_of_memory(void)
{
	fputs("headroom: out of memory\n", stderr);
	exit(EXIT_FAILED);
}
