// SPDX-License-Identifier: GPL-2.0
/* How often rules have acted: see tally.h */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tally.h"

static struct tally_rule *find(const struct tally *tally, const char *rule)
{
	for (size_t i = 0; i < tally->nr; i++)
		if (!strcmp(tally->rule[i].rule, rule))
			return &tally->rule[i];
	return NULL;
}

/* NULL if out of memory */
static struct tally_rule *add_rule(struct tally *tally, const char *rule)
{
	struct tally_rule *all = reallocarray(tally->rule, tally->nr + 1, sizeof(*all));

	if (!all)
		return NULL;
	tally->rule = all;
	all[tally->nr] = (struct tally_rule){ .rule = strdup(rule) };
	return all[tally->nr].rule ? &all[tally->nr++] : NULL;
}

static void count(struct tally *tally, const char *rule, enum tally_result result)
{
	struct tally_rule *r = find(tally, rule);

	if (!r)
		r = add_rule(tally, rule);
	if (r)
		r->count[result]++;
}

uint64_t tally_of(const struct tally *tally, const char *rule, enum tally_result result)
{
	const struct tally_rule *r = find(tally, rule);

	return r ? r->count[result] : 0;
}

void tally_clear(struct tally *tally)
{
	for (size_t i = 0; i < tally->nr; i++)
		free(tally->rule[i].rule);
	free(tally->rule);
	*tally = (struct tally){ 0 };
}

/* --- deeds --- */

void tally_outcome(struct tally *tally, const struct outcome *outcome)
{
	enum tally_result result = !outcome->error ? TALLY_DONE :
				   outcome->error == -EBUSY ? TALLY_REFUSED : TALLY_FAILED;

	count(tally, outcome->rule, result);
	if (outcome->kind != DEED_KILL)
		return;
	tally->verified += result == TALLY_DONE;
	tally->unverified += outcome->error == -ETIMEDOUT;
}

/* --- the log --- */

static void decided(void *arg, const struct decision *d)
{
	const struct tally *tally = arg;

	tally->next.decided(tally->next.arg, d);
}

/* What is restored is not an act of a rule, and what is changed outside is not one of the daemon */
static void claimed(void *arg, const struct ledger_event *event, const struct decision *d)
{
	struct tally *tally = arg;

	if (d && !d->dry && event->type == LEDGER_WROTE)
		count(tally, d->rule->name, TALLY_DONE);
	else if (d && !d->dry && event->type == LEDGER_FAILED)
		count(tally, d->rule->name, TALLY_FAILED);
	tally->next.claimed(tally->next.arg, event, d);
}

/* Messages have no outcome: to whom they were sent is in the log */
static void acted(void *arg, const struct frame *frame, const struct deed *deed,
		  const struct decision *d)
{
	struct tally *tally = arg;

	if (deed->kind == DEED_TELL && !d->dry)
		count(tally, d->rule->name, TALLY_DONE);
	tally->next.acted(tally->next.arg, frame, deed, d);
}

static void gap(void *arg, const struct frame *frame, const char *why)
{
	const struct tally *tally = arg;

	tally->next.gap(tally->next.arg, frame, why);
}

struct engine_log tally_log(struct tally *tally, const struct engine_log *next)
{
	tally->next = *next;
	return (struct engine_log){
		.decided = decided, .claimed = claimed, .acted = acted, .gap = gap, .arg = tally,
	};
}
