// SPDX-License-Identifier: GPL-2.0
/*
 * The action reclaim: find the working set by proactive reclaim
 *
 * reclaim.c has the model. Here is what it reads from frames.
 */
#include <stdio.h>

#include "actions.h"
#include "field.h"
#include "mark.h"
#include "reclaim.h"
#include "saturating.h"

enum { STALL, REFAULTS, RETURNED, STEP, LEAST, AGE, SPIKE, IO, SWAP_FREE, SWAP_OUT, SWAPPINESS };

static const char *const reasons[] = {
	[RECLAIM_IDLE] = "idle", [RECLAIM_SPARED] = "spared",
	[RECLAIM_MARKED] = "marked", [RECLAIM_PROTECTED] = "protected",
	[RECLAIM_YOUNG] = "young", [RECLAIM_ABOVE_TARGET] = "above target",
	[RECLAIM_PAUSE] = "pause", [RECLAIM_RETURNED] = "returned", [RECLAIM_FUTILE] = "futile",
	[RECLAIM_UNSURE] = "few samples", [RECLAIM_SPIKE] = "spike", [RECLAIM_IO] = "io",
	[RECLAIM_AT_LEAST] = "at least", [RECLAIM_NO_FILE] = "no file pages",
	[RECLAIM_COOLING] = "cooling", [RECLAIM_FILE] = "reclaim file pages",
	[RECLAIM_ALL] = "reclaim", [RECLAIM_BLIND] = "blind",
};

static const struct action_parameter parameters[] = {
	[STALL] = ACTION_NUMBER("stall", UNIT_SHARE, 1e-5, 1, 0.001,
				"target: largest share of the time in refault stalls"),
	[REFAULTS] = ACTION_NUMBER("refaults", UNIT_RATE, 0.01, 1e9, 20, "target: most refaults"),
	[RETURNED] = ACTION_NUMBER("returned", UNIT_SHARE, 0.001, 1, 0.05,
				   "target: largest share of the reclaimed pages that are read again"),
	[STEP] = ACTION_NUMBER("step", UNIT_SHARE, 1e-5, 0.1, 0.005,
			       "largest share of memory.current to reclaim in a second"),
	[LEAST] = ACTION_NUMBER("least", UNIT_SIZE, 0, 0x1p60, 16 << 20, "never reclaim below this size"),
	[AGE] = ACTION_NUMBER("age", UNIT_TIME, 0, 1e6, 60, "time that a cgroup has to have been seen"),
	[SPIKE] = ACTION_NUMBER("spike", UNIT_SHARE, 0.001, 100, 0.02,
				"growth in a second, as a share of memory.current, after which it waits 30 s"),
	[IO] = ACTION_NUMBER("io", UNIT_SHARE, 0, 1, 0.1,
			     "share of the time in which tasks wait for io, on the whole machine, above which it waits"),
	[SWAP_FREE] = ACTION_NUMBER("swap-free", UNIT_SHARE, 0, 1, 0.2,
				    "share of the swap that has to be free to reclaim anonymous memory"),
	[SWAP_OUT] = ACTION_NUMBER("swap-out", UNIT_FLOW, 0, 0x1p60, 1 << 20,
				   "growth of its swap above which it reclaims no anonymous memory"),
	[SWAPPINESS] = ACTION_NUMBER("swappiness", UNIT_COUNT, -1, 200, -1,
				     "of its reclaim, 0 to 200; -1 for that of the system"),
	{ .name = NULL },
};

/* The targets and bounds, in the units of the model */
static struct reclaim_rule rule_of(const struct action_value *parameter)
{
	return (struct reclaim_rule){
		.stall = parameter[STALL].number, .refaults = parameter[REFAULTS].number,
		.returned = parameter[RETURNED].number, .step = parameter[STEP].number,
		.least = parameter[LEAST].number, .age = parameter[AGE].number * 1e9,
		.spike = parameter[SPIKE].number, .io = parameter[IO].number,
		.swap_free = parameter[SWAP_FREE].number,
		.swap_out = parameter[SWAP_OUT].number,
		.swappiness = parameter[SWAPPINESS].number,
	};
}

static const char no_files[] = "its files cannot be read, or it has no memory controller";

static const char *read_memory(const struct view *view, struct reclaim_reading *reading)
{
	const char *stat = view_text(view, FRAME_MEMORY_STAT);
	uint64_t shmem;

	if (!field_number(view_text(view, FRAME_MEMORY_CURRENT), &reading->current) ||
	    !field_number(view_text_before(view, FRAME_MEMORY_CURRENT), &reading->before) ||
	    !field_key(stat, "file", &reading->file) || !field_key(stat, "shmem", &shmem))
		return no_files;
	/* tmpfs goes to swap */
	reading->file = saturating_sub(reading->file, shmem);
	return NULL;
}

/* A protection as it is configured: what rules add to an ancestor is for other cgroups below it */
static bool read_configured(const struct action_input *in, size_t cgroup, enum knob knob,
			    uint64_t *original)
{
	uint64_t value;

	return action_knob(in, cgroup, knob, &value, original);
}

/* Bytes of a cgroup above its memory.low or memory.min; false if that cannot be known */
static bool read_unprotected(const struct action_input *in, size_t cgroup, uint64_t *bytes)
{
	const struct frame *frame = in->view->now;
	uint64_t current, low, min;

	if (!read_configured(in, cgroup, KNOB_MEMORY_LOW, &low) ||
	    !read_configured(in, cgroup, KNOB_MEMORY_MIN, &min) ||
	    !field_number(frame_text(frame, cgroup, FRAME_MEMORY_CURRENT), &current))
		return false;
	*bytes = saturating_sub(current, min > low ? min : low);
	return true;
}

/*
 * What may go without taking the cgroup or an ancestor below its protection. The kernel looks at
 * neither that of the cgroup which is to be reclaimed from, nor that of those above. An ancestor's
 * is shared out among what is below it, by use; but while it has more memory than that, none of
 * them is below its part. The root has no protection.
 */
static const char *read_protection(const struct action_input *in, struct reclaim_reading *reading)
{
	const struct frame *frame = in->view->now;

	reading->unprotected = reading->current;
	for (size_t i = in->view->cgroup; frame->cgroup[i].depth; i = frame->cgroup[i].parent) {
		uint64_t bytes;

		if (!read_unprotected(in, i, &bytes))
			return i == in->view->cgroup ? no_files :
				"the protection of an ancestor cannot be read";
		if (bytes < reading->unprotected)
			reading->unprotected = bytes;
	}
	return NULL;
}

/* What memory.swap.max leaves: without swap, the kernel evicts no anonymous memory by itself */
static enum reclaim_swap swap_within_limits(const struct view *view, uint64_t used)
{
	enum reclaim_swap swap = RECLAIM_SWAP_USABLE;
	uint64_t max;

	for (size_t i = view->cgroup; i != FRAME_NONE; i = view->now->cgroup[i].parent) {
		if (!field_number(frame_text(view->now, i, FRAME_SWAP_MAX), &max))
			continue;
		if (!max)
			return RECLAIM_SWAP_NONE;
		if (i == view->cgroup && used >= max)
			swap = RECLAIM_SWAP_FULL;
	}
	return swap;
}

/* If it is not known how much the cgroup swaps, it may not swap more */
static const char *read_swap(const struct view *view, struct reclaim_reading *reading)
{
	const char *meminfo = frame_host_text(view->now, FRAME_MEMINFO);
	uint64_t free, total, now, before;

	if (!field_key(meminfo, "SwapFree", &free) || !field_key(meminfo, "SwapTotal", &total))
		return "cannot read the swap in /proc/meminfo";
	reading->swap = RECLAIM_SWAP_NONE;
	if (!total)
		return NULL;
	reading->swap = RECLAIM_SWAP_FULL;
	reading->swap_free = (double)free / total;
	if (!field_number(view_text(view, FRAME_SWAP_CURRENT), &now) ||
	    !field_number(view_text_before(view, FRAME_SWAP_CURRENT), &before))
		return NULL;
	reading->swap = swap_within_limits(view, now);
	reading->swap_out = saturating_sub(now, before) / view->seconds;
	return NULL;
}

static const char *read_io(const struct view *view, const struct reclaim_rule *rule,
			   struct reclaim_reading *reading)
{
	double percent = 0;

	if (rule->io < 1 && !field_pressure(frame_host_text(view->now, FRAME_IO_PRESSURE), "some",
					    "avg10", &percent))
		return "the kernel accounts no pressure of io: boot with psi=1, or give io=100%";
	reading->io = percent / 100;
	return NULL;
}

static bool is_knob_raised(const struct action_input *in, enum knob knob)
{
	uint64_t value, original;

	return action_knob(in, in->view->cgroup, knob, &value, &original) && value > original;
}

/* Whether another rule has raised memory.low or memory.min of the cgroup */
static bool is_raised(const struct action_input *in)
{
	return is_knob_raised(in, KNOB_MEMORY_LOW) || is_knob_raised(in, KNOB_MEMORY_MIN);
}

/* As for its own cgroup there is no other to choose, one that is to be avoided is left alone */
static const char *read_marks(const struct view *view, struct reclaim_reading *reading)
{
	enum mark mark = mark_of(view->now, view->cgroup, view->cgroup);

	reading->marked = mark == MARK_AVOID || mark == MARK_OMIT;
	return mark == MARK_UNKNOWN ? "its marks cannot be read" : NULL;
}

/* All that the model reads of files; returns why it cannot */
static const char *read_files(const struct action_input *in, const struct reclaim_rule *rule,
			      struct reclaim_reading *reading)
{
	const struct view *view = in->view;
	const char *why = read_memory(view, reading);

	if (!why)
		why = read_protection(in, reading);
	if (!why)
		why = read_marks(view, reading);
	if (!why)
		why = read_swap(view, reading);
	return why ? why : read_io(view, rule, reading);
}

static void decide(const struct action_input *in, const struct reclaim_rule *rule,
		   const struct reclaim_reading *reading, struct reclaim_state *state,
		   struct action_plan *plan)
{
	struct reclaim_decision d = reclaim_decide(rule, reading, state);

	if (in->explain)
		reclaim_explain(plan->why, sizeof(plan->why), rule, reading, &d);
	plan->reason = d.reason;
	if (!d.bytes)
		return;
	plan->deed[plan->nr++] = (struct deed){
		.kind = DEED_RECLAIM, .cgroup = in->view->cgroup, .value = d.bytes,
		.swappiness = d.swappiness,
	};
	plan->acts = true;
}

static void plan(const struct action_input *in, void *state, struct action_plan *plan)
{
	const struct reclaim_rule rule = rule_of(in->parameter);
	const struct view *view = in->view;
	const struct headroom_stats *now, *before;
	const char *why = view_stats(view, &now, &before);
	struct headroom_stats delta = {};
	struct reclaim_reading reading = {
		.wanted = in->when == TRUE, .cooling = in->cooling, .delta = &delta,
		.time = view->now->time.monotonic, .interval = view->seconds * 1e9,
		.sample_shift = view->now->sample_shift, .page_size = view->now->page_size,
		.age = view->now->time.monotonic - view->seen,
	};

	if (in->when == UNKNOWN)
		why = "the condition is unknown";
	if (!why && (view->now->stalls_off || view->before->stalls_off))
		why = "the module does not track stalls (headroom config stalls=on)";
	if (!why)
		why = read_files(in, &rule, &reading);
	/* Most cgroups are idle, and all differences zero */
	if (!why && !view_is_idle(view) && headroom_stats_delta(now, before, &delta))
		why = "out of memory";
	if (why) {
		plan->reason = RECLAIM_BLIND;
		snprintf(plan->why, sizeof(plan->why), "%s", why);
		return;
	}
	reading.clock = now->evictions;
	reading.spared = action_spares(view->now, view->cgroup);
	reading.raised = is_raised(in);
	decide(in, &rule, &reading, state, plan);
	headroom_stats_clear(&delta);
}

const struct action action_reclaim = {
	.name = "reclaim",
	.meaning = "reclaim memory that is not used, as far as refaults and the stalls that they cause allow",
	.knob = KNOBS,
	.parameter = parameters,
	.reasons = reasons,
	.wish = {
		.files = FRAME_BIT(FRAME_MEMORY_CURRENT) | FRAME_BIT(FRAME_MEMORY_STAT) |
			 FRAME_BIT(FRAME_MEMORY_LOW) | FRAME_BIT(FRAME_MEMORY_MIN) |
			 FRAME_BIT(FRAME_SWAP_CURRENT) | FRAME_BIT(FRAME_SWAP_MAX) |
			 FRAME_BIT(FRAME_MARKS),
		.host_files = FRAME_BIT(FRAME_MEMINFO) | FRAME_BIT(FRAME_IO_PRESSURE) |
			      FRAME_BIT(FRAME_SELF),
		.stats = true, .histograms = true,
	},
	.ancestor_files = FRAME_BIT(FRAME_MEMORY_CURRENT) | FRAME_BIT(FRAME_MEMORY_LOW) |
			  FRAME_BIT(FRAME_MEMORY_MIN),
	.state_size = sizeof(struct reclaim_state),
	.plan = plan,
};
