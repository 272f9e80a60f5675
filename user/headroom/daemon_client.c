// SPDX-License-Identifier: GPL-2.0
/*
 * Ask headroomd at its control socket
 *
 * The socket has a time limit. A wait with one ends with EINTR when the process is stopped and continued, even
 * if no signal has a handler. So each call is repeated.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon_client.h"

/* Not the daemon's limit: anything may listen at a path */
#define ANSWER_SIZE	(16 << 20)

static int connect_to(const char *path, unsigned int seconds, int *fd)
{
	const struct timeval timeout = { .tv_sec = seconds };
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return -errno;
	if (setsockopt(*fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) ||
	    setsockopt(*fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)))
		return -errno;
	while (connect(*fd, (struct sockaddr *)&address, sizeof(address)))
		if (errno != EINTR)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
	return 0;
}

/* A daemon that refuses has answered, and closed the connection, before it read anything: EPIPE */
static int send_all(int fd, const char *text, size_t size)
{
	ssize_t n;

	for (; size; text += n, size -= n) {
		do {
			n = send(fd, text, size, MSG_NOSIGNAL);
		} while (n < 0 && errno == EINTR);
		if (n < 0 && errno == EPIPE)
			return 0;
		if (n < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
	}
	return 0;
}

static int receive_all(int fd, FILE *answer)
{
	char buf[4096];
	size_t size = 0;
	ssize_t n;

	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0 || (n < 0 && errno == EINTR)) {
		if (n < 0)
			continue;
		size += n;
		if (size > ANSWER_SIZE)
			return -EMSGSIZE;
		fwrite(buf, 1, n, answer);
	}
	/* A reset ends the connection as well: the daemon did not read all of a request */
	if (n < 0 && errno != ECONNRESET)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	return 0;
}

static int exchange(int fd, const char *request, FILE *answer)
{
	char *line;
	int n = asprintf(&line, "%s\n", request), err;

	if (n < 0)
		return -ENOMEM;
	err = send_all(fd, line, n);
	free(line);
	return err ? err : receive_all(fd, answer);
}

int daemon_ask(const char *path, const char *request, unsigned int seconds, char **answer)
{
	int fd = -1, err = connect_to(path, seconds, &fd);
	size_t size;
	FILE *out;

	*answer = NULL;
	out = err ? NULL : open_memstream(answer, &size);
	if (out) {
		err = exchange(fd, request, out);
		if (fclose(out) && !err)
			err = -ENOMEM;
	} else if (!err) {
		err = -ENOMEM;
	}
	if (fd >= 0)
		close(fd);
	if (err) {
		free(*answer);
		*answer = NULL;
	}
	return err;
}
