// SPDX-License-Identifier: GPL-2.0
/*
 * The engine: what each rule has seen before, and what it decides now
 *
 * It is given what was read and returns what to do. It reads no file and writes
 * none; see rounds.c for that.
 */
#include <errno.h>
#include <stdlib.h>

#include "engine.h"

/**
 * struct watch - a rule at work
 * @before: the cgroup at the last look; NULL if there was none
 * @time: of that look, ns
 * @limit_hits: how often it had run into its own limit by then
 * @breaches: how often the kernel had reclaimed below its memory.low by then
 * @active: when it last was active, ns
 */
struct watch {
	struct headroom_cgroup *before;
	uint64_t time;
	uint64_t limit_hits;
	uint64_t breaches;
	uint64_t active;
};

struct engine {
	const struct config *config;
	struct watch *watch;
};

struct engine *engine_new(const struct config *config)
{
	struct engine *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->config = config;
	e->watch = calloc(config->nr, sizeof(*e->watch));
	if (e->watch)
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
	free(e->watch);
	free(e);
}

void engine_blind(struct engine *e, size_t i)
{
	headroom_cgroup_free(e->watch[i].before);
	e->watch[i].before = NULL;
}

static int decide(const struct protect_rule *rule, struct watch *w,
		  const struct engine_look *look, struct engine_verdict *v)
{
	struct headroom_stats delta;
	struct protect_reading now = {
		.delta = &delta,
		.interval = look->time - w->time,
		.page_size = look->page_size,
		.current = look->memory.current,
		.low = look->low.value,
		.original = look->low.original,
		.limit = look->memory.limit,
		.limit_hits = look->memory.limit_hits - w->limit_hits,
		.breaches = look->memory.breaches - w->breaches,
		.quiet = look->time - w->active,
	};

	if (headroom_stats_delta(&look->cgroup->subtree, &w->before->subtree, &delta))
		return -ENOMEM;
	v->decision = protect_decide(rule, &now);
	protect_explain(v->why, sizeof(v->why), rule, &now, &v->decision);
	headroom_stats_clear(&delta);
	if (v->decision.active)
		w->active = look->time;
	return 0;
}

int engine_decide(struct engine *e, size_t i, struct engine_look *look,
		  struct engine_verdict *verdict)
{
	struct watch *w = &e->watch[i];
	int err = -EAGAIN;

	/* Another cgroup at the same path, or time that nobody watched: not idle time */
	if (w->before && w->before->id == look->cgroup->id)
		err = decide(&e->config->protect[i], w, look, verdict);
	else
		w->active = look->time;
	engine_blind(e, i);
	w->before = look->cgroup;
	look->cgroup = NULL;
	w->time = look->time;
	w->limit_hits = look->memory.limit_hits;
	w->breaches = look->memory.breaches;
	return err;
}
