// SPDX-License-Identifier: GPL-2.0
/*
 * Find gaps between frames
 *
 * A duration must have been watched. It was not if frames are missing, if the machine was suspended
 * (CLOCK_MONOTONIC stands still, CLOCK_BOOTTIME does not), or if the wall clock moved by more than
 * the others: a virtual machine that was stopped learns of it by its time being set.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "gap.h"

/* Frames may be late by this many intervals, and by this time, ns: a busy machine delays them */
#define LATE		3
#define LATE_TIME	NS_PER_S
/* Clocks may differ by this, ns */
#define TOLERANCE	(NS_PER_S / 2)

static uint64_t difference(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

bool gap_is_missing(uint64_t ns, uint64_t interval)
{
	return ns > LATE * interval && ns > interval + LATE_TIME;
}

const char *gap_between(const struct frame *before, const struct frame *now, uint64_t interval)
{
	static char why[96];
	const struct frame_clocks *a = &before->time, *b = &now->time;
	uint64_t monotonic = b->monotonic - a->monotonic, boot = b->boot - a->boot;

	if (strcmp(before->boot_id, now->boot_id))
		return "the machine was booted";
	if (b->monotonic <= a->monotonic)
		return "the clock went back";
	if (gap_is_missing(monotonic, interval))
		snprintf(why, sizeof(why), "no frame for %.1f s", monotonic / 1e9);
	else if (boot > monotonic + TOLERANCE)
		snprintf(why, sizeof(why), "the machine was suspended for %.0f s",
			 (boot - monotonic) / 1e9);
	else if (difference(b->wall - a->wall, monotonic) > TOLERANCE)
		snprintf(why, sizeof(why), "the wall clock was set, or the machine was stopped");
	else
		return NULL;
	return why;
}
