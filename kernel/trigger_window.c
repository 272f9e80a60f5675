// SPDX-License-Identifier: GPL-2.0
/*
 * Sum up the growth of a quantity over a sliding window
 *
 * The quantity V only grows, and the caller reports each growth. The sum is
 *
 *	S(t) = V(t) - V(t - length)
 *
 * V(t) is known. V(t - length) is interpolated between samples, which are taken a
 * sixteenth of the window apart while V grows. If V rests for longer than that, both ends
 * of the rest become samples, so that the line between them is exact. The error of S is
 * therefore at most the growth of V within one sixteenth of a window, a window ago.
 * (kernel/sched/psi.c keeps one sample and assumes that the growth of the last window was
 * steady; its error is up to all of that growth.)
 *
 *	V                       _____x      x  samples
 *	|               _____x--            -  between them, interpolated
 *	|   ___________x     |     |
 *	|  x     rest        |     |
 *	+--+-----------+-----+-----+---> t
 *
 * There are at most two samples for each sixteenth, since a rest is at least as long.
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

/* The part of @grown, the growth between two samples, that V had grown by at @time */
static u64 interpolate(u64 grown, u64 time, u64 from, u64 to)
{
	if (to <= from)
		return 0;
	return mul_u64_u64_div_u64(grown, time - from, to - from);
}

/* V at @time; before the oldest sample V is unknown, and that sample is used instead */
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
 * hr_trigger_window_init - begin with one sample
 * @window: result
 * @length: of the window, ns
 * @time: of the sample, ns
 * @value: the quantity at @time
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
 * hr_trigger_window_raise - raise the value that the window began with
 * @window: a window of a quantity that has not grown since hr_trigger_window_init()
 * @more: difference to the value passed to hr_trigger_window_init()
 *
 * Context: any; the caller serializes calls for a window.
 */
void hr_trigger_window_raise(struct hr_trigger_window *window, u64 more)
{
	window->value += more;
	window->sample[window->newest].value += more;
}

/**
 * hr_trigger_window_grow - report that the quantity has grown
 * @window: the window
 * @time: current time, ns
 * @before: latest time at which it had not grown yet, ns; not after @time
 * @value: the quantity at @time
 *
 * Context: any; the caller serializes calls for a window.
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
 * hr_trigger_window_sum - the growth of the quantity over the window
 * @window: the window
 * @end: end of the window, ns; not before the last growth
 *
 * Context: any.
 */
u64 hr_trigger_window_sum(const struct hr_trigger_window *window, u64 end)
{
	return window->value - value_at(window, end - min(end, window->length));
}
