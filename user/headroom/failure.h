/* SPDX-License-Identifier: GPL-2.0 */
/* Report failures, and end with the right exit code */
#ifndef FAILURE_H
#define FAILURE_H

#include "headroom.h"

/* Exit codes, as the usage and headroom(1) document them */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NOT_LOADED = 3,
};

/** failure_explain - set what say_failure() prints without a connection; @message is kept */
void failure_explain(const char *message);
/**
 * say_failure - print why a call failed
 * @h: connection with the library's message; not read if @err is -ENOMEM. NULL for the message of
 *	failure_explain()
 *
 * Return: the exit code for @err.
 */
int say_failure(const struct headroom *h, int err);

#endif /* FAILURE_H */
