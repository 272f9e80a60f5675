/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_ENGINE_H
#define HEADROOMD_ENGINE_H

#include <stdbool.h>
#include <headroom.h>

#include "cgroupfs.h"
#include "config.h"
#include "state.h"

struct engine;

/**
 * struct engine_look - a rule's cgroup at one moment
 * @time: CLOCK_MONOTONIC, ns
 * @page_size: bytes
 * @memory: what its files say
 * @low: memory.low
 * @cgroup: what the module says
 */
struct engine_look {
	uint64_t time;
	uint64_t page_size;
	struct cgroupfs_memory memory;
	struct seen low;
	struct headroom_cgroup *cgroup;
};

/**
 * struct engine_verdict - what a rule would do, and why
 * @decision: what
 * @why: a phrase with the evidence
 */
struct engine_verdict {
	struct protect_decision decision;
	char why[512];
};

/** engine_new - the rules of @config, which stays the caller's; NULL without memory */
struct engine *engine_new(const struct config *config);
void engine_free(struct engine *engine);
/**
 * engine_decide - let a rule decide, from this look and the one before
 * @i: index of the rule
 * @look: what was read; its @cgroup becomes the engine's
 * @verdict: result
 *
 * Touches nothing outside of the engine.
 *
 * Return: 0; -EAGAIN when this was the first look at the cgroup, and the next one
 * is needed to tell; -ENOMEM.
 */
int engine_decide(struct engine *engine, size_t i, struct engine_look *look,
		  struct engine_verdict *verdict);
/** engine_blind - rule @i could not look: what it saw last is not to be compared with */
void engine_blind(struct engine *engine, size_t i);

#endif /* HEADROOMD_ENGINE_H */
