/* SPDX-License-Identifier: GPL-2.0 */
/* Ask headroomd at its control socket */
#ifndef DAEMON_CLIENT_H
#define DAEMON_CLIENT_H

#include <stddef.h>

/**
 * daemon_ask - send a request, and read the answer until the connection ends
 * @path: path of the socket
 * @request: without a line end
 * @seconds: the longest wait for a part of the answer
 * @answer: result, with a NUL behind it, to be freed; NULL on failure
 *
 * Return: 0; -ENOENT or -ECONNREFUSED if no daemon listens there; -EACCES if it may not be asked;
 * -ETIMEDOUT if it does not answer; or another negative errno.
 */
int daemon_ask(const char *path, const char *request, unsigned int seconds, char **answer);

#endif /* DAEMON_CLIENT_H */
