/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_LOW_H
#define HEADROOMD_LOW_H

#include <stdint.h>

#include "config.h"
#include "state.h"

#define LOW_FILE	"memory.low"

/**
 * low_read - memory.low of a rule's cgroup, and what it would be without headroomd
 *
 * If a change turns out to be void, the ancestors are relieved of it. Return: as
 * state_read().
 */
int low_read(struct state *state, const struct config *config, const char *path,
	     uint64_t *low, uint64_t *original);
/**
 * low_set - set memory.low of a rule's cgroup, and give its ancestors their part
 *
 * Return: 0; or a negative errno, and then nothing has changed.
 */
int low_set(struct state *state, const struct config *config, const char *path,
	    uint64_t low);

#endif /* HEADROOMD_LOW_H */
