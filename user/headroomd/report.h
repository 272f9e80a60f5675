/* SPDX-License-Identifier: GPL-2.0 */
/* The decision log: what rules think, what they do, and what came of it */
#ifndef HEADROOMD_REPORT_H
#define HEADROOMD_REPORT_H

#include "engine.h"
#include "hands.h"

struct store;

/**
 * report_to - print the decision log to the journal, and into a recording
 * @store: the recording; NULL for none
 *
 * Return: what engine_new() takes; its argument is @store.
 */
struct engine_log report_to(struct store *store);

/** report_decision - describe a decision in a sentence; returns @buf */
const char *report_decision(char *buf, size_t size, const struct decision *decision);

/** report_decision_level - how urgent a decision is, as for journal() */
int report_decision_level(const struct decision *decision);

/** report_claim - describe what happened to a claim; @decision may be NULL; returns @buf */
const char *report_claim(char *buf, size_t size, const struct ledger_event *event,
			 const struct decision *decision);

/** report_deed - describe a deed that is no demand on a knob; returns @buf */
const char *report_deed(char *buf, size_t size, const struct frame *frame,
			const struct deed *deed, const struct decision *decision);

/** report_deed_level - how urgent a deed is, as for journal() */
int report_deed_level(const struct deed *deed);

/** report_outcome - log what came of a deed, and record it; @store as for report_to() */
void report_outcome(struct store *store, const struct outcome *outcome);

#endif /* HEADROOMD_REPORT_H */
