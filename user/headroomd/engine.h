/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_ENGINE_H
#define HEADROOMD_ENGINE_H

#include <stdbool.h>
#include <headroom.h>

#include "cgroupfs.h"
#include "config.h"
#include "ledger.h"

struct engine;

/**
 * struct engine_frame - everything that a rule reads of its cgroup, at one moment
 * @time: CLOCK_MONOTONIC, ns
 * @page_size: bytes
 * @memory: from the cgroup's files
 * @low: memory.low
 * @cgroup: from the module
 */
struct engine_frame {
	uint64_t time;
	uint64_t page_size;
	struct cgroupfs_memory memory;
	struct knob low;
	struct headroom_cgroup *cgroup;
};

/**
 * struct engine_verdict - a rule's decision and the evidence for it
 * @decision: what to do
 * @why: the evidence, as a phrase for the log
 */
struct engine_verdict {
	struct protect_decision decision;
	char why[512];
};

/** engine_new - follow the rules of @config, which stays the caller's; NULL without memory */
struct engine *engine_new(const struct config *config);
void engine_free(struct engine *engine);
/**
 * engine_decide - evaluate a rule on this frame and its previous one
 * @i: index of the rule
 * @frame: new frame; the engine takes over its @cgroup
 * @verdict: result
 *
 * Reads and writes nothing outside of the engine.
 *
 * Return: 0; -EAGAIN when this is the cgroup's first frame, and a second one is
 * needed to compare with; -ENOMEM.
 */
int engine_decide(struct engine *engine, size_t i, struct engine_frame *frame,
		  struct engine_verdict *verdict);
/** engine_blind - forget the previous frame of rule @i, because the next one is missing */
void engine_blind(struct engine *engine, size_t i);

#endif /* HEADROOMD_ENGINE_H */
