/* SPDX-License-Identifier: GPL-2.0 */
/* Who took whose pages, as a table */
#ifndef BLAME_TABLE_H
#define BLAME_TABLE_H

#include <stdio.h>
#include "headroom.h"
#include "names.h"

/* A victim with what its evictors took together */
struct blame_row {
	const struct headroom_victim *victim;
	const char *path;
	uint64_t evictions;
	uint64_t refaults;
};

/* The victims to show, sorted */
struct blame_table {
	size_t nr;
	struct blame_row *row;
};

/** blame_names - the names of all victims and evictors; as names_look_up() */
int blame_names(struct headroom *h, const struct headroom_blame *blame, struct names *names);
/**
 * blame_table_select - the victims to show, sorted; sorts their evictors, too
 * @top: only this cgroup and those below it
 *
 * Return: its rows are to be freed.
 */
struct blame_table blame_table_select(const struct headroom_blame *blame, const struct names *names,
				      const char *top);
/** blame_share - of the victim's refaults in percent; of its evictions if nothing came back */
double blame_share(const struct blame_row *row, const struct headroom_evictor *evictor);
/** blame_table_print - a table, with lines of @limit columns at most where that is possible */
void blame_table_print(FILE *out, const struct blame_table *rows, const struct names *names,
		       size_t limit);

#endif /* BLAME_TABLE_H */
