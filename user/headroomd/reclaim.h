/* SPDX-License-Identifier: GPL-2.0 */
/* The model of the action reclaim: how much of a cgroup's memory to reclaim now */
#ifndef HEADROOMD_RECLAIM_H
#define HEADROOMD_RECLAIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <headroom.h>

/**
 * struct reclaim_rule - the parameters of the action
 * @stall: target: largest share of the time in refault stalls
 * @refaults: target: most refaults per second
 * @returned: target: largest share of the reclaimed pages that are read again
 * @step: largest share of memory.current to reclaim in a second
 * @least: never reclaim below this size, bytes
 * @age: ns that a cgroup has to have been seen
 * @spike: growth in a second, as a share of memory.current, after which it waits
 * @io: share of the time in which tasks of the machine wait for io, above which it waits
 * @swap_free: share of the machine's swap that has to be free to reclaim anonymous memory
 * @swap_out: growth of the cgroup's swap above which it reclaims no anonymous memory, bytes/s; its own
 *	requests are for less
 * @swappiness: from 0 to 200; negative for that of the system
 */
struct reclaim_rule {
	double stall;
	double refaults;
	double returned;
	double step;
	uint64_t least;
	uint64_t age;
	double spike;
	double io;
	double swap_free;
	double swap_out;
	int swappiness;
};

/** enum reclaim_swap - what the machine has for anonymous memory */
enum reclaim_swap {
	RECLAIM_SWAP_USABLE,
	RECLAIM_SWAP_NONE,	/* no swap, or none for it: the kernel reclaims file pages only */
	RECLAIM_SWAP_FULL,	/* the cgroup has reached its memory.swap.max */
};

/**
 * struct reclaim_reading - what a decision depends on
 * @wanted: the rule's condition holds
 * @cooling: the rule's cooldown has not passed
 * @spared: the cgroup is init, the daemon, or above these
 * @marked: the cgroup is marked to be avoided, or never to be harmed
 * @raised: another rule has raised memory.low or memory.min of the cgroup
 * @delta: statistics of the cgroup's subtree since the last reading
 * @time: now, ns
 * @interval: ns since the last reading
 * @clock: pages evicted from the subtree up to now, of which @delta has the last
 * @sample_shift: one page in 2^sample_shift is tracked
 * @page_size: bytes
 * @current: memory.current, bytes
 * @before: the same at the last reading
 * @unprotected: bytes above memory.min and memory.low, of the cgroup or an ancestor; the least
 * @file: bytes of file pages, without tmpfs
 * @age: ns since the cgroup was seen first
 * @io: share of the time in which some task of the machine waited for io
 * @swap: what there is for anonymous memory
 * @swap_free: share of the machine's swap that is free; with RECLAIM_SWAP_NONE not used
 * @swap_out: growth of the cgroup's swap, bytes/s; the same
 */
struct reclaim_reading {
	bool wanted;
	bool cooling;
	bool spared;
	bool marked;
	bool raised;
	const struct headroom_stats *delta;
	uint64_t time;
	uint64_t interval;
	uint64_t clock;
	uint32_t sample_shift;
	uint64_t page_size;
	uint64_t current;
	uint64_t before;
	uint64_t unprotected;
	uint64_t file;
	uint64_t age;
	double io;
	enum reclaim_swap swap;
	double swap_free;
	double swap_out;
};

/** enum reclaim_reason - why the rule reclaims, or does not */
enum reclaim_reason {
	RECLAIM_IDLE,		/* the condition does not hold */
	RECLAIM_SPARED,		/* never from init, the daemon, and what is above these */
	RECLAIM_MARKED,		/* never from what is marked to be avoided or omitted */
	RECLAIM_PROTECTED,	/* another rule has raised its memory.low or memory.min */
	RECLAIM_YOUNG,		/* it has not been seen for long enough */
	RECLAIM_ABOVE_TARGET,	/* stalls or refaults exceed a target */
	RECLAIM_PAUSE,		/* they did in this frame, but not on average */
	RECLAIM_RETURNED,	/* too many of the reclaimed pages were read again */
	RECLAIM_FUTILE,		/* the kernel reclaimed nothing of what was asked for */
	RECLAIM_UNSURE,		/* the upper bound of stalls or refaults exceeds a target */
	RECLAIM_SPIKE,		/* it has just grown */
	RECLAIM_IO,		/* storage is busy */
	RECLAIM_AT_LEAST,	/* its size has reached "least", memory.low or memory.min */
	RECLAIM_NO_FILE,	/* swap is short or fills fast, and no file pages are left */
	RECLAIM_COOLING,	/* the cooldown has not passed */
	RECLAIM_FILE,		/* reclaim, but no anonymous memory */
	RECLAIM_ALL,		/* reclaim */
	RECLAIM_BLIND,		/* nothing is known: no reclaim */
};

/**
 * struct reclaim_state - what is remembered of a cgroup; zeroed at first
 * @penalties: 2^-penalties of the largest step is used below @floor
 * @recovery: share of the way to the next larger step
 * @floor: the size that was too small the last time, or the first one, bytes; 0 before that
 * @hold: ns of the last wait
 * @until: time when the wait ends; 0 if it does not wait
 * @cause: why it waits
 * @stall: mean share of the time in refault stalls, since the last wait
 * @refaults: mean refaults per second, since the last wait
 * @slow_stall: @stall over a longer time
 * @slow_refaults: @refaults over a longer time
 * @evicted: pages that proactive reclaim evicted since the last wait
 * @returned: of them, pages read again
 * @background: mean of those read again in a second that were evicted long ago
 * @asked: bytes asked for since the last wait
 * @unheeded: requests since the last page that proactive reclaim evicted
 * @request: bytes of the last request that were not evicted yet
 * @credit: bytes due that are too few for a request; negative: evicted beyond requests, and not due yet
 * @stalls: number of stalls, fading
 * @samples: recorded refaults, fading
 * @seconds: the time that @samples stands for, fading
 * @calm: time until which it waits after a spike
 * @spare: time until which it reclaims no anonymous memory
 */
struct reclaim_state {
	unsigned int penalties;
	double recovery;
	uint64_t floor;
	uint64_t hold;
	uint64_t until;
	enum reclaim_reason cause;
	double stall;
	double refaults;
	double slow_stall;
	double slow_refaults;
	double evicted;
	double returned;
	double background;
	double asked;
	unsigned int unheeded;
	uint64_t request;
	double credit;
	double stalls;
	double samples;
	double seconds;
	uint64_t calm;
	uint64_t spare;
};

/**
 * struct reclaim_decision - what to do, with the evidence
 * @reason: only RECLAIM_FILE and RECLAIM_ALL reclaim
 * @bytes: to reclaim now; 0 if too few are due yet
 * @swappiness: from 0 to 200; negative for that of the system
 * @debt: evidence: bytes evicted beyond requests that are not due yet; 0 if none
 * @wait: evidence: ns until it tries again; 0 if it does not wait
 * @stall: evidence: share of the time in refault stalls since the last reading
 * @mean_stall: evidence: the larger mean of that, over about 10 s and 60 s
 * @refaults: evidence: refaults per second since the last reading
 * @mean_refaults: evidence: the larger mean of that, over about 10 s and 60 s
 * @most_stall: evidence: upper bound of its mean over about 60 s
 * @most_refaults: evidence: upper bound of the mean over about 60 s
 * @caused: evidence: pages that proactive reclaim evicted and that were read again since the last
 *	reading, without those of long ago
 * @evicted: evidence: pages that proactive reclaim evicted since the last wait
 * @returned: evidence: of them, pages read again
 * @step: evidence: share of memory.current that may be reclaimed in a second, below @floor
 * @room: evidence: bytes that the curve allows; UINT64_MAX if it sets no bound
 * @floor: evidence: above this size, bytes, the largest step is used
 */
struct reclaim_decision {
	enum reclaim_reason reason;
	uint64_t bytes;
	int swappiness;
	uint64_t debt;
	uint64_t wait;
	double stall;
	double mean_stall;
	double refaults;
	double mean_refaults;
	double most_stall;
	double most_refaults;
	double caused;
	double evicted;
	double returned;
	double step;
	uint64_t room;
	uint64_t floor;
};

/** reclaim_decide - evaluate the rule; changes nothing but @state */
struct reclaim_decision reclaim_decide(const struct reclaim_rule *rule,
				       const struct reclaim_reading *now,
				       struct reclaim_state *state);
/** reclaim_explain - describe the reason and its evidence in a phrase; returns @buf */
const char *reclaim_explain(char *buf, size_t size, const struct reclaim_rule *rule,
			    const struct reclaim_reading *now,
			    const struct reclaim_decision *d);

#endif /* HEADROOMD_RECLAIM_H */
