/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_WINDOW_H
#define _HEADROOM_WINDOW_H

#include <linux/types.h>

/* Parts of a window; and samples: two for each part, and some for its edges */
#define HEADROOM_WINDOW_PARTS	16
#define HEADROOM_WINDOW_SAMPLES	(2 * HEADROOM_WINDOW_PARTS + 4)

/**
 * struct headroom_window - what a quantity that only grows was, lately
 * @length: of the window, ns
 * @value: the quantity when it was told last
 * @time: when that was
 * @newest: position of the newest sample
 * @nr: number of samples
 * @sample: the samples
 */
struct headroom_window {
	u64 length;
	u64 value;
	u64 time;
	unsigned int newest;
	unsigned int nr;
	struct {
		u64 time;
		u64 value;
	} sample[HEADROOM_WINDOW_SAMPLES];
};

void headroom_window_init(struct headroom_window *window, u64 length, u64 time,
			  u64 value);
void headroom_window_raise(struct headroom_window *window, u64 more);
void headroom_window_grow(struct headroom_window *window, u64 time, u64 before,
			  u64 value);
u64 headroom_window_sum(const struct headroom_window *window, u64 end);

#endif /* _HEADROOM_WINDOW_H */
