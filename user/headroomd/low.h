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
	     struct seen *low);
/**
 * low_set - set memory.low of a rule's cgroup, and give its ancestors their part
 * @seen: what @low was chosen for
 *
 * Return: 0; or a negative errno, and then nothing has changed: -EAGAIN when
 * memory.low is not as it was seen, or that of an ancestor is being set by somebody else.
 */
int low_set(struct state *state, const struct config *config, const char *path,
	    const struct seen *seen, uint64_t low);

#endif /* HEADROOMD_LOW_H */
