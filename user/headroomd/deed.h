/* SPDX-License-Identifier: GPL-2.0 */
/* Deeds: what an action wants to be done, to its own cgroup or to another */
#ifndef HEADROOMD_DEED_H
#define HEADROOMD_DEED_H

#include <stddef.h>
#include <stdint.h>

#include "knob.h"

/** enum deed_kind - kinds of deeds */
enum deed_kind {
	DEED_DEMAND,	/* a demand on a knob, which the ledger combines with others and gives back */
	DEED_RECLAIM,	/* reclaim memory of the cgroup, once */
	DEED_KILL,	/* kill all tasks of the cgroup */
	DEED_RUN,	/* run a program */
	DEED_TELL,	/* send a message to those that listen */
	DEED_KINDS,
};

/**
 * struct advice - what a workload gets to know of the memory that it may use
 * @room: bytes below the nearest limit; UINT64_MAX if unknown
 * @target: index of the cgroup whose limit that is; FRAME_NONE for the machine
 * @lacking: bytes that would have saved most of its refaults; UINT64_MAX if unknown
 * @shrink: of them, bytes for which there is no room; UINT64_MAX if unknown
 * @cause: of most of its time in stalls, enum headroom_stall_cause; 0 if there was none, or unknown
 * @evictor: index of the cgroup that took more than half of its evicted pages; FRAME_NONE if none did
 * @share: the share that it took
 */
struct advice {
	uint64_t room;
	size_t target;
	uint64_t lacking;
	uint64_t shrink;
	uint32_t cause;
	size_t evictor;
	double share;
};

/**
 * struct deed - what is to be done
 * @kind: what
 * @cgroup: to which, by index in the frame
 * @knob: DEED_DEMAND: the knob
 * @value: DEED_DEMAND: the value; DEED_RECLAIM: bytes; DEED_KILL: memory.current; DEED_TELL: bytes
 *	that are available, UINT64_MAX if unknown
 * @swappiness: DEED_RECLAIM: from 0 to 200; negative for that of the system
 * @settle: DEED_KILL: ns that its memory may take to fall: see arbiter.h
 * @delay: DEED_KILL: ns that the program before it may take
 * @advice: DEED_TELL: the rest of the message
 */
struct deed {
	enum deed_kind kind;
	size_t cgroup;
	enum knob knob;
	uint64_t value;
	int swappiness;
	uint64_t settle;
	uint64_t delay;
	struct advice advice;
};

#endif /* HEADROOMD_DEED_H */
