// SPDX-License-Identifier: GPL-2.0
/*
 * Outlets: where the messages of a rule go, a socket with its clients or a FIFO
 *
 * What clients send is read and dropped. One that ends its half of the connection only, still gets
 * messages.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "fifo.h"
#include "journal.h"
#include "listener.h"
#include "outlet.h"

/* Connections taken in a second. More wait, so that a flood of them leaves time for the rules. */
#define ACCEPT_RATE	100

/* Frames and signals go first */
#define PRIORITY	(SD_EVENT_PRIORITY_NORMAL + 10)

/**
 * struct client - a connection
 * @fd: its socket
 * @io: waits for what it sends, and for its end
 * @received: bytes that it has sent
 */
struct client {
	struct outlet *outlet;
	int fd;
	sd_event_source *io;
	size_t received;
};

/**
 * struct outlet - a socket with its clients, or a FIFO
 * @listener: the socket
 * @fifo: the FIFO; -1 if it is a socket
 * @path: its path
 * @source: waits for connections
 * @nr: number of clients
 * @client: they, without a gap
 */
struct outlet {
	enum outlet_kind kind;
	struct listener listener;
	int fifo;
	char *path;
	sd_event_source *source;
	size_t nr;
	struct client *client[OUTLET_CLIENTS];
};

/* --- clients --- */

static void drop(struct client *client)
{
	struct outlet *outlet = client->outlet;
	size_t i = 0;

	while (outlet->client[i] != client)
		i++;
	outlet->client[i] = outlet->client[--outlet->nr];
	sd_event_source_disable_unref(client->io);
	close(client->fd);
	free(client);
}

static int on_client(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	struct client *client = arg;
	char ignored[512];
	ssize_t n = recv(fd, ignored, sizeof(ignored), MSG_DONTWAIT);

	if (n > 0)
		client->received += n;
	if ((n < 0 && errno != EAGAIN) || client->received > OUTLET_RECEIVED ||
	    (events & (EPOLLHUP | EPOLLERR)) ||
	    (!n && sd_event_source_set_io_events(source, 0) < 0))
		drop(client);
	return 0;
}

static int add_client(struct outlet *outlet, int fd)
{
	sd_event *event = sd_event_source_get_event(outlet->source);
	struct client *client = calloc(1, sizeof(*client));
	int err;

	if (!client)
		return -ENOMEM;
	*client = (struct client){ .outlet = outlet, .fd = fd };
	err = sd_event_add_io(event, &client->io, fd, EPOLLIN, on_client, client);
	if (err >= 0)
		err = sd_event_source_set_priority(client->io, PRIORITY);
	if (err >= 0) {
		outlet->client[outlet->nr++] = client;
		return 0;
	}
	sd_event_source_disable_unref(client->io);
	free(client);
	return err;
}

static int on_connection(sd_event_source *source, int listener, uint32_t events, void *arg)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct outlet *outlet = arg;

	(void)source, (void)events;
	/* The client may have gone, or there may be no descriptor: the next connection can succeed */
	if (fd < 0)
		return 0;
	if (outlet->nr == OUTLET_CLIENTS || add_client(outlet, fd) < 0) {
		journal(LOG_DEBUG, "too many clients of %s: refusing one", outlet->path);
		close(fd);
	}
	return 0;
}

/* --- messages --- */

/* A client of a pressure socket that has something to read needs no more */
static bool is_awake(const struct outlet *outlet, const struct client *client)
{
	int unread = 0;

	return outlet->kind == OUTLET_PRESSURE && !ioctl(client->fd, SIOCOUTQ, &unread) && unread;
}

size_t outlet_send(struct outlet *outlet, const char *line)
{
	const char *text = outlet->kind == OUTLET_JSON ? line : "\n";
	size_t size = strlen(text), sent = 0;

	if (outlet->fifo >= 0)
		return fifo_wake(outlet->fifo);
	/* From the end, since a dropped client is replaced by the last one */
	for (size_t i = outlet->nr; i-- > 0;) {
		struct client *client = outlet->client[i];

		if (is_awake(outlet, client) ||
		    send(client->fd, text, size, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)size) {
			sent++;
			continue;
		}
		journal(LOG_DEBUG, "dropping a client of %s, which reads too slowly or has gone",
			outlet->path);
		drop(client);
	}
	return sent;
}

size_t outlet_clients(const struct outlet *outlet)
{
	return outlet->fifo >= 0 ? 1 : outlet->nr;
}

/* --- the file --- */

static int open_socket(struct outlet *outlet, sd_event *event,
		       const struct outlet_options *options)
{
	/* The ledger has a lock: no other daemon acts, and so none has outlets */
	const struct listener_options listener = {
		.path = options->path, .mode = options->mode, .user = options->user,
		.group = options->group,
	};
	int err = listener_open(&outlet->listener, &listener, OUTLET_CLIENTS);

	if (!err)
		err = sd_event_add_io(event, &outlet->source, outlet->listener.fd, EPOLLIN,
				      on_connection, outlet);
	if (err >= 0)
		err = sd_event_source_set_priority(outlet->source, PRIORITY);
	if (err >= 0)
		err = sd_event_source_set_ratelimit(outlet->source, 1000000, ACCEPT_RATE);
	return err < 0 ? err : 0;
}

int outlet_open(struct outlet **result, sd_event *event, const struct outlet_options *options)
{
	struct outlet *outlet = calloc(1, sizeof(*outlet));
	int err = 0;

	*result = NULL;
	if (!outlet)
		return -ENOMEM;
	*outlet = (struct outlet){
		.kind = options->kind, .listener = { .fd = -1, .lock = -1 }, .fifo = -1,
		.path = strdup(options->path),
	};
	if (!outlet->path)
		err = -ENOMEM;
	else if (options->kind != OUTLET_FIFO)
		err = open_socket(outlet, event, options);
	else
		outlet->fifo = fifo_open(options->path, options->mode, options->user,
					 options->group);
	if (!err && options->kind == OUTLET_FIFO && outlet->fifo < 0)
		err = outlet->fifo;
	if (!err)
		*result = outlet;
	else
		outlet_close(outlet, false);
	return err;
}

void outlet_close(struct outlet *outlet, bool keep)
{
	if (!outlet)
		return;
	while (outlet->nr)
		drop(outlet->client[0]);
	sd_event_source_disable_unref(outlet->source);
	listener_close(&outlet->listener);
	if (outlet->fifo >= 0) {
		if (!keep)
			unlink(outlet->path);
		close(outlet->fifo);
	}
	free(outlet->path);
	free(outlet);
}
