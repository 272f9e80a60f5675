// SPDX-License-Identifier: GPL-2.0
/*
 * The action notify: say how much memory a workload may use, or should give back
 *
 *	room		the least of limit - memory.current over the cgroup and its ancestors, where
 *			the limit is the lower of memory.high and memory.max, and of MemAvailable of
 *			the machine: what can be allocated before a limit is reached. Page cache below a
 *			limit counts as used, since nothing says how much of it is cold; MemAvailable
 *			is the kernel's estimate, which counts cache as available.
 *	lacking		memory that would have saved 95 % of the refaults since the previous frame: what
 *			the workload would use now if it had it. 0 without refaults.
 *	available	room - lacking: growth by more takes memory that is needed
 *	shrink		lacking - room: refaults end if the workload gives that back. The lower bound of
 *			lacking counts here, so that no more is asked for than is proved.
 *
 * Neither is below 0. What is not known is unknown, and so is what depends on it. Room is unknown
 * in the first frame that has the cgroup, since the files of its ancestors are read from the next one on.
 *
 * The cause is that of most of the time in stalls since the previous frame. The evictor is the
 * smallest subtree that took more than half of the evicted pages, so that one which spreads over
 * children does not hide.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "field.h"
#include "losses.h"
#include "quantity.h"
#include "saturating.h"
#include "tell.h"

#define UNKNOWN_SIZE	UINT64_MAX

enum { IDLE, TELL, COOLING, BLIND };

static const char *const reasons[] = {
	[IDLE] = "idle", [TELL] = "tell", [COOLING] = "cooling", [BLIND] = "blind",
};

static const struct action_parameter parameters[] = {
	[TELL_SOCKET] = { .name = "socket", .type = PARAMETER_TEXT,
			  .meaning = "socket for systemd's protocol of memory pressure" },
	[TELL_FIFO] = { .name = "fifo", .type = PARAMETER_TEXT,
			.meaning = "FIFO for systemd's protocol of memory pressure" },
	[TELL_JSON] = { .name = "json", .type = PARAMETER_TEXT,
			.meaning = "socket on which each message is a line of JSON" },
	[TELL_MODE] = { .name = "mode", .type = PARAMETER_TEXT,
			.meaning = "their permissions, octal" },
	[TELL_USER] = { .name = "user", .type = PARAMETER_TEXT, .meaning = "their owner" },
	[TELL_GROUP] = { .name = "group", .type = PARAMETER_TEXT, .meaning = "their group" },
	{ .name = NULL },
};

static bool check(const struct action_value *parameter, char *error, size_t size)
{
	const char *mode = parameter[TELL_MODE].text, *problem;
	char path[TELL_PATH];
	unsigned int bits;

	if (mode && !tell_mode(mode, &bits)) {
		snprintf(error, size, "mode: expected an octal mode, such as 0660");
		return false;
	}
	for (int i = TELL_SOCKET; i <= TELL_JSON; i++) {
		const char *template = parameter[i].text;

		problem = template ? tell_path(path, template, NULL, 0) : NULL;
		if (!problem)
			continue;
		snprintf(error, size, "%s: %s", parameters[i].name, problem);
		return false;
	}
	snprintf(error, size, "notify needs socket=, fifo= or json=, a path such as /run/headroom/pressure/%%n");
	return parameter[TELL_SOCKET].text || parameter[TELL_FIFO].text ||
	       parameter[TELL_JSON].text;
}

/* --- room --- */

/*
 * What is left below the limit of a cgroup
 * @left: result; UINT64_MAX if it has no limit, or no memory controller
 *
 * Return: false if it is unknown.
 */
static bool left_below(const struct frame *frame, size_t i, uint64_t *left)
{
	const char *max_text = frame_text(frame, i, FRAME_MEMORY_MAX);
	const char *high_text = frame_text(frame, i, FRAME_MEMORY_HIGH);
	uint64_t max, high, current;

	*left = UINT64_MAX;
	if (!max_text && !high_text)
		return !frame->cgroup[i].error;
	if (!field_number(max_text, &max) || !field_number(high_text, &high))
		return false;
	if (high < max)
		max = high;
	if (max == FIELD_MAX)
		return true;
	if (!field_number(frame_text(frame, i, FRAME_MEMORY_CURRENT), &current))
		return false;
	*left = saturating_sub(max, current);
	return true;
}

static uint64_t room_of(const struct view *view, size_t *target)
{
	const struct frame *frame = view->now;
	uint64_t least, left;

	*target = FRAME_NONE;
	if (!view->before || view->cgroup_before == FRAME_NONE ||
	    !field_key(frame_host_text(frame, FRAME_MEMINFO), "MemAvailable", &least))
		return UNKNOWN_SIZE;
	least *= 1024;
	for (size_t i = view->cgroup; i != FRAME_NONE; i = frame->cgroup[i].parent) {
		if (!left_below(frame, i, &left)) {
			*target = FRAME_NONE;
			return UNKNOWN_SIZE;
		}
		if (left >= least)
			continue;
		least = left;
		*target = i;
	}
	return least;
}

/* --- cause and evictor --- */

static uint32_t cause_of(const struct view *view)
{
	const struct headroom_stats *now, *before;
	uint32_t cause = 0;
	uint64_t most = 0;

	if (view_stats(view, &now, &before) || view->now->stalls_off || view->before->stalls_off)
		return 0;
	for (size_t i = 0; i < now->nr_stalls; i++) {
		uint32_t number = now->stall[i].cause;
		uint64_t time = saturating_sub(now->stall[i].total,
					       headroom_stats_stall(before, number)->total);

		if (time > most && headroom_stall_in_total(number)) {
			most = time;
			cause = number;
		}
	}
	return cause;
}

/* Sum up what each cgroup took; returns what all took, with those that are unknown */
static uint64_t sum_evictors(const struct loss *loss, size_t nr, uint64_t *taken)
{
	uint64_t all = 0;

	for (size_t i = 0; i < nr; i++)
		for (size_t j = 0; j < loss[i].victim->nr; j++) {
			uint64_t pages = loss[i].victim->evictor[j].evictions;

			all += pages;
			if (loss[i].by[j] != FRAME_NONE)
				taken[loss[i].by[j]] += pages;
		}
	return all;
}

/* Subtrees that took more than half contain each other, so the last one is the smallest */
static void find_evictor(const struct frame *frame, uint64_t all, uint64_t *taken,
			 struct advice *advice)
{
	uint64_t of_root = taken[0];

	for (size_t i = frame->nr - 1; i > 0; i--)
		if (frame->cgroup[i].parent != FRAME_NONE)
			taken[frame->cgroup[i].parent] += taken[i];
	taken[0] = of_root;
	for (size_t i = 0; i < frame->nr; i++)
		if (taken[i] > all / 2) {
			advice->evictor = i;
			advice->share = (double)taken[i] / all;
		}
}

static void add_evictor(const struct view *view, struct advice *advice)
{
	const struct loss *loss;
	uint64_t *taken, all;
	size_t nr;

	if (losses_below(view, view->cgroup, &loss, &nr) || !nr)
		return;
	taken = calloc(view->now->nr, sizeof(*taken));
	if (!taken)
		return;
	all = sum_evictors(loss, nr, taken);
	if (all)
		find_evictor(view->now, all, taken, advice);
	free(taken);
}

/* --- the plan --- */

static uint64_t whole_bytes(double bytes)
{
	return bytes < 0x1p62 ? bytes : 0x1p62;
}

/* Returns what is available */
static uint64_t advise(const struct view *view, struct advice *advice)
{
	const struct signal_argument most = { .share = 0.95 };
	const struct signal *extra = signal_find("extra", 5);
	struct sample lacking = signal_read(extra, view, &most);

	*advice = (struct advice){
		.lacking = UNKNOWN_SIZE, .shrink = UNKNOWN_SIZE, .evictor = FRAME_NONE,
		.cause = cause_of(view),
	};
	advice->room = room_of(view, &advice->target);
	add_evictor(view, advice);
	if (lacking.blind)
		return UNKNOWN_SIZE;
	advice->lacking = whole_bytes(lacking.value);
	if (advice->room == UNKNOWN_SIZE)
		return UNKNOWN_SIZE;
	advice->shrink = saturating_sub(whole_bytes(lacking.low), advice->room);
	return saturating_sub(advice->room, advice->lacking);
}

static void print_size(char *buf, size_t size, uint64_t bytes)
{
	snprintf(buf, size, "%s", bytes == UNKNOWN_SIZE ? "unknown" : quantity_bytes(bytes).s);
}

static void explain(char *why, size_t size, const struct frame *frame, const struct deed *deed)
{
	const struct advice *a = &deed->advice;
	char available[32], room[32], lacking[32];
	size_t n;

	print_size(available, sizeof(available), deed->value);
	print_size(room, sizeof(room), a->room);
	print_size(lacking, sizeof(lacking), a->lacking);
	n = snprintf(why, size, "available %s: room %s%s%s, lacking %s", available, room,
		     a->target == FRAME_NONE ? "" : " below the limit of ",
		     a->target == FRAME_NONE ? "" : frame->cgroup[a->target].path, lacking);
	if (a->cause && n < size)
		n += snprintf(why + n, size - n, ", cause %s",
			      headroom_stall_cause_name(a->cause) ? : "unknown");
	if (a->evictor != FRAME_NONE && n < size)
		snprintf(why + n, size - n, ", evictor %s (%.0f %%)",
			 frame->cgroup[a->evictor].path, 100 * a->share);
}

static void plan(const struct action_input *in, void *state, struct action_plan *plan)
{
	static const char *const sentences[] = {
		[IDLE] = "it is notified while the condition holds",
		[COOLING] = "it is notified again after the cooldown",
		[BLIND] = "the condition is unknown",
	};
	struct deed *deed = &plan->deed[0];

	(void)state;
	plan->reason = in->when == FALSE ? IDLE : in->when == UNKNOWN ? BLIND :
		       in->cooling ? COOLING : TELL;
	if (plan->reason != TELL) {
		if (in->explain)
			snprintf(plan->why, sizeof(plan->why), "%s", sentences[plan->reason]);
		return;
	}
	*deed = (struct deed){ .kind = DEED_TELL, .cgroup = in->view->cgroup };
	plan->nr = 1;
	plan->acts = true;
	/* A plan with a deed is always explained, and made again for that */
	if (!in->explain)
		return;
	deed->value = advise(in->view, &deed->advice);
	explain(plan->why, sizeof(plan->why), in->view->now, deed);
}

const struct action action_notify = {
	.name = "notify",
	.meaning = "say how much memory a workload may use, or should give back",
	.knob = KNOBS,
	.parameter = parameters,
	.reasons = reasons,
	.wish = {
		.files = FRAME_BIT(FRAME_MEMORY_CURRENT) | FRAME_BIT(FRAME_MEMORY_MAX) |
			 FRAME_BIT(FRAME_MEMORY_HIGH),
		.host_files = FRAME_BIT(FRAME_MEMINFO),
		.stats = true, .histograms = true, .blame = true,
	},
	.ancestor_files = FRAME_BIT(FRAME_MEMORY_CURRENT),
	.check = check,
	.plan = plan,
};
