// SPDX-License-Identifier: GPL-2.0
/*
 * Signals of refaults and evictions of the subtree, and of the memory that would have saved them
 *
 * A tenant can evict its own pages, or reach its own limit, as often as it likes. So a rule that
 * takes memory from others compares a signal whose name ends in "outside": there the evictor is
 * outside of the cgroup.
 */
#include <math.h>

#include "signals.h"

/* Scale a rate as the estimate of the refaults in the interval is related to its value */
static struct sample scale(struct sample rate, const struct headroom_estimate *estimate)
{
	if (rate.blind || !(estimate->value > 0))
		return rate;
	rate.low = rate.value * fmax(estimate->low, 0) / estimate->value;
	rate.high = rate.value * estimate->high / estimate->value;
	return rate;
}

/*
 * The interval of a rate of refaults, if pages are sampled: as wide, in proportion, as that of all
 * refaults, but for a part of them as wide as that of so few.
 */
static struct sample with_interval(struct sample rate, const struct view *view)
{
	const struct headroom_stats *now, *before;
	uint32_t shift = view->now->sample_shift;
	struct headroom_estimate estimate;
	struct headroom_stats delta;
	double samples, spread;

	if (rate.blind || !shift || view_stats(view, &now, &before))
		return rate;
	if (headroom_stats_delta(now, before, &delta))
		return signal_blind("memory is short");
	estimate = headroom_refaults_estimate(&delta, shift);
	headroom_stats_clear(&delta);
	rate = scale(rate, &estimate);
	samples = rate.value * view->seconds / (1u << shift);
	/* A Poisson count of that many; one more, so that none is not certain */
	spread = 1.96 * sqrt(samples + 1) * (1u << shift) / view->seconds;
	rate.low = fmax(0, fmin(rate.low, rate.value - spread));
	rate.high = fmax(rate.high, rate.value + spread);
	return rate;
}

static struct sample read_evictions(const struct signal *signal, const struct view *view,
				    const struct signal_argument *argument)
{
	(void)argument;
	return view_rate(view, signal->number);
}

/* The rate of a counter of refaults, which are scaled when they are counted */
static struct sample refault_rate(const struct view *view, size_t offset)
{
	const struct headroom_stats *now, *before;
	const char *why = view_sampled_stats(view, &now, &before);

	return why ? signal_blind(why) : with_interval(view_rate(view, offset), view);
}

static struct sample read_refaults(const struct signal *signal, const struct view *view,
				   const struct signal_argument *argument)
{
	(void)argument;
	return refault_rate(view, signal->number);
}

static uint64_t refaults_of(const struct headroom_stats *stats, uint32_t kind)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < stats->nr_pages; i++)
		if (stats->pages[i].kind == kind)
			sum += stats->pages[i].refaults;
	return sum;
}

static struct sample read_kind(const struct signal *signal, const struct view *view,
			       const struct signal_argument *argument)
{
	const struct headroom_stats *now, *before;
	const char *why = view_sampled_stats(view, &now, &before);

	(void)argument;
	if (why)
		return signal_blind(why);
	return with_interval(view_rate_between(view, refaults_of(now, signal->number),
					 refaults_of(before, signal->number)), view);
}

static struct sample read_per_eviction(const struct signal *signal, const struct view *view,
				       const struct signal_argument *argument)
{
	struct sample evictions = view_rate(view, offsetof(struct headroom_stats, evictions));
	struct sample refaults = refault_rate(view, offsetof(struct headroom_stats, refaults));

	(void)signal, (void)argument;
	if (refaults.blind || evictions.blind)
		return refaults.blind ? refaults : evictions;
	/* An idle cgroup wasted nothing. It must not be unknown, or nothing would be given back. */
	if (!(evictions.value > 0))
		return refaults.value > 0 ? signal_blind("no page was evicted") : signal_exact(0);
	return (struct sample){
		.value = refaults.value / evictions.value, .low = refaults.low / evictions.value,
		.high = refaults.high / evictions.value,
	};
}

static struct sample read_extra(const struct signal *signal, const struct view *view,
				const struct signal_argument *argument)
{
	uint64_t page_size = view->now->page_size;
	const struct headroom_stats *now, *before;
	const char *why = view_sampled_stats(view, &now, &before);
	struct headroom_stats delta;
	struct headroom_extra extra;
	struct headroom_pool pool;
	int err;

	(void)signal;
	if (why || headroom_stats_delta(now, before, &delta))
		return signal_blind(why ? why : "memory is short");
	pool = headroom_pool_of(&delta, NULL, now->evictions, view->now->sample_shift);
	err = headroom_extra_memory(&pool, argument->share, &extra);
	headroom_stats_clear(&delta);
	if (err)
		return signal_blind("memory is short");
	return (struct sample){
		.value = extra.value * page_size, .low = extra.low * page_size,
		.high = extra.high * page_size,
	};
}

static struct sample read_horizon(const struct signal *signal, const struct view *view,
				  const struct signal_argument *argument)
{
	const struct headroom_stats *now, *before;
	const char *why = view_sampled_stats(view, &now, &before);
	struct headroom_stats delta;
	uint64_t horizon;

	(void)signal, (void)argument;
	if (why || headroom_stats_delta(now, before, &delta))
		return signal_blind(why ? why : "memory is short");
	horizon = headroom_horizon(&delta);
	headroom_stats_clear(&delta);
	return signal_exact(horizon == UINT64_MAX ? INFINITY :
			    (double)horizon * view->now->page_size);
}

/*
 * The hooks of file pages are always attached. That of pages from zswap, mm_lru_insertion, is when
 * a page goes to swap: before that it lacks nothing. Without the events of direct I/O, more counts
 * as a refault, and nothing is zero.
 */
/* Reclaim without its hooks has an unknown reason, and kswapd an unknown evictor: neither is outside */
#define MACHINE		HOOKS_DIRECT, HOOKS_NODE,						\
			SIGNAL_HOOK(HOOK_BIT(WAKEUP_KSWAPD), "mm_vmscan_wakeup_kswapd"),	\
			SIGNAL_HOOK(HOOK_BIT(KSWAPD_SLEEP), "mm_vmscan_kswapd_sleep")
#define OUTSIDE		MACHINE, HOOKS_MEMCG
#define COUNTER(name_, member, meaning_, ...)							\
	{ .name = name_, .unit = UNIT_RATE, .wish = { .stats = true }, .meaning = meaning_,	\
	  .parts = SIGNAL_HOOKS(__VA_ARGS__), .number = offsetof(struct headroom_stats, member)
#define EVICTIONS(...)	COUNTER(__VA_ARGS__), .read = read_evictions }
#define REFAULTS(...)	COUNTER(__VA_ARGS__), .metric = HEADROOM_TRIGGER_METRIC_REFAULTS,	\
			.read = read_refaults }
#define DISTANCES	.hooks = SIGNAL_HOOKS(HOOKS_SWAP_IN, HOOKS_SWAP_OUT)
#define KIND(word, number_, meaning_, ...)							\
	{ .name = "refaults." word, .unit = UNIT_RATE, .wish = { .stats = true },		\
	  .hooks = SIGNAL_HOOKS(__VA_ARGS__), .meaning = meaning_,				\
	  .number = HEADROOM_PAGE_KIND_##number_,						\
	  .metric = HEADROOM_TRIGGER_METRIC_REFAULTS, .read = read_kind }

const struct signal signals_refault[] = {
	REFAULTS("refaults", refaults, "evicted pages that were read again",
		HOOKS_SWAP_IN),
	{ .name = "refaults.file", .unit = UNIT_RATE, .wish = { .stats = true },
	  .meaning = "refaults of file pages", .number = HEADROOM_PAGE_KIND_FILE,
	  .metric = HEADROOM_TRIGGER_METRIC_REFAULTS, .read = read_kind },
	KIND("anon", ANON, "refaults of anonymous memory, from swap", HOOKS_SWAP_IN),
	/* Memory whose eviction is unknown counts as anonymous */
	KIND("shmem", SHMEM, "refaults of shared memory and tmpfs, from swap", HOOKS_SWAP_IN,
	     HOOKS_SWAP_OUT),
	REFAULTS("refaults.outside", returned_outside,
		"pages that reclaim driven from outside had taken, and that were read again",
		HOOKS_SWAP_IN, HOOKS_SWAP_OUT, OUTSIDE),
	REFAULTS("refaults.machine", returned_machine,
		"of them, pages that were taken with the root as evictor",
		HOOKS_SWAP_IN, HOOKS_SWAP_OUT, MACHINE),
	{ .name = "refaults.per_eviction", .unit = UNIT_SHARE, .wish = { .stats = true },
	  .meaning = "refaults for each evicted page: how much of reclaim's work was in vain",
	  .hooks = SIGNAL_HOOKS(HOOKS_SWAP_IN, HOOKS_SWAP_OUT), .read = read_per_eviction },
	EVICTIONS("evictions", evictions, "pages that reclaim evicted", HOOKS_SWAP_OUT),
	EVICTIONS("evictions.outside", evictions_outside,
		"pages that reclaim driven from outside evicted", HOOKS_SWAP_OUT, OUTSIDE),
	EVICTIONS("evictions.machine", evictions_machine,
		"of them, pages that were taken with the root as evictor", HOOKS_SWAP_OUT, MACHINE),
	{ .name = "extra", .unit = UNIT_SIZE, .takes = SIGNAL_TAKES_SHARE,
	  .wish = { .stats = true, .histograms = true }, DISTANCES,
	  .meaning = "memory that would have saved a share of the refaults, 0.95 if not given",
	  .read = read_extra },
	{ .name = "horizon", .unit = UNIT_SIZE, .wish = { .stats = true, .histograms = true },
	  DISTANCES, .meaning = "memory up to which extra can be known", .read = read_horizon },
	{ .name = NULL },
};
