// SPDX-License-Identifier: GPL-2.0
/*
 * The size of a recording of a busy machine, and the time that a frame takes
 *
 * 200 cgroups at one frame a second are to take at most 50 MB a day.
 */
#include <time.h>

#include "busy_machine.h"
#include "store.h"
#include "tap.h"
#include "tree.h"

#define FRAMES		900
/* The first frames have no dictionary yet */
#define SETTLED		300
#define A_DAY		50e6

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

int main(void)
{
	struct busy_machine *m = malloc(sizeof(*m));
	const struct store_keep all = {};
	struct store_span settled = {}, span;
	struct store *store;
	double seconds = 0, begin, size;

	make_dir();
	busy_begin(m);
	is_int(store_create(&store, in_dir("recording"), &all), 0, "a recording begins");
	for (unsigned int i = 0; i < FRAMES; i++) {
		struct frame *frame;

		busy_second(m);
		frame = busy_frame(m);
		begin = cpu_seconds();
		if (store_append(store, frame) || store_commit(store))
			ok(false, "frame %u: %s", i, store_error(store));
		if (i >= SETTLED)
			seconds += cpu_seconds() - begin;
		frame_put(frame);
		if (i == SETTLED - 1)
			store_span(store, &settled);
	}
	store_span(store, &span);
	size = (double)(span.bytes - settled.bytes) / (FRAMES - SETTLED);
	printf("# %.0f bytes and %.0f us a frame\n", size, 1e6 * seconds / (FRAMES - SETTLED));
	ok(size * 86400 <= A_DAY, "a day takes %.1f MB", size * 86400 / 1e6);
	store_close(store);
	free(m);
	remove_dir();
	return tap_done();
}
