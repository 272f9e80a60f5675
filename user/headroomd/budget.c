// SPDX-License-Identifier: GPL-2.0
/*
 * The budget: how much all protections together may add
 *
 * Memory that is protected for one cgroup is taken from others. What rules demand has no bound of its
 * own: a tenant that creates cgroups, each with a working set, multiplies what a rule allows to one
 * of them.
 *
 * If more is demanded than the budget has, it is divided from the root down. At each level, each
 * child gets what it wants, but no more than its part by weight of what its siblings leave: max-min
 * fairness, as networks share links (Bertsekas and Gallager, Data Networks, 1987). A cgroup wants the
 * larger of its own demand and the sum of what its children want, and its weight is the largest
 * among the rules that demand something there or below. So a tenant gains nothing by creating
 * cgroups: they divide what the tenant has.
 *
 * memory.low and memory.min of one cgroup protect the same pages: the kernel heeds the larger of them.
 * So a cgroup demands the larger of what both add, and what it gets bounds each of them.
 *
 *	budget 10G	/a		wants 12G	gets 6G
 *			/a/1..12	want 1G each	get 512M each
 *			/b		wants 4G	gets 4G
 */
#include <errno.h>
#include <stdlib.h>

#include "budget.h"
#include "saturating.h"

/* From the leaves up: what each cgroup wants with those below it */
static void sum_up(const struct frame *frame, struct budget_share *share)
{
	for (size_t i = 0; i < frame->nr; i++)
		share[i].wanted = 0;
	for (size_t i = frame->nr; i-- > 0; ) {
		size_t parent = frame->cgroup[i].parent;

		if (share[i].wanted < share[i].demanded)
			share[i].wanted = share[i].demanded;
		if (parent == FRAME_NONE || !share[i].wanted)
			continue;
		share[parent].wanted = saturating_add(share[parent].wanted, share[i].wanted);
		if (share[parent].weight < share[i].weight)
			share[parent].weight = share[i].weight;
	}
}

/* The children of a cgroup that want something, and their number */
static size_t list_children(const struct frame *frame, size_t parent, struct budget_share *share,
			    struct budget_share **child)
{
	size_t nr = 0;

	for (size_t i = parent + 1; i < frame->cgroup[parent].end; i = frame->cgroup[i].end)
		if (share[i].wanted)
			child[nr++] = &share[i];
	return nr;
}

static int compare_need(const void *a, const void *b)
{
	const struct budget_share *x = *(struct budget_share *const *)a;
	const struct budget_share *y = *(struct budget_share *const *)b;
	double need = x->wanted / x->weight - y->wanted / y->weight;

	return need < 0 ? -1 : need > 0;
}

/* Those that need least for their weight are served first, and leave the rest to the others */
static void divide(uint64_t left, struct budget_share **child, size_t nr)
{
	double weight = 0;

	qsort(child, nr, sizeof(*child), compare_need);
	for (size_t i = 0; i < nr; i++)
		weight += child[i]->weight;
	for (size_t i = 0; i < nr; i++) {
		struct budget_share *c = child[i];
		double part = left * (c->weight / weight);

		/* The last one has all that is left, which rounding must not exceed */
		if (i + 1 == nr || part > left)
			part = left;
		c->granted = c->wanted <= part ? c->wanted : (uint64_t)part;
		left -= c->granted < left ? c->granted : left;
		weight -= c->weight;
	}
}

uint64_t budget_sum(const struct frame *frame, struct budget_share *share)
{
	sum_up(frame, share);
	return frame->nr ? share[0].wanted : 0;
}

int budget_divide(const struct frame *frame, uint64_t budget, struct budget_share *share)
{
	struct budget_share **child;

	if (!frame->nr)
		return 0;
	sum_up(frame, share);
	share[0].granted = share[0].wanted < budget ? share[0].wanted : budget;
	child = malloc(frame->nr * sizeof(*child));
	if (!child)
		return -ENOMEM;
	for (size_t i = 0; i < frame->nr; i++) {
		size_t nr = share[i].wanted ? list_children(frame, i, share, child) : 0;

		/* What the cgroup demands for itself beyond its children is not theirs */
		if (nr)
			divide(share[i].granted, child, nr);
	}
	free(child);
	return 0;
}
