// SPDX-License-Identifier: GPL-2.0
/*
 * Keep the top evictors of each victim
 *
 * A host has thousands of cgroups, and each may evict pages of any other. A victim keeps a
 * slot for each of the HR_NR_EVICTORS that evicted most, found with the space-saving
 * algorithm (Metwally et al., ICDT 2005): an evictor without a slot takes that of the one
 * with the fewest pages. No evictor without a slot can have more pages than the largest
 * number that was ever taken from a slot. A new one may have evicted as many before, which
 * is its error:
 *
 *	pages <= pages that the evictor really took <= pages + error
 *
 * A service may spread over hundreds of cgroups, none of which takes much. So the pages of
 * a replaced evictor move up: the lowest ancestor of it that has another slot below it gets
 * one slot for both (hierarchical heavy hitters, Cormode et al., VLDB 2003). Such a merged
 * slot has the pages of all descendants that have none. Pages merge only below the lowest
 * cgroup that has victim and evictor below it, or at the victim: above, the result would
 * contain the victim. Those that find no partner there move to @others. So the slots in a
 * subtree, with @others and the merged slots above it, say what the whole subtree took:
 *
 *	pages <= pages that it really took <= pages + others + pages of merged slots above
 *
 * Slots and @others together are always exactly the evictions of the victim and their
 * refaults.
 *
 * When an evictor is removed, its nearest living ancestor replaces it. When a victim is
 * removed, its list is added to that of its nearest living ancestor.
 *
 * Each list has its own lock. Reclaim takes it once for a batch of pages, see reclaim.c.
 * Refaults are added without it, as long as @generation is the same as when their slot
 * was looked up, see refault.h. A refault that is being added while the slot changes
 * hands is charged to the new evictor; no count disappears, since pages_move() takes the
 * old ones out with xchg.
 */
#include <linux/minmax.h>

#include "blame.h"
#include "cgroup.h"
#include "registry_lock.h"

/* Levels of the hierarchy that pages move up at most when slots are merged */
#define MERGE_LEVELS	16

static struct hr_blame_slot *slot_of(struct hr_blame *blame,
				     const struct hr_cgroup *evictor, u32 reason)
{
	unsigned int i;

	lockdep_assert_held(&blame->lock);
	for (i = 0; i < HR_NR_EVICTORS; i++)
		if (blame->slot[i].evictor == evictor &&
		    blame->slot[i].reason == reason)
			return &blame->slot[i];
	return NULL;
}

static u64 taken(const struct hr_blame_slot *slot)
{
	return atomic64_read(&slot->pages.evictions) + slot->error;
}

/* Find a free slot, or that of the evictor with the fewest pages */
static struct hr_blame_slot *slot_to_give(struct hr_blame *blame)
{
	struct hr_blame_slot *slot, *least = NULL;
	u64 fewest = U64_MAX;
	unsigned int i;

	lockdep_assert_held(&blame->lock);
	for (i = 0; i < HR_NR_EVICTORS; i++) {
		slot = &blame->slot[i];
		if (!slot->evictor)
			return slot;
		if (taken(slot) < fewest) {
			fewest = taken(slot);
			least = slot;
		}
	}
	return least;
}

/* Pairs with atomic64_add() in hr_refaulted_again(): one that comes late stays in @from */
static void pages_move(struct hr_page_stats *to, struct hr_page_stats *from)
{
	atomic64_add(atomic64_xchg(&from->evictions, 0), &to->evictions);
	atomic64_add(atomic64_xchg(&from->refaults, 0), &to->refaults);
}

/*
 * Give a slot to another evictor, or to none, and move its pages to @former. The new
 * generation makes refaults look up their slot again.
 */
static void slot_assign(struct hr_blame *blame, struct hr_blame_slot *slot,
			struct hr_page_stats *former,
			struct hr_cgroup *evictor, u32 reason, u64 error)
{
	lockdep_assert_held(&blame->lock);
	/* Pairs with READ_ONCE() in hr_route_fits(); the head of this file has the race */
	WRITE_ONCE(blame->generation, blame->generation + 1);
	pages_move(former, &slot->pages);
	slot->evictor = evictor;
	slot->reason = reason;
	slot->error = error;
	slot->merged = false;
}

/* The evictors that a change took out of slots, for their references to be put */
struct former {
	struct hr_cgroup *evictor[2];
};

static void former_put(const struct former *former)
{
	hr_cgroup_put(former->evictor[0]);
	hr_cgroup_put(former->evictor[1]);
}

/* The slot at or below @above to merge @least with: that of @above, or the smallest */
static struct hr_blame_slot *partner(struct hr_blame *blame, const struct hr_blame_slot *least,
				     const struct hr_cgroup *above)
{
	struct hr_blame_slot *slot, *best = NULL;
	const struct hr_cgroup *evictor;

	lockdep_assert_held(&blame->lock);
	for (slot = blame->slot; slot < blame->slot + HR_NR_EVICTORS; slot++) {
		if (slot == least || slot->reason != least->reason)
			continue;
		evictor = hr_cgroup_alive(slot->evictor);
		if (evictor == above)
			return slot;
		if (hr_cgroup_is_within(evictor, above) &&
		    (!best || taken(slot) < taken(best)))
			best = slot;
	}
	return best;
}

/*
 * Find where the pages of @least move, while no slot is free: a slot of an ancestor, which
 * becomes a merged one, or the others. The head of this file has the rule. Compares each slot
 * with MERGE_LEVELS ancestors at most.
 */
static struct hr_page_stats *merge(struct hr_blame *blame, const struct hr_blame_slot *least,
				   struct former *former)
{
	const struct hr_cgroup *victim = container_of(blame, struct hr_cgroup, blame);
	struct hr_cgroup *above = hr_cgroup_alive(least->evictor);
	struct hr_blame_slot *with = NULL;
	unsigned int i;

	lockdep_assert_held(&blame->lock);
	for (i = 0; !with && i < MERGE_LEVELS; i++) {
		above = hr_cgroup_parent(above);
		if (!above || (above != victim && hr_cgroup_is_within(victim, above)))
			break;
		with = partner(blame, least, above);
	}
	if (!with)
		return &blame->others;
	if (with->evictor != above) {
		struct hr_page_stats pages = {};

		blame->dropped = max(blame->dropped, taken(with));
		former->evictor[1] = with->evictor;
		hr_cgroup_get(above);
		slot_assign(blame, with, &pages, above, least->reason, blame->dropped);
		pages_move(&with->pages, &pages);
	}
	with->merged = true;
	return &with->pages;
}

/* Give @evictor a slot */
static struct hr_blame_slot *slot_take(struct hr_blame *blame,
				       struct hr_cgroup *evictor, u32 reason,
				       struct former *former)
{
	struct hr_blame_slot *slot = slot_to_give(blame);
	struct hr_page_stats *to = &blame->others;

	if (slot->evictor) {
		blame->dropped = max(blame->dropped, taken(slot));
		to = merge(blame, slot, former);
	}
	former->evictor[0] = slot->evictor;
	hr_cgroup_get(evictor);
	slot_assign(blame, slot, to, evictor, reason, blame->dropped);
	return slot;
}

/* Add the pages of @from, a slot that has another list or none, to the slot of @evictor */
static void add(struct hr_blame *blame, struct hr_cgroup *evictor,
		struct hr_blame_slot *from, struct former *former)
{
	struct hr_blame_slot *slot = slot_of(blame, evictor, from->reason);

	lockdep_assert_held(&blame->lock);
	/* Refaults alone give an evictor no slot */
	if (!slot && atomic64_read(&from->pages.evictions))
		slot = slot_take(blame, evictor, from->reason, former);
	pages_move(slot ? &slot->pages : &blame->others, &from->pages);
	if (!slot)
		return;
	slot->error += from->error;
	slot->merged |= from->merged;
}

/**
 * hr_blame_add - charge evictions to an evictor
 * @blame: list of the victim, whose record is alive
 * @evictor: the evictor, whose record is alive
 * @reason: reason of the evictions
 * @evictions: number of pages
 *
 * Context: any, under RCU.
 */
void hr_blame_add(struct hr_blame *blame, struct hr_cgroup *evictor,
		  enum headroom_reason reason, u64 evictions)
{
	struct former former = {};
	struct hr_blame_slot *slot;
	unsigned long flags;

	raw_spin_lock_irqsave(&blame->lock, flags);
	slot = slot_of(blame, evictor, reason) ?:
	       slot_take(blame, evictor, reason, &former);
	atomic64_add(evictions, &slot->pages.evictions);
	raw_spin_unlock_irqrestore(&blame->lock, flags);
	former_put(&former);
}

/* The lowest merged slot that has the pages of @evictor, or NULL */
static struct hr_blame_slot *merged_slot_of(struct hr_blame *blame,
					    const struct hr_cgroup *evictor, u32 reason)
{
	struct hr_blame_slot *slot, *best = NULL;
	const struct hr_cgroup *above;
	unsigned int level = 0;

	lockdep_assert_held(&blame->lock);
	for (slot = blame->slot; slot < blame->slot + HR_NR_EVICTORS; slot++) {
		if (!slot->merged || slot->reason != reason)
			continue;
		above = hr_cgroup_alive(slot->evictor);
		if ((best && above->level < level) || !hr_cgroup_is_within(evictor, above))
			continue;
		best = slot;
		level = above->level;
	}
	return best;
}

/**
 * hr_blame_refault - charge refaults to the evictor of the pages
 * @blame: list of the victim, whose record is alive
 * @evictor: the evictor, whose record is alive; NULL if it is gone
 * @reason: reason of the evictions
 * @refaults: number of pages, scaled
 * @generation: result: while @blame has this generation, the returned counter belongs to
 *	the same evictor and reason
 *
 * Context: any, under RCU.
 * Return: the counter that @refaults was added to.
 */
atomic64_t *hr_blame_refault(struct hr_blame *blame,
			     const struct hr_cgroup *evictor,
			     enum headroom_reason reason, u64 refaults,
			     u32 *generation)
{
	struct hr_blame_slot *slot = NULL;
	atomic64_t *where;
	unsigned long flags;

	raw_spin_lock_irqsave(&blame->lock, flags);
	if (evictor)
		slot = slot_of(blame, evictor, reason) ?:
		       merged_slot_of(blame, evictor, reason);
	where = slot ? &slot->pages.refaults : &blame->others.refaults;
	atomic64_add(refaults, where);
	*generation = blame->generation;
	raw_spin_unlock_irqrestore(&blame->lock, flags);
	return where;
}

static struct hr_blame_slot *slot_of_dead(struct hr_blame *blame)
{
	unsigned int i;

	lockdep_assert_held(&blame->lock);
	/* Pairs with the release in hr_cgroup_bury(); the registry lock orders it */
	for (i = 0; i < HR_NR_EVICTORS; i++)
		if (blame->slot[i].evictor && READ_ONCE(blame->slot[i].evictor->dead))
			return &blame->slot[i];
	return NULL;
}

/**
 * hr_blame_promote - replace evictors that died by their nearest living ancestors
 * @blame: list of a victim
 *
 * Context: process; registry lock held, so that no record dies during the call.
 */
void hr_blame_promote(struct hr_blame *blame)
{
	struct hr_blame_slot *slot;
	struct hr_cgroup *dead;

	hr_registry_assert_locked();
	do {
		struct hr_blame_slot from = {};
		struct former former = {};

		dead = NULL;
		raw_spin_lock_irq(&blame->lock);
		slot = slot_of_dead(blame);
		if (slot) {
			dead = slot->evictor;
			from.reason = slot->reason;
			from.error = slot->error;
			from.merged = slot->merged;
			slot_assign(blame, slot, &from.pages, NULL, 0, 0);
			add(blame, hr_cgroup_alive(dead), &from, &former);
		}
		raw_spin_unlock_irq(&blame->lock);
		former_put(&former);
		hr_cgroup_put(dead);
	} while (dead);
}

/**
 * hr_blame_move - add one list to another
 * @to: list of a living cgroup
 * @from: list of a cgroup that died, which has no writers any more; empty afterwards
 *
 * Context: process; registry lock held, so that no record dies during the call.
 */
void hr_blame_move(struct hr_blame *to, struct hr_blame *from)
{
	struct hr_blame_slot *slot;
	unsigned int i;

	hr_registry_assert_locked();
	for (i = 0; i < HR_NR_EVICTORS; i++) {
		struct former former = {};

		slot = &from->slot[i];
		if (!slot->evictor) {
			pages_move(&from->others, &slot->pages);
			continue;
		}
		raw_spin_lock_irq(&to->lock);
		add(to, hr_cgroup_alive(slot->evictor), slot, &former);
		raw_spin_unlock_irq(&to->lock);
		former_put(&former);
	}
	raw_spin_lock_irq(&to->lock);
	pages_move(&to->others, &from->others);
	to->dropped += from->dropped;
	raw_spin_unlock_irq(&to->lock);
	hr_blame_clear(from);
}

/**
 * hr_blame_clear - release all evictors
 * @blame: list that has no writers any more
 *
 * Context: process.
 */
void hr_blame_clear(struct hr_blame *blame)
{
	unsigned int i;

	for (i = 0; i < HR_NR_EVICTORS; i++) {
		hr_cgroup_put(blame->slot[i].evictor);
		memset(&blame->slot[i], 0, sizeof(blame->slot[i]));
	}
}

static void pages_read(struct hr_pages *to, const struct hr_page_stats *from)
{
	to->evictions = atomic64_read(&from->evictions);
	to->refaults = atomic64_read(&from->refaults);
}

/* The most that the descendants of a merged slot's evictor took without being in a slot below */
static u64 elsewhere(struct hr_blame *blame, const struct hr_blame_slot *merged)
{
	const struct hr_cgroup *evictor = hr_cgroup_alive(merged->evictor), *above;
	u64 pages = atomic64_read(&blame->others.evictions);
	const struct hr_blame_slot *slot;

	lockdep_assert_held(&blame->lock);
	for (slot = blame->slot; slot < blame->slot + HR_NR_EVICTORS; slot++) {
		if (slot == merged || !slot->merged || slot->reason != merged->reason)
			continue;
		above = hr_cgroup_alive(slot->evictor);
		if (hr_cgroup_is_within(evictor, above))
			pages += atomic64_read(&slot->pages.evictions);
	}
	return pages;
}

/**
 * hr_blame_read - read a list
 * @to: result
 * @blame: list of a victim
 *
 * Context: process; registry lock held, so that no record dies during the call.
 */
void hr_blame_read(struct hr_blame_totals *to, struct hr_blame *blame)
{
	const struct hr_blame_slot *slot;
	struct hr_evictor *evictor;
	unsigned int i;

	hr_registry_assert_locked();
	to->nr = 0;
	raw_spin_lock_irq(&blame->lock);
	pages_read(&to->others, &blame->others);
	for (i = 0; i < HR_NR_EVICTORS; i++) {
		slot = &blame->slot[i];
		if (!slot->evictor) {
			/* Refaults added without the lock just after the slot became free */
			to->others.refaults += atomic64_read(&slot->pages.refaults);
			continue;
		}
		evictor = &to->evictor[to->nr++];
		evictor->id = hr_cgroup_alive(slot->evictor)->id;
		evictor->reason = slot->reason;
		evictor->error = slot->merged ? elsewhere(blame, slot) : slot->error;
		evictor->merged = slot->merged;
		pages_read(&evictor->pages, &slot->pages);
	}
	raw_spin_unlock_irq(&blame->lock);
}
