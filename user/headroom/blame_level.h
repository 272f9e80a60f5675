/* SPDX-License-Identifier: GPL-2.0 */
/* Sum up the evictors of each victim at a level of the hierarchy */
#ifndef BLAME_LEVEL_H
#define BLAME_LEVEL_H

#include "headroom.h"

/**
 * blame_level_sum - replace evictors below a level by their ancestors at that level
 * @blame: the reading to change
 * @level: levels below the root, at least 1
 *
 * An entry above @level stays. The error of a sum counts the others, and what merged entries
 * above it may contain of it.
 *
 * Return: 0 or a negative errno; unless that is -ENOMEM, headroom_error() has the message.
 */
int blame_level_sum(struct headroom *h, struct headroom_blame *blame, unsigned long level);

#endif /* BLAME_LEVEL_H */
