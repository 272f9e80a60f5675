/* SPDX-License-Identifier: GPL-2.0 */
/* Print which cgroup evicted the pages of which */
#ifndef BLAME_TABLE_H
#define BLAME_TABLE_H

#include <stdio.h>
#include "headroom.h"
#include "names.h"

/* A victim with the sums over its evictors */
struct blame_row {
	const struct headroom_victim *victim;
	const char *path;
	uint64_t evictions;
	uint64_t refaults;
};

/* The victims to show, most refaults first */
struct blame_table {
	size_t nr;
	struct blame_row *row;
};

/** blame_names - look up the names of all victims and evictors; as names_look_up() */
int blame_names(struct headroom *h, const struct headroom_blame *blame, struct names *names);
/**
 * blame_table_select - select the victims to show and sort them and their evictors
 * @top: path of a cgroup; select only it and those below it
 * @rows: result, which points into @blame; the caller frees its rows
 *
 * Return: 0 or -ENOMEM.
 */
int blame_table_select(const struct headroom_blame *blame, const struct names *names,
		       const char *top, struct blame_table *rows);
/** blame_share - percentage of the victim's refaults; of its evictions without refaults */
double blame_share(const struct blame_row *row, const struct headroom_evictor *evictor);
/**
 * blame_table_print - print the table; shorten names to fit lines into @limit columns
 *
 * Return: 0 or -ENOMEM, with a part of the table printed.
 */
int blame_table_print(FILE *out, const struct blame_table *rows, const struct names *names,
		      size_t limit);

#endif /* BLAME_TABLE_H */
