// SPDX-License-Identifier: GPL-2.0
/* The last lines of a log, in memory */
#include <stdlib.h>
#include <string.h>

#include "history.h"

void history_add(struct history *history, uint64_t time, int level, const char *text)
{
	struct history_line *line = &history->line[history->nr % HISTORY_LINES];
	char *copy = strdup(text);

	if (!copy)
		return;
	free(line->text);
	*line = (struct history_line){ .time = time, .level = level, .text = copy };
	history->nr++;
}

void history_last(const struct history *history, size_t n,
		  void (*f)(void *arg, const struct history_line *line), void *arg)
{
	uint64_t kept = history->nr < HISTORY_LINES ? history->nr : HISTORY_LINES;

	for (uint64_t i = history->nr - (n < kept ? n : kept); i < history->nr; i++)
		f(arg, &history->line[i % HISTORY_LINES]);
}

void history_clear(struct history *history)
{
	for (size_t i = 0; i < HISTORY_LINES; i++)
		free(history->line[i].text);
	*history = (struct history){};
}
