/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The metrics of a cgroup, for it and all below it
 *
 * All have the label "cgroup", its path. Paths may have any bytes. Those that are not UTF-8 cannot be
 * in a label, and replacing them may make two paths the same: such a cgroup has a second label,
 * "id", which others lack.
 */
#ifndef METRICS_CGROUP_H
#define METRICS_CGROUP_H

#include "headroom.h"

struct exposition;
struct metrics_families;

/**
 * struct metrics_moment - what was read
 * @h: connection, for files and paths of cgroups
 * @snapshot: of the module
 * @blame: all evictors; NULL if they are not exported
 * @page_size: bytes
 */
struct metrics_moment {
	struct headroom *h;
	struct headroom_snapshot *snapshot;
	struct headroom_blame *blame;
	uint32_t page_size;
};

/** metrics_families_new - add the families of groups to a text; NULL if out of memory */
struct metrics_families *metrics_families_new(struct exposition *e, uint32_t groups);
void metrics_families_free(struct metrics_families *families);
/** metrics_put_cgroup - add the samples of a cgroup, which has a path */
void metrics_put_cgroup(const struct metrics_families *families, struct exposition *e,
			const struct metrics_moment *moment, const struct headroom_cgroup *cgroup);

#endif /* METRICS_CGROUP_H */
