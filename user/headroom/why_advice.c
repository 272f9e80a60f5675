// SPDX-License-Identifier: GPL-2.0
/* Which knob helps a cgroup that waits for memory */

#include <math.h>

#include "path.h"
#include "why_advice.h"

/* Values are multiples of this, which people can read and write */
#define STEP		(1ULL << 20)
/* A cgroup that has this share of its limit is at it */
#define FULL		0.95
/* Share of the evictor's pages from which a limit on it is worth naming */
#define LEAST_EVICTOR	0.2
/* An interval that is long enough: to measure longer is no advice */
#define LONG_INTERVAL	30

const char *why_action_name(enum why_action action)
{
	static const char *const names[WHY_ACTIONS] = {
		[WHY_NOTHING] = "nothing", [WHY_NO_GAIN] = "no_gain",
		[WHY_MEASURE_LONGER] = "measure_longer", [WHY_UNSURE] = "unknown",
		[WHY_RAISE_LIMIT] = "raise_limit", [WHY_DESCEND] = "descend",
		[WHY_PROTECT] = "protect", [WHY_PROTECT_HARD] = "protect_hard",
		[WHY_LIMIT_EVICTOR] = "limit_evictor", [WHY_STOP_REQUESTS] = "stop_requests",
		[WHY_ADD_MEMORY] = "add_memory",
	};

	return names[action];
}

bool why_waits(const struct why_facts *facts)
{
	return facts->waiting >= WHY_LEAST_WAIT || facts->in_flight >= WHY_LEAST_WAIT;
}

bool why_lacks_low(const struct why_level *level, uint64_t value)
{
	const struct why_value *low = &level->file[WHY_LOW];

	return low->error || low->value < value;
}

/* @bytes and the extra memory, in whole steps; 0 if either is unknown */
static uint64_t with_extra(const struct why_facts *facts, uint64_t bytes)
{
	const struct why_memory *memory = &facts->memory;
	double extra = memory->extra.value * facts->in->page_size;

	if (bytes == UINT64_MAX || !memory->matter || !isfinite(extra) ||
	    memory->samples < WHY_LEAST_EVENTS)
		return 0;
	return ceil((bytes + extra) / STEP) * STEP;
}

static bool is_root(const struct why_facts *facts, const struct why_level *level)
{
	return level == &facts->in->level[facts->in->nr_levels - 1];
}

/* The file that limits a cgroup: the lower one; WHY_FILES if there is none or it is unknown */
static enum why_file limit_file(const struct why_level *level)
{
	const struct why_value *max = &level->file[WHY_MAX], *high = &level->file[WHY_HIGH];

	if (max->error || high->error)
		return WHY_FILES;
	if (max->value == UINT64_MAX && high->value == UINT64_MAX)
		return WHY_FILES;
	return high->value < max->value ? WHY_HIGH : WHY_MAX;
}

static bool is_unlimited(const struct why_level *level)
{
	return !level->file[WHY_MAX].error && !level->file[WHY_HIGH].error &&
	       limit_file(level) == WHY_FILES;
}

static bool is_full(const struct why_level *level)
{
	enum why_file file = limit_file(level);
	const struct why_value *current = &level->file[WHY_CURRENT];

	return file != WHY_FILES && !current->error &&
	       current->value >= FULL * level->file[file].value;
}

static void name(struct why_advice *advice, const struct why_level *level, const char *file)
{
	advice->id = level->id;
	advice->path = level->path;
	advice->file = file;
}

static void raise_limit(const struct why_facts *facts, const struct why_level *level,
			struct why_advice *advice)
{
	enum why_file file = limit_file(level);

	/* lowered, and raised again since */
	if (is_unlimited(level))
		return;
	advice->action = WHY_RAISE_LIMIT;
	name(advice, level, NULL);
	if (file == WHY_FILES)
		return;
	advice->file = why_file_name(file);
	advice->from = level->file[file].value;
	advice->value = with_extra(facts, advice->from);
	advice->with_max = file == WHY_HIGH && advice->value > level->file[WHY_MAX].value;
}

/* The ancestor whose limit evicts; NULL if unknown */
static const struct why_level *binding_ancestor(const struct why_facts *facts)
{
	const struct why_level *level, *full = NULL, *most = NULL;

	for (size_t i = 1; i < facts->in->nr_levels; i++) {
		level = &facts->in->level[i];
		if (is_root(facts, level))
			break;
		if (level->evictions && (!most || level->evictions > most->evictions))
			most = level;
		if (!full && is_full(level))
			full = level;
	}
	return most ? most : full;
}

/*
 * The cgroup outside that took most, if it took enough; else NULL. A limit on an ancestor would
 * limit the cgroup as well.
 */
static const struct why_evictor *largest_evictor(const struct why_facts *facts)
{
	const struct why_blame *blame = &facts->blame;
	const struct why_evictor *evictor;

	for (size_t i = 0; i < blame->nr; i++) {
		evictor = &blame->evictor[i];
		if (!evictor->path || path_is_within(facts->in->level->path, evictor->path))
			continue;
		return why_blame_share(blame, evictor) >= LEAST_EVICTOR ? evictor : NULL;
	}
	return NULL;
}

static void add_memory(const struct why_facts *facts, struct why_advice *advice)
{
	advice->action = WHY_ADD_MEMORY;
	advice->value = with_extra(facts, 0);
}

/* memory.low is of no use against reclaim for @top, an ancestor's limit; NULL for the machine */
static void limit_evictor(const struct why_facts *facts, const struct why_level *top,
			  struct why_advice *advice)
{
	const struct why_evictor *evictor = largest_evictor(facts);
	const struct why_level *self = facts->in->level;

	*advice = (struct why_advice){
		.reason = advice->reason, .share = advice->share, .refaults = advice->refaults,
		.outside = advice->outside, .from = UINT64_MAX,
	};
	if (evictor) {
		advice->action = WHY_LIMIT_EVICTOR;
		advice->id = evictor->id;
		advice->path = evictor->path;
		advice->file = why_file_name(WHY_HIGH);
	} else if (top) {
		raise_limit(facts, top, advice);
	} else if (facts->in->mglru) {
		/* MGLRU never reclaims from a cgroup below memory.min */
		advice->action = WHY_PROTECT_HARD;
		name(advice, self, "memory.min");
		advice->value = with_extra(facts, self->file[WHY_CURRENT].error ? UINT64_MAX :
					   self->file[WHY_CURRENT].value);
	} else {
		add_memory(facts, advice);
	}
}

/* Protect the cgroup from reclaim for @top, an ancestor's limit; NULL for the machine */
static void protect(const struct why_facts *facts, const struct why_level *top,
		    struct why_advice *advice)
{
	const struct why_level *self = facts->in->level;
	const struct why_value *current = &self->file[WHY_CURRENT], *low = &self->file[WHY_LOW];
	enum why_file limit = limit_file(self);

	/* the kernel takes pages although memory.low covers all that it has */
	if (facts->in->breaches && !low->error && !current->error && low->value >= current->value) {
		limit_evictor(facts, top, advice);
		return;
	}
	advice->action = WHY_PROTECT;
	name(advice, self, why_file_name(WHY_LOW));
	advice->from = low->error ? UINT64_MAX : low->value;
	advice->value = with_extra(facts, current->error ? UINT64_MAX : current->value);
	if (limit != WHY_FILES && advice->value > self->file[limit].value)
		advice->value = self->file[limit].value;
	advice->doubted = (facts->in->mglru || facts->in->unknown.mglru) && !top;
	for (size_t i = 1; advice->value && i < facts->in->nr_levels; i++) {
		const struct why_level *level = &facts->in->level[i];

		if (level == top || is_root(facts, level))
			break;
		advice->nr_above += why_lacks_low(level, advice->value);
	}
	/* all that protection can do is done */
	if (advice->value && !advice->nr_above && !why_lacks_low(self, advice->value))
		limit_evictor(facts, top, advice);
}

static void stop_requests(const struct why_facts *facts, struct why_advice *advice)
{
	const struct why_evictor *most = NULL;

	for (size_t i = 0; i < facts->blame.nr; i++) {
		const struct why_evictor *evictor = &facts->blame.evictor[i];

		if (evictor->requested && (!most || evictor->requested > most->requested))
			most = evictor;
	}
	advice->action = WHY_STOP_REQUESTS;
	advice->id = most ? most->id : 0;
	advice->path = most ? most->path : NULL;
}

static void descend(const struct why_facts *facts, struct why_advice *advice)
{
	if (!facts->descendant)
		return;
	advice->action = WHY_DESCEND;
	advice->id = facts->descendant->cgroup->id;
	advice->path = facts->descendant->cgroup->path;
}

static void advise_by_reason(const struct why_facts *facts, struct why_advice *advice)
{
	const struct why_level *above;

	switch (advice->reason) {
	case WHY_OWN_LIMIT:
		raise_limit(facts, facts->in->level, advice);
		break;
	case WHY_DESCENDANT_LIMIT:
		descend(facts, advice);
		break;
	case WHY_ANCESTOR_LIMIT:
		above = binding_ancestor(facts);
		if (advice->outside >= 0.5)
			protect(facts, above, advice);
		else if (above)
			raise_limit(facts, above, advice);
		break;
	case WHY_KSWAPD:
	case WHY_DIRECT_RECLAIM:
		if (!facts->root && advice->outside >= 0.5)
			protect(facts, NULL, advice);
		else
			add_memory(facts, advice);
		break;
	case WHY_PROACTIVE:
	case WHY_MADVISE:
		stop_requests(facts, advice);
		break;
	case WHY_UNKNOWN:
	case WHY_REASONS:
		break;
	}
}

/* Tasks wait, and nothing is evicted: a limit that is full, or a machine that is short */
static void advise_by_stalls(const struct why_facts *facts, struct why_advice *advice)
{
	const struct headroom_stats *stats = &facts->activity->subtree;
	uint64_t limits, machine;

	limits = headroom_stats_stall(stats, HEADROOM_STALL_CAUSE_MEMCG_RECLAIM)->total +
		 headroom_stats_stall(stats, HEADROOM_STALL_CAUSE_MEMORY_HIGH_RECLAIM)->total +
		 headroom_stats_stall(stats, HEADROOM_STALL_CAUSE_MEMORY_HIGH_THROTTLE)->total;
	machine = headroom_stats_stall(stats, HEADROOM_STALL_CAUSE_DIRECT_RECLAIM)->total +
		  headroom_stats_stall(stats, HEADROOM_STALL_CAUSE_COMPACTION)->total;
	for (size_t i = 0; limits > machine && i < facts->in->nr_levels; i++) {
		if (!is_full(&facts->in->level[i]))
			continue;
		advice->reason = i ? WHY_ANCESTOR_LIMIT : WHY_OWN_LIMIT;
		raise_limit(facts, &facts->in->level[i], advice);
		return;
	}
	if (machine > limits)
		add_memory(facts, advice);
}

/* Whether most of the waiting is throttling at memory.high, which only a higher one ends */
static bool is_throttled(const struct headroom_stats *stats)
{
	return headroom_stats_stall(stats, HEADROOM_STALL_CAUSE_MEMORY_HIGH_THROTTLE)->total >
	       stats->stall_total / 2;
}

/* The reason with the largest part; both ways of the machine to be short are one */
static void find_reason(const struct why_facts *facts, struct why_advice *advice)
{
	const uint64_t *part = advice->refaults ? facts->refaults : facts->evictions;
	uint64_t all = advice->refaults ? facts->all_refaults : facts->all_evictions, most = 0;
	uint64_t sum[WHY_REASONS];

	for (size_t i = 0; i < WHY_REASONS; i++)
		sum[i] = part[i];
	sum[WHY_KSWAPD] += sum[WHY_DIRECT_RECLAIM];
	sum[WHY_DIRECT_RECLAIM] = 0;
	for (size_t i = 0; i < WHY_REASONS; i++) {
		if (sum[i] <= most)
			continue;
		most = sum[i];
		advice->reason = i;
	}
	advice->share = why_share(most, all);
}

struct why_advice why_advise(const struct why_facts *facts)
{
	const struct headroom_stats *stats = &facts->activity->subtree;
	const struct why_memory *memory = &facts->memory;
	double seconds = facts->in->interval->seconds;
	struct why_advice advice = {
		.action = WHY_UNSURE, .reason = WHY_REASONS, .from = UINT64_MAX,
		.refaults = memory->matter && facts->all_refaults,
	};

	find_reason(facts, &advice);
	advice.outside = memory->matter && stats->returned ?
			 why_share(stats->returned_outside, stats->returned) :
			 why_share(stats->evictions_outside, stats->evictions);
	if (memory->matter && memory->samples < WHY_LEAST_EVENTS && seconds < LONG_INTERVAL)
		advice.action = WHY_MEASURE_LONGER;
	else if (memory->matter)
		advise_by_reason(facts, &advice);
	else if (!why_waits(facts) && !refaults_matter(stats->refaults, stats->evictions, seconds))
		advice.action = WHY_NOTHING;
	else if (facts->all_evictions >= WHY_LEAST_EVENTS && !is_throttled(stats))
		advice.action = WHY_NO_GAIN;
	else
		advise_by_stalls(facts, &advice);
	return advice;
}
