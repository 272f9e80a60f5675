/* SPDX-License-Identifier: GPL-2.0 */
/* The screen of 'headroom top'. It alone knows ncurses. */
#ifndef TOPSCREEN_H
#define TOPSCREEN_H

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
 * topscreen_open - take the terminal
 *
 * Whatever ends the process by exit() gives it back.
 *
 * Return: NULL; or why there is none.
 */
const char *topscreen_open(void);
/** topscreen_close - give the terminal back as it was */
void topscreen_close(void);
/** topscreen_resize - after SIGWINCH */
void topscreen_resize(void);
/** topscreen_redraw - all anew, whatever others wrote there */
void topscreen_redraw(void);
/** topscreen_key - the next key, KEY_NONE if there is none now */
int topscreen_key(void);
/** topscreen_lines - how many lines there are between the top and the bottom */
size_t topscreen_lines(void);

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
 * topscreen_table - draw the rows
 * @state: first line
 * @first: row that is at the top; moved so that the selected one is seen
 */
void topscreen_table(const struct topmodel *model, const char *state, size_t *first,
		     const struct bottom *bottom);
/**
 * topscreen_page - draw a text, from line @first on, which is moved into it
 */
void topscreen_page(const char *text, size_t *first, const struct bottom *bottom);

#endif /* TOPSCREEN_H */
