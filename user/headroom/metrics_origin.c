// SPDX-License-Identifier: GPL-2.0
/* Whether a browser asks for this machine: see metrics_origin.h */

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "metrics_origin.h"

#define HOST_SIZE	256

/* Copy the name without the port, and without the brackets of an IPv6 address; false if there is none */
static bool copy_name(char *name, const char *host)
{
	bool bracket = *host == '[';
	const char *from = host + bracket;
	size_t len = strcspn(from, bracket ? "]" : ":"), port;

	if (!len || len >= HOST_SIZE || (bracket && from[len] != ']'))
		return false;
	memcpy(name, from, len);
	name[len] = '\0';
	from += len + bracket;
	port = *from == ':' ? 1 : 0;
	return !from[port + strspn(from + port, "0123456789")] && (port || !*from);
}

static bool is_address(const char *name)
{
	struct in6_addr address;

	return inet_pton(AF_INET, name, &address) == 1 || inet_pton(AF_INET6, name, &address) == 1;
}

bool metrics_origin_is_ours(const char *host)
{
	char name[HOST_SIZE], own[HOST_SIZE] = "";

	if (!host || !copy_name(name, host))
		return false;
	if (is_address(name) || !strcasecmp(name, "localhost"))
		return true;
	return !gethostname(own, sizeof(own) - 1) && !strcasecmp(name, own);
}
