// SPDX-License-Identifier: GPL-2.0
/* What of an incident is shown to those who may not read statistics: see incident_public.h */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "incident_public.h"

/* Texts of these kinds are made of rules, paths and numbers; those of others may quote programs */
static bool has_public_text(const struct incident_decision *d)
{
	static const char *const kinds[] = { "decision", "knob", "deed", "gap" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(d->kind, kinds[i]))
			return true;
	return false;
}

int incident_make_public(struct incident *in)
{
	for (size_t i = 0; i < in->nr; i++)
		for (size_t stall = 0; stall < in->cgroup[i].nr_slow; stall++)
			in->cgroup[i].slow[stall].pid = 0;
	for (size_t i = 0; i < in->nr_decisions; i++) {
		struct incident_decision *d = &in->decision[i];
		char *text;

		if (has_public_text(d))
			continue;
		if (asprintf(&text, "rule %s: the log of headroomd has what came of it",
			     d->rule ? d->rule : "unknown") < 0)
			return -ENOMEM;
		free(d->text);
		d->text = text;
	}
	return 0;
}
