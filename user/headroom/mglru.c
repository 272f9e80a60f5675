// SPDX-License-Identifier: GPL-2.0
/* Detect whether the kernel uses the multi-generational LRU */

#include <stdio.h>

#include "mglru.h"

bool mglru_is_on(void)
{
	FILE *file = fopen("/sys/kernel/mm/lru_gen/enabled", "re");
	unsigned int enabled = 0;

	if (!file)
		return false;
	/* bit 0 is the main switch, the others enable optimizations */
	if (fscanf(file, "%x", &enabled) != 1)
		enabled = 0;
	fclose(file);
	return enabled & 1;
}
