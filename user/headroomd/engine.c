// SPDX-License-Identifier: GPL-2.0
/*
 * The engine: at each step, read what each rule looks at, let it decide, and do
 * what it decided, or in a dry run only say so
 *
 * Ancestors. Reclaim that begins above several cgroups on the way honours a
 * memory.low only up to what each cgroup on the way has been given itself. So
 * when a cgroup's protection rises by some amount, so does that of every cgroup
 * between it and the root. These are changes like the others: written down, and
 * restored.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cgroupfs.h"
#include "engine.h"
#include "journal.h"

/**
 * struct watch - a rule at work
 * @rule: the rule
 * @before: the cgroup at the last step; NULL if it was not there
 * @time: of the last step, ns
 * @limit_hits: how often it had run into its own limit by then
 * @breaches: how often the kernel had reclaimed below its memory.low by then
 * @quiet_since: when it last refaulted above its rate, ns
 * @reason: of the last decision, or -1
 * @dry_low: in a dry run, what memory.low would be
 */
struct watch {
	const struct protect_rule *rule;
	struct headroom_cgroup *before;
	uint64_t time;
	uint64_t limit_hits;
	uint64_t breaches;
	uint64_t quiet_since;
	int reason;
	uint64_t dry_low;
};

struct engine {
	struct config *config;
	const char *root;
	struct state *state;
	bool dry_run;
	uint32_t page_size;
	struct watch *watch;
	char summary[160];
};

/* What the cgroup files say about a watched cgroup */
struct files {
	uint64_t id;
	uint64_t current;
	uint64_t low;
	uint64_t limit;
	uint64_t limit_hits;
	uint64_t breaches;
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

struct engine *engine_new(struct config *config, const char *root,
			  struct state *state, bool dry_run)
{
	struct engine *e = calloc(1, sizeof(*e));
	size_t i;

	if (!e)
		return NULL;
	e->watch = calloc(config->nr, sizeof(*e->watch));
	if (!e->watch) {
		free(e);
		return NULL;
	}
	e->config = config;
	e->root = root;
	e->state = state;
	e->dry_run = dry_run;
	for (i = 0; i < config->nr; i++) {
		e->watch[i].rule = &config->protect[i];
		e->watch[i].reason = -1;
	}
	return e;
}

void engine_free(struct engine *e)
{
	size_t i;

	if (!e)
		return;
	for (i = 0; i < e->config->nr; i++)
		headroom_cgroup_free(e->watch[i].before);
	free(e->watch);
	config_free(e->config);
	free(e);
}

static int read_files(const struct engine *e, const char *path, struct files *f)
{
	uint64_t high, max_hits = 0, high_hits = 0;
	int err;

	if ((err = cgroupfs_id(e->root, path, &f->id)) ||
	    (err = cgroupfs_read(e->root, path, "memory.current", &f->current)) ||
	    (err = cgroupfs_read(e->root, path, "memory.low", &f->low)) ||
	    (err = cgroupfs_read(e->root, path, "memory.max", &f->limit)) ||
	    (err = cgroupfs_read(e->root, path, "memory.high", &high)) ||
	    (err = cgroupfs_read_key(e->root, path, "memory.events.local", "max", &max_hits)) ||
	    (err = cgroupfs_read_key(e->root, path, "memory.events.local", "high", &high_hits)) ||
	    (err = cgroupfs_read_key(e->root, path, "memory.events.local", "low", &f->breaches)))
		return err;
	if (high < f->limit)
		f->limit = high;
	f->limit_hits = max_hits + high_hits;
	return 0;
}

/* Starts anew: the cgroup is another one, or is not there */
static void watch_reset(struct watch *w)
{
	headroom_cgroup_free(w->before);
	w->before = NULL;
	w->reason = -1;
	w->dry_low = 0;
}

static const char *const why[] = {
	[PROTECT_QUIET] = "nothing to do: it does not refault",
	[PROTECT_HOLDING] = "the protection holds: it does not refault",
	[PROTECT_OWN_LIMIT] = "not raising: it refaults because of its own limit; raise memory.max or memory.high, or let it use less",
	[PROTECT_UNHEEDED] = "not raising: the kernel takes its pages although it has less than memory.low, as MGLRU does when the whole machine is short; a memory.max on a cgroup that holds it and the others makes memory.low count",
	[PROTECT_AT_MAX] = "not raising: the rule's max, or the cgroup's own limit, is reached",
	[PROTECT_ENOUGH] = "not raising: memory.low covers what the distances ask for; lost pages are still coming back",
	[PROTECT_RAISE] = "others' demand takes its pages",
	[PROTECT_GIVE_BACK] = "idle",
};

static void tell(const struct engine *e, struct watch *w, const struct files *f,
		 const struct protect_decision *d)
{
	const struct protect_rule *rule = w->rule;
	char from[32], to[32], current[32], extra[32], max[32];
	bool acts = d->low != f->low;

	if (!acts && d->reason == (enum protect_reason)w->reason)
		return;
	journal_size(from, sizeof(from), f->low);
	journal_size(to, sizeof(to), d->low);
	journal_size(current, sizeof(current), f->current);
	journal_size(extra, sizeof(extra), d->extra);
	journal_size(max, sizeof(max), rule->max);
	if (acts)
		journal(LOG_INFO, "protect %s: %s memory.low of %s from %s to %s: %s: %.0f refaults/s, %s more would have saved %.0f %% of them, it has %s, max %s",
			rule->name, e->dry_run ? "would set" : "set", rule->cgroup,
			from, to, why[d->reason], d->rate, extra,
			rule->quantile * 100, current, max);
	else
		journal(LOG_INFO, "protect %s: memory.low of %s stays at %s: %s: %.0f refaults/s, it has %s, max %s",
			rule->name, rule->cgroup, from, why[d->reason], d->rate,
			current, max);
}

/* Raises, or lowers, all between the root and @path by what @path changes by */
static int write_ancestors(struct engine *e, const char *path, int64_t by)
{
	char parent[4096];
	char *slash;
	int err;

	snprintf(parent, sizeof(parent), "%s", path);
	for (slash = strchr(parent + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		uint64_t low;

		*slash = '\0';
		err = cgroupfs_read(e->root, parent, "memory.low", &low);
		if (!err && low != CGROUPFS_MAX)
			err = state_write(e->state, parent,
					  by < 0 && low < (uint64_t)-by ? 0 : low + by);
		*slash = '/';
		if (err)
			return err;
	}
	return 0;
}

static void act(struct engine *e, struct watch *w, const struct files *f, uint64_t low)
{
	int err;

	if (e->dry_run) {
		w->dry_low = low;
		return;
	}
	/* Upwards from the root, so that the protection counts once it is set */
	err = write_ancestors(e, w->rule->cgroup, low - f->low);
	if (!err)
		err = state_write(e->state, w->rule->cgroup, low);
	if (err)
		journal(LOG_ERR, "protect %s: cannot set memory.low of %s: %s",
			w->rule->name, w->rule->cgroup, strerror(-err));
}

static void judge(struct engine *e, struct watch *w, const struct headroom_cgroup *cg,
		  struct files *f, uint64_t now)
{
	const struct change *c = state_find(e->state, w->rule->cgroup);
	struct headroom_stats delta;
	struct protect_reading reading = {
		.delta = &delta,
		.interval = now - w->time,
		.page_size = e->page_size,
		.current = f->current,
		.limit = f->limit,
		.limit_hits = f->limit_hits - w->limit_hits,
		.breaches = f->breaches - w->breaches,
		.quiet = now - w->quiet_since,
	};
	struct protect_decision d;

	if (headroom_stats_delta(&cg->subtree, &w->before->subtree, &delta))
		return;
	reading.original = c ? c->original : f->low;
	if (e->dry_run && w->dry_low > f->low)
		f->low = w->dry_low;
	reading.low = f->low;
	d = protect_decide(w->rule, &reading);
	if (d.rate > w->rule->refaults)
		w->quiet_since = now;
	tell(e, w, f, &d);
	if (d.low != f->low)
		act(e, w, f, d.low);
	w->reason = d.reason;
	headroom_stats_clear(&delta);
}

/* Reads one rule's cgroup and lets the rule decide. Returns the module's error. */
static int step(struct engine *e, struct watch *w, struct headroom *h)
{
	struct headroom_cgroup *cg;
	uint64_t now = now_ns();
	struct files f;
	int err;

	err = read_files(e, w->rule->cgroup, &f);
	if (!err)
		err = headroom_cgroup_get(h, f.id, &cg);
	if (err == -ENOENT) {
		if (w->before || !w->time)
			journal(LOG_NOTICE, "protect %s: %s is not there, or has no memory controller; waiting for it",
				w->rule->name, w->rule->cgroup);
		watch_reset(w);
		w->time = now;
		return 0;
	}
	if (err)
		return err;
	if (w->before && w->before->id != cg->id)
		watch_reset(w);
	if (w->before)
		judge(e, w, cg, &f, now);
	else
		w->quiet_since = now;
	headroom_cgroup_free(w->before);
	w->before = cg;
	w->time = now;
	w->limit_hits = f.limit_hits;
	w->breaches = f.breaches;
	return 0;
}

static int read_page_size(struct engine *e, struct headroom *h)
{
	struct headroom_status *status;
	int err = headroom_status_get(h, &status);

	if (err)
		return err;
	e->page_size = status->page_size;
	headroom_status_free(status);
	return 0;
}

int engine_step(struct engine *e, struct headroom *h)
{
	size_t i;
	int err = e->page_size ? 0 : read_page_size(e, h);

	for (i = 0; !err && i < e->config->nr; i++)
		err = step(e, &e->watch[i], h);
	return err;
}

const char *engine_summary(struct engine *e)
{
	size_t i, protected = 0;

	for (i = 0; i < e->config->nr; i++)
		protected += !!state_find(e->state, e->watch[i].rule->cgroup);
	snprintf(e->summary, sizeof(e->summary), "%zu of %zu cgroups protected",
		 protected, e->config->nr);
	return e->summary;
}
