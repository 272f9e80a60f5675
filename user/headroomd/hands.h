/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hands: they do the deeds of rules on this machine
 *
 * Reclaim and the end of a killed task take time. So deeds are done in threads, and what came of
 * them is collected with the next frame.
 */
#ifndef HEADROOMD_HANDS_H
#define HEADROOMD_HANDS_H

#include <stdbool.h>
#include <stdint.h>

#include "dirs.h"
#include "engine.h"

struct hands;

/**
 * struct outcome - what came of a deed
 * @kind: the deed
 * @rule: name of the rule that wanted it
 * @id: the cgroup that it was done to
 * @path: its path
 * @text: what came of it, in a sentence
 * @error: negative errno; 0
 */
struct outcome {
	enum deed_kind kind;
	const char *rule;
	uint64_t id;
	const char *path;
	const char *text;
	int error;
};

/**
 * hands_new - prepare to do deeds
 * @dirs: directories of cgroups, which must outlive the hands
 *
 * Return: NULL if out of memory; free with hands_free().
 */
struct hands *hands_new(struct dirs *dirs);
/** hands_free - free hands; deeds that are under way go on until the process ends; accepts NULL */
void hands_free(struct hands *hands);
/**
 * hands_act - begin a deed; an engine_act, whose @arg are the hands
 *
 * A deed is refused, which is its outcome, if one of its kind is under way for the cgroup, too many
 * programs run, or it has not begun when the next frame comes.
 */
engine_act hands_act;
/**
 * hands_collect - begin a frame: call @f for each deed that has ended since the last call
 *
 * Deeds that have not begun are not done, and have that as their outcome.
 */
void hands_collect(struct hands *hands, void (*f)(void *arg, const struct outcome *outcome),
		   void *arg);

#endif /* HEADROOMD_HANDS_H */
