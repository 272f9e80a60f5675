// SPDX-License-Identifier: GPL-2.0
/*
 * Cgroups: when one is removed
 *
 * cgroup_rmdir fires under a lock of the tracing code with the cgroup already
 * marked as dying. Births need no event: the registry finds them.
 */
#include "probes.h"
#include "registry.h"

void headroom_probe_rmdir(void *data, struct cgroup *cgrp, const char *path)
{
	headroom_registry_kick(false);
}
