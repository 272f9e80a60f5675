/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_BUDGET_H
#define HEADROOMD_BUDGET_H

#include <stddef.h>
#include <stdint.h>

#include "frame.h"

/**
 * struct budget_share - what a cgroup demands of a budget, and gets
 * @demanded: for the cgroup itself, bytes; with @weight the input
 * @weight: of the rule that demands it; not 0
 * @wanted: for the cgroup and those below it together, bytes
 * @granted: result: the most that the cgroup and those below it may have, bytes
 */
struct budget_share {
	uint64_t demanded;
	double weight;
	uint64_t wanted;
	uint64_t granted;
};

/**
 * budget_divide - divide a budget among the cgroups of a frame
 * @budget: bytes
 * @share: one for each cgroup
 *
 * Return: 0 or -ENOMEM.
 */
int budget_divide(const struct frame *frame, uint64_t budget, struct budget_share *share);
/**
 * budget_sum - sum up what the cgroups of a frame have of a budget
 * @share: one for each cgroup, with what it has in @demanded; changes @weight and @wanted
 *
 * Return: bytes; the larger of what a cgroup has and of the sum of its children counts.
 */
uint64_t budget_sum(const struct frame *frame, struct budget_share *share);

#endif /* HEADROOMD_BUDGET_H */
