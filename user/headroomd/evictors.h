/* SPDX-License-Identifier: GPL-2.0 */
/* Evictors: which cgroups took the pages of a subtree between two frames */
#ifndef HEADROOMD_EVICTORS_H
#define HEADROOMD_EVICTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pattern.h"
#include "view.h"

/* The most evictors that are told apart; the pages of others are unknown */
#define EVICTORS	64

/**
 * struct evictor - a cgroup, with all below it
 * @cgroup: its index in the frame
 * @taken: pages that its demand evicted from the victim
 * @returned: pages that its demand evicted from the victim, and that were read again
 * @back: pages that the victim's demand evicted from it, and that it read again, but for those that no
 *	share of the memory that both can have would have kept
 */
struct evictor {
	size_t cgroup;
	uint64_t taken;
	uint64_t returned;
	uint64_t back;
};

/**
 * struct evictors - who took the pages of a subtree
 * @outside: pages that were evicted for demand from outside the subtree
 * @own: pages that were evicted for demand from inside, or for a limit in the subtree
 * @unknown: of @outside, pages that each evictor may have taken in addition
 * @excess: pages that blame has beyond @outside: each evictor may have taken so many less
 * @returned: pages that demand from outside had evicted, and that were read again
 * @returned_excess: pages that blame has beyond @returned: of each evictor so many less may have
 *	been read again
 * @refaults: evicted pages that the subtree read again
 * @nr: number of evictors
 * @evictor: in no order
 */
struct evictors {
	uint64_t outside;
	uint64_t own;
	uint64_t unknown;
	uint64_t excess;
	uint64_t returned;
	uint64_t returned_excess;
	uint64_t refaults;
	size_t nr;
	struct evictor evictor[EVICTORS];
};

/**
 * evictors_read - sum up who took the pages of a cgroup's subtree
 * @of: an evictor counts for its nearest ancestor, or itself, that matches; if there is no
 *	pattern, for the topmost one that has neither the victim nor headroomd below it
 * @least: list the evictors, which costs more than the rest, if others evicted as many pages, or as
 *	many that they had evicted were read again
 *
 * Return: NULL, or why nothing is known.
 */
const char *evictors_read(const struct view *view, const struct pattern *of,
			  uint64_t least, struct evictors *evictors);
/**
 * evictors_level - the cgroup that an evictor counts for
 * @victim: index of the victim
 * @at: index of the evictor
 *
 * Return: its index; FRAME_NONE if there is none, or it is not to be touched.
 */
size_t evictors_level(const struct frame *frame, size_t victim, const struct pattern *of,
		      size_t at);

#endif /* HEADROOMD_EVICTORS_H */
