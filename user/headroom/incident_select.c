// SPDX-License-Identifier: GPL-2.0
/*
 * Choose the cgroups of an incident that are shown
 *
 * Those with the largest weight, what Headroom decided about, and the ancestors of all of these. The weight
 * is the time that tasks waited; a refault, and pages that were evicted, add as much as they may have
 * cost. Idle cgroups follow by size.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "incident_select.h"

/* What is added to the weight, ns */
#define REFAULT_WEIGHT	100e3
#define EVICTION_WEIGHT	10e3
#define BYTE_WEIGHT	1e-6
#define FLOW_WEIGHT	10e3

struct candidate {
	size_t cgroup;
	double weight;
};

uint64_t incident_own(const struct incident *in, size_t cgroup, enum incident_column column)
{
	uint64_t below = 0, all = in->cgroup[cgroup].total[column];

	for (size_t i = cgroup + 1; i < in->nr; i++)
		if (in->cgroup[i].parent == cgroup)
			below += in->cgroup[i].total[column];
	return all > below ? all - below : 0;
}

/* Put a stall into the list, if it is slow enough; returns the new length */
static size_t insert(const struct incident_stall **stall, size_t nr,
		     const struct incident_stall *slow)
{
	size_t at = nr;

	while (at && stall[at - 1]->high < slow->high)
		at--;
	if (at == INCIDENT_STALLS)
		return nr;
	nr += nr < INCIDENT_STALLS;
	memmove(stall + at + 1, stall + at, (nr - at - 1) * sizeof(*stall));
	stall[at] = slow;
	return nr;
}

size_t incident_slowest(const struct incident *in, size_t top,
			const struct incident_stall *stall[INCIDENT_STALLS])
{
	size_t nr = 0;

	for (size_t i = 0; i < in->nr; i++)
		for (size_t s = 0; incident_is_within(in, i, top) && s < in->cgroup[i].nr_slow; s++)
			nr = insert(stall, nr, &in->cgroup[i].slow[s]);
	return nr;
}

static int by_weight(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;

	if (a->weight != b->weight)
		return a->weight < b->weight ? 1 : -1;
	return (a->cgroup > b->cgroup) - (a->cgroup < b->cgroup);
}

/* The candidates, the most important first; NULL if out of memory */
static struct candidate *weigh(const struct incident *in)
{
	struct candidate *all = calloc(in->nr + 1, sizeof(*all));

	for (size_t i = 0; all && i < in->nr; i++) {
		const struct incident_cgroup *c = &in->cgroup[i];

		all[i] = (struct candidate){ i, c->total[INCIDENT_WAITING] +
			REFAULT_WEIGHT * c->total[INCIDENT_REFAULTS] +
			EVICTION_WEIGHT * c->total[INCIDENT_EVICTIONS] };
		if (c->peak != INCIDENT_UNKNOWN)
			all[i].weight += BYTE_WEIGHT * c->peak;
	}
	for (size_t i = 0; all && i < in->nr_flows; i++)
		if (in->flow[i].evictor != INCIDENT_NONE)
			all[in->flow[i].evictor].weight += FLOW_WEIGHT * in->flow[i].evictions;
	if (all)
		qsort(all, in->nr, sizeof(*all), by_weight);
	return all;
}

/* Mark a cgroup and its ancestors */
static void mark(const struct incident *in, bool *chosen, size_t cgroup)
{
	for (; cgroup != INCIDENT_NONE && !chosen[cgroup]; cgroup = in->cgroup[cgroup].parent)
		chosen[cgroup] = true;
}

static void choose(const struct incident *in, size_t top, const struct candidate *all, bool *chosen)
{
	size_t nr = 0;

	for (size_t i = 0; i < in->nr_decisions; i++)
		if (in->decision[i].cgroup != INCIDENT_NONE && nr < INCIDENT_SHOWN &&
		    incident_is_within(in, in->decision[i].cgroup, top) &&
		    !chosen[in->decision[i].cgroup]) {
			mark(in, chosen, in->decision[i].cgroup);
			nr++;
		}
	for (size_t i = 0; i < in->nr && nr < INCIDENT_SHOWN; i++)
		if (incident_is_within(in, all[i].cgroup, top) && !chosen[all[i].cgroup]) {
			mark(in, chosen, all[i].cgroup);
			nr++;
		}
}

static void number(const struct incident *in, size_t top, const bool *chosen,
		   struct incident_selection *s)
{
	for (size_t i = 0; i < in->nr; i++) {
		s->number[i] = chosen[i] ? s->nr : INCIDENT_NONE;
		if (chosen[i]) {
			s->shown[s->nr++] = i;
		} else if (incident_is_within(in, i, top)) {
			s->left_out++;
			s->waiting += incident_own(in, i, INCIDENT_WAITING);
			s->refaults += incident_own(in, i, INCIDENT_REFAULTS);
		}
	}
}

int incident_select(const struct incident *in, size_t top, struct incident_selection *selection)
{
	struct candidate *all = weigh(in);
	bool *chosen = calloc(in->nr + 1, sizeof(*chosen));
	int err = -ENOMEM;

	*selection = (struct incident_selection){
		.number = calloc(in->nr + 1, sizeof(*selection->number)),
		.shown = calloc(in->nr + 1, sizeof(*selection->shown)),
	};
	if (all && chosen && selection->number && selection->shown) {
		choose(in, top, all, chosen);
		number(in, top, chosen, selection);
		err = 0;
	}
	free(all);
	free(chosen);
	return err;
}

void incident_selection_free(struct incident_selection *selection)
{
	free(selection->number);
	free(selection->shown);
	*selection = (struct incident_selection){ 0 };
}
