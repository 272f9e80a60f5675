/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HEADROOMD_LOW_H
#define HEADROOMD_LOW_H

#include <stdint.h>

#include "config.h"
#include "ledger.h"

#define LOW_FILE	"memory.low"

/**
 * low_read - read memory.low of a rule's cgroup
 *
 * If that drops the cgroup's claim, its addition is removed from the ancestors.
 *
 * Return: as ledger_read().
 */
int low_read(struct ledger *ledger, const struct config *config, const char *path,
	     struct knob *low);
/**
 * low_set - set memory.low of a rule's cgroup, and of its ancestors accordingly
 * @knob: the reading that @low was chosen for
 *
 * Return: 0; or a negative errno, and memory.low of the cgroup is unchanged: -EAGAIN
 * when it no longer reads as in @knob, or when an ancestor's changed during the call.
 */
int low_set(struct ledger *ledger, const struct config *config, const char *path,
	    const struct knob *knob, uint64_t low);

#endif /* HEADROOMD_LOW_H */
