// SPDX-License-Identifier: GPL-2.0
/*
 * Cgroups: when one is made or removed
 *
 * Both fire under a lock of the tracing code: cgroup_mkdir with the new cgroup's
 * controllers already online, cgroup_rmdir with them already marked as dying. Births
 * need no event: the registry finds them. But what looks for changes only has to know
 * that there is something to find.
 */
#include "probes.h"
#include "registry.h"

void hr_probe_mkdir(void *data, struct cgroup *cgrp, const char *path)
{
	hr_registry_announce();
}

void hr_probe_rmdir(void *data, struct cgroup *cgrp, const char *path)
{
	hr_registry_announce();
	hr_registry_kick(false);
}
