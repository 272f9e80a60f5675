// SPDX-License-Identifier: GPL-2.0
/*
 * Divide the nonresident table among the cgroups
 *
 * The root's share is the table. At each level the share of a cgroup is divided among those
 * below it that hold entries, as the CPU is among cgroups of equal weight. The entries of the
 * cgroup itself count as one more of them. Each gets the share divided by the number of those
 * that hold entries, where one that holds few counts for little:
 *
 *	n = (sum of held)^2 / sum of held^2	each 1000: n = 8; one 1000, seven 10: n = 1.1
 *
 * So an entry of a cgroup weighs, on average, as much as all of what its parent holds, in
 * proportion to the parent's share:
 *
 *	sum of (held_i / held) * (held_i * n / share)  =  held / share
 *
 * Siblings compare as they would by numbers, and cousins, on average, as their parents do. To
 * divide equally, and to pass on what some do not use, would not give that: where all hold about
 * as much, those above the average would get all that the others leave, and none would seem to
 * hold much.
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

/* Divide the share of @cg among itself and its children */
static void divide(struct hr_cgroup *cg)
{
	u64 entries = cg->share.entries, held = cg->share.own, squares = held * held;
	struct hr_cgroup *child;

	hr_registry_assert_locked();
	list_for_each_entry(child, &cg->children, siblings) {
		held += child->share.held;
		squares += child->share.held * child->share.held;
	}
	/* A table has at most 2^25 entries, so that no square overflows */
	if (held)
		entries = mul_u64_u64_div_u64(entries, squares, held * held);
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
