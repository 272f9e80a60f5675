/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Choose the cgroup to kill or to freeze
 *
 * Siblings are ranked, by their marks first (see mark.h), then by a policy. The first is descended
 * into and its children are ranked, down to a cgroup that is a unit: with memory.oom.group = 1, or
 * without children that have tasks. If there is nothing to choose in a subtree, its next sibling is
 * tried. The ranks of parents are those of whole subtrees, so a service gains nothing by spreading
 * over children.
 *
 * Never chosen are: cgroups that action_spares() spares or that are marked to be omitted; those
 * without tasks or below the smallest size; those that a kill could not end, for a while; and those
 * of which the frame lacks something, since unknown is not zero.
 *
 * Whether a cgroup is large enough, and how fast it grows, is said by the memory that only a kill frees,
 * see victim_memory(). By size, what memory.low or memory.min protects does not count, as in oomd: a kill would free it as
 * well, but the administrator, or the action protect, has said that it is needed there. So a cgroup
 * that is protected as a whole is the last choice. By another policy, a cgroup of which the value
 * is zero is not chosen: it has no part in what the rule is about.
 */
#ifndef HEADROOMD_VICTIM_H
#define HEADROOMD_VICTIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "action.h"
#include "arbiter.h"
#include "victim_rank.h"

/* The files that a search reads of each candidate */
#define VICTIM_FILES	(FRAME_BIT(FRAME_MEMORY_CURRENT) | FRAME_BIT(FRAME_MEMORY_LOW) | \
			 FRAME_BIT(FRAME_MEMORY_MIN) | FRAME_BIT(FRAME_OOM_GROUP) | \
			 FRAME_BIT(FRAME_EVENTS) | FRAME_BIT(FRAME_MARKS) | VICTIM_MEMORY)

/** enum victim_skip - why a cgroup is not chosen; those without tasks are not counted */
enum victim_skip {
	VICTIM_SPARED,		/* init, headroomd, or one above them */
	VICTIM_OMITTED,		/* by a mark */
	VICTIM_EXCLUDED,	/* by the rule */
	VICTIM_SMALL,
	VICTIM_UNINVOLVED,	/* its value is zero */
	VICTIM_FAILED,		/* a kill had no effect */
	VICTIM_FROZEN,
	VICTIM_BLIND,		/* the frame lacks what has to be known */
	VICTIM_SKIPS,
};

/* Words for the reasons of an action that chooses: those of enum victim_skip follow @first */
#define VICTIM_REASONS(first)								\
	[(first) + VICTIM_SPARED] = "all spared", [(first) + VICTIM_OMITTED] = "all omitted",	\
	[(first) + VICTIM_EXCLUDED] = "all excluded", [(first) + VICTIM_SMALL] = "all too small", \
	[(first) + VICTIM_UNINVOLVED] = "none involved",				\
	[(first) + VICTIM_FAILED] = "none can be killed", [(first) + VICTIM_FROZEN] = "all frozen", \
	[(first) + VICTIM_BLIND] = "blind"

/* Parameters of such an action: among what, and by which policy */
#define VICTIM_AMONG									\
	{ .name = "victims", .type = PARAMETER_CGROUPS,					\
	  .meaning = "cgroups to choose from; by default the children of the rule's cgroup" }
#define VICTIM_BY									\
	{ .name = "by", .type = PARAMETER_WORD, .words = VICTIM_RANKS,			\
	  .meaning = "what ranks them" }

/**
 * struct victim_search - among what to choose, and how
 * @view: the rule's cgroup
 * @among: patterns of candidates; without any, they are the children of the rule's cgroup, or
 *	itself if it is a unit
 * @by: the policy
 * @least: victim_memory() below which a cgroup is not chosen, bytes
 * @arbiter: knows what could not be killed; NULL if that does not matter
 * @thawed: not those that are frozen; needs FRAME_FREEZE
 */
struct victim_search {
	const struct view *view;
	const struct pattern *among;
	enum victim_rank by;
	uint64_t least;
	const struct arbiter *arbiter;
	bool thawed;
};

/**
 * struct victim - what a search has found
 * @cgroup: the choice, by index in the frame; FRAME_NONE if there is none
 * @value: its value
 * @next: the next one among its siblings, or among those of an ancestor; FRAME_NONE if none
 * @next_value: its value
 * @skipped: number of cgroups that were not chosen, for each reason
 * @no_memory: memory is short, so nothing was chosen
 */
struct victim {
	size_t cgroup;
	double value;
	size_t next;
	double next_value;
	unsigned int skipped[VICTIM_SKIPS];
	bool no_memory;
};

/** victim_find - choose */
void victim_find(const struct victim_search *search, struct victim *victim);
/** victim_may_be - whether a cgroup is a candidate, or below one */
bool victim_may_be(const struct victim_search *search, size_t cgroup);
/** victim_skip_of - the only reason why nothing was chosen; VICTIM_SKIPS if there are several, or none */
enum victim_skip victim_skip_of(const struct victim *victim);
/** victim_explain - what was chosen and why, or why nothing, for people; returns @buf */
const char *victim_explain(const struct victim_search *search, const struct victim *victim,
			   char *buf, size_t size);

#endif /* HEADROOMD_VICTIM_H */
