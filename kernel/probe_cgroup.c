// SPDX-License-Identifier: GPL-2.0
/*
 * Probes for the birth and the death of cgroups
 *
 * Both tracepoints fire under a lock of the tracing code: cgroup_mkdir with the controllers
 * of the new cgroup already online, cgroup_rmdir with them already marked as dying. The
 * registry finds new cgroups without an event. The events tell a dump of changes that the
 * set of cgroups has changed.
 */
#include "probes.h"
#include "registry.h"
#include "worker.h"

void hr_probe_mkdir(void *data, struct cgroup *cgrp, const char *path)
{
	hr_registry_announce();
}

void hr_probe_rmdir(void *data, struct cgroup *cgrp, const char *path)
{
	hr_registry_announce();
	hr_worker_kick(false);
}
