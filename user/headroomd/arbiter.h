/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The arbiter: one kill at a time, over all rules
 *
 * A kill takes time to free memory. Until it has, the evidence that led to it is still there, and
 * would lead to a second kill. So after a kill no rule kills until its victim is empty, memory has
 * fallen and pressure does not drain any more, or the time that the rule gives it has passed.
 *
 * Pressure drains while its average over 10 s is still high although tasks hardly wait any more. A
 * rule that compares an average over 60 s has to give it that time.
 *
 * All of it is read from frames, so that a replay decides the same. A restart of the daemon forgets
 * it: durations begin again then as well.
 */
#ifndef HEADROOMD_ARBITER_H
#define HEADROOMD_ARBITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"

/* A victim that has tasks after this time, ns, and frees no more memory, cannot be killed */
#define ARBITER_PATIENCE	5000000000ull
/* The longest window in which kills are counted, ns */
#define ARBITER_MEMORY		86400000000000ull

struct arbiter;

/**
 * struct arbiter_kill - a kill that a rule wants
 * @rule: name of the rule
 * @by: id of the cgroup that the rule applies to; of the limit, each has its own
 * @cgroup: the victim, by index in the frame; arbiter_ask() does not read it
 * @settle: how long memory may take to fall, ns
 * @delay: how long it may take before it begins, ns
 * @most: kills of the rule for @by within @window
 * @window: ns; at most ARBITER_MEMORY
 */
struct arbiter_kill {
	const char *rule;
	uint64_t by;
	size_t cgroup;
	uint64_t settle;
	uint64_t delay;
	uint64_t most;
	uint64_t window;
};

/** enum arbiter_answer - whether a rule may kill now */
enum arbiter_answer {
	ARBITER_FREE,
	ARBITER_SETTLING,	/* the last kill has not freed its memory */
	ARBITER_LIMIT,		/* the rule has killed as often as it may */
};

/**
 * arbiter_new - begin without kills
 * @imagines: kills are only logged: each takes the time that it may take, and none fails
 *
 * Return: NULL if out of memory; free with arbiter_free().
 */
struct arbiter *arbiter_new(bool imagines);
void arbiter_free(struct arbiter *arbiter);
/** arbiter_forget - forget all: frames are of another boot, or another clock */
void arbiter_forget(struct arbiter *arbiter);
/**
 * arbiter_look - begin a round: see what came of the last kill
 * @frame: has of the cgroups of rules that kill memory.current and memory.pressure, and of all that
 *	they may kill memory.current and cgroup.events
 */
void arbiter_look(struct arbiter *arbiter, const struct frame *frame);
/** arbiter_ask - whether a rule may kill; on ARBITER_FREE, any victim that has not failed */
enum arbiter_answer arbiter_ask(const struct arbiter *arbiter, const struct frame *frame,
				const struct arbiter_kill *kill);
/** arbiter_has_failed - whether a cgroup was killed without effect, less than five minutes ago */
bool arbiter_has_failed(const struct arbiter *arbiter, const struct frame *frame, uint64_t id);
/** arbiter_note - note a kill before it is done; returns 0 or -ENOMEM */
int arbiter_note(struct arbiter *arbiter, const struct frame *frame,
		 const struct arbiter_kill *kill);
/** arbiter_explain - what an answer rests on, for people; returns @buf */
const char *arbiter_explain(const struct arbiter *arbiter, const struct frame *frame,
			    const struct arbiter_kill *kill, char *buf, size_t size);

#endif /* HEADROOMD_ARBITER_H */
