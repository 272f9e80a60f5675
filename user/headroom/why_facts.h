/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is known of the memory of one cgroup in an interval
 *
 * Pure: it computes from readings, and reads nothing.
 */
#ifndef WHY_FACTS_H
#define WHY_FACTS_H

#include "headroom.h"
#include "interval.h"
#include "names.h"

/* Recorded events below which shares mean little, and more memory is not put into a number */
#define WHY_LEAST_EVENTS	16
/* Share of the time below which tasks hardly wait */
#define WHY_LEAST_WAIT		0.001

/* Files of a cgroup that say how much memory it has and may have */
enum why_file { WHY_CURRENT, WHY_MAX, WHY_HIGH, WHY_LOW, WHY_FILES };

/** why_file_name - "memory.current" */
const char *why_file_name(enum why_file file);

/**
 * struct why_unknown - readings that are missing, which are then empty in struct why_input
 * @stalled: tasks in a stall
 * @blame: evictors
 * @breaches: reclaims below memory.low
 * @mglru: whether the kernel uses the multi-generational LRU
 */
struct why_unknown {
	bool stalled;
	bool blame;
	bool breaches;
	bool mglru;
};

/**
 * struct why_value - content of a cgroup file
 * @error: why it could not be read, an errno; 0 if it was; ENODATA if a recording does not have it
 * @value: bytes; UINT64_MAX for "max"
 */
struct why_value {
	int error;
	uint64_t value;
};

/**
 * struct why_level - the cgroup or an ancestor
 * @id: id of the cgroup
 * @path: path of the cgroup
 * @evictions: pages evicted for its limit in the interval
 * @file: its files; the root has none
 */
struct why_level {
	uint64_t id;
	const char *path;
	uint64_t evictions;
	struct why_value file[WHY_FILES];
};

/**
 * struct why_input - the readings
 * @interval: activity of the cgroup and of all below it
 * @id: id of the cgroup
 * @page_size: bytes of a page
 * @sample_shift: one page in 2^sample_shift is tracked
 * @tracked: whether stalls are tracked
 * @mglru: whether the kernel uses the multi-generational LRU
 * @recorded: the readings are from a recording
 * @unknown: the readings that are missing
 * @breaches: reclaims in the interval that took pages below memory.low: the key low of
 *	memory.events
 * @blame: evictors in the interval, summed up beside the cgroup; victims elsewhere are ignored
 * @names: of these evictors
 * @nr_stalled: tasks of all cgroups that are stalled now
 * @stalled: these tasks
 * @nr_levels: the cgroup and its ancestors
 * @level: the cgroup first, the root last
 */
struct why_input {
	const struct interval *interval;
	uint64_t id;
	uint32_t page_size;
	uint32_t sample_shift;
	bool tracked;
	bool mglru;
	bool recorded;
	struct why_unknown unknown;
	uint64_t breaches;
	const struct headroom_blame *blame;
	const struct names *names;
	size_t nr_stalled;
	const struct headroom_stalled *stalled;
	size_t nr_levels;
	const struct why_level *level;
};

/*
 * Why pages are evicted, as seen from the cgroup. The module's "ancestor limit" of a page is,
 * for a cgroup above the page's, its own limit, or one in between.
 */
enum why_reason {
	WHY_OWN_LIMIT,
	WHY_DESCENDANT_LIMIT,
	WHY_ANCESTOR_LIMIT,
	WHY_KSWAPD,
	WHY_DIRECT_RECLAIM,
	WHY_PROACTIVE,
	WHY_MADVISE,
	WHY_UNKNOWN,
	WHY_REASONS
};

/** why_reason_name - "own_limit" */
const char *why_reason_name(enum why_reason reason);

/**
 * struct why_evictor - a cgroup that evicted pages, for all reasons and from all victims together
 * @id: id of the cgroup
 * @path: its path; NULL if it was removed
 * @inside: it is the cgroup itself, with all below it
 * @merged: cgroups below it are included
 * @evictions: pages evicted
 * @refaults: of them, pages read again
 * @error: upper bound of further evictions that are counted elsewhere
 * @requested: of @evictions, those by proactive reclaim and MADV_PAGEOUT
 */
struct why_evictor {
	uint64_t id;
	const char *path;
	bool inside;
	bool merged;
	uint64_t evictions;
	uint64_t refaults;
	uint64_t error;
	uint64_t requested;
};

/**
 * struct why_blame - all evictors
 * @nr: number of evictors
 * @evictor: largest share first
 * @by_refaults: shares are of the refaults; otherwise these are too few, and shares are of the
 *	evictions
 * @evictions: pages evicted, by the others too
 * @refaults: of them, pages read again
 * @others_evictions: pages whose evictor is unknown
 * @others_refaults: of them, pages read again
 */
struct why_blame {
	size_t nr;
	struct why_evictor *evictor;
	bool by_refaults;
	uint64_t evictions;
	uint64_t refaults;
	uint64_t others_evictions;
	uint64_t others_refaults;
};

/**
 * struct why_memory - what more memory would save
 * @target: whether the cgroup and all below it are one pool, at its own limit; otherwise the
 *	pools of each cgroup are added up
 * @refaults: of the pool's pages in the interval
 * @samples: the refaults that were recorded, before scaling
 * @matter: whether more memory would gain something
 * @extra: pages that would have saved SAVED_SHARE of the refaults
 * @horizon: largest distance that the interval could show; 0 if several pools are added up
 */
struct why_memory {
	bool target;
	double refaults;
	uint64_t samples;
	bool matter;
	struct headroom_extra extra;
	double horizon;
};

/**
 * struct why_facts - what the readings say
 * @in: the readings
 * @activity: the cgroup's
 * @root: whether it is the root of the hierarchy
 * @waiting: time in stalls that ended, as a share of the interval; above 1 if several tasks were
 *	stalled
 * @in_flight: the same for the stalls that have not ended
 * @nr_stalled: tasks that are stalled now
 * @longest: the one with the longest stall; NULL without any
 * @evictions: pages evicted, by reason
 * @refaults: refaults, by the reason of the eviction
 * @all_evictions: sum of @evictions
 * @all_refaults: sum of @refaults
 * @descendant: the cgroup below it whose limit evicted most; NULL if none did
 * @blame: who evicted the pages
 * @memory: what more memory would save
 */
struct why_facts {
	const struct why_input *in;
	const struct activity *activity;
	bool root;
	double waiting;
	double in_flight;
	size_t nr_stalled;
	const struct headroom_stalled *longest;
	uint64_t evictions[WHY_REASONS];
	uint64_t refaults[WHY_REASONS];
	uint64_t all_evictions;
	uint64_t all_refaults;
	const struct activity *descendant;
	struct why_blame blame;
	struct why_memory memory;
};

/**
 * why_facts_find - compute the facts
 * @in: the readings, which must outlive the facts; the cgroup is in its interval, which has a
 *	length
 * @facts: result; clear it with why_facts_clear()
 *
 * Return: 0 or -ENOMEM.
 */
int why_facts_find(const struct why_input *in, struct why_facts *facts);
void why_facts_clear(struct why_facts *facts);

/** why_share - @part of @whole, from 0 to 1; 0 of nothing */
double why_share(double part, double whole);
/** why_blame_share - share of an evictor, from 0 to 1 */
double why_blame_share(const struct why_blame *blame, const struct why_evictor *evictor);

#endif /* WHY_FACTS_H */
