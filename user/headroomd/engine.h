/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The engine: rules on frames
 *
 * It opens no file and sends no request, so that the same engine runs on this machine, on a
 * recording and in a test.
 */
#ifndef HEADROOMD_ENGINE_H
#define HEADROOMD_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "frame.h"
#include "ledger.h"

struct engine;

/**
 * struct decision - what a rule thinks of a cgroup
 * @rule: the rule
 * @id: the cgroup
 * @path: its path
 * @time: when it came to that, on the clock of the frames
 * @when: whether the condition holds
 * @state: the condition's parts, with their values now
 * @reason: number of the action's reason
 * @why: the action's evidence
 * @dry: nothing is written
 * @follows_up: what came of an act some seconds ago
 * @quiet: no news: the condition does not hold to begin with, or there is no frame to compare with
 */
struct decision {
	const struct rule *rule;
	uint64_t id;
	const char *path;
	struct frame_clocks time;
	enum truth when;
	const struct condition_state *state;
	int reason;
	const char *why;
	bool dry;
	bool follows_up;
	bool quiet;
};

/**
 * engine_act - do a deed that is no demand on a knob
 * @frame: the frame that it rests on
 *
 * It must not wait: what takes time is done in the background.
 */
typedef void engine_act(void *arg, const struct frame *frame, const struct deed *deed,
			const struct decision *decision);

/**
 * struct engine_log - told what the engine does; each member may change nothing
 * @decided: a rule has changed its mind about a cgroup, or follows up an act
 * @claimed: something happened to a claim; @decision is that of a rule which demands it, or NULL
 * @acted: a rule wants a deed that is no demand on a knob
 * @gap: frames are missing before this one, so no duration continues across it; @why
 */
struct engine_log {
	void (*decided)(void *arg, const struct decision *decision);
	void (*claimed)(void *arg, const struct ledger_event *event,
			const struct decision *decision);
	engine_act *acted;
	void (*gap)(void *arg, const struct frame *frame, const char *why);
	void *arg;
};

/**
 * engine_new - prepare to run rules
 * @dry_run: all rules only imagine
 * @log: copied
 *
 * Return: NULL if out of memory; free with engine_free().
 */
struct engine *engine_new(bool dry_run, const struct engine_log *log);
void engine_free(struct engine *engine);
/**
 * engine_open_ledger - open the ledger of the rules that act
 *
 * The arguments, and the return value, are those of ledger_open().
 */
int engine_open_ledger(struct engine *engine, enum ledger_mode mode, const char *file,
		       struct dirs *dirs);
/** engine_set_hands - choose what does deeds; without a call, they are only logged */
void engine_set_hands(struct engine *engine, engine_act *act, void *arg);
/** engine_ledger - the ledger of the rules that act, to look at or to restore */
struct ledger *engine_ledger(const struct engine *engine);
/** engine_dry_ledger - the ledger of the rules that only imagine */
const struct ledger *engine_dry_ledger(const struct engine *engine);
/**
 * engine_set_rules - run other rules from the next frame on
 * @config: must outlive the engine, or the next call
 *
 * What is known of cgroups stays, but for what rules remember: durations begin again. A demand of a
 * rule that has the same name stays until the rule has decided.
 *
 * Return: 0 or -ENOMEM; the old rules then stay.
 */
int engine_set_rules(struct engine *engine, const struct config *config);
/** engine_wish - what frames have to contain */
void engine_wish(const struct engine *engine, struct frame_wish *wish);
/** engine_files - the files to read of a cgroup, for live_wish(); @arg is the engine */
uint32_t engine_files(void *arg, uint64_t id, const char *path);
/**
 * engine_round - evaluate all rules on a frame, and act
 * @frame: held until the next round
 *
 * Return: 0; -ENOMEM; or a negative errno of the ledger's file: nothing was changed then.
 */
int engine_round(struct engine *engine, struct frame *frame);
/**
 * engine_budget - what all protections together may add, bytes; UINT64_MAX before the first round
 * @added: result: what they have added
 */
uint64_t engine_budget(const struct engine *engine, uint64_t *added);
/** engine_frame - the frame of the last round; NULL before the first */
const struct frame *engine_frame(const struct engine *engine);
/**
 * engine_each - call a function for the last decision of each rule about each cgroup
 * @id: only about this cgroup; 0 for all
 */
void engine_each(const struct engine *engine, uint64_t id,
		 void (*f)(void *arg, const struct decision *decision), void *arg);

#endif /* HEADROOMD_ENGINE_H */
