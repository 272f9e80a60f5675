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

void headroom_probe_mkdir(void *data, struct cgroup *cgrp, const char *path)
{
	headroom_registry_announce();
}

void headroom_probe_rmdir(void *data, struct cgroup *cgrp, const char *path)
{
	headroom_registry_announce();
	headroom_registry_kick(false);
}
