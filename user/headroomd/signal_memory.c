// SPDX-License-Identifier: GPL-2.0
/* Signals of memory in use, limits, growth and age, from cgroup files */
#include <math.h>

#include "clock.h"
#include "signals.h"
#include "field.h"

static struct sample missing(const struct view *view)
{
	return signal_blind(view_cgroup(view)->error ? "its files cannot be read" :
			    "the cgroup or the kernel has no such file");
}

/*
 * Set the whole of a size to the least limit of the cgroup and its ancestors, if it is less than
 * that of other files. A limit may be 0.
 */
static void limit_to(struct sample *s, const struct view *view, enum frame_file file)
{
	uint64_t value;

	for (size_t i = view->cgroup; i != FRAME_NONE; i = view->now->cgroup[i].parent)
		if (field_number(frame_text(view->now, i, file), &value) && value != FIELD_MAX) {
			s->whole = s->has_whole ? fmin(s->whole, value) : value;
			s->has_whole = true;
		}
}

/* A file that holds a size or "max" */
static struct sample read_size(const struct signal *signal, const struct view *view,
			       const struct signal_argument *argument)
{
	uint64_t value;

	(void)argument;
	if (!field_number(view_text(view, signal->number), &value))
		return missing(view);
	return signal_exact(value == FIELD_MAX ? INFINITY : value);
}

static struct sample read_current(const struct signal *signal, const struct view *view,
				  const struct signal_argument *argument)
{
	struct sample s = read_size(signal, view, argument);

	limit_to(&s, view, FRAME_MEMORY_MAX);
	limit_to(&s, view, FRAME_MEMORY_HIGH);
	return s;
}

static struct sample read_swap(const struct signal *signal, const struct view *view,
			       const struct signal_argument *argument)
{
	struct sample s = read_size(signal, view, argument);

	limit_to(&s, view, FRAME_SWAP_MAX);
	return s;
}

/* A file that holds a number which is no size */
static struct sample read_count(const struct signal *signal, const struct view *view,
				const struct signal_argument *argument)
{
	return read_size(signal, view, argument);
}

static const char *const stat_keys[] = { "anon", "file", "shmem" };

static struct sample read_stat(const struct signal *signal, const struct view *view,
			       const struct signal_argument *argument)
{
	uint64_t value;

	(void)argument;
	if (!field_key(view_text(view, FRAME_MEMORY_STAT), stat_keys[signal->number], &value))
		return missing(view);
	return signal_exact(value);
}

static const char *const event_keys[] = { "low", "high", "max", "oom", "oom_kill" };

static struct sample read_event(const struct signal *signal, const struct view *view,
				const struct signal_argument *argument)
{
	const char *key = event_keys[signal->number];
	uint64_t now, before;

	(void)argument;
	if (!field_key(view_text(view, FRAME_MEMORY_EVENTS), key, &now))
		return missing(view);
	if (!field_key(view_text_before(view, FRAME_MEMORY_EVENTS), key, &before))
		return signal_blind("there is no previous frame to compare with");
	return view_rate_between(view, now, before);
}

static struct sample read_growth(const struct signal *signal, const struct view *view,
				 const struct signal_argument *argument)
{
	uint64_t now, before;

	(void)signal, (void)argument;
	if (!field_number(view_text(view, FRAME_MEMORY_CURRENT), &now))
		return missing(view);
	if (!field_number(view_text_before(view, FRAME_MEMORY_CURRENT), &before))
		return signal_blind("there is no previous frame to compare with");
	return signal_exact(((double)now - before) / view->seconds);
}

static struct sample read_age(const struct signal *signal, const struct view *view,
			      const struct signal_argument *argument)
{
	double seen = (view->now->time.monotonic - view->seen) / (double)NS_PER_S;

	(void)signal, (void)argument;
	/* A cgroup that was there at first is older, by a time that nothing tells */
	return (struct sample){
		.value = seen, .low = seen, .high = view->born ? seen : INFINITY,
	};
}

#define BITS(a, b, c)	(FRAME_BIT(a) | FRAME_BIT(b) | FRAME_BIT(c))
#define SIZE(name_, file, meaning_)								\
	{ .name = name_, .unit = UNIT_SIZE, .wish = { .files = FRAME_BIT(file) },		\
	  .meaning = meaning_, .number = file, .read = read_size }
#define STAT(name_, number_, meaning_)								\
	{ .name = name_, .unit = UNIT_SIZE, .wish = { .files = FRAME_BIT(FRAME_MEMORY_STAT) }, \
	  .meaning = meaning_, .number = number_, .read = read_stat }
#define EVENT(name_, number_, meaning_)								\
	{ .name = name_, .unit = UNIT_RATE, .wish = { .files = FRAME_BIT(FRAME_MEMORY_EVENTS) }, \
	  .meaning = meaning_, .number = number_, .read = read_event }

const struct signal signals_memory[] = {
	{ .name = "memory.current", .unit = UNIT_SIZE, .is_part = true, .number = FRAME_MEMORY_CURRENT,
	  .wish = { .files = BITS(FRAME_MEMORY_CURRENT, FRAME_MEMORY_MAX, FRAME_MEMORY_HIGH) },
	  .meaning = "memory in use; a share is of the least memory.max or memory.high of it and its ancestors",
	  .read = read_current },
	SIZE("memory.low", FRAME_MEMORY_LOW, "its protection"),
	SIZE("memory.min", FRAME_MEMORY_MIN, "its hard protection"),
	SIZE("memory.high", FRAME_MEMORY_HIGH, "its throttling limit"),
	SIZE("memory.max", FRAME_MEMORY_MAX, "its limit"),
	STAT("memory.anon", 0, "anonymous memory in use"),
	STAT("memory.file", 1, "page cache in use, tmpfs included"),
	STAT("memory.shmem", 2, "shared memory and tmpfs in use"),
	{ .name = "memory.growth", .unit = UNIT_FLOW,
	  .wish = { .files = FRAME_BIT(FRAME_MEMORY_CURRENT) },
	  .meaning = "growth of memory.current; negative if it shrinks", .read = read_growth },
	EVENT("memory.events.low", 0, "reclaims below memory.low, in the subtree"),
	EVENT("memory.events.high", 1, "times that a memory.high was reached, in the subtree"),
	EVENT("memory.events.max", 2, "times that a memory.max was reached, in the subtree"),
	EVENT("oom", 3, "times that no memory could be found, in the subtree"),
	EVENT("oom.kills", 4, "tasks killed by the OOM killer, in the subtree"),
	{ .name = "swap.current", .unit = UNIT_SIZE, .is_part = true, .number = FRAME_SWAP_CURRENT,
	  .wish = { .files = BITS(FRAME_SWAP_CURRENT, FRAME_SWAP_MAX, FRAME_SWAP_MAX) },
	  .meaning = "swap in use; a share is of the least memory.swap.max of it and its ancestors",
	  .since = "swap", .read = read_swap },
	{ .name = "zswap.current", .unit = UNIT_SIZE, .number = FRAME_ZSWAP_CURRENT,
	  .wish = { .files = FRAME_BIT(FRAME_ZSWAP_CURRENT) },
	  .meaning = "physical memory that zswap uses for it", .since = "zswap", .read = read_size },
	{ .name = "pids", .unit = UNIT_COUNT, .number = FRAME_PIDS_CURRENT,
	  .wish = { .files = FRAME_BIT(FRAME_PIDS_CURRENT) },
	  .meaning = "tasks in the subtree", .since = "the pids controller", .read = read_count },
	{ .name = "age", .unit = UNIT_TIME,
	  .meaning = "time since the cgroup was created, or seen first", .read = read_age },
	{ .name = NULL },
};
