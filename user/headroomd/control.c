// SPDX-License-Identifier: GPL-2.0
/*
 * The control socket: local clients, their requests and answers
 *
 * A client is in one of two states, and has a time limit in each: it sends its request, then reads
 * the answer. It is dropped when the limit passes, when it ends the connection, and when its
 * request is malformed; in the last case it gets an error first, if that fits into the socket.
 *
 * A lock beside the socket tells whether a daemon listens on it. It prevents that one daemon removes
 * the socket which another one has just created. The kernel releases it when the daemon ends, in
 * whatever way.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "control.h"
#include "control_socket.h"
#include "journal.h"
#include "parent.h"

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
 * @path: its path
 * @lock: the lock file
 * @fd: the socket
 * @bound: the file was created, and is this one:
 * @dev: its device
 * @ino: its inode
 */
struct control {
	char *path;
	int lock;
	int fd;
	bool bound;
	dev_t dev;
	ino_t ino;
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

/* Only one daemon can have the lock */
static int lock_path(struct control *control)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s.lock", control->path) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	control->lock = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (control->lock < 0)
		return -errno;
	if (!flock(control->lock, LOCK_EX | LOCK_NB))
		return 0;
	return errno == EWOULDBLOCK ? -EADDRINUSE : -errno;
}

/* Remove a socket on which nothing listens. What does may be another program. */
static int remove_stale(const struct sockaddr_un *address)
{
	struct stat st;
	int fd, err;

	if (lstat(address->sun_path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	err = connect(fd, (const struct sockaddr *)address, sizeof(*address)) ? errno : 0;
	close(fd);
	/* EAGAIN: so many wait for it that no more can */
	if (!err || err == EAGAIN)
		return -EADDRINUSE;
	if (err != ECONNREFUSED)
		return -err;
	return unlink(address->sun_path) ? -errno : 0;
}

static int find_group(const char *name, gid_t *gid)
{
	struct group *group = getgrnam(name);
	unsigned long number;
	char *end;

	if (group) {
		*gid = group->gr_gid;
		return 0;
	}
	number = strtoul(name, &end, 10);
	if (*end || *name < '0' || *name > '9' || number > INT_MAX)
		return -ESRCH;
	*gid = number;
	return 0;
}

/* Nothing can connect before listen(), so set the permissions first */
static int bind_socket(struct control *control, const struct sockaddr_un *address,
		       const struct control_options *options)
{
	gid_t group = -1;
	struct stat st;
	mode_t mask;
	int err;

	err = options->group ? find_group(options->group, &group) : 0;
	if (err)
		return err;
	control->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (control->fd < 0)
		return -errno;
	mask = umask(0177);
	err = bind(control->fd, (const struct sockaddr *)address, sizeof(*address)) ? -errno : 0;
	umask(mask);
	if (err)
		return err;
	if (lstat(control->path, &st))
		return -errno;
	control->dev = st.st_dev;
	control->ino = st.st_ino;
	control->bound = true;
	if ((options->group && lchown(control->path, -1, group)) ||
	    chmod(control->path, options->mode) || listen(control->fd, CONTROL_CLIENTS))
		return -errno;
	return 0;
}

static int open_socket(struct control *control, const struct control_options *options)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int err;

	if (strlen(options->path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, options->path);
	err = parent_make(options->path);
	if (!err)
		err = lock_path(control);
	if (!err)
		err = remove_stale(&address);
	return err ? err : bind_socket(control, &address, options);
}

int control_open(struct control **result, sd_event *event, const struct control_options *options,
		 control_handle *handle, void *arg)
{
	struct control *control = calloc(1, sizeof(*control));
	int err;

	*result = control;
	if (!control)
		return -ENOMEM;
	*control = (struct control){
		.path = strdup(options->path), .lock = -1, .fd = -1, .handle = handle, .arg = arg,
		.timeout = options->timeout ? options->timeout : CONTROL_TIMEOUT,
	};
	err = control->path ? open_socket(control, options) : -ENOMEM;
	if (!err)
		err = sd_event_add_io(event, &control->source, control->fd, EPOLLIN, on_connection,
				      control);
	if (err >= 0)
		err = sd_event_source_set_priority(control->source, PRIORITY);
	if (err >= 0)
		err = sd_event_source_set_ratelimit(control->source, 1000000, ACCEPT_RATE);
	return err < 0 ? err : 0;
}

/* The path may have a socket that is not this one, if an administrator removed it and the lock */
static void remove_socket(const struct control *control)
{
	struct stat st;

	if (control->bound && !lstat(control->path, &st) && st.st_dev == control->dev &&
	    st.st_ino == control->ino)
		unlink(control->path);
}

void control_close(struct control *control)
{
	if (!control)
		return;
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		if (control->client[i])
			drop(control->client[i]);
	sd_event_source_disable_unref(control->source);
	if (control->path)
		remove_socket(control);
	if (control->fd >= 0)
		close(control->fd);
	if (control->lock >= 0)
		close(control->lock);
	free(control->path);
	free(control);
}
