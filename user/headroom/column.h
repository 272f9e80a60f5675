/* SPDX-License-Identifier: GPL-2.0 */
/* The columns of 'headroom list' and 'headroom top', by which they also sort */
#ifndef COLUMN_H
#define COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** enum column - columns, in the order of their explanations */
enum column {
	COLUMN_STALL,
	COLUMN_CAUSE,
	COLUMN_RECLAIM,
	COLUMN_HIGH,
	COLUMN_READ,
	COLUMN_REFAULTS,
	COLUMN_EVICTIONS,
	COLUMN_TAKEN,
	COLUMN_BLAME,
	COLUMN_MEMORY,
	COLUMN_EXTRA,
	COLUMN_LIMIT,
	COLUMN_LOW,
	COLUMN_SWAP,
	COLUMN_PSI,
	COLUMN_FULL,
	COLUMN_ID,
	NR_COLUMNS,
	/* a key to sort by; as a column, the name is always the first */
	COLUMN_NAME = NR_COLUMNS,
	NR_ORDERS,
};

enum column_format {
	FORMAT_NUMBER, FORMAT_BYTES, FORMAT_LIMIT, FORMAT_CAUSE, FORMAT_EXTRA, FORMAT_ID
};

/**
 * struct column_info - a column
 * @name: as in -o and --sort
 * @heading: above the values
 * @width: in characters; negative: left-aligned
 * @leaves: on a narrow screen, columns with a larger value are dropped first
 * @key: of 'headroom top', to sort by it; 0 for none
 * @format: how values are printed
 * @files: FRAME_BIT() of each file of the cgroup that the value is computed from
 * @meaning: explanation for people
 */
struct column_info {
	const char *name;
	const char *heading;
	int width;
	int leaves;
	char key;
	enum column_format format;
	uint32_t files;
	const char *meaning;
};

extern const struct column_info columns[NR_COLUMNS];

/**
 * struct column_set - the columns to print
 * @nr: number of columns
 * @column: from left to right
 * @chosen: by the user: none is dropped on a narrow screen, and none is added
 */
struct column_set {
	size_t nr;
	enum column column[NR_COLUMNS];
	bool chosen;
};

/** column_name - name of a sort key; NULL after the last */
const char *column_name(size_t key);
/** column_of_key - the sort key that a key of 'headroom top' selects; NR_ORDERS for none */
enum column column_of_key(int key);
/**
 * column_set_parse - parse the value of -o: names with commas between
 * @set: result
 * @wrong: result if it is invalid: the name that is unknown, perhaps empty, up to a comma
 *
 * A name that comes twice counts once, and "name" is always the first.
 *
 * Return: false if a name is unknown.
 */
bool column_set_parse(const char *text, struct column_set *set, const char **wrong);
/** column_set_has - whether it is printed */
bool column_set_has(const struct column_set *set, enum column column);
/** column_set_add - print the column as well, as the last one, unless it is there */
void column_set_add(struct column_set *set, enum column column);
/** column_set_files - files that the columns and the sort key need, as FRAME_BIT() of each */
uint32_t column_set_files(const struct column_set *set, enum column order);

#endif /* COLUMN_H */
