/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of a record that task_slots.c owns
 */
#ifndef _HEADROOM_TASK_SLOTS_TYPES_H
#define _HEADROOM_TASK_SLOTS_TYPES_H

#include <linux/types.h>

/* Intervals between two events of a task, each with slots of its own */
enum hr_interval {
	HR_INTERVAL_RECLAIM,
	HR_INTERVAL_STALL,
	HR_NR_INTERVALS
};

/**
 * struct hr_held_slots - the slots of shared segments that tasks of a cgroup hold
 * @nr: by enum hr_interval; also those of tasks of its descendants
 *
 * Probes write to it without a lock. Nothing is counted for the root, whose tasks are trusted.
 */
struct hr_held_slots {
	atomic_t nr[HR_NR_INTERVALS];
};

#endif /* _HEADROOM_TASK_SLOTS_TYPES_H */
