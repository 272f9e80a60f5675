// SPDX-License-Identifier: GPL-2.0
/* Flush standard output, and keep the reason of a failure */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "output.h"

/* errno of the first flush that failed; 0 if none has */
static int reason;

bool output_flush(void)
{
	/* a stream drops what it could not write, so that the next flush succeeds */
	if (fflush(stdout) != 0 && !reason)
		reason = errno;
	return !ferror(stdout);
}

const char *output_error(void)
{
	return reason ? strerror(reason) : "output error";
}
