/* SPDX-License-Identifier: GPL-2.0 */
/* The last lines of a log, in memory */
#ifndef HEADROOMD_HISTORY_H
#define HEADROOMD_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#define HISTORY_LINES	256

/**
 * struct history_line - a line
 * @time: when it was logged, CLOCK_REALTIME, ns
 * @level: such as LOG_INFO
 * @text: without a line end
 */
struct history_line {
	uint64_t time;
	int level;
	char *text;
};

/**
 * struct history - the last lines; all zero at first
 * @nr: number of lines that were ever added
 * @line: line number i is in slot i % HISTORY_LINES
 */
struct history {
	uint64_t nr;
	struct history_line line[HISTORY_LINES];
};

/** history_add - add a line, which is copied; without memory it is missing */
void history_add(struct history *history, uint64_t time, int level, const char *text);
/** history_last - call a function for the last @n lines, oldest first */
void history_last(const struct history *history, size_t n,
		  void (*f)(void *arg, const struct history_line *line), void *arg);
/** history_clear - free all lines */
void history_clear(struct history *history);

#endif /* HEADROOMD_HISTORY_H */
