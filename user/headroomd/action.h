/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Actions: the "do" of a rule
 *
 * An action plans: it returns the deeds that it wants, from what it is given, and changes nothing
 * else. The ledger applies demands on knobs: what an action does not demand again is given back. All
 * other deeds are done once by hands: see hands.c.
 */
#ifndef HEADROOMD_ACTION_H
#define HEADROOMD_ACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "condition.h"
#include "deed.h"
#include "frame.h"
#include "knob.h"
#include "ledger.h"
#include "pattern.h"
#include "signals.h"
#include "unit.h"

struct arbiter;

/* The most parameters of an action, and deeds of a plan */
#define ACTION_PARAMETERS	12
#define ACTION_DEEDS		4

/** enum parameter_type - what a parameter is */
enum parameter_type {
	PARAMETER_NUMBER,	/* a quantity with a unit */
	PARAMETER_WORD,		/* one of some words; its number counts them from 0 */
	PARAMETER_TEXT,		/* any text */
	PARAMETER_CGROUPS,	/* patterns of cgroups */
};

/**
 * struct action_parameter - a parameter, as in "protect max=1G"
 * @name: its name; NULL at the end of a list
 * @unit: PARAMETER_NUMBER: its unit
 * @least: PARAMETER_NUMBER: the smallest value allowed
 * @most: PARAMETER_NUMBER: the largest value allowed
 * @initial: PARAMETER_NUMBER: the value if none is given; below @least if one must be
 * @meaning: half a sentence for people
 * @type: what it is
 * @words: PARAMETER_WORD: the words, with blanks in between; the first is the initial one
 * @required: PARAMETER_TEXT, PARAMETER_CGROUPS: there must be one
 */
struct action_parameter {
	const char *name;
	enum unit_kind unit;
	double least;
	double most;
	double initial;
	const char *meaning;
	enum parameter_type type;
	const char *words;
	bool required;
};

/* A parameter that is a quantity, in an array of struct action_parameter */
#define ACTION_NUMBER(name_, unit_, least_, most_, initial_, meaning_)				\
	{ .name = name_, .unit = unit_, .least = least_, .most = most_, .initial = initial_,	\
	  .meaning = meaning_ }

/**
 * struct action_value - the value of a parameter
 * @number: PARAMETER_NUMBER, PARAMETER_WORD
 * @text: PARAMETER_TEXT: NULL if none is given; of others, as it was written
 * @cgroups: PARAMETER_CGROUPS
 */
struct action_value {
	double number;
	char *text;
	struct pattern cgroups;
};

/**
 * struct action_input - what a plan depends on
 * @view: the cgroup, now and before
 * @when: whether the rule's condition holds
 * @rule: name of the rule
 * @parameter: in the order of the action's list
 * @ledger: the claims: see action_knob()
 * @arbiter: the kills; for a rule that only imagines, with those that were imagined
 * @value: of the action's own knob; in a dry run, the value that it would have
 * @original: the value that it would have without headroomd
 * @demand: what the rule demanded last; 0 if nothing
 * @bounded: all demands together exceed the budget, so that less than @demand may be granted
 * @explain: the plan needs its @why, which costs more than the rest
 * @interval: the most time between two frames, ns: what an action does step by step, it does once in
 *	that time, since some frames come early
 * @cooling: the rule acted less than its cooldown ago: it may give back, not take more
 * @repeats: the rule has a cooldown, after which it may act again while its condition holds
 */
struct action_input {
	const struct view *view;
	enum truth when;
	const char *rule;
	const struct action_value *parameter;
	const struct ledger *ledger;
	const struct arbiter *arbiter;
	uint64_t value;
	uint64_t original;
	uint64_t demand;
	bool bounded;
	bool explain;
	uint64_t interval;
	bool cooling;
	bool repeats;
};

/**
 * struct action_plan - what an action wants
 * @nr: number of deeds; a demand that is not among them is given back
 * @deed: the deeds
 * @acts: the rule takes more than before: its cooldown begins
 * @reason: a number for each reason of the action: the log tells when it changes
 * @why: the evidence, for people; empty if it is not to be explained
 */
struct action_plan {
	size_t nr;
	struct deed deed[ACTION_DEEDS];
	bool acts;
	int reason;
	char why[512];
};

/**
 * struct action_program - which parameters describe a program, by their places in the list
 * @command: PARAMETER_TEXT, for hook_split(); no program runs if none is given
 * @timeout: PARAMETER_NUMBER, s
 * @user: PARAMETER_TEXT: name of the user; that of the daemon if none is given
 */
struct action_program {
	size_t command;
	size_t timeout;
	size_t user;
};

/**
 * struct action - an entry of the table of actions
 * @name: as in a rule
 * @meaning: half a sentence for people
 * @knob: what it sets of the rule's own cgroups, without which it has nothing to do there; KNOBS
 *	if there is none
 * @parameter: its parameters
 * @reasons: a word for each of its reasons
 * @wish: what frames have to contain for it, of the rule's own cgroups
 * @target_files: FRAME_BIT() of each file that it reads of the cgroups that it may act on: those
 *	of its parameter of type PARAMETER_CGROUPS and all below them; or all below the rule's own, or
 *	beside them
 * @beside: without that parameter, it acts on the siblings of the rule's own cgroups and of their
 *	ancestors, and on all cgroups up to two levels below the root
 * @wish_more: NULL, or adds what frames have to contain for its parameters, with the files of
 *	those cgroups
 * @own_files: NULL, or FRAME_BIT() of each file that it reads for its parameters, of the rule's own
 *	cgroups and of their ancestors
 * @program: the program that it runs, or runs before its deed; NULL if there is none
 * @ancestor_files: FRAME_BIT() of each file that it reads of the ancestors, beside limits and @knob
 * @check: look for what is wrong with the parameters of a rule, each of which is valid; prints it
 *	into @error. NULL if nothing can be
 * @state_size: bytes that it remembers of a cgroup from frame to frame, zeroed at first
 * @plan: decide what to demand
 */
struct action {
	const char *name;
	const char *meaning;
	enum knob knob;
	const struct action_parameter *parameter;
	const char *const *reasons;
	struct frame_wish wish;
	uint32_t target_files;
	bool beside;
	void (*wish_more)(const struct action_value *parameter, struct frame_wish *wish);
	uint32_t (*own_files)(const struct action_value *parameter);
	const struct action_program *program;
	uint32_t ancestor_files;
	bool (*check)(const struct action_value *parameter, char *error, size_t size);
	size_t state_size;
	void (*plan)(const struct action_input *input, void *state, struct action_plan *plan);
};

/** action_demand - add a demand on the knob of a cgroup to a plan */
void action_demand(struct action_plan *plan, size_t cgroup, enum knob knob, uint64_t value);
/**
 * action_knob - the knob of any cgroup of the frame
 * @value: result: its value; if the rule only imagines, the one that it would have
 * @original: result: the value without headroomd
 *
 * Return: false if the frame does not have it.
 */
bool action_knob(const struct action_input *input, size_t cgroup, enum knob knob,
		 uint64_t *value, uint64_t *original);
/** action_demanded - what the rule demands of a knob of any cgroup; 0 if nothing */
uint64_t action_demanded(const struct action_input *input, size_t cgroup, enum knob knob);
/**
 * action_spares - whether nothing may be done that harms a cgroup
 *
 * It may not be done to the root, to init and to headroomd itself, nor to what is above these; and to
 * no cgroup at all if the frame does not say where headroomd is. A frame has to have FRAME_SELF.
 */
bool action_spares(const struct frame *frame, size_t cgroup);
/** action_wish - add what frames have to contain of the cgroups that a rule's action may act on */
void action_wish(const struct action *action, const struct action_value *parameter,
		 struct frame_wish *wish);
/** action_own_files - FRAME_BIT() of each file that a rule's parameters need of its own cgroups */
uint32_t action_own_files(const struct action *action, const struct action_value *parameter);
/** action_targets - whether a rule's action may act on a cgroup; not only on its own */
bool action_targets(const struct action *action, const struct action_value *parameter,
		    const struct pattern *own, const char *path);
/**
 * action_print_value - print the value of a parameter
 * @buf: for a number
 *
 * Return: @buf, or the text as it was written; empty if none is given.
 */
const char *action_print_value(char *buf, size_t size, const struct action_parameter *parameter,
			       const struct action_value *value);

#endif /* HEADROOMD_ACTION_H */
