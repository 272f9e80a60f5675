// SPDX-License-Identifier: GPL-2.0
/*
 * Read what the rows need beside the module's statistics
 *
 * A file costs three system calls, and there may be thousands of cgroups. So files are read for the
 * rows that are shown, and of all rows only what they are sorted by.
 *
 * A limit binds all below its cgroup. So the limit of a row is the lowest one on the way to the root,
 * which has none. The files of ancestors are read once: they are in the rows of these, or, for what is
 * above a subtree that alone is shown, in one place.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "row_read.h"
#include "source.h"

#define LIMITS	(FRAME_BIT(FRAME_MEMORY_MAX) | FRAME_BIT(FRAME_MEMORY_HIGH))

/* Read a number of bytes; INFINITY for "max", NAN if it is unknown */
static int read_bytes(struct headroom *h, uint64_t id, const char *path, enum frame_file file,
		      double *bytes)
{
	uint64_t value;
	char text[64];
	int err = source_file_read(h, id, path, file, text, sizeof(text));

	*bytes = NAN;
	if (!err && field_number(text, &value))
		*bytes = value == FIELD_MAX ? INFINITY : value;
	return err == -ENOMEM ? err : 0;
}

static int read_row(struct headroom *h, struct row *row, uint32_t files)
{
	struct row_memory *memory = &row->memory;
	const struct {
		enum frame_file file;
		double *bytes;
	} place[] = {
		{ FRAME_MEMORY_CURRENT, &memory->current },
		{ FRAME_MEMORY_MAX, &memory->max },
		{ FRAME_MEMORY_HIGH, &memory->high },
		{ FRAME_MEMORY_LOW, &memory->low },
		{ FRAME_SWAP_CURRENT, &memory->swap },
	};
	int err = 0;

	for (size_t i = 0; !err && i < sizeof(place) / sizeof(place[0]); i++)
		if (files & ~row->files & FRAME_BIT(place[i].file))
			err = read_bytes(h, row->id, row->path, place[i].file, place[i].bytes);
	row->files |= files;
	row->value[COLUMN_MEMORY] = memory->current;
	row->value[COLUMN_LOW] = memory->low;
	row->value[COLUMN_SWAP] = memory->swap;
	return err;
}

/* Lower the limit to that of another cgroup */
static void lower(struct row_limit *limit, const struct row_limit *other)
{
	limit->partial |= other->partial;
	if (!(other->bytes < limit->bytes))
		return;
	limit->bytes = other->bytes;
	limit->high = other->high;
	limit->id = other->id;
	limit->path = other->path;
}

static struct row_limit own_limit(const struct row_memory *memory, uint64_t id, const char *path)
{
	return (struct row_limit){
		.bytes = fmin(memory->max, memory->high), .id = id, .path = path,
		.partial = isnan(memory->max) || isnan(memory->high),
		.high = isnan(memory->max) || memory->high < memory->max,
	};
}

static bool is_root(const char *path)
{
	return !path[strspn(path, "/")];
}

/* Lower the limit above a cgroup to that of the ancestor at @path */
static int lower_above(struct headroom *h, struct rows *rows, const char *path)
{
	struct row_memory memory = { .max = NAN, .high = NAN };
	struct row_limit own;
	uint64_t id = 0;
	int err = source_cgroup_id(h, path, &id);

	if (!err)
		err = read_bytes(h, id, path, FRAME_MEMORY_MAX, &memory.max);
	if (!err)
		err = read_bytes(h, id, path, FRAME_MEMORY_HIGH, &memory.high);
	own = own_limit(&memory, id, path);
	if (err != -ENOMEM && own.bytes < rows->above.bytes) {
		free(rows->above_path);
		own.path = rows->above_path = strdup(path);
		err = own.path ? 0 : -ENOMEM;
	}
	lower(&rows->above, &own);
	return err == -ENOMEM ? err : 0;
}

/* Find the lowest limit above a row whose parent has no row */
static int find_above(struct headroom *h, struct rows *rows, const struct row *row)
{
	char *path, *slash;
	int err = 0;

	if (rows->above_of == row->id)
		return 0;
	path = strdup(row->path);
	if (!path)
		return -ENOMEM;
	free(rows->above_path);
	rows->above_path = NULL;
	rows->above = (struct row_limit){ .bytes = INFINITY };
	rows->above_of = row->id;
	while (!err && (slash = strrchr(path, '/')) && slash > path) {
		*slash = '\0';
		err = lower_above(h, rows, path);
	}
	free(path);
	return err;
}

static int find_limit(struct headroom *h, struct rows *rows, struct row *row)
{
	struct row_limit limit = { .known = true, .bytes = is_root(row->path) ? NAN : INFINITY }, own;
	const struct row *parent;
	struct row *at = row;
	int err = 0;

	/* bound the walk, in case the parents form a cycle */
	for (size_t depth = 0; !err && !is_root(at->path) && depth < rows->nr_all; depth++) {
		err = read_row(h, at, LIMITS);
		own = own_limit(&at->memory, at->id, at->path);
		lower(&limit, &own);
		parent = rows_find(rows, at->parent_id);
		if (!parent) {
			err = err ? err : find_above(h, rows, at);
			lower(&limit, &rows->above);
			break;
		}
		at = &rows->all[parent - rows->all];
	}
	if (limit.partial && isinf(limit.bytes))
		limit.bytes = NAN;
	row->limit = limit;
	row->value[COLUMN_LIMIT] = limit.bytes;
	return err;
}

int row_read_files(struct headroom *h, struct rows *rows, struct row *const *row, size_t nr,
		   uint32_t files)
{
	int err = 0;

	for (size_t i = 0; !err && i < nr; i++) {
		if (files & ~row[i]->files)
			err = read_row(h, row[i], files);
		if (!err && files & LIMITS && !row[i]->limit.known)
			err = find_limit(h, rows, row[i]);
	}
	return err;
}

int row_read_sorted(struct headroom *h, struct rows *rows)
{
	uint32_t files = rows->order < NR_COLUMNS ? columns[rows->order].files : 0;
	int err = 0;

	for (size_t i = 0; !err && files && i < rows->nr_all; i++) {
		struct row *row = &rows->all[i];

		err = row_read_files(h, rows, &row, 1, files);
	}
	return err;
}
