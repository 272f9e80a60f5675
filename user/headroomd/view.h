/* SPDX-License-Identifier: GPL-2.0 */
/* What a signal sees, a cgroup in two frames, and the value that it makes of that */
#ifndef HEADROOMD_VIEW_H
#define HEADROOMD_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <headroom.h>

#include "frame.h"

struct losses;

/**
 * struct sample - the value of a signal
 * @value: the estimate
 * @low: lower bound; a condition that acts above a threshold compares this
 * @high: upper bound
 * @whole: UNIT_SIZE: what a share is a share of, if @has_whole; may be 0
 * @has_whole: there is such a limit
 * @blind: why there is no value, as the end of a sentence such as "memory.high is blind: ";
 *	NULL if there is one
 * @lacks: hook of the module without which a part is not counted, so that it may be any more; NULL
 *	if nothing is known to be missing
 */
struct sample {
	double value;
	double low;
	double high;
	double whole;
	bool has_whole;
	const char *blind;
	const char *lacks;
};

/** signal_exact - a value without uncertainty */
static inline struct sample signal_exact(double value)
{
	return (struct sample){ .value = value, .low = value, .high = value };
}

/** signal_blind - no value, and why */
static inline struct sample signal_blind(const char *why)
{
	return (struct sample){ .blind = why };
}

/**
 * struct view - what a signal sees: a cgroup in two frames
 * @now: the frame
 * @before: the previous one; NULL if there is none, or a gap in between
 * @cgroup: index in @now
 * @cgroup_before: index in @before; FRAME_NONE if the cgroup is new
 * @seconds: time between the frames; 0 without @before
 * @losses: what was evicted between them, read when losses_below() is called first
 * @seen: when the cgroup was seen first, on the clock of the frames, ns
 * @born: the cgroup was created at that moment; otherwise it may be older
 */
struct view {
	const struct frame *now;
	const struct frame *before;
	size_t cgroup;
	size_t cgroup_before;
	double seconds;
	struct losses *losses;
	uint64_t seen;
	bool born;
};

/** view_cgroup - the cgroup of a view */
const struct frame_cgroup *view_cgroup(const struct view *view);
/** view_reloaded - whether the module counts from zero since the previous frame */
bool view_reloaded(const struct view *view);
/** view_text - the text of one of its files; NULL if there is none */
const char *view_text(const struct view *view, enum frame_file file);
/** view_text_before - that text in the previous frame */
const char *view_text_before(const struct view *view, enum frame_file file);
/**
 * view_stats - statistics of the cgroup's subtree, in both frames
 * @now: result
 * @before: result
 *
 * Return: NULL, or why they are missing or cannot be compared.
 */
const char *view_stats(const struct view *view, const struct headroom_stats **now,
		       const struct headroom_stats **before);
/**
 * view_sampled_stats - as view_stats(), for counts that are scaled, or corrected, by sampling
 *
 * They are missing if the sampling factor was changed between the frames.
 */
const char *view_sampled_stats(const struct view *view, const struct headroom_stats **now,
			       const struct headroom_stats **before);
/** view_is_idle - whether the module has counted nothing for the subtree between the frames */
bool view_is_idle(const struct view *view);
/**
 * view_rate - the rate of a counter of the statistics
 * @offset: where the counter is in struct headroom_stats
 *
 * Blind if the counter went back, or the module was reloaded.
 */
struct sample view_rate(const struct view *view, size_t offset);
/** view_rate_between - (@now - @before) / seconds; blind if the counter went back */
struct sample view_rate_between(const struct view *view, uint64_t now, uint64_t before);

#endif /* HEADROOMD_VIEW_H */
