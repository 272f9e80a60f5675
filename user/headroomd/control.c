// SPDX-License-Identifier: GPL-2.0
/*
 * The control socket: local clients, their requests and answers
 *
 * A client is in one of two states, and has a time limit in each: it sends its request, then reads
 * the answer. It is dropped when the limit passes, when it ends the connection, and when its
 * request is malformed; in the last case it gets an error first, if that fits into the socket.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "control.h"
#include "control_socket.h"
#include "journal.h"
#include "listener.h"

/* Connections taken in a second. More wait, so that a flood of them leaves time for the rules. */
#define ACCEPT_RATE	100

/* Frames and signals go first */
#define PRIORITY	(SD_EVENT_PRIORITY_NORMAL + 10)

/**
 * struct client - a connection
 * @fd: its socket
 * @peer: who is at the other end
 * @io: waits for the socket
 * @timer: the time limit
 * @received: bytes of @request
 * @request: what it has sent
 * @answer: what it gets; NULL while it sends
 * @size: bytes of @answer
 * @sent: bytes that it has got
 */
struct client {
	struct control *control;
	int fd;
	struct control_peer peer;
	sd_event_source *io, *timer;
	size_t received;
	char request[CONTROL_REQUEST_SIZE];
	char *answer;
	size_t size;
	size_t sent;
};

/**
 * struct control - a socket that listens
 * @listener: the socket
 */
struct control {
	struct listener listener;
	sd_event_source *source;
	uint64_t timeout;
	control_handle *handle;
	void *arg;
	struct client *client[CONTROL_CLIENTS];
};

/* --- clients --- */

static void drop(struct client *client)
{
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		if (client->control->client[i] == client)
			client->control->client[i] = NULL;
	sd_event_source_disable_unref(client->io);
	sd_event_source_disable_unref(client->timer);
	close(client->fd);
	free(client->answer);
	free(client);
}

/* Begin a time limit */
static int set_limit(struct client *client)
{
	int err = sd_event_source_set_time_relative(client->timer, client->control->timeout / 1000);

	return err < 0 ? err : sd_event_source_set_enabled(client->timer, SD_EVENT_ONESHOT);
}

/* Send what the socket takes; the client is dropped at the end */
static void send_answer(struct client *client)
{
	ssize_t n = 0;

	while (client->sent < client->size && n >= 0) {
		n = send(client->fd, client->answer + client->sent, client->size - client->sent,
			 MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0)
			client->sent += n;
	}
	if (client->sent == client->size || errno != EAGAIN ||
	    sd_event_source_set_io_events(client->io, EPOLLOUT) < 0)
		drop(client);
}

/* Begin to send; @answer is NULL if there was no memory for it */
static void begin_answer(struct client *client, char *answer, size_t size)
{
	client->answer = answer;
	client->size = size;
	if (!answer || set_limit(client) < 0)
		drop(client);
	else
		send_answer(client);
}

/* @why has no character that JSON would quote; returns the size, or -1 if out of memory */
static int print_refusal(char **answer, const char *why)
{
	return asprintf(answer, "{\"ok\":false,\"error\":\"%s\"}\n", why);
}

static void refuse(struct client *client, const char *why)
{
	char *answer;
	int n = print_refusal(&answer, why);

	begin_answer(client, n < 0 ? NULL : answer, n);
}

static void handle(struct client *client)
{
	struct control *control = client->control;
	size_t size;
	char *answer = control->handle(control->arg, client->request, &client->peer, &size);

	if (answer && size > CONTROL_ANSWER_SIZE) {
		free(answer);
		refuse(client, "the answer is too long");
	} else {
		begin_answer(client, answer, size);
	}
}

static void receive(struct client *client)
{
	ssize_t n = recv(client->fd, client->request + client->received,
			 CONTROL_REQUEST_SIZE - client->received, MSG_DONTWAIT);
	char *end;

	if (n < 0 && errno == EAGAIN)
		return;
	if (n < 0 || (!n && !client->received)) {
		drop(client);
		return;
	}
	client->received += n;
	end = memchr(client->request, '\n', client->received);
	if (!n)
		refuse(client, "the request has no line end");
	else if (!end && client->received == CONTROL_REQUEST_SIZE)
		refuse(client, "the request is too long");
	else if (end && end + 1 != client->request + client->received)
		refuse(client, "a connection has one request: something follows its line end");
	else if (end && memchr(client->request, '\0', client->received))
		refuse(client, "the request has a zero byte");
	else if (end) {
		*end = '\0';
		handle(client);
	}
}

static int on_client(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct client *client = arg;

	(void)source, (void)fd, (void)events;
	if (client->answer)
		send_answer(client);
	else
		receive(client);
	return 0;
}

static int on_limit(sd_event_source *source, uint64_t usec, void *arg)
{
	struct client *client = arg;

	(void)source, (void)usec;
	journal(LOG_DEBUG, "dropping a client, uid %u, pid %d, which %s too slowly",
		client->peer.uid, client->peer.pid, client->answer ? "reads" : "sends");
	drop(client);
	return 0;
}

/* --- connections --- */

static bool get_peer(int fd, struct control_peer *peer)
{
	struct ucred cred;
	socklen_t size = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size))
		return false;
	*peer = (struct control_peer){
		.uid = cred.uid, .pid = cred.pid,
		.may_change = cred.uid == 0 || cred.uid == geteuid(),
	};
	return true;
}

/* A free slot for a client; NULL if it would be one too many */
static struct client **find_slot(struct control *control, const struct control_peer *peer)
{
	struct client **slot = NULL;
	size_t others = 0;

	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		if (!control->client[i])
			slot = &control->client[i];
		else if (!control->client[i]->peer.may_change)
			others++;
	}
	if (!peer->may_change && others >= CONTROL_CLIENTS - CONTROL_RESERVED)
		return NULL;
	return slot;
}

static int add_client(struct control *control, struct client **slot, int fd,
		      const struct control_peer *peer)
{
	sd_event *event = sd_event_source_get_event(control->source);
	struct client *client = calloc(1, sizeof(*client));
	int err;

	if (!client)
		return -ENOMEM;
	*client = (struct client){ .control = control, .fd = fd, .peer = *peer };
	err = sd_event_add_io(event, &client->io, fd, EPOLLIN, on_client, client);
	if (err >= 0)
		err = sd_event_source_set_priority(client->io, PRIORITY);
	if (err >= 0)
		err = sd_event_add_time_relative(event, &client->timer, CLOCK_MONOTONIC,
						 control->timeout / 1000, 0, on_limit, client);
	if (err >= 0)
		err = sd_event_source_set_priority(client->timer, PRIORITY);
	if (err >= 0) {
		*slot = client;
		return 0;
	}
	sd_event_source_disable_unref(client->io);
	sd_event_source_disable_unref(client->timer);
	free(client);
	return err;
}

/* Refuse a connection that cannot be served, if the answer fits into the socket */
static void turn_away(int fd)
{
	char *answer;
	int n = print_refusal(&answer, "too many clients: try again");

	if (n < 0)
		return;
	if (send(fd, answer, n, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		journal(LOG_DEBUG, "cannot refuse a client: %s", strerror(errno));
	free(answer);
}

static int on_connection(sd_event_source *source, int listener, uint32_t events, void *arg)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct control *control = arg;
	struct control_peer peer;
	struct client **slot;

	(void)source, (void)events;
	/* The client may have gone, or there may be no descriptor: the next connection can succeed */
	if (fd < 0)
		return 0;
	if (!get_peer(fd, &peer)) {
		close(fd);
		return 0;
	}
	slot = find_slot(control, &peer);
	if (!slot)
		turn_away(fd);
	if (!slot || add_client(control, slot, fd, &peer) < 0)
		close(fd);
	return 0;
}

/* --- the socket --- */

int control_open(struct control **result, sd_event *event, const struct control_options *options,
		 control_handle *handle, void *arg)
{
	const struct listener_options listener = {
		.path = options->path, .mode = options->mode, .group = options->group, .lock = true,
	};
	struct control *control = calloc(1, sizeof(*control));
	int err;

	*result = control;
	if (!control)
		return -ENOMEM;
	*control = (struct control){
		.handle = handle, .arg = arg,
		.timeout = options->timeout ? options->timeout : CONTROL_TIMEOUT,
	};
	err = listener_open(&control->listener, &listener, CONTROL_CLIENTS);
	if (!err)
		err = sd_event_add_io(event, &control->source, control->listener.fd, EPOLLIN,
				      on_connection, control);
	if (err >= 0)
		err = sd_event_source_set_priority(control->source, PRIORITY);
	if (err >= 0)
		err = sd_event_source_set_ratelimit(control->source, 1000000, ACCEPT_RATE);
	return err < 0 ? err : 0;
}

void control_close(struct control *control)
{
	if (!control)
		return;
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		if (control->client[i])
			drop(control->client[i]);
	sd_event_source_disable_unref(control->source);
	listener_close(&control->listener);
	free(control);
}
