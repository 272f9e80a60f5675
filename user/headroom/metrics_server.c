// SPDX-License-Identifier: GPL-2.0
/* Serve metrics, and the page of a recording, over HTTP: see metrics_server.h */

#include <errno.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "exposition.h"
#include "metrics_accept.h"
#include "metrics_origin.h"
#include "metrics_page.h"
#include "metrics_server.h"
#include "wait.h"

#define CONNECTIONS	64
#define REQUEST_SIZE	((size_t)32 << 10)
/* Of a connection, ns */
#define LONGEST		(10 * NS_PER_S)
/* When others wait */
#define SHORTEST	(2 * NS_PER_S)
/* How long an answer is kept, ns */
#define FRESH		NS_PER_S

/**
 * struct place - a connection
 * @fd: its socket; -1 if there is none
 * @since: when it was opened
 * @suspended: it, if it waits for the recording to be read; NULL
 */
struct place {
	int fd;
	uint64_t since;
	struct MHD_Connection *suspended;
};

/**
 * struct server - the server
 * @metrics: what was read last; NULL if that failed
 * @why: if it failed: the sentence for clients
 * @read_at: when that ended; 0 before the first one
 * @full: all places were taken since the last turn
 * @answer: it in each format; NULL until a client asks for that
 * @page: the page without data; NULL until a client asks for it
 * @data: the data of the page that was read last; NULL if there is none
 * @data_status: with which status it is sent
 * @events: epoll of what the server waits for
 */
struct server {
	const struct metrics_source *source;
	struct MHD_Daemon *http;
	struct place place[CONNECTIONS];
	struct exposition *metrics;
	const char *why;
	uint64_t read_at;
	bool full;
	struct MHD_Response *answer[2];
	struct MHD_Response *page;
	struct MHD_Response *data;
	unsigned int data_status;
	int events;
};

/* --- answers --- */

static void drop_answers(struct server *s)
{
	for (size_t i = 0; i < 2; i++) {
		if (s->answer[i])
			MHD_destroy_response(s->answer[i]);
		s->answer[i] = NULL;
	}
	exposition_free(s->metrics);
	s->metrics = NULL;
}

static void refresh(struct server *s)
{
	if (s->read_at && clock_now() - s->read_at < FRESH)
		return;
	drop_answers(s);
	if (s->source->read(s->source->arg, &s->metrics, &s->why))
		s->metrics = NULL;
	s->read_at = clock_now();
}

/* A response with a text, which is freed; NULL if out of memory */
static struct MHD_Response *new_response(char *text, size_t size, const char *type)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(size, text,
									 MHD_RESPMEM_MUST_FREE);

	if (!response) {
		free(text);
		return NULL;
	}
	if (MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type) == MHD_YES &&
	    MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close") == MHD_YES)
		return response;
	MHD_destroy_response(response);
	return NULL;
}

/* Answer with a sentence. MHD_NO closes the connection. */
static enum MHD_Result answer_sentence(struct MHD_Connection *c, unsigned int status,
				       const char *sentence)
{
	struct MHD_Response *response;
	enum MHD_Result result;
	char *text;
	int n = asprintf(&text, "%s\n", sentence);

	if (n < 0)
		return MHD_NO;
	response = new_response(text, n, "text/plain; charset=utf-8");
	if (!response)
		return MHD_NO;
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	result = MHD_queue_response(c, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result answer_metrics(struct server *s, struct MHD_Connection *c)
{
	enum exposition_format format = metrics_accept(
		MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT));
	size_t size;
	char *text;

	refresh(s);
	if (!s->metrics)
		return answer_sentence(c, MHD_HTTP_SERVICE_UNAVAILABLE, s->why);
	if (!s->answer[format] && !exposition_write(s->metrics, format, &text, &size))
		s->answer[format] = new_response(text, size, exposition_media_type(format));
	if (!s->answer[format])
		return answer_sentence(c, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory");
	return MHD_queue_response(c, MHD_HTTP_OK, s->answer[format]);
}

/* --- the page --- */

/* No other site may show the page in a frame or read its data, and no cache keeps either */
static bool protect(struct MHD_Response *response)
{
	static const char *const headers[][2] = {
		{ MHD_HTTP_HEADER_CACHE_CONTROL, "no-store" },
		{ "Content-Security-Policy", "frame-ancestors 'none'" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
		{ "Referrer-Policy", "no-referrer" },
		{ "X-Content-Type-Options", "nosniff" },
	};

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		if (MHD_add_response_header(response, headers[i][0], headers[i][1]) != MHD_YES)
			return false;
	return true;
}

/* A response with a text, which is freed, for browsers; NULL if out of memory */
static struct MHD_Response *new_protected(char *text, size_t size, const char *type)
{
	struct MHD_Response *response = text ? new_response(text, size, type) : NULL;

	if (!response || protect(response))
		return response;
	MHD_destroy_response(response);
	return NULL;
}

static enum MHD_Result answer_page(struct server *s, struct MHD_Connection *c)
{
	size_t size = 0;
	char *html;

	if (!s->page) {
		html = metrics_page_html(&size);
		s->page = new_protected(html, size, "text/html; charset=utf-8");
	}
	return s->page ? MHD_queue_response(c, MHD_HTTP_OK, s->page) :
	       answer_sentence(c, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory");
}

/* Replace the data that is served by what was read, if anything was */
static void take_data(struct server *s)
{
	struct metrics_page_data read;

	if (!metrics_page_take(s->source->page, &read))
		return;
	if (s->data)
		MHD_destroy_response(s->data);
	s->data = new_protected(read.text, read.size, read.error ? "text/plain; charset=utf-8" :
				"application/json");
	s->data_status = !read.error ? MHD_HTTP_OK : read.error == -ENOENT ? MHD_HTTP_NOT_FOUND :
			 MHD_HTTP_SERVICE_UNAVAILABLE;
}

static enum MHD_Result suspend(struct server *s, struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct place *place = info ? info->socket_context : NULL;
	struct epoll_event event = { .events = EPOLLIN };

	if (!place)
		return MHD_NO;
	/* It fails if the descriptor is there already */
	epoll_ctl(s->events, EPOLL_CTL_ADD, metrics_page_fd(s->source->page), &event);
	place->suspended = c;
	MHD_suspend_connection(c);
	return MHD_YES;
}

/* @waited: the connection was suspended, and what has been read since then is its answer */
static enum MHD_Result answer_data(struct server *s, struct MHD_Connection *c, bool waited)
{
	int status = waited ? 0 : metrics_page_begin(s->source->page);

	if (status > 0)
		return suspend(s, c);
	if (status < 0)
		return answer_sentence(c, MHD_HTTP_SERVICE_UNAVAILABLE, strerror(-status));
	return s->data ? MHD_queue_response(c, s->data_status, s->data) :
	       answer_sentence(c, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory");
}

static void resume_all(struct server *s)
{
	for (size_t i = 0; i < CONNECTIONS; i++) {
		if (s->place[i].suspended)
			MHD_resume_connection(s->place[i].suspended);
		s->place[i].suspended = NULL;
	}
}

/* Note what the child has sent; the connections that wait for it go on when it has ended */
static void continue_page(struct server *s)
{
	if (!s->source->page || !metrics_page_continue(s->source->page))
		return;
	take_data(s);
	resume_all(s);
}

/* --- requests --- */

static bool is_for_page(const struct server *s, const char *url)
{
	return s->source->page && (!strcmp(url, "/") || !strcmp(url, "/incident.json"));
}

static enum MHD_Result answer_browser(struct server *s, struct MHD_Connection *c,
				      const char *url, bool waited)
{
	const char *host = MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST);

	if (!metrics_origin_is_ours(host))
		return answer_sentence(c, MHD_HTTP_FORBIDDEN,
				       "use an address, localhost or the host's name in place of this name");
	return url[1] ? answer_data(s, c, waited) : answer_page(s, c);
}

/* What libmicrohttpd keeps with a request: how often it has called answer() */
static int called_once, called_again;

/*
 * Called when the header is complete, and once more: only then may a request without a body be
 * answered. A connection that was suspended is answered at the third call.
 */
static enum MHD_Result answer(void *arg, struct MHD_Connection *c, const char *url,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_size, void **seen)
{
	bool waited = *seen == &called_again;

	(void)version;
	(void)upload;
	(void)upload_size;
	if (strcmp(method, MHD_HTTP_METHOD_GET) && strcmp(method, MHD_HTTP_METHOD_HEAD))
		return answer_sentence(c, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD");
	if (!*seen) {
		*seen = &called_once;
		return MHD_YES;
	}
	*seen = &called_again;
	if (!strcmp(url, "/metrics"))
		return answer_metrics(arg, c);
	if (is_for_page(arg, url))
		return answer_browser(arg, c, url, waited);
	if (!strcmp(url, "/"))
		return answer_sentence(c, MHD_HTTP_OK, "headroom " VERSION ": see /metrics");
	return answer_sentence(c, MHD_HTTP_NOT_FOUND, "not found: see /metrics");
}

/* --- connections --- */

static size_t taken(const struct server *s)
{
	size_t nr = 0;

	for (size_t i = 0; i < CONNECTIONS; i++)
		nr += s->place[i].fd >= 0;
	return nr;
}

static void note_connection(void *arg, struct MHD_Connection *c, void **context,
			    enum MHD_ConnectionNotificationCode code)
{
	const union MHD_ConnectionInfo *info;
	struct server *s = arg;
	struct place *place = *context;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (place)
			*place = (struct place){ .fd = -1 };
		return;
	}
	info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	for (size_t i = 0; info && i < CONNECTIONS; i++) {
		if (s->place[i].fd >= 0)
			continue;
		s->place[i] = (struct place){ info->connect_fd, clock_now(), NULL };
		*context = &s->place[i];
		break;
	}
	s->full |= taken(s) == CONNECTIONS;
}

/* The oldest connection; NULL if there is none */
static struct place *oldest(struct server *s)
{
	struct place *found = NULL;

	for (size_t i = 0; i < CONNECTIONS; i++) {
		struct place *place = &s->place[i];

		if (place->fd >= 0 && (!found || place->since < found->since))
			found = place;
	}
	return found;
}

/* When a connection has to end; WAIT_NEVER without one */
static uint64_t end_of(const struct server *s, const struct place *place)
{
	return !place ? WAIT_NEVER :
	       place->since + (taken(s) == CONNECTIONS ? SHORTEST : LONGEST);
}

/* End connections whose time is over: the server then finds them closed. */
static void end_connections(struct server *s)
{
	struct place *place;

	while ((place = oldest(s)) && clock_now() >= end_of(s, place)) {
		shutdown(place->fd, SHUT_RDWR);
		if (MHD_run(s->http) != MHD_YES || place->fd < 0)
			continue;
		/* not closed yet: it is the youngest now, so that the others have their turn */
		place->since = clock_now();
	}
}

/* When there is something to do without an event */
static uint64_t next_turn(struct server *s)
{
	uint64_t now = clock_now(), until = end_of(s, oldest(s)), deadline = WAIT_NEVER;
	MHD_UNSIGNED_LONG_LONG ms;

	if (s->source->page)
		deadline = metrics_page_deadline(s->source->page);
	if (deadline < until)
		until = deadline;

	/* libmicrohttpd accepts connections again at the turn behind the one that had a free place */
	if (s->full && taken(s) < CONNECTIONS) {
		s->full = false;
		return now;
	}
	if (MHD_get_timeout(s->http, &ms) == MHD_YES && now + ms * 1000000 < until)
		until = now + ms * 1000000;
	return until;
}

static int serve(struct server *s)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->http, MHD_DAEMON_INFO_EPOLL_FD);
	struct epoll_event event = { .events = EPOLLIN };

	if (!info || epoll_ctl(s->events, EPOLL_CTL_ADD, info->epoll_fd, &event))
		return -ENOSYS;
	while (!wait_stopped(0)) {
		if (wait_for(s->events, next_turn(s)))
			return -EIO;
		continue_page(s);
		if (MHD_run(s->http) != MHD_YES)
			return -EIO;
		end_connections(s);
	}
	return 0;
}

/* libmicrohttpd does not end while connections are suspended */
static void stop(struct server *s)
{
	resume_all(s);
	MHD_run(s->http);
	MHD_stop_daemon(s->http);
}

int metrics_serve(int fd, const struct metrics_source *source)
{
	struct server s = { .source = source, .events = epoll_create1(EPOLL_CLOEXEC) };
	int err = -ENOMEM;

	for (size_t i = 0; i < CONNECTIONS; i++)
		s.place[i].fd = -1;
	s.http = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, answer, &s,
				  MHD_OPTION_LISTEN_SOCKET, fd,
				  MHD_OPTION_CONNECTION_LIMIT, (unsigned int)CONNECTIONS,
				  MHD_OPTION_CONNECTION_MEMORY_LIMIT, REQUEST_SIZE,
				  MHD_OPTION_NOTIFY_CONNECTION, note_connection, &s,
				  MHD_OPTION_END);
	if (s.http) {
		err = s.events < 0 ? -errno : serve(&s);
		stop(&s);
	} else {
		close(fd);
	}
	if (s.events >= 0)
		close(s.events);
	if (s.page)
		MHD_destroy_response(s.page);
	if (s.data)
		MHD_destroy_response(s.data);
	drop_answers(&s);
	return err;
}
