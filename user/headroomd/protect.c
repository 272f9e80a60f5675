// SPDX-License-Identifier: GPL-2.0
/*
 * protect: memory.low follows the working set that refault distances show
 *
 * A cgroup that reads back what it has lost needs more memory than it was left
 * with. If it hit its own limit, that is its owner's affair. If it did not,
 * others' demand took its pages, and memory.low is what keeps them from it.
 *
 * How much: a page that came back at distance d would have stayed with u(d) more
 * memory (headroom_extra_memory()). So
 *
 *	target = (memory.current + u(quantile of the distances)) * 1.1
 *
 * bounded by max and the cgroup's own limit. The tenth is for what the kernel
 * charges besides pages of files. Below a target, the raise is made at once;
 * differences too small to matter are not.
 *
 * memory.low is a wish. When the kernel takes pages although the cgroup has less
 * than that, a higher wish does not help, and none is made. It does so when there is
 * nothing else to take; and, with MGLRU as it is in 6.12, when the whole machine is
 * short, after having passed the cgroup over once.
 *
 * Giving back: with protection the cgroup does not refault, whether it still uses
 * its memory or not; the kernel shows no third state. So after the time "idle"
 * without refaults a quarter of what was added is given back at each step. If it
 * was needed, refaults come back, and so does the protection.
 */
#include <stdbool.h>

#include "protect.h"

#define MARGIN		1.1
#define LEAST_CHANGE	(1ULL << 20)

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t whole_pages(uint64_t bytes, uint64_t page_size)
{
	return bytes / page_size * page_size;
}

/* The change that is worth a write: a MiB, or 2 % */
static uint64_t slack(uint64_t low)
{
	return low / 50 > LEAST_CHANGE ? low / 50 : LEAST_CHANGE;
}

static uint64_t give_back(const struct protect_reading *now)
{
	uint64_t added = now->low - now->original;

	if (added <= LEAST_CHANGE)
		return now->original;
	return now->original + whole_pages(added - added / 4, now->page_size);
}

static void decide_quiet(const struct protect_rule *rule,
			 const struct protect_reading *now,
			 struct protect_decision *d)
{
	if (now->low <= now->original) {
		d->reason = PROTECT_QUIET;
	} else if (now->quiet < rule->idle) {
		d->reason = PROTECT_HOLDING;
	} else {
		d->reason = PROTECT_GIVE_BACK;
		d->low = give_back(now);
	}
}

/*
 * What was lost before is coming back, and little is lost any more: memory.low
 * works. The distances are those of the time before it did.
 */
static bool recovering(const struct protect_reading *now)
{
	return now->low > now->current &&
	       now->delta->evictions < now->delta->refaults / 4;
}

static void decide_refaulting(const struct protect_rule *rule,
			      const struct protect_reading *now,
			      struct protect_decision *d)
{
	uint64_t most = whole_pages(least(rule->max, now->limit), now->page_size);
	uint64_t target = (now->current + d->extra) * MARGIN;

	target = least(whole_pages(target, now->page_size), most);
	if (now->limit_hits) {
		d->reason = PROTECT_OWN_LIMIT;
	} else if (now->breaches && now->current + slack(now->low) < now->low) {
		d->reason = PROTECT_UNHEEDED;
	} else if (recovering(now)) {
		d->reason = PROTECT_ENOUGH;
	} else if (target > now->low && target - now->low > slack(now->low)) {
		d->reason = PROTECT_RAISE;
		d->low = target;
	} else if (now->low + slack(now->low) >= most) {
		d->reason = PROTECT_AT_MAX;
	} else {
		d->reason = PROTECT_ENOUGH;
	}
}

/**
 * protect_decide - what the rule would do
 * @rule: the rule
 * @now: what was read
 *
 * Touches nothing.
 */
struct protect_decision protect_decide(const struct protect_rule *rule,
				       const struct protect_reading *now)
{
	struct protect_decision d = {
		.low = now->low,
		.rate = now->interval ?
			now->delta->refaults * 1e9 / now->interval : 0,
		.extra = headroom_extra_memory(now->delta, rule->quantile) *
			 now->page_size,
	};

	if (d.rate <= rule->refaults)
		decide_quiet(rule, now, &d);
	else
		decide_refaulting(rule, now, &d);
	return d;
}
