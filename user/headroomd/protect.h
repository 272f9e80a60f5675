/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_PROTECT_H
#define HEADROOMD_PROTECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <headroom.h>

/**
 * struct protect_rule - the parameters of the action
 * @refaults: refaults per second from others' reclaim above which it acts
 * @max: upper bound of memory.low, bytes
 * @min: upper bound of memory.min, bytes; 0: it stays as it is
 * @quantile: share of the refaults that the protection is to prevent
 * @idle: ns with refaults and evictions at or below @refaults, after which protection
 *	is given back
 */
struct protect_rule {
	double refaults;
	uint64_t max;
	uint64_t min;
	double quantile;
	uint64_t idle;
};

/**
 * struct protect_reading - what a decision depends on
 * @wanted: the rule's condition holds
 * @delta: statistics of the cgroup's subtree since the last reading
 * @interval: ns since the last reading
 * @clock: pages evicted from the subtree up to now, of which @delta has the last
 * @sample_shift: one page in 2^sample_shift is tracked
 * @page_size: bytes
 * @current: memory.current, bytes
 * @low: memory.low, bytes; other rules and descendants may have raised it
 * @demand: what the rule demands, bytes; @original if nothing
 * @original: memory.low without the daemon, bytes
 * @min: memory.min, bytes; like @low
 * @min_demand: what the rule demands of it, bytes; @min_original if nothing
 * @min_original: memory.min without the daemon, bytes
 * @bounded: the budget may grant less than @demand and @min_demand
 * @limit: memory.max, or memory.high if that is less; bytes
 * @limit_hits: how often the cgroup reached its own limit in the interval
 * @breached: ns since the kernel last reclaimed from it below memory.low, and since the rule last
 *	raised memory.min; UINT64_MAX if it has not
 * @quiet: ns since the last decision with @active set
 */
struct protect_reading {
	bool wanted;
	const struct headroom_stats *delta;
	uint64_t interval;
	uint64_t clock;
	uint32_t sample_shift;
	uint64_t page_size;
	uint64_t current;
	uint64_t low;
	uint64_t demand;
	uint64_t original;
	uint64_t min;
	uint64_t min_demand;
	uint64_t min_original;
	bool bounded;
	uint64_t limit;
	uint64_t limit_hits;
	uint64_t breached;
	uint64_t quiet;
};

/** enum protect_reason - why the rule changes memory.low and memory.min, or does not */
enum protect_reason {
	PROTECT_QUIET,		/* few refaults, nothing to give back */
	PROTECT_HOLDING,	/* few refaults: the protection works, or is not idle yet */
	PROTECT_OWN_LIMIT,	/* refaults, caused by its own limit or its own demand */
	PROTECT_UNHEEDED,	/* refaults, and the kernel evicts below memory.low: no memory.min is allowed */
	PROTECT_RAISE_MIN,	/* refaults, and the kernel evicts below memory.low: raise memory.min */
	PROTECT_AT_MIN,		/* refaults, the kernel evicts below memory.low, and min is reached */
	PROTECT_AT_MAX,		/* refaults, and max is reached */
	PROTECT_ENOUGH,		/* refaults, and the protection already covers them */
	PROTECT_OVER_BUDGET,	/* refaults, and the budget grants less than is demanded */
	PROTECT_RAISE,		/* refaults, caused by others: raise memory.low */
	PROTECT_FEW_SAMPLES,	/* refaults, but too few were recorded to size the protection */
	PROTECT_GIVE_BACK,	/* idle: lower memory.low and memory.min */
	PROTECT_COOLING,	/* a raise is due, but the cooldown has not passed */
	PROTECT_BLIND,		/* nothing is known: keep what there is */
};

/**
 * struct protect_decision - what to do, with the evidence
 * @reason: only PROTECT_RAISE, PROTECT_RAISE_MIN and PROTECT_GIVE_BACK change @demand and @min
 * @demand: the memory.low that the rule demands from now on, bytes
 * @min: the memory.min that it demands, bytes, bounded by that of the rule and by @demand
 * @active: refaults or evictions exceed the rule's rate
 * @rate: evidence: refaults per second
 * @own: evidence: the part of @rate that demand from outside the subtree did not cause
 * @evictions: evidence: evictions per second
 * @distance: evidence: the quantile of the refault distances; like @samples and @extra 0 without
 *	refaults above the rule's rate
 * @samples: evidence: recorded refaults behind @distance and @extra
 * @extra: evidence: additional bytes that would have prevented that share of the refaults;
 *	lower bound of the 95 % interval
 * @most: evidence: upper bound of memory.low, from max and the cgroup's own limit
 */
struct protect_decision {
	enum protect_reason reason;
	uint64_t demand;
	uint64_t min;
	bool active;
	double rate;
	double own;
	double evictions;
	uint64_t distance;
	uint64_t samples;
	uint64_t extra;
	uint64_t most;
};

/** protect_decide - evaluate the rule; has no side effects */
struct protect_decision protect_decide(const struct protect_rule *rule,
				       const struct protect_reading *now);
/** protect_explain - describe the reason and its evidence in a phrase; returns @buf */
const char *protect_explain(char *buf, size_t size, const struct protect_rule *rule,
			    const struct protect_reading *now,
			    const struct protect_decision *d);

#endif /* HEADROOMD_PROTECT_H */
