/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The control socket: local clients, their requests and answers
 *
 * A client sends one line and reads lines until the connection ends. Nothing that it does, or does
 * not, delays the event loop or uses more than a fixed amount of memory.
 */
#ifndef HEADROOMD_CONTROL_H
#define HEADROOMD_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct control;
struct sd_event;

/* The most clients at a time, and how many of them only those who may change can be */
#define CONTROL_CLIENTS		16
#define CONTROL_RESERVED	4
/* The most bytes of an answer */
#define CONTROL_ANSWER_SIZE	(1 << 20)
/* How long a client may take to send its request, and to read the answer, ns */
#define CONTROL_TIMEOUT		5000000000ull

/**
 * struct control_peer - who asks, as the kernel knows
 * @uid: user when it connected
 * @pid: process then
 * @may_change: it is root, or the user of the daemon
 */
struct control_peer {
	uid_t uid;
	pid_t pid;
	bool may_change;
};

/**
 * typedef control_handle - answer a request
 * @arg: as given to control_open()
 * @request: the line, without its end
 * @peer: who asks
 * @size: result: bytes of the answer
 *
 * Return: the answer, allocated; NULL if out of memory.
 */
typedef char *control_handle(void *arg, const char *request, const struct control_peer *peer,
			     size_t *size);

/**
 * struct control_options - properties of the socket
 * @path: where it is
 * @mode: permissions of the file; asking needs write permission
 * @group: name or number of its group; NULL to leave it
 * @timeout: ns in place of CONTROL_TIMEOUT; 0 for that
 */
struct control_options {
	const char *path;
	unsigned int mode;
	const char *group;
	uint64_t timeout;
};

/**
 * control_open - listen for clients
 * @control: result; call control_close() in every case
 * @event: the loop that serves them
 * @options: not used after the return
 *
 * Replaces the socket of a process that has ended.
 *
 * Return: 0; -EADDRINUSE if another process listens there; -EEXIST if the file is no socket; -ESRCH
 * if there is no such group; or another negative errno.
 */
int control_open(struct control **control, struct sd_event *event,
		 const struct control_options *options, control_handle *handle, void *arg);
/** control_close - drop all clients, and remove the socket unless another one has its path; accepts NULL */
void control_close(struct control *control);

#endif /* HEADROOMD_CONTROL_H */
