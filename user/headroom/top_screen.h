/* SPDX-License-Identifier: GPL-2.0 */
/* The screen of 'headroom top'. It alone knows ncurses. */
#ifndef TOP_SCREEN_H
#define TOP_SCREEN_H

#include "top_model.h"

/** Keys that are no characters; others are as they come */
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
 * top_screen_open - take the terminal
 *
 * Whatever ends the process by exit() gives it back.
 *
 * Return: NULL; or why there is none.
 */
const char *top_screen_open(void);
/** top_screen_close - give the terminal back as it was */
void top_screen_close(void);
/** top_screen_resize - after SIGWINCH */
void top_screen_resize(void);
/** top_screen_redraw - all anew, whatever others wrote there */
void top_screen_redraw(void);
/** top_screen_key - the next key, KEY_NONE if there is none now */
int top_screen_key(void);
/** top_screen_lines - how many lines there are between the top and the bottom */
size_t top_screen_lines(void);

/**
 * struct bottom - the last line
 * @notice: something that people should not miss; NULL for none
 * @keys: what can be done, when there is no notice
 * @prompt: of something that is being typed, with it; instead of both
 */
struct bottom {
	const char *notice;
	const char *keys;
	const char *prompt;
};

/**
 * top_screen_table - draw the rows
 * @state: first line
 * @first: row that is at the top; moved so that the selected one is seen
 */
void top_screen_table(const struct top_model *model, const char *state, size_t *first,
		      const struct bottom *bottom);
/**
 * top_screen_page - draw a text, from line @first on, which is moved into it
 */
void top_screen_page(const char *text, size_t *first, const struct bottom *bottom);

#endif /* TOP_SCREEN_H */
