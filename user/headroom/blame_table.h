/* SPDX-License-Identifier: GPL-2.0 */
/* Who took whose pages, as a table */
#ifndef BLAMEROWS_H
#define BLAMEROWS_H

#include <stdio.h>
#include "headroom.h"
#include "names.h"

/* A victim with what its evictors took together */
struct blamerow {
	const struct headroom_victim *victim;
	const char *path;
	uint64_t evictions;
	uint64_t refaults;
};

/* The victims to show, sorted */
struct blamerows {
	size_t nr;
	struct blamerow *row;
};

/** blame_names - the names of all victims and evictors; as names_look_up() */
int blame_names(struct headroom *h, const struct headroom_blame *blame, struct names *names);
/**
 * blamerows_select - the victims to show, sorted; sorts their evictors, too
 * @top: only this cgroup and those below it
 *
 * Return: its rows are to be freed.
 */
struct blamerows blamerows_select(const struct headroom_blame *blame, const struct names *names,
				  const char *top);
/** blame_share - of the victim's refaults in percent; of its evictions if nothing came back */
double blame_share(const struct blamerow *row, const struct headroom_evictor *evictor);
/** blamerows_print - a table, with lines of @limit columns at most where that is possible */
void blamerows_print(FILE *out, const struct blamerows *rows, const struct names *names,
		     size_t limit);

#endif /* BLAMEROWS_H */
