// SPDX-License-Identifier: GPL-2.0
/*
 * Attribute the work of kswapd to the cgroups that woke it
 *
 * kswapd reclaims because tasks allocated: an eviction by kswapd is charged to a cgroup
 * that woke it. Each node remembers the cgroups of the tasks that woke its kswapd since
 * it last slept, and how often each did. The kernel reports a wake-up only if it finds
 * kswapd asleep, so this is a sample of the demand, not all of it.
 *
 * The batches of kswapd are shared out in proportion to the wake-ups, by smooth weighted
 * round robin: before each batch the turn of every waker grows by its wake-ups; the waker
 * with the largest turn gets the batch and pays the sum of all wake-ups for it. With
 * three wake-ups by A and one by B:
 *
 *	turns before	A 3  B 1	A 2  B 2	A 1  B 3	A 4  B 0
 *	evictor		A		A		B		A
 *	turns after	A -1 B 1	A -2 B 2	A 1  B -1	A 0  B 0
 */
#include <linux/gfp.h>
#include <linux/nodemask.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "cgroup.h"
#include "kswapd.h"

#define WAKERS	8

/**
 * struct wakers - the cgroups that woke a node's kswapd
 * @lock: raw and a leaf
 * @slept: kswapd has slept since the last wake-up; written without the lock
 * @waker: the cgroup, with a reference, or NULL; its wake-ups; and its turn
 *
 * If there are more than WAKERS, the cgroup with the fewest wake-ups is replaced.
 */
struct wakers {
	raw_spinlock_t lock;
	bool slept;
	struct {
		struct hr_cgroup *cg;
		s64 times;
		s64 turn;
	} waker[WAKERS];
};

static struct wakers *wakers __read_mostly;	/* by node */

static void forget(struct wakers *w)
{
	int i;

	for (i = 0; i < WAKERS; i++) {
		hr_cgroup_put(w->waker[i].cg);
		memset(&w->waker[i], 0, sizeof(w->waker[i]));
	}
}

/* The place of @cg: the one that it has, or the one with the fewest wake-ups */
static int place_of(const struct wakers *w, const struct hr_cgroup *cg)
{
	int i, least = 0;

	lockdep_assert_held(&w->lock);
	for (i = 0; i < WAKERS; i++) {
		if (w->waker[i].cg == cg)
			return i;
		if (w->waker[i].times < w->waker[least].times)
			least = i;
	}
	return least;
}

/**
 * hr_kswapd_woken - note that the running task wakes kswapd
 * @nid: node of that kswapd
 *
 * Context: any, under RCU.
 */
void hr_kswapd_woken(int nid)
{
	struct hr_cgroup *cg = in_task() ? hr_cgroup_of_current() : hr_cgroup_root();
	struct wakers *w = &wakers[nid];
	unsigned long flags;
	int i;

	raw_spin_lock_irqsave(&w->lock, flags);
	/* Pairs with WRITE_ONCE() in hr_kswapd_slept(); no order is needed */
	if (READ_ONCE(w->slept))
		forget(w);
	WRITE_ONCE(w->slept, false);
	i = place_of(w, cg);
	if (w->waker[i].cg != cg) {
		hr_cgroup_get(cg);
		hr_cgroup_put(w->waker[i].cg);
		w->waker[i].cg = cg;
		w->waker[i].times = 0;
		w->waker[i].turn = 0;
	}
	w->waker[i].times++;
	raw_spin_unlock_irqrestore(&w->lock, flags);
}

/**
 * hr_kswapd_slept - note that kswapd goes to sleep: the next wake-up begins a new list
 * @nid: node of that kswapd
 *
 * Context: any.
 */
void hr_kswapd_slept(int nid)
{
	/* Pairs with the lockless accesses in hr_kswapd_woken(); no order is needed */
	WRITE_ONCE(wakers[nid].slept, true);
}

/**
 * hr_kswapd_evictor - choose the cgroup that the next batch of kswapd is charged to
 * @nid: node of that kswapd
 *
 * Context: any, under RCU.
 * Return: its record, with a reference; that of the root if no cgroup is known.
 */
struct hr_cgroup *hr_kswapd_evictor(int nid)
{
	struct hr_cgroup *cg = hr_cgroup_root();
	struct wakers *w = &wakers[nid];
	unsigned long flags;
	s64 all = 0;
	int i, next = -1;

	raw_spin_lock_irqsave(&w->lock, flags);
	for (i = 0; i < WAKERS; i++) {
		if (!w->waker[i].cg)
			continue;
		all += w->waker[i].times;
		w->waker[i].turn += w->waker[i].times;
		if (next < 0 || w->waker[i].turn > w->waker[next].turn)
			next = i;
	}
	if (next >= 0) {
		w->waker[next].turn -= all;
		cg = hr_cgroup_alive(w->waker[next].cg);
	}
	hr_cgroup_get(cg);
	raw_spin_unlock_irqrestore(&w->lock, flags);
	return cg;
}

/**
 * hr_kswapd_init - allocate the lists of wakers
 *
 * Context: process, may sleep; before any probe runs.
 * Return: 0 or -ENOMEM.
 */
int hr_kswapd_init(void)
{
	unsigned int nid;

	wakers = kvcalloc(nr_node_ids, sizeof(*wakers), GFP_KERNEL);
	if (!wakers)
		return -ENOMEM;
	for (nid = 0; nid < nr_node_ids; nid++)
		raw_spin_lock_init(&wakers[nid].lock);
	return 0;
}

/**
 * hr_kswapd_exit - free the lists of wakers
 *
 * Context: process; no probe runs any more.
 */
void hr_kswapd_exit(void)
{
	unsigned int nid;

	for (nid = 0; nid < nr_node_ids; nid++)
		forget(&wakers[nid]);
	kvfree(wakers);
	wakers = NULL;
}
