/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_JOURNAL_H
#define HEADROOMD_JOURNAL_H

#include <stddef.h>
#include <stdint.h>
#include <syslog.h>

/** enum journal_target - where the log goes; AUTO: to the journal if stderr is connected to it */
enum journal_target {
	JOURNAL_AUTO,
	JOURNAL_STDERR,
	JOURNAL_SYSTEMD,
};

/** journal_open - set the target of the log and the least urgent @level, such as LOG_INFO */
void journal_open(enum journal_target target, int level);
/** journal - log one line, to which a line end is added */
void journal(int level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/** journal_size - format a size in bytes for people; UINT64_MAX is "max"; returns @buf */
const char *journal_size(char *buf, size_t size, uint64_t bytes);

#endif /* HEADROOMD_JOURNAL_H */
