/* SPDX-License-Identifier: GPL-2.0 */
/* Which LRU the kernel reclaims by */
#ifndef MGLRU_H
#define MGLRU_H

#include <stdbool.h>

/** mglru_is_on - whether reclaim goes by the multi-generational LRU now */
bool mglru_is_on(void);

#endif /* MGLRU_H */
