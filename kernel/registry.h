/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keep the tree of records in step with the tree of cgroups
 */
#ifndef _HEADROOM_REGISTRY_H
#define _HEADROOM_REGISTRY_H

#include <linux/types.h>

#include "registry_lock.h"

struct cgroup;
struct hr_blame_totals;
struct hr_cgroup;

int hr_registry_init(void);
void hr_registry_exit(void);
void hr_registry_lock_synced(void);
void hr_registry_lock_announced(void);
void hr_registry_announce(void);
void hr_registry_announce_death(struct cgroup *cgrp);
struct hr_cgroup *hr_registry_find(unsigned long id);
struct hr_cgroup *hr_registry_from(unsigned long id);
struct hr_cgroup *hr_registry_next(struct hr_cgroup *cg);
bool hr_registry_blame(unsigned long *id, struct hr_blame_totals *blame, bool exact);
unsigned int hr_registry_epoch(void);
void hr_registry_rescale(unsigned int from, unsigned int to);
unsigned int hr_registry_cgroups(void);

#endif /* _HEADROOM_REGISTRY_H */
