/* SPDX-License-Identifier: GPL-2.0 */
/* Take readings at intervals and print each one */
#ifndef REPEAT_H
#define REPEAT_H

#include <stdbool.h>
#include <stdint.h>
#include "command.h"
#include "headroom.h"

/**
 * struct repeat - how often to print, from the options of a subcommand
 * @seconds: time between two readings
 * @count: number of times to print; 0 for until interrupted
 * @json: print no empty line between two times
 * @differences: print the difference of two readings instead of each one
 */
struct repeat {
	double seconds;
	unsigned long count;
	bool json;
	bool differences;
};

/**
 * struct repeat_ops - what to repeat
 * @take: take a reading; @time is its moment on the monotonic clock, preset to the call's
 * @print: print a reading; @before is the previous one, NULL without differences
 * @free: free a reading
 *
 * @take and @print return 0, the exit code after a failure that they have printed, or a
 * negative errno for say_failure().
 */
struct repeat_ops {
	int (*take)(struct headroom *h, void **reading, uint64_t *time);
	int (*print)(struct headroom *h, void *now, void *before);
	void (*free)(void *reading);
};

/** repeat_check - refuse --count without --interval; returns the exit code */
int repeat_check(const struct command *command, const struct repeat *repeat);
/**
 * repeat_run - repeat until the count is reached, a signal arrives or output fails
 *
 * Return: the exit code.
 */
int repeat_run(struct headroom *h, const struct repeat *repeat, const struct repeat_ops *ops);

#endif /* REPEAT_H */
