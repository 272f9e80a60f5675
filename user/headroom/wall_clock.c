// SPDX-License-Identifier: GPL-2.0
/* Relate the monotonic clock to the wall clock and to this boot */

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "wall_clock.h"

uint64_t wall_clock_ns(uint64_t time)
{
	static uint64_t last_time, last_ns;
	struct timespec now;

	if (!last_ns || time != last_time) {
		clock_gettime(CLOCK_REALTIME, &now);
		last_ns = now.tv_sec * NS_PER_S + now.tv_nsec - (clock_now() - time);
		last_time = time;
	}
	return last_ns;
}

const char *wall_clock_boot_id(void)
{
	static char id[40];
	static bool tried;
	FILE *file;

	if (!tried) {
		tried = true;
		file = fopen("/proc/sys/kernel/random/boot_id", "re");
		if (file) {
			if (!fgets(id, sizeof(id), file))
				id[0] = '\0';
			id[strcspn(id, "\n")] = '\0';
			fclose(file);
		}
	}
	return *id ? id : NULL;
}
