// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon's log: one line for each decision, with its evidence
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "journal.h"
#include "quantity.h"

static struct {
	bool systemd;
	int level;
} out = { .level = LOG_INFO };

/*
 * systemd identifies the journal's file by device and inode. The variable alone proves
 * nothing: a shell that a service started inherits it, with a terminal as stderr.
 */
static bool stderr_is_journal(void)
{
	const char *name = getenv("JOURNAL_STREAM");
	uintmax_t device, inode;
	struct stat st;

	return name && sscanf(name, "%ju:%ju", &device, &inode) == 2 &&
		!fstat(STDERR_FILENO, &st) && st.st_dev == device && st.st_ino == inode;
}

void journal_open(enum journal_target target, int level)
{
	out.systemd = target == JOURNAL_AUTO ? stderr_is_journal() :
		target == JOURNAL_SYSTEMD;
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
	snprintf(buf, size, "%s", bytes == UINT64_MAX ? "max" : !bytes ? "0" :
		 quantity_bytes(bytes).s);
	return buf;
}
