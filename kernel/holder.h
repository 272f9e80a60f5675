/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Count the entries of the nonresident table that each cgroup holds
 */
#ifndef _HEADROOM_HOLDER_H
#define _HEADROOM_HOLDER_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/types.h>

/**
 * struct hr_holder - a cgroup as a holder of entries
 * @key: key of the cgroup's record; 0 if there is none
 * @cost: 2^32 divided by the cgroup's share of the table, in entries; 1 for all
 *	until it is divided for the first time
 * @held: entries whose victim is the cgroup; slightly off while batches are open
 */
struct hr_holder {
	u32 key;
	u32 cost;
	atomic_t held;
};

/* By slot, the low 16 bits of a key */
extern struct hr_holder *hr_holder;

int hr_holder_init(void);
void hr_holder_exit(void);
void hr_holder_birth(u32 key, u16 parent);
void hr_holder_death(u32 key);
void hr_holder_set_share(u32 key, u64 entries);
u64 hr_holder_held(u32 key);
void hr_holder_reset(void);

/**
 * hr_holder_add - count entries that a cgroup gains, or loses
 * @key: key of its record
 * @n: number of entries; negative for lost ones
 *
 * Does nothing if the record is gone.
 *
 * Context: any.
 */
static __always_inline void hr_holder_add(u32 key, int n)
{
	struct hr_holder *holder = &hr_holder[(u16)key];

	/* Pairs with WRITE_ONCE() in hr_holder_birth() and hr_holder_death() */
	if (likely(READ_ONCE(holder->key) == key))
		atomic_add(n, &holder->held);
}

/**
 * hr_holder_load - compare what a cgroup holds with its share
 * @key: key of its record
 * @cost: result: its @cost
 *
 * Context: any.
 * Return: entries held, divided by the share, in units of 2^-32; the largest number if the
 * record is gone: a refault of its pages has no distance and no victim any more.
 */
static __always_inline u64 hr_holder_load(u32 key, u32 *cost)
{
	const struct hr_holder *holder = &hr_holder[(u16)key];
	int held;

	/* Pairs with WRITE_ONCE() in hr_holder_set_share() */
	*cost = READ_ONCE(holder->cost);
	/* Pairs with WRITE_ONCE() in hr_holder_birth() and hr_holder_death() */
	if (unlikely(READ_ONCE(holder->key) != key))
		return U64_MAX;
	held = atomic_read(&holder->held);
	return held > 0 ? (u64)held * *cost : 0;
}

#endif /* _HEADROOM_HOLDER_H */
