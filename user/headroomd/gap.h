/* SPDX-License-Identifier: GPL-2.0 */
/* Find gaps between frames */
#ifndef HEADROOMD_GAP_H
#define HEADROOMD_GAP_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

/**
 * gap_is_missing - whether a frame is missing between two that are so far apart
 * @ns: time from one to the other
 * @interval: the time that is expected, ns
 */
bool gap_is_missing(uint64_t ns, uint64_t interval);
/**
 * gap_between - whether what happened between two frames is unknown
 * @interval: the time that is expected between them, ns
 *
 * Return: NULL, or why they cannot be compared, such as "the machine was suspended for 7 s"; valid
 * until the next call.
 */
const char *gap_between(const struct frame *before, const struct frame *now, uint64_t interval);

#endif /* HEADROOMD_GAP_H */
