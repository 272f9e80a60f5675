// SPDX-License-Identifier: GPL-2.0
/*
 * A round: for each rule read, let the engine decide, act, and tell
 *
 * A line is logged when something is done, and when the reason for doing nothing
 * becomes another one; with --verbose also once a minute.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine.h"
#include "journal.h"
#include "low.h"
#include "rounds.h"

#define REMIND		60000000000ULL

/**
 * struct told - what was last said about a rule
 * @reason: of the last decision, or -1
 * @time: when, ns
 * @err: what kept the rule from working; 0 if nothing did
 * @what: what it could not do then
 */
struct told {
	int reason;
	uint64_t time;
	int err;
	const char *what;
};

static const char reading[] = "read";
static const char writing[] = "set memory.low of";

struct rounds {
	struct config *config;
	struct state *state;
	struct engine *engine;
	uint64_t page_size;
	struct told *told;
	char summary[160];
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

struct rounds *rounds_new(struct config *config, struct state *state)
{
	struct rounds *r = calloc(1, sizeof(*r));
	size_t i;

	if (!r)
		return NULL;
	r->state = state;
	r->engine = engine_new(config);
	r->told = calloc(config->nr, sizeof(*r->told));
	if (!r->engine || !r->told) {
		engine_free(r->engine);
		free(r->told);
		free(r);
		return NULL;
	}
	for (i = 0; i < config->nr; i++)
		r->told[i].reason = -1;
	r->config = config;
	return r;
}

void rounds_free(struct rounds *r)
{
	if (!r)
		return;
	engine_free(r->engine);
	config_free(r->config);
	free(r->told);
	free(r);
}

/* What keeps a rule from working is said once, as is that it works again */
static void tell_trouble(struct rounds *r, size_t i, const char *what, int err)
{
	const struct protect_rule *rule = &r->config->protect[i];
	struct told *told = &r->told[i];

	if (err == told->err || (!err && told->what == writing && what != writing))
		return;
	if (err == -ENOENT)
		journal(LOG_NOTICE, "protect %s: %s is not there, or has no memory controller; waiting for it",
			rule->name, rule->cgroup);
	else if (err)
		journal(LOG_ERR, "protect %s: cannot %s %s: %s", rule->name, what,
			rule->cgroup, strerror(-err));
	else
		journal(LOG_NOTICE, "protect %s: %s %s", rule->name, rule->cgroup,
			told->err == -ENOENT ? "is there" : "can be read and written again");
	told->err = err;
	told->what = what;
	told->reason = -1;
}

static void tell_change(const struct rounds *r, size_t i, uint64_t low,
			const struct engine_verdict *v)
{
	const struct protect_rule *rule = &r->config->protect[i];
	bool up = v->decision.low > low;
	char from[32], to[32];

	journal(LOG_INFO, "protect %s: %s memory.low of %s from %s to %s: %s", rule->name,
		r->state->dry_run ? (up ? "would raise" : "would lower") :
		(up ? "raised" : "lowered"), rule->cgroup,
		journal_size(from, sizeof(from), low),
		journal_size(to, sizeof(to), v->decision.low), v->why);
}

static void tell_why_not(struct rounds *r, size_t i, uint64_t low, uint64_t time,
			 const struct engine_verdict *v)
{
	const struct protect_rule *rule = &r->config->protect[i];
	struct told *told = &r->told[i];
	bool new_reason = told->reason != (int)v->decision.reason;
	char is[32];

	if (!new_reason && time - told->time < REMIND)
		return;
	journal(new_reason ? LOG_INFO : LOG_DEBUG, "protect %s: memory.low of %s stays at %s: %s",
		rule->name, rule->cgroup, journal_size(is, sizeof(is), low), v->why);
	told->time = time;
}

/* Reads all that a rule looks at. An error of the module is in @module_err. */
static int look(struct rounds *r, size_t i, struct headroom *h,
		struct engine_look *now, int *module_err)
{
	const char *path = r->config->protect[i].cgroup;
	int err;

	*now = (struct engine_look){ .time = now_ns(), .page_size = r->page_size };
	err = low_read(r->state, r->config, path, &now->low);
	if (!err)
		err = cgroupfs_read_memory(r->state->root, path, &now->memory);
	if (err)
		return err;
	err = headroom_cgroup_get(h, now->memory.id, &now->cgroup);
	/* Not there, or too large for a message: the others' may still be read */
	if (err && err != -ENOENT && err != -EMSGSIZE)
		*module_err = err;
	return err;
}

static void act(struct rounds *r, size_t i, const struct engine_look *now,
		const struct engine_verdict *v)
{
	const struct protect_rule *rule = &r->config->protect[i];
	int err;

	tell_trouble(r, i, reading, 0);
	if (v->decision.low == now->low.value) {
		tell_why_not(r, i, now->low.value, now->time, v);
	} else {
		err = low_set(r->state, r->config, rule->cgroup, &now->low, v->decision.low);
		if (err == -EAGAIN) {
			journal(LOG_DEBUG, "protect %s: memory.low of %s has changed meanwhile; deciding anew",
				rule->name, rule->cgroup);
			return;
		}
		tell_trouble(r, i, writing, err);
		if (err)
			return;
		tell_change(r, i, now->low.value, v);
	}
	r->told[i].reason = v->decision.reason;
}

/* One rule's turn. Returns the module's error. */
static int turn(struct rounds *r, size_t i, struct headroom *h)
{
	struct engine_verdict verdict;
	struct engine_look now;
	int module_err = 0;
	int err = look(r, i, h, &now, &module_err);

	if (module_err)
		return module_err;
	if (err) {
		engine_blind(r->engine, i);
		tell_trouble(r, i, reading, err);
		return 0;
	}
	err = engine_decide(r->engine, i, &now, &verdict);
	if (!err)
		act(r, i, &now, &verdict);
	return 0;
}

static int read_page_size(struct rounds *r, struct headroom *h)
{
	struct headroom_status *status;
	int err = headroom_status_get(h, &status);

	if (err)
		return err;
	r->page_size = status->page_size;
	headroom_status_free(status);
	return 0;
}

int rounds_go(struct rounds *r, struct headroom *h)
{
	size_t i;
	int err = r->page_size ? 0 : read_page_size(r, h);

	for (i = 0; !err && i < r->config->nr; i++)
		err = turn(r, i, h);
	for (i = 0; err && i < r->config->nr; i++)
		engine_blind(r->engine, i);
	return err;
}

const char *rounds_summary(struct rounds *r)
{
	size_t i, protected = 0;

	for (i = 0; i < r->config->nr; i++)
		protected += !!state_find(r->state, r->config->protect[i].cgroup, LOW_FILE);
	snprintf(r->summary, sizeof(r->summary), "%zu of %zu cgroups protected%s", protected,
		 r->config->nr, r->state->dry_run ? " (dry run)" : "");
	return r->summary;
}
