// SPDX-License-Identifier: GPL-2.0
/*
 * Evictors: which cgroups took the pages of a subtree between two frames
 *
 * Blame lists, for each victim, the evictors that took most, and sums up the others. Evictors are
 * summed up at a level, so that one that spreads over many children is found as their parent:
 *
 *	/batch			the level
 *	/batch/1	100	takes 250 pages,
 *	/batch/2	150	though no child of it takes more than 150
 *
 * Only demand counts: reclaim for a limit of an ancestor, kswapd, and direct reclaim. Pages that a
 * request took (memory.reclaim, MADV_PAGEOUT), or that were taken for an unknown reason, blame no
 * one.
 *
 * The victim must not be able to blame a neighbour for what it did itself. Its own demand is not
 * demand from outside, wherever in the subtree it comes from. A limit in the subtree is not either,
 * but blame does not say for which limit a page was evicted; nor when: the list of a removed
 * victim, old as it may be, is added to that of its parent. But the statistics say exactly how many
 * pages demand from outside took (evictions.outside). What blame has beyond that is its excess, and
 * may be of any evictor:
 *
 *	taken - excess <= pages that an evictor took <= taken + unknown
 *
 * The same holds for those of them that were read again.
 *
 * What the victim took from the evictor, and the evictor read again, speaks for the evictor: both seem to
 * need memory. But one that reads a large file from its beginning to its end, again and again, reads each
 * page again as well. The refault distance tells the two apart: the evictor would have had to have so many
 * more pages. If that is more than both can have, below the least limit that is above both, no share of it
 * would have kept the page, and its return says nothing. Distances are those of all refaults of the
 * evictor, since blame has none, so the part of them that is nearer counts.
 */
#include <math.h>
#include <stdbool.h>

#include "action.h"
#include "evictors.h"
#include "field.h"
#include "losses.h"
#include "saturating.h"

static bool is_within(const struct frame *frame, size_t top, size_t i)
{
	return i >= top && i < frame->cgroup[top].end;
}

static bool is_demand(uint32_t reason)
{
	return reason == HEADROOM_REASON_ANCESTOR_LIMIT || reason == HEADROOM_REASON_KSWAPD ||
	       reason == HEADROOM_REASON_DIRECT_RECLAIM;
}

size_t evictors_level(const struct frame *frame, size_t victim, const struct pattern *of, size_t at)
{
	size_t level = FRAME_NONE;

	if (is_within(frame, victim, at))
		return FRAME_NONE;
	for (; at != FRAME_NONE && !is_within(frame, at, victim); at = frame->cgroup[at].parent) {
		if (of->nr && !pattern_matches(of, frame->cgroup[at].path))
			continue;
		if (!action_spares(frame, at))
			level = at;
		if (of->nr)
			break;
	}
	return level;
}

static struct evictor *find(struct evictors *evictors, size_t cgroup)
{
	struct evictor *e = evictors->evictor;

	while (e < evictors->evictor + evictors->nr && e->cgroup != cgroup)
		e++;
	if (e == evictors->evictor + EVICTORS)
		return NULL;
	if (e == evictors->evictor + evictors->nr) {
		*e = (struct evictor){ .cgroup = cgroup };
		evictors->nr++;
	}
	return e;
}

/*
 * Pages of the victim by evictor
 * @outside: those of evictors that are known to be outside
 * @unlisted: those of evictors without an entry, or that are not in the frame
 * @returned: of both, those that were read again
 */
struct sums {
	uint64_t outside;
	uint64_t unlisted;
	uint64_t returned;
};

static void add_loss(struct evictors *evictors, struct sums *sums, const struct loss *loss,
		     const struct view *view, const struct pattern *of)
{
	for (size_t i = 0; i < loss->victim->nr; i++) {
		const struct headroom_evictor *from = &loss->victim->evictor[i];
		size_t at = loss->by[i], level;
		struct evictor *e;

		if (at == FRAME_NONE)
			sums->unlisted += from->evictions;
		if (at == FRAME_NONE || !is_within(view->now, view->cgroup, at))
			sums->returned += from->refaults;
		if (at == FRAME_NONE || is_within(view->now, view->cgroup, at))
			continue;
		sums->outside += from->evictions;
		level = is_demand(from->reason) ?
			evictors_level(view->now, view->cgroup, of, at) : FRAME_NONE;
		e = level == FRAME_NONE ? NULL : find(evictors, level);
		if (e) {
			e->taken += from->evictions;
			e->returned += from->refaults;
		} else if (from->merged) {
			evictors->unknown += from->evictions;
		}
	}
}

/* Refaults whose distances tell anything */
#define ENOUGH	16

/* Pages below the least limit that is above both cgroups; UINT64_MAX if one is unknown */
static uint64_t common_pages(const struct frame *frame, size_t a, size_t b)
{
	uint64_t least = UINT64_MAX, high, max;

	for (size_t i = a; i != FRAME_NONE; i = frame->cgroup[i].parent) {
		if (!is_within(frame, i, b))
			continue;
		if (frame->cgroup[i].parent == FRAME_NONE) {
			if (!field_key(frame_host_text(frame, FRAME_MEMINFO), "MemTotal", &max))
				return UINT64_MAX;
			max *= 1024;
			high = max;
		} else if (!field_number(frame_text(frame, i, FRAME_MEMORY_HIGH), &high) ||
			   !field_number(frame_text(frame, i, FRAME_MEMORY_MAX), &max)) {
			return UINT64_MAX;
		}
		least = high < least ? high : least;
		least = max < least ? max : least;
	}
	return least / frame->page_size;
}

/* Refaults at a distance below @pages */
static uint64_t count_near(const struct headroom_histogram *distance, uint64_t pages)
{
	uint64_t count = 0;

	for (size_t i = 0; i < distance->nr && distance->bucket[i].low < pages; i++)
		count += distance->bucket[i].count;
	return count;
}

/* The part of a cgroup's refaults that so many pages could have saved; 1 if that is unknown */
static double near_share(const struct view *view, size_t cgroup, uint64_t pages)
{
	size_t then = frame_find(view->before, view->now->cgroup[cgroup].id);
	const struct headroom_cgroup *now = view->now->cgroup[cgroup].stats;
	const struct headroom_cgroup *before =
		then == FRAME_NONE ? NULL : view->before->cgroup[then].stats;
	const struct headroom_histogram *distance[2];
	uint64_t all;

	if (!now || !before)
		return 1;
	distance[0] = &now->subtree.refault_distance;
	distance[1] = &before->subtree.refault_distance;
	all = saturating_sub(count_near(distance[0], UINT64_MAX), count_near(distance[1], UINT64_MAX));
	if (all < ENOUGH)
		return 1;
	return (double)saturating_sub(count_near(distance[0], pages), count_near(distance[1], pages)) / all;
}

/*
 * What the victim took from an evictor, and that reads it again; those that it did not lose pages to do not
 * matter. In a steady state each page that the victim reads again takes the place of another one, often of
 * the evictor's. That harms a neighbour that needs its pages as well, but not a stream.
 */
static void add_back(struct evictor *evictor, const struct view *view)
{
	const struct loss *loss;
	size_t nr;

	losses_below(view, evictor->cgroup, &loss, &nr);
	for (size_t i = 0; i < nr; i++)
		for (size_t j = 0; j < loss[i].victim->nr; j++) {
			const struct headroom_evictor *by = &loss[i].victim->evictor[j];

			if (loss[i].by[j] != FRAME_NONE &&
			    is_within(view->now, view->cgroup, loss[i].by[j]) &&
			    is_demand(by->reason))
				evictor->back += by->refaults;
		}
	if (evictor->back)
		evictor->back = ceil(evictor->back * near_share(view, evictor->cgroup,
				     common_pages(view->now, view->cgroup, evictor->cgroup)));
}

static const char *sum_up(struct evictors *evictors, const struct view *view,
			  const struct pattern *of)
{
	struct sums sums = {};
	const struct loss *loss;
	size_t nr;
	const char *why = losses_below(view, view->cgroup, &loss, &nr);

	if (why)
		return why;
	for (size_t i = 0; i < nr; i++)
		add_loss(evictors, &sums, &loss[i], view, of);
	for (size_t i = 0; i < evictors->nr; i++)
		add_back(&evictors->evictor[i], view);
	evictors->unknown += saturating_sub(evictors->outside, sums.outside);
	evictors->excess = saturating_sub(sums.outside + sums.unlisted, evictors->outside);
	evictors->returned_excess = saturating_sub(sums.returned, evictors->returned);
	return NULL;
}

const char *evictors_read(const struct view *view, const struct pattern *of,
			  uint64_t least, struct evictors *evictors)
{
	const struct headroom_stats *now, *before;
	const char *why = view_sampled_stats(view, &now, &before);

	*evictors = (struct evictors){};
	if (why)
		return why;
	if (!view->now->blame || !view->before->blame)
		return "blame was not read";
	evictors->outside = saturating_sub(now->evictions_outside, before->evictions_outside);
	evictors->own = saturating_sub(now->evictions - before->evictions, evictors->outside);
	evictors->returned = saturating_sub(now->returned_outside, before->returned_outside);
	evictors->refaults = now->refaults - before->refaults;
	if (evictors->outside < least && evictors->returned < least) {
		evictors->unknown = evictors->outside;
		return NULL;
	}
	return sum_up(evictors, view, of);
}
