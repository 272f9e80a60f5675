// SPDX-License-Identifier: GPL-2.0
/*
 * The arbiter: one kill at a time, over all rules
 *
 * Kills are kept for as long as a limit can count them, in order of time. Only the last one can be
 * settling.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arbiter.h"
#include "clock.h"
#include "field.h"
#include "saturating.h"

/*
 * Frames with an empty victim after which the next kill may be considered. The first one may have read
 * the counts before the victim died, so that those of the second one still have what it waited for.
 */
#define EMPTY_FRAMES	3
/* How long a cgroup that could not be killed is left alone, ns */
#define AVOIDED		(300 * NS_PER_S)

/**
 * struct kill - a kill that was done, or imagined
 * @rule: name of the rule
 * @by: id of the cgroup that the rule applies to
 * @id: the victim
 * @time: when, on the clock of the frames, ns
 * @settle: how long memory may take to fall, from @time on, ns
 * @patience: when it counts as failed if it frees nothing, from @time on, ns
 * @size: memory.current of the victim, bytes
 * @left: the same in the last frame
 * @available: MemAvailable of the machine, bytes; 0 if unknown
 * @current: memory.current of the rule's cgroup; 0 if unknown
 * @looked: the last frame in which memory.pressure of the rule's cgroup was read, ns
 * @stalled: time in which some task had waited until that frame, us
 * @empty: frames in which the victim was empty, one after the other
 * @failed: when it was found to have no effect, ns; 0 if it had one
 */
struct kill {
	char *rule;
	uint64_t by;
	uint64_t id;
	uint64_t time;
	uint64_t settle;
	uint64_t patience;
	uint64_t size;
	uint64_t left;
	uint64_t available;
	uint64_t current;
	uint64_t looked;
	uint64_t stalled;
	unsigned int empty;
	uint64_t failed;
};

struct arbiter {
	bool imagines;
	bool settling;
	size_t nr;
	struct kill *kill;
};

struct arbiter *arbiter_new(bool imagines)
{
	struct arbiter *a = calloc(1, sizeof(*a));

	if (a)
		a->imagines = imagines;
	return a;
}

void arbiter_free(struct arbiter *a)
{
	if (!a)
		return;
	arbiter_forget(a);
	free(a->kill);
	free(a);
}

void arbiter_forget(struct arbiter *a)
{
	for (size_t i = 0; i < a->nr; i++)
		free(a->kill[i].rule);
	a->nr = 0;
	a->settling = false;
}

static void forget_old(struct arbiter *a, uint64_t now)
{
	size_t old = 0;

	while (old < a->nr && now - a->kill[old].time > ARBITER_MEMORY)
		free(a->kill[old++].rule);
	if (!old)
		return;
	a->nr -= old;
	memmove(a->kill, a->kill + old, a->nr * sizeof(*a->kill));
	a->settling = a->settling && a->nr;
}

/* A size in bytes; 0 if the frame does not have it */
static uint64_t size_of(const struct frame *frame, size_t cgroup)
{
	uint64_t size = 0;

	if (cgroup != FRAME_NONE)
		field_number(frame_text(frame, cgroup, FRAME_MEMORY_CURRENT), &size);
	return size;
}

static uint64_t available_of(const struct frame *frame)
{
	uint64_t kib = 0;

	field_key(frame_host_text(frame, FRAME_MEMINFO), "MemAvailable", &kib);
	return kib * 1024;
}

/* What cannot be read has tasks until the settle time has passed */
static bool is_empty(const struct frame *frame, size_t cgroup)
{
	uint64_t populated;

	return cgroup == FRAME_NONE ||
	       (field_key(frame_text(frame, cgroup, FRAME_EVENTS), "populated", &populated) &&
		!populated);
}

/* Whether half of the victim's memory is free again, for the machine or for the rule's cgroup */
static bool has_fallen(const struct kill *k, const struct frame *frame)
{
	size_t by = frame_find(frame, k->by);
	uint64_t current = size_of(frame, by);

	if (k->available && available_of(frame) >= k->available + k->size / 2)
		return true;
	if (by == FRAME_NONE)
		return true;
	return k->current && current && current + k->size / 2 <= k->current;
}

/*
 * Whether tasks of the rule's cgroup waited since the last frame for less than half of the time that
 * the average over 10 s shows. Without accounting of pressure no rule depends on it.
 */
static bool is_draining(struct kill *k, const struct frame *frame)
{
	size_t by = frame_find(frame, k->by);
	const char *text = by == FRAME_NONE ? NULL :
		frame_text(frame, by, FRAME_MEMORY_PRESSURE);
	double percent, average, ns = frame->time.monotonic - k->looked;
	uint64_t stalled;

	if (!field_pressure(text, "some", "avg10", &average) ||
	    !field_pressure_total(text, "some", &stalled))
		return false;
	percent = saturating_sub(stalled, k->stalled) * 1e3 / ns * 100;
	k->stalled = stalled;
	k->looked = frame->time.monotonic;
	return percent < average / 2;
}

/* Whether a victim with tasks is on its way: the exit of a large process takes time */
static bool frees_memory(struct kill *k, const struct frame *frame, size_t cgroup)
{
	uint64_t left = size_of(frame, cgroup);
	bool frees = left < k->left;

	k->left = left;
	return frees;
}

void arbiter_look(struct arbiter *a, const struct frame *frame)
{
	uint64_t now = frame->time.monotonic, age;
	bool empty, frees, draining;
	struct kill *k;
	size_t i;

	forget_old(a, now);
	if (!a->settling)
		return;
	k = &a->kill[a->nr - 1];
	age = now - k->time;
	i = frame_find(frame, k->id);
	empty = a->imagines || is_empty(frame, i);
	frees = !empty && frees_memory(k, frame, i);
	k->empty = empty ? k->empty + 1 : 0;
	draining = is_draining(k, frame);
	if (!empty && (age >= k->settle || (age >= k->patience && !frees)))
		k->failed = now;
	if (k->failed || age >= k->settle)
		a->settling = false;
	else if (!a->imagines && k->empty >= EMPTY_FRAMES && !draining && has_fallen(k, frame))
		a->settling = false;
}

static uint64_t count(const struct arbiter *a, const struct frame *frame,
		      const struct arbiter_kill *want)
{
	uint64_t nr = 0;

	for (size_t i = 0; i < a->nr; i++) {
		const struct kill *k = &a->kill[i];

		nr += k->by == want->by && !strcmp(k->rule, want->rule) &&
		      frame->time.monotonic - k->time < want->window;
	}
	return nr;
}

enum arbiter_answer arbiter_ask(const struct arbiter *a, const struct frame *frame,
				const struct arbiter_kill *want)
{
	if (a->settling)
		return ARBITER_SETTLING;
	return count(a, frame, want) < want->most ? ARBITER_FREE : ARBITER_LIMIT;
}

bool arbiter_has_failed(const struct arbiter *a, const struct frame *frame, uint64_t id)
{
	for (size_t i = 0; i < a->nr; i++)
		if (a->kill[i].id == id && a->kill[i].failed &&
		    frame->time.monotonic - a->kill[i].failed < AVOIDED)
			return true;
	return false;
}

int arbiter_note(struct arbiter *a, const struct frame *frame, const struct arbiter_kill *want)
{
	struct kill *all = reallocarray(a->kill, a->nr + 1, sizeof(*all)), *k;

	if (!all)
		return -ENOMEM;
	a->kill = all;
	k = &all[a->nr];
	*k = (struct kill){
		.rule = strdup(want->rule), .by = want->by, .id = frame->cgroup[want->cgroup].id,
		.time = frame->time.monotonic, .settle = want->settle + want->delay,
		.patience = ARBITER_PATIENCE + want->delay,
		.size = size_of(frame, want->cgroup), .available = available_of(frame),
		.current = size_of(frame, frame_find(frame, want->by)),
	};
	k->left = k->size;
	k->looked = frame->time.monotonic;
	field_pressure_total(frame_text(frame, frame_find(frame, want->by), FRAME_MEMORY_PRESSURE),
			     "some", &k->stalled);
	if (!k->rule)
		return -ENOMEM;
	a->nr++;
	a->settling = true;
	return 0;
}

static const char *explain_settling(const struct arbiter *a, const struct frame *frame, char *buf,
				    size_t size)
{
	const struct kill *k = &a->kill[a->nr - 1];
	size_t i = frame_find(frame, k->id);
	double left = saturating_sub(k->settle, frame->time.monotonic - k->time) / 1e9;

	if (i == FRAME_NONE)
		snprintf(buf, size, "rule %s has killed a cgroup, whose memory is not free or pressure still drains: waiting for at most %.0f s",
			 k->rule, left);
	else
		snprintf(buf, size, "rule %s has killed %s, which %s: waiting for at most %.0f s",
			 k->rule, frame->cgroup[i].path, is_empty(frame, i) ?
			 "is empty, but its memory is not free or pressure still drains" : "still has tasks", left);
	return buf;
}

const char *arbiter_explain(const struct arbiter *a, const struct frame *frame,
			    const struct arbiter_kill *want, char *buf, size_t size)
{
	switch (arbiter_ask(a, frame, want)) {
	case ARBITER_SETTLING:
		return explain_settling(a, frame, buf, size);
	case ARBITER_LIMIT:
		snprintf(buf, size, "the rule has killed as often as most= allows in %.0f s: find out why that did not help",
			 want->window / 1e9);
		break;
	case ARBITER_FREE:
		snprintf(buf, size, "no kill is under way");
		break;
	}
	return buf;
}
