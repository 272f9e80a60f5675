/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Declare the probes
 *
 * Each subsystem of the kernel has a file, probe_*.c. Only those files interpret the
 * arguments of tracepoints; hooks.c attaches the probes and checks their prototypes.
 *
 * A probe runs with preemption off, and may run with interrupts off and locks of the page
 * cache held: it never allocates, sleeps, prints or waits.
 */
#ifndef _HEADROOM_PROBES_H
#define _HEADROOM_PROBES_H

#include <linux/types.h>

struct bio;
struct cgroup;
struct compact_control;
struct folio;
struct kprobe;
struct pt_regs;
struct reclaim_stat;
struct task_struct;

/* probe_filemap.c */
void hr_probe_filemap_delete(void *data, struct folio *folio);
void hr_probe_filemap_add(void *data, struct folio *folio);

/* probe_swap.c */
void hr_probe_write_folio(void *data, struct folio *folio);
void hr_probe_bio(void *data, struct bio *bio);
int hr_probe_workingset_eviction(struct kprobe *kp, struct pt_regs *regs);
int hr_probe_swap_read(struct kprobe *kp, struct pt_regs *regs);

/* probe_reclaim.c */
void hr_probe_direct_begin(void *data, int order, gfp_t gfp);
void hr_probe_direct_end(void *data, unsigned long nr_reclaimed);
void hr_probe_memcg_begin(void *data, int order, gfp_t gfp);
void hr_probe_memcg_end(void *data, unsigned long nr_reclaimed);
void hr_probe_throttled(void *data, int nid, int usec_timeout,
			int usec_delayed, int reason);
void hr_probe_compaction_begin(void *data, struct compact_control *cc,
			       unsigned long start, unsigned long end, bool sync);
void hr_probe_compaction_end(void *data, struct compact_control *cc,
			     unsigned long start, unsigned long end,
			     bool sync, int status);
void hr_probe_node_begin(void *data, int nid, int order, gfp_t gfp);
void hr_probe_node_end(void *data, unsigned long nr_reclaimed);
void hr_probe_shrink_inactive(void *data, int nid, unsigned long scanned,
			      unsigned long reclaimed, struct reclaim_stat *stat,
			      int priority, int file);
void hr_probe_wakeup_kswapd(void *data, int nid, int zid, int order,
			    gfp_t gfp);
void hr_probe_kswapd_sleep(void *data, int nid);

/* probe_sched.c */
void hr_probe_switch(void *data, bool preempt, struct task_struct *prev,
		     struct task_struct *next, unsigned int prev_state);

/* probe_oom.c */
void hr_probe_mark_victim(void *data, struct task_struct *task, uid_t uid);
void hr_probe_mark_victim_pid(void *data, int pid);

/* probe_cgroup.c */
void hr_probe_mkdir(void *data, struct cgroup *cgrp, const char *path);
void hr_probe_rmdir(void *data, struct cgroup *cgrp, const char *path);

#endif /* _HEADROOM_PROBES_H */
