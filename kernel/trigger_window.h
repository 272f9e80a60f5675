/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sum up the growth of a quantity over a sliding window
 */
#ifndef _HEADROOM_TRIGGER_WINDOW_H
#define _HEADROOM_TRIGGER_WINDOW_H

#include <linux/types.h>

/* Parts of a window, and its samples: two for each part, and some for the edges */
#define HR_TRIGGER_WINDOW_PARTS	16
#define HR_TRIGGER_WINDOW_SAMPLES	(2 * HR_TRIGGER_WINDOW_PARTS + 4)

/**
 * struct hr_trigger_window - the recent values of a quantity that only grows
 * @length: of the window, ns
 * @value: the quantity when it grew last
 * @time: when it grew last, ns
 * @newest: index of the newest sample
 * @nr: number of samples
 * @sample: ring of samples
 */
struct hr_trigger_window {
	u64 length;
	u64 value;
	u64 time;
	unsigned int newest;
	unsigned int nr;
	struct {
		u64 time;
		u64 value;
	} sample[HR_TRIGGER_WINDOW_SAMPLES];
};

void hr_trigger_window_init(struct hr_trigger_window *window, u64 length, u64 time,
			    u64 value);
void hr_trigger_window_raise(struct hr_trigger_window *window, u64 more);
void hr_trigger_window_grow(struct hr_trigger_window *window, u64 time, u64 before,
			    u64 value);
u64 hr_trigger_window_sum(const struct hr_trigger_window *window, u64 end);

#endif /* _HEADROOM_TRIGGER_WINDOW_H */
