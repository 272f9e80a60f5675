// SPDX-License-Identifier: GPL-2.0
/*
 * Compare the guess of older kernels with the target that the event names
 *
 * Each memcg reclaim whose target is named is also guessed, as limit.c does on kernels that
 * name none, and its pages are charged by both. Which limit it serves is known from the
 * stack: the function that called for reclaim. That takes some thousand instructions.
 *
 * Counted are reclaims, by caller, limit according to the named target, limit as guessed, and
 * how the guessed target relates to the named one; and pages, by caller and by reason and
 * target according to both. The log has them when the module is unloaded, one line for each
 * combination that occurred.
 */
#include <linux/kallsyms.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "guess.h"
#include "reclaim.h"

#define DEPTH		16
#define REASONS		3

/* What calls for memcg reclaim: the innermost of these functions. Ends with the unknown. */
static const struct {
	const char *prefix;
	const char *name;
} callers[] = {
	{ "reclaim_high", "high" },
	{ "high_work_func", "high" },
	{ "mem_cgroup_handle_over_high", "high" },
	{ "__mem_cgroup_handle_over_high", "high" },
	{ "try_charge_memcg", "max" },
	{ "memory_max_write", "max-lowered" },
	{ "memory_high_write", "high-lowered" },
	{ "user_proactive_reclaim", "request" },
	{ "memory_reclaim", "request" },
	{ "", "unknown" }
};

static const char *const limits[] = {
	[HR_LIMIT_NONE] = "none",
	[HR_LIMIT_MAX] = "max",
	[HR_LIMIT_HIGH] = "high",
};

/* Reasons of memcg reclaim, by their number here */
static const char *const reasons[REASONS] = { "own-limit", "ancestor-limit", "proactive" };

/* The guessed target */
enum relation {
	SAME,
	OTHER,
	NONE,		/* none is guessed, or none is named */
};

static const char *const relations[] = { "same", "other", "none" };

/* By caller, then by the event and the guess, then by relation */
static atomic64_t reclaims[ARRAY_SIZE(callers)][ARRAY_SIZE(limits)][ARRAY_SIZE(limits)]
			  [ARRAY_SIZE(relations)];
static atomic64_t pages[ARRAY_SIZE(callers)][REASONS][REASONS][ARRAY_SIZE(relations)];

/* One per CPU is enough: probes that use it do not run in interrupts */
static DEFINE_PER_CPU(char[KSYM_SYMBOL_LEN], name_buffer);

static unsigned int caller_by_name(const char *name)
{
	unsigned int i = 0;

	while (*callers[i].prefix && !strstarts(name, callers[i].prefix))
		i++;
	return i;
}

static unsigned int find_caller(void)
{
	char *name = *this_cpu_ptr(&name_buffer);
	unsigned int i, nr, caller = ARRAY_SIZE(callers) - 1;
	unsigned long stack[DEPTH];

	nr = stack_trace_save(stack, DEPTH, 0);
	for (i = 0; i < nr && caller == ARRAY_SIZE(callers) - 1; i++) {
		sprint_symbol_no_offset(name, stack[i]);
		caller = caller_by_name(name);
	}
	return caller;
}

static enum relation relation(const struct hr_cgroup *named, const struct hr_cgroup *guessed)
{
	if (named == guessed)
		return SAME;
	return named && guessed ? OTHER : NONE;
}

/**
 * hr_guess_begin - guess the limit of the memcg reclaim that the running task begins
 * @guess: result, for hr_guess_end()
 * @named: what the event names; nothing is compared if it does not
 * @limit: the limit according to that
 *
 * Context: any but interrupts, under RCU; preemption off.
 */
void hr_guess_begin(struct hr_guess *guess, const struct hr_full *named, enum hr_limit limit)
{
	enum hr_limit guessed;

	if (!named->named)
		return;
	guessed = hr_limit_begin(&guess->full, NULL);
	guess->caller = find_caller();
	atomic64_inc(&reclaims[guess->caller][limit][guessed]
			      [relation(named->cg, guess->full.cg)]);
}

static unsigned int number_of_reason(enum headroom_reason reason)
{
	return reason == HEADROOM_REASON_OWN_LIMIT ? 0 :
	       reason == HEADROOM_REASON_ANCESTOR_LIMIT ? 1 : 2;
}

/**
 * hr_guess_batch - guess the target of the pages of a new batch
 * @guess: from hr_guess_begin()
 * @victim: their cgroup
 * @target: the target according to the event, or NULL
 * @reason: the reason according to the event
 *
 * Context: any but interrupts, under RCU; preemption off.
 */
void hr_guess_batch(struct hr_guess *guess, const struct hr_cgroup *victim,
		    const struct hr_cgroup *target, enum headroom_reason reason)
{
	const struct hr_cgroup *guessed;
	unsigned int up, number;

	guessed = hr_limit_find(&guess->full, victim, &up);
	number = !guessed ? 2 : up ? 1 : 0;
	guess->pages = &pages[guess->caller][number_of_reason(reason)][number]
			     [relation(target, guessed)];
}

/**
 * hr_guess_evicted - count the pages of a batch, before they are charged
 * @guess: from hr_guess_batch(), or empty
 * @batch: the batch
 *
 * Context: any; preemption off.
 */
void hr_guess_evicted(struct hr_guess *guess, const struct hr_batch *batch)
{
	if (guess->pages && batch->victim)
		atomic64_add(HR_BATCH_PAGES - local_read(&batch->left), guess->pages);
}

/**
 * hr_guess_end - forget a guess
 * @guess: from hr_guess_begin(), or empty; empty afterwards
 *
 * Context: any.
 */
void hr_guess_end(struct hr_guess *guess)
{
	hr_limit_end(&guess->full);
	guess->pages = NULL;
}

static void report(const char *what, unsigned int caller, const char *event, const char *guess,
		   unsigned int relation, atomic64_t *count)
{
	if (atomic64_read(count))
		pr_info("guess: %s caller=%s event=%s guess=%s target=%s count=%lld\n", what,
			callers[caller].name, event, guess, relations[relation],
			atomic64_read(count));
}

/**
 * hr_guess_report - write the counts to the log
 *
 * Context: process; no probe runs any more.
 */
void hr_guess_report(void)
{
	unsigned int c, e, g, r;

	for (c = 0; c < ARRAY_SIZE(callers); c++)
		for (e = 0; e < ARRAY_SIZE(limits); e++)
			for (g = 0; g < ARRAY_SIZE(limits); g++)
				for (r = 0; r < ARRAY_SIZE(relations); r++)
					report("reclaims", c, limits[e], limits[g], r,
					       &reclaims[c][e][g][r]);
	for (c = 0; c < ARRAY_SIZE(callers); c++)
		for (e = 0; e < REASONS; e++)
			for (g = 0; g < REASONS; g++)
				for (r = 0; r < ARRAY_SIZE(relations); r++)
					report("pages", c, reasons[e], reasons[g], r,
					       &pages[c][e][g][r]);
}
