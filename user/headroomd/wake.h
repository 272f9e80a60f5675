/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Wake the daemon when a rule may have to act: triggers of the module, derived from conditions
 *
 * The module evaluates a trigger within milliseconds, and sends nothing while it does not fire. So a
 * frame is read as soon as what a rule compares has grown, and no more often while nothing happens.
 */
#ifndef HEADROOMD_WAKE_H
#define HEADROOMD_WAKE_H

#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "condition.h"

/*
 * The most triggers that are set: half of those that a user without CAP_SYS_ADMIN may set, so that
 * the other half is left to programs of the same user
 */
#define WAKE_TRIGGERS	128

/**
 * struct wake_trigger - a trigger on the subtree of a cgroup
 * @cgroup: its id
 * @metric: enum headroom_trigger_metric
 * @cause: enum headroom_stall_cause; 0 for all that are part of the total, and of refaults
 * @threshold: ns of stalls, or refaults
 * @window: ns in which they have to come
 */
struct wake_trigger {
	uint64_t cgroup;
	uint32_t metric;
	uint32_t cause;
	uint64_t threshold;
	uint64_t window;
};

/**
 * struct wake_list - the triggers that rules want
 * @interval: the most time between two frames, ns
 * @more: how many there were no room for
 * @nr: number of triggers
 * @trigger: the triggers, those of a cgroup one behind the other
 */
struct wake_list {
	uint64_t interval;
	size_t more;
	size_t nr;
	struct wake_trigger trigger[WAKE_TRIGGERS];
};

/**
 * wake_least - the least time between two frames, ns
 * @interval: the most time, ns
 */
uint64_t wake_least(uint64_t interval);
/**
 * wake_want - add the triggers that notice a change of a condition
 * @list: result; all calls for a cgroup have to follow one another
 * @when: the condition
 * @cgroup: the id of the cgroup
 *
 * A trigger notices that a rate of refaults, or a share of time in stalls, rises above what it is
 * compared with. Of several comparisons of one cgroup that the same quantity decides, the one with the
 * least threshold counts. Nothing notices a fall, or other signals: there the interval remains.
 */
void wake_want(struct wake_list *list, const struct condition *when, uint64_t cgroup);

struct wake;

/** typedef wake_handler - a trigger has fired, or may have: notifications were dropped */
typedef void wake_handler(void *arg);

/**
 * wake_open - prepare to set triggers
 * @wake: result; free it with wake_close()
 * @event: the loop that waits for them
 * @timeout: how long to wait for an answer of the module, ms
 *
 * Return: 0 or -ENOMEM.
 */
int wake_open(struct wake **wake, sd_event *event, unsigned int timeout, wake_handler *woken,
	      void *arg);
/** wake_close - remove all triggers; @wake may be NULL */
void wake_close(struct wake *wake);
/**
 * wake_set - set these triggers, and no others
 *
 * Only differences are sent to the module. If it refuses one, that is logged once, and the others
 * stay. If it is gone, they are set by the first call after it is back.
 */
void wake_set(struct wake *wake, const struct wake_list *list);

#endif /* HEADROOMD_WAKE_H */
