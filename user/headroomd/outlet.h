/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Outlets: where the messages of a rule go, a socket with its clients or a FIFO
 *
 * Clients of a pressure socket, and readers of a FIFO, follow systemd's protocol for memory pressure:
 * something to read is the message. Those of a JSON socket read a line for each.
 */
#ifndef HEADROOMD_OUTLET_H
#define HEADROOMD_OUTLET_H

#include <stdbool.h>
#include <stddef.h>

struct outlet;
struct sd_event;

/* The most clients of a socket */
#define OUTLET_CLIENTS		64
/* A client that sends more than this is dropped. $MEMORY_PRESSURE_WRITE is what it may send. */
#define OUTLET_RECEIVED		4096

/** enum outlet_kind - what an outlet is */
enum outlet_kind {
	OUTLET_PRESSURE,	/* a socket; a message is a byte */
	OUTLET_FIFO,		/* the same as a FIFO, for one reader */
	OUTLET_JSON,		/* a socket; a message is a line */
	OUTLET_KINDS,
};

/**
 * struct outlet_options - properties of an outlet
 * @kind: what it is
 * @path: where it is
 * @mode: permissions of the file; clients need write permission, and those of a FIFO both
 * @user: name or number of its owner; NULL for that of the daemon
 * @group: name or number of its group; NULL to leave it
 */
struct outlet_options {
	enum outlet_kind kind;
	const char *path;
	unsigned int mode;
	const char *user;
	const char *group;
};

/**
 * outlet_open - create an outlet
 * @outlet: result; NULL on failure
 * @event: the loop that serves its clients
 * @options: not used after the return
 *
 * Return: 0 or a negative errno, for listener_problem().
 */
int outlet_open(struct outlet **outlet, struct sd_event *event,
		const struct outlet_options *options);
/**
 * outlet_close - drop all clients, and remove the file; accepts NULL
 * @keep: leave a FIFO for the next run, with its readers
 */
void outlet_close(struct outlet *outlet, bool keep);
/** outlet_clients - number of clients that are connected; 1 for a FIFO, which may have no reader */
size_t outlet_clients(const struct outlet *outlet);
/**
 * outlet_send - send a message to all clients
 * @line: OUTLET_JSON: the message, with its line end
 *
 * Never waits: a client that has not read so much that a message does not fit is dropped.
 *
 * Return: how many got it.
 */
size_t outlet_send(struct outlet *outlet, const char *line);

#endif /* HEADROOMD_OUTLET_H */
