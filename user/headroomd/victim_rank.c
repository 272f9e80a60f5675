// SPDX-License-Identifier: GPL-2.0
/* The value by which a policy ranks a cgroup */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "losses.h"
#include "saturating.h"
#include "signals.h"
#include "victim_rank.h"

static const struct {
	const char *signal;
	enum unit_kind unit;
	const char *meaning;
} ranks[] = {
	[VICTIM_BY_SIZE] = { NULL, UNIT_SIZE, "of unprotected memory" },
	[VICTIM_BY_GROWTH] = { NULL, UNIT_FLOW, "of growth" },
	[VICTIM_BY_SWAP] = { "swap.current", UNIT_SIZE, "of swap" },
	[VICTIM_BY_STALL] = { "stall", UNIT_SHARE, "of a task's time in stalls" },
	[VICTIM_BY_REFAULTS] = { "refaults.per_eviction", UNIT_SHARE,
				 "of its evicted pages refaulted" },
	[VICTIM_BY_BLAME] = { NULL, UNIT_COUNT, "pages taken from others" },
};

/* Charge pages of a victim to an evictor and its ancestors, up to one that has both */
static void charge(const struct frame *frame, size_t victim, size_t evictor, uint64_t pages,
		   double *taken)
{
	for (size_t i = evictor; i != FRAME_NONE; i = frame->cgroup[i].parent) {
		if (victim >= i && victim < frame->cgroup[i].end)
			return;
		taken[i] += pages;
	}
}

const char *victim_blame(const struct view *view, double **taken)
{
	const struct loss *loss;
	size_t nr;
	const char *why = losses_below(view, view->cgroup, &loss, &nr);

	if (why)
		return why;
	*taken = calloc(view->now->nr, sizeof(**taken));
	if (!*taken)
		return "memory is short";
	for (size_t i = 0; i < nr; i++)
		for (size_t j = 0; j < loss[i].victim->nr; j++)
			charge(view->now, loss[i].cgroup, loss[i].by[j],
			       loss[i].victim->evictor[j].evictions, *taken);
	return NULL;
}

/* memory.current beyond what is protected */
static struct sample rank_size(const struct frame *frame, size_t i)
{
	uint64_t current, low, min;

	if (!field_number(frame_text(frame, i, FRAME_MEMORY_CURRENT), &current) ||
	    !field_number(frame_text(frame, i, FRAME_MEMORY_LOW), &low) ||
	    !field_number(frame_text(frame, i, FRAME_MEMORY_MIN), &min))
		return signal_blind("its files cannot be read");
	return signal_exact(saturating_sub(current, low > min ? low : min));
}

bool victim_memory(const struct frame *frame, size_t cgroup, uint64_t *bytes)
{
	/* Those on the lists: anon, shmem and unevictable would count locked pages twice */
	static const char *const keys[] = {
		"inactive_anon", "active_anon", "unevictable", "kernel", "sock",
	};
	const char *stat = frame_text(frame, cgroup, FRAME_MEMORY_STAT);
	uint64_t value, reclaimable;

	*bytes = 0;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!field_key(stat, keys[i], &value))
			return false;
		*bytes += value;
	}
	if (!field_key(stat, "slab_reclaimable", &reclaimable))
		return false;
	*bytes = saturating_sub(*bytes, reclaimable);
	if (field_number(frame_text(frame, cgroup, FRAME_SWAP_CURRENT), &value))
		*bytes += value;
	return true;
}

static struct sample rank_growth(const struct view *view)
{
	uint64_t now, before;

	if (!victim_memory(view->now, view->cgroup, &now))
		return signal_blind("its memory.stat cannot be read");
	if (view->cgroup_before == FRAME_NONE ||
	    !victim_memory(view->before, view->cgroup_before, &before))
		return signal_blind("there is no previous frame to compare with");
	return signal_exact(((double)now - before) / view->seconds);
}

struct sample victim_rank(const struct view *of_rule, enum victim_rank by, const double *taken,
			  size_t cgroup)
{
	const char *name = ranks[by].signal;
	struct view view = *of_rule;
	struct sample s;

	if (by == VICTIM_BY_SIZE)
		return rank_size(view.now, cgroup);
	if (by == VICTIM_BY_BLAME)
		return taken ? signal_exact(taken[cgroup]) : signal_blind("blame is not known");
	view.cgroup = cgroup;
	view.cgroup_before = view.before ?
		frame_find(view.before, view.now->cgroup[cgroup].id) : FRAME_NONE;
	if (by == VICTIM_BY_GROWTH)
		return rank_growth(&view);
	s = signal_read(signal_find(name, strlen(name)), &view, NULL);
	s.value = s.low;
	return s;
}

void victim_wish(enum victim_rank by, struct frame_wish *wish)
{
	const char *name = ranks[by].signal;

	if (name)
		frame_wish_add(wish, &signal_find(name, strlen(name))->wish);
	wish->blame |= by == VICTIM_BY_BLAME;
	wish->stats |= wish->blame;
}

const char *victim_print_rank(char *buf, size_t size, enum victim_rank by, double value)
{
	char number[48];

	snprintf(buf, size, "%s %s", unit_print(number, sizeof(number), ranks[by].unit, value),
		 ranks[by].meaning);
	return buf;
}
