// SPDX-License-Identifier: GPL-2.0
/* What is known of the memory of one cgroup in an interval */

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "path.h"
#include "saturating.h"
#include "why_facts.h"

const char *why_file_name(enum why_file file)
{
	static const char *const names[WHY_FILES] = {
		[WHY_CURRENT] = "memory.current", [WHY_MAX] = "memory.max",
		[WHY_HIGH] = "memory.high", [WHY_LOW] = "memory.low",
	};

	return names[file];
}

const char *why_reason_name(enum why_reason reason)
{
	static const char *const names[WHY_REASONS] = {
		[WHY_OWN_LIMIT] = "own_limit", [WHY_DESCENDANT_LIMIT] = "descendant_limit",
		[WHY_ANCESTOR_LIMIT] = "ancestor_limit", [WHY_KSWAPD] = "kswapd",
		[WHY_DIRECT_RECLAIM] = "direct_reclaim", [WHY_PROACTIVE] = "proactive",
		[WHY_MADVISE] = "madvise", [WHY_UNKNOWN] = "unknown",
	};

	return names[reason];
}

double why_share(double part, double whole)
{
	return whole > 0 ? part / whole : 0;
}

static const struct activity *find_activity(const struct interval *interval, uint64_t id)
{
	for (size_t i = 0; i < interval->nr; i++)
		if (interval->activity[i].cgroup->id == id)
			return &interval->activity[i];
	return NULL;
}

static void find_waits(struct why_facts *facts)
{
	const struct why_input *in = facts->in;
	double interval = in->interval->seconds * 1e9;

	facts->waiting = why_share(facts->activity->subtree.stall_total, interval);
	for (size_t i = 0; i < in->nr_stalled; i++) {
		const struct headroom_stalled *task = &in->stalled[i];

		if (task->cause == HEADROOM_STALL_CAUSE_PROACTIVE_RECLAIM ||
		    !find_activity(in->interval, task->cgroup))
			continue;
		facts->nr_stalled++;
		facts->in_flight += why_share(fmin(task->time, interval), interval);
		if (!facts->longest || task->time > facts->longest->time)
			facts->longest = task;
	}
}

/* The reason as the cgroup itself sees it, without regard to those below it */
static enum why_reason reason_of(uint32_t reason)
{
	switch (reason) {
	case HEADROOM_REASON_OWN_LIMIT:
		return WHY_OWN_LIMIT;
	case HEADROOM_REASON_ANCESTOR_LIMIT:
		return WHY_ANCESTOR_LIMIT;
	case HEADROOM_REASON_KSWAPD:
		return WHY_KSWAPD;
	case HEADROOM_REASON_DIRECT_RECLAIM:
		return WHY_DIRECT_RECLAIM;
	case HEADROOM_REASON_PROACTIVE:
		return WHY_PROACTIVE;
	case HEADROOM_REASON_MADVISE:
		return WHY_MADVISE;
	}
	return WHY_UNKNOWN;
}

/* Divide a number between the cgroup's own limit, those below and those above it */
static void divide(uint64_t *by_reason, double own, double below)
{
	uint64_t limits = by_reason[WHY_OWN_LIMIT] + by_reason[WHY_ANCESTOR_LIMIT];

	by_reason[WHY_OWN_LIMIT] = llround(limits * own);
	by_reason[WHY_DESCENDANT_LIMIT] = llround(limits * below);
	by_reason[WHY_ANCESTOR_LIMIT] =
		saturating_sub(limits, by_reason[WHY_OWN_LIMIT] + by_reason[WHY_DESCENDANT_LIMIT]);
}

/*
 * With cgroups below, "own limit" and "ancestor limit" of a page say little. The evictions for
 * the limit of each cgroup in the subtree are known; the others were for a limit above. The
 * refaults are divided as the evictions are. Without evictions, the limit is unknown.
 */
static void divide_limits(struct why_facts *facts)
{
	const struct interval *interval = facts->in->interval;
	uint64_t own = facts->root ? 0 : facts->activity->target.evictions, below = 0, most = 0;
	double limits = facts->evictions[WHY_OWN_LIMIT] + facts->evictions[WHY_ANCESTOR_LIMIT];
	double all;

	for (size_t i = 0; i < interval->nr; i++) {
		const struct activity *other = &interval->activity[i];

		if (other == facts->activity)
			continue;
		below += other->target.evictions;
		if (other->target.evictions > most) {
			most = other->target.evictions;
			facts->descendant = other;
		}
	}
	all = fmax(limits, (double)own + below);
	if (!all) {
		facts->refaults[WHY_UNKNOWN] += facts->refaults[WHY_OWN_LIMIT] +
						facts->refaults[WHY_ANCESTOR_LIMIT];
		facts->refaults[WHY_OWN_LIMIT] = facts->refaults[WHY_ANCESTOR_LIMIT] = 0;
		return;
	}
	divide(facts->evictions, own / all, below / all);
	divide(facts->refaults, own / all, below / all);
}

static void find_reasons(struct why_facts *facts)
{
	const struct headroom_stats *stats = &facts->activity->subtree;

	for (size_t i = 0; i < stats->nr_pages; i++) {
		enum why_reason reason = reason_of(stats->pages[i].reason);

		facts->evictions[reason] += stats->pages[i].evictions;
		facts->refaults[reason] += stats->pages[i].refaults;
	}
	if (facts->in->interval->nr > 1)
		divide_limits(facts);
	for (size_t i = 0; i < WHY_REASONS; i++) {
		facts->all_evictions += facts->evictions[i];
		facts->all_refaults += facts->refaults[i];
	}
}

static struct why_evictor *find_evictor(struct why_blame *blame, uint64_t id)
{
	for (size_t i = 0; i < blame->nr; i++)
		if (blame->evictor[i].id == id)
			return &blame->evictor[i];
	blame->evictor[blame->nr].id = id;
	return &blame->evictor[blame->nr++];
}

static void add_evictor(struct why_facts *facts, const struct headroom_evictor *evictor)
{
	struct why_blame *blame = &facts->blame;
	struct why_evictor *sum;

	blame->evictions += evictor->evictions;
	blame->refaults += evictor->refaults;
	if (!evictor->id) {
		blame->others_evictions += evictor->evictions;
		blame->others_refaults += evictor->refaults;
		return;
	}
	sum = find_evictor(blame, evictor->id);
	sum->path = names_path(facts->in->names, evictor->id);
	sum->inside = evictor->id == facts->in->id;
	sum->merged |= evictor->merged;
	sum->evictions += evictor->evictions;
	sum->refaults += evictor->refaults;
	sum->error += evictor->error;
	if (evictor->reason == HEADROOM_REASON_PROACTIVE ||
	    evictor->reason == HEADROOM_REASON_MADVISE)
		sum->requested += evictor->evictions;
}

static int compare(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

static int by_evictions(const void *left, const void *right)
{
	const struct why_evictor *a = left, *b = right;
	int by = compare(a->evictions, b->evictions);

	return by ? by : compare(b->id, a->id);
}

static int by_refaults(const void *left, const void *right)
{
	const struct why_evictor *a = left, *b = right;
	int by = compare(a->refaults, b->refaults);

	return by ? by : by_evictions(left, right);
}

double why_blame_share(const struct why_blame *blame, const struct why_evictor *evictor)
{
	if (blame->by_refaults)
		return why_share(evictor->refaults, blame->refaults);
	return why_share(evictor->evictions, blame->evictions);
}

static int find_blame(struct why_facts *facts)
{
	const struct headroom_blame *blame = facts->in->blame;
	struct why_evictor *evictor;
	size_t all = 0;

	for (size_t i = 0; i < blame->nr; i++)
		all += blame->victim[i].nr;
	facts->blame.evictor = calloc(all ? all : 1, sizeof(*facts->blame.evictor));
	if (!facts->blame.evictor)
		return -ENOMEM;
	for (size_t i = 0; i < blame->nr; i++)
		for (size_t k = 0; k < blame->victim[i].nr; k++)
			if (find_activity(facts->in->interval, blame->victim[i].id))
				add_evictor(facts, &blame->victim[i].evictor[k]);
	facts->blame.by_refaults = facts->blame.refaults >= WHY_LEAST_EVENTS;
	qsort(facts->blame.evictor, facts->blame.nr, sizeof(*evictor),
	      facts->blame.by_refaults ? by_refaults : by_evictions);
	/* the errors of several reasons count the same pages */
	for (size_t i = 0; i < facts->blame.nr; i++) {
		uint64_t rest;

		evictor = &facts->blame.evictor[i];
		rest = saturating_sub(facts->blame.evictions, evictor->evictions);
		evictor->error = evictor->error < rest ? evictor->error : rest;
	}
	return 0;
}

/* The extra memory of a pool, and how far the interval could see */
static int size_pool(struct why_facts *facts, const struct headroom_stats *stats,
		     const struct headroom_target *target, uint64_t clock)
{
	const struct headroom_pool pool = headroom_pool_of(stats, target, clock,
							   facts->in->sample_shift);
	struct why_memory *memory = &facts->memory;
	struct headroom_curve curve;
	int err;

	memory->refaults = headroom_histogram_count(pool.distance);
	memory->matter = refaults_matter(memory->refaults, pool.evictions,
					 facts->in->interval->seconds);
	err = headroom_curve_build(&pool, &curve);
	if (err)
		return err;
	if (memory->matter)
		memory->extra = headroom_curve_extra(&curve, SAVED_SHARE);
	memory->horizon = curve.horizon;
	headroom_curve_clear(&curve);
	return 0;
}

/* The sum over all pools of the subtree */
static void add_pools(struct why_facts *facts)
{
	const struct activity *activity = facts->activity;

	facts->memory = (struct why_memory){
		.refaults = headroom_histogram_count(&activity->subtree.refault_distance),
		.extra = activity->extra_subtree,
		.matter = activity->extra_subtree.high > 0,
	};
}

/*
 * Memory goes to one of two pools: the cgroup and all below it, if its limit evicts most of the
 * pages and they are read again, or else the pages of each cgroup.
 */
static int find_memory(struct why_facts *facts)
{
	const struct activity *activity = facts->activity;
	const struct headroom_target *target = &activity->target;
	struct why_memory *memory = &facts->memory;
	int err = 0;

	memory->target = target->evictions && target->evictions >= facts->all_evictions / 2;
	if (memory->target) {
		err = size_pool(facts, &activity->subtree, target,
				activity->cgroup->target.evictions);
	} else if (facts->in->interval->nr == 1) {
		err = size_pool(facts, &activity->local, NULL,
				activity->cgroup->local.evictions);
	} else {
		add_pools(facts);
	}
	if (!err && memory->target && !memory->matter && activity->extra_subtree.high > 0)
		add_pools(facts);
	memory->samples = (uint64_t)memory->refaults >> facts->in->sample_shift;
	return err;
}

int why_facts_find(const struct why_input *in, struct why_facts *facts)
{
	int err;

	*facts = (struct why_facts){ .in = in };
	facts->activity = find_activity(in->interval, in->id);
	facts->root = !facts->activity->cgroup->parent_id;
	find_waits(facts);
	find_reasons(facts);
	err = find_blame(facts);
	if (!err)
		err = find_memory(facts);
	if (err)
		why_facts_clear(facts);
	return err;
}

void why_facts_clear(struct why_facts *facts)
{
	free(facts->blame.evictor);
	facts->blame.evictor = NULL;
}
