/* SPDX-License-Identifier: GPL-2.0 */
/* Detect whether the kernel uses the multi-generational LRU */
#ifndef MGLRU_H
#define MGLRU_H

#include <stdbool.h>
#include <stdlib.h>

/** mglru_is_on - whether MGLRU is enabled now */
bool mglru_is_on(void);

/** mglru_parse - whether it is enabled, by the text of /sys/kernel/mm/lru_gen/enabled */
static inline bool mglru_parse(const char *text)
{
	/* bit 0 is the main switch, the others enable optimizations */
	return strtoul(text, NULL, 16) & 1;
}

#endif /* MGLRU_H */
