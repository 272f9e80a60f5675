// SPDX-License-Identifier: GPL-2.0
/*
 * Taken: the pages that were taken from a victim over some seconds, and by which cgroups
 *
 * One frame is a poor witness. Reclaim takes batches, from one cgroup after the other: of two that
 * evict each other alike, each seems to be the only evictor in some frames, and a steady evictor
 * takes nothing in others. So counts are summed up, and what is older than MEMORY fades:
 *
 *	sum = sum * exp(-seconds / MEMORY) + count
 *
 * The seconds are summed up in the same way, so that sum / seconds is a rate from the first frame on. While
 * the caller keeps what there is, nothing fades: the sum then has all since some moment, and the ten
 * seconds before it.
 *
 * What an evictor certainly took is its pages less the excess of the frame, see evictors.c. It is
 * bounded in each frame, so that old blame of a removed victim spoils that frame only.
 */
#include <math.h>

#include "saturating.h"
#include "taken.h"

/* s */
#define MEMORY	10

/* What is left of a sum after a time */
static double left_after(double seconds)
{
	return exp(-seconds / MEMORY);
}

static void add_loss(struct taken_loss *loss, const struct evictors *evictors, double seconds,
		     double left)
{
	loss->seconds = loss->seconds * left + seconds;
	loss->outside = loss->outside * left + evictors->outside;
	loss->own = loss->own * left + evictors->own;
	loss->unknown = loss->unknown * left + evictors->unknown;
	loss->returned = loss->returned * left + evictors->returned;
	loss->refaults = loss->refaults * left + evictors->refaults;
}

void taken_add_loss(struct taken_loss *loss, const struct evictors *evictors, double seconds)
{
	add_loss(loss, evictors, seconds, left_after(seconds));
}

static void add_share(struct taken_share *share, const struct evictors *evictors,
		      const struct evictor *e, double left)
{
	static const struct evictor none;

	e = e ? e : &none;
	share->taken = share->taken * left + e->taken;
	share->sure = share->sure * left + saturating_sub(e->taken, evictors->excess);
	share->returned = share->returned * left +
		saturating_sub(e->returned, evictors->returned_excess);
	share->back = share->back * left + e->back;
}

static const struct evictor *find_evictor(const struct evictors *evictors, size_t cgroup)
{
	for (size_t i = 0; i < evictors->nr; i++)
		if (evictors->evictor[i].cgroup == cgroup)
			return &evictors->evictor[i];
	return NULL;
}

void taken_add_share(struct taken_share *share, const struct evictors *evictors, size_t cgroup,
		     double seconds)
{
	add_share(share, evictors, find_evictor(evictors, cgroup), left_after(seconds));
}

const struct taken_share *taken_share(const struct taken *taken, uint64_t id)
{
	for (size_t i = 0; i < taken->nr; i++)
		if (taken->evictor[i].id == id)
			return &taken->evictor[i].share;
	return NULL;
}

/* Forget an evictor: its pages may be of any other from now on */
static void forget(struct taken *taken, size_t i)
{
	taken->loss.unknown += taken->evictor[i].share.taken;
	taken->evictor[i] = taken->evictor[--taken->nr];
}

static void forget_least(struct taken *taken)
{
	size_t least = 0;

	for (size_t i = 1; i < taken->nr; i++)
		if (taken->evictor[i].share.taken < taken->evictor[least].share.taken)
			least = i;
	forget(taken, least);
}

/* Those that are known: what they took between the frames, or nothing */
static void add_known(struct taken *taken, const struct frame *frame,
		      const struct evictors *evictors, double left)
{
	for (size_t i = 0; i < taken->nr; ) {
		size_t at = frame_find(frame, taken->evictor[i].id);

		add_share(&taken->evictor[i].share, evictors, find_evictor(evictors, at), left);
		if (at == FRAME_NONE || taken->evictor[i].share.taken < 1)
			forget(taken, i);
		else
			i++;
	}
}

void taken_add(struct taken *taken, const struct frame *frame, const struct evictors *evictors,
	       double seconds, bool keep)
{
	double left = keep ? 1 : left_after(seconds);

	add_loss(&taken->loss, evictors, seconds, left);
	add_known(taken, frame, evictors, left);
	for (size_t i = 0; i < evictors->nr; i++) {
		const struct evictor *e = &evictors->evictor[i];
		uint64_t id = frame->cgroup[e->cgroup].id;

		if (taken_share(taken, id) || !e->taken)
			continue;
		if (taken->nr == TAKEN_EVICTORS)
			forget_least(taken);
		taken->evictor[taken->nr].id = id;
		taken->evictor[taken->nr].share = (struct taken_share){};
		add_share(&taken->evictor[taken->nr++].share, evictors, e, left);
	}
}
