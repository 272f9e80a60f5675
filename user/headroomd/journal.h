/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_JOURNAL_H
#define HEADROOMD_JOURNAL_H

#include <stddef.h>
#include <stdint.h>
#include <syslog.h>

/** journal_open - log to systemd's journal, else to stderr; @level is the least urgent */
void journal_open(int level);
/** journal - one line about what was decided or happened, and why */
void journal(int level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/** journal_size - a size for people, in @buf, which is returned */
const char *journal_size(char *buf, size_t size, uint64_t bytes);

#endif /* HEADROOMD_JOURNAL_H */
