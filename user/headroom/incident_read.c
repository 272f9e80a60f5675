// SPDX-License-Identifier: GPL-2.0
/*
 * Read an incident from a recording
 *
 * Each frame is subtracted from the next one. A stretch is a part of the time without a gap. What needs
 * more than two frames, the curve of a cgroup, is computed from the first and the last frame of a stretch
 * that have the cgroup.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "curve_plot.h"
#include "field.h"
#include "frame.h"
#include "incident_read.h"
#include "saturating.h"
#include "why_facts.h"

/* Time between two frames above which it is a gap: as a multiple of what is usual, and at least */
#define GAP_FACTOR	4
#define GAP_LEAST	(5 * NS_PER_S)
/* How much of a longer time between frames is still usual one frame later */
#define USUAL_DECAY	0.98

/**
 * struct reader - where reading is
 * @in: the result
 * @store: the recording
 * @limits: how much is kept
 * @frames: frames to read, if none is damaged
 * @first: the first frame of the stretch
 * @first_row: its row
 * @before: the frame read last
 * @map: index in @in of each cgroup of @before
 * @wall: added to CLOCK_BOOTTIME it is the time of rows
 * @usual: usual time between two frames, ns
 * @in_row: intervals that the last row has
 * @damaged: frames between @before and the next one could not be read
 */
struct reader {
	struct incident *in;
	struct store *store;
	const struct incident_limits *limits;
	uint64_t frames;
	struct frame *first;
	size_t first_row;
	struct frame *before;
	size_t *map;
	uint64_t wall;
	double usual;
	unsigned int in_row;
	bool damaged;
};

/* --- cgroups --- */

/* Index of the cgroup of @frame, which is added if it is new */
static size_t index_of(struct reader *r, const struct frame *frame, const size_t *map, size_t i)
{
	const struct frame_cgroup *c = &frame->cgroup[i];
	size_t then = r->before ? frame_find(r->before, c->id) : FRAME_NONE, found;

	if (then != FRAME_NONE && !strcmp(r->before->cgroup[then].path, c->path))
		return r->map[then];
	found = incident_find(r->in, c->path);
	if (found != INCIDENT_NONE)
		return found;
	return incident_add_cgroup(r->in, c->path,
				   c->parent == FRAME_NONE ? INCIDENT_NONE : map[c->parent]);
}

static size_t *map_cgroups(struct reader *r, const struct frame *frame)
{
	size_t *map = calloc(frame->nr + 1, sizeof(*map));

	for (size_t i = 0; map && i < frame->nr; i++) {
		map[i] = index_of(r, frame, map, i);
		if (map[i] == INCIDENT_NONE) {
			free(map);
			return NULL;
		}
	}
	return map;
}

static const struct headroom_cgroup *stats_of(const struct frame *frame, uint64_t id)
{
	size_t i = frame_find(frame, id);

	return i == FRAME_NONE ? NULL : frame->cgroup[i].stats;
}

/* Whether counters of the cgroup in a later frame grew from those in @before, or from 0 */
static bool is_comparable(const struct frame *before, uint64_t id)
{
	size_t i = frame_find(before, id);

	return before->snapshot && (i == FRAME_NONE || before->cgroup[i].stats);
}

/* --- gauges --- */

/* The smallest limit above a cgroup; false if one is unknown. The root has none. */
static bool limit_above(const struct frame *frame, size_t i, uint64_t *least)
{
	uint64_t high, max;

	*least = UINT64_MAX;
	for (i = frame->cgroup[i].parent; i != FRAME_NONE; i = frame->cgroup[i].parent) {
		if (frame->cgroup[i].parent == FRAME_NONE)
			break;
		if (!field_number(frame_text(frame, i, FRAME_MEMORY_HIGH), &high) ||
		    !field_number(frame_text(frame, i, FRAME_MEMORY_MAX), &max))
			return false;
		*least = high < *least ? high : *least;
		*least = max < *least ? max : *least;
	}
	return true;
}

static int read_gauges(struct incident *in, const struct frame *frame, size_t i, size_t cgroup)
{
	static const struct { enum incident_column column; enum frame_file file; } files[] = {
		{ INCIDENT_CURRENT, FRAME_MEMORY_CURRENT }, { INCIDENT_SWAP, FRAME_SWAP_CURRENT },
		{ INCIDENT_MIN, FRAME_MEMORY_MIN }, { INCIDENT_LOW, FRAME_MEMORY_LOW },
		{ INCIDENT_HIGH, FRAME_MEMORY_HIGH }, { INCIDENT_MAX, FRAME_MEMORY_MAX },
	};
	uint64_t value;
	int err = 0;

	for (size_t f = 0; !err && f < sizeof(files) / sizeof(files[0]); f++)
		if (field_number(frame_text(frame, i, files[f].file), &value))
			err = incident_set(in, cgroup, files[f].column, value);
	if (!err && limit_above(frame, i, &value))
		err = incident_set(in, cgroup, INCIDENT_ABOVE, value);
	return err;
}

/* --- counters --- */

static uint32_t pid_of(const struct frame *before, uint64_t cgroup, uint32_t cause)
{
	const struct headroom_stalled *task = before->stalled, *longest = NULL;

	for (size_t i = 0; before->nr_stalled != FRAME_NONE && i < before->nr_stalled; i++)
		if (task[i].cgroup == cgroup && task[i].cause == cause &&
		    (!longest || task[i].time > longest->time))
			longest = &task[i];
	return longest ? longest->pid : 0;
}

/* Keep the slowest stall of one cause: it is the longest so far, or in the last bucket */
static int slowest(struct reader *r, const struct frame_cgroup *c, size_t cgroup,
		    const struct headroom_stall *stall)
{
	const struct headroom_cgroup *then = stats_of(r->before, c->id);
	const struct headroom_histogram *h = &stall->latency;
	struct incident_stall slow = { .cgroup = cgroup, .cause = stall->cause,
				       .row = r->in->nr_rows - 1, .ended = true };
	size_t last = h->nr;

	if (!stall->count || !headroom_stall_in_total(stall->cause))
		return 0;
	while (last && !h->bucket[last - 1].count)
		last--;
	if (!then || headroom_stats_stall(&then->local, stall->cause)->longest < stall->longest) {
		slow.low = slow.high = stall->longest;
	} else if (last) {
		slow.low = h->bucket[last - 1].low;
		slow.high = h->bucket[last - 1].high < stall->longest ?
			    h->bucket[last - 1].high : stall->longest;
	} else {
		return 0;
	}
	slow.pid = pid_of(r->before, c->id, stall->cause);
	if (slow.low > r->in->cgroup[cgroup].longest)
		r->in->cgroup[cgroup].longest = slow.low;
	return incident_add_stall(r->in, &slow);
}

static int count_stalls(struct incident *in, const struct headroom_stats *delta, size_t cgroup)
{
	int err = incident_count(in, cgroup, INCIDENT_WAITING, delta->stall_total);

	for (size_t i = 0; !err && i < delta->nr_stalls; i++) {
		const struct headroom_stall *stall = &delta->stall[i];

		if (!headroom_stall_in_total(stall->cause))
			continue;
		in->cgroup[cgroup].stalls += stall->count;
		if (stall->total)
			err = incident_count(in, cgroup, INCIDENT_CAUSES + stall->cause, stall->total);
	}
	return err;
}

static int count_stats(struct incident *in, const struct frame *frame,
		       const struct headroom_stats *delta, size_t cgroup)
{
	struct incident_cgroup *c = &in->cgroup[cgroup];
	int err = incident_count(in, cgroup, INCIDENT_REFAULTS, delta->refaults);

	if (!err)
		err = incident_count(in, cgroup, INCIDENT_EVICTIONS, delta->evictions);
	if (!err && !frame->stalls_off)
		err = count_stalls(in, delta, cgroup);
	for (size_t i = 0; i < delta->nr_pages; i++)
		if (delta->pages[i].reason < HEADROOM_REASONS)
			c->reason[delta->pages[i].reason] += delta->pages[i].evictions;
	c->outside += delta->evictions_outside;
	c->dropped += delta->stalls_dropped;
	return err;
}

/* Nothing was counted while the generation is the same */
static int count_cgroup(struct reader *r, const struct frame *frame, size_t i, size_t cgroup)
{
	const struct headroom_cgroup *now = frame->cgroup[i].stats;
	const struct headroom_cgroup *then = stats_of(r->before, frame->cgroup[i].id);
	static const struct headroom_stats nothing;
	struct headroom_stats delta;
	int err;

	if (!now || !is_comparable(r->before, frame->cgroup[i].id))
		return 0;
	if (then && then->generation == now->generation)
		return count_stats(r->in, frame, &nothing, cgroup);
	err = headroom_stats_delta(&now->subtree, then ? &then->subtree : NULL, &delta);
	if (err)
		return err;
	err = count_stats(r->in, frame, &delta, cgroup);
	headroom_stats_clear(&delta);
	if (!err)
		err = headroom_stats_delta(&now->local, then ? &then->local : NULL, &delta);
	if (err)
		return err;
	for (size_t s = 0; !err && s < delta.nr_stalls; s++)
		err = slowest(r, &frame->cgroup[i], cgroup, &delta.stall[s]);
	headroom_stats_clear(&delta);
	return err;
}

/* --- evictors --- */

static size_t cgroup_of(const struct reader *r, const struct frame *frame, const size_t *map,
			uint64_t id)
{
	size_t i = id ? frame_find(frame, id) : FRAME_NONE;

	if (i != FRAME_NONE)
		return map[i];
	i = id ? frame_find(r->before, id) : FRAME_NONE;
	return i == FRAME_NONE ? INCIDENT_NONE : r->map[i];
}

static void take_off(uint64_t *from, uint64_t *excess)
{
	uint64_t part = *from < *excess ? *from : *excess;

	*from -= part;
	*excess -= part;
}

/* The cgroup that has what was counted of @id, which is it, or the ancestor that is left; 0 if unknown */
static uint64_t heir(const struct reader *r, const struct frame *frame, uint64_t id)
{
	size_t i = id ? frame_find(r->before, id) : FRAME_NONE;

	while (i != FRAME_NONE && frame_find(frame, r->before->cgroup[i].id) == FRAME_NONE)
		i = r->before->cgroup[i].parent;
	return i == FRAME_NONE ? 0 : r->before->cgroup[i].id;
}

/*
 * A removed cgroup leaves what was evicted from it to its parent, where it looks as if it were new: take it
 * off. Its evictors may have been removed as well.
 */
static void drop_removed(const struct reader *r, const struct frame *frame,
			 struct headroom_victim *victim)
{
	const struct headroom_blame *before = r->before->blame;

	for (size_t i = 0; i < before->nr; i++) {
		const struct headroom_victim *removed = &before->victim[i];

		if (removed->id == victim->id || heir(r, frame, removed->id) != victim->id)
			continue;
		for (size_t e = 0; e < removed->nr; e++) {
			struct headroom_evictor left = removed->evictor[e];
			uint64_t id = heir(r, frame, left.id);

			for (size_t to = 0; to < victim->nr; to++) {
				if (victim->evictor[to].id != id ||
				    (id && victim->evictor[to].reason != left.reason))
					continue;
				take_off(&victim->evictor[to].evictions, &left.evictions);
				take_off(&victim->evictor[to].refaults, &left.refaults);
			}
		}
	}
}

static int add_victim(struct reader *r, const struct frame *frame, const size_t *map,
		      const struct headroom_victim *victim)
{
	struct incident_flow flow = { .victim = cgroup_of(r, frame, map, victim->id) };
	int err = 0;

	if (flow.victim == INCIDENT_NONE)
		return 0;
	for (size_t i = 0; !err && i < victim->nr; i++) {
		const struct headroom_evictor *from = &victim->evictor[i];

		flow.evictor = cgroup_of(r, frame, map, from->id);
		flow.reason = flow.evictor == INCIDENT_NONE ? 0 : from->reason;
		flow.evictions = from->evictions;
		flow.refaults = from->refaults;
		if (flow.evictions || flow.refaults)
			err = incident_add_flow(r->in, &flow);
	}
	return err;
}

static int count_blame(struct reader *r, const struct frame *frame, const size_t *map)
{
	struct headroom_blame *delta;
	int err;

	if (!frame->blame || !r->before->blame)
		return 0;
	r->in->blame_known = true;
	err = headroom_blame_delta(frame->blame, r->before->blame, &delta);
	if (err)
		return err;
	for (size_t i = 0; i < delta->nr; i++)
		drop_removed(r, frame, &delta->victim[i]);
	for (size_t i = 0; !err && i < delta->nr; i++)
		err = add_victim(r, frame, map, &delta->victim[i]);
	headroom_blame_free(delta);
	return err;
}

/* --- stretches --- */

/* Keep the curve of a cgroup, whose last frame in the stretch is @before, if it rests on more refaults */
static int keep_curve(struct reader *r, size_t i)
{
	const struct frame_cgroup *c = &r->before->cgroup[i];
	const struct headroom_cgroup *first = stats_of(r->first, c->id);
	struct incident_curve *best = &r->in->cgroup[r->map[i]].curve;
	struct curve_plot plot = {
		.page_size = r->in->page_size, .sample_shift = r->in->sample_shift,
		.seconds = (r->before->time.monotonic - r->first->time.monotonic) / 1e9,
	};
	int err;

	if (!c->stats || plot.seconds <= 0 || !is_comparable(r->first, c->id))
		return 0;
	err = curve_plot_build(&plot, c->stats, first);
	if (err)
		return err;
	if (plot.seen < WHY_LEAST_EVENTS || plot.seen <= best->seen) {
		headroom_curve_clear(&plot.curve);
		return 0;
	}
	headroom_curve_clear(&best->curve);
	*best = (struct incident_curve){
		.known = true, .target = plot.target, .from = r->first_row, .to = r->in->nr_rows - 1,
		.seconds = plot.seconds, .evictions = plot.evictions, .seen = plot.seen,
		.curve = plot.curve,
	};
	return 0;
}

/* The stretch ends, for the cgroups that @next does not have; NULL for all */
static int end_cgroups(struct reader *r, const struct frame *next)
{
	int err = 0;

	for (size_t i = 0; !err && i < r->before->nr; i++)
		if (!next || frame_find(next, r->before->cgroup[i].id) == FRAME_NONE)
			err = keep_curve(r, i);
	return err;
}

/* Stalls that have not ended with the stretch */
static int add_unended(struct reader *r)
{
	const struct frame *f = r->before;
	int err = 0;

	for (size_t i = 0; !err && f->nr_stalled != FRAME_NONE && i < f->nr_stalled; i++) {
		const struct headroom_stalled *task = &f->stalled[i];
		size_t cgroup = cgroup_of(r, f, r->map, task->cgroup);
		const struct incident_stall stall = {
			.cgroup = cgroup, .cause = task->cause, .row = r->in->nr_rows - 1,
			.low = task->time, .high = task->time, .pid = task->pid,
		};

		if (cgroup != INCIDENT_NONE && headroom_stall_in_total(task->cause))
			err = incident_add_stall(r->in, &stall);
	}
	return err;
}

static int end_stretch(struct reader *r)
{
	int err = r->before ? add_unended(r) : 0;

	return err || !r->before ? err : end_cgroups(r, NULL);
}

/* Why the counters of two frames are not compared; NULL if they are */
static const char *gap_between(struct reader *r, const struct frame *frame)
{
	const struct frame *before = r->before;
	double time = (double)frame->time.boot - before->time.boot;
	double usual = r->usual;

	if (strcmp(frame->boot_id, before->boot_id))
		return "the machine was booted";
	if (frame->snapshot && frame->snapshot->generation >= before->time.boot)
		return "the module was loaded";
	if (r->damaged)
		return "the recording is damaged";
	if (usual && time > GAP_LEAST && time > GAP_FACTOR * usual)
		return time - (frame->time.monotonic - before->time.monotonic) > time / 2 ?
		       "the machine was suspended" : "there are no frames";
	r->usual = time > usual * USUAL_DECAY ? time : usual * USUAL_DECAY;
	return NULL;
}

/* Begin a row: the first one, one behind a gap, or one for the next intervals */
static int begin_row(struct reader *r, const struct frame *frame, const char *gap)
{
	int err = 0;

	if (gap)
		err = incident_add_gap(r->in, r->in->time[r->in->nr_rows - 1], gap);
	if (!r->before || strcmp(r->before->boot_id, frame->boot_id))
		r->wall = frame->time.wall - frame->time.boot;
	r->in_row = 0;
	if (!err)
		err = incident_add_row(r->in, r->wall + frame->time.boot);
	if (!err)
		r->wall = r->in->time[r->in->nr_rows - 1] - frame->time.boot;
	return err;
}

/* --- frames --- */

/* Copy the texts of a decision; false if out of memory */
static bool copy_texts(const struct store_decision *from, struct incident_decision *to)
{
	to->kind = strdup(from->kind);
	to->rule = from->rule ? strdup(from->rule) : NULL;
	to->text = strdup(from->text);
	if (to->kind && to->text && (to->rule || !from->rule))
		return true;
	free(to->kind);
	free(to->rule);
	free(to->text);
	return false;
}

static void add_decision(void *arg, const struct store_decision *d)
{
	struct reader *r = arg;
	struct incident *in = r->in;
	struct incident_decision *all = NULL, added = {
		.time = r->wall + r->before->time.boot,
		.cgroup = d->cgroup ? incident_find(in, d->cgroup) : INCIDENT_NONE,
	};

	if (in->nr_decisions < INCIDENT_DECISIONS)
		all = reallocarray(in->decision, in->nr_decisions + 1, sizeof(*all));
	if (all)
		in->decision = all;
	if (!all || !copy_texts(d, &added)) {
		in->decisions_left_out++;
		return;
	}
	all[in->nr_decisions++] = added;
}

static void note_state(struct incident *in, const struct frame *frame)
{
	in->frames++;
	in->without_module += !frame->snapshot;
	in->page_size = frame->page_size;
	in->sample_shift = frame->sample_shift;
	in->stalls_off |= frame->snapshot && frame->stalls_off;
	in->psi_off |= frame->snapshot && frame->psi_off;
}

/* Count from the frame before to this one, in the last row */
static int count_frame(struct reader *r, const struct frame *frame, const size_t *map)
{
	int err = end_cgroups(r, frame);

	for (size_t i = 0; !err && i < frame->nr; i++)
		err = count_cgroup(r, frame, i, map[i]);
	return err ? err : count_blame(r, frame, map);
}

/* How many intervals a row has: most cgroups of a recording are in its first frame */
static unsigned int choose_per_row(const struct reader *r, const struct frame *first)
{
	size_t rows = first->nr ? r->limits->values / first->nr : r->limits->rows;

	if (rows > r->limits->rows)
		rows = r->limits->rows;
	return 1 + (unsigned int)(r->frames / (rows ? rows : 1));
}

static int add_frame(struct reader *r, struct frame *frame)
{
	const char *gap = r->before ? gap_between(r, frame) : NULL;
	bool begins = !r->before || gap;
	size_t *map = map_cgroups(r, frame);
	int err = map ? 0 : -ENOMEM;

	if (!r->before)
		r->in->per_row = choose_per_row(r, frame);
	if (!err && gap)
		err = end_stretch(r);
	if (!err && (begins || !r->in_row || r->in_row >= r->in->per_row))
		err = begin_row(r, frame, gap);
	if (!err)
		r->in->time[r->in->nr_rows - 1] = r->wall + frame->time.boot;
	for (size_t i = 0; !err && i < frame->nr; i++)
		err = read_gauges(r->in, frame, i, map[i]);
	if (!err && !begins)
		err = count_frame(r, frame, map);
	note_state(r->in, frame);
	r->in_row = begins ? 0 : r->in_row + 1;
	if (begins) {
		frame_put(r->first);
		r->first = frame_get(frame);
		r->first_row = r->in->nr_rows ? r->in->nr_rows - 1 : 0;
	}
	frame_put(r->before);
	free(r->map);
	r->before = frame_get(frame);
	r->map = map;
	r->damaged = false;
	return err;
}

static int read_frames(struct reader *r, uint64_t from, uint64_t to)
{
	struct frame *frame;
	uint64_t number;
	int err = store_seek(r->store, from), status = 1;

	while (!err && (status = store_next(r->store, &frame, &number)) != 0) {
		if (status == -EBADMSG) {
			r->in->damaged++;
			r->damaged = true;
			continue;
		}
		err = status < 0 ? status : 0;
		if (err || frame->time.wall > to) {
			if (!err)
				frame_put(frame);
			break;
		}
		if (frame->time.wall >= from) {
			err = add_frame(r, frame);
			if (!err)
				err = store_decisions(r->store, number, add_decision, r);
		}
		frame_put(frame);
	}
	return err ? err : end_stretch(r);
}

int incident_read(struct store *store, uint64_t from, uint64_t to,
		  const struct incident_limits *limits, struct incident **in)
{
	struct reader r = { .store = store, .limits = limits, .in = incident_new() };
	int err = r.in ? store_count(store, from, to, &r.frames) : -ENOMEM;

	*in = NULL;
	if (!err)
		err = read_frames(&r, from, to);
	if (!err && (r.in->frames < 2 || !r.in->nr))
		err = -ENODATA;
	frame_put(r.first);
	frame_put(r.before);
	free(r.map);
	if (err)
		incident_free(r.in);
	else
		*in = r.in;
	return err;
}
