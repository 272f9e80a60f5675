/* SPDX-License-Identifier: GPL-2.0 */
/* Claims: knobs that were changed, and which rules demand that */
#ifndef HEADROOMD_CLAIM_H
#define HEADROOMD_CLAIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "knob.h"

/**
 * struct demand - what a rule wants of a knob
 * @rule: its name
 * @value: the value
 * @next: the value in this round, valid with @renewed; a rule may demand it for several cgroups
 * @by: id of the cgroup for which it is demanded; 0 if it was not renewed since the start
 * @weight: of the rule, when demands exceed the budget; 0 if it was not renewed since the start
 * @renewed: in this round
 */
struct demand {
	char *rule;
	uint64_t value;
	uint64_t next;
	uint64_t by;
	double weight;
	bool renewed;
};

/**
 * struct claim - a knob that was changed, or is about to be
 * @id: the cgroup
 * @path: its path
 * @knob: which file
 * @original: the value without the daemon
 * @written: the value that the daemon wrote, or is about to write
 * @previous: the value that the file still has if that write did not happen
 * @nr: number of demands; 0 if it is an ancestor's, which follows from claims below it
 * @demand: the demands
 * @error: negative errno of the last write; 0
 * @reset_since: when the count of resets began, ns
 * @resets: how often something has written the original since then
 */
struct claim {
	uint64_t id;
	char *path;
	enum knob knob;
	uint64_t original;
	uint64_t written;
	uint64_t previous;
	size_t nr;
	struct demand *demand;
	int error;
	uint64_t reset_since;
	unsigned int resets;
};

/** claim_add - append a claim without demands; returns NULL if out of memory */
struct claim *claim_add(struct claim **claim, size_t *nr, uint64_t id, enum knob knob,
			const char *path);
/** claim_add_demand - append a demand to a claim; returns NULL if out of memory */
struct demand *claim_add_demand(struct claim *claim, const char *rule);
/**
 * claim_print - write what claims have set of a cgroup, for a frame
 *
 * A line for each: its knob, the original, and the value that was written, such as
 * "memory.low 0 104857600".
 *
 * Return: the length of the text; 0 if there is none.
 */
size_t claim_print(char *buf, size_t size, const struct claim *claim, size_t nr, uint64_t id);
/** claim_find - find a knob in that text; returns false if it is not there */
bool claim_find(const char *text, enum knob knob, uint64_t *original, uint64_t *written);
/** claim_clear - free what a claim owns */
void claim_clear(struct claim *claim);

#endif /* HEADROOMD_CLAIM_H */
