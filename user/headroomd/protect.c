// SPDX-License-Identifier: GPL-2.0
/*
 * protect: set memory.low to the working set that refault distances show, and memory.min if the kernel
 * does not heed that
 *
 * A cgroup that reads evicted pages back needs more memory than it has. If it reached its own limit,
 * only a higher limit helps. If the demand of others evicted its pages, memory.low protects them.
 *
 * Only pages whose evictor is outside the cgroup's subtree count as demand of others. The rest is its
 * own demand, which it must not turn into protection: it reached a limit in the subtree, or one above
 * that others do not contest; it paged out its own memory with MADV_PAGEOUT or memory.reclaim; or it
 * reads pages that were evicted from other cgroups. Distances are not recorded by origin; the log says
 * so if they include such pages.
 *
 * How much: a page that came back at distance d would not have been evicted with u(d) more memory
 * (headroom_extra_memory()). So
 *
 *	target = (memory.current + u(quantile of the distances)) * 1.1
 *
 * bounded by max, the cgroup's own limit, and what the budget grants. The tenth covers what the kernel
 * charges in addition to file pages. u is the lower bound of the 95 % interval, and fewer than
 * LEAST_SAMPLES recorded refaults set no target: uncertain needs take no memory from others. A
 * memory.low below the target is raised at once; a difference too small to matter is ignored.
 *
 * When memory.low is not heeded: the kernel counts in memory.events each time that it reclaims from a
 * cgroup although that has less than memory.low. Then a higher memory.low does not help. Reclaim for a
 * limit, and the classic LRU, do so only when nothing else is left (shrink_node_memcgs() with
 * memcg_low_reclaim). MGLRU does so in 6.12 whenever the whole machine is short of memory, however much
 * others have: shrink_one() moves a cgroup below memory.low to the tail of its list of cgroups, and
 * reclaims from it when it comes to the tail. It never reclaims from a cgroup below memory.min.
 *
 * So the admin may allow a memory.min of up to min bytes. At the first such event, the rule demands
 *
 *	memory.min = max(target, what it demands of memory.low), bounded by min
 *
 * and memory.low at least as high: what is never taken is a part of what is not to be taken. It does so
 * even if memory.low has the target already, which is how the events come about. As others may cause no
 * event for some seconds, each counts for UNHEEDED_TIME; those from before memory.min was raised say
 * nothing about it, and do not count.
 *
 * The risk: the kernel never takes back what memory.min protects. If all that is not protected is in
 * use, it kills a process instead, most likely of another cgroup. That is why min is 0 unless the admin
 * gives one, and why memory.min is sized from the lower bound of what the pages need. With the classic
 * LRU the events mean that others have nothing left, so that memory.min is likely to make the kernel
 * kill.
 *
 * Giving back: with protection the cgroup does not refault, whether it still uses its memory or not;
 * the kernel does not distinguish the two. But a cgroup whose pages are evicted all the time reads new
 * ones all the time, or it would have none left: it is in use. So after the time "idle" without
 * refaults and evictions, each interval gives back a quarter of what the rule added; what other rules
 * added is theirs. If that causes evictions, the time starts again, and others get the cold pages
 * slowly; if it causes refaults, the protection is raised again.
 *
 * memory.min is given back in the same way, and no earlier. There is no safe sign that memory.low alone
 * would do: a cgroup below memory.min is skipped before the kernel looks at memory.low, and counts no
 * event. To find out, the rule would have to expose the pages to what has just evicted them, again and
 * again.
 */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "clock.h"
#include "journal.h"
#include "protect.h"
#include "saturating.h"

#define MARGIN		1.1
#define LEAST_CHANGE	(1ULL << 20)
#define LEAST_SAMPLES	16
/* ns for which reclaim below memory.low counts: MGLRU does not do it in each second */
#define UNHEEDED_TIME	(10 * NS_PER_S)

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t whole_pages(uint64_t bytes, uint64_t page_size)
{
	return bytes / page_size * page_size;
}

/* Evictions and refaults that others did not cause, scaled if they are sampled */
static struct headroom_pages own_demand(const struct headroom_stats *delta)
{
	return (struct headroom_pages){
		.evictions = saturating_sub(delta->evictions, delta->evictions_outside),
		.refaults = saturating_sub(delta->refaults, delta->returned_outside),
	};
}

/* The smallest difference worth a write: 1 MiB, or 2 % if more */
static uint64_t slack(uint64_t value)
{
	return value / 50 > LEAST_CHANGE ? value / 50 : LEAST_CHANGE;
}

static uint64_t give_back(uint64_t demand, uint64_t original, uint64_t page_size)
{
	uint64_t added = saturating_sub(demand, original);

	if (added <= LEAST_CHANGE)
		return original;
	return original + whole_pages(added - added / 4, page_size);
}

static void decide_quiet(const struct protect_rule *rule,
			 const struct protect_reading *now,
			 struct protect_decision *d)
{
	if (now->demand <= now->original && now->min_demand <= now->min_original) {
		d->reason = PROTECT_QUIET;
	} else if (d->active || now->quiet < rule->idle) {
		d->reason = PROTECT_HOLDING;
	} else {
		d->reason = PROTECT_GIVE_BACK;
		d->demand = give_back(now->demand, now->original, now->page_size);
		d->min = give_back(now->min_demand, now->min_original, now->page_size);
	}
}

/*
 * Pages that were evicted earlier come back, and few more are evicted: memory.low works.
 * The distances are those of evictions from before it did.
 */
static bool recovering(const struct protect_reading *now, const struct headroom_pages *own)
{
	return now->low > now->current &&
	       saturating_sub(now->delta->evictions, own->evictions) <
	       saturating_sub(now->delta->refaults, own->refaults) / 4;
}

/* Whether the kernel has just taken pages below memory.low, of which there still are too few */
static bool is_unheeded(const struct protect_reading *now)
{
	return now->breached <= UNHEEDED_TIME && now->current + slack(now->low) < now->low;
}

/*
 * While its pages are taken, both parts of the target shrink: what it has, and what the distances of
 * the few pages that it reads say. What the rule has demanded of memory.low is older.
 */
static uint64_t needed(const struct protect_reading *now, uint64_t target)
{
	return now->demand > now->original && now->demand > target ? now->demand : target;
}

/* memory.low does not help: demand memory.min, as far as the rule may */
static void decide_unheeded(const struct protect_rule *rule, const struct protect_reading *now,
			    uint64_t target, struct protect_decision *d)
{
	uint64_t most = whole_pages(least(rule->min, d->most), now->page_size);
	uint64_t min = least(needed(now, target), most);

	if (!rule->min) {
		d->reason = PROTECT_UNHEEDED;
	} else if (now->bounded && now->min_demand > now->min &&
		   now->min_demand + slack(now->min) >= min) {
		d->reason = PROTECT_OVER_BUDGET;
	} else if (min > now->min && min - now->min > slack(now->min)) {
		d->reason = d->samples < LEAST_SAMPLES ? PROTECT_FEW_SAMPLES : PROTECT_RAISE_MIN;
		if (d->reason == PROTECT_RAISE_MIN) {
			d->min = min;
			d->demand = now->demand > min ? now->demand : min;
		}
	} else {
		d->reason = now->min + slack(now->min) >= most ? PROTECT_AT_MIN : PROTECT_ENOUGH;
	}
}

static void decide_refaulting(const struct protect_rule *rule,
			      const struct protect_reading *now,
			      const struct headroom_pages *own,
			      struct protect_decision *d)
{
	uint64_t target = saturating_whole(saturating_add(now->current, d->extra) * MARGIN);

	target = least(whole_pages(target, now->page_size), d->most);
	if (now->limit_hits || d->rate - d->own <= rule->refaults) {
		d->reason = PROTECT_OWN_LIMIT;
	} else if (is_unheeded(now)) {
		decide_unheeded(rule, now, target, d);
	} else if (recovering(now, own)) {
		d->reason = PROTECT_ENOUGH;
	} else if (now->bounded && now->demand > now->low &&
		   now->demand + slack(now->low) >= target) {
		d->reason = PROTECT_OVER_BUDGET;
	} else if (target > now->low && target - now->low > slack(now->low)) {
		d->reason = d->samples < LEAST_SAMPLES ? PROTECT_FEW_SAMPLES : PROTECT_RAISE;
		/* If something else has set memory.low back, the demand may be larger already */
		if (d->reason == PROTECT_RAISE && target > now->demand)
			d->demand = target;
	} else if (now->low + slack(now->low) >= d->most) {
		d->reason = PROTECT_AT_MAX;
	} else {
		d->reason = PROTECT_ENOUGH;
	}
}

/* The size of the working set, and the samples that it rests on */
static void measure(const struct protect_rule *rule, const struct protect_reading *now,
		    struct protect_decision *d)
{
	const struct headroom_pool pool = headroom_pool_of(now->delta, NULL, now->clock,
							   now->sample_shift);
	struct headroom_extra extra;

	d->samples = headroom_histogram_count(pool.distance) >> now->sample_shift;
	d->distance = headroom_histogram_quantile(pool.distance, rule->quantile);
	/* If out of memory, do not raise in this round */
	if (headroom_extra_memory(&pool, rule->quantile, &extra) == 0)
		d->extra = saturating_whole(floor(extra.low) * now->page_size);
}

static double per_second(uint64_t count, uint64_t ns)
{
	return ns ? count * 1e9 / ns : 0;
}

/* What the rule demands of memory.min is never more than it may, nor than it demands of memory.low */
static void bound_min(const struct protect_rule *rule, struct protect_decision *d)
{
	d->min = least(d->min, least(rule->min, d->demand));
}

struct protect_decision protect_decide(const struct protect_rule *rule,
				       const struct protect_reading *now)
{
	const struct headroom_pages own = own_demand(now->delta);
	struct protect_decision d = {
		.demand = now->demand,
		.min = now->min_demand,
		.rate = per_second(now->delta->refaults, now->interval),
		.own = per_second(own.refaults, now->interval),
		.evictions = per_second(now->delta->evictions, now->interval),
		.most = whole_pages(least(rule->max, now->limit), now->page_size),
	};

	d.active = d.rate > rule->refaults || d.evictions > rule->refaults;
	if (!now->wanted || d.rate <= rule->refaults) {
		decide_quiet(rule, now, &d);
	} else {
		measure(rule, now, &d);
		decide_refaulting(rule, now, &own, &d);
	}
	bound_min(rule, &d);
	return d;
}

static int explain_refaults(char *buf, size_t size, const struct protect_rule *rule,
			    const struct protect_decision *d)
{
	bool others = d->reason != PROTECT_OWN_LIMIT;
	char own[64] = "", extra[32];

	if (d->own > 0)
		snprintf(own, sizeof(own), " (%s%.0f/s from its own demand)",
			 others ? "and " : "", d->own);
	journal_size(extra, sizeof(extra), d->extra);
	return snprintf(buf, size, "%.0f refaults/s%s%s, p%g distance%s %" PRIu64 " pages = %s extra",
			others ? d->rate - d->own : d->rate,
			others ? " from others' reclaim" : "", own, rule->quantile * 100,
			d->own > 0 ? " of all refaults" : "", d->distance, extra);
}

static const char *explain_own_limit(const struct protect_reading *now)
{
	return now->limit_hits ?
		", but the cgroup reached its own limit: raise memory.max or memory.high, or make the application use less" :
		", but memory.low does not help against the cgroup's own demand: raise the memory.max or memory.high that it reaches, or make the application use less or page out less";
}

static int explain_quiet(char *buf, size_t size, const struct protect_rule *rule,
			 const struct protect_reading *now,
			 const struct protect_decision *d)
{
	int n = snprintf(buf, size, "%.0f refaults/s, %.0f evictions/s", d->rate, d->evictions);

	if (n < 0 || (size_t)n >= size)
		return n;
	if (d->reason == PROTECT_QUIET)
		return n + snprintf(buf + n, size - n, ", acts above %g refaults/s",
				    rule->refaults);
	if (d->reason == PROTECT_GIVE_BACK)
		return n + snprintf(buf + n, size - n, ", idle for %.0f s", now->quiet / 1e9);
	return n + snprintf(buf + n, size - n, ": keeping the protection until both have stayed at or below %g/s for %g s",
			    rule->refaults, rule->idle / 1e9);
}

const char *protect_explain(char *buf, size_t size, const struct protect_rule *rule,
			    const struct protect_reading *now,
			    const struct protect_decision *d)
{
	static const char *const why_not[] = {
		[PROTECT_UNHEEDED] = ", but the kernel evicts its pages although it has less than memory.low, as MGLRU does when the whole machine is short: give the rule min=SIZE to raise memory.min as well, or set memory.max on a common ancestor of it and the others",
		[PROTECT_RAISE_MIN] = ": the kernel evicts its pages although it has less than memory.low",
		[PROTECT_AT_MIN] = ", but the kernel evicts its pages although it has less than memory.low, and memory.min is already at its maximum: raise min= and max=",
		[PROTECT_AT_MAX] = ", but memory.low is already at its maximum",
		[PROTECT_OVER_BUDGET] = ", but the budget for all protections grants less than this rule demands: raise budget= or the rule's weight=",
		[PROTECT_FEW_SAMPLES] = ", but too few refaults were recorded to size the protection: track more pages (headroom config sample-shift=N), or set a longer interval",
		[PROTECT_ENOUGH] = ", but the protection covers that already: evicted pages are still coming back",
		[PROTECT_GIVE_BACK] = "",
	};
	const char *but = d->reason == PROTECT_OWN_LIMIT ? explain_own_limit(now) :
		why_not[d->reason] ? why_not[d->reason] : "";
	char current[32], most[32], min[32];
	int n;

	if (d->reason == PROTECT_QUIET || d->reason == PROTECT_HOLDING ||
	    d->reason == PROTECT_GIVE_BACK)
		n = explain_quiet(buf, size, rule, now, d);
	else
		n = explain_refaults(buf, size, rule, d);
	if (n > 0 && (size_t)n < size)
		snprintf(buf + n, size - n, ", current %s, max %s%s%s%s",
			 journal_size(current, sizeof(current), now->current),
			 journal_size(most, sizeof(most), d->most), rule->min ? ", min " : "",
			 rule->min ? journal_size(min, sizeof(min), rule->min) : "", but);
	return buf;
}
