// SPDX-License-Identifier: GPL-2.0
/* Report failures, and end with the right exit code */

#include <errno.h>
#include <stdio.h>

#include "failure.h"

static const char *other_message = "not connected";

void failure_explain(const char *message)
{
	other_message = message;
}

int say_failure(const struct headroom *h, int err)
{
	/* the command itself may lack memory: then @h knows of no failure, or of an older one */
	fprintf(stderr, "headroom: %s\n", err == -ENOMEM ? "out of memory" :
		h ? headroom_error(h) : other_message);
	return err == -ENOTCONN ? EXIT_NOT_LOADED : EXIT_FAILED;
}
