/* SPDX-License-Identifier: GPL-2.0 */
/* Read what 'headroom why' explains */
#ifndef WHY_READ_H
#define WHY_READ_H

#include "why_facts.h"

/**
 * struct why_reading - one cgroup at one moment
 * @snapshot: the cgroup and all below it
 * @blame: the evictors of all cgroups; NULL if a recording does not have them
 * @breaches_known: whether its memory.events could be read
 * @breaches: the key low of it
 * @nr_above: number of ancestors
 * @above: the ancestors, the lowest first
 */
struct why_reading {
	struct headroom_snapshot *snapshot;
	struct headroom_blame *blame;
	bool breaches_known;
	uint64_t breaches;
	size_t nr_above;
	struct headroom_cgroup **above;
};

/**
 * why_read - read the cgroup
 * @reading: result; free it with why_reading_free(), even after a failure
 *
 * Return: 0; -ENOENT if the cgroup does not exist; -ENOMEM; or another negative errno. Unless it
 * is -ENOMEM, source_error() has the message.
 */
int why_read(struct headroom *h, uint64_t id, struct why_reading *reading);
void why_reading_free(struct why_reading *reading);

/**
 * why_read_levels - read the files of the cgroup and its ancestors
 * @level: result; free it with free(). Its paths belong to @now
 * @nr: number of levels
 *
 * Return: 0 or -ENOMEM. A file that cannot be read has its error in the result.
 */
int why_read_levels(struct headroom *h, uint64_t id, const struct why_reading *now,
		    const struct why_reading *before, struct why_level **level, size_t *nr);

#endif /* WHY_READ_H */
