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
 * @quantile: share of the refaults that the protection is to prevent
 * @idle: ns with refaults and evictions at or below @refaults, after which protection
 *	is given back
 */
struct protect_rule {
	double refaults;
	uint64_t max;
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
 * @bounded: the budget may grant less than @demand
 * @limit: memory.max, or memory.high if that is less; bytes
 * @limit_hits: how often the cgroup reached its own limit in the interval
 * @breaches: how often the kernel reclaimed from it below memory.low in the interval
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
	bool bounded;
	uint64_t limit;
	uint64_t limit_hits;
	uint64_t breaches;
	uint64_t quiet;
};

/** enum protect_reason - why the rule changes memory.low, or does not */
enum protect_reason {
	PROTECT_QUIET,		/* few refaults, nothing to give back */
	PROTECT_HOLDING,	/* few refaults: the protection works, or is not idle yet */
	PROTECT_OWN_LIMIT,	/* refaults, caused by its own limit or its own demand */
	PROTECT_UNHEEDED,	/* refaults, and the kernel evicts below memory.low */
	PROTECT_AT_MAX,		/* refaults, and max is reached */
	PROTECT_ENOUGH,		/* refaults, and memory.low already covers them */
	PROTECT_OVER_BUDGET,	/* refaults, and the budget grants less than is demanded */
	PROTECT_RAISE,		/* refaults, caused by others: raise memory.low */
	PROTECT_FEW_SAMPLES,	/* refaults, but too few were recorded to size the protection */
	PROTECT_GIVE_BACK,	/* idle: lower memory.low */
	PROTECT_COOLING,	/* as PROTECT_RAISE, but the cooldown has not passed */
	PROTECT_BLIND,		/* nothing is known: keep what there is */
};

/**
 * struct protect_decision - what to do, with the evidence
 * @reason: only PROTECT_RAISE and PROTECT_GIVE_BACK change @demand
 * @demand: the memory.low that the rule demands from now on, bytes
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
