/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of a record that rollup.c owns
 */
#ifndef _HEADROOM_ROLLUP_TYPES_H
#define _HEADROOM_ROLLUP_TYPES_H

#include <linux/llist.h>
#include <linux/types.h>

#include "counters.h"

struct hr_stats;

/**
 * struct hr_rollup - a record's part in the rollup
 * @marked: something was counted since the last hr_rollup_collect()
 * @node: in the list of marked records
 * @generation: grows when something is counted for the cgroup or a descendant; 0 for a
 *	newborn
 * @order: in the list of all records by @generation
 * @own: sums of the cgroup's own statistics as of the last collection
 * @below: the same for the cgroup and its descendants, removed ones included
 * @sum: their statistics together; NULL until the first request
 * @summed: the @generation of @sum
 *
 * Probes write to @marked and @node; the registry lock protects the rest.
 */
struct hr_rollup {
	bool marked;
	struct llist_node node;
	u64 generation;
	struct list_head order;
	struct hr_summary own;
	struct hr_summary below;
	struct hr_stats *sum;
	u64 summed;
};

#endif /* _HEADROOM_ROLLUP_TYPES_H */
