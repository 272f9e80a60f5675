// SPDX-License-Identifier: GPL-2.0
/*
 * Find the cgroup whose limit memcg reclaim serves
 *
 * Since 7.1 the event of memcg reclaim names the target. Older kernels do not, and it has to
 * be guessed from the page counters (mm/memcontrol.c, try_charge_memcg() and
 * reclaim_high()): the lowest full cgroup, from the task's upwards. The guess is made at the
 * begin event, where the counters are as the charge found them. If a page proves it
 * wrong, because its cgroup is not below the target, the chain of the page's cgroup is
 * searched instead.
 *
 * No kernel says whether reclaim serves memory.max, memory.high or a request. A request is
 * not a memory stall. A write to memory.max that lowers it is none either, but the target
 * exceeds the new memory.max then. A charge that memory.max refused finds the target at its
 * memory.max; if the target is below that but above its memory.high, reclaim serves
 * memory.high. See Documentation/refault.rst for how often that is wrong.
 */
#include <linux/cgroup.h>
#include <linux/memcontrol.h>
#include <linux/page_counter.h>
#include <linux/sched.h>

#include "cgroup.h"
#include "limit.h"
#include "stall.h"

/*
 * Find the full cgroup at or above @memcg: the lowest at its memory.max; or else the
 * lowest above its memory.high; or else the one nearest to its memory.max, since other
 * tasks may have uncharged pages in between. NULL if none has a limit. Reads the counters of
 * all ancestors, as each charge of the kernel does.
 */
static struct mem_cgroup *full_cgroup(struct mem_cgroup *memcg,
				      enum hr_limit *limit)
{
	struct mem_cgroup *high = NULL, *nearest = NULL;
	unsigned long usage, max, left = ULONG_MAX;

	/* Pairs with the kernel's writes of memory.max and memory.high; needs no order */
	*limit = HR_LIMIT_MAX;
	for (; memcg; memcg = parent_mem_cgroup(memcg)) {
		usage = page_counter_read(&memcg->memory);
		max = READ_ONCE(memcg->memory.max);
		if (usage >= max)
			return memcg;
		if (!high && usage > READ_ONCE(memcg->memory.high))
			high = memcg;
		if (max != PAGE_COUNTER_MAX && max - usage < left) {
			left = max - usage;
			nearest = memcg;
		}
	}
	if (high)
		*limit = HR_LIMIT_HIGH;
	return high ?: nearest;
}

/* The lowest cgroup at or above @memcg that exceeds its memory.max, or NULL */
static struct mem_cgroup *overfull_cgroup(struct mem_cgroup *memcg)
{
	/* Pairs with the kernel's write of memory.max; needs no order */
	for (; memcg; memcg = parent_mem_cgroup(memcg))
		if (page_counter_read(&memcg->memory) > READ_ONCE(memcg->memory.max))
			return memcg;
	return NULL;
}

/*
 * Levels from @victim up to @target; -1 if @target is not at or above @victim. A cgroup knows
 * its ancestors by level, so this takes as long however deep it is.
 */
static int levels(const struct hr_cgroup *victim, const struct mem_cgroup *target)
{
	struct cgroup *from = victim->memcg->css.cgroup, *to;

	if (!target)
		return -1;
	to = target->css.cgroup;
	return cgroup_is_descendant(from, to) ? from->level - to->level : -1;
}

/* The target that the event named, if reclaim serves its limit; NULL if it is a request */
static struct mem_cgroup *full_target(struct mem_cgroup *target, bool requested,
				      enum hr_limit *limit)
{
	unsigned long usage = page_counter_read(&target->memory);

	/* Pairs with the kernel's writes of memory.max and memory.high; needs no order */
	if (requested)
		return usage > READ_ONCE(target->memory.max) ? target : NULL;
	*limit = HR_LIMIT_MAX;
	if (usage < READ_ONCE(target->memory.max) && usage > READ_ONCE(target->memory.high))
		*limit = HR_LIMIT_HIGH;
	return target;
}

static struct mem_cgroup *full_above_current(enum hr_limit *limit)
{
	return full_cgroup(current->active_memcg ?: mem_cgroup_from_task(current), limit);
}

static void keep(struct hr_full *full, struct hr_cgroup *cg)
{
	if (full->cg == cg)
		return;
	if (cg)
		hr_cgroup_get(cg);
	hr_cgroup_put(full->cg);
	full->cg = cg;
}

/**
 * hr_limit_begin - find the limit that the memcg reclaim serves which the running task begins
 * @full: result, for hr_limit_end(); empty
 * @target: target of reclaim; NULL if the event does not name it
 *
 * Context: any but interrupts, under RCU; preemption off.
 * Return: the limit as far as the task waits for it: HR_LIMIT_NONE for a request, and for a
 * write that lowers memory.max.
 */
enum hr_limit hr_limit_begin(struct hr_full *full, struct mem_cgroup *target)
{
	enum hr_limit limit = HR_LIMIT_NONE;
	struct mem_cgroup *memcg = NULL;

	full->named = target;
	full->requested = !hr_stall_marked();
	if (target)
		memcg = full_target(target, full->requested, &limit);
	else if (!full->requested)
		memcg = full_above_current(&limit);
	keep(full, memcg ? hr_cgroup_of(memcg) : NULL);
	return limit;
}

/**
 * hr_limit_find - find the cgroup for whose limit a page is evicted
 * @full: from hr_limit_begin()
 * @victim: the cgroup of the page
 * @up: levels from @victim up to the result
 *
 * Context: any but interrupts, under RCU; preemption off.
 * Return: the record, which @full keeps; NULL if the page is evicted on request.
 */
struct hr_cgroup *hr_limit_find(struct hr_full *full, const struct hr_cgroup *victim,
				unsigned int *up)
{
	struct mem_cgroup *memcg = NULL;
	enum hr_limit limit;
	int found = -1;

	*up = 0;
	if (full->cg) {
		/* The pages of a removed target are its parent's */
		memcg = hr_cgroup_alive(full->cg)->memcg;
		found = levels(victim, memcg);
	}
	if (found < 0 && (full->cg || !full->named)) {
		memcg = full->requested ? overfull_cgroup(victim->memcg) :
					  full_cgroup(victim->memcg, &limit);
		found = levels(victim, memcg);
	}
	if (!memcg)
		return NULL;
	/* Keep the limit: reclaim soon brings the cgroup below it */
	keep(full, hr_cgroup_of(memcg));
	*up = found;
	return full->cg;
}

/**
 * hr_limit_end - put the reference on the full cgroup
 * @full: from hr_limit_begin(), or empty; empty afterwards
 *
 * Context: any.
 */
void hr_limit_end(struct hr_full *full)
{
	keep(full, NULL);
}
