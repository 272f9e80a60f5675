// SPDX-License-Identifier: GPL-2.0
/* Groups of statistics: see metrics_group.h */

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "metrics_group.h"

static const char *const group_names[METRICS_GROUPS] = {
	[METRICS_STALL] = "stall",
	[METRICS_CAUSE] = "cause",
	[METRICS_REFAULT] = "refault",
	[METRICS_PSI] = "psi",
	[METRICS_MEMORY] = "memory",
	[METRICS_RECLAIM] = "reclaim",
	[METRICS_KIND] = "kind",
	[METRICS_BLAME] = "blame",
	[METRICS_LATENCY] = "latency",
	[METRICS_DISTANCE] = "distance",
};

/* METRICS_BIT() of a name with this length, or of several; 0 if it is none */
static uint32_t groups_of(const char *name, size_t len)
{
	static const struct {
		const char *name;
		uint32_t groups;
	} several[] = { { "default", METRICS_DEFAULT }, { "all", METRICS_ALL } };

	for (size_t i = 0; i < 2; i++)
		if (strlen(several[i].name) == len && !strncmp(several[i].name, name, len))
			return several[i].groups;
	for (size_t i = 0; i < METRICS_GROUPS; i++)
		if (strlen(group_names[i]) == len && !strncmp(group_names[i], name, len))
			return METRICS_BIT(i);
	return 0;
}

int metrics_parse_groups(const char *text, uint32_t *groups, const char **wrong)
{
	*groups = 0;
	for (*wrong = text;; *wrong += strcspn(*wrong, ",") + 1) {
		size_t len = strcspn(*wrong, ",");
		uint32_t more = groups_of(*wrong, len);

		if (!more)
			return -EINVAL;
		*groups |= more;
		if (!(*wrong)[len])
			return 0;
	}
}
