// SPDX-License-Identifier: GPL-2.0
/*
 * Blame: which cgroups took another one's pages
 *
 * A host has thousands of cgroups, and each may take pages from each. A victim
 * remembers HEADROOM_NR_EVICTORS of them by name, those who took most, as the
 * space-saving algorithm finds them (Metwally et al., ICDT 2005): who is not in
 * the list takes the place of the one with the least. Nobody without a place can
 * have taken more than the largest that was ever dropped; a newcomer may have
 * taken that much before, which is its error.
 *
 *	pages <= what the evictor really took <= pages + error
 *
 * What was dropped is not forgotten but moves to the others. Slots and others
 * together are therefore always exactly what the victim lost, and what came back
 * of it.
 *
 * Evictors that were removed give way to their nearest living ancestor. A victim
 * that was removed leaves its list to its own.
 *
 * The lock is the victim's own. Reclaim takes it once for a batch of pages, see
 * reclaim.c, and once for each page that comes back, which was a wait for a disk.
 */
#include <linux/minmax.h>

#include "blame.h"
#include "registry.h"

static struct headroom_blame_slot *slot_of(struct headroom_blame *blame,
					   const struct headroom_cgroup *evictor,
					   u32 reason)
{
	unsigned int i;

	for (i = 0; i < HEADROOM_NR_EVICTORS; i++)
		if (blame->slot[i].evictor == evictor &&
		    blame->slot[i].reason == reason)
			return &blame->slot[i];
	return NULL;
}

/* A free slot, or that of the one who took least */
static struct headroom_blame_slot *slot_to_give(struct headroom_blame *blame)
{
	struct headroom_blame_slot *slot, *least = NULL;
	u64 taken, fewest = U64_MAX;
	unsigned int i;

	for (i = 0; i < HEADROOM_NR_EVICTORS; i++) {
		slot = &blame->slot[i];
		if (!slot->evictor)
			return slot;
		taken = slot->pages.evictions + slot->error;
		if (taken < fewest) {
			fewest = taken;
			least = slot;
		}
	}
	return least;
}

static void pages_add(struct headroom_pages *to, const struct headroom_pages *from)
{
	to->evictions += from->evictions;
	to->refaults += from->refaults;
}

/* Gives @evictor a slot. *dropped is who had it, whose reference is to be put. */
static struct headroom_blame_slot *slot_take(struct headroom_blame *blame,
					     struct headroom_cgroup *evictor,
					     u32 reason,
					     struct headroom_cgroup **dropped)
{
	struct headroom_blame_slot *slot = slot_to_give(blame);

	if (slot->evictor) {
		blame->dropped = max(blame->dropped,
				     slot->pages.evictions + slot->error);
		pages_add(&blame->others, &slot->pages);
	}
	*dropped = slot->evictor;
	headroom_cgroup_get(evictor);
	*slot = (struct headroom_blame_slot){
		.evictor = evictor,
		.reason = reason,
		.error = blame->dropped,
	};
	return slot;
}

static struct headroom_cgroup *add(struct headroom_blame *blame,
				   struct headroom_cgroup *evictor, u32 reason,
				   const struct headroom_pages *pages, u64 error)
{
	struct headroom_cgroup *dropped = NULL;
	struct headroom_blame_slot *slot = NULL;

	lockdep_assert_held(&blame->lock);
	if (evictor)
		slot = slot_of(blame, evictor, reason);
	/* That a page came back is no news of an evictor */
	if (!slot && evictor && pages->evictions)
		slot = slot_take(blame, evictor, reason, &dropped);
	pages_add(slot ? &slot->pages : &blame->others, pages);
	if (slot)
		slot->error += error;
	return dropped;
}

/**
 * headroom_blame_init - a list without anybody in it
 * @blame: all zero
 *
 * Context: any.
 */
void headroom_blame_init(struct headroom_blame *blame)
{
	raw_spin_lock_init(&blame->lock);
}

/**
 * headroom_blame_add - book pages that a cgroup took, or that came back
 * @blame: list of the victim, whose record is alive
 * @evictor: the cgroup that took them, whose record is alive; NULL if unknown
 * @reason: why
 * @pages: what to add
 *
 * Context: any, under RCU.
 */
void headroom_blame_add(struct headroom_blame *blame,
			struct headroom_cgroup *evictor,
			enum headroom_reason reason,
			const struct headroom_pages *pages)
{
	struct headroom_cgroup *dropped;
	unsigned long flags;

	raw_spin_lock_irqsave(&blame->lock, flags);
	dropped = add(blame, evictor, reason, pages, 0);
	raw_spin_unlock_irqrestore(&blame->lock, flags);
	headroom_cgroup_put(dropped);
}

static struct headroom_blame_slot *slot_of_dead(struct headroom_blame *blame)
{
	unsigned int i;

	for (i = 0; i < HEADROOM_NR_EVICTORS; i++)
		if (blame->slot[i].evictor && READ_ONCE(blame->slot[i].evictor->dead))
			return &blame->slot[i];
	return NULL;
}

/**
 * headroom_blame_promote - put ancestors in the place of evictors that died
 * @blame: list of a victim
 *
 * Context: process; no record dies meanwhile.
 */
void headroom_blame_promote(struct headroom_blame *blame)
{
	struct headroom_blame_slot *slot, dead;
	struct headroom_cgroup *dropped;

	do {
		dead.evictor = NULL;
		dropped = NULL;
		raw_spin_lock_irq(&blame->lock);
		slot = slot_of_dead(blame);
		if (slot) {
			dead = *slot;
			*slot = (struct headroom_blame_slot){};
			dropped = add(blame, headroom_cgroup_alive(dead.evictor),
				      dead.reason, &dead.pages, dead.error);
		}
		raw_spin_unlock_irq(&blame->lock);
		headroom_cgroup_put(dropped);
		headroom_cgroup_put(dead.evictor);
	} while (dead.evictor);
}

/**
 * headroom_blame_move - add one list to another
 * @to: list of a living cgroup
 * @from: list of one that died; nobody writes to it any more. Empty afterwards
 *
 * Context: process; no record dies meanwhile.
 */
void headroom_blame_move(struct headroom_blame *to, struct headroom_blame *from)
{
	struct headroom_blame_slot *slot;
	struct headroom_cgroup *dropped;
	unsigned int i;

	for (i = 0; i < HEADROOM_NR_EVICTORS; i++) {
		slot = &from->slot[i];
		if (!slot->evictor)
			continue;
		raw_spin_lock_irq(&to->lock);
		dropped = add(to, headroom_cgroup_alive(slot->evictor),
			      slot->reason, &slot->pages, slot->error);
		raw_spin_unlock_irq(&to->lock);
		headroom_cgroup_put(dropped);
	}
	raw_spin_lock_irq(&to->lock);
	pages_add(&to->others, &from->others);
	to->dropped += from->dropped;
	raw_spin_unlock_irq(&to->lock);
	headroom_blame_clear(from);
}

/**
 * headroom_blame_clear - let go of all evictors
 * @blame: list that nobody writes to any more
 *
 * Context: process.
 */
void headroom_blame_clear(struct headroom_blame *blame)
{
	unsigned int i;

	for (i = 0; i < HEADROOM_NR_EVICTORS; i++) {
		headroom_cgroup_put(blame->slot[i].evictor);
		blame->slot[i] = (struct headroom_blame_slot){};
	}
}

/**
 * headroom_blame_read - read a list
 * @to: result
 * @blame: list of a victim
 *
 * Context: process; no record dies meanwhile.
 */
void headroom_blame_read(struct headroom_blame_totals *to,
			 struct headroom_blame *blame)
{
	const struct headroom_blame_slot *slot;
	unsigned int i;

	to->nr = 0;
	raw_spin_lock_irq(&blame->lock);
	for (i = 0; i < HEADROOM_NR_EVICTORS; i++) {
		slot = &blame->slot[i];
		if (slot->evictor)
			to->evictor[to->nr++] = (struct headroom_evictor){
				.id = headroom_cgroup_alive(slot->evictor)->id,
				.reason = slot->reason,
				.pages = slot->pages,
				.error = slot->error,
			};
	}
	to->others = blame->others;
	raw_spin_unlock_irq(&blame->lock);
}
