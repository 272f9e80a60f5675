// SPDX-License-Identifier: GPL-2.0
/*
 * The engine: keep each rule's previous frame, and evaluate the rule on the next
 *
 * The engine takes frames and returns verdicts. It opens no file and sends no request;
 * rounds.c does that.
 */
#include <errno.h>
#include <stdlib.h>

#include "engine.h"

/**
 * struct memory - what the engine remembers of a rule's previous frame
 * @before: the cgroup's statistics; NULL without a previous frame
 * @time: CLOCK_MONOTONIC, ns
 * @limit_hits: how often the cgroup had reached its own limit, cumulative
 * @breaches: how often the kernel had reclaimed from it below memory.low, cumulative
 * @active: time of the last frame in which the rule found the cgroup active, ns
 */
struct memory {
	struct headroom_cgroup *before;
	uint64_t time;
	uint64_t limit_hits;
	uint64_t breaches;
	uint64_t active;
};

struct engine {
	const struct config *config;
	struct memory *memory;
};

struct engine *engine_new(const struct config *config)
{
	struct engine *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->config = config;
	e->memory = calloc(config->nr, sizeof(*e->memory));
	if (e->memory)
		return e;
	free(e);
	return NULL;
}

void engine_free(struct engine *e)
{
	size_t i;

	if (!e)
		return;
	for (i = 0; i < e->config->nr; i++)
		engine_blind(e, i);
	free(e->memory);
	free(e);
}

void engine_blind(struct engine *e, size_t i)
{
	headroom_cgroup_free(e->memory[i].before);
	e->memory[i].before = NULL;
}

static int decide(const struct protect_rule *rule, struct memory *m,
		  const struct engine_frame *frame, struct engine_verdict *v)
{
	struct headroom_stats delta;
	struct protect_reading now = {
		.delta = &delta,
		.interval = frame->time - m->time,
		.clock = frame->cgroup->subtree.evictions,
		.sample_shift = frame->sample_shift,
		.page_size = frame->page_size,
		.current = frame->memory.current,
		.low = frame->low.value,
		.original = frame->low.original,
		.limit = frame->memory.limit,
		.limit_hits = frame->memory.limit_hits - m->limit_hits,
		.breaches = frame->memory.breaches - m->breaches,
		.quiet = frame->time - m->active,
	};

	if (headroom_stats_delta(&frame->cgroup->subtree, &m->before->subtree, &delta))
		return -ENOMEM;
	v->decision = protect_decide(rule, &now);
	protect_explain(v->why, sizeof(v->why), rule, &now, &v->decision);
	headroom_stats_clear(&delta);
	if (v->decision.active)
		m->active = frame->time;
	return 0;
}

int engine_decide(struct engine *e, size_t i, struct engine_frame *frame,
		  struct engine_verdict *verdict)
{
	struct memory *m = &e->memory[i];
	int err = -EAGAIN;

	/* After a gap, or in a new cgroup, the time without frames is not idle time */
	if (m->before && m->before->id == frame->cgroup->id)
		err = decide(&e->config->protect[i], m, frame, verdict);
	else
		m->active = frame->time;
	engine_blind(e, i);
	m->before = frame->cgroup;
	frame->cgroup = NULL;
	m->time = frame->time;
	m->limit_hits = frame->memory.limit_hits;
	m->breaches = frame->memory.breaches;
	return err;
}
