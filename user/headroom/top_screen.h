/* SPDX-License-Identifier: GPL-2.0 */
/* Draw 'headroom top' with ncurses and read its keys; no other file uses ncurses */
#ifndef TOP_SCREEN_H
#define TOP_SCREEN_H

#include "row_line.h"

/** Keys that are not characters; a character is returned as its byte */
enum {
	KEY_NONE = -1,
	TOP_UP = 0x1000,
	TOP_DOWN,
	TOP_PAGE_UP,
	TOP_PAGE_DOWN,
	TOP_FIRST,
	TOP_LAST,
	TOP_ENTER,
	TOP_ESCAPE,
	TOP_ERASE,
	TOP_LEFT,
	TOP_RIGHT,
	TOP_REDRAW,
};

/**
 * top_screen_open - initialize the terminal; exit() restores it
 *
 * Return: NULL on success, otherwise the error message.
 */
const char *top_screen_open(void);
/** top_screen_resume - resume output that ^S stopped; safe in a signal handler */
void top_screen_resume(void);
/** top_screen_close - restore the terminal */
void top_screen_close(void);
/** top_screen_resize - adopt the new size after SIGWINCH */
void top_screen_resize(void);
/** top_screen_redraw - repaint the whole screen with the next drawing */
void top_screen_redraw(void);
/** top_screen_key - next key; KEY_NONE if none is waiting, 0 for one to ignore */
int top_screen_key(void);
/** top_screen_lines - number of rows that fit on the screen, at least 1 */
size_t top_screen_lines(void);

/**
 * struct bottom - contents of the last line
 * @notice: message; NULL or "" for none
 * @keys: list of keys, shown if there is no notice
 * @prompt: prompt and input, shown instead of both; NULL for none
 */
struct bottom {
	const char *notice;
	const char *keys;
	const char *prompt;
};

/** top_screen_columns - width of the screen, at least 1 */
size_t top_screen_columns(void);
/**
 * top_screen_scroll - choose the rows that are visible
 * @first: index of the first one; adjusted to keep the selected row visible
 *
 * Return: their number.
 */
size_t top_screen_scroll(const struct rows *rows, size_t *first);
/**
 * top_screen_table - draw the rows
 * @state: first line
 * @first: index of the first visible row
 *
 * Return: 0 or -ENOMEM.
 */
int top_screen_table(const struct rows *rows, const struct row_layout *layout, const char *state,
		     size_t first, const struct bottom *bottom);
/** top_screen_page - draw a text from line @first on; @first is limited to its length */
void top_screen_page(const char *text, size_t *first, const struct bottom *bottom);

#endif /* TOP_SCREEN_H */
