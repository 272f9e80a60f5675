// SPDX-License-Identifier: LGPL-2.1
/* Subtract one reading of blame from another */

#include <errno.h>
#include <stdlib.h>

#include "headroom.h"

static int compare_id(const void *key, const void *member)
{
	uint64_t id = *(const uint64_t *)key;
	const struct headroom_victim *victim = member;

	return (id > victim->id) - (id < victim->id);
}

static const struct headroom_victim *find_victim(const struct headroom_blame *blame, uint64_t id)
{
	if (!blame->nr)
		return NULL;
	return bsearch(&id, blame->victim, blame->nr, sizeof(*blame->victim), compare_id);
}

static const struct headroom_evictor *find_evictor(const struct headroom_victim *victim,
						   const struct headroom_evictor *like)
{
	for (size_t i = 0; victim && i < victim->nr; i++)
		if (victim->evictor[i].id == like->id && victim->evictor[i].reason == like->reason)
			return &victim->evictor[i];
	return NULL;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* All pages evicted from the victim, and all refaults of them */
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
 * Subtract @before from @evictor. An entry whose count went backwards, or whose error
 * changed, left the list and got a new entry: keep its new count. The error of a merged
 * entry changes all the time. Return false if nothing was counted in the interval.
 */
static bool subtract(struct headroom_evictor *evictor, const struct headroom_evictor *before)
{
	if (before && evictor->evictions >= before->evictions &&
	    (evictor->merged || evictor->error == before->error)) {
		evictor->evictions -= before->evictions;
		evictor->refaults = minus(evictor->refaults, before->refaults);
		evictor->error = 0;
	}
	return evictor->evictions || evictor->refaults;
}

/* Add the merged entries, or those that are not, to @taken, as far as @rest covers them */
static void subtract_evictors(struct headroom_victim *taken, const struct headroom_victim *now,
			      const struct headroom_victim *before, bool merged,
			      struct headroom_evictor *rest)
{
	struct headroom_evictor evictor;

	for (size_t i = 0; i < now->nr; i++) {
		evictor = now->evictor[i];
		if (!evictor.id || evictor.merged != merged ||
		    !subtract(&evictor, find_evictor(before, &evictor)))
			continue;
		if (merged) {
			evictor.evictions = least(evictor.evictions, rest->evictions);
			evictor.refaults = least(evictor.refaults, rest->refaults);
		}
		rest->evictions = minus(rest->evictions, evictor.evictions);
		rest->refaults = minus(rest->refaults, evictor.refaults);
		taken->evictor[taken->nr++] = evictor;
	}
}

/*
 * Only the sum over all evictors of a victim is exact: an entry that leaves the list adds
 * its count, which is older, to a merged entry or to the others. So the merged entries, and
 * after them the others, get the rest of the sum.
 */
static int subtract_victim(struct headroom_victim *taken, const struct headroom_victim *now,
			    const struct headroom_victim *before)
{
	struct headroom_evictor after = sum(now), earlier = sum(before), others = { 0 };

	taken->id = now->id;
	taken->evictor = calloc(now->nr + 1, sizeof(*taken->evictor));
	if (!taken->evictor)
		return -ENOMEM;
	others.evictions = minus(after.evictions, earlier.evictions);
	others.refaults = minus(after.refaults, earlier.refaults);
	subtract_evictors(taken, now, before, false, &others);
	subtract_evictors(taken, now, before, true, &others);
	for (size_t i = 0; i < taken->nr; i++)
		if (taken->evictor[i].merged)
			taken->evictor[i].error = others.evictions;
	if (others.evictions || others.refaults)
		taken->evictor[taken->nr++] = others;
	return 0;
}

int headroom_blame_delta(const struct headroom_blame *now, const struct headroom_blame *before,
			 struct headroom_blame **delta)
{
	struct headroom_blame *taken = calloc(1, sizeof(*taken));
	int err = 0;

	*delta = NULL;
	if (!taken)
		return -ENOMEM;
	taken->victim = calloc(now->nr ? now->nr : 1, sizeof(*taken->victim));
	if (!taken->victim)
		err = -ENOMEM;
	for (size_t i = 0; !err && i < now->nr; i++, taken->nr++)
		err = subtract_victim(&taken->victim[i], &now->victim[i],
				      find_victim(before, now->victim[i].id));
	if (err) {
		headroom_blame_free(taken);
		return err;
	}
	*delta = taken;
	return 0;
}
