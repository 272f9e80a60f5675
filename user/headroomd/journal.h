/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_JOURNAL_H
#define HEADROOMD_JOURNAL_H

#include <stddef.h>
#include <stdint.h>
#include <syslog.h>

/** enum journal_target - where the log goes; AUTO is the journal if stderr is connected to it */
enum journal_target {
	JOURNAL_AUTO,
	JOURNAL_STDERR,
	JOURNAL_SYSTEMD,
};

/** journal_open - choose the target, and the least urgent @level to log */
void journal_open(enum journal_target target, int level);
/** journal - log one line */
void journal(int level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/** journal_size - format a size for people; returns @buf */
const char *journal_size(char *buf, size_t size, uint64_t bytes);

#endif /* HEADROOMD_JOURNAL_H */
