/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Serve metrics, and the page of a recording, over HTTP, to any client without harm to others
 *
 * One thread does all, so that one reading of the module is made at a time. An answer is kept for a
 * second: however many clients ask at once, they cost one reading.
 *
 * What a client can use up is bounded. There are 64 connections, of 32 KiB each for the request;
 * further ones wait in the kernel's queue. Each carries one request and ends after ten seconds,
 * whatever it has done. When all 64 are taken, the oldest one ends if it is older than two seconds,
 * so that clients which send or read nothing delay others by two seconds for each 64 of them. An
 * answer is shared by the connections that read it. One that is not read keeps it for ten seconds,
 * so at most eleven answers exist at once, in two formats.
 *
 * The data of the page is shared in the same way, and at most six of it exist at once. While a child
 * reads the recording, the connections that ask for it are suspended, and others are served. Only a
 * browser that asked for this machine by an address, or by its own name, gets the page or the data.
 */
#ifndef METRICS_SERVER_H
#define METRICS_SERVER_H

struct exposition;
struct metrics_page;

/**
 * struct metrics_source - what is served
 * @read: read the metrics, into a text that the server frees; returns 0 or a negative errno, with
 *	a sentence for the client in *@why, which stays valid until the next call
 * @arg: its argument
 * @page: the page of a recording; NULL for none
 */
struct metrics_source {
	int (*read)(void *arg, struct exposition **e, const char **why);
	void *arg;
	struct metrics_page *page;
};

/**
 * metrics_serve - serve until SIGINT or SIGTERM
 * @fd: a socket that listens, which is closed
 *
 * Return: 0; or a negative errno if the server could not be started or cannot wait.
 */
int metrics_serve(int fd, const struct metrics_source *source);

#endif /* METRICS_SERVER_H */
