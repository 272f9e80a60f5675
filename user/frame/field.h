/* SPDX-License-Identifier: GPL-2.0 */
/* Parse the texts of cgroup files and of files in /proc */
#ifndef FRAME_FIELD_H
#define FRAME_FIELD_H

#include <stdbool.h>
#include <stdint.h>

/* The value that cgroup files spell "max" */
#define FIELD_MAX	UINT64_MAX

/* Each returns false if @text is NULL or has no such value */

/** field_number - parse a file that holds one number or "max" */
bool field_number(const char *text, uint64_t *value);
/** field_key - parse the number behind a key, in lines of "key number" or "key: number kB" */
bool field_key(const char *text, const char *key, uint64_t *value);
/** field_column - parse the number in column @column, from 0, of the line @text */
bool field_column(const char *text, unsigned int column, uint64_t *value);
/**
 * field_pressure - parse an average of a pressure file
 * @line: "some" or "full"
 * @average: "avg10", "avg60" or "avg300"
 * @percent: result, 0 to 100
 */
bool field_pressure(const char *text, const char *line, const char *average, double *percent);
/** field_pressure_total - parse the total of a line of a pressure file, us */
bool field_pressure_total(const char *text, const char *line, uint64_t *us);
/** field_next_line - the next line of a text; NULL behind the last one */
const char *field_next_line(const char *text);

#endif /* FRAME_FIELD_H */
