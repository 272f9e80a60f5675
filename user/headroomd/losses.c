// SPDX-License-Identifier: GPL-2.0
/*
 * Losses: what was evicted from each cgroup between two frames, and by which
 *
 * Signals and actions ask for a cgroup and all below it, rule by rule and cgroup by cgroup. So the
 * difference of blame is made once for a pair of frames, if anything asks for it at all, and put into the
 * order of the frame, in which a subtree is a range:
 *
 *	cgroups of the frame	/   /a   /a/x   /a/y   /b
 *	losses			    /a          /a/y   /b
 *	below /a		    |<------------>|
 *
 * Victims that are not in the frame were removed, and are left out: their parents have what they lost.
 */
#include <stdlib.h>

#include "losses.h"
#include "view.h"

static int compare(const void *a, const void *b)
{
	const struct loss *left = a, *right = b;

	return (left->cgroup > right->cgroup) - (left->cgroup < right->cgroup);
}

/* Find the victims and their evictors in the frame */
static void find_all(struct losses *losses, const struct frame *frame)
{
	size_t *by = losses->by;

	for (size_t i = 0; i < losses->delta->nr; i++) {
		const struct headroom_victim *victim = &losses->delta->victim[i];
		size_t cgroup = frame_find(frame, victim->id);

		if (cgroup == FRAME_NONE)
			continue;
		losses->loss[losses->nr++] = (struct loss){ cgroup, victim, by };
		for (size_t j = 0; j < victim->nr; j++)
			*by++ = victim->evictor[j].id ?
				frame_find(frame, victim->evictor[j].id) : FRAME_NONE;
	}
	qsort(losses->loss, losses->nr, sizeof(*losses->loss), compare);
}

static const char *read_losses(struct losses *losses, const struct view *view)
{
	size_t nr = 0;

	if (view->now->module_error)
		return "the module does not answer";
	if (!view->now->blame || !view->before || !view->before->blame)
		return "there is no previous frame to compare with";
	if (view_reloaded(view))
		return "its counter began again";
	if (headroom_blame_delta(view->now->blame, view->before->blame, &losses->delta))
		return "memory is short";
	for (size_t i = 0; i < losses->delta->nr; i++)
		nr += losses->delta->victim[i].nr;
	/* One more, since none are not an error */
	losses->loss = calloc(losses->delta->nr + 1, sizeof(*losses->loss));
	losses->by = calloc(nr + 1, sizeof(*losses->by));
	if (!losses->loss || !losses->by)
		return "memory is short";
	find_all(losses, view->now);
	return NULL;
}

/* The first loss of a cgroup at or behind an index of the frame */
static size_t first_from(const struct losses *losses, size_t cgroup)
{
	size_t low = 0, high = losses->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (losses->loss[middle].cgroup < cgroup)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const char *losses_below(const struct view *view, size_t cgroup, const struct loss **loss,
			 size_t *nr)
{
	struct losses *losses = view->losses;
	size_t first;

	*nr = 0;
	if (!losses->delta && !losses->why)
		losses->why = read_losses(losses, view);
	if (losses->why)
		return losses->why;
	first = first_from(losses, cgroup);
	*loss = &losses->loss[first];
	*nr = first_from(losses, view->now->cgroup[cgroup].end) - first;
	return NULL;
}

void losses_clear(struct losses *losses)
{
	headroom_blame_free(losses->delta);
	free(losses->loss);
	free(losses->by);
	*losses = (struct losses){};
}
