/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A kernel with the headroom module, inside a program
 *
 * fake_kernel.c takes the place of sendmsg() and recvmsg(), and answers what
 * libnl sends as the module would. Linked into a test program, or into the
 * command. The environment variable HEADROOM_FAKE holds words that tell how it
 * behaves; it is read at each request. Where they are to change while it runs,
 * HEADROOM_FAKE_FILE is a file that holds them. HEADROOM_FAKE_ROOT is where it says that
 * its cgroups are mounted. For events see fake_events.c.
 *
 *	absent		the module is not loaded
 *	eperm		the user has no privileges
 *	reload		the module is loaded anew before every request after the first
 *	gone		the module is unloaded after the first request
 *	churn=N		the first N dumps are interrupted
 *	breaks		a dump breaks off with an error in the message that ends it
 *	malformed	a cgroup's statistics are not what they should be
 *	disorder	the dump is out of order
 *	still		nothing has changed
 *	stuck		no answer comes, as after the timeout of a socket
 *	deaf=N		generic netlink does not answer from the Nth lookup of the family on
 *	enobufs		the queue overflows once
 *	huge		histograms have all 124 buckets, a message has 100 KB
 *	many		a dump has 200 more cgroups, with ids from 1000 on, and without paths
 *	taking		as many pages are taken anew at each dump of blame
 *	blameless	no cgroup has lost pages
 *	removed=ID	this cgroup was removed after the dump: it has no path
 *	unnamed=ID	the path of this cgroup may not be looked up
 *	calm=N		no task is stalled from the Nth dump of these on; alone: from the first
 *	untracked	stalls are not tracked
 *	mglru		it reclaims by the multi-generational LRU
 *	born, died=ID	cgroup 7 was born, another died
 *	unprivileged	the group of the events may not be joined
 *	silent		the module is too old to send any
 *	lively		who joins that group hears something of everything
 *	garbled		notifications are not what they should be
 *	fires		a trigger fires as soon as it was set
 *	hasty		and even before, twice
 *	full		the answer to who sets a trigger is lost
 *	nameless	or has no id
 *	late		or comes only after the reader has waited for it
 *	mute		a request for one object is answered by an ACK alone
 *	vague		a stalled task has no pid
 *	partly		a hook is missing, PSI is off, something was lost, one page in
 *			64 is tracked
 *
 * Its cgroups, each with a counter more at each dump:
 *
 *	1 /		2 /busy		3 /busy/db	4 /idle		5 /vain\e[2J
 *	6 /busyness, which the first dump does not have
 *	7 /busy/newborn, which is not there unless it was born
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include <stdbool.h>
#include <stdint.h>
#include "headroom.h"

/* How many requests were answered */
extern unsigned int fake_kernel_requests;
/* The trigger that was asked for last; what was not asked for is zero */
extern struct headroom_trigger fake_kernel_trigger;
/* The timeout of the last wait for an answer among events, in milliseconds */
extern int fake_kernel_poll_timeout;
/* How many paths of cgroups were looked up */
extern unsigned int fake_kernel_lookups;

/* The number behind "word=", 1 for a bare word, 0 when it is absent */
unsigned long fake_kernel_behaves(const char *word);
/*
 * Sends a notification with what of @event is not zero, to the group, or to the socket
 * that has set the trigger. It has the next number unless it has one.
 */
void fake_kernel_notify(int cmd, const struct headroom_event *event);
/* So many notifications to the group, or of a trigger, are never sent */
void fake_kernel_skip(unsigned int n, uint32_t trigger);
/* The queues of all who listen overflow: what is sent is lost until they were read */
void fake_kernel_overrun(void);
/* Generic netlink tells that a family goes */
void fake_kernel_family_goes(int family);
/* The module is unloaded, without a notification if quietly, or loaded anew */
void fake_kernel_unload(bool quietly);
void fake_kernel_load(void);

#endif /* FAKE_KERNEL_H */
