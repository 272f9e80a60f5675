// SPDX-License-Identifier: GPL-2.0
/*
 * Signals of blame: how much of what a cgroup lost was taken by another one
 *
 * Victim and evictor are subtrees, so that an evictor that spreads over children hides nothing.
 */
#include <math.h>

#include "signals.h"

/* Whether a cgroup, if it is in a frame, is in a subtree */
static bool is_below(const struct frame *frame, size_t top, size_t i)
{
	return i != FRAME_NONE && i >= top && i < frame->cgroup[top].end;
}

/*
 * Sum of one reading over the victims in a subtree
 * @taken: pages evicted by cgroups within @evictor
 * @unknown: pages that they may have evicted in addition
 * @all: all pages evicted
 */
struct sums {
	double taken;
	double unknown;
	double all;
};

static void add_victim(struct sums *sums, const struct headroom_victim *victim,
		       const struct frame *frame, size_t evictor)
{
	for (size_t i = 0; i < victim->nr; i++) {
		const struct headroom_evictor *e = &victim->evictor[i];
		size_t at = e->id ? frame_find(frame, e->id) : FRAME_NONE;

		sums->all += e->evictions;
		if (is_below(frame, evictor, at))
			sums->taken += e->evictions;
		else if (at == FRAME_NONE || e->merged)
			sums->unknown += e->evictions;
	}
}

static struct sample share_of(const struct headroom_blame *delta, const struct view *view,
			      size_t evictor)
{
	struct sums sums = {};

	for (size_t i = 0; i < delta->nr; i++)
		if (is_below(view->now, view->cgroup,
			     frame_find(view->now, delta->victim[i].id)))
			add_victim(&sums, &delta->victim[i], view->now, evictor);
	if (!(sums.all > 0))
		return signal_exact(0);
	return (struct sample){
		.value = sums.taken / sums.all, .low = sums.taken / sums.all,
		.high = (sums.taken + sums.unknown) / sums.all,
	};
}

static struct sample read_blame(const struct signal *signal, const struct view *view,
				const struct signal_argument *argument)
{
	size_t evictor = frame_find_path(view->now, argument->path);
	struct headroom_blame *delta;
	struct sample s;

	(void)signal;
	if (view->now->module_error)
		return signal_blind("the module does not answer");
	if (!view->now->blame || !view->before || !view->before->blame)
		return signal_blind("there is no previous frame to compare with");
	if (view_reloaded(view))
		return signal_blind("its counter began again");
	if (evictor == FRAME_NONE)
		return signal_exact(0);
	if (headroom_blame_delta(view->now->blame, view->before->blame, &delta))
		return signal_blind("memory is short");
	s = share_of(delta, view, evictor);
	headroom_blame_free(delta);
	return s;
}

/* Without these, evictions are missing, or charged to a wrong evictor. Unknown ones are in the interval. */
#define BLAMED	SIGNAL_HOOKS(HOOKS_SWAP_OUT, HOOKS_DIRECT, HOOKS_MEMCG, HOOKS_NODE)

const struct signal signals_blame[] = {
	{ .name = "blame", .unit = UNIT_SHARE, .takes = SIGNAL_TAKES_CGROUP,
	  .wish = { .stats = true, .blame = true },
	  .meaning = "share of the evicted pages that the cgroup in parentheses took",
	  .hooks = BLAMED, .read = read_blame },
	{ .name = NULL },
};
