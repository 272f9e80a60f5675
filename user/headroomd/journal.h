/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_JOURNAL_H
#define HEADROOMD_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <syslog.h>

#include "history.h"

/** enum journal_target - where the log goes; AUTO: to the journal if stderr is connected to it */
enum journal_target {
	JOURNAL_AUTO,
	JOURNAL_STDERR,
	JOURNAL_SYSTEMD,
	JOURNAL_JSON,	/* an object a line, to stderr */
};

/**
 * struct journal_field - a field of an entry of the journal, beside its message
 * @name: in capitals, such as "HEADROOM_RULE"
 * @value: its value; NULL to leave it out
 */
struct journal_field {
	const char *name;
	const char *value;
};

/** journal_open - set the target of the log and the least urgent @level, such as LOG_INFO */
void journal_open(enum journal_target target, int level);
/** journal_shows - whether lines of @level are logged */
bool journal_shows(int level);
/** journal - log one line, to which a line end is added */
void journal(int level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/**
 * journal_entry - log one line, with fields
 * @field: the fields, for systemd's journal and for JSON
 * @nr: their number, at most 16
 */
void journal_entry(int level, const struct journal_field *field, size_t nr, const char *message);
/** journal_history - the last lines, of all that were logged */
const struct history *journal_history(void);
/** journal_size - format a size in bytes for people; UINT64_MAX is "max"; returns @buf */
const char *journal_size(char *buf, size_t size, uint64_t bytes);

#endif /* HEADROOMD_JOURNAL_H */
