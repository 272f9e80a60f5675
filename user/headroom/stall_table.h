/* SPDX-License-Identifier: GPL-2.0 */
/* Stalls by cause, for people */
#ifndef STALLTABLE_H
#define STALLTABLE_H

#include <stdio.h>
#include "headroom.h"

/** stalltable_rows - the rows alone, into @out; returns whether there are any */
bool stalltable_rows(FILE *out, const struct headroom_stats *stats);
/**
 * stalltable_print - a row for each cause that occurred, and the latencies
 *
 * What is not in the total is set apart: it would be counted twice, or is no stall.
 */
void stalltable_print(const struct headroom_stats *stats);

#endif /* STALLTABLE_H */
