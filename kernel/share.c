// SPDX-License-Identifier: GPL-2.0
/*
 * Divide the nonresident table among the cgroups
 *
 * The root's share is the table. At each level the share of a cgroup is divided equally
 * among those below it that hold entries, as the CPU is among cgroups of equal weight. The
 * entries of the cgroup itself count as one more of them. What those below the equal share do
 * not use is divided among the others, and the result is the share of each of them: held in
 * proportion to it, siblings compare as they would by numbers.
 *
 * Why the tree and no other level: with a share for each cgroup, a container that makes a
 * thousand cgroups takes a thousand shares. With a share for each cgroup that has a limit,
 * so does one that may set limits below itself, and all pods share one where the cgroup
 * above them has a limit. In the tree, what a cgroup does below itself divides its own
 * share only.
 *
 * A share is no quota: it is a weight. An insertion into a full bucket forgets an entry of
 * the cgroup that holds most in proportion to its share, or nearly so, see heaviest_slot() in
 * nonresident.c. A cgroup that holds less than 7/8 of its share loses entries only to itself
 * while another holds more than its share. An unused part of the table is free for all. A
 * newborn has the share of its parent's own entries, which its siblings have, too, until the
 * next walk, for two seconds at most.
 */
#include <linux/list.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "cgroup.h"
#include "holder.h"
#include "nonresident.h"
#include "registry_lock.h"
#include "share.h"

/**
 * struct division - how the share of one cgroup is divided
 * @equal: the equal share
 * @left: entries that those do not hold which hold less
 * @heavy: number of those that hold more
 */
struct division {
	u64 equal;
	u64 left;
	u64 heavy;
};

static void weigh(struct division *div, u64 held)
{
	if (held > div->equal)
		div->heavy++;
	else
		div->left -= held;
}

/* Divide the share of @cg among itself and its children */
static void divide(struct hr_cgroup *cg)
{
	struct division div = { .left = cg->share.entries };
	u64 entries, claims = cg->share.own != 0;
	struct hr_cgroup *child;

	hr_registry_assert_locked();
	list_for_each_entry(child, &cg->children, siblings)
		claims += child->share.held != 0;
	div.equal = div64_u64(cg->share.entries, max(claims, 1ULL));
	weigh(&div, cg->share.own);
	list_for_each_entry(child, &cg->children, siblings)
		weigh(&div, child->share.held);
	entries = div.heavy ? div64_u64(div.left, div.heavy) : div.equal;
	list_for_each_entry(child, &cg->children, siblings)
		child->share.entries = entries;
	hr_holder_set_share(cg->key, entries);
}

/**
 * hr_share_divide - divide the nonresident table among all cgroups
 * @records: list of all records by @by_id, parents first
 *
 * Context: process; registry lock held.
 */
void hr_share_divide(struct list_head *records)
{
	struct hr_cgroup *cg;

	hr_registry_assert_locked();
	list_for_each_entry(cg, records, by_id) {
		cg->share.own = hr_holder_held(cg->key);
		cg->share.held = cg->share.own;
	}
	list_for_each_entry_reverse(cg, records, by_id)
		if (cg->parent)
			cg->parent->share.held += cg->share.held;
	hr_cgroup_root()->share.entries = hr_nonresident_entries();
	list_for_each_entry(cg, records, by_id)
		divide(cg);
}
