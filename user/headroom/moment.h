/* SPDX-License-Identifier: GPL-2.0 */
/* A moment of a recording, as the command line names it */
#ifndef MOMENT_H
#define MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

/**
 * moment_parse - parse a moment
 * @text: "14:08", "14:08:30" on the day of the last frame, "2026-11-29 14:08:30", or "+10min" behind
 *	the first frame; local time
 * @span: of the recording
 * @wall: result, ns since 1970
 */
bool moment_parse(const char *text, const struct store_span *span, uint64_t *wall);

#endif /* MOMENT_H */
