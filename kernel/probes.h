/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Declare the probes
 *
 * Each subsystem of the kernel has a file, probe_*.c. Only those files interpret the
 * arguments of tracepoints; hooks.c attaches the probes and checks their prototypes.
 *
 * HR_PROBE() and HR_KPROBE() define all of them, and keep this contract on every kernel:
 *
 *	preemption	is off from the first instruction of the probe's body to the last.
 *			So a probe stays on its CPU, and synchronize_rcu() waits for it.
 *			Where the tracepoint has not turned it off, the probe does
 *	re-entry	a probe calls nothing that has a probe, and no probe interrupts
 *			another one on the same CPU, except from an interrupt. A probe that
 *			may run in one leaves per-CPU state of tasks alone: see in_task() in
 *			refault.c. Kernels with CONFIG_DEBUG_PREEMPT check this
 *	per-CPU state	is touched only inside, except by its owner for all CPUs at once
 *
 * A probe may run with interrupts off and locks of the page cache held: it never allocates,
 * sleeps, prints or waits. Documentation/locking.rst has what protects it on which kernel.
 */
#ifndef _HEADROOM_PROBES_H
#define _HEADROOM_PROBES_H

#include <linux/kprobes.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/tracepoint.h>
#include <linux/types.h>

#include "probe_times.h"

struct bio;
struct cgroup;
struct compact_control;
struct folio;
struct iov_iter;
struct kiocb;
struct mem_cgroup;
struct pt_regs;
struct reclaim_stat;
struct task_struct;
struct work_struct;

/**
 * struct hr_kprobe - a kprobe that reads an argument of its function
 * @kp: the kprobe
 * @argument: position of the argument, from 0, as found on the running kernel
 */
struct hr_kprobe {
	struct kprobe kp;
	unsigned int argument;
};

/* Probes that run on a CPU: in a task, a softirq, an interrupt, and above */
DECLARE_PER_CPU(u8[4], hr_probe_depth);

static inline u8 *hr_probe_depth_here(void)
{
	return *this_cpu_ptr(&hr_probe_depth) + !!in_nmi() + !!in_hardirq() +
	       !!(in_hardirq() || in_serving_softirq());
}

static __always_inline void hr_probe_enter(void)
{
	if (!HR_PREEMPTION_IS_OFF)
		preempt_disable_notrace();
	if (IS_ENABLED(CONFIG_DEBUG_PREEMPT))
		WARN_ON_ONCE((*hr_probe_depth_here())++);
}

static __always_inline void hr_probe_leave(void)
{
	if (IS_ENABLED(CONFIG_DEBUG_PREEMPT))
		(*hr_probe_depth_here())--;
	if (!HR_PREEMPTION_IS_OFF)
		preempt_enable_notrace();
}

/**
 * HR_PROBE - define a probe of a tracepoint; its body follows
 * @_name: name of the probe
 * @_proto: TP_PROTO() of the tracepoint, after void *data
 * @_args: TP_ARGS() with the names in @_proto
 */
#define HR_PROBE(_name, _proto, _args)					\
	static __always_inline void _name##_body(_proto);		\
	void _name(_proto)						\
	{								\
		static struct hr_probe_time time;			\
		struct hr_probe_run run;				\
									\
		hr_probe_enter();					\
		run = hr_probe_run_begin();				\
		_name##_body(_args);					\
		hr_probe_run_end(run, &time, #_name);			\
		hr_probe_leave();					\
	}								\
	static __always_inline void _name##_body(_proto)

/**
 * HR_KPROBE - define the handler of a kprobe; its body follows, with kp and regs
 * @_name: name of the handler
 */
#define HR_KPROBE(_name)						\
	static __always_inline void _name##_body(struct kprobe *kp, struct pt_regs *regs); \
	int _name(struct kprobe *kp, struct pt_regs *regs)		\
	{								\
		static struct hr_probe_time time;			\
		struct hr_probe_run run;				\
									\
		hr_probe_enter();					\
		run = hr_probe_run_begin();				\
		_name##_body(kp, regs);					\
		hr_probe_run_end(run, &time, #_name);			\
		hr_probe_leave();					\
		return 0;						\
	}								\
	static __always_inline void _name##_body(struct kprobe *kp, struct pt_regs *regs)

/* probe_filemap.c */
void hr_probe_filemap_delete(void *data, struct folio *folio);
void hr_probe_filemap_add(void *data, struct folio *folio);
void hr_probe_read_bio(void *data, struct bio *bio);

/* probe_dio.c */
void hr_probe_dio_begin(void *data, struct kiocb *iocb, struct iov_iter *iter,
			unsigned int dio_flags, size_t done_before);
void hr_probe_dio_complete(void *data, struct kiocb *iocb, int error, ssize_t ret);

/* probe_swap.c */
void hr_probe_write_folio(void *data, struct folio *folio);
void hr_probe_bio(void *data, struct bio *bio);
void hr_probe_lru_insertion(void *data, struct folio *folio);
extern struct work_struct hr_swap_used_work;
int hr_probe_workingset_eviction(struct kprobe *kp, struct pt_regs *regs);
int hr_probe_swap_read(struct kprobe *kp, struct pt_regs *regs);

/* probe_reclaim.c */
void hr_probe_direct_begin(void *data, int order, gfp_t gfp);
void hr_probe_direct_begin_memcg(void *data, gfp_t gfp, int order, struct mem_cgroup *memcg);
void hr_probe_direct_end(void *data, unsigned long nr_reclaimed);
void hr_probe_direct_end_memcg(void *data, unsigned long nr_reclaimed, struct mem_cgroup *memcg);
void hr_probe_memcg_begin(void *data, int order, gfp_t gfp);
void hr_probe_memcg_begin_memcg(void *data, gfp_t gfp, int order, struct mem_cgroup *memcg);
void hr_probe_memcg_end(void *data, unsigned long nr_reclaimed);
void hr_probe_memcg_end_memcg(void *data, unsigned long nr_reclaimed, struct mem_cgroup *memcg);
void hr_probe_throttled(void *data, int nid, int usec_timeout,
			int usec_delayed, int reason);
void hr_probe_compaction_begin(void *data, struct compact_control *cc,
			       unsigned long start, unsigned long end, bool sync);
void hr_probe_compaction_end(void *data, struct compact_control *cc,
			     unsigned long start, unsigned long end,
			     bool sync, int status);
void hr_probe_node_begin(void *data, int nid, int order, gfp_t gfp);
void hr_probe_node_end(void *data, unsigned long nr_reclaimed);
void hr_probe_node_end_memcg(void *data, unsigned long nr_reclaimed, struct mem_cgroup *memcg);
void hr_probe_balance_begin(void *data, int nid, int order, int highest_zoneidx);
void hr_probe_balance_end(void *data, int nid, int order, int highest_zoneidx,
			  unsigned long nr_reclaimed);
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
