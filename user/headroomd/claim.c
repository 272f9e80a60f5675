// SPDX-License-Identifier: GPL-2.0
/* Claims: knobs that were changed, and which rules demand that */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "claim.h"
#include "field.h"

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

size_t claim_print(char *buf, size_t size, const struct claim *claim, size_t nr, uint64_t id)
{
	char original[32], written[32];
	size_t used = 0;

	for (size_t i = 0; i < nr && used < size; i++) {
		const struct claim *c = &claim[i];

		if (c->id == id)
			used += snprintf(buf + used, size - used, "%s %s %s\n", knob_name(c->knob),
					 knob_print(original, sizeof(original), c->original),
					 knob_print(written, sizeof(written), c->written));
	}
	return used < size ? used : 0;
}

bool claim_find(const char *text, enum knob knob, uint64_t *original, uint64_t *written)
{
	char name[32], from[32], to[32];

	while (text && sscanf(text, "%31s %31s %31s", name, from, to) == 3) {
		if (knob_find(name) == knob)
			return field_number(from, original) && field_number(to, written);
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return false;
}

void claim_clear(struct claim *claim)
{
	for (size_t i = 0; i < claim->nr; i++)
		free(claim->demand[i].rule);
	free(claim->demand);
	free(claim->path);
	*claim = (struct claim){};
}
