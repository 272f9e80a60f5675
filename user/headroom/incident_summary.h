/* SPDX-License-Identifier: GPL-2.0 */
/* Tell an incident in sentences */
#ifndef INCIDENT_SUMMARY_H
#define INCIDENT_SUMMARY_H

#include "incident.h"

/* At most */
#define INCIDENT_SENTENCES	24

/**
 * struct incident_sentence - a part of the summary
 * @about: "time", "waits", "evictors", "actions", "effect", "memory" or "unknown"
 * @text: one or more sentences on one line, in UTF-8
 * @cgroup: that it is about; INCIDENT_NONE
 * @from: when what it says began, ns since 1970
 * @to: when it ended
 */
struct incident_sentence {
	const char *about;
	char *text;
	size_t cgroup;
	uint64_t from;
	uint64_t to;
};

/** struct incident_summary - the sentences, in the order in which they are read */
struct incident_summary {
	size_t nr;
	struct incident_sentence sentence[INCIDENT_SENTENCES];
};

/**
 * incident_summarize - write the summary
 * @top: cgroup that it is about, with all below it; INCIDENT_NONE for all
 * @summary: result; free it with incident_summary_free(), even after a failure
 *
 * Return: 0 or -ENOMEM.
 */
int incident_summarize(const struct incident *in, size_t top, struct incident_summary *summary);
void incident_summary_free(struct incident_summary *summary);

#endif /* INCIDENT_SUMMARY_H */
