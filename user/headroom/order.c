// SPDX-License-Identifier: GPL-2.0
/* Compare cgroups by a sort key */

#include <string.h>

#include "order.h"

static const struct {
	const char *name;
	char key;
} orders[NR_ORDERS] = {
	[BY_STALL] = { "stall", 's' },
	[BY_REFAULTS] = { "refaults", 'r' },
	[BY_EVICTIONS] = { "evictions", 'e' },
	[BY_EXTRA] = { "extra", 'x' },
	[BY_PSI] = { "psi", 'p' },
	[BY_NAME] = { "name", 'n' },
};

const char *order_name(size_t order)
{
	return order < NR_ORDERS ? orders[order].name : NULL;
}

enum order order_of_key(int key)
{
	enum order order = 0;

	while (order < NR_ORDERS && orders[order].key != key)
		order++;
	return order;
}

struct measure order_measure(const struct activity *activity)
{
	return (struct measure){
		.stall = activity->subtree.stall_total,
		.refaults = activity->subtree.refaults,
		.evictions = activity->subtree.evictions,
		.extra = activity->extra_subtree.value,
		.psi = activity->psi_some,
		.path = activity->cgroup->path,
	};
}

static int compare(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

int order_compare(const struct measure *a, const struct measure *b, enum order order)
{
	int by = 0;

	if (order == BY_NAME)
		return strcmp(a->path, b->path);
	if (order == BY_REFAULTS)
		by = compare(a->refaults, b->refaults);
	else if (order == BY_EVICTIONS)
		by = compare(a->evictions, b->evictions);
	else if (order == BY_EXTRA)
		by = compare(a->extra, b->extra);
	else if (order == BY_PSI)
		by = compare(a->psi, b->psi);
	if (!by)
		by = compare(a->stall, b->stall);
	if (!by)
		by = compare(a->refaults, b->refaults);
	return by ? by : strcmp(a->path, b->path);
}
