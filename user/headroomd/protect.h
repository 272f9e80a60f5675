/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_PROTECT_H
#define HEADROOMD_PROTECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <headroom.h>

/**
 * struct protect_rule - what the configuration says
 * @name: the section's name
 * @cgroup: path below the cgroup root
 * @refaults: a second, above which the rule acts
 * @max: bytes, the most that it protects
 * @quantile: share of the refaults that the protection should have saved
 * @idle: ns without refaults and without lost pages, above the same rate, after
 *	which protection is given back
 */
struct protect_rule {
	char *name;
	char *cgroup;
	double refaults;
	uint64_t max;
	double quantile;
	uint64_t idle;
};

/**
 * struct protect_reading - what a decision goes by
 * @delta: the cgroup's subtree since the last reading
 * @interval: ns since the last reading
 * @page_size: bytes
 * @current: memory.current
 * @low: memory.low now
 * @original: memory.low before the rule touched it
 * @limit: memory.max, or memory.high if less
 * @limit_hits: how often the cgroup ran into its own limit in the interval
 * @breaches: how often the kernel reclaimed from it below memory.low meanwhile
 * @quiet: ns since it last was active, as a decision says
 */
struct protect_reading {
	const struct headroom_stats *delta;
	uint64_t interval;
	uint64_t page_size;
	uint64_t current;
	uint64_t low;
	uint64_t original;
	uint64_t limit;
	uint64_t limit_hits;
	uint64_t breaches;
	uint64_t quiet;
};

/** enum protect_reason - why, or why not */
enum protect_reason {
	PROTECT_QUIET,		/* no refaults to speak of, nothing to give back */
	PROTECT_HOLDING,	/* no refaults: the protection works, or is not idle yet */
	PROTECT_OWN_LIMIT,	/* refaults because of its own limit, or of one's below */
	PROTECT_UNHEEDED,	/* refaults, and the kernel takes what low protects */
	PROTECT_AT_MAX,		/* refaults, and max is reached */
	PROTECT_ENOUGH,		/* refaults, and low is already what they ask for */
	PROTECT_RAISE,		/* refaults because of others: raise memory.low */
	PROTECT_GIVE_BACK,	/* idle: lower memory.low */
};

/**
 * struct protect_decision - what to do
 * @reason: why; only PROTECT_RAISE and PROTECT_GIVE_BACK change anything
 * @low: memory.low, as it should be
 * @active: it refaults, or loses pages, above the rate
 * @rate: evidence: refaults a second
 * @own: evidence: of them, those of pages that a cgroup lost to its own limit
 * @evictions: evidence: pages lost a second
 * @distance: evidence: the quantile of the refault distances
 * @extra: evidence: bytes more that would have saved that share of the refaults
 * @most: evidence: bytes that memory.low may get at most, by max and its own limit
 */
struct protect_decision {
	enum protect_reason reason;
	uint64_t low;
	bool active;
	double rate;
	double own;
	double evictions;
	uint64_t distance;
	uint64_t extra;
	uint64_t most;
};

/** protect_decide - what the rule would do; touches nothing */
struct protect_decision protect_decide(const struct protect_rule *rule,
				       const struct protect_reading *now);
/** protect_explain - why, or why not, with the evidence; @buf is returned */
const char *protect_explain(char *buf, size_t size, const struct protect_rule *rule,
			    const struct protect_reading *now,
			    const struct protect_decision *d);

#endif /* HEADROOMD_PROTECT_H */
