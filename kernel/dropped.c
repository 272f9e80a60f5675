// SPDX-License-Identifier: GPL-2.0
/*
 * Count what could not be recorded, by cause
 */
#include <linux/compiler.h>
#include <linux/cpumask.h>

#include "dropped.h"

DEFINE_PER_CPU(struct hr_dropped, hr_dropped);

/**
 * hr_dropped_read - sum the counts of all CPUs
 * @dropped: result
 *
 * Context: any.
 */
void hr_dropped_read(struct hr_dropped *dropped)
{
	int cpu;

	*dropped = (struct hr_dropped){};
	/* Pairs with this_cpu_add() in hr_drop() */
	for_each_possible_cpu(cpu) {
		const struct hr_dropped *one = per_cpu_ptr(&hr_dropped, cpu);

		dropped->table_full += READ_ONCE(one->table_full);
		dropped->table_busy += READ_ONCE(one->table_busy);
		dropped->cgroup_unknown += READ_ONCE(one->cgroup_unknown);
		dropped->distance_unknown += READ_ONCE(one->distance_unknown);
		dropped->stall_slots += READ_ONCE(one->stall_slots);
		dropped->reclaim_slots += READ_ONCE(one->reclaim_slots);
		dropped->histograms += READ_ONCE(one->histograms);
		dropped->notifications += READ_ONCE(one->notifications);
		dropped->resized += READ_ONCE(one->resized);
		dropped->direct_writes += READ_ONCE(one->direct_writes);
	}
}
