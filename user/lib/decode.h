/* SPDX-License-Identifier: LGPL-2.1 */
/*
 * From netlink attributes to the structures of headroom.h
 *
 * Internal to the library. Each function fills a structure that the caller
 * zeroed and frees, after a failure too. They return 0, -EBADMSG for what
 * contradicts the specification, or -ENOMEM; attributes that they do not know
 * are from a newer module, and skipped.
 */
#ifndef HEADROOM_DECODE_H
#define HEADROOM_DECODE_H

#include <netlink/attr.h>
#include "arena.h"
#include "headroom.h"

/** headroom_decode_status - the attributes of a status-get reply */
int headroom_decode_status(const struct nlattr *attrs, int len,
			   struct headroom_status *status);
/**
 * headroom_decode_cgroup - the attributes of a cgroup-get reply
 * @cgroup: result; what it held before is overwritten
 * @arena: memory for lists and histograms: nothing to free in @cgroup
 */
int headroom_decode_cgroup(const struct nlattr *attrs, int len, struct headroom_cgroup *cgroup,
			   struct arena *arena);
/** headroom_decode_blame - the attributes of a blame-get reply */
int headroom_decode_blame(const struct nlattr *attrs, int len, struct headroom_victim *victim);
/** headroom_decode_stalled - the attributes of a stall-get reply; nothing to free */
int headroom_decode_stalled(const struct nlattr *attrs, int len,
			    struct headroom_stalled *stalled);
/** headroom_decode_params - the attributes of a params-get reply; nothing to free */
int headroom_decode_params(const struct nlattr *attrs, int len,
			   struct headroom_params *params);
/** headroom_decode_trigger - the id in a trigger-add reply */
int headroom_decode_trigger(const struct nlattr *attrs, int len, uint32_t *id);
/**
 * headroom_decode_event - the attributes of a notification
 * @event: result, whose type is known; its path is inside @attrs
 */
int headroom_decode_event(const struct nlattr *attrs, int len, struct headroom_event *event);
/** headroom_status_clear - free what decoding allocated inside @status */
void headroom_status_clear(struct headroom_status *status);
/** headroom_victim_clear - free what decoding allocated inside @victim */
void headroom_victim_clear(struct headroom_victim *victim);

#endif /* HEADROOM_DECODE_H */
