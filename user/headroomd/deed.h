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
 * struct deed - what is to be done
 * @kind: what
 * @cgroup: to which, by index in the frame
 * @knob: DEED_DEMAND: the knob
 * @value: DEED_DEMAND: the value; DEED_RECLAIM and DEED_TELL: bytes; DEED_KILL: memory.current
 * @swappiness: DEED_RECLAIM: from 0 to 200; negative for that of the system
 * @settle: DEED_KILL: ns that its memory may take to fall: see arbiter.h
 */
struct deed {
	enum deed_kind kind;
	size_t cgroup;
	enum knob knob;
	uint64_t value;
	int swappiness;
	uint64_t settle;
};

#endif /* HEADROOMD_DEED_H */
