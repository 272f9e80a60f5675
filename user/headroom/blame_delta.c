// SPDX-License-Identifier: GPL-2.0
/* What was taken between two readings of who took whose pages */

#include <stdlib.h>

#include "blame_table.h"
#include "command.h"

static const struct headroom_victim *find_victim(const struct headroom_blame *blame, uint64_t id)
{
	for (size_t i = 0; i < blame->nr; i++)
		if (blame->victim[i].id == id)
			return &blame->victim[i];
	return NULL;
}

static const struct headroom_evictor *find_evictor(const struct headroom_victim *victim,
						   const struct headroom_evictor *like)
{
	for (size_t i = 0; victim && i < victim->nr; i++)
		if (victim->evictor[i].id == like->id && victim->evictor[i].reason == like->reason)
			return &victim->evictor[i];
	return NULL;
}

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* All that the victim lost; refaults likewise */
static struct headroom_evictor sum(const struct headroom_victim *victim)
{
	struct headroom_evictor all = { 0 };

	for (size_t i = 0; victim && i < victim->nr; i++) {
		all.evictions += victim->evictor[i].evictions;
		all.refaults += victim->evictor[i].refaults;
	}
	return all;
}

/*
 * An entry whose count went back is a new one of the same name. One that is as it was
 * before says nothing about the interval.
 */
static bool subtract(struct headroom_evictor *evictor, const struct headroom_evictor *before)
{
	if (before && evictor->evictions >= before->evictions &&
	    evictor->error == before->error) {
		evictor->evictions -= before->evictions;
		evictor->refaults = minus(evictor->refaults, before->refaults);
		evictor->error = 0;
	}
	return evictor->evictions || evictor->refaults;
}

/*
 * Only the sum over a victim agrees with what it lost: an entry that left the list took
 * its count to the others. So those are what is left of the sum.
 */
static void subtract_victim(struct headroom_victim *taken, const struct headroom_victim *now,
			    const struct headroom_victim *before)
{
	struct headroom_evictor after = sum(now), earlier = sum(before), others = { 0 };
	struct headroom_evictor evictor;

	taken->id = now->id;
	taken->evictor = calloc(now->nr + 1, sizeof(*taken->evictor));
	if (!taken->evictor)
		out_of_memory();
	others.evictions = minus(after.evictions, earlier.evictions);
	others.refaults = minus(after.refaults, earlier.refaults);
	for (size_t i = 0; i < now->nr; i++) {
		evictor = now->evictor[i];
		if (!evictor.id || !subtract(&evictor, find_evictor(before, &evictor)))
			continue;
		others.evictions = minus(others.evictions, evictor.evictions);
		others.refaults = minus(others.refaults, evictor.refaults);
		taken->evictor[taken->nr++] = evictor;
	}
	if (others.evictions || others.refaults)
		taken->evictor[taken->nr++] = others;
}

struct headroom_blame *blame_since(const struct headroom_blame *now,
				   const struct headroom_blame *before)
{
	struct headroom_blame *taken = calloc(1, sizeof(*taken));

	if (!taken)
		out_of_memory();
	taken->victim = calloc(now->nr ? now->nr : 1, sizeof(*taken->victim));
	if (!taken->victim)
		out_of_memory();
	for (; taken->nr < now->nr; taken->nr++)
		subtract_victim(&taken->victim[taken->nr], &now->victim[taken->nr],
				find_victim(before, now->victim[taken->nr].id));
	return taken;
}
