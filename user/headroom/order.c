// SPDX-License-Identifier: GPL-2.0
/* Compare cgroups by a sort key */

#include <string.h>

#include "order.h"

const char *const order_names[] = {
	[BY_STALL] = "stall",
	[BY_REFAULTS] = "refaults",
	[BY_EVICTIONS] = "evictions",
	[BY_EXTRA] = "extra",
	[BY_PSI] = "psi",
	[BY_NAME] = "name",
	NULL
};

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
