/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The probes, one file a subsystem. Only those files know what a tracepoint's
 * arguments mean; hooks.c attaches them and checks their prototypes.
 *
 * A probe runs with preemption off, and may run with interrupts off and locks of
 * the page cache held: it never allocates, sleeps, prints or waits.
 */
#ifndef _HEADROOM_PROBES_H
#define _HEADROOM_PROBES_H

#include <linux/types.h>

struct cgroup;
struct folio;

/* probe_filemap.c */
void headroom_probe_filemap_delete(void *data, struct folio *folio);
void headroom_probe_filemap_add(void *data, struct folio *folio);

/* probe_reclaim.c */
void headroom_probe_direct_begin(void *data, int order, gfp_t gfp);
void headroom_probe_direct_end(void *data, unsigned long nr_reclaimed);
void headroom_probe_memcg_begin(void *data, int order, gfp_t gfp);
void headroom_probe_memcg_end(void *data, unsigned long nr_reclaimed);

/* probe_cgroup.c */
void headroom_probe_rmdir(void *data, struct cgroup *cgrp, const char *path);

#endif /* _HEADROOM_PROBES_H */
