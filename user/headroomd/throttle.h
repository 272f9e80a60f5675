/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_THROTTLE_H
#define HEADROOMD_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "taken.h"

/** enum throttle_by - what limits an evictor if reclaim does not help; in the order of "by=" */
enum throttle_by {
	THROTTLE_BY_CPU,
	THROTTLE_BY_FREEZE,
	THROTTLE_BY_RECLAIM,	/* nothing: reclaim from it again and again */
};

/**
 * struct throttle_rule - the parameters of the action
 * @share: share of the pages evicted by others that an evictor must have taken
 * @rate: pages per second that it must have taken
 * @by: what limits it
 * @cpu: what is left to it: a share of one CPU, or of the time if it is frozen
 * @high: smallest memory.high to set; 0 to set none
 * @wait: ns that a step has to help before the next one
 * @idle: ns without the condition after which it is released
 */
struct throttle_rule {
	double share;
	double rate;
	enum throttle_by by;
	double cpu;
	uint64_t high;
	uint64_t wait;
	uint64_t idle;
};

/** enum throttle_doubt - why an evictor is not named */
enum throttle_doubt {
	THROTTLE_SURE,		/* it is */
	THROTTLE_SMALL_SHARE,	/* others took as much, or may have */
	THROTTLE_GAVE_BACK,	/* the victim took about as much from it */
	THROTTLE_SLOW,		/* it took few pages per second */
	THROTTLE_BESIDE,	/* it took few pages, beside those that the victim reads again */
};

/**
 * struct throttle_guilt - what blame says of an evictor
 * @low: share of the pages evicted by others that it took: lower bound, of what it took beyond what
 *	the victim took from it
 * @high: the same, upper bound, without that
 * @rate: pages per second: lower bound
 * @doubt: why it is not named
 */
struct throttle_guilt {
	double low;
	double high;
	double rate;
	enum throttle_doubt doubt;
};

/**
 * struct throttle_debt - what an evictor took since the victim was well
 * @lost: pages that the victim has not read again: lower bound
 * @returned: pages that it has: lower bound
 */
struct throttle_debt {
	double lost;
	double returned;
};

/**
 * struct throttle_hold - what holds back an evictor
 * @id: its cgroup id; 0 if the slot is free
 * @quota: the cpu.max that is demanded, us in each period; 0 if none
 * @freeze: frozen in all but one of 2^freeze frames; 0 if it is not
 * @frame: counts frames, for @freeze
 * @high: the memory.high that is demanded, bytes; 0 if none
 * @changed: time of the last step, in either direction, ns; later by the time in which it could not
 *	help
 * @named: when blame named it last, ns
 * @loss: what happened to the victim since the last step
 * @share: the evictor's part in that
 * @largest: the largest memory.current that it had since it was named, bytes
 * @asked: bytes of its debt that were asked for in the last frame
 * @exhausted: when it gave little of what was asked for, ns; 0 if it did not
 * @size: what it may have behind the last step, bytes; 0 if that is not bounded
 */
struct throttle_hold {
	uint64_t id;
	uint64_t quota;
	unsigned int freeze;
	unsigned int frame;
	uint64_t high;
	uint64_t changed;
	uint64_t named;
	struct taken_loss loss;
	struct taken_share share;
	uint64_t largest;
	uint64_t asked;
	uint64_t exhausted;
	uint64_t size;
};

/**
 * struct throttle_reading - what a decision depends on
 * @time: of the frame, ns
 * @interval: ns since the last frame; 0 if frames are missing
 * @blind: nothing is known: keep what there is
 * @suffers: the rule's condition holds
 * @named: it does, and blame names this evictor
 * @takes: blame also names it by what it took since the last step
 * @relapse: the condition holds again, after it has not for the time "wait"
 * @released: the condition has not held for the time "idle", or it is others that are named for
 *	as long
 * @cooling: no new step
 * @taken: bytes that it took since the last frame, by its mean rate
 * @lacks: bytes that the victim still lacks of what it took since the victim was well
 * @returned: bytes of that which the victim has read again
 * @evicted: bytes that were evicted from it since the last frame
 * @current: its memory.current, bytes; 0 if unknown
 * @protection: its memory.low, or memory.min if that is more; bytes
 * @has_cpu: it has a cpu.max, with the values below
 * @cpu_max: its cpu.max without the rule, us in each period
 * @period: period of its cpu.max, us
 * @used: CPU time that it used, us in each period; UINT64_MAX if unknown
 * @joined: the cpu.max that the rule demands of it for any victim, us in each period; 0 if none
 * @has_freeze: it can be frozen
 * @has_high: it has a memory.high
 * @memory_high: its memory.high without the rule, bytes
 * @victim_limit: memory.max or memory.high of the victim, bytes; UINT64_MAX if none
 */
struct throttle_reading {
	uint64_t time;
	uint64_t interval;
	bool blind;
	bool suffers;
	bool named;
	bool takes;
	bool relapse;
	bool released;
	bool cooling;
	uint64_t taken;
	uint64_t lacks;
	uint64_t returned;
	uint64_t evicted;
	uint64_t current;
	uint64_t protection;
	bool has_cpu;
	uint64_t cpu_max;
	uint64_t period;
	uint64_t used;
	uint64_t joined;
	bool has_freeze;
	bool has_high;
	uint64_t memory_high;
	uint64_t victim_limit;
};

/**
 * enum throttle_reason - what the rule does, or why it does nothing
 *
 * If there are two evictors, the larger one counts.
 */
enum throttle_reason {
	THROTTLE_QUIET,		/* the condition does not hold, and nothing is held back */
	THROTTLE_NO_EVICTOR,	/* no cgroup took enough */
	THROTTLE_OWN_DEMAND,	/* most pages were evicted for the cgroup's own demand */
	THROTTLE_FEW,		/* the one that took most took few pages */
	THROTTLE_MUTUAL,	/* the victim took as much from the one that took most */
	THROTTLE_SPARED,	/* the one that took most must not be held back */
	THROTTLE_HOLD,		/* it is held back: wait for the effect */
	THROTTLE_UNNAMED,	/* the same, but the victim suffers, and blame does not name it */
	THROTTLE_RELEASE,	/* the victim has recovered: a step back */
	THROTTLE_COOLING,	/* there would be a next step, but the cooldown has not passed */
	THROTTLE_FLOOR,		/* there is no next step */
	THROTTLE_RECLAIM,	/* reclaim from it */
	THROTTLE_CPU,		/* lower its cpu.max */
	THROTTLE_FREEZE,	/* freeze it more of the time */
	THROTTLE_HIGH,		/* lower its memory.high */
	THROTTLE_BLIND,		/* nothing is known: keep what there is */
};

/**
 * struct throttle_decision - what to do to an evictor
 * @reason: why
 * @hold: what holds it back from now on; @hold.id is 0 if nothing does any more
 * @reclaim: bytes to reclaim from it now
 * @frozen: it is frozen until the next frame
 * @acts: a step was taken
 */
struct throttle_decision {
	enum throttle_reason reason;
	struct throttle_hold hold;
	uint64_t reclaim;
	bool frozen;
	bool acts;
};

/**
 * throttle_judge - what blame says of an evictor
 * @share: its part in the loss
 * @sample_shift: one refault in 2^sample_shift is counted
 */
struct throttle_guilt throttle_judge(const struct throttle_rule *rule,
				     const struct taken_loss *loss,
				     const struct taken_share *share, uint32_t sample_shift);
/**
 * throttle_debt_of - what an evictor owes the victim
 * @share: its part in what was taken since the victim was well
 * @sample_shift: one refault in 2^sample_shift is counted
 */
struct throttle_debt throttle_debt_of(const struct taken_share *share, uint32_t sample_shift);
/** throttle_decide - decide about an evictor; has no side effects */
struct throttle_decision throttle_decide(const struct throttle_rule *rule,
					 const struct throttle_reading *now,
					 const struct throttle_hold *hold);
/**
 * throttle_explain - describe the decision in a phrase
 * @path: the evictor
 * @before: what held it back until now
 *
 * Return: @buf.
 */
const char *throttle_explain(char *buf, size_t size, const struct throttle_rule *rule,
			     const char *path, const struct throttle_reading *now,
			     const struct throttle_hold *before,
			     const struct throttle_decision *d);

#endif /* HEADROOMD_THROTTLE_H */
