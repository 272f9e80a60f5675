// SPDX-License-Identifier: GPL-2.0
/* Detect whether the kernel uses the multi-generational LRU */

#include <stdio.h>

#include "mglru.h"

bool mglru_is_on(void)
{
	FILE *file = fopen("/sys/kernel/mm/lru_gen/enabled", "re");
	char text[16] = "";
	bool read;

	if (!file)
		return false;
	read = fgets(text, sizeof(text), file);
	fclose(file);
	return read && mglru_parse(text);
}
