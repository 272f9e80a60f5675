/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which knob helps a cgroup that waits for memory
 *
 * One recommendation, from the reason that accounts for most refaults; for most evictions if the
 * refaults do not matter.
 */
#ifndef WHY_ADVICE_H
#define WHY_ADVICE_H

#include "why_facts.h"

enum why_action {
	WHY_NOTHING,		/* it has enough memory */
	WHY_NO_GAIN,		/* it waits or reads pages back, but memory would not help */
	WHY_MEASURE_LONGER,	/* too little was counted */
	WHY_UNSURE,		/* the cause is unknown */
	WHY_RAISE_LIMIT,	/* of the cgroup or an ancestor */
	WHY_DESCEND,		/* a limit below it binds: ask about that cgroup */
	WHY_PROTECT,		/* memory.low of the cgroup */
	WHY_PROTECT_HARD,	/* memory.min of the cgroup */
	WHY_LIMIT_EVICTOR,	/* memory.high of a cgroup outside */
	WHY_STOP_REQUESTS,	/* of memory.reclaim, DAMON or MADV_PAGEOUT */
	WHY_ADD_MEMORY,		/* to the machine */
	WHY_ACTIONS
};

/** why_action_name - "raise_limit" */
const char *why_action_name(enum why_action action);

/**
 * struct why_advice - what to do
 * @action: what to do
 * @reason: the reason that accounts for most refaults or evictions; WHY_REASONS without any
 * @share: its share of them
 * @refaults: whether it is a share of the refaults
 * @outside: share of the pages that were taken from outside the subtree
 * @id: id of the cgroup to change; 0 if none is known
 * @path: its path; NULL if none is known
 * @file: file to change; NULL if none is known
 * @from: its value in bytes; UINT64_MAX if it has none or that is unknown
 * @value: the new value in bytes, or for WHY_ADD_MEMORY what to add; 0 if unknown
 * @with_max: memory.max is below @value and has to be raised as well
 * @nr_above: number of ancestors, from the lowest one up, whose memory.low must be at least
 *	@value for WHY_PROTECT to have an effect
 * @doubted: MGLRU may not honour @file
 */
struct why_advice {
	enum why_action action;
	enum why_reason reason;
	double share;
	bool refaults;
	double outside;
	uint64_t id;
	const char *path;
	const char *file;
	uint64_t from;
	uint64_t value;
	bool with_max;
	size_t nr_above;
	bool doubted;
};

/** why_advise - choose the recommendation */
struct why_advice why_advise(const struct why_facts *facts);
/** why_lacks_low - whether the memory.low of a level is below @value, or unknown */
bool why_lacks_low(const struct why_level *level, uint64_t value);
/** why_waits - whether tasks wait for memory for a notable part of the time */
bool why_waits(const struct why_facts *facts);

#endif /* WHY_ADVICE_H */
