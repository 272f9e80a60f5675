/* SPDX-License-Identifier: GPL-2.0 */
/* The metrics of a host: the module, its hooks and what it dropped; headroomd; and the reading itself */
#ifndef METRICS_HOST_H
#define METRICS_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "headroom.h"

struct exposition;

/**
 * metrics_put_module - the state of the module, what it costs, and what it dropped
 * @root: statistics of the root cgroup, for the horizon; NULL if unknown
 */
void metrics_put_module(struct exposition *e, const struct headroom_status *status,
			const struct headroom_cgroup *root);
/**
 * metrics_put_daemon - the rules of headroomd, and what it has changed
 * @socket: its control socket
 *
 * Adds nothing if it does not answer, at most after two seconds.
 */
void metrics_put_daemon(struct exposition *e, const char *socket);

/**
 * struct metrics_reading - how the reading went
 * @duration: ns
 * @consistent: no cgroup was created or removed during it
 * @cgroups: cgroups that are exported
 * @cgroups_dropped: cgroups that the limit on series leaves out
 * @series_dropped: their series
 * @unnamed: cgroups without a path: they were removed, or it may not be looked up
 */
struct metrics_reading {
	uint64_t duration;
	bool consistent;
	size_t cgroups;
	size_t cgroups_dropped;
	size_t series_dropped;
	size_t unnamed;
};

/* Series that metrics_put_reading() adds */
#define METRICS_READING_SERIES	7

/** metrics_put_reading - how the reading went, as the last part of a text */
void metrics_put_reading(struct exposition *e, const struct metrics_reading *reading);

#endif /* METRICS_HOST_H */
