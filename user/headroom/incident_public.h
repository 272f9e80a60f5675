/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What of an incident is shown to those who may not read statistics
 *
 * The metrics have the paths and the numbers of cgroups already. Pids and the names of commands are for
 * holders of CAP_PERFMON: here they are those of stalled tasks, and what came of a deed has the pids of
 * killed processes, and what a program said that the configuration names.
 */
#ifndef INCIDENT_PUBLIC_H
#define INCIDENT_PUBLIC_H

#include "incident.h"

/** incident_make_public - remove the pids, and the texts that may have some; returns 0 or -ENOMEM */
int incident_make_public(struct incident *in);

#endif /* INCIDENT_PUBLIC_H */
