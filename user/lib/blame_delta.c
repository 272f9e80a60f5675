// SPDX-License-Identifier: LGPL-2.1
/*
 * Subtract one reading of blame from another
 *
 * Only the sum over all evictors of a victim is exact. An entry can have pages that another one had
 * before, and that are older than the interval:
 *
 *	- An entry that leaves the full list adds its pages to a merged entry or to the others.
 *	- A removed evictor leaves its pages to its parent, which may get its entry by that.
 *
 * So the differences of the entries can add up to more than the sum grew. The excess is taken off from
 * the others and from merged entries first, then from the other entries. An entry can have the pages of entries that are gone,
 * if they were of its reason and not more than it got. Which of several such entries has them is
 * unknown: each loses them, so that all that is left is of the interval, and the others get what is
 * missing in the sum:
 *
 *	pages <= pages that it took in the interval <= pages + error
 */

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

/* All pages evicted from the victim, and all refaults of them; @others: with those of no entry */
static struct headroom_evictor sum(const struct headroom_evictor *evictor, size_t nr, bool others)
{
	struct headroom_evictor all = { 0 };

	for (size_t i = 0; i < nr; i++) {
		if (!evictor[i].id && !others)
			continue;
		all.evictions += evictor[i].evictions;
		all.refaults += evictor[i].refaults;
	}
	return all;
}

static struct headroom_evictor minus_both(struct headroom_evictor a, struct headroom_evictor b)
{
	return (struct headroom_evictor){
		.evictions = minus(a.evictions, b.evictions),
		.refaults = minus(a.refaults, b.refaults),
	};
}

/* Whether @now continues @before. The error of a merged entry changes all the time. */
static bool is_same(const struct headroom_evictor *now, const struct headroom_evictor *before)
{
	return now->evictions >= before->evictions &&
	       (now->merged || now->error == before->error);
}

/* The earlier reading of an entry; NULL for one that is new, or has left the list and returned */
static const struct headroom_evictor *earlier(const struct headroom_evictor *evictor,
					      const struct headroom_victim *before)
{
	const struct headroom_evictor *from = find_evictor(before, evictor);

	return from && is_same(evictor, from) ? from : NULL;
}

static struct headroom_evictor difference(const struct headroom_evictor *now,
					  const struct headroom_victim *before)
{
	const struct headroom_evictor *from = earlier(now, before);
	struct headroom_evictor evictor = *now;

	if (!from)
		return evictor;
	evictor.evictions -= from->evictions;
	evictor.refaults = minus(evictor.refaults, from->refaults);
	evictor.error = 0;
	return evictor;
}

/* The entries of @before that are gone; @gone has a place for each */
static size_t find_gone(struct headroom_evictor *gone, const struct headroom_victim *now,
			const struct headroom_victim *before)
{
	size_t nr = 0;

	for (size_t i = 0; before && i < before->nr; i++) {
		const struct headroom_evictor *from = &before->evictor[i];
		const struct headroom_evictor *to = find_evictor(now, from);

		if (from->id && !(to && is_same(to, from)))
			gone[nr++] = *from;
	}
	return nr;
}

/* Whether an entry gets the pages of those that leave the full list */
static bool collects(const struct headroom_evictor *evictor)
{
	return !evictor->id || evictor->merged;
}

/* The most that an entry can have of those that are gone; the others, of any reason */
static struct headroom_evictor most_of(const struct headroom_evictor *gone, size_t nr,
				       const struct headroom_evictor *evictor)
{
	struct headroom_evictor most = { 0 };

	for (size_t i = 0; i < nr; i++) {
		if ((evictor->id && gone[i].reason != evictor->reason) ||
		    gone[i].evictions > evictor->evictions)
			continue;
		most.evictions += gone[i].evictions;
		most.refaults += gone[i].refaults;
	}
	return most;
}

/* Take the excess off each entry that can have it; @gone: NULL if each can have all */
static void take_off(struct headroom_victim *taken, size_t nr, bool collecting,
		     const struct headroom_evictor *gone, size_t nr_gone,
		     struct headroom_evictor *excess)
{
	const struct headroom_evictor all = *excess;

	for (size_t i = 0; i < nr; i++) {
		struct headroom_evictor *evictor = &taken->evictor[i], most = all;

		if (collects(evictor) != collecting)
			continue;
		if (gone)
			most = most_of(gone, nr_gone, evictor);
		most.evictions = least(evictor->evictions, least(all.evictions, most.evictions));
		most.refaults = least(evictor->refaults, least(all.refaults, most.refaults));
		evictor->evictions -= most.evictions;
		evictor->refaults -= most.refaults;
		excess->evictions = minus(excess->evictions, most.evictions);
		excess->refaults = minus(excess->refaults, most.refaults);
	}
}

static int take_off_excess(struct headroom_victim *taken, const struct headroom_victim *now,
			   const struct headroom_victim *before, struct headroom_evictor excess)
{
	struct headroom_evictor *gone;
	size_t nr;

	if (!excess.evictions && !excess.refaults)
		return 0;
	gone = calloc(before ? before->nr + 1 : 1, sizeof(*gone));
	if (!gone)
		return -ENOMEM;
	nr = find_gone(gone, now, before);
	take_off(taken, now->nr, true, gone, nr, &excess);
	take_off(taken, now->nr, false, gone, nr, &excess);
	/* Refaults are added while the list is read and may be in both entries, or in none */
	take_off(taken, now->nr, true, NULL, 0, &excess);
	take_off(taken, now->nr, false, NULL, 0, &excess);
	free(gone);
	return 0;
}

/*
 * Drop the entries without pages, and add the others, which have what the entries leave of the sum;
 * @taken has an entry for each of @now. What was taken off twice may be of any of these entries.
 */
static void finish(struct headroom_victim *taken, const struct headroom_victim *now,
		   const struct headroom_victim *before, struct headroom_evictor grown)
{
	const struct headroom_evictor others = minus_both(grown, sum(taken->evictor, now->nr, false));
	const struct headroom_evictor twice = minus_both(grown, sum(taken->evictor, now->nr, true));
	struct headroom_evictor evictor;
	uint64_t lost;

	for (size_t i = 0; i < now->nr; i++) {
		evictor = taken->evictor[i];
		if (!evictor.id || (!evictor.evictions && !evictor.refaults))
			continue;
		lost = difference(&now->evictor[i], before).evictions - evictor.evictions;
		evictor.error = evictor.merged ? others.evictions :
				evictor.error + least(lost, twice.evictions);
		taken->evictor[taken->nr++] = evictor;
	}
	if (others.evictions || others.refaults)
		taken->evictor[taken->nr++] = others;
}

static int subtract_victim(struct headroom_victim *taken, const struct headroom_victim *now,
			   const struct headroom_victim *before)
{
	struct headroom_evictor grown = sum(now->evictor, now->nr, true);
	int err;

	taken->id = now->id;
	taken->evictor = calloc(now->nr + 1, sizeof(*taken->evictor));
	if (!taken->evictor)
		return -ENOMEM;
	if (before)
		grown = minus_both(grown, sum(before->evictor, before->nr, true));
	for (size_t i = 0; i < now->nr; i++)
		taken->evictor[i] = difference(&now->evictor[i], before);
	err = take_off_excess(taken, now, before,
			      minus_both(sum(taken->evictor, now->nr, true), grown));
	if (err)
		return err;
	finish(taken, now, before, grown);
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
