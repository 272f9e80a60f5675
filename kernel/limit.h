/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Find the cgroup whose limit memcg reclaim serves
 */
#ifndef _HEADROOM_LIMIT_H
#define _HEADROOM_LIMIT_H

#include <linux/types.h>

struct hr_cgroup;
struct mem_cgroup;

/**
 * enum hr_limit - the limit that memcg reclaim serves
 * @HR_LIMIT_NONE: none, it was requested
 * @HR_LIMIT_MAX: memory.max
 * @HR_LIMIT_HIGH: memory.high
 */
enum hr_limit {
	HR_LIMIT_NONE,
	HR_LIMIT_MAX,
	HR_LIMIT_HIGH,
};

/**
 * struct hr_full - what is known of the limit that one memcg reclaim serves
 * @cg: the cgroup found full at the begin or later, with a reference; or NULL
 * @requested: a request, not a memory stall
 * @named: the event named the target
 */
struct hr_full {
	struct hr_cgroup *cg;
	bool requested;
	bool named;
};

enum hr_limit hr_limit_begin(struct hr_full *full, struct mem_cgroup *target);
struct hr_cgroup *hr_limit_find(struct hr_full *full, const struct hr_cgroup *victim,
				unsigned int *up);
void hr_limit_end(struct hr_full *full);

#endif /* _HEADROOM_LIMIT_H */
