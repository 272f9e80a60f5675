// SPDX-License-Identifier: GPL-2.0
/* The socket that 'headroom metrics' serves: see metrics_listen.h */

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "metrics_listen.h"

/* Connections that wait while all places are taken */
#define BACKLOG	1024
/* What the kernel holds of an answer that a client does not read; it doubles this */
#define SEND_BUFFER	(64 << 10)

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* A port from 1 to 65535, in network order; 0 if it is none */
static in_port_t parse_port(const char *text)
{
	unsigned long port = 0;

	if (!*text || strlen(text) > 5 || text[strspn(text, "0123456789")])
		return 0;
	port = strtoul(text, NULL, 10);
	return port <= UINT16_MAX ? htons(port) : 0;
}

/* "[::1]:9000" */
static bool parse_v6(const char *text, union address *address)
{
	const char *end = strstr(text, "]:");
	char host[INET6_ADDRSTRLEN];

	if (text[0] != '[' || !end || (size_t)(end - text) > sizeof(host))
		return false;
	memcpy(host, text + 1, end - text - 1);
	host[end - text - 1] = '\0';
	address->v6 = (struct sockaddr_in6){
		.sin6_family = AF_INET6, .sin6_port = parse_port(end + 2),
	};
	return address->v6.sin6_port && inet_pton(AF_INET6, host, &address->v6.sin6_addr) == 1;
}

/* "9000" or "192.0.2.1:9000" */
static bool parse_v4(const char *text, union address *address)
{
	const char *colon = strchr(text, ':');
	char host[INET_ADDRSTRLEN] = "127.0.0.1";

	if (colon && (size_t)(colon - text) >= sizeof(host))
		return false;
	if (colon) {
		memcpy(host, text, colon - text);
		host[colon - text] = '\0';
	}
	address->v4 = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = parse_port(colon ? colon + 1 : text),
	};
	return address->v4.sin_port && inet_pton(AF_INET, host, &address->v4.sin_addr) == 1;
}

static bool parse(const char *text, union address *address)
{
	return text[0] == '[' ? parse_v6(text, address) : parse_v4(text, address);
}

bool metrics_address_is_valid(const char *text)
{
	union address address;

	return !strcmp(text, "systemd") || parse(text, &address);
}

static int passed_socket(void)
{
	int nr = sd_listen_fds(1);

	if (nr < 0)
		return nr;
	if (nr != 1)
		return -ENOENT;
	if (sd_is_socket(SD_LISTEN_FDS_START, AF_UNSPEC, SOCK_STREAM, 1) <= 0)
		return -EPROTOTYPE;
	return SD_LISTEN_FDS_START;
}

static int open_at(const union address *address)
{
	bool v6 = address->any.sa_family == AF_INET6;
	int on = 1, size = SEND_BUFFER, err;
	int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	/* a restart need not wait for connections of before to time out */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)) ||
	    bind(fd, &address->any, v6 ? sizeof(address->v6) : sizeof(address->v4)) ||
	    listen(fd, BACKLOG)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

int metrics_listen(const char *text)
{
	union address address;

	if (!strcmp(text, "systemd"))
		return passed_socket();
	return parse(text, &address) ? open_at(&address) : -EINVAL;
}
