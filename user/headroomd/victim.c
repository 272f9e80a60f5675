// SPDX-License-Identifier: GPL-2.0
/*
 * Choose the cgroup to kill or to freeze
 *
 * A level is the range of siblings in the frame, each with its subtree behind it. Its candidates are
 * sorted on a stack that has room for all cgroups, with those of the levels above below them. So a
 * search takes the time of sorting, however a tenant shapes its subtree.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "mark.h"
#include "victim.h"

/**
 * struct candidate - a cgroup that may be chosen, or descended into
 * @cgroup: by index in the frame
 * @mark: its mark
 * @value: by the policy
 * @current: its memory.current, which decides between equal values
 */
struct candidate {
	size_t cgroup;
	enum mark mark;
	double value;
	uint64_t current;
};

/**
 * struct search - a search under way
 * @taken: of VICTIM_BY_BLAME
 * @stack: candidates of this level and of those above
 * @used: their number
 */
struct search {
	const struct victim_search *want;
	const struct frame *frame;
	double *taken;
	struct candidate *stack;
	size_t used;
	struct victim *victim;
};

static bool has_tasks(const struct frame *frame, size_t i)
{
	uint64_t populated;

	/* Unknown is not empty */
	return !field_key(frame_text(frame, i, FRAME_EVENTS), "populated", &populated) ||
	       populated;
}

/* Whether a cgroup cannot be frozen; returns VICTIM_SKIPS if it can be */
static enum victim_skip examine_freeze(const struct frame *frame, size_t i)
{
	uint64_t frozen;

	if (!field_number(frame_text(frame, i, FRAME_FREEZE), &frozen))
		return VICTIM_BLIND;
	return frozen ? VICTIM_FROZEN : VICTIM_SKIPS;
}

/* Fill in a candidate; returns why it is none, or VICTIM_SKIPS */
static enum victim_skip examine(const struct search *s, size_t i, bool top, struct candidate *c)
{
	const struct victim_search *want = s->want;
	struct sample rank;
	uint64_t memory;

	*c = (struct candidate){ .cgroup = i };
	if (want->among->nr && pattern_excludes(want->among, s->frame->cgroup[i].path))
		return VICTIM_EXCLUDED;
	c->mark = mark_of(s->frame, i, want->view->cgroup);
	if (c->mark == MARK_OMIT)
		return VICTIM_OMITTED;
	if (c->mark == MARK_UNKNOWN ||
	    !field_number(frame_text(s->frame, i, FRAME_MEMORY_CURRENT), &c->current) ||
	    !victim_memory(s->frame, i, &memory))
		return VICTIM_BLIND;
	if (memory < want->least)
		return VICTIM_SMALL;
	if (want->arbiter && arbiter_has_failed(want->arbiter, s->frame, s->frame->cgroup[i].id))
		return VICTIM_FAILED;
	if (want->thawed && examine_freeze(s->frame, i) != VICTIM_SKIPS)
		return examine_freeze(s->frame, i);
	rank = victim_rank(want->view, want->by, s->taken, i);
	if (rank.blind)
		return VICTIM_BLIND;
	c->value = rank.value;
	/* Below, it is known to be in there, if not in which */
	if (top && want->by != VICTIM_BY_SIZE && !(c->value > 0))
		return VICTIM_UNINVOLVED;
	return VICTIM_SKIPS;
}

static int compare(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->mark != y->mark)
		return x->mark < y->mark ? -1 : 1;
	if (x->value != y->value)
		return x->value > y->value ? -1 : 1;
	if (x->current != y->current)
		return x->current > y->current ? -1 : 1;
	return x->cgroup < y->cgroup ? -1 : 1;
}

static void push(struct search *s, size_t i, bool top)
{
	enum victim_skip skip;

	if (!has_tasks(s->frame, i))
		return;
	skip = examine(s, i, top, &s->stack[s->used]);
	if (skip == VICTIM_SKIPS)
		s->used++;
	else
		s->victim->skipped[skip]++;
}

static bool has_excluded(const struct search *s, size_t top)
{
	for (size_t i = top + 1; s->want->among->nr && i < s->frame->cgroup[top].end; i++)
		if (pattern_excludes(s->want->among, s->frame->cgroup[i].path) &&
		    has_tasks(s->frame, i))
			return true;
	return false;
}

static bool has_busy_child(const struct frame *frame, size_t parent)
{
	for (size_t i = parent + 1; i < frame->cgroup[parent].end; i = frame->cgroup[i].end)
		if (has_tasks(frame, i))
			return true;
	return false;
}

/* Whether a cgroup is killed or frozen as a whole */
static bool is_unit(const struct search *s, size_t i)
{
	uint64_t group;

	if (!has_busy_child(s->frame, i))
		return true;
	return field_number(frame_text(s->frame, i, FRAME_OOM_GROUP), &group) && group &&
	       !has_excluded(s, i);
}

static bool take(struct search *s, size_t base);

static bool descend(struct search *s, size_t parent)
{
	const struct frame_cgroup *all = s->frame->cgroup;
	size_t base = s->used;

	for (size_t i = parent + 1; i < all[parent].end; i = all[i].end)
		push(s, i, false);
	return take(s, base);
}

static bool visit(struct search *s, const struct candidate *c)
{
	bool spared = action_spares(s->frame, c->cgroup);

	if (!spared && is_unit(s, c->cgroup)) {
		s->victim->cgroup = c->cgroup;
		s->victim->value = c->value;
		return true;
	}
	if (has_busy_child(s->frame, c->cgroup))
		return descend(s, c->cgroup);
	s->victim->skipped[VICTIM_SPARED]++;
	return false;
}

/* Try the candidates of the stack from @base on, and take them off it */
static bool take(struct search *s, size_t base)
{
	size_t end = s->used;
	bool found = false;

	qsort(s->stack + base, end - base, sizeof(*s->stack), compare);
	for (size_t i = base; i < end && !found; i++) {
		/* visit() may put others behind these */
		found = visit(s, &s->stack[i]);
		if (found && s->victim->next == FRAME_NONE && i + 1 < end) {
			s->victim->next = s->stack[i + 1].cgroup;
			s->victim->next_value = s->stack[i + 1].value;
		}
	}
	s->used = base;
	return found;
}

/* The candidates that patterns match; of a match below another, only the upper one is */
static void push_matching(struct search *s)
{
	const struct frame_cgroup *all = s->frame->cgroup;
	size_t i = 0;

	while (i < s->frame->nr) {
		/* The root has no value, and is never chosen */
		if (!all[i].depth || !pattern_matches(s->want->among, all[i].path)) {
			i++;
			continue;
		}
		push(s, i, true);
		i = all[i].end;
	}
}

static void push_top(struct search *s)
{
	const struct frame_cgroup *all = s->frame->cgroup;
	size_t own = s->want->view->cgroup;

	if (s->want->among->nr) {
		push_matching(s);
	} else if (all[own].depth && is_unit(s, own)) {
		push(s, own, true);
	} else {
		for (size_t i = own + 1; i < all[own].end; i = all[i].end)
			push(s, i, true);
	}
}

void victim_find(const struct victim_search *want, struct victim *victim)
{
	struct search s = { .want = want, .frame = want->view->now, .victim = victim };

	*victim = (struct victim){ .cgroup = FRAME_NONE, .next = FRAME_NONE };
	s.stack = calloc(s.frame->nr, sizeof(*s.stack));
	victim->no_memory = !s.stack;
	if (!s.stack)
		return;
	/* Without blame, all candidates are blind */
	if (want->by == VICTIM_BY_BLAME)
		victim_blame(want->view, &s.taken);
	push_top(&s);
	take(&s, 0);
	free(s.taken);
	free(s.stack);
}

bool victim_may_be(const struct victim_search *want, size_t cgroup)
{
	const struct frame *frame = want->view->now;
	size_t own = want->view->cgroup;

	if (!want->among->nr)
		return cgroup >= own && cgroup < frame->cgroup[own].end;
	for (size_t i = cgroup; i != FRAME_NONE; i = frame->cgroup[i].parent)
		if (pattern_matches(want->among, frame->cgroup[i].path))
			return !pattern_excludes(want->among, frame->cgroup[cgroup].path);
	return false;
}

enum victim_skip victim_skip_of(const struct victim *victim)
{
	enum victim_skip only = VICTIM_SKIPS;

	for (enum victim_skip skip = 0; skip < VICTIM_SKIPS; skip++) {
		if (!victim->skipped[skip])
			continue;
		if (only != VICTIM_SKIPS)
			return VICTIM_SKIPS;
		only = skip;
	}
	return only;
}

static void explain_none(const struct victim_search *want, const struct victim *victim, char *buf,
			 size_t size)
{
	static const char *const words[] = {
		[VICTIM_SPARED] = "init or headroomd itself",
		[VICTIM_OMITTED] = "marked to be omitted", [VICTIM_EXCLUDED] = "excluded",
		[VICTIM_SMALL] = "too small", [VICTIM_UNINVOLVED] = "not involved",
		[VICTIM_FAILED] = "killed without effect", [VICTIM_FROZEN] = "frozen",
		[VICTIM_BLIND] = "blind",
	};
	size_t n = snprintf(buf, size, "no cgroup to choose");
	bool any = false;

	if (victim->no_memory)
		n += snprintf(buf + n, size - n, ": out of memory");
	for (size_t i = 0; i < VICTIM_SKIPS && n < size; i++) {
		if (!victim->skipped[i])
			continue;
		n += snprintf(buf + n, size - n, "%s %u %s", any ? "," : ":",
			      victim->skipped[i], words[i]);
		any = true;
	}
	if (!any && !victim->no_memory && n < size)
		snprintf(buf + n, size - n, ": %s", want->among->nr ?
			 "victims= matches none with tasks" : "none has tasks");
}

const char *victim_explain(const struct victim_search *want, const struct victim *victim,
			   char *buf, size_t size)
{
	const struct frame_cgroup *all = want->view->now->cgroup;
	char value[96];
	int n;

	if (victim->cgroup == FRAME_NONE) {
		explain_none(want, victim, buf, size);
		return buf;
	}
	n = snprintf(buf, size, "%s has %s", all[victim->cgroup].path,
		     victim_print_rank(value, sizeof(value), want->by, victim->value));
	if (n < 0 || (size_t)n >= size)
		return buf;
	if (victim->next == FRAME_NONE)
		snprintf(buf + n, size - n, ", and there is no other");
	else
		snprintf(buf + n, size - n, "; the next, %s, has %s", all[victim->next].path,
			 victim_print_rank(value, sizeof(value), want->by, victim->next_value));
	return buf;
}
