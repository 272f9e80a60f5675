/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How often rules have acted, since the daemon was started
 *
 * The log says what was done, line by line. For an alert it takes numbers that never fall: of each rule,
 * what was done, what was refused because something like it was under way, and what failed. A kill
 * counts as done when it was verified that no task is left. What a dry run imagines is not counted.
 *
 * A tally stands between the engine and its log: it counts, and passes everything on.
 */
#ifndef HEADROOMD_TALLY_H
#define HEADROOMD_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "engine.h"
#include "hands.h"

/** enum tally_result - what came of an act */
enum tally_result {
	TALLY_DONE,
	TALLY_REFUSED,	/* one like it, or too many, are under way */
	TALLY_FAILED,
	TALLY_RESULTS,
};

/**
 * struct tally_rule - the acts of a rule
 * @rule: its name
 * @count: by enum tally_result
 */
struct tally_rule {
	char *rule;
	uint64_t count[TALLY_RESULTS];
};

/**
 * struct tally - the acts of all rules that the configuration has or had; all zero at first
 * @nr: number of rules that have acted
 * @rule: them
 * @verified: kills that left no task
 * @unverified: kills after which there were tasks all the same
 * @next: the log
 */
struct tally {
	size_t nr;
	struct tally_rule *rule;
	uint64_t verified;
	uint64_t unverified;
	struct engine_log next;
};

/** tally_log - the log to give to an engine, which counts and then calls @next; its argument is @tally */
struct engine_log tally_log(struct tally *tally, const struct engine_log *next);
/** tally_outcome - count what came of a deed */
void tally_outcome(struct tally *tally, const struct outcome *outcome);
/** tally_of - how often a rule has acted with a result; 0 if it never did */
uint64_t tally_of(const struct tally *tally, const char *rule, enum tally_result result);
/** tally_clear - free what it has */
void tally_clear(struct tally *tally);

#endif /* HEADROOMD_TALLY_H */
