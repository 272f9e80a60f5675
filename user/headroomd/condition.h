/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Conditions: the "when" of a rule
 *
 *	any	  := all { "or" all }
 *	all	  := negation { "and" negation }
 *	negation  := [ "not" ] ( "(" lasting ")" | comparison )
 *	comparison := SIGNAL [ "(" ARGUMENT ")" ] ( "<" | ">" ) QUANTITY [ "until" QUANTITY ]
 *	lasting	  := any [ "for" TIME ]
 *
 * A condition is a "lasting". "for" belongs to all that is before it, in its parentheses.
 */
#ifndef HEADROOMD_CONDITION_H
#define HEADROOMD_CONDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signals.h"

/** enum truth - of a condition; unknown satisfies nothing, and neither does its negation */
enum truth {
	FALSE,
	TRUE,
	UNKNOWN,
};

enum condition_type {
	CONDITION_COMPARE,
	CONDITION_AND,
	CONDITION_OR,
	CONDITION_NOT,
	CONDITION_FOR,
};

/**
 * struct threshold - a quantity that a signal is compared with
 * @value: in the signal's unit; from 0 to 1 if @relative
 * @relative: a share of the sample's whole
 */
struct threshold {
	double value;
	bool relative;
};

/**
 * struct condition_node - a part of a condition
 * @type: its type
 * @left: index of its first part, but for a comparison
 * @right: index of its second part: AND, OR
 * @duration: FOR: ns
 * @signal: COMPARE, as all that follow
 * @argument: of the signal
 * @above: true for ">"
 * @threshold: what it begins to hold at
 * @has_until: once it holds, it does until @until is reached
 * @until: on the other side of @threshold
 * @text: offset in the condition's text
 * @length: bytes there
 */
struct condition_node {
	enum condition_type type;
	size_t left;
	size_t right;
	uint64_t duration;
	const struct signal *signal;
	struct signal_argument argument;
	bool above;
	struct threshold threshold;
	bool has_until;
	struct threshold until;
	size_t text;
	size_t length;
};

/**
 * struct condition - a parsed condition
 * @text: as written
 * @nr: number of nodes; each comes behind its parts, so the last one is the whole
 * @node: the nodes
 */
struct condition {
	char *text;
	size_t nr;
	struct condition_node *node;
};

/**
 * struct condition_error - why a text is no condition
 * @column: where, from 0
 * @message: what was expected
 */
struct condition_error {
	size_t column;
	char message[256];
};

/**
 * condition_parse - parse a condition
 * @condition: result; free with condition_free(), in every case
 * @error: result, on -EINVAL
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int condition_parse(const char *text, struct condition *condition, struct condition_error *error);
void condition_free(struct condition *condition);

/**
 * struct condition_state - what a node remembers of a cgroup from frame to frame
 * @changed: since when @truth is that, ns; 0 before the first evaluation
 * @since: since when a FOR's part, or a comparison with an until, holds; ns; 0 if it does not
 * @sample: COMPARE: the value that was compared
 * @truth: result of the last evaluation
 * @began: FOR: the part was seen not to hold just before @since, so it holds for no longer
 */
struct condition_state {
	uint64_t changed;
	uint64_t since;
	struct sample sample;
	enum truth truth;
	bool began;
};

/**
 * condition_evaluate - evaluate a condition on a cgroup
 * @state: one for each node; zeroed before the first frame
 *
 * If the view has no previous frame, nothing has been seen to last: a duration is unknown until it
 * has passed in the frames from then on.
 *
 * Return: whether it holds. @state has the truth of each part.
 */
enum truth condition_evaluate(const struct condition *condition, const struct view *view,
			      struct condition_state *state);

/**
 * condition_due - when the next duration will have passed
 * @state: after an evaluation
 *
 * Return: the time on the clock of the frames, ns; UINT64_MAX if no duration runs.
 */
uint64_t condition_due(const struct condition *condition, const struct condition_state *state);

/**
 * condition_print - describe the evaluated condition: each comparison with its value
 *
 * Return: @buf, with a text such as "stall 7.1 % > 5 %: yes; swap.free is blind: no swap".
 */
const char *condition_print(char *buf, size_t size, const struct condition *condition,
			    const struct condition_state *state);
/** condition_wish - add what a condition needs to @wish */
void condition_wish(const struct condition *condition, struct frame_wish *wish);
/** sample_print - a value in the unit of its signal, with its interval if it has one */
const char *sample_print(char *buf, size_t size, const struct signal *signal,
			 const struct sample *sample);

#endif /* HEADROOMD_CONDITION_H */
