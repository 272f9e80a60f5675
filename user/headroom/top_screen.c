// SPDX-License-Identifier: GPL-2.0
/* Draw 'headroom top' with ncurses and read its keys */

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "saturating.h"
#include "text.h"
#include "top_page.h"
#include "top_screen.h"
#include "utf8.h"

/* Lines of the table that are not rows: state, headings, bottom */
#define AROUND_TABLE	3

static SCREEN *screen;
static bool colours;

void top_screen_resume(void)
{
	int err = errno;

	/* TCOON undoes only TCOOFF */
	tcflow(STDOUT_FILENO, TCOOFF);
	tcflow(STDOUT_FILENO, TCOON);
	errno = err;
}

void top_screen_close(void)
{
	if (!screen)
		return;
	top_screen_resume();
	endwin();
	delscreen(screen);
	screen = NULL;
}

const char *top_screen_open(void)
{
	const char *no_colour = getenv("NO_COLOR");

	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return "unknown terminal type: check TERM";
	atexit(top_screen_close);
	cbreak();
	noecho();
	curs_set(0);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	/* wait this many ms to tell the Escape key from an escape sequence */
	set_escdelay(25);
	colours = !(no_colour && *no_colour) && has_colors();
	if (colours) {
		start_color();
		use_default_colors();
		init_pair(1, COLOR_YELLOW, -1);
		init_pair(2, COLOR_CYAN, -1);
	}
	return NULL;
}

void top_screen_resize(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
		resizeterm(size.ws_row, size.ws_col);
	clearok(stdscr, TRUE);
}

void top_screen_redraw(void)
{
	clearok(stdscr, TRUE);
}

int top_screen_key(void)
{
	int key = getch();

	switch (key) {
	case ERR:
		return KEY_NONE;
	case KEY_UP:
		return TOP_UP;
	case KEY_DOWN:
		return TOP_DOWN;
	case KEY_PPAGE:
		return TOP_PAGE_UP;
	case KEY_NPAGE:
		return TOP_PAGE_DOWN;
	case KEY_HOME:
		return TOP_FIRST;
	case KEY_END:
		return TOP_LAST;
	case KEY_LEFT:
		return TOP_LEFT;
	case KEY_RIGHT:
		return TOP_RIGHT;
	case KEY_ENTER:
	case '\n':
	case '\r':
		return TOP_ENTER;
	case KEY_BACKSPACE:
	case '\b':
	case 0x7f:
		return TOP_ERASE;
	case 0x1b:
		return TOP_ESCAPE;
	case 'L' - '@':
	case KEY_RESIZE:
		return TOP_REDRAW;
	default:
		/* ignore other function keys */
		return key < 0x100 ? key : 0;
	}
}

size_t top_screen_lines(void)
{
	return LINES > AROUND_TABLE ? LINES - AROUND_TABLE : 1;
}

/* Number of bytes of the first line of @text that fit into @columns */
static size_t fitting(const char *text, size_t columns)
{
	size_t bytes = 0, len;

	for (; text[bytes] && text[bytes] != '\n' && columns; columns--) {
		len = utf8_sequence(text + bytes);
		bytes += len ? len : 1;
	}
	return bytes;
}

/* Draw the first line of @text. */
static void draw(int line, int style, const char *text)
{
	if (line < 0 || line >= LINES)
		return;
	attrset(style);
	move(line, 0);
	clrtoeol();
	addnstr(text, fitting(text, COLS));
	/* highlight the selected row up to the end of the line */
	if (style & A_REVERSE && getcury(stdscr) == line)
		hline(' ' | style, COLS - getcurx(stdscr));
	attrset(A_NORMAL);
}

static void draw_bottom(const struct bottom *bottom)
{
	int notice = A_BOLD | (colours ? COLOR_PAIR(1) : 0);

	if (bottom->prompt)
		draw(LINES - 1, A_BOLD, bottom->prompt);
	else if (bottom->notice && *bottom->notice)
		draw(LINES - 1, notice, bottom->notice);
	else
		draw(LINES - 1, A_DIM, bottom->keys);
}

/* Draw a line and free it; false if it is NULL */
static bool draw_line(int row, int style, char *line)
{
	if (!line)
		return false;
	draw(row, style, line);
	free(line);
	return true;
}

size_t top_screen_columns(void)
{
	return COLS > 0 ? COLS : 1;
}

size_t top_screen_scroll(const struct rows *rows, size_t *first)
{
	size_t lines = top_screen_lines();

	if (rows->position < *first)
		*first = rows->position;
	if (rows->position >= *first + lines)
		*first = rows->position - lines + 1;
	if (*first + lines > rows->nr)
		*first = saturating_sub(rows->nr, lines);
	return rows->nr - *first < lines ? rows->nr - *first : lines;
}

int top_screen_table(const struct rows *rows, const struct row_layout *layout, const char *state,
		     size_t first, const struct bottom *bottom)
{
	size_t lines = top_screen_lines();

	erase();
	draw(0, colours ? COLOR_PAIR(2) : A_NORMAL, state);
	if (!draw_line(1, A_BOLD, row_line_heading(layout)))
		return -ENOMEM;
	for (size_t i = first; i < rows->nr && i < first + lines; i++)
		if (!draw_line(2 + i - first, i == rows->position ? A_REVERSE : A_NORMAL,
			       row_line(rows->row[i], layout)))
			return -ENOMEM;
	draw_bottom(bottom);
	refresh();
	return 0;
}

static size_t count_lines(const char *text)
{
	size_t nr = 0;

	for (; *text; text++)
		nr += *text == '\n';
	return nr;
}

void top_screen_page(const char *text, size_t *first, const struct bottom *bottom)
{
	size_t lines = LINES > 1 ? LINES - 1 : 1, nr = count_lines(text);

	if (*first + lines > nr)
		*first = saturating_sub(nr, lines);
	erase();
	for (size_t at = 0; *text && at < *first + lines; at++) {
		if (at >= *first && *text == TOP_PAGE_HEADING)
			draw(at - *first, A_BOLD, text + 1);
		else if (at >= *first)
			draw(at - *first, A_NORMAL, text);
		text = strchrnul(text, '\n');
		text += *text == '\n';
	}
	draw_bottom(bottom);
	refresh();
}
