/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Send requests to the module and read the answers
 *
 * Internal to the library.
 */
#ifndef HEADROOM_CONNECTION_H
#define HEADROOM_CONNECTION_H

#include <netlink/netlink.h>
#include "headroom.h"

struct paths;
struct spare;

struct headroom {
	struct nl_sock *sock;
	int family;
	/* the last exchange broke off, so its answers may still arrive: open a new socket */
	bool stale;
	/*
	 * Set on a socket for events: receives each message that answers no request. Such a
	 * socket is never replaced, because the kernel removes its triggers with it.
	 */
	void (*notify)(struct headroom *h, struct nlmsghdr *nlh);
	/* the queue of a socket for events has overflowed */
	bool overrun;
	/* mount point of cgroup v2; NULL until it is needed */
	char *root;
	int root_fd;
	/* paths that were looked up before: see path_cache.h */
	struct paths *paths;
	/* memory of a freed snapshot, for the next one: see snapshot.c */
	struct spare *spare;
	/* of this boot, once a snapshot was taken; or empty */
	char boot_id[sizeof(((struct headroom_snapshot *)0)->boot_id)];
	/* receives answers that are read in bulk */
	char *buffer;
	size_t buffer_size;
	/*
	 * milliseconds to wait for each message of an answer, or for a whole answer among
	 * events; 0 for no limit
	 */
	unsigned int timeout;
	char error[256];
};

/**
 * struct headroom_request - a request and how to read its answer
 * @cmd: HEADROOM_CMD_*
 * @dump: dump all objects
 * @id: cgroup id; 0 for none
 * @put: adds further attributes; NULL for none. Returns a negative value if they do not fit
 * @asked: argument of @put
 * @reply: called with the attributes of each message of the answer; after it failed, the
 *	rest of the answer is read and dropped. NULL if only an ACK is expected; otherwise
 *	an ACK alone is an error, except after a dump
 * @arg: argument of @reply
 * @bulk: the answer is large: read it without libnl's copies
 * @interrupted: result: the kernel marked the dump as inconsistent
 */
struct headroom_request {
	int cmd;
	bool dump;
	uint64_t id;
	int (*put)(struct nl_msg *msg, const void *asked);
	const void *asked;
	int (*reply)(const struct nlattr *attrs, int len, void *arg);
	void *arg;
	bool bulk;
	bool interrupted;
};

/**
 * headroom_ask - send a request and read the answer to its end
 *
 * Return: 0, the kernel's error, that of @reply, -ENOTCONN when the module was
 * unloaded, or another negative errno. headroom_error() is set.
 */
int headroom_ask(struct headroom *h, struct headroom_request *request);

/**
 * headroom_receive - read one message from a socket for events
 *
 * Return: 0 after it was passed to @h->notify, or after an overflow of the queue, which sets
 * @h->overrun; -EAGAIN if the queue is empty; or another negative errno.
 */
int headroom_receive(struct headroom *h);

/** headroom_connect - open the socket of @h and look up the module's family */
int headroom_connect(struct headroom *h);
/** headroom_disconnect - close the socket of @h and free its buffer, for good */
void headroom_disconnect(struct headroom *h);

/**
 * headroom_dump - dump all objects, repeatedly until the answer is consistent
 * @request: the request; @interrupted is set if no attempt was consistent
 * @empty: called with @request->arg before each attempt, to drop the previous one's results
 *
 * Return: as headroom_ask().
 */
int headroom_dump(struct headroom *h, struct headroom_request *request,
		  void (*empty)(void *arg));

/** headroom_fail - set the message of headroom_error(); returns @err */
__attribute__((format(printf, 3, 4)))
int headroom_fail(struct headroom *h, int err, const char *format, ...);

/**
 * headroom_refuse_reserved - check that the reserved words of a request are zero
 * @what: name of the structure, for the error message
 *
 * Return: 0 or -EINVAL.
 */
int headroom_refuse_reserved(struct headroom *h, const char *what, const uint64_t *reserved,
			     size_t nr);

/**
 * headroom_extack - find the message in an extended acknowledgement
 * @nlh: a message of type NLMSG_ERROR or NLMSG_DONE
 *
 * Return: the message, inside @nlh; NULL if there is none.
 */
const char *headroom_extack(const struct nlmsghdr *nlh);

#endif /* HEADROOM_CONNECTION_H */
