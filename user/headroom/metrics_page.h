/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The page of the recording that the server of metrics has at /
 *
 * To read a recording takes time and memory, and depends on what is in the file. So a child reads it,
 * and sends the data through a pipe: scrapes go on in the parent, and a recording that is damaged, or
 * too large, ends the child only. The child has a limit on memory and on time, the data one on its
 * size. At most one child exists, and it is not started again before ten times as long has passed as the last
 * one took: however many clients ask, reading takes a tenth of a CPU at most.
 */
#ifndef METRICS_PAGE_H
#define METRICS_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The recording that headroomd.conf proposes, in the state directory of its unit */
#define RECORDING	"/var/lib/headroom/recording"

/**
 * struct metrics_page_wish - what the page shows
 * @recording: path of the recording
 * @span: the last part of it, ns
 */
struct metrics_page_wish {
	const char *recording;
	uint64_t span;
};

/**
 * struct metrics_page_data - what was read last
 * @text: JSON, or a sentence that says why there is none
 * @size: its length
 * @error: 0; -ENOENT if there is no recording, or nothing in it; or another negative errno
 */
struct metrics_page_data {
	char *text;
	size_t size;
	int error;
};

struct metrics_page;

/** metrics_page_new - a page, of which nothing is read yet; NULL if out of memory */
struct metrics_page *metrics_page_new(const struct metrics_page_wish *wish);
/** metrics_page_free - end the child and free all; accepts NULL */
void metrics_page_free(struct metrics_page *page);
/** metrics_page_html - the page without data, to be freed; NULL if out of memory */
char *metrics_page_html(size_t *size);

/**
 * metrics_page_begin - begin to read, unless what was read last is recent enough
 *
 * Return: 1 if the caller has to wait; 0 if not; or a negative errno if there is no child.
 */
int metrics_page_begin(struct metrics_page *page);
/** metrics_page_fd - a file descriptor that is readable when metrics_page_continue() has to be called; or -1 */
int metrics_page_fd(const struct metrics_page *page);
/** metrics_page_deadline - when it has to be called in any case, CLOCK_MONOTONIC in ns; WAIT_NEVER */
uint64_t metrics_page_deadline(const struct metrics_page *page);
/** metrics_page_continue - read what the child has sent; returns true if it has ended, with new data */
bool metrics_page_continue(struct metrics_page *page);
/**
 * metrics_page_take - the data that was read last, if it was not taken before
 * @data: result; the caller frees its text
 *
 * Return: whether there is any.
 */
bool metrics_page_take(struct metrics_page *page, struct metrics_page_data *data);

#endif /* METRICS_PAGE_H */
