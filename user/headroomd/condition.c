// SPDX-License-Identifier: GPL-2.0
/*
 * Evaluate conditions, and say why they hold or do not
 *
 * Three values: a comparison is unknown if its signal is blind, or if the threshold is within the
 * interval of the value. Unknown passes through "not", and an "and" or "or" that does not depend on
 * it ignores it. So the uncertain end of an interval never makes a rule act, on either side of a
 * negation.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "condition.h"

static enum truth compare(const struct sample *s, bool above, const struct threshold *threshold)
{
	double limit = threshold->value;

	if (s->blind)
		return UNKNOWN;
	if (threshold->relative) {
		if (!s->has_whole)
			return UNKNOWN;
		limit *= s->whole;
	}
	if (above)
		return s->low > limit ? TRUE : s->high > limit ? UNKNOWN : FALSE;
	return s->high < limit ? TRUE : s->low < limit ? UNKNOWN : FALSE;
}

/*
 * Once it holds, a comparison with an "until" does so until that is reached, it turns unknown, or
 * there is a gap
 */
static enum truth evaluate_compare(const struct condition_node *node, const struct view *view,
				   struct condition_state *state)
{
	bool held = node->has_until && state->since && view->before;
	enum truth truth;

	state->sample = signal_read(node->signal, view, &node->argument);
	truth = compare(&state->sample, node->above, held ? &node->until : &node->threshold);
	if (truth != TRUE)
		state->since = 0;
	else if (!held)
		state->since = view->now->time.monotonic;
	return truth;
}

/*
 * Until a duration has passed, a part that was seen not to hold has not held for as long. One that
 * was blind, across a gap, or not seen before may have.
 */
static enum truth evaluate_for(const struct condition_node *node, const struct view *view,
			       enum truth part, struct condition_state *state)
{
	uint64_t now = view->now->time.monotonic;

	if (!view->before) {
		state->since = 0;
		state->began = false;
	}
	if (part != TRUE) {
		state->since = 0;
		state->began = part == FALSE;
		return part;
	}
	if (!state->since)
		state->since = now;
	if (now - state->since >= node->duration)
		return TRUE;
	return state->began ? FALSE : UNKNOWN;
}

static enum truth both(enum truth a, enum truth b)
{
	return a == FALSE || b == FALSE ? FALSE : a == TRUE && b == TRUE ? TRUE : UNKNOWN;
}

static enum truth negation(enum truth a)
{
	return a == UNKNOWN ? UNKNOWN : a == TRUE ? FALSE : TRUE;
}

static enum truth evaluate(const struct condition_node *node, const struct view *view,
			   const struct condition_state *all, struct condition_state *state)
{
	switch (node->type) {
	case CONDITION_COMPARE:
		return evaluate_compare(node, view, state);
	case CONDITION_AND:
		return both(all[node->left].truth, all[node->right].truth);
	case CONDITION_OR:
		return negation(both(negation(all[node->left].truth),
				     negation(all[node->right].truth)));
	case CONDITION_NOT:
		return negation(all[node->left].truth);
	case CONDITION_FOR:
		return evaluate_for(node, view, all[node->left].truth, state);
	}
	return UNKNOWN;
}

enum truth condition_evaluate(const struct condition *condition, const struct view *view,
			      struct condition_state *state)
{
	for (size_t i = 0; i < condition->nr; i++) {
		enum truth truth = evaluate(&condition->node[i], view, state, &state[i]);

		/* Nothing is known of the time in a gap */
		if (truth != state[i].truth || !state[i].changed || !view->before)
			state[i].changed = view->now->time.monotonic;
		state[i].truth = truth;
	}
	return state[condition->nr - 1].truth;
}

uint64_t condition_due(const struct condition *condition, const struct condition_state *state)
{
	uint64_t due = UINT64_MAX;

	for (size_t i = 0; i < condition->nr; i++) {
		const struct condition_node *node = &condition->node[i];

		if (node->type == CONDITION_FOR && state[i].since && state[i].truth != TRUE &&
		    state[i].since + node->duration < due)
			due = state[i].since + node->duration;
	}
	return due;
}

void condition_wish(const struct condition *condition, struct frame_wish *wish)
{
	for (size_t i = 0; i < condition->nr; i++)
		if (condition->node[i].type == CONDITION_COMPARE)
			frame_wish_add(wish, &condition->node[i].signal->wish);
}

const char *sample_print(char *buf, size_t size, const struct signal *signal,
			 const struct sample *s)
{
	char value[48], low[48], high[48], share[32] = "", lacks[96] = "";

	if (s->blind) {
		snprintf(buf, size, "blind: %s", s->blind);
		return buf;
	}
	if (s->lacks)
		snprintf(lacks, sizeof(lacks), ", without the hook %s", s->lacks);
	if (s->has_whole && s->whole > 0)
		snprintf(share, sizeof(share), " = %.1f %%", 100 * s->value / s->whole);
	else if (s->has_whole)
		snprintf(share, sizeof(share), " of 0 B");
	unit_print(value, sizeof(value), signal->unit, s->value);
	if (s->low == s->high)
		snprintf(buf, size, "%s%s", value, share);
	else
		snprintf(buf, size, "%s%s (%s to %s%s)", value, share,
			 unit_print(low, sizeof(low), signal->unit, s->low),
			 unit_print(high, sizeof(high), signal->unit, s->high), lacks);
	return buf;
}

__attribute__((format(printf, 4, 5)))
static size_t append(char *buf, size_t size, size_t at, const char *format, ...)
{
	va_list args;
	int n;

	if (at >= size)
		return at;
	va_start(args, format);
	n = vsnprintf(buf + at, size - at, format, args);
	va_end(args);
	return n < 0 ? at : at + n;
}

static const char *why_unknown(const struct condition_node *node, const struct sample *s)
{
	if (s->blind)
		return "";
	return node->threshold.relative && !s->has_whole ? "unknown, there is no limit" :
							   "uncertain";
}

const char *condition_print(char *buf, size_t size, const struct condition *condition,
			    const struct condition_state *state)
{
	static const char *const words[] = { [FALSE] = "no", [TRUE] = "yes" };
	char value[192];
	size_t at = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < condition->nr; i++) {
		const struct condition_node *node = &condition->node[i];
		const struct condition_state *s = &state[i];

		if (node->type != CONDITION_COMPARE)
			continue;
		at = append(buf, size, at, "%s%.*s: ", at ? "; " : "", (int)node->length,
			    condition->text + node->text);
		at = append(buf, size, at, "%s", sample_print(value, sizeof(value), node->signal,
							      &s->sample));
		if (!s->sample.blind)
			at = append(buf, size, at, ", %s", s->truth == UNKNOWN ?
				    why_unknown(node, &s->sample) : words[s->truth]);
	}
	return buf;
}
