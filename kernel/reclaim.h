/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _HEADROOM_RECLAIM_H
#define _HEADROOM_RECLAIM_H

#include <linux/types.h>
#include <uapi/linux/headroom.h>

struct headroom_cgroup;

/**
 * enum headroom_reclaim_kind - what a task reclaims
 * @HEADROOM_RECLAIM_MEMCG: a memory cgroup, for a limit or because it was asked to
 * @HEADROOM_RECLAIM_GLOBAL: the machine, in direct reclaim or as kswapd
 */
enum headroom_reclaim_kind {
	HEADROOM_RECLAIM_MEMCG,
	HEADROOM_RECLAIM_GLOBAL,
};

/**
 * enum headroom_limit - what memcg reclaim is for
 * @HEADROOM_LIMIT_NONE: somebody asked for it
 * @HEADROOM_LIMIT_MAX: memory.max
 * @HEADROOM_LIMIT_HIGH: memory.high
 */
enum headroom_limit {
	HEADROOM_LIMIT_NONE,
	HEADROOM_LIMIT_MAX,
	HEADROOM_LIMIT_HIGH,
};

/**
 * struct headroom_cause - why a page is being evicted
 * @reason: the reason
 * @up: where @target is: so many levels above the page's cgroup
 * @target: the cgroup whose memory is reclaimed as a whole; NULL if unknown
 * @evictor: key of the cgroup that drives the reclaim
 *
 * @target is valid under RCU only.
 */
struct headroom_cause {
	enum headroom_reason reason;
	u16 up;
	u32 evictor;
	struct headroom_cgroup *target;
};

int headroom_reclaim_init(void);
void headroom_reclaim_exit(void);
enum headroom_limit headroom_reclaim_begin(enum headroom_reclaim_kind kind);
void headroom_reclaim_end(void);
void headroom_reclaim_evict(struct headroom_cgroup *victim, int nid,
			    unsigned long nr, struct headroom_cause *cause);
void headroom_reclaim_scan(int nid, unsigned long scanned,
			   unsigned long reclaimed, int priority);
void headroom_reclaim_wake_kswapd(int nid);
void headroom_reclaim_sleep_kswapd(int nid);
struct headroom_cgroup *
headroom_reclaim_target(struct headroom_cgroup *owner,
			enum headroom_reason reason, unsigned int up);

#endif /* _HEADROOM_RECLAIM_H */
