/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The value by which a policy ranks a cgroup
 *
 * memory.current hides a leak. Without swap, reclaim takes file pages only: as the anonymous memory of the
 * leak grows, its own file pages go, and its memory.current stays the same, while others that read
 * files grow. And what a cgroup has in swap, or in zram, is not in it. So growth, and the least size
 * for a kill, are those of the memory that only a kill frees, or the cgroup itself.
 */
#ifndef HEADROOMD_VICTIM_RANK_H
#define HEADROOMD_VICTIM_RANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "view.h"

/** enum victim_rank - policies, in the order of VICTIM_RANKS */
enum victim_rank {
	VICTIM_BY_SIZE,		/* memory.current beyond memory.low or memory.min */
	VICTIM_BY_GROWTH,	/* growth of victim_memory() since the last frame */
	VICTIM_BY_SWAP,		/* memory.swap.current */
	VICTIM_BY_STALL,	/* time in stalls */
	VICTIM_BY_REFAULTS,	/* refaults for each evicted page */
	VICTIM_BY_BLAME,	/* pages that it took from others below the rule's cgroup */
};

#define VICTIM_RANKS	"size growth swap stall refaults blame"

/* The files of a candidate that victim_memory() reads */
#define VICTIM_MEMORY	(FRAME_BIT(FRAME_MEMORY_STAT) | FRAME_BIT(FRAME_SWAP_CURRENT))

/**
 * victim_memory - memory that reclaim cannot take from a cgroup without swap, and its swap
 * @bytes: result: anonymous and shared memory, locked pages, kernel memory but for slabs that can be
 *	reclaimed, buffers of sockets, and memory.swap.current
 *
 * Return: false if memory.stat is not known. Without memory.swap.current there is no swap.
 */
bool victim_memory(const struct frame *frame, size_t cgroup, uint64_t *bytes);
/**
 * victim_blame - count what each cgroup took from others below the rule's cgroup
 * @taken: result: an array with a number for each cgroup of the frame, to be freed with free()
 *
 * What was taken within a subtree is not taken from others. Neither do pages count whose evictor is
 * unknown.
 *
 * Return: NULL, or why it is not known; then there is no array.
 */
const char *victim_blame(const struct view *view, double **taken);
/**
 * victim_rank - the value of a cgroup
 * @view: the rule's cgroup
 * @taken: of VICTIM_BY_BLAME; NULL if it is not known
 *
 * Return: the value; of an interval, the lower end.
 */
struct sample victim_rank(const struct view *view, enum victim_rank by, const double *taken,
			  size_t cgroup);
/** victim_wish - add what frames have to contain for a policy; files are those of candidates */
void victim_wish(enum victim_rank by, struct frame_wish *wish);
/** victim_print_rank - print a value with what it is; returns @buf */
const char *victim_print_rank(char *buf, size_t size, enum victim_rank by, double value);

#endif /* HEADROOMD_VICTIM_RANK_H */
