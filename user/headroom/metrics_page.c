// SPDX-License-Identifier: GPL-2.0
/* The page of the recording: see metrics_page.h */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "incident_json.h"
#include "incident_page.h"
#include "incident_public.h"
#include "incident_read.h"
#include "json_build.h"
#include "metrics_page.h"
#include "wait.h"
#include "wall_clock.h"

/* Rows, and values of each column over all cgroups, so that 500 cgroups have all rows */
#define ROWS		1000
#define VALUES		(500 * ROWS)
/* Memory of the child, beyond that of the parent */
#define CHILD_MEMORY	((rlim_t)160 << 20)
/* How long it may take, ns */
#define CHILD_TIME	(20 * NS_PER_S)
/* The most data */
#define MOST_DATA	((size_t)16 << 20)
/* How long data is recent, ns, and as a multiple of the time that it took */
#define FRESH		(2 * NS_PER_S)
#define FRESH_FACTOR	10
/* How often the page asks, in ms, if reading is fast */
#define REFRESH_MS	5000
/* Where the child has its pipe */
#define CHILD_PIPE	3

/**
 * struct metrics_page - the page, and the child that reads
 * @child: it; 0 if there is none
 * @pipe: what it sends; -1 without one
 * @begun: when it was started
 * @text: what it has sent so far
 * @size: length of that
 * @room: allocated for it
 * @data: what was read last; its text is NULL once it was taken
 * @read_at: when that ended; 0 before the first time
 * @took: how long it took, ns
 */
struct metrics_page {
	struct metrics_page_wish wish;
	pid_t child;
	int pipe;
	uint64_t begun;
	char *text;
	size_t size;
	size_t room;
	struct metrics_page_data data;
	uint64_t read_at;
	uint64_t took;
};

struct metrics_page *metrics_page_new(const struct metrics_page_wish *wish)
{
	struct metrics_page *page = calloc(1, sizeof(*page));

	if (!page)
		return NULL;
	page->wish = *wish;
	page->pipe = -1;
	return page;
}

char *metrics_page_html(size_t *size)
{
	char *html = NULL;
	FILE *out = open_memstream(&html, size);
	bool failed;

	if (!out)
		return NULL;
	incident_page_write(out, NULL);
	failed = ferror(out);
	if (!fclose(out) && !failed)
		return html;
	free(html);
	return NULL;
}

/* --- in the child --- */

/* Exit statuses of the child */
enum { READ, NO_RECORDING, NO_FRAMES, FAILED };

static int out_of_memory(FILE *out)
{
	fputs("out of memory: the recording has too many cgroups for this page; headroom report can read it\n",
	      out);
	return FAILED;
}

static int fail(FILE *out, const struct metrics_page_wish *wish, const char *why)
{
	fprintf(out, "%s: %s\n", wish->recording, why);
	return FAILED;
}

/* Add how the page is to follow the recording */
static void add_live(struct json_object *json, const struct metrics_page *page)
{
	struct json_object *live = json_new_object();
	uint64_t fresh = FRESH_FACTOR * page->took / 1000000;

	json_add_uint(live, "span_ms", page->wish.span / 1000000);
	json_add_uint(live, "now_ms", wall_clock_ns(clock_now()) / 1000000);
	json_add_uint(live, "refresh_ms", fresh > REFRESH_MS ? fresh : REFRESH_MS);
	json_add(json, "live", live);
}

static int write_incident(FILE *out, const struct metrics_page *page, struct incident *in)
{
	const char *name = strrchr(page->wish.recording, '/'), *text = NULL;
	struct json_object *json = incident_make_public(in) ? NULL :
		incident_json(in, INCIDENT_NONE, name ? name + 1 : page->wish.recording);

	if (json) {
		add_live(json, page);
		text = json_text(json);
	}
	if (text)
		fputs(text, out);
	json_object_put(json);
	return text ? READ : out_of_memory(out);
}

static int say_no_frames(FILE *out, const struct metrics_page_wish *wish)
{
	fprintf(out, "%s: there are fewer than two frames so far\n", wish->recording);
	return NO_FRAMES;
}

static int say_no_recording(FILE *out, const struct metrics_page_wish *wish)
{
	fprintf(out, "there is no recording %s: set record=%s in the section [daemon] of /etc/headroom/headroomd.conf, "
		"and restart headroomd; or name another one with --recording\n", wish->recording,
		wish->recording);
	return NO_RECORDING;
}

/* Write the last part of the recording as JSON, or why that fails. Returns the exit status. */
static int write_part(FILE *out, const struct metrics_page *page, struct store *store)
{
	const struct metrics_page_wish *wish = &page->wish;
	const struct incident_limits limits = { ROWS, VALUES };
	struct incident *in = NULL;
	uint64_t last;
	int err = store_last(store, &last), status;

	if (!err)
		err = incident_read(store, last > wish->span ? last - wish->span : 0, UINT64_MAX,
				    &limits, &in);
	if (err == -ENODATA)
		status = say_no_frames(out, wish);
	else if (err)
		status = err == -ENOMEM ? out_of_memory(out) : fail(out, wish, store_error(store));
	else
		status = write_incident(out, page, in);
	incident_free(in);
	return status;
}

static int write_data(FILE *out, const struct metrics_page *page)
{
	struct store *store;
	int err = store_open(&store, page->wish.recording), status;

	if (err == -ENOENT)
		status = say_no_recording(out, &page->wish);
	else if (err)
		status = fail(out, &page->wish, store_error(store));
	else
		status = write_part(out, page, store);
	store_close(store);
	return status;
}

/* AddressSanitizer maps more than any limit */
static void limit_memory(void)
{
#ifndef __SANITIZE_ADDRESS__
	FILE *f = fopen("/proc/self/statm", "re");
	unsigned long pages;

	if (!f)
		return;
	if (fscanf(f, "%lu", &pages) == 1) {
		rlim_t most = (rlim_t)pages * sysconf(_SC_PAGESIZE) + CHILD_MEMORY;

		setrlimit(RLIMIT_AS, &(struct rlimit){ most, most });
	}
	fclose(f);
#endif
}

/* The connections of clients are the parent's: a copy would keep them open */
static void run_child(const struct metrics_page *page, int pipe)
{
	static const int caught[] = { SIGINT, SIGTERM, SIGALRM };
	int status = FAILED;
	FILE *out;

	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		signal(caught[i], SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (pipe != CHILD_PIPE && dup2(pipe, CHILD_PIPE) < 0)
		_exit(FAILED);
	close_range(CHILD_PIPE + 1, ~0u, 0);
	limit_memory();
	out = fdopen(CHILD_PIPE, "w");
	if (out) {
		status = write_data(out, page);
		if (ferror(out) | fclose(out))
			status = FAILED;
	}
	_exit(status);
}

/* --- in the parent --- */

static void drop_text(struct metrics_page *page)
{
	free(page->text);
	page->text = NULL;
	page->size = page->room = 0;
}

static bool is_recent(const struct metrics_page *page)
{
	uint64_t age = page->took * FRESH_FACTOR;

	return page->read_at && clock_now() - page->read_at < (age > FRESH ? age : FRESH);
}

int metrics_page_begin(struct metrics_page *page)
{
	int ends[2], err;

	if (page->child)
		return 1;
	if (is_recent(page))
		return 0;
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	page->begun = clock_now();
	page->child = fork();
	if (!page->child)
		run_child(page, ends[1]);
	close(ends[1]);
	if (page->child < 0) {
		err = -errno;
		page->child = 0;
		close(ends[0]);
		return err;
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	page->pipe = ends[0];
	return 1;
}

int metrics_page_fd(const struct metrics_page *page)
{
	return page->pipe;
}

uint64_t metrics_page_deadline(const struct metrics_page *page)
{
	return page->child ? page->begun + CHILD_TIME : WAIT_NEVER;
}

/* Make room for more; false if there is too much data, or no memory */
static bool make_room(struct metrics_page *page)
{
	size_t room = page->room ? 2 * page->room : 1 << 16;
	char *larger;

	if (page->size < page->room)
		return true;
	larger = room <= MOST_DATA ? realloc(page->text, room) : NULL;
	if (!larger)
		return false;
	page->text = larger;
	page->room = room;
	return true;
}

/* Read what is in the pipe. Returns 1 at its end, 0 if there may be more, or a negative errno. */
static int receive(struct metrics_page *page)
{
	ssize_t n;

	for (;;) {
		if (!make_room(page))
			return -ENOMEM;
		n = read(page->pipe, page->text + page->size, page->room - page->size);
		if (!n)
			return 1;
		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -errno;
		page->size += n;
	}
}

/* End the child; returns its exit status, or -1 if it was killed */
static int end_child(struct metrics_page *page, bool kill_it)
{
	int status;

	if (kill_it)
		kill(page->child, SIGKILL);
	while (waitpid(page->child, &status, 0) < 0 && errno == EINTR)
		;
	close(page->pipe);
	page->pipe = -1;
	page->child = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void note_sentence(struct metrics_page *page, const char *sentence)
{
	drop_text(page);
	page->text = strdup(sentence);
	page->size = page->text ? strlen(sentence) : 0;
}

/* Connections may keep the text for a while: give back what is not needed */
static void shrink(struct metrics_page_data *data)
{
	char *smaller = data->text ? realloc(data->text, data->size + 1) : NULL;

	if (smaller)
		data->text = smaller;
}

bool metrics_page_continue(struct metrics_page *page)
{
	bool late = page->child && clock_now() >= page->begun + CHILD_TIME;
	int done = page->child ? receive(page) : 0, status;

	if (!page->child || (!done && !late))
		return false;
	status = end_child(page, done <= 0);
	if (status < 0)
		note_sentence(page, late ? "the recording could not be read within 20 seconds\n" :
			      done == -ENOMEM ? "the data of the page is too large\n" :
			      "the recording could not be read: the program that reads it was killed\n");
	page->read_at = clock_now();
	page->took = page->read_at - page->begun;
	free(page->data.text);
	page->data = (struct metrics_page_data){
		.text = page->text, .size = page->size,
		.error = status == READ ? 0 : status == NO_RECORDING || status == NO_FRAMES ?
			 -ENOENT : -EIO,
	};
	page->text = NULL;
	drop_text(page);
	shrink(&page->data);
	return true;
}

bool metrics_page_take(struct metrics_page *page, struct metrics_page_data *data)
{
	*data = page->data;
	page->data.text = NULL;
	return data->text;
}

void metrics_page_free(struct metrics_page *page)
{
	if (!page)
		return;
	if (page->child)
		end_child(page, true);
	free(page->data.text);
	free(page->text);
	free(page);
}
