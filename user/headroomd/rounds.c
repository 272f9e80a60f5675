// SPDX-License-Identifier: GPL-2.0
/*
 * A round: for each rule, read a frame, let the engine decide, act, and log
 *
 * A rule logs a line when it changes memory.low, and when its reason for not doing so
 * changes; with --verbose, it repeats that reason once a minute.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "engine.h"
#include "journal.h"
#include "low.h"
#include "rounds.h"

#define REMIND		60000000000ULL

/**
 * struct logged - what was last logged about a rule
 * @reason: reason of the last decision, or -1
 * @time: when that was logged, ns
 * @err: error that keeps the rule from working, or 0
 * @what: operation that failed with @err: reading or writing, below
 */
struct logged {
	int reason;
	uint64_t time;
	int err;
	const char *what;
};

static const char reading[] = "read";
static const char writing[] = "set memory.low of";

struct rounds {
	struct config *config;
	struct ledger *ledger;
	struct engine *engine;
	uint64_t page_size;
	uint32_t sample_shift;
	struct logged *logged;
	char summary[160];
};

struct rounds *rounds_new(struct config *config, struct ledger *ledger)
{
	struct rounds *r = calloc(1, sizeof(*r));
	size_t i;

	if (!r)
		return NULL;
	r->ledger = ledger;
	r->engine = engine_new(config);
	r->logged = calloc(config->nr, sizeof(*r->logged));
	if (!r->engine || !r->logged) {
		engine_free(r->engine);
		free(r->logged);
		free(r);
		return NULL;
	}
	for (i = 0; i < config->nr; i++)
		r->logged[i].reason = -1;
	r->config = config;
	return r;
}

void rounds_free(struct rounds *r)
{
	if (!r)
		return;
	engine_free(r->engine);
	config_free(r->config);
	free(r->logged);
	free(r);
}

/* Log an error of a rule once, and that it is over once; @err is 0 for success */
static void log_trouble(struct rounds *r, size_t i, const char *what, int err)
{
	const struct protect_rule *rule = &r->config->protect[i];
	struct logged *logged = &r->logged[i];

	if (err == logged->err || (!err && logged->what == writing && what != writing))
		return;
	if (err == -ENOENT)
		journal(LOG_NOTICE, "protect %s: %s does not exist or has no memory controller; waiting for it",
			rule->name, rule->cgroup);
	else if (err)
		journal(LOG_ERR, "protect %s: cannot %s %s: %s", rule->name, what,
			rule->cgroup, strerror(-err));
	else
		journal(LOG_NOTICE, "protect %s: %s %s", rule->name, rule->cgroup,
			logged->err == -ENOENT ? "exists now" : "can be read and written again");
	logged->err = err;
	logged->what = what;
	logged->reason = -1;
}

static void log_change(const struct rounds *r, size_t i, uint64_t low,
		     const struct engine_verdict *v)
{
	const struct protect_rule *rule = &r->config->protect[i];
	bool up = v->decision.low > low;
	char from[32], to[32];

	journal(LOG_INFO, "protect %s: %s memory.low of %s from %s to %s: %s", rule->name,
		r->ledger->dry_run ? (up ? "would raise" : "would lower") :
		(up ? "raised" : "lowered"), rule->cgroup,
		journal_size(from, sizeof(from), low),
		journal_size(to, sizeof(to), v->decision.low), v->why);
}

static void log_inaction(struct rounds *r, size_t i, uint64_t low, uint64_t time,
			 const struct engine_verdict *v)
{
	const struct protect_rule *rule = &r->config->protect[i];
	struct logged *logged = &r->logged[i];
	bool new_reason = logged->reason != (int)v->decision.reason;
	char is[32];

	if (!new_reason && time - logged->time < REMIND)
		return;
	journal(new_reason ? LOG_INFO : LOG_DEBUG, "protect %s: memory.low of %s stays at %s: %s",
		rule->name, rule->cgroup, journal_size(is, sizeof(is), low), v->why);
	logged->time = time;
}

/* Read the files of a rule's cgroup, all of the same one */
static int read_files(struct rounds *r, const char *path, struct engine_frame *frame)
{
	/* Notices if the cgroup was removed */
	int dir, err = low_read(r->ledger, r->config, path, &frame->low);
	uint64_t id;

	if (err)
		return err;
	dir = cgroupfs_open(r->ledger->root, path, &id);
	if (dir < 0)
		return dir;
	err = id == frame->low.id ? cgroupfs_read_memory(dir, &frame->memory) : -ENOENT;
	close(dir);
	return err;
}

/* Read the cgroup of a rule. An error of the module is stored in @module_err as well. */
static int read_frame(struct rounds *r, size_t i, struct headroom *h,
		      struct engine_frame *frame, int *module_err)
{
	int err;

	*frame = (struct engine_frame){
		.time = clock_now(), .page_size = r->page_size, .sample_shift = r->sample_shift,
	};
	err = read_files(r, r->config->protect[i].cgroup, frame);
	if (err)
		return err;
	err = headroom_cgroup_get(h, frame->low.id, &frame->cgroup);
	/* If it was removed or is too large for a message, other cgroups can still be read */
	if (err && err != -ENOENT && err != -EMSGSIZE)
		*module_err = err;
	return err;
}

static void act(struct rounds *r, size_t i, const struct engine_frame *frame,
		const struct engine_verdict *v)
{
	const struct protect_rule *rule = &r->config->protect[i];
	int err;

	log_trouble(r, i, reading, 0);
	if (v->decision.low == frame->low.value) {
		log_inaction(r, i, frame->low.value, frame->time, v);
	} else {
		err = low_set(r->ledger, r->config, rule->cgroup, &frame->low, v->decision.low);
		if (err == -EAGAIN) {
			journal(LOG_DEBUG, "protect %s: memory.low of %s or above it was changed outside of headroomd; the next round decides again",
				rule->name, rule->cgroup);
			return;
		}
		log_trouble(r, i, writing, err);
		if (err)
			return;
		log_change(r, i, frame->low.value, v);
	}
	r->logged[i].reason = v->decision.reason;
}

/* Return: 0 or an error of the module */
static int run_rule(struct rounds *r, size_t i, struct headroom *h)
{
	struct engine_verdict verdict;
	struct engine_frame frame;
	int module_err = 0;
	int err = read_frame(r, i, h, &frame, &module_err);

	if (module_err)
		return module_err;
	if (err) {
		engine_blind(r->engine, i);
		log_trouble(r, i, reading, err);
		return 0;
	}
	err = engine_decide(r->engine, i, &frame, &verdict);
	if (!err)
		act(r, i, &frame, &verdict);
	return 0;
}

/* Each round, because the sampling factor can change */
static int read_status(struct rounds *r, struct headroom *h)
{
	struct headroom_status *status;
	int err = headroom_status_get(h, &status);

	if (err)
		return err;
	r->page_size = status->page_size;
	r->sample_shift = status->sample_shift;
	headroom_status_free(status);
	return 0;
}

int rounds_run(struct rounds *r, struct headroom *h)
{
	size_t i;
	int err = read_status(r, h);

	for (i = 0; !err && i < r->config->nr; i++)
		err = run_rule(r, i, h);
	for (i = 0; err && i < r->config->nr; i++)
		engine_blind(r->engine, i);
	return err;
}

const char *rounds_summary(struct rounds *r)
{
	size_t i, protected = 0;

	for (i = 0; i < r->config->nr; i++)
		protected += !!ledger_find(r->ledger, r->config->protect[i].cgroup, LOW_FILE);
	snprintf(r->summary, sizeof(r->summary), "%zu of %zu cgroups protected%s", protected,
		 r->config->nr, r->ledger->dry_run ? " (dry run)" : "");
	return r->summary;
}
