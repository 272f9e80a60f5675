/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Deliver the messages of the action notify
 *
 * Outlets whose path is the same for all cgroups exist as long as their rule. The others exist as long
 * as a cgroup to which the rule applies, from its first frame on.
 */
#ifndef HEADROOMD_NOTIFY_H
#define HEADROOMD_NOTIFY_H

#include <stddef.h>

#include "config.h"
#include "engine.h"

struct notify;
struct sd_event;

/* The most outlets of all rules */
#define NOTIFY_OUTLETS	256

/** notify_new - begin without outlets; NULL if out of memory; free with notify_free() */
struct notify *notify_new(struct sd_event *event);
/** notify_free - drop all clients, and remove all sockets; FIFOs stay, for the next run; accepts NULL */
void notify_free(struct notify *notify);
/**
 * notify_set_rules - open the outlets that do not depend on cgroups
 * @config: must outlive the next call
 * @dry_run: all rules only imagine, so there are no outlets
 *
 * Outlets of rules that are not there any more are closed by notify_follow().
 */
void notify_set_rules(struct notify *notify, const struct config *config, bool dry_run);
/** notify_follow - open and close outlets for the cgroups of the last frame */
void notify_follow(struct notify *notify, const struct engine *engine);
/**
 * notify_send - deliver a message; an engine_act, whose @arg is the notify, or NULL
 *
 * An outlet has one message of a cgroup in each frame, that of the first rule.
 */
engine_act notify_send;

#endif /* HEADROOMD_NOTIFY_H */
