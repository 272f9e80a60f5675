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
 */
#include <stdbool.h>

#include "action.h"
#include "evictors.h"
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
