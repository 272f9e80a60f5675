// SPDX-License-Identifier: GPL-2.0
/* headroom top - the event loop and the keys of the live view */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "cgroup_find.h"
#include "clock.h"
#include "command.h"
#include "failure.h"
#include "options.h"
#include "row_line.h"
#include "row_read.h"
#include "source.h"
#include "text.h"
#include "top_print.h"
#include "top_read.h"
#include "top_screen.h"
#include "top_state.h"
#include "wait.h"

/* Frames that the keys F and B move by */
#define FAR	60

enum view { TABLE, FILTER, PAGE, HELP };

struct top {
	struct top_read read;
	double seconds;
	uint64_t next;		/* moment of the next reading */
	bool once;		/* one table, without a terminal */
	bool playing;		/* frames of a recording follow by themselves */
	int signals;
	enum view view;
	int opener;		/* the key that opened the page or the help */
	char *help;		/* text of the help */
	size_t first;		/* row at the top of the table */
	size_t first_line;	/* line at the top of a page */
	bool quit;
	int err;		/* ends the view */
};

static const char table_keys[] =
	"q quit  Enter details  / filter  t tree  i idle  < > sort  R reverse  h help";
static const char paused_keys[] =
	"q quit  Enter details  f b frame  P play  / filter  t tree  < > sort  h help";
static const char playing_keys[] =
	"q quit  Enter details  f b frame  P pause  / filter  t tree  < > sort  h help";
static const char page_keys[] = "q back  up and down scroll  figures since the page was opened";
static const char frame_page_keys[] =
	"q back  up and down scroll  f b frame  P play or pause";
static const char help_text[] =
	"\001headroom top\n"
	"up down  PgUp PgDn  Home End   select a cgroup\n"
	"Enter    details: stalls by cause, evictors, what more memory would save\n"
	"q Esc    back, as the key that opened a page; in the table, q quits and Esc\n"
	"         clears the filter\n"
	"/        filter: show only cgroups whose path contains a text\n"
	"t        tree on or off\n"
	"i        show or hide idle cgroups\n"
	"< >      sort by the previous or next column\n"
	"R        reverse the order\n"
	"f b      on a recording: the next or the previous frame\n"
	"F B      60 frames forward or backward\n"
	"P        play, or pause\n"
	"h ?      this help\n"
	"n        sort by name\n"
	"\n"
	"\001Columns, each for a cgroup and all below it; the letter sorts by it\n";

/* The help; the caller frees it. NULL if out of memory */
static char *format_help(void)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputs(help_text, out);
	for (size_t i = 0; i < NR_COLUMNS; i++)
		fprintf(out, "%c %-10s %s\n", columns[i].key ? columns[i].key : ' ',
			columns[i].heading, columns[i].meaning);
	/* a write that fails for lack of memory fails the close, too */
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* The input of the filter; the caller frees it. NULL if out of memory */
static char *filter_prompt(const struct rows *rows)
{
	char *filter = text_name(rows->filter), *prompt = NULL;

	if (filter && asprintf(&prompt, "filter: %s_", filter) < 0)
		prompt = NULL;
	free(filter);
	return prompt;
}

/* The summary, with the time that the rows are of; the caller frees it. NULL if out of memory */
static char *state_line(const struct top *top)
{
	time_t moment = source_wall(source_now()) / NS_PER_S;
	char when[64];
	struct tm tm;
	size_t len = 0;

	if (!source_is_live())
		len = strftime(when, sizeof(when), "%F %T, ", localtime_r(&moment, &tm));
	if (source_is_live() && !top->once)
		snprintf(when, sizeof(when), "every %g s", top->seconds);
	else
		snprintf(when + len, sizeof(when) - len, "in %.2f s", top->read.seconds);
	return top_state(&top->read.rows, when);
}

static const char *keys(const struct top *top)
{
	if (source_is_live())
		return table_keys;
	return top->playing ? playing_keys : paused_keys;
}

/* The columns that fit into @width, whose files are read for @nr rows from the first one on */
static int fit(struct top *top, size_t width, size_t nr, struct row_layout *layout)
{
	struct rows *rows = &top->read.rows;
	uint32_t files = 0;

	row_layout_fit(layout, &top->read.columns, rows->order, width);
	for (size_t i = 0; i < layout->nr; i++)
		files |= columns[layout->column[i]].files;
	return row_read_files(top->read.h, rows, rows->row + top->first, nr, files);
}

static int draw_rows(struct top *top, const char *state, const struct bottom *bottom)
{
	size_t nr = top_screen_scroll(&top->read.rows, &top->first);
	struct row_layout layout;
	int err = fit(top, top_screen_columns(), nr, &layout);

	return err ? err : top_screen_table(&top->read.rows, &layout, state, top->first, bottom);
}

static int draw_table(struct top *top)
{
	struct bottom bottom = { .notice = top->read.notice, .keys = keys(top) };
	char *state = state_line(top), *prompt = NULL;
	int err = -ENOMEM;

	if (!top->read.rows.nr_all && !*top->read.notice)
		bottom.notice = "measuring";
	if (top->view == FILTER)
		prompt = filter_prompt(&top->read.rows);
	bottom.prompt = prompt;
	if (state && (prompt || top->view != FILTER))
		err = draw_rows(top, state, &bottom);
	free(prompt);
	free(state);
	return err;
}

static void draw_view(struct top *top)
{
	const struct bottom page = {
		.notice = top->read.notice, .keys = source_is_live() ? page_keys : frame_page_keys,
	};
	const struct bottom help = { .keys = "q back  up and down scroll" };

	if (top->view == HELP)
		top_screen_page(top->help, &top->first_line, &help);
	else if (top->view == PAGE)
		top_screen_page(top->read.page ? top->read.page : "measuring\n", &top->first_line,
				&page);
	else
		top->err = draw_table(top);
}

/* Signals that end the view, and whether one arrived while drawing */
static const int end_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
static volatile sig_atomic_t ended;

/* While ^S stops the terminal, drawing blocks: resume, so that the terminal can be restored. */
static void on_end(int sig)
{
	(void)sig;
	ended = 1;
	top_screen_resume();
}

static sigset_t end_set(void)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(end_signals) / sizeof(end_signals[0]); i++)
		sigaddset(&set, end_signals[i]);
	return set;
}

/* Draw with a handler for the signals that otherwise wait for signalfd. */
static void draw(struct top *top)
{
	sigset_t set = end_set(), before;

	sigprocmask(SIG_UNBLOCK, &set, &before);
	draw_view(top);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (ended)
		top->quit = true;
}

static void arrange(struct top *top)
{
	top->err = top_read_arrange(&top->read);
}

/* Sort by the column that is @by columns to the right; the name is behind the last one */
static void sort_beside(struct top *top, int by)
{
	const struct column_set *set = &top->read.columns;
	size_t at = 0;

	while (at < set->nr && set->column[at] != top->read.rows.order)
		at++;
	at = (at + set->nr + 1 + by) % (set->nr + 1);
	top->err = top_read_sort(&top->read, at < set->nr ? set->column[at] : COLUMN_NAME);
}

/* Sort by the column that @key names; false if it is no sort key */
static bool sort_key(struct top *top, int key)
{
	if (column_of_key(key) != NR_ORDERS)
		top->err = top_read_sort(&top->read, column_of_key(key));
	else if (key == '<' || key == TOP_LEFT)
		sort_beside(top, -1);
	else if (key == '>' || key == TOP_RIGHT)
		sort_beside(top, 1);
	else
		return false;
	return true;
}

/* Rows or lines to move by; 0 for any other key */
static long steps(int key)
{
	long page = top_screen_lines();

	switch (key) {
	case TOP_UP:
	case 'k':
		return -1;
	case TOP_DOWN:
	case 'j':
		return 1;
	case TOP_PAGE_UP:
		return -page;
	case TOP_PAGE_DOWN:
	case ' ':
		return page;
	case TOP_FIRST:
	case 'g':
		return -INT32_MAX;
	case TOP_LAST:
	case 'G':
		return INT32_MAX;
	default:
		return 0;
	}
}

static void open_text(struct top *top, enum view view, int key)
{
	top->view = view;
	top->opener = key;
	top->first_line = 0;
}

static void table_key(struct top *top, int key)
{
	struct rows *rows = &top->read.rows;

	if (steps(key)) {
		rows_move(rows, steps(key));
		return;
	}
	if (sort_key(top, key))
		return;
	switch (key) {
	case 'q':
		top->quit = true;
		return;
	case TOP_ENTER:
		top->err = top_read_open_page(&top->read);
		if (top->read.id)
			open_text(top, PAGE, key);
		return;
	case 'h':
	case '?':
		open_text(top, HELP, key);
		return;
	case '/':
		top->view = FILTER;
		return;
	case TOP_ESCAPE:
		rows->filter[0] = '\0';
		break;
	case 't':
		rows->tree = !rows->tree;
		break;
	case 'i':
		rows->hide_idle = !rows->hide_idle;
		break;
	case 'R':
		rows->reversed = !rows->reversed;
		break;
	}
	arrange(top);
}

/* Remove the last character with all of its UTF-8 bytes */
static void erase_character(char *text)
{
	size_t len = strlen(text);

	while (len && (text[len - 1] & 0xc0) == 0x80)
		len--;
	text[len ? len - 1 : 0] = '\0';
}

static void filter_key(struct top *top, int key)
{
	struct rows *rows = &top->read.rows;
	size_t len = strlen(rows->filter);

	if (key == TOP_ENTER || key == TOP_ESCAPE)
		top->view = TABLE;
	if (key == TOP_ESCAPE)
		rows->filter[0] = '\0';
	else if (key == TOP_ERASE)
		erase_character(rows->filter);
	else if (key >= 0x20 && key < 0x100 && len + 1 < sizeof(rows->filter))
		memcpy(rows->filter + len, (char []){ key, '\0' }, 2);
	arrange(top);
}

static void text_key(struct top *top, int key)
{
	long by = steps(key);

	if (key == 'q' || key == TOP_ESCAPE || key == TOP_LEFT || key == top->opener) {
		if (top->view == PAGE)
			top_read_close_page(&top->read);
		top->view = TABLE;
	} else if (by < 0) {
		top->first_line -= top->first_line < (size_t)-by ? top->first_line : (size_t)-by;
	} else {
		top->first_line += by;
	}
}

/* Take the next reading after the interval; a recording that is paused has none */
static void set_next(struct top *top)
{
	top->next = source_is_live() || top->playing ? clock_after(clock_now(), top->seconds) :
		    WAIT_NEVER;
}

static void move_frames(struct top *top, long frames)
{
	int moved = top_read_move(&top->read, frames);

	top->err = moved < 0 ? moved : 0;
	if (!moved)
		top->playing = false;
	set_next(top);
}

/* Whether it is a key for a recording */
static bool frame_key(struct top *top, int key)
{
	if (source_is_live())
		return false;
	switch (key) {
	case 'f':
		move_frames(top, 1);
		return true;
	case 'b':
		move_frames(top, -1);
		return true;
	case 'F':
		move_frames(top, FAR);
		return true;
	case 'B':
		move_frames(top, -FAR);
		return true;
	case 'P':
		top->playing = !top->playing;
		set_next(top);
		return true;
	}
	return false;
}

static void take_key(struct top *top, int key)
{
	if (key == TOP_REDRAW) {
		top_screen_redraw();
		return;
	}
	/* a key clears the notice, except that of an open page, which stays true */
	if (top->read.now && top->view == TABLE)
		top->read.notice[0] = '\0';
	if ((top->view == TABLE || top->view == PAGE) && frame_key(top, key))
		return;
	if (top->view == TABLE)
		table_key(top, key);
	else if (top->view == FILTER)
		filter_key(top, key);
	else
		text_key(top, key);
}

static void take_signal(struct top *top)
{
	struct signalfd_siginfo info;

	while (read(top->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGWINCH)
			top_screen_resize();
		else
			top->quit = true;
	}
}

/* Wait for a key, a signal or the next reading; true once it is due */
static bool wait_for_input(struct top *top)
{
	struct pollfd polled[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = top->signals, .events = POLLIN },
	};
	struct timespec rest = clock_left(top->next);
	int key;

	if (ppoll(polled, 2, &rest, NULL) < 0)
		return false;
	if (polled[1].revents)
		take_signal(top);
	/* the terminal closed without SIGHUP */
	if (polled[0].revents & (POLLHUP | POLLERR | POLLNVAL))
		top->quit = true;
	while (!top->quit && !top->err && (key = top_screen_key()) != KEY_NONE)
		take_key(top, key);
	return clock_now() >= top->next;
}

/* The next reading, or the next frame: with @first, the current one */
static void take_reading(struct top *top, bool first)
{
	if (!source_is_live()) {
		move_frames(top, first ? 0 : 1);
		return;
	}
	top->err = top_read_take(&top->read);
	/* skip the readings that are already overdue */
	set_next(top);
}

static void run_screen(struct top *top)
{
	take_reading(top, true);
	while (!top->quit && !top->err) {
		draw(top);
		if (!top->err && wait_for_input(top) && !top->err)
			take_reading(top, false);
	}
}

static int open_signals(void)
{
	struct sigaction action = { .sa_handler = on_end, .sa_flags = SA_RESTART }, old;
	sigset_t set = end_set();

	sigemptyset(&action.sa_mask);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (size_t i = 0; i < sizeof(end_signals) / sizeof(end_signals[0]); i++) {
		sigaction(end_signals[i], NULL, &old);
		/* nohup(1) ignores SIGHUP */
		if (old.sa_handler != SIG_IGN)
			sigaction(end_signals[i], &action, NULL);
	}
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int run_terminal(struct top *top)
{
	int code = EXIT_DONE;
	const char *failure;

	top->signals = open_signals();
	if (top->signals < 0) {
		fprintf(stderr, "headroom: cannot wait for signals: %s\n", strerror(errno));
		return EXIT_FAILED;
	}
	failure = top_screen_open();
	if (failure) {
		fprintf(stderr, "headroom: %s\n", failure);
		code = EXIT_FAILED;
	} else {
		run_screen(top);
		/* a message on the screen would vanish with it */
		top_screen_close();
		if (top->err < 0)
			code = say_failure(top->read.h, top->err);
	}
	top_read_clear(&top->read);
	close(top->signals);
	return code;
}

/* Check that the module answers and the cgroup of --subtree exists; returns the exit code */
static int find_subtree(struct headroom *h, const char *subtree, uint64_t *id)
{
	struct headroom_status *status;
	int err = source_status_get(h, &status);

	headroom_status_free(status);
	if (err < 0)
		return say_failure(h, err);
	return subtree ? cgroup_find(h, subtree, id) : EXIT_DONE;
}

/* Options of the command line */
static struct {
	double seconds;
	struct choice order;
	bool tree;
	bool once;
	struct column_set columns;
	const char *subtree;
} request = {
	.seconds = 1,
	.order = { column_name, COLUMN_STALL },
	.columns = { 10, {
		COLUMN_STALL, COLUMN_CAUSE, COLUMN_REFAULTS, COLUMN_EVICTIONS, COLUMN_MEMORY,
		COLUMN_LIMIT, COLUMN_LOW, COLUMN_SWAP, COLUMN_EXTRA, COLUMN_PSI,
	}, false },
};

/* Take the readings for one table; returns the exit code */
static int measure_once(struct top *top)
{
	int code = EXIT_DONE;

	take_reading(top, true);
	if (source_is_live() && !top->err) {
		code = source_wait(top->next);
		if (!code)
			take_reading(top, false);
	}
	return top->err < 0 ? say_failure(top->read.h, top->err) : code;
}

static int print_table(struct top *top)
{
	char *state = state_line(top);
	struct row_layout layout;
	int err = state ? fit(top, terminal_columns(), top->read.rows.nr, &layout) : -ENOMEM;

	if (!err)
		err = top_print(&top->read.rows, &layout, state);
	free(state);
	return err;
}

static int print_once(struct top *top)
{
	int code = measure_once(top), err;

	if (!code && top->read.error)
		code = say_failure(top->read.h, top->read.error);
	if (!code && *top->read.notice)
		fprintf(stderr, "headroom: %s\n", top->read.notice);
	if (!code && !top->read.seconds) {
		if (!*top->read.notice)
			fputs("headroom: the recording has one frame, and rates need two\n", stderr);
		code = EXIT_FAILED;
	}
	if (!code) {
		err = print_table(top);
		code = err ? say_failure(top->read.h, err) : EXIT_DONE;
	}
	top_read_clear(&top->read);
	return code;
}

static int show(struct headroom *h)
{
	struct top top = {
		.read = {
			.h = h, .columns = request.columns,
			.rows = { .order = request.order.chosen, .tree = request.tree },
		},
		.seconds = request.seconds, .once = request.once,
	};
	int code = find_subtree(h, request.subtree, &top.read.rows.top);

	if (code)
		return code;
	if (!top.read.columns.chosen)
		column_set_add(&top.read.columns, request.order.chosen);
	if (top.once)
		return print_once(&top);
	top.help = format_help();
	code = top.help ? run_terminal(&top) : say_failure(h, -ENOMEM);
	free(top.help);
	return code;
}

static const struct option options[] = {
	{ "--interval", OPTION_SECONDS, "TIME", "time between two readings, or frames that play (1s)",
	  &request.seconds },
	{ "--sort", OPTION_CHOICE, "KEY", "sort by KEY, largest first (stall)",
	  &request.order },
	{ "-o", OPTION_COLUMNS, "COLUMNS", "columns, with commas between; '-o help' lists them",
	  &request.columns },
	{ "--tree", OPTION_FLAG, NULL, "start with the tree view",
	  &request.tree },
	{ "--subtree", OPTION_TEXT, "CGROUP", "only this cgroup and those below it",
	  &request.subtree },
	PROCESS_OPTIONS(&request.subtree),
	{ "--once", OPTION_FLAG, NULL, "print the table once, and end", &request.once },
	{ 0 }
};

static int check(const struct command *command)
{
	(void)command;
	if (request.once || (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
		return EXIT_DONE;
	fputs("headroom: top needs a terminal: use --once, or 'headroom list', which print lines\n",
	      stderr);
	return EXIT_FAILED;
}

const struct command top_command = {
	.name = "top",
	.summary = "live view of list, with per-cgroup details",
	.notes = "Press h for the keys. Ends on q, and on SIGINT, SIGTERM and SIGHUP.\n",
	.options = options,
	.check = check,
	.run = show,
	.replays = true,
};
