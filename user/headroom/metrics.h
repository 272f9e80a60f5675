/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What 'headroom metrics' exports: which cgroups, which statistics, and how many series at most
 *
 * A fleet pays for each series, on each host, for as long as it is kept. So everything that
 * multiplies series is a choice: the cgroups (a subtree, a depth, the N most stalled), and groups of
 * statistics. The limit on series is the last resort. It leaves out whole cgroups, those that were
 * stalled least since the module was loaded: an order that hardly changes from one reading to the
 * next, so that series do not come and go.
 */
#ifndef METRICS_H
#define METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "headroom.h"
#include "metrics_group.h"

struct exposition;

/**
 * struct metrics_wish - what to export
 * @groups: METRICS_BIT() of each group
 * @subtree: id of the cgroup at the top; 0 for all cgroups
 * @depth: levels below the top; ULONG_MAX for all
 * @top: at most so many cgroups, those that were stalled most; 0 for all
 * @series: the most series of an answer, with those of the host; 0 for no limit
 * @socket: control socket of headroomd; NULL not to ask it
 */
struct metrics_wish {
	uint32_t groups;
	uint64_t subtree;
	unsigned long depth;
	unsigned long top;
	unsigned long series;
	const char *socket;
};

/**
 * metrics_read - read everything, and put it into a text
 * @e: result, to be freed
 *
 * Return: 0; -ENOENT if the cgroup at the top was removed; or another negative errno. The message is
 * source_error().
 */
int metrics_read(struct headroom *h, const struct metrics_wish *wish, struct exposition **e);

#endif /* METRICS_H */
