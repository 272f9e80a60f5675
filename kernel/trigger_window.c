// SPDX-License-Identifier: GPL-2.0
/*
 * Windows: by how much a quantity has grown in the last so many nanoseconds
 *
 * The quantity V only grows, and is told whenever it has. What is asked for is
 *
 *	S(t) = V(t) - V(t - length)
 *
 * V(t) is known; V(t - length) is interpolated between samples, which are taken a
 * sixteenth of the window apart while V grows. Where it did not grow for longer than
 * that, both ends of the rest are samples, so that the line between them is the truth.
 * S is thus wrong by at most what V grew by within one sixteenth of a window, a window
 * ago. (kernel/sched/psi.c keeps one sample, and takes the growth of the last window for
 * steady: it is wrong by up to all of that.)
 *
 *	V                       _____x      x  samples
 *	|               _____x--            -  between them, interpolated
 *	|   ___________x     |     |
 *	|  x     rest        |     |
 *	+--+-----------+-----+-----+---> t
 *
 * There are at most two samples for each sixteenth: a rest takes as long.
 */
#include <linux/math64.h>
#include <linux/minmax.h>

#include "trigger_window.h"

static void push(struct hr_trigger_window *window, u64 time, u64 value)
{
	window->newest = (window->newest + 1) % HR_TRIGGER_WINDOW_SAMPLES;
	window->sample[window->newest].time = time;
	window->sample[window->newest].value = value;
	window->nr = min(window->nr + 1, (unsigned int)HR_TRIGGER_WINDOW_SAMPLES);
}

/* The part, as it was at @time, of what V grew by between two samples */
static u64 interpolate(u64 grown, u64 time, u64 from, u64 to)
{
	if (to <= from)
		return 0;
	return mul_u64_u64_div_u64(grown, time - from, to - from);
}

/* V at @time; what it was before the first sample is not known, and taken for that */
static u64 value_at(const struct hr_trigger_window *window, u64 time)
{
	u64 later = window->time, value = window->value;
	unsigned int i, at = window->newest;

	if (time >= later)
		return value;
	for (i = 0; i < window->nr; i++) {
		u64 earlier = window->sample[at].time, old = window->sample[at].value;

		if (earlier <= time)
			return old + interpolate(value - old, time, earlier, later);
		later = earlier;
		value = old;
		at = (at ?: HR_TRIGGER_WINDOW_SAMPLES) - 1;
	}
	return value;
}

/**
 * hr_trigger_window_init - begin
 * @window: result
 * @length: ns
 * @time: when
 * @value: the quantity then
 *
 * Context: any.
 */
void hr_trigger_window_init(struct hr_trigger_window *window, u64 length, u64 time,
			    u64 value)
{
	window->length = length;
	window->time = time;
	window->value = value;
	window->newest = HR_TRIGGER_WINDOW_SAMPLES - 1;
	window->nr = 0;
	push(window, time, value);
}

/**
 * hr_trigger_window_raise - what was before it began turns out to have been more
 * @window: a window of a quantity that has not grown since hr_trigger_window_init()
 * @more: how much more
 *
 * Context: any; one at a time.
 */
void hr_trigger_window_raise(struct hr_trigger_window *window, u64 more)
{
	window->value += more;
	window->sample[window->newest].value += more;
}

/**
 * hr_trigger_window_grow - tell that the quantity has grown
 * @window: the window
 * @time: now
 * @before: it was still as before then; not after @time
 * @value: the quantity now
 *
 * Context: any; one at a time.
 */
void hr_trigger_window_grow(struct hr_trigger_window *window, u64 time, u64 before,
			    u64 value)
{
	u64 part = window->length / HR_TRIGGER_WINDOW_PARTS;

	if (before > window->time && before - window->time > part) {
		if (window->sample[window->newest].time != window->time)
			push(window, window->time, window->value);
		push(window, before, window->value);
	}
	window->time = time;
	window->value = value;
	if (time - window->sample[window->newest].time >= part)
		push(window, time, value);
}

/**
 * hr_trigger_window_sum - by how much the quantity grew in a window
 * @window: the window
 * @end: where the window ends; not before the quantity was told last
 *
 * Context: any.
 */
u64 hr_trigger_window_sum(const struct hr_trigger_window *window, u64 end)
{
	return window->value - value_at(window, end - min(end, window->length));
}
