/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Actions: the "do" of a rule
 *
 * An action plans: it returns what it wants, from what it is given, and changes nothing else. The
 * ledger applies plans. What an action does not demand again is given back.
 */
#ifndef HEADROOMD_ACTION_H
#define HEADROOMD_ACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "condition.h"
#include "frame.h"
#include "knob.h"
#include "signals.h"
#include "unit.h"

/* The most parameters of an action */
#define ACTION_PARAMETERS	8

/**
 * struct action_parameter - a parameter, as in "protect max=1G"
 * @name: its name; NULL at the end of a list
 * @unit: its unit
 * @least: the smallest value allowed
 * @most: the largest value allowed
 * @initial: the value if none is given; below @least if one must be
 * @meaning: half a sentence for people
 */
struct action_parameter {
	const char *name;
	enum unit_kind unit;
	double least;
	double most;
	double initial;
	const char *meaning;
};

/**
 * struct action_input - what a plan depends on
 * @view: the cgroup, now and before
 * @when: whether the rule's condition holds
 * @parameter: in the order of the action's list
 * @value: of the knob, bytes; in a dry run, the value that it would have
 * @original: the value that it would have without headroomd
 * @demand: what the rule demanded last; 0 if nothing
 * @bounded: all demands together exceed the budget, so that less than @demand may be granted
 * @explain: the plan needs its @why, which costs more than the rest
 * @cooling: the rule acted less than its cooldown ago: it may give back, not take more
 */
struct action_input {
	const struct view *view;
	enum truth when;
	const double *parameter;
	uint64_t value;
	uint64_t original;
	uint64_t demand;
	bool bounded;
	bool explain;
	bool cooling;
};

/**
 * struct action_plan - what an action wants
 * @demands: the rule has a demand on the knob; otherwise it gives back what it had
 * @demand: the value demanded
 * @reason: a number for each reason of the action: the log tells when it changes
 * @why: the evidence, for people; empty if it is not to be explained
 */
struct action_plan {
	bool demands;
	uint64_t demand;
	int reason;
	char why[512];
};

/**
 * struct action - an entry of the table of actions
 * @name: as in a rule
 * @meaning: half a sentence for people
 * @knob: what it sets
 * @parameter: its parameters
 * @wish: what frames have to contain for it
 * @state_size: bytes that it remembers of a cgroup from frame to frame, zeroed at first
 * @plan: decide what to demand
 */
struct action {
	const char *name;
	const char *meaning;
	enum knob knob;
	const struct action_parameter *parameter;
	struct frame_wish wish;
	size_t state_size;
	void (*plan)(const struct action_input *input, void *state, struct action_plan *plan);
};

/* The actions, each in action_NAME.c; the list ends with NULL */
extern const struct action *const actions[];
extern const struct action action_protect;

/** action_find - look up an action by its name; NULL if there is none */
const struct action *action_find(const char *name);

#endif /* HEADROOMD_ACTION_H */
