// SPDX-License-Identifier: GPL-2.0
/* Claims: knobs that were changed, and which rules demand that */
#include <stdlib.h>
#include <string.h>

#include "claim.h"

struct claim *claim_add(struct claim **claim, size_t *nr, uint64_t id, enum knob knob,
			const char *path)
{
	struct claim *all = reallocarray(*claim, *nr + 1, sizeof(*all));
	char *copy = strdup(path);

	if (all)
		*claim = all;
	if (!all || !copy) {
		free(copy);
		return NULL;
	}
	all[*nr] = (struct claim){ .id = id, .knob = knob, .path = copy };
	return &all[(*nr)++];
}

struct demand *claim_add_demand(struct claim *claim, const char *rule)
{
	struct demand *all = reallocarray(claim->demand, claim->nr + 1, sizeof(*all));
	char *copy = strdup(rule);

	if (all)
		claim->demand = all;
	if (!all || !copy) {
		free(copy);
		return NULL;
	}
	all[claim->nr] = (struct demand){ .rule = copy };
	return &all[claim->nr++];
}

void claim_clear(struct claim *claim)
{
	for (size_t i = 0; i < claim->nr; i++)
		free(claim->demand[i].rule);
	free(claim->demand);
	free(claim->path);
	*claim = (struct claim){};
}
