/* SPDX-License-Identifier: GPL-2.0 */
/* Groups of statistics that 'headroom metrics' exports together */
#ifndef METRICS_GROUP_H
#define METRICS_GROUP_H

#include <stdint.h>

/** enum metrics_group - a group; headroom-metrics(1) describes them */
enum metrics_group {
	METRICS_STALL,
	METRICS_CAUSE,
	METRICS_REFAULT,
	METRICS_PSI,
	METRICS_MEMORY,
	METRICS_RECLAIM,
	METRICS_KIND,
	METRICS_BLAME,
	METRICS_LATENCY,
	METRICS_DISTANCE,
	METRICS_GROUPS,
};

#define METRICS_BIT(group)	(1u << (group))
#define METRICS_ALL		(METRICS_BIT(METRICS_GROUPS) - 1)
/* About 30 series for each cgroup */
#define METRICS_DEFAULT		(METRICS_BIT(METRICS_STALL) | METRICS_BIT(METRICS_CAUSE) | \
				 METRICS_BIT(METRICS_REFAULT) | METRICS_BIT(METRICS_PSI) | \
				 METRICS_BIT(METRICS_MEMORY))

/**
 * metrics_parse_groups - parse names of groups, with commas between
 * @text: names; "default" and "all" stand for several
 * @groups: result: METRICS_BIT() of each
 * @wrong: result: where a name begins that is no group
 *
 * Return: 0 or -EINVAL.
 */
int metrics_parse_groups(const char *text, uint32_t *groups, const char **wrong);

#endif /* METRICS_GROUP_H */
