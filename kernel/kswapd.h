/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attribute the work of kswapd to the cgroups that woke it
 */
#ifndef _HEADROOM_KSWAPD_H
#define _HEADROOM_KSWAPD_H

struct hr_cgroup;

int hr_kswapd_init(void);
void hr_kswapd_exit(void);
void hr_kswapd_woken(int nid);
void hr_kswapd_slept(int nid);
struct hr_cgroup *hr_kswapd_evictor(int nid);

#endif /* _HEADROOM_KSWAPD_H */
