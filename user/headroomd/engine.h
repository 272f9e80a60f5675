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
 * struct engine_frame - everything that a rule reads about its cgroup at one moment
 * @time: CLOCK_MONOTONIC, ns
 * @page_size: bytes
 * @sample_shift: one page in 2^sample_shift is tracked
 * @memory: memory and limits, from the cgroup's files
 * @low: memory.low
 * @cgroup: statistics, from the module
 */
struct engine_frame {
	uint64_t time;
	uint64_t page_size;
	uint32_t sample_shift;
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

/**
 * engine_new - prepare to evaluate the rules of a configuration
 * @config: the rules; must outlive the engine
 *
 * Return: NULL if out of memory.
 */
struct engine *engine_new(const struct config *config);
void engine_free(struct engine *engine);
/**
 * engine_decide - evaluate a rule on this frame and its previous one
 * @i: index of the rule
 * @frame: new frame; the engine takes ownership of its @cgroup, even on failure
 * @verdict: result
 *
 * Return: 0; -EAGAIN for the first frame of a cgroup, which cannot be compared with a
 * previous one; -ENOMEM.
 */
int engine_decide(struct engine *engine, size_t i, struct engine_frame *frame,
		  struct engine_verdict *verdict);
/** engine_blind - forget the previous frame of rule @i after a frame could not be read */
void engine_blind(struct engine *engine, size_t i);

#endif /* HEADROOMD_ENGINE_H */
