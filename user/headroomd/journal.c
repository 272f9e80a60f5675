// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon's log: a line for each decision, with its evidence
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-journal.h>

#include "journal.h"

static struct {
	bool systemd;
	int level;
} out = { .level = LOG_INFO };

void journal_open(int level)
{
	/* systemd sets this for a service whose stderr is the journal */
	out.systemd = getenv("JOURNAL_STREAM") && getenv("INVOCATION_ID");
	out.level = level;
	setvbuf(stderr, NULL, _IOLBF, 0);
}

void journal(int level, const char *format, ...)
{
	va_list args;

	if (level > out.level)
		return;
	va_start(args, format);
	if (out.systemd) {
		sd_journal_printv(level, format, args);
	} else {
		fputs("headroomd: ", stderr);
		vfprintf(stderr, format, args);
		fputc('\n', stderr);
	}
	va_end(args);
}

const char *journal_size(char *buf, size_t size, uint64_t bytes)
{
	if (bytes == UINT64_MAX)
		snprintf(buf, size, "max");
	else if (bytes >= 1ULL << 30)
		snprintf(buf, size, "%.1f GiB", bytes / 1073741824.0);
	else if (bytes >= 1ULL << 20)
		snprintf(buf, size, "%.1f MiB", bytes / 1048576.0);
	else
		snprintf(buf, size, "%" PRIu64 " KiB", bytes >> 10);
	return buf;
}
