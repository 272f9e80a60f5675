/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * The connection to the module
 *
 * Internal to the library. The only place besides decode.c that knows libnl.
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
	/* the last exchange broke off: its answers may still be queued */
	bool stale;
	/*
	 * Of a socket that events come to: takes each message that answers no request.
	 * Such a socket is never replaced, since triggers hang on it.
	 */
	void (*notify)(struct headroom *h, struct nlmsghdr *nlh);
	/* its queue has overflown */
	bool overrun;
	/* where cgroup v2 is mounted, when somebody asked */
	char *root;
	int root_fd;
	/* of cgroups that were named before: see path_cache.h */
	struct paths *paths;
	/* memory of a snapshot that was freed: see snapshot.c */
	struct spare *spare;
	/* for answers that are read in bulk */
	char *buffer;
	size_t buffer_size;
	/* milliseconds that a request waits for a part of its answer; 0 for ever */
	unsigned int timeout;
	char error[256];
};

/**
 * struct headroom_request - a request, and what became of it
 * @cmd: HEADROOM_CMD_*
 * @dump: ask for all
 * @id: cgroup id, which every request has under the same attribute; 0 for none
 * @put: adds what else is asked; NULL for nothing. Negative when it does not fit
 * @asked: for @put
 * @reply: called with the attributes of each message of the answer; the rest
 *	of an answer is read and dropped after it failed. NULL if none is expected
 * @arg: for @reply
 * @bulk: the answer is large: read it without libnl's copies
 * @interrupted: result: the kernel says that a dump is not consistent
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
 * headroom_receive - read what has come to a socket for events
 *
 * Return: 0 after @h->notify has had it; -EAGAIN when there is nothing now; or another
 * negative errno. An overflow of the queue is no failure, but noted in @h->overrun.
 */
int headroom_receive(struct headroom *h);

/** headroom_connect - connect @h, which is zero but for @h->notify and @h->root_fd */
int headroom_connect(struct headroom *h);
/** headroom_disconnect - free all that is inside @h */
void headroom_disconnect(struct headroom *h);

/**
 * headroom_dump - ask for all until the answer is consistent
 * @request: what for; its @interrupted tells that this took too many attempts
 * @empty: drops what an attempt has read
 *
 * Return: as headroom_ask().
 */
int headroom_dump(struct headroom *h, struct headroom_request *request,
		  void (*empty)(void *arg));

/** headroom_forget_paths - free the known paths */
void headroom_forget_paths(struct headroom *h);
/** headroom_forget_spare - free the memory that was kept */
void headroom_forget_spare(struct headroom *h);

/** headroom_fail - keep a sentence for headroom_error(); returns @err */
__attribute__((format(printf, 3, 4)))
int headroom_fail(struct headroom *h, int err, const char *format, ...);

/**
 * headroom_refuse_reserved - check that words which a later library defines are zero
 * @what: the structure, for the sentence
 *
 * Return: 0 or -EINVAL.
 */
int headroom_refuse_reserved(struct headroom *h, const char *what, const uint64_t *reserved,
			     size_t nr);

/**
 * headroom_extack - the sentence in an extended acknowledgement
 * @nlh: a message of type NLMSG_ERROR or NLMSG_DONE
 *
 * Return: the sentence, inside @nlh; NULL when there is none.
 */
const char *headroom_extack(const struct nlmsghdr *nlh);

#endif /* HEADROOM_CONNECTION_H */
