// SPDX-License-Identifier: GPL-2.0
/*
 * Probes for the birth and the death of cgroups
 *
 * Both tracepoints fire under a lock of the tracing code: cgroup_mkdir when the controllers
 * of the new cgroup are online, cgroup_rmdir when they are marked as dying. The registry
 * also finds new cgroups without an event; with one, the next dump of changes sweeps first.
 */
#include "probes.h"
#include "registry.h"
#include "worker.h"

HR_PROBE(hr_probe_mkdir,
	 TP_PROTO(void *data, struct cgroup *cgrp, const char *path),
	 TP_ARGS(data, cgrp, path))
{
	hr_registry_announce();
}

HR_PROBE(hr_probe_rmdir,
	 TP_PROTO(void *data, struct cgroup *cgrp, const char *path),
	 TP_ARGS(data, cgrp, path))
{
	hr_registry_announce_death(cgrp);
	hr_worker_kick(false);
}
