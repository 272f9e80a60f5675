/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Answer netlink requests as a kernel with the headroom module would
 *
 * fake_kernel.c replaces sendmsg() and recvmsg(). It is linked into a test program, or into
 * the command. The environment variable HEADROOM_FAKE holds words that describe its
 * behaviour; it is read at each request. HEADROOM_FAKE_FILE names a file with such words, which
 * can be changed while the program runs. HEADROOM_FAKE_ROOT is the mount point of its cgroups.
 * For events in the command see fake_events.c.
 *
 *	absent		the module is not loaded
 *	eperm		the user has no privileges
 *	reload		the module is reloaded before every request after the first
 *	gone		the module is unloaded after the first request
 *	churn=N		the first N dumps are interrupted
 *	breaks		a dump ends with an error
 *	malformed	the statistics of one cgroup are malformed
 *	disorder	a dump is out of order
 *	still		nothing has changed
 *	stuck		no answer comes, as on a socket whose timeout expires
 *	deaf=N		generic netlink does not answer from the Nth lookup of the family on
 *	enobufs		the queue overflows once
 *	huge		histograms have all 124 buckets, messages have 100 KB
 *	many		a dump has 200 more cgroups, with ids from 1000 on and without paths
 *	containers=N	there are N more cgroups below /containers, all with counters
 *	hostile		there are cgroups with names that formats have to escape
 *	mute		a request for one object is answered by an ACK alone
 *	taking		each dump of blame has as many more evictions as the first
 *	blameless	no cgroup is a victim
 *	removed=ID	this cgroup was removed after the dump: it has no path
 *	unnamed=ID	looking up the path of this cgroup is not permitted
 *	calm=N		no task is stalled from the Nth dump of stalls on; without N, from the first
 *	untracked	stalls are not tracked
 *	mglru		the kernel uses the multi-generational LRU
 *	born		cgroup 7 exists
 *	died=ID		this cgroup does not exist
 *	vague		a stalled task has no pid
 *	partly		a hook is missing, PSI is off, something was dropped, one page in
 *			64 is tracked
 *	losing		with "partly", each status has as many more evicted and forgotten pages
 *
 * Events and triggers:
 *
 *	unprivileged	joining the multicast group is not permitted
 *	silent		the module is too old to send events
 *	lively		joining the group triggers one event of each type
 *	garbled		notifications are malformed
 *	fires		a trigger fires as soon as it was added
 *	hasty		a trigger fires before and after the answer to trigger-add
 *	full		the answer to trigger-add is dropped: the queue overflows
 *	nameless	the answer to trigger-add has no id
 *	late		the answer to trigger-add arrives only when the reader polls for it
 *
 * The cgroups, whose counters grow with each dump:
 *
 *	1 /		2 /busy		3 /busy/db	4 /idle		5 /vain\e[2J
 *	6 /busyness, missing in the first dump
 *	7 /busy/newborn, missing without "born"
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include <stdbool.h>
#include <stdint.h>
#include "headroom.h"

/* Number of answered requests */
extern unsigned int fake_kernel_requests;
/* The trigger of the last trigger-add; attributes that were absent are zero */
extern struct headroom_trigger fake_kernel_trigger;
/* The timeout of the last wait for an answer among events, in milliseconds */
extern int fake_kernel_poll_timeout;
/* Number of lookups of paths */
extern unsigned int fake_kernel_lookups;

/* The number after "word=", 1 for a bare word, 0 if it is absent */
unsigned long fake_kernel_behaves(const char *word);
/*
 * Send a notification with the members of @event that are not zero, to the group or to the
 * owner of the trigger. Without a seq it gets the next number.
 */
void fake_kernel_notify(int cmd, const struct headroom_event *event);
/* Skip @n sequence numbers of the group or of a trigger, as if notifications were dropped */
void fake_kernel_skip(unsigned int n, uint32_t trigger);
/* Overflow the queues of all sockets for events: they drop messages until they are read */
void fake_kernel_overrun(void);
/* Unregister a family: generic netlink notifies its group */
void fake_kernel_family_goes(int family);
/* Unload the module, without its own notification if @quietly, and load it again */
void fake_kernel_unload(bool quietly);
void fake_kernel_load(void);

#endif /* FAKE_KERNEL_H */
