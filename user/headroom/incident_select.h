/* SPDX-License-Identifier: GPL-2.0 */
/* Choose the cgroups of an incident that are shown */
#ifndef INCIDENT_SELECT_H
#define INCIDENT_SELECT_H

#include "incident.h"

/* Cgroups that are shown in full, without their ancestors */
#define INCIDENT_SHOWN	40

/**
 * struct incident_selection - the cgroups that are shown
 * @number: of each cgroup of the incident: its number among those that are shown, or INCIDENT_NONE
 * @nr: number of those that are shown
 * @shown: index of each in the incident; each is behind its parent
 * @left_out: number of those that are not shown
 * @waiting: ns in stalls of tasks in them
 * @refaults: their refaults
 */
struct incident_selection {
	size_t *number;
	size_t nr;
	size_t *shown;
	size_t left_out;
	uint64_t waiting;
	uint64_t refaults;
};

/**
 * incident_select - choose the cgroups
 * @top: only this cgroup and those below it, with its ancestors; INCIDENT_NONE for all
 * @selection: result; free it with incident_selection_free(), even after a failure
 *
 * Return: 0 or -ENOMEM.
 */
int incident_select(const struct incident *in, size_t top, struct incident_selection *selection);
void incident_selection_free(struct incident_selection *selection);

/* Stalls that are listed */
#define INCIDENT_STALLS	20

/**
 * incident_slowest - find the slowest stalls
 * @top: only of this cgroup and those below it; INCIDENT_NONE for all
 * @stall: result, the slowest first; they belong to @in
 *
 * Return: their number.
 */
size_t incident_slowest(const struct incident *in, size_t top,
			const struct incident_stall *stall[INCIDENT_STALLS]);
/** incident_own - a counter of a cgroup without the cgroups below it */
uint64_t incident_own(const struct incident *in, size_t cgroup, enum incident_column column);

#endif /* INCIDENT_SELECT_H */
