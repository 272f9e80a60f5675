// SPDX-License-Identifier: GPL-2.0
/* The columns of 'headroom list' and 'headroom top' */

#include <string.h>

#include "column.h"
#include "frame.h"

#define LIMITS	(FRAME_BIT(FRAME_MEMORY_MAX) | FRAME_BIT(FRAME_MEMORY_HIGH))

const struct column_info columns[NR_COLUMNS] = {
	[COLUMN_STALL] = { "stall", "STALL%", 6, 1, 's', FORMAT_NUMBER, 0,
		"time in stalls, summed over all tasks" },
	[COLUMN_CAUSE] = { "cause", "CAUSE", -14, 5, 0, FORMAT_CAUSE, 0,
		"cause of most of that time" },
	[COLUMN_RECLAIM] = { "reclaim", "RECLAIM%", 8, 6, 0, FORMAT_NUMBER, 0,
		"part of STALL%: direct reclaim and memcg reclaim" },
	[COLUMN_HIGH] = { "high", "HIGH%", 6, 8, 0, FORMAT_NUMBER, 0,
		"part of STALL%: reclaim and throttling at a memory.high" },
	[COLUMN_READ] = { "read", "READ%", 6, 7, 0, FORMAT_NUMBER, 0,
		"part of STALL%: waits for refaults and swap-ins" },
	[COLUMN_REFAULTS] = { "refaults", "REFAULT/s", 9, 2, 'r', FORMAT_NUMBER, 0,
		"evicted pages that were read again" },
	[COLUMN_EVICTIONS] = { "evictions", "EVICT/s", 8, 10, 'e', FORMAT_NUMBER, 0,
		"pages that reclaim evicted" },
	[COLUMN_TAKEN] = { "taken", "TAKEN/s", 8, 14, 'o', FORMAT_NUMBER, 0,
		"part of EVICT/s: pages that the demand of others evicted" },
	[COLUMN_BLAME] = { "blame", "BLAME/s", 8, 15, 'v', FORMAT_NUMBER, 0,
		"pages that it evicted from others and that were read again" },
	[COLUMN_MEMORY] = { "memory", "MEMORY", 10, 3, 'm', FORMAT_BYTES,
		FRAME_BIT(FRAME_MEMORY_CURRENT), "memory that it uses: memory.current" },
	[COLUMN_EXTRA] = { "extra", "EXTRA", 10, 4, 'x', FORMAT_EXTRA, 0,
		"more memory that would have saved 90 % of the refaults" },
	[COLUMN_LIMIT] = { "limit", "LIMIT", 11, 11, 0, FORMAT_LIMIT, LIMITS,
		"memory.max or memory.high that binds; ^: of an ancestor" },
	[COLUMN_LOW] = { "low", "LOW", 10, 13, 0, FORMAT_BYTES, FRAME_BIT(FRAME_MEMORY_LOW),
		"protected memory: memory.low" },
	[COLUMN_SWAP] = { "swap", "SWAP", 10, 12, 0, FORMAT_BYTES, FRAME_BIT(FRAME_SWAP_CURRENT),
		"memory in swap: memory.swap.current" },
	[COLUMN_PSI] = { "psi", "PSI%", 6, 9, 'p', FORMAT_NUMBER, 0,
		"memory.pressure \"some\": at least one task is stalled" },
	[COLUMN_FULL] = { "full", "FULL%", 6, 16, 0, FORMAT_NUMBER, 0,
		"memory.pressure \"full\": no task can work" },
	[COLUMN_ID] = { "id", "ID", 8, 17, 0, FORMAT_ID, 0,
		"id of the cgroup" },
};

const char *column_name(size_t key)
{
	if (key < NR_COLUMNS)
		return columns[key].name;
	return key == COLUMN_NAME ? "name" : NULL;
}

enum column column_of_key(int key)
{
	enum column column = 0;

	if (!key)
		return NR_ORDERS;
	while (column < NR_COLUMNS && columns[column].key != key)
		column++;
	if (column < NR_COLUMNS)
		return column;
	return key == 'n' ? COLUMN_NAME : NR_ORDERS;
}

bool column_set_has(const struct column_set *set, enum column column)
{
	for (size_t i = 0; i < set->nr; i++)
		if (set->column[i] == column)
			return true;
	return false;
}

void column_set_add(struct column_set *set, enum column column)
{
	if (column < NR_COLUMNS && !column_set_has(set, column))
		set->column[set->nr++] = column;
}

bool column_set_parse(const char *text, struct column_set *set, const char **wrong)
{
	size_t len, i;

	*set = (struct column_set){ .chosen = true };
	for (;; text += len + 1) {
		len = strcspn(text, ",");
		for (i = 0; i < NR_ORDERS; i++)
			if (strlen(column_name(i)) == len && !strncmp(column_name(i), text, len))
				break;
		if (i == NR_ORDERS) {
			*wrong = text;
			return false;
		}
		column_set_add(set, i);
		if (!text[len])
			return true;
	}
}

uint32_t column_set_files(const struct column_set *set, enum column order)
{
	uint32_t files = order < NR_COLUMNS ? columns[order].files : 0;

	for (size_t i = 0; i < set->nr; i++)
		files |= columns[set->column[i]].files;
	return files;
}
