/* SPDX-License-Identifier: GPL-2.0 */
/* Taken: the pages that were taken from a victim over some seconds, and by which cgroups */
#ifndef HEADROOMD_TAKEN_H
#define HEADROOMD_TAKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evictors.h"

/* The most evictors that are remembered; the pages of others are unknown */
#define TAKEN_EVICTORS	12

/**
 * struct taken_loss - what happened to the victim, faded
 * @seconds: time that the rest stands for
 * @outside: pages that were evicted for demand from outside
 * @own: pages that were evicted for its own demand or limits
 * @unknown: of @outside, pages that each evictor may have taken in addition
 * @returned: pages that demand from outside had evicted, and that were read again
 * @refaults: evicted pages that the victim read again
 */
struct taken_loss {
	double seconds;
	double outside;
	double own;
	double unknown;
	double returned;
	double refaults;
};

/**
 * struct taken_share - an evictor's part in it, faded
 * @taken: pages that blame says it took
 * @sure: of them, pages that are certainly its own
 * @returned: pages that it certainly took, and that were read again
 * @back: pages that the victim took from it, and that it read again
 */
struct taken_share {
	double taken;
	double sure;
	double returned;
	double back;
};

/**
 * struct taken - what was taken in the last seconds; all zero at first
 * @nr: number of evictors
 */
struct taken {
	struct taken_loss loss;
	size_t nr;
	struct {
		uint64_t id;
		struct taken_share share;
	} evictor[TAKEN_EVICTORS];
};

/**
 * taken_add - add what happened between two frames
 * @frame: the later one
 * @seconds: time between them
 * @keep: nothing fades
 */
void taken_add(struct taken *taken, const struct frame *frame, const struct evictors *evictors,
	       double seconds, bool keep);
/** taken_add_loss - the same, of the victim alone; it fades */
void taken_add_loss(struct taken_loss *loss, const struct evictors *evictors, double seconds);
/**
 * taken_add_share - the same, of one evictor; it fades
 * @cgroup: its index in the frame; it may have taken nothing
 */
void taken_add_share(struct taken_share *share, const struct evictors *evictors, size_t cgroup,
		     double seconds);
/** taken_share - the part of a cgroup; NULL if it has none */
const struct taken_share *taken_share(const struct taken *taken, uint64_t id);

#endif /* HEADROOMD_TAKEN_H */
