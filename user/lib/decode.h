/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * Decode netlink attributes into the structures of headroom.h
 *
 * Internal to the library. Each function fills a structure that the caller has zeroed, and
 * frees even after a failure. They return 0, -EBADMSG for attributes that contradict the
 * specification, or -ENOMEM. Unknown attributes come from a newer module and are skipped.
 */
#ifndef HEADROOM_DECODE_H
#define HEADROOM_DECODE_H

#include <netlink/attr.h>
#include "arena.h"
#include "headroom.h"

/** headroom_decode_status - decode a status-get reply */
int headroom_decode_status(const struct nlattr *attrs, int len,
			   struct headroom_status *status);
/**
 * headroom_decode_cgroup - decode a cgroup-get reply
 * @cgroup: result; need not be zeroed, and has nothing to free
 * @arena: provides the memory for lists and histograms
 */
int headroom_decode_cgroup(const struct nlattr *attrs, int len, struct headroom_cgroup *cgroup,
			   struct arena *arena);
/** headroom_decode_blame - decode a blame-get reply */
int headroom_decode_blame(const struct nlattr *attrs, int len, struct headroom_victim *victim);
/** headroom_decode_stalled - decode a stall-get reply; nothing to free */
int headroom_decode_stalled(const struct nlattr *attrs, int len,
			    struct headroom_stalled *stalled);
/** headroom_decode_params - decode a params-get reply; nothing to free */
int headroom_decode_params(const struct nlattr *attrs, int len,
			   struct headroom_params *params);
/** headroom_decode_trigger - decode the id in a trigger-add reply */
int headroom_decode_trigger(const struct nlattr *attrs, int len, uint32_t *id);
/**
 * headroom_decode_event - decode a notification
 * @event: result, with its type set; its path points into @attrs
 */
int headroom_decode_event(const struct nlattr *attrs, int len, struct headroom_event *event);
/** headroom_status_clear - free the members of @status and zero it */
void headroom_status_clear(struct headroom_status *status);
/** headroom_victim_clear - free the members of @victim and zero it */
void headroom_victim_clear(struct headroom_victim *victim);

#endif /* HEADROOM_DECODE_H */
