/* SPDX-License-Identifier: GPL-2.0 */
/* Explain in sentences why a cgroup waits for memory, and what helps */
#ifndef WHY_H
#define WHY_H

#include "why_advice.h"
#include "why_facts.h"

/* At most one for each subject */
#define WHY_SENTENCES	7

/**
 * struct why_sentence - what is to be said of one subject
 * @about: "waits", "evictions", "evictors", "memory", "limits", "notes" or "advice"
 * @text: one or more sentences on one line
 */
struct why_sentence {
	const char *about;
	char *text;
};

/**
 * struct why - an explanation
 * @facts: what it rests on
 * @advice: the recommendation
 * @nr: number of sentences
 * @sentence: in the order of the subjects; a subject without anything to say has none
 */
struct why {
	struct why_facts facts;
	struct why_advice advice;
	size_t nr;
	struct why_sentence sentence[WHY_SENTENCES];
};

/**
 * why_explain - explain the readings
 * @in: as for why_facts_find()
 * @why: result; free it with why_free(), even after a failure
 *
 * Return: 0 or -ENOMEM.
 */
int why_explain(const struct why_input *in, struct why *why);
void why_free(struct why *why);

#endif /* WHY_H */
