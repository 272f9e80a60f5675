// SPDX-License-Identifier: GPL-2.0
/*
 * Count the entries of the nonresident table that each cgroup holds
 *
 * An insertion into a full bucket has to choose among eight entries of perhaps eight
 * cgroups, so their counts and shares are in an array of their own, by the slot of the
 * record. A key that does not match is that of a record that has died.
 *
 *	held = remembered - taken - forgotten
 *
 * Remembered pages are counted once for a batch of evictions, the others at once. So a
 * count is too low by the pages of open batches, for a moment below zero. Pages that a
 * batch remembers in a table that is replaced before the batch ends are counted in the new
 * one: it can be too high by a batch for each task in reclaim.
 */
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/vmalloc.h>

#include "holder.h"

#define SLOTS	(U16_MAX + 1)

struct hr_holder *hr_holder __read_mostly;

/**
 * hr_holder_birth - begin to count for a record
 * @key: its key
 * @parent: slot of its parent, whose share it has until the table is divided again; 0 if none
 *
 * Context: any; the caller serializes births.
 */
void hr_holder_birth(u32 key, u16 parent)
{
	struct hr_holder *holder = &hr_holder[(u16)key];

	/* Pairs with READ_ONCE() in hr_holder_load() and hr_holder_add(); needs no order */
	WRITE_ONCE(holder->cost, parent ? READ_ONCE(hr_holder[parent].cost) : 1);
	atomic_set(&holder->held, 0);
	WRITE_ONCE(holder->key, key);
}

/**
 * hr_holder_death - stop counting for a record
 * @key: its key; the slot may already belong to another record
 *
 * Context: any; the caller serializes it with births.
 */
void hr_holder_death(u32 key)
{
	struct hr_holder *holder = &hr_holder[(u16)key];

	/* Pairs with READ_ONCE() in hr_holder_load() and hr_holder_add() */
	if (holder->key == key)
		WRITE_ONCE(holder->key, 0);
}

/**
 * hr_holder_set_share - set a cgroup's share of the table
 * @key: key of its record
 * @entries: the share
 *
 * Context: process; registry lock held.
 */
void hr_holder_set_share(u32 key, u64 entries)
{
	struct hr_holder *holder = &hr_holder[(u16)key];

	/* Pairs with READ_ONCE() in hr_holder_load() */
	if (READ_ONCE(holder->key) == key)
		WRITE_ONCE(holder->cost, U32_MAX / clamp_t(u64, entries, 1, U32_MAX));
}

/**
 * hr_holder_held - entries that a cgroup holds
 * @key: key of its record
 *
 * Context: any.
 */
u64 hr_holder_held(u32 key)
{
	const struct hr_holder *holder = &hr_holder[(u16)key];

	/* Pairs with WRITE_ONCE() in hr_holder_birth() */
	if (READ_ONCE(holder->key) != key)
		return 0;
	return max(atomic_read(&holder->held), 0);
}

/**
 * hr_holder_reset - count from zero, for an empty table
 *
 * Context: process; no page is remembered.
 */
void hr_holder_reset(void)
{
	unsigned int i;

	for (i = 0; i < SLOTS; i++)
		atomic_set(&hr_holder[i].held, 0);
}

/**
 * hr_holder_init - allocate the counts
 *
 * Context: process, may sleep; before any record is born.
 * Return: 0 or -ENOMEM.
 */
int hr_holder_init(void)
{
	hr_holder = vzalloc(array_size(SLOTS, sizeof(*hr_holder)));
	return hr_holder ? 0 : -ENOMEM;
}

/**
 * hr_holder_exit - free the counts
 *
 * Context: process; no probe runs any more.
 */
void hr_holder_exit(void)
{
	vfree(hr_holder);
	hr_holder = NULL;
}
