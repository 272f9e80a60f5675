// SPDX-License-Identifier: GPL-2.0
/*
 * Signals of blame: how much of what a cgroup lost was taken by another one
 *
 * Victim and evictor are subtrees, so that an evictor that spreads over children hides nothing.
 */
#include <math.h>

#include "losses.h"
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

static void add_loss(struct sums *sums, const struct loss *loss, const struct frame *frame,
		     size_t evictor)
{
	for (size_t i = 0; i < loss->victim->nr; i++) {
		const struct headroom_evictor *e = &loss->victim->evictor[i];

		sums->all += e->evictions;
		if (is_below(frame, evictor, loss->by[i]))
			sums->taken += e->evictions;
		else if (loss->by[i] == FRAME_NONE || e->merged)
			sums->unknown += e->evictions;
	}
}

static struct sample share_of(const struct loss *loss, size_t nr, const struct view *view,
			      size_t evictor)
{
	struct sums sums = {};

	for (size_t i = 0; i < nr; i++)
		add_loss(&sums, &loss[i], view->now, evictor);
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
	size_t evictor = frame_find_path(view->now, argument->path), nr;
	const struct loss *loss;
	const char *why = losses_below(view, view->cgroup, &loss, &nr);

	(void)signal;
	if (why)
		return signal_blind(why);
	return evictor == FRAME_NONE ? signal_exact(0) : share_of(loss, nr, view, evictor);
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
