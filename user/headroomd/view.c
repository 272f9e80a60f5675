// SPDX-License-Identifier: GPL-2.0
/* What a signal sees: a cgroup in two frames */
#include "view.h"

const struct frame_cgroup *view_cgroup(const struct view *view)
{
	return &view->now->cgroup[view->cgroup];
}

const char *view_text(const struct view *view, enum frame_file file)
{
	return frame_text(view->now, view->cgroup, file);
}

const char *view_text_before(const struct view *view, enum frame_file file)
{
	if (view->cgroup_before == FRAME_NONE)
		return NULL;
	return frame_text(view->before, view->cgroup_before, file);
}

static const char no_previous[] = "there is no previous frame to compare with";
static const char restarted[] = "its counter began again";

bool view_reloaded(const struct view *view)
{
	return view->before && view->now->effort < view->before->effort;
}

/*
 * Whether some counters are below their old values: others may have passed them. For recordings of
 * earlier versions, which lack the module's effort.
 */
static bool went_back(const struct headroom_stats *now, const struct headroom_stats *before)
{
	return now->evictions < before->evictions || now->refaults < before->refaults ||
	       now->stall_total < before->stall_total;
}

const char *view_stats(const struct view *view, const struct headroom_stats **now,
		       const struct headroom_stats **before)
{
	const struct headroom_cgroup *stats = view_cgroup(view)->stats;

	if (view->now->module_error)
		return "the module does not answer";
	if (!stats)
		return "the module does not know the cgroup";
	*now = &stats->subtree;
	if (view->cgroup_before == FRAME_NONE)
		return no_previous;
	stats = view->before->cgroup[view->cgroup_before].stats;
	if (!stats)
		return no_previous;
	*before = &stats->subtree;
	return view_reloaded(view) || went_back(*now, *before) ? restarted : NULL;
}

/*
 * A new factor restates the groups that correct counts, and the refaults of one interval then have
 * two scales
 */
const char *view_sampled_stats(const struct view *view, const struct headroom_stats **now,
			       const struct headroom_stats **before)
{
	const char *why = view_stats(view, now, before);

	if (!why && view->now->sample_shift != view->before->sample_shift)
		why = "the sampling factor was changed";
	return why;
}

struct sample view_rate_between(const struct view *view, uint64_t now, uint64_t before)
{
	if (now < before)
		return signal_blind(restarted);
	return signal_exact((now - before) / view->seconds);
}

struct sample view_rate(const struct view *view, size_t offset)
{
	const struct headroom_stats *now, *before;
	const char *why = view_stats(view, &now, &before);

	if (why)
		return signal_blind(why);
	return view_rate_between(view, *(const uint64_t *)((const char *)now + offset),
			   *(const uint64_t *)((const char *)before + offset));
}

bool view_is_idle(const struct view *view)
{
	const struct headroom_cgroup *now = view_cgroup(view)->stats, *before;

	if (!now || view->cgroup_before == FRAME_NONE)
		return false;
	before = view->before->cgroup[view->cgroup_before].stats;
	return before && now->generation && now->generation == before->generation;
}
