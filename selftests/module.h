/* SPDX-License-Identifier: GPL-2.0 */
/* The module under test, and what it says */
#ifndef _SELFTESTS_MODULE_H
#define _SELFTESTS_MODULE_H

#include <stdbool.h>
#include <headroom.h>

/* Each returns 0 or a negative errno */
int module_load(const char *parameters);
int module_unload(void);
/* Loads it anew, so that parameters take effect and counters begin at zero */
int module_reload(const char *parameters);

/* The statistics of one cgroup of the test; NULL after saying what failed */
struct headroom_cgroup *module_read(const char *cgroup);

/* Who took the pages of one cgroup of the test; NULL after saying what failed */
struct headroom_blame *module_blame(const char *cgroup);
/* What the module says of itself; NULL after saying what failed */
struct headroom_status *module_status(void);
/*
 * Whether the hook whose name begins with @name is attached; -1 if none is listed
 */
int module_hook(const char *name);

/* Whether the kernel tells of what reclaim scans; Linux 6.1 does not of MGLRU */
bool module_sees_scans(void);

/* Everything lost since it was loaded, told on stderr; -1 if it cannot say */
int64_t module_lost(void);

#endif /* _SELFTESTS_MODULE_H */
